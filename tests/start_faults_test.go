package tests

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := start(t, dir)
	s := p.phone().open("audience", "")
	s.send("c1", "something")
	s.next("ack")
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := os.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every fault of a start is one clear line, exit code 1 (2 for bad usage).
func TestStartFaults(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	broken := filepath.Join(dir, "broken.toml")
	for name, text := range map[string]string{file: "not a folder", broken: "user-rate = \"fast\"\nusr-burst = 3\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	notDB := filepath.Join(dir, "notdb")
	if err := errors.Join(os.Mkdir(notDB, 0o700), os.WriteFile(filepath.Join(notDB, "danmaku.db"), []byte(strings.Repeat("x", 4096)), 0o600)); err != nil {
		t.Fatal(err)
	}
	fresh := func() string { return t.TempDir() }
	for _, tt := range []struct {
		name  string
		args  []string
		code  int
		lines []string // words of each line
	}{
		{name: "port in use", args: []string{"--listen", taken.Addr().String(), "--data", fresh()}, code: 1, lines: []string{"in use"}},
		{name: "a file where the folder should be", args: []string{"--listen", "127.0.0.1:0", "--data", file}, code: 1, lines: []string{file}},
		{name: "no database", args: []string{"--listen", "127.0.0.1:0", "--data", notDB}, code: 1, lines: []string{notDB}},
		{name: "broken config", args: []string{"--config", broken, "--data", fresh()}, code: 1, lines: []string{"usr-burst", "user-rate"}},
		{name: "unknown flag", args: []string{"--prot", "80"}, code: 2, lines: []string{"prot"}},
		{name: "bad value", args: []string{"--user-burst", "many"}, code: 2, lines: []string{"user-burst"}},
		{name: "unknown command", args: []string{"fly"}, code: 2, lines: []string{"fly"}},
		{name: "link without a word", args: []string{"link"}, code: 2, lines: []string{"needs a command after it: new, list, revoke"}},
		{name: "link of an unknown role", args: []string{"link", "new", "--role", "king", "--data", fresh()}, code: 2, lines: []string{"king"}},
		{name: "links of an empty folder", args: []string{"link", "list", "--data", fresh()}, code: 1, lines: []string{"holds no data"}},
		{name: "links of a folder that is not there", args: []string{"link", "list", "--data", filepath.Join(dir, "nowhere")}, code: 1, lines: []string{"nowhere"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs strings.Builder
			code := run(t.Context(), environment{args: tt.args, in: strings.NewReader(""), out: &out, err: &errs})
			if code != tt.code || out.Len() > 0 {
				t.Errorf("exit code %d, want %d; printed %q", code, tt.code, out.String())
			}
			lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
			if len(lines) != len(tt.lines) {
				t.Fatalf("%d lines, want %d:\n%s", len(lines), len(tt.lines), errs.String())
			}
			for i, word := range tt.lines {
				if !strings.Contains(lines[i], word) {
					t.Errorf("line %q lacks %q", lines[i], word)
				}
			}
		})
	}
}

// Two servers on one folder would number the same log.
func TestSecondServerOnAFolderIsRefused(t *testing.T) {
	p := start(t, t.TempDir())
	var errs strings.Builder
	code := run(t.Context(), environment{args: []string{"--listen", "127.0.0.1:0", "--data", p.data}, out: &strings.Builder{}, err: &errs})
	if code != exitFailed || strings.Count(errs.String(), "\n") != 1 {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
}
