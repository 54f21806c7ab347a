package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"danmaku/config"
)

// helpWanted are the words that ask for help in place of a command or subcommand.
var helpWanted = []string{"-h", "-help", "--help", "help"}

// helpCommand is `danmaku help [COMMAND]`.
func helpCommand() command {
	return command{
		name: "help", summary: "show the help of a command", args: "[COMMAND [PART]]",
		about: "Lists the commands, or shows the help of one.",
		run: func(_ context.Context, env Env, in input) error {
			if len(in.args) == 0 {
				fmt.Fprint(env.Out, help())
				return nil
			}
			table := commands()
			if len(in.args) == 1 && len(parts(table, in.args[0])) > 0 {
				fmt.Fprint(env.Out, usageOf(table, parts(table, in.args[0])[0]))
				return nil
			}
			c, rest, err := resolve(table, in.args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return config.Usage(unexpectedArgument, rest[0], "help")
			}
			fmt.Fprint(env.Out, usageOf(table, c))
			return nil
		},
	}
}

// help returns the list of all commands.
func help() string {
	var b strings.Builder
	b.WriteString(`danmaku shows an audience's live comments over a stream. Start it, add the overlay's
address to OBS as a browser source, and show your audience the QR code.

Usage: danmaku [COMMAND] [FLAGS]

`)
	rows := helpRows(commands())
	wide := 0
	for _, r := range rows {
		wide = max(wide, len(r[0]))
	}
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-*s  %s\n", wide, r[0], r[1])
	}
	b.WriteString(`
Without a command, the server starts. danmaku help COMMAND describes a command;
danmaku help serve lists the options of the server.
`)
	return b.String()
}

// groupSummaries are the lines of groups of commands in the list.
var groupSummaries = map[string]string{
	"obs":     "add the overlay to OBS",
	"link":    "manage access links for moderators and programs",
	"draw":    "verify the draws of a show",
	"chats":   "connect chats of platforms and tools",
	"cluster": "run several machines as one",
}

// helpRows returns the lines of the list of commands: name and summary. A group is one line.
func helpRows(table []command) (rows [][2]string) {
	for i, c := range table {
		group := c.group()
		switch {
		case group == "":
			rows = append(rows, [2]string{c.name, c.summary})
		case i == 0 || table[i-1].group() != group:
			words := partNames(parts(table, group))
			if len(words) == 1 {
				rows = append(rows, [2]string{c.name, groupSummaries[group]})
				continue
			}
			rows = append(rows, [2]string{group, groupSummaries[group] + " (" + strings.Join(words, ", ") + ")"})
		}
	}
	return rows
}

// line returns the usage line of a command.
func (c command) line() string {
	words := []string{"danmaku", c.name}
	if c.name == serveName {
		words[1] = "[serve]"
	}
	if c.args != "" {
		words = append(words, c.args)
	}
	for _, f := range c.flags {
		if f.required {
			words = append(words, "--"+f.name, f.value)
		}
	}
	if c.name == serveName || c.folder || slices.ContainsFunc(c.flags, func(f flagInfo) bool { return !f.required }) {
		words = append(words, "[FLAGS]")
	}
	return strings.Join(words, " ")
}

// usageOf returns the help of a command, or of the whole group that it belongs to.
func usageOf(table []command, c command) string {
	list := []command{c}
	if group := c.group(); group != "" {
		list = parts(table, group)
	}
	var b strings.Builder
	for i, c := range list {
		b.WriteString([]string{"Usage: ", "       "}[min(i, 1)] + c.line() + "\n")
	}
	for i, c := range list {
		if c.about != "" {
			b.WriteString("\n" + c.about + "\n")
		}
		if c.name == serveName {
			b.WriteString("\n" + config.Help())
			continue
		}
		flags := c.flags
		if i == len(list)-1 { // the flags of the data folder are the same for the whole group
			flags = c.allFlags()
		}
		writeFlags(&b, flags)
	}
	return b.String()
}

// writeFlags writes a line for each flag; a long text continues below.
func writeFlags(b *strings.Builder, flags []flagInfo) {
	if len(flags) == 0 {
		return
	}
	b.WriteByte('\n')
	wide := 0
	for _, f := range flags {
		wide = max(wide, len(f.name)+1+len(f.value))
	}
	for _, f := range flags {
		text := f.help
		if f.def != "" {
			text += " (default " + f.def + ")"
		}
		for i, line := range strings.Split(text, "\n") {
			head := ""
			if i == 0 {
				head = "--" + strings.TrimRight(f.name+" "+f.value, " ")
			}
			fmt.Fprintf(b, "  %-*s  %s\n", wide+2, head, line)
		}
	}
}
