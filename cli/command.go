package cli

import (
	"context"
	"flag"
	"slices"
	"strings"

	"danmaku/config"
)

// command is one command of the program. Its help, its errors and the shell completions are
// made from it.
type command struct {
	name    string // "export", or "link new" for one of a group
	summary string // one line for the list of commands
	args    string // arguments besides flags, such as FILE; empty: none
	about   string // paragraphs of its help
	flags   []flagInfo

	// folder: the command works on the data folder, and has its flags and those server options
	// that apply to it.
	folder bool
	also   []string

	run func(ctx context.Context, env Env, in input) error
}

// flagInfo is a flag of one command.
type flagInfo struct {
	name     string
	value    string // placeholder for its value; empty: it is a switch
	help     string
	def      string
	choices  []string // all values, if there are few
	required bool
	list     bool // may be given more than once; the values are joined by line breaks
	file     bool // the value is the name of a file
}

// input has the parsed arguments of a command.
type input struct {
	cfg      config.Config // only with folder
	args     []string
	values   map[string]*string
	switches map[string]*bool
	given    map[string]bool // flags on the command line, even with their default
}

// value returns the value of a flag, or its default.
func (in input) value(flag string) string { return *in.values[flag] }

// on reports whether a switch is set.
func (in input) on(flag string) bool { return *in.switches[flag] }

// group returns the first word of a two-word command: "link" of "link new".
func (c command) group() string {
	group, _, two := strings.Cut(c.name, " ")
	if !two {
		return ""
	}
	return group
}

// parse parses the arguments of a command. The error lists everything that is wrong.
func (c command) parse(env Env) (input, error) {
	in := input{values: map[string]*string{}, switches: map[string]*bool{}, given: map[string]bool{}}
	fs := flag.NewFlagSet("danmaku "+c.name, flag.ContinueOnError)
	for _, f := range c.flags {
		switch {
		case f.value == "":
			in.switches[f.name] = fs.Bool(f.name, false, f.help)
		case f.list:
			all := new(string)
			in.values[f.name] = all
			fs.Func(f.name, f.help, func(value string) error {
				*all = strings.TrimPrefix(*all+"\n"+value, "\n")
				return nil
			})
		default:
			in.values[f.name] = fs.String(f.name, f.def, f.help)
		}
	}
	var err error
	switch {
	case c.name == serveName:
		in.cfg, err = config.Load(env.Args, env.Environ)
	case c.folder:
		in.cfg, in.args, err = config.LoadCommand(fs, env.Args, env.Environ, c.also...)
	default:
		in.args, err = config.ParseFlags(fs, env.Args)
	}
	if err != nil {
		return in, err
	}
	fs.Visit(func(set *flag.Flag) { in.given[set.Name] = true })
	var faults faults
	for _, f := range c.flags {
		given := in.given[f.name]
		switch value := in.values[f.name]; {
		case f.required && (!given || *value == ""):
			faults.add(flagMissing, f.name, c.line())
		case value == nil || !given:
		case *value == "" && f.def != "":
			faults.add(flagEmpty, f.name)
		case len(f.choices) > 0 && !slices.Contains(f.choices, *value):
			faults.add(flagChoice, f.name, *value, strings.Join(f.choices, ", "))
		}
	}
	want := len(strings.Fields(strings.Trim(c.args, "[]")))
	switch {
	case len(in.args) > want:
		faults.add(unexpectedArgument, in.args[want], c.name)
	case len(in.args) < want && !strings.HasPrefix(c.args, "["):
		faults.add(argumentMissing, strings.Fields(c.args)[len(in.args)], c.line())
	}
	return in, faults.err()
}

// faults collects faults of the command line.
type faults []error

func (f *faults) add(s config.Sentence, args ...any) { *f = append(*f, config.Usage(s, args...)) }

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return several(f)
}

// several are errors, printed one per line.
type several []error

func (s several) Error() string {
	lines := make([]string, len(s))
	for i, err := range s {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

func (s several) Unwrap() []error { return s }

// The sentences about arguments.
var (
	flagMissing        = config.Say("--%s is missing; use: %s", "缺少 --%s；用法：%s", "--%s がありません。使い方：%s")
	flagEmpty          = config.Say("--%s: the value is empty", "--%s：值为空", "--%s：値が空です。")
	flagChoice         = config.Say("--%s %q: use %s", "--%s %q：请用 %s", "--%s %q：%s のどれかにしてください。")
	unexpectedArgument = config.Say("unexpected argument %q; see danmaku help %s", "多余的参数 %q；请看 danmaku help %s", "余分な引数 %q があります。danmaku help %s をご覧ください。")
	argumentMissing    = config.Say("%s is missing; use: %s", "缺少 %s；用法：%s", "%s がありません。使い方：%s")
	noCommand          = config.Say("%q is not a command; there are %s. See danmaku help.", "%q 不是命令；命令有 %s。请看 danmaku help。", "%q というコマンドはありません。あるのは %s です。danmaku help をご覧ください。")
	noSuchPart         = config.Say("%s has no command %q; use %s. See danmaku help %[1]s.", "%s 没有子命令 %q；请用 %s。请看 danmaku help %[1]s。", "%s に %q というコマンドはありません。%s のどれかを使ってください。danmaku help %[1]s をご覧ください。")
	partMissing        = config.Say("%s needs a command after it: %s. See danmaku help %[1]s.", "%s 后面要写子命令：%s。请看 danmaku help %[1]s。", "%s には続くコマンドが必要です：%s。danmaku help %[1]s をご覧ください。")
)

// names returns the words that may follow "danmaku", in the order of the table.
func names(table []command) (list []string) {
	for _, c := range table {
		word, _, _ := strings.Cut(c.name, " ")
		if !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}

// parts returns the commands of a group.
func parts(table []command, group string) (list []command) {
	for _, c := range table {
		if c.group() == group {
			list = append(list, c)
		}
	}
	return list
}

// partNames returns the second words of a group's commands, for a sentence.
func partNames(list []command) []string {
	var words []string
	for _, c := range list {
		_, word, _ := strings.Cut(c.name, " ")
		words = append(words, word)
	}
	return words
}

// resolve finds the command that the arguments name; rest are the arguments after its name. A
// request for a group's help returns config.ErrHelp with the first command of the group.
func resolve(table []command, args []string) (c command, rest []string, err error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return table[0], args, nil // the server
	}
	for _, c := range table {
		if c.name == args[0] {
			return c, args[1:], nil
		}
	}
	group := parts(table, args[0])
	words := partNames(group)
	switch {
	case len(group) == 0:
		return command{}, nil, config.Usage(noCommand, args[0], strings.Join(names(table), ", "))
	case len(args) == 1 || strings.HasPrefix(args[1], "-") && !slices.Contains(helpWanted, args[1]):
		return command{}, nil, config.Usage(partMissing, args[0], strings.Join(words, ", "))
	case slices.Contains(helpWanted, args[1]):
		return group[0], nil, config.ErrHelp
	}
	if i := slices.Index(words, args[1]); i >= 0 {
		return group[i], args[2:], nil
	}
	return command{}, nil, config.Usage(noSuchPart, args[0], args[1], strings.Join(words, ", "))
}
