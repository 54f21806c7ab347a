package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"danmaku/e2e/smalldisk"
	"danmaku/store"
)

// usages matches a command in its full form.
var usages = regexp.MustCompile(`danmaku( [a-z]+)+( [A-Z]+)?`)

// englishWords matches four words of English in a row. Names, commands and options are
// shorter.
var englishWords = regexp.MustCompile(`(?:^|[ "（(：、。])(?:[A-Za-z]{2,} ){3,}[A-Za-z]{2,}`)

// TestWrongInputInEveryLanguage runs each command with wrong input. In other languages, no
// sentence for the user is in English.
func TestWrongInputInEveryLanguage(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	data, gone, absent := filepath.Join(dir, "data"), filepath.Join(dir, "gone", "more"), filepath.Join(dir, "absent")
	db, err := store.Open(t.Context(), store.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Secret(data); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	words, latin, empty := write("words.txt", "spam\n"), write("latin.txt", "x\xff\n"), write("empty.xml", "")
	other, show := write("other.json", `{"a":1}`), write("show.xml", `<i><d p="1,1,25,16777215,1,0,a,1">hi</d></i>`)
	for _, args := range [][]string{
		{"nonsense"}, {"serve", "--frob"}, {"serve", "--listen"}, {"serve", "--listen", "x"}, {"serve", "x"}, {"serve", "--config", absent}, {"serve", "--config", dir},
		{"serve", "--data", gone}, {"serve", "--data", words}, {"serve", "--check-url", "ftp://x"}, {"serve", "--chat-key", "x"}, {"serve", "--lang", "xx"},
		{"serve", "--data", data, "--tls-cert", absent}, {"serve", "--domain", "localhost"}, {"serve", "--log-format", "x"}, {"serve", "--user-rate", "x"},
		{"open", "--data", absent}, {"open", "x"}, {"health", "--data", absent}, {"health", "x"},
		{"obs"}, {"obs", "x"}, {"obs", "add", "--data", absent}, {"obs", "add", "--obs", "a:b:c"}, {"obs", "add", "--data", data, "--room", "none"},
		{"obs", "add", "--scene"}, {"link"}, {"link", "x"}, {"link", "new", "--data", data, "--role", "x"}, {"link", "new", "--data", data, "--room", "none"},
		{"link", "revoke"}, {"link", "revoke", "--data", data, "99"}, {"link", "revoke", "--data", data, "x"}, {"link", "list", "--data", absent},
		{"chats"}, {"chats", "x"}, {"chats", "add"}, {"chats", "add", "--data", data, "https://example.com/x"}, {"chats", "add", "--data", data, "http://[::1"},
		{"chats", "add", "--data", data, "--room", "none", "twitch.tv/x"}, {"chats", "add", "--data", data, "--secret", "x", "twitch.tv/x"},
		{"chats", "remove", "--data", data, "x"}, {"chats", "list", "--data", absent}, {"chats", "test", "--data", data, "x"},
		{"replay"}, {"replay", absent}, {"replay", dir}, {"replay", empty}, {"replay", other}, {"replay", words}, {"replay", latin}, {"replay", write("none.xml", "<i></i>")}, {"replay", write("cut.json", `[{"a"`)}, {"replay", show, "--data", absent, "--url", "http://127.0.0.1:9"},
		{"replay", show, "--data", data, "--url", "http://127.0.0.1:9", "--room", "none"}, {"replay", show, "--data", data, "--speed", "x"}, {"replay", show, "--url", "x"},
		{"export"}, {"export", "--format", "x"}, {"export", "--format", "csv", "--data", absent}, {"export", "--format", "csv", "--data", data, "--status", "x"},
		{"export", "--format", "jsonl", "--data", data, "--bom"}, {"export", "--format", "csv", "--data", data, "--bom=x"}, {"export", "--format", "csv", "--data", data, "--zero", "x"},
		{"export", "--format", "csv", "--data", data, "--from", "x"}, {"export", "--format", "csv", "--data", data, "--room", "none"}, {"export", "--format", "csv", "--data", data, "--early", "x"},
		{"export", "--format", "csv", "--data", data, "--out", dir}, {"export", "--format", "csv", "--data", data, "--out", words},
		{"report", "--data", absent}, {"report", "--format", "x"}, {"report", "--from", "x"}, {"report", "--data", data, "--room", "none"}, {"report", "--data", data, "--out", words},
		{"draw"}, {"draw", "verify", absent}, {"draw", "verify", dir}, {"draw", "verify", "--data", data, "--room", "none"},
		{"cluster"}, {"cluster", "x"}, {"cluster", "init", "--data", data}, {"cluster", "init", "--data", data, "--listen", "x:y"}, {"cluster", "init", "--data", data, "--listen", "192.0.2.1:6222"},
		{"cluster", "invite", "--data", data, "--machines", "x"}, {"cluster", "join"}, {"cluster", "join", "--data", absent, "--listen", "127.0.0.1:1", "x"}, {"cluster", "status", "--data", data},
		{"cluster", "leave", "--data", data}, {"cluster", "alone", "--data", data},
		{"backup"}, {"backup", "--data", absent, "x"}, {"backup", "--data", data, words}, {"backup", "--data", data, gone}, {"backup", "--data", data, "--every", "x", dir},
		{"backup", "--data", data, "--keep", "x", dir}, {"backup", "--data", data, "--every", "1h", words}, {"backup", "--data", data, words + string(os.PathSeparator)},
		{"restore"}, {"restore", "--data", absent, filepath.Join(dir, "none.db")}, {"restore", "--data", absent, dir}, {"restore", "--data", absent, words}, {"restore", "--data", absent, empty},
		{"restore", "--data", data, filepath.Join(data, "danmaku.db")}, {"restore", "--data", absent, filepath.Join(data, "danmaku.db"), "--key", words},
		{"restore", "--data", absent, filepath.Join(data, "danmaku.db"), "--key", filepath.Join(dir, "none.key")},
		{"check", "--rules", absent}, {"check", "--rules", dir}, {"check", "--rules", latin}, {"check", "x"},
		{"doctor", "x"}, {"config", "x"}, {"completion"}, {"completion", "x"}, {"version", "x"}, {"help", "x"},
	} {
		english := faultOf(t, "en", args)
		if !strings.HasPrefix(english, "danmaku: ") {
			t.Errorf("%q: no fault, but %q", args, english)
			continue
		}
		for _, lang := range []string{"zh-CN", "ja"} {
			got := usages.ReplaceAllString(strings.ReplaceAll(faultOf(t, lang, args), dir, ""), "")
			if !strings.ContainsFunc(got, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }) || englishWords.MatchString(got) {
				t.Errorf("%s: %q: %s", lang, args, got)
			}
		}
	}
}

