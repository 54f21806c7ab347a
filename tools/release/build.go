package main

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// build makes the archives of the chosen targets out of the commit of a
// repository, and their checksums, in dist. cache is a build cache to use; empty
// is the go command's own.
func build(ctx context.Context, repository, dist, cache string, chosen []target, out io.Writer) error {
	if err := compilers(chosen); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "danmaku-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	src, err := checkout(ctx, repository, filepath.Join(dir, "source"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, commit %.12s of %s\n", src.version, src.commit, src.date.Format("2006-01-02 15:04:05 MST"))
	pages, err := documents(src.dir)
	if err != nil {
		return err
	}
	var names []string
	for _, t := range chosen {
		program := filepath.Join(dir, t.goos+"-"+t.goarch, t.program())
		if err := compile(ctx, t, src, program, cache); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		if t.goos == "linux" {
			if err := standsAlone(program); err != nil {
				return fmt.Errorf("%s: %w", t, err)
			}
		}
		code, err := os.ReadFile(program)
		if err != nil {
			return err
		}
		entries := append(slices.Clone(pages), entry{name: t.program(), data: code, run: true})
		texts, err := licences(ctx, t, src.dir)
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		name := t.archive(src.version)
		if err := pack(filepath.Join(dist, name), t.folder(src.version), append(entries, texts...), src.date); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		names = append(names, name)
		fmt.Fprintf(out, "%-14s %-44s %5.1f MB, program %5.1f MB, SQLite %s\n", t, name, size(filepath.Join(dist, name)), float64(len(code))/1e6, t.engine())
	}
	return writeSums(dist, names)
}

func (t target) engine() string {
	if t.cc == "" {
		return "in Go"
	}
	return "in C"
}

// compilers tells which C compilers are missing, before anything is built: with
// another driver in place of one the bytes would not be the same everywhere.
func compilers(chosen []target) error {
	var faults []error
	for _, t := range chosen {
		if t.cc == "" {
			continue
		}
		if _, err := exec.LookPath(t.cc); err != nil {
			faults = append(faults, fmt.Errorf("%s needs %s; Debian: apt-get install %s", t, t.cc, t.pkg))
		}
	}
	return errors.Join(faults...)
}

func compile(ctx context.Context, t target, src source, program, cache string) error {
	env := t.environ()
	if cache != "" {
		env = append(env, "GOCACHE="+cache)
	}
	_, err := output(ctx, src.dir, env, "go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly",
		"-tags="+t.tags(), "-ldflags="+t.linkerFlags(src), "-o", program, ".")
	return err
}

// standsAlone makes sure that a program for Linux asks for no library of the
// machine that it will run on.
func standsAlone(program string) error {
	f, err := elf.Open(program)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%s is not static", filepath.Base(program))
		}
	}
	return nil
}

func size(file string) float64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return float64(info.Size()) / 1e6
}

// shown is how a page names a picture that lies beside it.
var shown = regexp.MustCompile(`(?:\]\(|src=")((?:docs/)?pictures/[\w.-]+)[)"]`)

// documents are the pages that come with a program, with the pictures that they
// show.
func documents(dir string) ([]entry, error) {
	var names []string
	for _, pattern := range []string{"*.md", "LICENSE", "NOTICE", "docs/*.md"} {
		found, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("there is no %s: %w", pattern, err)
		}
		names = append(names, found...)
	}
	var entries []entry
	have := map[string]bool{}
	add := func(name string) ([]byte, error) {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err == nil && !have[name] {
			have[name] = true
			entries = append(entries, entry{name: name, data: data})
		}
		return data, err
	}
	for _, name := range names {
		text, err := add(name)
		if err != nil {
			return nil, err
		}
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		for _, m := range shown.FindAllSubmatch(text, -1) {
			if _, err := add(path.Join(path.Dir(name), string(m[1]))); err != nil {
				return nil, fmt.Errorf("%s shows a picture: %w", name, err)
			}
		}
	}
	return entries, nil
}
