package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

const noticeHead = `danmaku is under the MIT licence, see LICENSE. What we publish contains these
works of others, under their own licences; the folder licences/ of every archive
has their texts. "make notice" writes this file out of what the builds import.
`

const noticeTail = `
SQLite, in every build
    public domain, https://sqlite.org/copyright.html

In the builds for Linux
    glibc: LGPL-2.1-or-later, linked statically. Whoever wants another one links
    anew: the source of danmaku is public, and tools/release says how it is built.
    The source of glibc is that of Debian's package glibc.
    libgcc: GPL-3.0-or-later with the GCC Runtime Library Exception

In the build for Windows on amd64
    mingw-w64 runtime: public domain, ZPL-2.1 and others, see licences/mingw-w64
    libgcc: GPL-3.0-or-later with the GCC Runtime Library Exception

Test data in testdata/replay, in no build, comes from CommentCoreLibrary
(Copyright Jim Chen, MIT), see testdata/replay/README.md.
`

// notice returns the text of NOTICE: what all builds of the checkout in dir contain.
func notice(ctx context.Context, dir string) (string, error) {
	all := map[string]work{}
	for _, t := range targets {
		works, err := imported(ctx, t, dir)
		if err != nil {
			return "", fmt.Errorf("%s: %w", t, err)
		}
		for _, w := range works {
			for _, other := range all[w.name].texts { // another target uses other folders of it
				if !slices.Contains(w.texts, other) {
					w.texts = append(w.texts, other)
				}
			}
			slices.SortFunc(w.texts, func(a, b text) int { return strings.Compare(a.name, b.name) })
			all[w.name] = w
		}
	}
	own, err := dataTexts(dir)
	if err != nil {
		return "", err
	}
	for _, w := range own {
		all[w.name] = w
	}
	var b strings.Builder
	b.WriteString(noticeHead)
	for _, w := range sorted(all) {
		kinds, holders := w.kinds()
		fmt.Fprintf(&b, "\n%s\n    %s\n", w.title(), strings.Join(kinds, ", "))
		for _, h := range holders {
			fmt.Fprintf(&b, "    %s\n", h)
		}
		for _, s := range w.scopes() {
			fmt.Fprintf(&b, "    %s\n", s)
		}
	}
	b.WriteString(noticeTail)
	return b.String(), nil
}

// scopeMark begins the line of a data licence that names its files.
const scopeMark = "Only for the data files: "

// scopes returns those lines.
func (w work) scopes() (out []string) {
	if !strings.HasPrefix(w.name, "data ") {
		return nil
	}
	for _, t := range w.texts {
		for line := range strings.Lines(t.data) {
			if strings.HasPrefix(line, scopeMark) {
				out = append(out, strings.TrimSpace(line))
			}
		}
	}
	return out
}

// title returns the name of a work in NOTICE.
func (w work) title() string {
	switch {
	case w.name == "go":
		return "Go, its library and runtime"
	case strings.HasPrefix(w.name, "data "):
		return strings.TrimPrefix(w.name, "data ") + " data, in " + dataFolder
	}
	return w.name
}

func sorted(works map[string]work) []work {
	out := make([]work, 0, len(works))
	for _, w := range works {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b work) int { return strings.Compare(a.name, b.name) })
	return out
}