// A backup that the disk has no room for says so in every language, and leaves nothing
// behind.
func TestABackupOnAFullDisk(t *testing.T) {
	disk, data := smalldisk.New(t, 1), filepath.Join(t.TempDir(), "data")
	db, err := store.Open(t.Context(), store.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	free := disk.Fill()
	for lang, want := range map[string]string{
		"en":    "copy.db cannot be made (no space left on device); name another file or folder",
		"zh-CN": "copy.db（磁盘已满）；请指定另一个文件或文件夹",
		"ja":    "copy.db を作れません（ディスクがいっぱいです）。別のファイルかフォルダーを指定してください。",
	} {
		if got := faultOf(t, lang, []string{"backup", "--data", data, filepath.Join(disk.Dir, "copy.db")}); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	free()
	if left, err := os.ReadDir(disk.Dir); err != nil || len(left) > 0 {
		t.Errorf("the disk has %v (%v)", left, err)
	}
}

// faultOf runs a command and returns its standard error.
func faultOf(t *testing.T, lang string, args []string) string {
	t.Helper()
	var out, errs bytes.Buffer
	env := Env{Args: args, Environ: []string{"LANG=" + strings.ReplaceAll(lang, "-", "_") + ".UTF-8"}, In: strings.NewReader(""), Out: &out, Err: &errs}
	if code := Run(t.Context(), env, os.DirFS("assets")); code == ExitDone {
		t.Errorf("%q succeeds", args)
	}
	return errs.String()
}
