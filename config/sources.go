package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// variablePrefix begins the name of every variable of the program.
const variablePrefix = "DANMAKU_"

// otherVariables are read by commands themselves: a key or a password does not
// belong on a command line, where every user of the machine can see it.
var otherVariables = []string{"DANMAKU_KEY", "DANMAKU_OBS_PASSWORD"}

// joined prints one fault a line, without a word around them.
type joined []error

func (j joined) Error() string {
	lines := make([]string, len(j))
	for i, err := range j {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

func (j joined) Unwrap() []error { return j }

// usageError is a fault of the command line.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }
func (usageError) Unwrap() error   { return ErrUsage }

// Usagef makes a fault of the command line out of what a command found itself.
// It is an [ErrUsage].
func Usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// given is a value as it was found, and where.
type given struct {
	values []string
	where  string // "--listen", "DANMAKU_LISTEN", "danmaku.toml:3"
	usage  bool   // from the command line
}

// source is what one place says, by option name.
type source map[string]given

// reader gathers the sources. faults is all that was wrong so far.
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
			}
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
		r.fault(g.usage, "%s (%s): the value is empty", o.name, g.where)
		return
	}
	if err := o.set(cfg, g.values); err != nil {
		r.fault(g.usage, "%s (%s): %q %v", o.name, g.where, strings.Join(g.values, ","), err)
	}
}

func (r *reader) fault(isUsage bool, format string, args ...any) {
	err := fmt.Errorf(format, args...)
	if isUsage {
		err = usageError{err.Error()}
	}
	r.faults = append(r.faults, err)
}

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

// fromFlags collects the options without judging them, so that the faults of
// all sources are told at once. The error is ErrHelp alone.
func (r *reader) fromFlags(args []string) (source, []string, error) {
	src := source{}
	r.fs.SetOutput(io.Discard)
	for _, o := range r.offered {
		r.fs.Func(o.name, o.help, func(v string) error {
			g := src[o.name]
			src[o.name] = given{values: append(g.values, v), where: "--" + o.name, usage: true}
			return nil
		})
	}
	var rest []string
	for len(args) > 0 {
		err := r.fs.Parse(args)
		if left := r.fs.Args(); err != nil && len(left) == len(args) {
			args = left[1:] // "---x" is refused without being taken
		} else {
			args = left
		}
		switch {
		case errors.Is(err, flag.ErrHelp):
			return nil, nil, ErrHelp
		case err != nil:
			// The package stops at a flag it does not know; go on behind it. What
			// follows may be its value, so plain arguments are not judged then.
			r.faults = append(r.faults, usageError{FlagFault(r.fs, err)})
		case len(args) > 0:
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return src, rest, nil
}

var undefined = regexp.MustCompile(`^flag provided but not defined: -(.*)$`)

// FlagFault says in our words what fs.Parse did not take, and names the option
// that was perhaps meant.
func FlagFault(fs *flag.FlagSet, err error) string {
	m := undefined.FindStringSubmatch(err.Error())
	if m == nil {
		return err.Error() + "; see danmaku --help"
	}
	var names []string
	fs.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	return fmt.Sprintf("--%s: there is no such option; %s", m[1], advice(m[1], names, "--", "see danmaku --help"))
}

// fromEnviron reads the variables. An empty one counts as not set, as is usual
// in shells and service files.
func (r *reader) fromEnviron(environ []string) source {
	src := source{}
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, variablePrefix) || slices.Contains(otherVariables, name) {
			continue
		}
		key := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, variablePrefix)), "_", "-")
		if find(options, key) == nil || variable(key) != name {
			var names []string
			for _, o := range options {
				names = append(names, variable(o.name))
			}
			r.fault(false, "%s: there is no such variable; %s", name, advice(name, names, "", "unset it, or see danmaku --help for the options"))
			continue
		}
		if value != "" {
			src[key] = given{values: []string{value}, where: name}
		}
	}
	return src
}

// variable gives the name of an option's variable.
func variable(option string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(option, "-", "_"))
}
