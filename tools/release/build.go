package main

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// build builds the archives of the chosen targets from the commit of a repository, with Linux
// packages, the list of what each contains, and the checksums of all, in dist. cache is a
// build cache to use; empty means the go command's own. home is the project's page, for the
// packages; it may be empty.
func build(ctx context.Context, repository, dist, cache, home string, chosen []target, out io.Writer) error {
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
		texts, err := licences(ctx, t, src.dir)
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		entries := append(slices.Clone(pages), texts...)
		if t.goos == "linux" {
			made, err := packages(ctx, t, src, program, entries, dist, home)
			if err != nil {
				return fmt.Errorf("%s: %w", t, err)
			}
			names = append(names, made...)
			service, err := files(src.dir, "deploy/danmaku.*", "deploy/nginx*.conf", "deploy/Caddyfile-cluster", "deploy/packages/danmaku.default")
			if err != nil {
				return err
			}
			entries = append(entries, service...)
		}
		list, err := bill(ctx, t, src, program, dist)
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		name := t.archive(src.version)
		if err := pack(filepath.Join(dist, name), t.folder(src.version), append(entries, entry{name: t.program(), data: code, run: true}), src.date); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		names = append(names, name, list)
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

// compilers reports which C compilers are missing, before anything is built: with a substitute
// the bytes would not be the same everywhere.
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

// standsAlone checks that a program for Linux needs no shared library.
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

// picture matches a picture in a page that lies beside the page.
var picture = regexp.MustCompile(`!\[[^\]]*\]\((?:docs/|\.\./)?pictures/[^)]*\)|<img [^>]*src="(?:docs/|\.\./)?pictures/[^>]*>`)

// documents returns the pages that come with a program, without their pictures, which would be
// larger than everything else together.
func documents(dir string) ([]entry, error) {
	entries, err := files(dir, "*.md", "LICENSE", "NOTICE", "docs/*.md", "docs/dev/*.md")
	for i, e := range entries {
		if strings.HasSuffix(e.name, ".md") {
			entries[i].data = withoutPictures(e.data)
		}
	}
	return entries, err
}

// withoutPictures removes pictures, and lines that contain nothing else.
func withoutPictures(page []byte) []byte {
	var out []byte
	for line := range bytes.Lines(page) {
		rest := picture.ReplaceAll(line, nil)
		if len(rest) < len(line) && len(bytes.TrimSpace(rest)) == 0 {
			continue
		}
		out = append(out, rest...)
	}
	return out
}

// files reads the files of a folder that patterns match; each pattern must match one.
func files(dir string, patterns ...string) ([]entry, error) {
	var entries []entry
	for _, pattern := range patterns {
		found, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("there is no %s: %w", pattern, err)
		}
		for _, name := range found {
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil {
				return nil, err
			}
			entries = append(entries, entry{name: name, data: data})
		}
	}
	return entries, nil
}
