package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"danmaku/comment"
)

func TestReplayOfRealFiles(t *testing.T) {
	for file, want := range map[string][]string{
		"comment.xml": {"  shown      1386\n", "  skipped       0\n", "  failed        0\n"},
		"boss.xml":    {"  shown       937\n", "  skipped      63  (positioned 63)\n", "  failed        0\n"},
	} {
		s := &replayServer{}
		code, out, errOut := runReplay(t, t.Context(), s, filepath.Join("testdata", "replay", file))
		if code != 0 || errOut != "" {
			t.Errorf("%s: code %d, errors %q", file, code, errOut)
		}
		for _, line := range append(want, "100 %") {
			if !strings.Contains(out, line) {
				t.Errorf("%s: got\n%s\nwithout %q", file, out, line)
			}
		}
	}
}

func TestReplayOfBrokenFiles(t *testing.T) {
	for file, want := range map[string]string{
		"testdata/replay/no_closing.xml": "testdata/replay/no_closing.xml: line 9, column 1: a comment begins inside another one",
		"testdata/replay/xss.xml":        "testdata/replay/xss.xml: line 1, column 1: this is not a comment file of Bilibili",
		"testdata/replay/none.xml":       "there is no file testdata/replay/none.xml",
		"testdata/replay":                "testdata/replay is a folder; name a file in it",
	} {
		s := &replayServer{}
		code, out, errOut := runReplay(t, t.Context(), s, file, "--strict")
		if code != 1 || !strings.HasPrefix(errOut, "danmaku: "+want) || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%s: code %d, errors %q, want one line %q", file, code, errOut, want)
		}
		if len(s.posts) > 0 || out != "" {
			t.Errorf("%s: %d comments of a broken file were sent, output %q", file, len(s.posts), out)
		}
	}
}

func TestReplaySaysWhatIsMalformed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.xml")
	text := "<i>\n<d p=\"1,1,25,1,1,0,a,1\">x</d>\n<d p=\"soon\">y</d>\n<d p=\"1,8,25,1,1,0,a,1\">z</d></i>"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errOut := runReplay(t, t.Context(), &replayServer{}, path)
	if code != 0 || !strings.Contains(errOut, "line 3, column 1 is skipped: the time \"soon\" is not a number of seconds") || !strings.Contains(out, "  skipped       2  (positioned 1, malformed 1)\n") {
		t.Errorf("code %d, errors %q, output\n%s", code, errOut, out)
	}
}

// The command sends the complete comments of a damaged file, and reports the other ones with
// their place. If none is left, it fails and says why.
func TestReplayOfDamagedFiles(t *testing.T) {
	for _, row := range []struct {
		file   string
		code   int
		shown  int
		out    []string
		errOut []string
	}{
		{file: "testdata/replay/no_closing.xml", shown: 6, out: []string{"  skipped       1  (malformed 1)\n"},
			errOut: []string{"no_closing.xml: line 8, column 1 is skipped: the comment has no end\n"}},
		{file: "export/testdata/imports/recorder-ms-dates.xml", shown: 4, out: []string{"  skipped       2  (gifts 1, guards 1)\n", "  super chats among these, which are sent highlighted: 1\n"}},
		{file: "export/testdata/imports/cut-off.xml", shown: 1, out: []string{"  skipped       1  (malformed 1)\n"},
			errOut: []string{"line 4, column 1 is skipped: the comment has no end\n", "line 4, column 47: the file ends before it is complete"}},
		{file: "export/testdata/imports/nico-official-commands.xml", code: 1,
			errOut: []string{"there is no comment in it that could be played: commands to the player, which are not played: 2, invisible comments, which are not played: 1; nothing was sent"}},
		{file: "testdata/replay/xss.xml", code: 1, errOut: []string{"line 1, column 1: this is not a comment file of Bilibili: it begins with <img>"}},
		{file: writeTempFile(t, "<i></i>"), code: 1, errOut: []string{"there is no comment in it that could be played: it holds none; nothing was sent"}},
		{file: writeTempFile(t, "<i><d p='soon'>x</d><gift ts='1'/></i>"), code: 1,
			errOut: []string{"line 1, column 4 is skipped: the time", "could be played: gifts, which are not played: 1, 1 cannot be read; nothing was sent"}},
		{file: writeTempFile(t, ""), code: 1, errOut: []string{"line 1, column 1: the file is empty; nothing was sent"}},
		{file: writeTempFile(t, "[Script Info]\nTitle: x\n"), code: 1, errOut: []string{"this is a file of the kind ASS"}},
	} {
		s := &replayServer{}
		code, out, errOut := runReplay(t, t.Context(), s, row.file)
		if code != row.code || len(s.posts) != row.shown || row.errOut == nil && errOut != "" || row.code == 1 && out != "" {
			t.Errorf("%s: code %d, %d comments, errors %q, output\n%s", row.file, code, len(s.posts), errOut, out)
		}
		for _, want := range row.out {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q is missing in\n%s", row.file, want, out)
			}
		}
		for _, want := range row.errOut {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s: %q is missing in\n%s", row.file, want, errOut)
			}
		}
	}
}

// A name from another platform may be longer than ours allows; it is clipped, and the comment
// is sent.
func TestReplayClipsNames(t *testing.T) {
	s := &replayServer{}
	file := writeTempFile(t, `<i><d p="1,1,25,1,1,0,a,1" user="`+strings.Repeat("名👩‍👩‍👧", 20)+`">x</d></i>`)
	if code, _, errOut := runReplay(t, t.Context(), s, file); code != 0 || len(s.posts) != 1 {
		t.Fatal(code, errOut)
	}
	if want := strings.Repeat("名👩‍👩‍👧", comment.MaxNameLen/2); s.posts[0].Name != want {
		t.Errorf("the name is %q, want %q", s.posts[0].Name, want)
	}
}

// TestReplayEscapesNamesAndContentOfFiles: a terminal interprets neither the name of a file nor its content.
func TestReplayEscapesNamesAndContentOfFiles(t *testing.T) {
	for _, text := range []string{
		`{"\u001b[2J\u202e":1}`, `<i><d p="1,1">x</d><d p="` + "\u009b2J" + `">y</d></i>`, "<i></i>",
	} {
		path := filepath.Join(t.TempDir(), "x\x1b]0;gone\x07\u202e.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Skip("this file system has no such names:", err)
		}
		_, out, errOut := runReplay(t, t.Context(), &replayServer{}, path)
		if errOut == "" {
			t.Errorf("%s: nothing is printed", text)
		}
		for _, r := range errOut + strings.ReplaceAll(out, "\r", "") {
			if r != '\n' && r != '\t' && unicode.IsControl(r) || r == '\u202e' {
				t.Errorf("%s: %U in %q, %q", text, r, errOut, out)
			}
		}
	}
}
