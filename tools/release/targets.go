package main

import (
	"fmt"
	"slices"
	"strings"
)

// target is a published system. With a C compiler it contains the C version of SQLite, linked
// statically; if Debian has no compiler for the target, it contains the Go version.
type target struct {
	goos, goarch string
	level        string // the oldest processor it runs on, as the go command's variable
	cc, pkg      string // C compiler and Debian's package of it; empty: SQLite in Go
	ldflags      string // of the C compiler
	linked       []linked
}

// linked is what a C compiler links into a program, with the texts that must accompany it, as
// Debian installs them. The first text must contain a given sentence, so that another
// package's text is not mistaken for it.
type linked struct {
	name     string
	sentence string
	texts    []string
}

// glibc returns the libraries of a C compiler, from the package of Debian 12 that contains
// them.
func glibc(pkg string) linked {
	return linked{"glibc", "GNU Lesser General Public", []string{"/usr/share/doc/" + pkg + "/copyright", "/usr/share/common-licenses/LGPL-2.1"}}
}

func libgcc(pkg string) linked {
	return linked{"libgcc", "GCC RUNTIME LIBRARY EXCEPTION", []string{"/usr/share/doc/" + pkg + "/copyright", "/usr/share/common-licenses/GPL-3"}}
}

var mingw = linked{"mingw-w64", "Upstream-Name: mingw-w64", []string{"/usr/share/doc/mingw-w64-x86-64-dev/copyright"}}

const static = "-static -Wl,--build-id=none"

var targets = []target{
	{goos: "linux", goarch: "amd64", level: "GOAMD64=v1", cc: "gcc", pkg: "gcc libc6-dev", ldflags: static, linked: []linked{glibc("libc6-dev"), libgcc("gcc-12-base")}},
	{goos: "linux", goarch: "arm64", level: "GOARM64=v8.0", cc: "aarch64-linux-gnu-gcc", pkg: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross", ldflags: static, linked: []linked{glibc("libc6-dev-arm64-cross"), libgcc("gcc-12-cross-base")}},
	{goos: "windows", goarch: "amd64", level: "GOAMD64=v1", cc: "x86_64-w64-mingw32-gcc", pkg: "gcc-mingw-w64-x86-64", ldflags: "-static -Wl,--no-insert-timestamp", linked: []linked{mingw, libgcc("gcc-mingw-w64-base")}},
	{goos: "windows", goarch: "arm64", level: "GOARM64=v8.0"},
	{goos: "darwin", goarch: "amd64", level: "GOAMD64=v1"},
	{goos: "darwin", goarch: "arm64", level: "GOARM64=v8.0"},
}

func (t target) String() string { return t.goos + "/" + t.goarch }

// program returns the name of the executable.
func (t target) program() string {
	if t.goos == "windows" {
		return "danmaku.exe"
	}
	return "danmaku"
}

// folder returns the single folder in the archive of a target.
func (t target) folder(version string) string {
	return strings.Join([]string{"danmaku", version, t.goos, t.goarch}, "-")
}

func (t target) archive(version string) string {
	if t.goos == "linux" {
		return t.folder(version) + ".tar.gz"
	}
	return t.folder(version) + ".zip"
}

// tags returns the build tags: names of hosts and users are looked up without the C library,
// parts of which a static program cannot load, and SQLite loads no extensions.
func (t target) tags() string {
	if t.cc == "" {
		return ""
	}
	return "netgo,osusergo,sqlite_omit_load_extension"
}

// environ returns the environment of the go command; the caller's own settings must not change
// the bytes.
func (t target) environ() []string {
	env := []string{
		"GOOS=" + t.goos, "GOARCH=" + t.goarch, t.level,
		"GOFLAGS=-mod=readonly", "GOEXPERIMENT=", "GOWORK=off", "CGO_ENABLED=0",
	}
	if t.cc != "" {
		env = append(env, "CGO_ENABLED=1", "CC="+t.cc, "CGO_CFLAGS=-O2", "CGO_CPPFLAGS=", "CGO_LDFLAGS=")
	}
	return env
}

// linkerFlags returns flags that strip the program and set the release's name.
func (t target) linkerFlags(s source) string {
	flags := fmt.Sprintf("-s -w -buildid= -X danmaku/cli.releaseVersion=%s -X danmaku/cli.releaseCommit=%s -X danmaku/cli.releaseDate=%s",
		s.version, s.commit, s.date.Format("2006-01-02T15:04:05Z"))
	if t.cc != "" {
		flags += ` -linkmode external -extldflags "` + t.ldflags + `"`
	}
	return flags
}

// choose parses a comma-separated list of targets; an empty one means all.
func choose(list string) ([]target, error) {
	if list == "" {
		return targets, nil
	}
	var out []target
	for name := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(targets, func(t target) bool { return t.String() == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no target %q; use some of %v", name, targets)
		}
		out = append(out, targets[i])
	}
	return out, nil
}
