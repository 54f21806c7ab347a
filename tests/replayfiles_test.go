package tests

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/export"
	"danmaku/live/replay"
)

// film is a Bilibili file with a comment at a fixed interval.
// mostReplayComments is how many comments of a file the server plays.
const mostReplayComments = 100_000

func recordingOf(apart float64, texts ...string) io.Reader {
	var b strings.Builder
	b.WriteString("<i>\n")
	for n, text := range texts {
		fmt.Fprintf(&b, "<d p=\"%g,1,25,16777215,1700000000,0,author%d,%d\">%s</d>\n", float64(n)*apart, n%3, n, text)
	}
	b.WriteString("</i>")
	return strings.NewReader(b.String())
}

// The faults of a file are reported with their place, and nothing of it is replayed.
func TestReplayOfFilesThatAreRefused(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	noClosing, err := os.ReadFile("testdata/replay/no_closing.xml")
	if err != nil {
		t.Fatal(err)
	}
	many := strings.Repeat(`<d p="1,1,25,1,1,0,a,1">x</d>`, mostReplayComments+1)
	for name, row := range map[string]struct {
		query, file string
		status      int
		message     string
		code        string // of the fault, for which the console has a sentence
	}{
		"no closing": {"&strict=1", string(noClosing), 422, "line 9, column 1: a comment begins inside another one", "inside"},
		"a page":     {"", "<html></html>", 422, "line 1, column 1: this is a file of the kind HTML", "other_kind"},
		"subtitles":  {"", "[Script Info]\n", 422, "line 1, column 1: this is a file of the kind ASS", "other_kind"},
		"an image":   {"", "<svg/>", 422, "line 1, column 1: this is not a comment file of Bilibili: it begins with <svg>", "other_root"},
		"no time":    {"", "<i><d p=''>x</d><gift/></i>", 422, "There is no comment in it", "nothing"},
		"nothing":    {"", " ", 422, "line 1, column 1: the file is empty", "empty_file"},
		"no comment": {"", "<i></i>", 422, "There is no comment in it", "nothing"},
		"only held":  {"", `{"text":"x","offset_ms":1,"status":"held"}`, 422, "There is no comment in it", "nothing"},
		"no line":    {"", "{}", 422, "line 1, column 1: this is JSON of a kind that is not known", "other_json"},
		"many":       {"", "<i>" + many + "</i>", 422, "more than 100000 comments", "too_many"},
		"fast":       {"&speed=11", "<i></i>", 422, "speed 11: use 0.25 to 10", ""},
		"no speed":   {"&speed=NaN", "<i></i>", 422, "speed NaN", ""},
		"soon":       {"&speed=soon", "<i></i>", 400, "", ""},
	} {
		status, _, answer := boss.upload(name, row.query, strings.NewReader(row.file))
		if status != row.status || answer.Code != "bad_frame" || !strings.Contains(answer.Message, row.message) || answer.Fault.Code != row.code {
			t.Errorf("%s: %d %+v", name, status, answer)
		}
		// What a program shows that knows only this field.
		if row.code != "" && (len(answer.Defects) == 0 || answer.Defects[0].Message == "") {
			t.Errorf("%s has the defects %+v", name, answer.Defects)
		}
		if row.code == "inside" && (len(answer.Defects) != 1 || answer.Defects[0].Line != 9 || answer.Defects[0].Column != 1) ||
			name == "no time" && (answer.Defects[0].Code != "time_missing" || answer.Defects[0].Column != 4 || answer.Notes[0].Code != "gifts" || answer.Notes[0].N != 1) {
			t.Errorf("%s: %+v", name, answer)
		}
	}
	for body, want := range map[string]int{
		`{"from":0,"to":1}`: 422, `{"from":5,"to":1}`: 422, `{"from":0,"speed":99}`: 422, `{"from":"yesterday"}`: 400, `{"from":0}`: 422,
	} {
		boss.replay("POST", json.RawMessage(body), want)
	}
	if acts := boss.call("GET", liveRoom+"/audit?act=replay", nil, 200).Acts; len(acts) > 0 {
		t.Errorf("the record says %+v", acts)
	}
	// A file may be as large as its reader accepts, and hardly larger.
	for length, want := range map[int]int{export.MaxFile: 422, export.MaxFile + 2<<20: 413} {
		if status := uploadAnnounced(t, p, length); status != want {
			t.Errorf("a file of %d bytes: %d, want %d", length, status, want)
		}
	}
	console := boss.open("console", "")
	console.next("hello")
	status, state, _ := boss.upload("some.xml", "", strings.NewReader("<i>\n<d p=\"0,1,25,1,1,0,a,1\">x</d>\n<d p=\"soon\">y</d>\n<d p=\"1,8,25,1,1,0,a,1\">z</d></i>"))
	if status != 201 || state.Total != 1 || state.Counts.Skipped != 2 || len(state.Defects) != 1 ||
		state.Defects[0].Line != 3 || state.Defects[0].Code != "time" || state.Notes[0].Code != "positioned" || state.Notes[0].N != 1 {
		t.Errorf("with a malformed line: %d %+v", status, state)
	}
	console.awaitReplayEnd()
	if status, state, _ = boss.upload("damaged.xml", "", bytes.NewReader(noClosing)); status != 201 || state.Total != 6 || state.Defects[0].Line != 8 {
		t.Errorf("the intact part of a damaged file: %d %+v", status, state)
	}
}

