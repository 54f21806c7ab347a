package cli

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"danmaku/config"
)

// runCommand runs a command without a server and returns its output.
func runCommand(t *testing.T, environ []string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), Env{Args: args, Environ: environ, In: strings.NewReader(""), Out: &o, Err: &e})
	return code, o.String(), e.String()
}

// TestEveryCommandIsComplete checks every row for fields that its help needs.
func TestEveryCommandIsComplete(t *testing.T) {
	var seen []string
	for _, c := range commands() {
		if c.summary == "" || c.about == "" || c.run == nil || slices.Contains(seen, c.name) {
			t.Errorf("%q lacks a summary, a text or a function, or is in the table twice", c.name)
		}
		seen = append(seen, c.name)
		if group := c.group(); group != "" && groupSummaries[group] == "" {
			t.Errorf("the group %q has no summary", group)
		}
		for _, f := range c.flags {
			if f.help == "" || f.value == "" && (f.def != "" || f.required || len(f.choices) > 0) {
				t.Errorf("%s --%s: %+v", c.name, f.name, f)
			}
			if f.def != "" && len(f.choices) > 0 && !slices.Contains(f.choices, f.def) {
				t.Errorf("%s --%s: the default is no choice", c.name, f.name)
			}
		}
	}
}

// Every command has help, in lines that fit a terminal, and asking for it is not a fault.
func TestEveryCommandHasHelp(t *testing.T) {
	calls := [][]string{{"--help"}, {"-h"}, {"help"}}
	for _, name := range Commands() {
		calls = append(calls, []string{name, "--help"}, []string{name, "-h"}, []string{"help", name})
	}
	for _, c := range commands() {
		calls = append(calls, append(strings.Fields(c.name), "--help"), append([]string{"help"}, strings.Fields(c.name)...))
	}
	calls = append(calls, []string{"link", "help"}, []string{"--listen", ":1", "--help"})
	for _, args := range calls {
		code, out, errs := runCommand(t, nil, args...)
		word := ""
		for _, a := range args {
			if a != "help" && !strings.HasPrefix(a, "-") && word == "" && a != ":1" {
				word = a
			}
		}
		want := "Usage: danmaku"
		if word != "" && word != "serve" {
			want += " " + word
		}
		if code != ExitDone || errs != "" || !strings.Contains(out, want) {
			t.Errorf("danmaku %s ends with %d, prints %q and %q", strings.Join(args, " "), code, firstLine(out), errs)
		}
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(line); n > 130 {
				t.Errorf("danmaku %s: a line of %d characters: %s", strings.Join(args, " "), n, line)
			}
		}
	}
	_, short, _ := runCommand(t, nil, "help")
	if n := strings.Count(short, "\n"); n > 27 || strings.Contains(short, "--listen") {
		t.Errorf("the help has %d lines:\n%s", n, short)
	}
	_, long, _ := runCommand(t, nil, "help", "serve")
	if !strings.Contains(long, "--listen ADDRESS") || !strings.Contains(long, "DANMAKU_USER_RATE") {
		t.Errorf("the server's help:\n%s", long)
	}
	_, export, _ := runCommand(t, nil, "export", "--help")
	for _, want := range []string{"--format F", "srt, vtt", "--force", "--data FOLDER", "(default live)"} {
		if !strings.Contains(export, want) {
			t.Errorf("the help of export lacks %s:\n%s", want, export)
		}
	}
}

// TestErrorsOfCommandCalls checks that the errors name what is wrong, and the exit code of a usage
// error.
func TestErrorsOfCommandCalls(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, row := range []struct {
		args string
		want []string
	}{
		{"sevre", []string{`"sevre" is not a command; there are serve, open, obs, link,`}},
		{"help sevre", []string{`"sevre" is not a command`}},
		{"help link nwe", []string{`link has no command "nwe"; use new, list, revoke. See danmaku help link.`}},
		{"help version now", []string{`unexpected argument "now"`}},
		{"link", []string{"link needs a command after it: new, list, revoke. See danmaku help link."}},
		{"link nwe", []string{`link has no command "nwe"; use new, list, revoke`}},
		{"obs", []string{"obs needs a command after it: add."}},
		{"link new", []string{"--role is missing; use: danmaku link new --role ROLE"}},
		{"link new --role", []string{"--role: the value is missing; write --role VALUE"}},
		{"link new --role king", []string{`--role "king": use owner, moderator, `}},
		{"link new --role sender --room --json", []string{"--room: the value is missing"}},
		{"link list all", []string{`unexpected argument "all"; see danmaku help link list`}},
		{"link revoke", []string{"ID is missing; use: danmaku link revoke ID"}},
		{"link revoke x", []string{`"x" is not an ID`}},
		{"backup", []string{"TARGET is missing; use: danmaku backup TARGET"}},
		{"backup a b", []string{`unexpected argument "b"`}},
		{"export", []string{"--format is missing; use: danmaku export --format F"}},
		{"export --format", []string{"--format: the value is missing"}},
		{"export --format mp4 --early maybe x", []string{`--format "mp4": use bilibili-xml`, `--early "maybe": use drop, clamp`, `unexpected argument "x"`}},
		{"export --fromat csv", []string{"--fromat: there is no such option; did you mean --format?"}},
		{"export --format csv --all=maybe", []string{`--all takes no value, but got "maybe"`}},
		{"replay", []string{"FILE is missing; use: danmaku replay FILE"}},
		{"check --rule x", []string{"--rule: there is no such option; did you mean --rules?"}},
		{"check --rules", []string{"--rules: the value is missing"}},
		{"obs add --name=", []string{"--name: the value is empty"}},
		{"obs add --dokc", []string{"--dokc: there is no such option; did you mean --dock?"}},
		{"version now", []string{`unexpected argument "now"`}},
		{"--version now", []string{`unexpected argument "now"`}},
		{"--bogus", []string{"--bogus: there is no such option; see danmaku help serve"}},
		{"serve --bogus", []string{"--bogus: there is no such option; see danmaku help serve"}},
		{"config --x", []string{"--x: there is no such option; see danmaku help config"}},
		{"open x --y", []string{"--y: there is no such option"}},
		{"completion", []string{"SHELL is missing"}},
		{"completion tcsh", []string{`there is no completion for "tcsh"; there are bash, zsh, fish, powershell`}},
		{"serve now", []string{`unexpected argument "now"; see danmaku help serve`}},
		{"--lisen :80", []string{"--lisen: there is no such option; did you mean --listen?"}},
		{"--listen", []string{"--listen: the value is missing"}},
	} {
		code, out, errs := runCommand(t, nil, strings.Fields(row.args)...)
		if code != ExitUsage || out != "" || strings.Contains(errs, "flag ") || strings.Contains(errs, "%!") {
			t.Errorf("danmaku %s: %d %q %q", row.args, code, out, errs)
		}
		for _, want := range row.want {
			if !strings.Contains(errs, "danmaku: "+want) {
				t.Errorf("danmaku %s says\n%swithout %q", row.args, errs, want)
			}
		}
	}
}

