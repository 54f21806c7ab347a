// Package cli is the command line: it reads arguments and settings, builds and connects the
// parts of the program, and holds every command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
	"unicode"

	"danmaku/config"
)

// Env is the part of the outside world that a command may use.
type Env struct {
	Args     []string // after the program's name
	Environ  []string // as returned by os.Environ
	In       io.Reader
	Out, Err io.Writer
	Clicked  bool                       // started from the desktop, not in a terminal
	Open     func(address string) error // shows an address in the browser

	// CheckWithin bounds a second opinion; 0: [opinion.Within]. Tests on busy machines set a
	// longer time.
	CheckWithin time.Duration

	assets fs.FS      // the pages; set by Run
	links  linkOpener // creates the links of replays; nil: openSenderLinks
}

// Exit codes, see docs/dev/protocol.md.
const (
	ExitDone   = 0
	ExitFailed = 1
	ExitUsage  = 2
)

// Run runs the command that the arguments name and returns the exit code. assets is the folder
// of the pages, without their tests. The command ends when ctx does.
func Run(ctx context.Context, env Env, assets fs.FS) int {
	env.assets = assets
	code := run(ctx, env)
	if env.Clicked && code != ExitDone {
		holdWindow(ctx, env.In, env.Err)
	}
	return code
}

func run(ctx context.Context, env Env) int {
	table := commands()
	if len(env.Args) > 0 {
		switch env.Args[0] {
		case "--version", "-version":
			env.Args = append([]string{"version"}, env.Args[1:]...)
		case "-h", "-help", "--help":
			env.Args = []string{"help"}
		case completeName:
			env.Args = env.Args[1:]
			complete(env)
			return ExitDone
		}
	}
	lang := langIn(env)
	c, rest, err := resolve(table, env.Args)
	if err == nil {
		env.Args = rest
		if len(rest) > 0 && rest[0] == "help" && c.args == "" {
			err = config.ErrHelp
		}
	}
	var in input
	if err == nil {
		in, err = c.parse(env)
	}
	if err == nil && in.cfg.Lang != "" { // the settings file may set it, too
		lang = spokenLang(in.cfg.Lang, env.Environ)
	}
	if err == nil {
		err = c.run(ctx, env, in)
	}
	if errors.Is(err, config.ErrHelp) {
		fmt.Fprint(env.Out, usageOf(table, c))
		return ExitDone
	}
	return finish(env, err, lang)
}

// commands is the table of all commands, in the order of the help. The first one is the
// default.
func commands() []command {
	return []command{
		serveCommand(), openCommand(), obsCommand(), linkNewCommand(), linkListCommand(), linkRevokeCommand(),
		chatsAddCommand(), chatsListCommand(), chatsRemoveCommand(), chatsTestCommand(),
		replayCommand(), exportCommand(), reportCommand(), drawVerifyCommand(),
		clusterInitCommand(), clusterInviteCommand(), clusterJoinCommand(), clusterStatusCommand(), clusterLeaveCommand(), clusterAloneCommand(),
		backupCommand(), restoreCommand(), doctorCommand(), healthCommand(), checkCommand(), configCommand(), completionCommand(),
		versionCommand(), helpCommand(),
	}
}

// printable removes from a line what a terminal would interpret: lines contain words of files,
// addresses and other programs.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (unicode.IsControl(r) || r == '\u202D' || r == '\u202E') {
			return -1
		}
		return r
	}, line)
}

// Commands returns the words that may follow "danmaku".
func Commands() []string { return names(commands()) }

// errReported is returned by a command that has already printed its error.
var errReported = errors.New("said already")

// finish turns an error into lines on standard error and an exit code.
func finish(env Env, err error, lang config.Lang) int {
	switch {
	case err == nil:
		return ExitDone
	case err == errReported:
		return ExitFailed
	}
	for line := range strings.Lines(config.Localize(spoken(err), lang)) {
		fmt.Fprintln(env.Err, "danmaku: "+printable(strings.TrimRight(line, "\n")))
	}
	if errors.Is(err, config.ErrUsage) {
		return ExitUsage
	}
	return ExitFailed
}
