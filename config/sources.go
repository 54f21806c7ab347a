package config

import (
	"errors"
	"flag"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// variablePrefix is the prefix of all of the program's variables.
const variablePrefix = "DANMAKU_"

// otherVariables are read by commands themselves: a key or a password does not belong on a
// command line, where every user of the machine can see it. The platforms' URLs are for
// tests and for developers.
var otherVariables = []string{"DANMAKU_KEY", "DANMAKU_OBS_PASSWORD", "DANMAKU_TWITCH_URL", "DANMAKU_YOUTUBE_URL", "DANMAKU_BILIBILI_URL"}

// joined prints one fault on each line, without other words.
type joined []error

func (j joined) Error() string {
	lines := make([]string, len(j))
	for i, err := range j {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

func (j joined) Unwrap() []error { return j }

// given is a value, and where it was found.
type given struct {
	values []string
	where  string // "--listen", "DANMAKU_LISTEN", "danmaku.toml:3"
	usage  bool   // from the command line
}

// source holds the values of one place, by option name.
type source map[string]given

// reader gathers the sources. faults collects everything wrong so far.
type reader struct {
	fs      *flag.FlagSet
	offered []option
	faults  joined
}

func (r *reader) load(args, environ []string) (cfg Config, rest []string, err error) {
	flags, rest, err := r.fromFlags(args)
	if err != nil {
		return Config{}, nil, err
	}
	env := r.fromEnviron(environ)
	file := r.fromFile(flags, env)

	for _, o := range options {
		if o.def != "" {
			r.apply(&cfg, o, given{values: []string{o.def}, where: "default"})
		}
		for _, src := range []source{file, env, flags} {
			if g, ok := src[o.name]; ok {
				r.apply(&cfg, o, g)
				if o.name == "keep-days" {
					cfg.KeepDaysBy = g.where
				}
			}
		}
	}
	if len(r.faults) == 0 {
		listenSet := slices.ContainsFunc([]source{file, env, flags}, func(s source) bool { _, ok := s["listen"]; return ok })
		if f := cfg.resolveTLS(listenSet); f != nil {
			r.fault(f)
		}
	}
	if cfg.File == "" && len(file) > 0 {
		cfg.File = filepath.Join(cfg.Data, FileName)
	}
	if len(r.faults) > 0 {
		return Config{}, nil, r.faults
	}
	return cfg, rest, nil
}

func (r *reader) apply(cfg *Config, o option, g given) {
	if o.list {
		g.values = splitList(g.values)
	}
	if len(g.values) == 0 || !o.list && g.values[len(g.values)-1] == "" {
		r.fault(g.of(emptyValue, o.name, g.where))
		return
	}
	if err := o.set(cfg, g.values); err != nil {
		r.fault(g.of(badValue, o.name, g.where, err))
	}
}

// of makes a fault of the value; a usage fault if the value is from the command line.
func (g given) of(sentence Sentence, args ...any) *Fault {
	if g.usage {
		return Usage(sentence, args...)
	}
	return Faultf(sentence, args...)
}

func (r *reader) fault(f *Fault) { r.faults = append(r.faults, f) }

func splitList(values []string) (out []string) {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// fromFlags collects the options without checking them, so that the faults of all sources
// are reported at once. It returns only ErrHelp as an error.
func (r *reader) fromFlags(args []string) (source, []string, error) {
	src := source{}
	r.fs.SetOutput(io.Discard)
	for _, o := range r.offered {
		take := func(v string) error {
			g := src[o.name]
			src[o.name] = given{values: append(g.values, v), where: "--" + o.name, usage: true}
			return nil
		}
		if o.on {
			r.fs.BoolFunc(o.name, o.help, take)
			continue
		}
		r.fs.Func(o.name, o.help, take)
	}
	args, plain := beforeDashes(args)
	var rest []string
	for len(args) > 0 {
		err := r.fs.Parse(args)
		left := r.fs.Args()
		taken := args[:len(args)-len(left)]
		if err != nil && len(taken) == 0 {
			taken, left = args[:1], args[1:] // "---x" is refused without being consumed
		}
		args = left
		switch {
		case errors.Is(err, flag.ErrHelp):
			return nil, nil, ErrHelp
		case err != nil:
			// The package stops at an unknown flag; continue after it. The next argument
			// may be its value, so plain arguments are not checked then.
			r.faults = append(r.faults, flagFault(r.fs, taken[len(taken)-1], err))
		case len(args) > 0:
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	r.swallowed(src)
	return src, append(rest, plain...), nil
}

// beforeDashes splits the arguments at "--": those after it are not flags.
func beforeDashes(args []string) (flags, plain []string) {
	if i := slices.Index(args, "--"); i >= 0 {
		return args[:i], args[i+1:]
	}
	return args, nil
}

// swallowed looks for flags that became values of others, as in --out --force: then the
// value is missing.
func (r *reader) swallowed(src source) {
	known := func(value string) bool {
		name := strings.TrimLeft(value, "-")
		return name != value && r.fs.Lookup(name) != nil
	}
	r.fs.Visit(func(f *flag.Flag) {
		value := f.Value.String()
		if g, ok := src[f.Name]; ok {
			value = g.values[len(g.values)-1]
		}
		if known(value) {
			r.fault(Usage(noValue, f.Name, f.Name))
		}
	})
}

// The errors of package flag for arguments that it refuses.
var (
	flagUndefined = regexp.MustCompile(`^flag provided but not defined: -(.*)$`)
	flagNoValue   = regexp.MustCompile(`^flag needs an argument: -(.*)$`)
	flagBadBool   = regexp.MustCompile(`^invalid boolean (?:value ("(?:[^"\\]|\\.)*") for|flag) -?([^:]*):`)
	flagBadValue  = regexp.MustCompile(`(?s)^invalid value "(?:[^"\\]|\\.)*" for flag -([^:]*): (.*)$`)
)

// flagFault describes in our words what package flag refused, and suggests the option that
// was perhaps meant. last is the argument at which it stopped.
func flagFault(fs *flag.FlagSet, last string, err error) *Fault {
	text := err.Error()
	if m := flagUndefined.FindStringSubmatch(text); m != nil {
		var names []string
		fs.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
		help := Faultf(seeHelp, strings.TrimPrefix(fs.Name(), "danmaku "))
		if c := m[1][0]; '0' <= c && c <= '9' { // a negative number or time where none is allowed
			return Usage(strayNumber, "-"+m[1], help)
		}
		return Usage(unknownOption, m[1], advice(m[1], names, "--", help))
	}
	if m := flagNoValue.FindStringSubmatch(text); m != nil {
		return Usage(noValue, m[1], m[1])
	}
	if m := flagBadBool.FindStringSubmatch(text); m != nil {
		name, value, _ := strings.Cut(strings.TrimLeft(last, "-"), "=")
		return Usage(noSwitch, name, value)
	}
	if m := flagBadValue.FindStringSubmatch(text); m != nil {
		return Usage(badFlagValue, m[1], m[2])
	}
	return Usage(badSyntax, last)
}

// fromEnviron reads the variables. An empty one counts as not set, as is usual in shells
// and service files.
func (r *reader) fromEnviron(environ []string) source {
	src := source{}
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, variablePrefix) || slices.Contains(otherVariables, name) {
			continue
		}
		key := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, variablePrefix)), "_", "-")
		if find(options, key) == nil || variable(key) != name {
			if injected(name, value) {
				continue
			}
			var names []string
			for _, o := range options {
				names = append(names, variable(o.name))
			}
			r.fault(Faultf(unknownVariable, name, advice(name, names, "", Faultf(seeHelpOrUnset))))
			continue
		}
		if value != "" {
			src[key] = given{values: []string{value}, where: name}
		}
	}
	return src
}

// injectedNames are the variables that Kubernetes sets in every container of a namespace
// for each Service in it, when the Service's name is or begins with danmaku
// (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables),
// and those that Docker's --link sets for such a container
// (https://docs.docker.com/engine/network/links/#environment-variables).
var injectedNames = regexp.MustCompile(`^DANMAKU(_[A-Z0-9_]+)?_(ENV_[A-Za-z0-9_]+|SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

// injectedValues are names of the same origin that could also be meant as an option, each
// with the values that distinguish them.
var injectedValues = map[*regexp.Regexp]*regexp.Regexp{
	regexp.MustCompile(`^DANMAKU(_[A-Z0-9_]+)?_PORT$`): regexp.MustCompile(`^(tcp|udp|sctp)://`),
	regexp.MustCompile(`^DANMAKU(_[A-Z0-9_]+)?_NAME$`): regexp.MustCompile(`^/`),
}

// injected reports whether a container platform set a variable that does not concern this
// program.
func injected(name, value string) bool {
	for names, values := range injectedValues {
		if names.MatchString(name) && values.MatchString(value) {
			return true
		}
	}
	return injectedNames.MatchString(name)
}

// variable returns the name of an option's variable.
func variable(option string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(option, "-", "_"))
}