// TestFaultsInEveryLanguage checks that errors are in the language of the call: that of the
// flag, the variable, or the terminal.
func TestFaultsInEveryLanguage(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"there.csv": "", "words.txt": "no database\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	japanese, chinese := []string{"LANG=ja_JP.UTF-8"}, []string{"LANG=zh_CN.UTF-8"}
	for _, row := range []struct {
		environ []string
		args    string
		want    string
	}{
		{nil, "exprot", "is not a command"},
		{japanese, "exprot", "というコマンドはありません"},
		{chinese, "exprot", "不是命令"},
		{[]string{"LANG=zh_CN.UTF-8", "DANMAKU_LANG=ja"}, "link new", "--role がありません"},
		{japanese, "--lang zh-CN --lisen :1", "--lisen：没有这个选项；是不是 --listen？"},
		{japanese, "--lang=en --lisen :1", "there is no such option"},
		{japanese, "--lang xx", "という値はありません"},
		{japanese, "link list --data none", "danmaku のデータがありません"},
		{japanese, "--bogus", "danmaku help serve をご覧ください"},
		{japanese, "export --format csv --from bogus", "--from \"bogus\"：2026-11-21T20:00:00+01:00 のような時刻"},
		{chinese, "export --format csv --zero bogus", "--zero \"bogus\"：请写"},
		{nil, "export --format csv --to bogus", "--to \"bogus\": write a time"},
		{japanese, "export --format csv --data . --out there.csv", "there.csv はもうあります"},
		{chinese, "export --format csv --data . --out .", "是文件夹"},
		{japanese, "report --from bogus", "--from \"bogus\"：2026-11-21T20:00:00+01:00 のような時刻"},
		{chinese, "report --session bogus", "--session \"bogus\"：请写"},
		{japanese, "replay none.xml", "ファイル none.xml はありません。"},
		{chinese, "draw verify there.csv", "没有已经结束的抽奖"},
		{japanese, "open --data none", "応答しません"},
		{chinese, "export --format csv --data none", "none 里没有 danmaku 的数据"},
		{chinese, "--data none/deeper", "不存在"},
		{japanese, "--data none/deeper", "がありません"},
		{[]string{"DANMAKU_LANG=ja"}, "link --lang x", "続くコマンドが必要です：new, list, revoke。"},
		{nil, "link new -1h", "unexpected argument \"-1h\"; see danmaku help link new"},
		{nil, "restore words.txt --data .", "words.txt is not a backup of danmaku"},
		{japanese, "export --format csv --data . --out none/f.csv", "none/f.csv を作れません（そのファイルやフォルダーはありません）"},
		{chinese, "backup copy.db --every 5s --data none", "--every \"5s\"：请写一分钟以上的时间"},
		{chinese, "restore words.txt --data .", "words.txt 不是 danmaku 的备份"},
	} {
		if code, _, errs := runCommand(t, row.environ, strings.Fields(row.args)...); code == ExitDone || !strings.Contains(errs, row.want) {
			t.Errorf("%v danmaku %s: %d %s, want %s", row.environ, row.args, code, errs, row.want)
		}
	}
	if _, err := os.Stat("none"); err == nil {
		t.Error("a command that failed has made the folder none")
	}
	for lang, w := range startWords {
		if lang != config.English && strings.ContainsAny(w.stop, "abcdefghijklmnopqrstuvwxyz") && !strings.Contains(w.stop, "Ctrl") {
			t.Errorf("%s: %s", lang, w.stop)
		}
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
