package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// work is third-party work that a build contains.
type work struct {
	name  string
	texts []text // its licences
}

type text struct {
	name string // below the work's folder
	data string
}

// ours is the path of our own module.
const ours = "danmaku"

// imported returns the modules whose packages a target's build contains, Go's own library
// first. Each must have a licence.
func imported(ctx context.Context, t target, dir string) ([]work, error) {
	const line = `{{if .Module}}{{.Module.Path}}|{{.Module.Dir}}|{{.Dir}}{{end}}`
	said, err := output(ctx, dir, append(t.environ(), "CC=false"), // list compiles nothing
		"go", "list", "-deps", "-tags="+t.tags(), "-f", line, ".")
	if err != nil {
		return nil, err
	}
	folders := map[string]map[string]bool{} // by module: folders that may have licences
	roots := map[string]string{}
	for entry := range strings.Lines(said) {
		fields := strings.Split(strings.TrimSpace(entry), "|")
		if len(fields) != 3 || fields[0] == ours {
			continue
		}
		module, root := fields[0], fields[1]
		if root == "" {
			return nil, fmt.Errorf("the files of %s are not here; go mod download fetches them", module)
		}
		roots[module] = root
		if folders[module] == nil {
			folders[module] = map[string]bool{}
		}
		for d := fields[2]; strings.HasPrefix(d, root); d = filepath.Dir(d) {
			folders[module][d] = true
		}
	}
	goroot, err := output(ctx, dir, nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	standard := strings.TrimSpace(goroot)
	roots["go"], folders["go"] = standard, map[string]bool{standard: true}

	var works []work
	var faults []error
	for _, module := range slices.Sorted(maps.Keys(roots)) {
		w := work{name: module}
		for _, d := range slices.Sorted(maps.Keys(folders[module])) {
			found, err := licencesIn(roots[module], d)
			if err != nil {
				return nil, err
			}
			w.texts = append(w.texts, found...)
		}
		if kinds, _ := w.kinds(); len(kinds) == 0 {
			faults = append(faults, fmt.Errorf("%s has no licence that we know in %s", module, roots[module]))
		}
		works = append(works, w)
	}
	return works, errors.Join(faults...)
}

// licenceName matches the names of licence files and their companions.
var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|[\w-]+-licen[cs]e)([._-][\w.-]+)?$`)

// licencesIn returns the licences in one folder of a module.
func licencesIn(root, dir string) ([]text, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []text
	for _, f := range files {
		if f.IsDir() || !licenceName.MatchString(f.Name()) || strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		name, err := filepath.Rel(root, filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, text{filepath.ToSlash(name), string(data)})
	}
	return out, nil
}

// marks identify licences by a sentence that only they have. The first match counts.
var marks = []struct{ kind, sentence string }{
	{"Apache-2.0", "Apache License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"Unicode-3.0", "UNICODE LICENSE V3"},
	{"CC-BY-SA-4.0", "Creative Commons Attribution-ShareAlike 4.0 International"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy of this software"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from this software without specific prior written permission"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce the above copyright notice"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"},
	{"NAIST-2003", "Nara Institute of Science and Technology (NAIST), the copyright holders, disclaims all warranties"},
	{"public domain", "The author disclaims copyright to this source code"},
}

func kindOf(licence string) string {
	words := strings.FieldsFunc(licence, func(r rune) bool { return unicode.IsSpace(r) || r == '/' || r == '*' || r == '#' }) // it may be a comment
	flat := strings.ToLower(strings.Join(words, " "))
	flat = strings.ReplaceAll(flat, "apache license, version", "apache license version")
	for _, m := range marks {
		if strings.Contains(flat, strings.ToLower(m.sentence)) {
			return m.kind
		}
	}
	return ""
}

var copyrightLine = regexp.MustCompile(`(?mi)^[\s/*#]*(?:Portions )?Copyright (?:\(c\)|©|\d)[^\n]*`)

// kinds returns a work's licences, and the holders of the rights.
func (w work) kinds() (kinds, holders []string) {
	for _, t := range w.texts {
		if k := kindOf(t.data); k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
		for _, line := range copyrightLine.FindAllString(t.data, -1) {
			line = strings.TrimSuffix(strings.Join(strings.Fields(strings.Trim(line, " \t\r\n/*#")), " "), " or")
			if !slices.Contains(holders, line) {
				holders = append(holders, line)
			}
		}
	}
	return kinds, holders
}

// licences returns the texts that go into a target's archive.
func licences(ctx context.Context, t target, dir string) ([]entry, error) {
	works, err := imported(ctx, t, dir)
	if err != nil {
		return nil, err
	}
	own, err := dataTexts(dir)
	if err != nil {
		return nil, err
	}
	works = append(works, own...)
	for _, l := range t.linked {
		w := work{name: l.name}
		for i, file := range l.texts {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("the licence of %s: %w", l.name, err)
			}
			if i == 0 && !strings.Contains(strings.Join(strings.Fields(string(data)), " "), l.sentence) {
				return nil, fmt.Errorf("the licence of %s: %s lacks %q", l.name, file, l.sentence)
			}
			w.texts = append(w.texts, text{path.Base(file), string(data)})
		}
		works = append(works, w)
	}
	var out []entry
	for _, w := range works {
		for _, t := range w.texts {
			out = append(out, entry{name: path.Join("licences", w.name, t.name), data: []byte(t.data)})
		}
	}
	return out, nil
}

// dataFolder contains tables made from third-party data, with the licences beside them:
// LICENSE-Name.txt.
const dataFolder = "moderation/fold/data"

// dataTexts returns the licences of data that the program contains.
func dataTexts(dir string) ([]work, error) {
	files, err := fs.Glob(os.DirFS(dir), dataFolder+"/LICENSE-*.txt")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no licences in %s", dataFolder)
	}
	var out []work
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		title := strings.TrimSuffix(strings.TrimPrefix(path.Base(name), "LICENSE-"), ".txt")
		out = append(out, work{name: "data " + title, texts: []text{{path.Base(name), string(data)}}})
	}
	return out, nil
}
