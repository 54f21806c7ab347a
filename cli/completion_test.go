package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"danmaku/testrace"
)

func TestComplete(t *testing.T) {
	for _, row := range []struct {
		words []string
		has   []string
		not   []string
	}{
		{[]string{""}, []string{"serve", "export", "link", "completion"}, []string{"--listen", "link new"}},
		{[]string{"ex"}, []string{"export"}, []string{"serve"}},
		{[]string{"--l"}, []string{"--listen", "--lang", "--log-level"}, []string{"serve"}},
		{[]string{"--sync", ""}, []string{"normal", "full"}, []string{"--data"}},
		{[]string{"--listen", ""}, nil, []string{"serve", "--data"}},
		{[]string{"serve", "--op"}, []string{"--open"}, nil},
		{[]string{"--data", "da"}, []string{completeFolders}, nil},
		{[]string{"--config", ""}, []string{completeFiles}, nil},
		{[]string{"export", ""}, []string{"--format", "--out", "--data", "--help"}, []string{"--listen"}},
		{[]string{"export", "--format", ""}, []string{"bilibili-xml", "srt", "vtt"}, []string{"--out"}},
		{[]string{"export", "--format", "s"}, []string{"srt"}, []string{"vtt"}},
		{[]string{"export", "--format=v"}, []string{"--format=vtt"}, []string{"--format=srt"}},
		{[]string{"export", "--out", ""}, []string{completeFiles}, nil},
		{[]string{"link", ""}, []string{"new", "list", "revoke"}, []string{"--role"}},
		{[]string{"link", "new", "--role", "o"}, []string{"owner", "overlay"}, []string{"sender"}},
		{[]string{"link", "new", "--"}, []string{"--role", "--json"}, []string{"--dock"}},
		{[]string{"obs", "add", "--d"}, []string{"--dock", "--data"}, nil},
		{[]string{"open", "--lang", ""}, []string{"auto", "en", "zh-CN", "ja"}, nil},
		{[]string{"replay", ""}, []string{completeFiles}, []string{"--room"}},
		{[]string{"replay", "x.xml", "--sp"}, []string{"--speed"}, nil},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish", "powershell"}, nil},
		{[]string{"help", "l"}, []string{"link"}, []string{"--listen"}},
		{[]string{"help", "link", ""}, []string{"new"}, nil},
		{[]string{"nonsense", ""}, nil, []string{"serve", "--listen"}},
		{[]string{":empty"}, []string{"serve"}, nil},
		{nil, []string{"serve"}, nil},
	} {
		code, out, errs := runCommand(t, nil, append([]string{completeName}, row.words...)...)
		found := strings.Fields(out)
		if code != ExitDone || errs != "" {
			t.Errorf("%q: %d %s", row.words, code, errs)
		}
		for _, w := range row.has {
			if !slices.Contains(found, w) {
				t.Errorf("%q: %q lacks %s", row.words, found, w)
			}
		}
		for _, w := range row.not {
			if slices.Contains(found, w) {
				t.Errorf("%q: %q has %s", row.words, found, w)
			}
		}
	}
}

// TestCompletionInShells has each installed shell complete a line.
func TestCompletionInShells(t *testing.T) {
	testrace.Skip(t) // it would start the program with the race detector, which takes seconds
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, asProgram)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, name := range []string{"show.xml", "other.txt"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Each shell prints its candidates for a line, one per line.
	asks := map[string]func(line string) []string{
		"bash": func(line string) []string {
			return []string{"--norc", "-c", `source <(danmaku completion bash); read -ra COMP_WORDS <<< "$1"; [[ $1 == *" " ]] && COMP_WORDS+=(""); ` +
				`COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _danmaku; printf '%s\n' "${COMPREPLY[@]}"`, "bash", line}
		},
		"fish": func(line string) []string {
			return []string{"--no-config", "-c", `danmaku completion fish | source; complete -C "$argv[1]"`, line}
		},
		// Completion in zsh needs its line editor; stubs replace its parts.
		"zsh": func(line string) []string {
			return []string{"-f", "-c", `compdef() { :; }; _files() { print -l *; }; compadd() { shift; print -l -- "$@"; }; ` +
				`source <(danmaku completion zsh); words=(${(s: :)1}); [[ $1 == *" " ]] && words+=(""); CURRENT=$#words; _danmaku`, "zsh", line}
		},
	}
	tried := 0
	for shell, ask := range asks {
		path, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("%s is not installed", shell)
			continue
		}
		tried++
		for line, want := range map[string][]string{
			"danmaku exp":                 {"export"},
			"danmaku export --format s":   {"srt"},
			"danmaku link new --role ow":  {"owner"},
			"danmaku link ":               {"new", "list", "revoke"},
			"danmaku replay sho":          {"show.xml"},
			"danmaku export --format csv": {"csv"},
		} {
			cmd := exec.Command(path, ask(line)...)
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_CONFIG_HOME="+dir)
			out, err := cmd.CombinedOutput()
			for _, w := range want {
				if !slices.Contains(strings.Fields(string(out)), w) {
					t.Errorf("%s: %q gives %q, %v; want %s", shell, line, out, err, w)
				}
			}
			if strings.Contains(string(out), ":files") {
				t.Errorf("%s: %q gives %q", shell, line, out)
			}
		}
	}
	if tried == 0 {
		t.Skip("no shell is installed")
	}
}
