package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"danmaku/store"
)

// tools/release sets these with -ldflags -X; they are empty in all other builds, which only
// know the go command's build information.
var (
	releaseVersion string // v1.2.3
	releaseCommit  string
	releaseDate    string // of the commit, RFC 3339
)

// versionCommand is `danmaku version`.
func versionCommand() command {
	return command{
		name: "version", summary: "print version, commit, Go and SQLite",
		about: "Prints the version, the commit with its date, Go, and SQLite with its driver.\ndanmaku --version does the same.",
		run:   printVersion,
	}
}

func printVersion(ctx context.Context, env Env, _ input) error {
	b := thisBuild()
	engine, err := store.Engine(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "danmaku %s\ncommit  %s of %s\nGo      %s for %s/%s\nSQLite  %s by %s %s, %s\n",
		b.version, b.commit, b.date, runtime.Version(), runtime.GOOS, runtime.GOARCH,
		engine.SQLite, engine.Driver, b.modules[engine.Driver], engine.Kind)
	return nil
}

// build is the known information about how this program was built.
type build struct {
	version, commit, date string
	modules               map[string]string // path to version
}

func thisBuild() build {
	b := build{version: "(unknown version)", commit: "unknown", date: "unknown date", modules: map[string]string{}}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.read(info)
	}
	if releaseVersion != "" {
		b.version, b.commit, b.date = releaseVersion, releaseCommit, releaseDate
	}
	return b
}

// read reads the build information of the go command.
func (b *build) read(info *debug.BuildInfo) {
	if info.Main.Version != "" {
		b.version = info.Main.Version
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.modules[m.Path] = m.Version
	}
	changed := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.commit = s.Value
		case "vcs.time":
			b.date = s.Value
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	if changed {
		b.commit += " (changed)"
	}
}