// uploadAnnounced begins to send a file of a stated length, which ends after its first fault.
func uploadAnnounced(t *testing.T, p *program, length int) int {
	t.Helper()
	host := strings.TrimPrefix(p.base, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "PUT %s/replay/file HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%%PDF-1.7",
		liveRoom, host, p.link("owner").Key, length)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// A replayed file has no name in the data folder, or only during the
// replay; a start removes files that a killed program left.
func TestFilesThatArePlayedLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "replay-1.tmp"), []byte("left"), 0o600); err != nil {
		t.Fatal(err)
	}
	left := func() []string {
		names, err := filepath.Glob(filepath.Join(dir, "replay-*"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	p := start(t, dir)
	if names := left(); len(names) > 0 {
		t.Errorf("of an earlier run there is %v", names)
	}
	boss := p.console()
	console := boss.open("console", "")
	console.next("hello")
	for _, file := range []string{"<i></i>", "<html>"} {
		if status, _, answer := boss.upload("x.xml", "", strings.NewReader(file)); status != 422 {
			t.Errorf("%s: %d %+v", file, status, answer)
		}
		console.awaitReplayEnd()
	}
	if status, _, answer := boss.upload("x.xml", "&speed=10", recordingOf(0.1, "a", "b")); status != 201 {
		t.Fatal(status, answer)
	}
	if end := console.awaitReplayEnd(); end.Counts.Shown != 2 {
		t.Errorf("it ends as %+v", end)
	}
	p.stop()
	if names := left(); len(names) > 0 {
		t.Errorf("there is %v", names)
	}
}

// The console has a sentence for every reason that prevents a replay, in
// every language.
func TestFaultsOfReplaysInEveryLanguage(t *testing.T) {
	sentences := export.FaultSentences()
	for _, code := range []string{replay.FaultNothing, replay.FaultUnderWay, replay.FaultHalted} {
		sentences[code] = "a sentence"
	}
	sentences[replay.FaultManyUnderWay] = "{n}"
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		b, err := os.ReadFile("assets/locales/console." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		decode(t, string(b), &words)
		for code, english := range sentences {
			said, _ := words["tape_"+code].(string)
			for _, param := range []string{"{word}", "{n}", "{line}", "{column}", "{why}"} {
				used := strings.Contains(english, param) || param == "{word}" && strings.Contains(english, "{raw}")
				if said == "" || strings.Contains(said, param) != used {
					t.Errorf("%s: %s is shown as %q, which must contain %s: %v", lang, code, said, param, used)
				}
			}
		}
	}
}
