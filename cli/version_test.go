package cli

import (
	"bytes"
	"regexp"
	"runtime/debug"
	"testing"
)

// The version output has everything that a bug report needs.
func TestVersionCommand(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(t.Context(), Env{Args: []string{"version"}, Out: &out, Err: &errs}); code != ExitDone {
		t.Fatalf("it ends with %d: %s", code, &errs)
	}
	// A test binary contains no module versions.
	want := regexp.MustCompile(`^danmaku \S.*\n` +
		`commit  .+ of .+\n` +
		`Go      go1\.\d+\S* for \w+/\w+\n` +
		`SQLite  3\.\d+\.\d+ by (github\.com/mattn/go-sqlite3 .*, in C|modernc\.org/sqlite .*, in Go)\n$`)
	if !want.MatchString(out.String()) {
		t.Errorf("it says\n%s", &out)
	}
	if code := run(t.Context(), Env{Args: []string{"version", "now"}, Out: &out, Err: &errs}); code != ExitUsage {
		t.Errorf("with an argument it ends with %d", code)
	}
}

func TestVersionOfABuild(t *testing.T) {
	info := &debug.BuildInfo{
		Main: debug.Module{Path: "danmaku", Version: "(devel)"},
		Deps: []*debug.Module{
			{Path: "example.org/a", Version: "v1.0.0"},
			{Path: "example.org/b", Version: "v2.0.0", Replace: &debug.Module{Path: "example.org/b", Version: "v2.0.1"}},
		},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}, {Key: "vcs.time", Value: "2026-11-21T08:00:00Z"},
		},
	}
	b := build{modules: map[string]string{}}
	b.read(info)
	if b.version != "(devel)" || b.commit != "abc (changed)" || b.date != "2026-11-21T08:00:00Z" || b.modules["example.org/b"] != "v2.0.1" {
		t.Errorf("it reads %+v", b)
	}
}
