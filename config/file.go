package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// maxFile bounds the settings file, in bytes.
const maxFile = 1 << 20

// fromFile reads the named file, or otherwise the one in the data folder.
func (r *reader) fromFile(flags, env source) source {
	pick := func(name, def string) (string, bool) {
		for _, src := range []source{flags, env} {
			if g, ok := src[name]; ok {
				return g.values[len(g.values)-1], true
			}
		}
		return def, false
	}
	data, _ := pick("data", find(options, "data").def)
	path, named := pick("config", filepath.Join(data, FileName))
	if path == "" {
		return nil // apply reports it
	}
	text, err := readFile(path)
	if errors.Is(err, os.ErrNotExist) && !named {
		return nil
	}
	if err != nil {
		r.fault(Faultf(fileUnreadable, path, err))
		return nil
	}
	src := r.parseFile(path, text)
	if g, ok := src["data"]; ok && !named {
		r.fault(Faultf(fileMovesData, g.where))
		delete(src, "data")
	}
	return src
}

func readFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", errors.Unwrap(err) // our sentence contains the path already
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = Faultf(fileTooLarge, maxFile)
	}
	return string(b), err
}

// parseFile reads TOML: one key for each option, named like the flag.
func (r *reader) parseFile(path, text string) source {
	var keys map[string]any
	if _, err := toml.Decode(text, &keys); err != nil {
		var bad toml.ParseError
		if errors.As(err, &bad) {
			r.fault(Faultf(fileNotTOML, path, bad.Position.Line, bad.Message))
		} else {
			r.fault(Faultf(fileFault, path, err))
		}
		return nil
	}
	src := source{}
	for _, name := range sortedByLine(keys, text) {
		where := fmt.Sprintf("%s:%d", path, lineOf(text, name))
		o := find(options, name)
		if o == nil || name == "config" {
			var names []string
			for _, o := range options {
				names = append(names, o.name)
			}
			r.fault(Faultf(unknownKey, where, name, advice(name, names, "", Faultf(seeHelp, "serve"))))
			continue
		}
		values, ok := tomlValues(keys[name], o.list, o.on)
		if !ok {
			want := wrongKind
			if o.list {
				want = wrongKindList
			}
			r.fault(Faultf(want, name, where))
			continue
		}
		src[name] = given{values: values, where: where}
	}
	return src
}

func tomlValues(v any, list, on bool) ([]string, bool) {
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case int64:
		return []string{strconv.FormatInt(v, 10)}, true
	case bool:
		return []string{strconv.FormatBool(v)}, on
	case float64:
		return []string{strconv.FormatFloat(v, 'g', -1, 64)}, true
	case []any:
		out := []string{}
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, list
	}
	return nil, false
}

// lineOf finds the line of a top-level key or table. The TOML package gives only positions
// of faults.
func lineOf(text, key string) int {
	at := regexp.MustCompile(`^\s*\[*\s*["']?` + regexp.QuoteMeta(key) + `["']?\s*[=.\]]`)
	n := 0
	for line := range strings.Lines(text) {
		if n++; at.MatchString(line) {
			return n
		}
	}
	return 1
}

func sortedByLine(keys map[string]any, text string) []string {
	var names []string
	for name := range keys {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := lineOf(text, a) - lineOf(text, b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return names
}
