package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/live"
)

// upload begins a replay of a file as the console does.
func (b *browser) upload(file, query string, body io.Reader) (int, replayState, reply) {
	b.t.Helper()
	req, err := http.NewRequest("PUT", b.p.base+liveRoom+"/replay/file?name="+url.QueryEscape(file)+query, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("X-Requested-With", "danmaku")
	resp, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var state replayState
	var answer reply
	_ = json.Unmarshal(text, &state)
	_ = json.Unmarshal(text, &answer)
	return resp.StatusCode, state, answer
}

// replay calls the replay's route.
func (b *browser) replay(method string, body any, status int) (r replayState) {
	b.t.Helper()
	got, text := b.do(method, liveRoom+"/replay", body, ours)
	if got != status {
		b.t.Fatalf("%s replay with %v answers %d, want %d: %s", method, body, got, status, text)
	}
	_ = json.Unmarshal([]byte(text), &r)
	return r
}

// over waits until the replay that a console hears of has ended.
func (s *socket) over() replayState {
	s.t.Helper()
	for {
		if r := s.next("replay").replayState; r.State != "loading" && r.State != "playing" && r.State != "paused" {
			return r
		}
	}
}

// film is a Bilibili file with a comment every so many seconds.
func film(apart float64, texts ...string) io.Reader {
	var b strings.Builder
	b.WriteString("<i>\n")
	for n, text := range texts {
		fmt.Fprintf(&b, "<d p=\"%g,1,25,16777215,1700000000,0,author%d,%d\">%s</d>\n", float64(n)*apart, n%3, n, text)
	}
	b.WriteString("</i>")
	return strings.NewReader(b.String())
}

// A file is played: its comments pass the filter, carry their source to every
// screen, and every console hears how it goes.
func TestReplayOfAFileFromTheConsole(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	overlay, phone, other := p.overlaySocket(""), p.phone().open("audience", ""), p.moderator().open("console", "")
	for _, s := range []*socket{overlay, phone, other} {
		s.next("hello")
	}
	boss.call("PUT", liveRoom+"/rules", map[string]any{"name": "ours", "text": "lemon => refuse\nmelon => hold\nplum => mask", "on": true}, 200)
	status, state, _ := boss.upload("../show <b>.xml", "&speed=10", film(0.1, "one", "a lemon", "a melon", "a plum", "two", `" p="`))
	if status != 201 || state.Total != 6 || state.File != "../show <b>.xml" || state.LengthMS != 500 || state.Speed != 10 {
		t.Fatalf("%d %+v", status, state)
	}
	end := other.over()
	if end.State != "ended" || end.Counts != struct{ Shown, Held, Refused, Skipped int }{4, 1, 1, 0} || end.AtMS != 500 {
		t.Errorf("the console hears %+v", end)
	}
	for who, s := range map[string]*socket{"overlay": overlay, "phone": phone, "console": other} {
		want := map[string]string{"one": "comment", "a ****": "comment", "two": "comment", `" p="`: "comment"}
		if who == "console" {
			want["a lemon"], want["a melon"] = "refused", "held"
		}
		if got := s.all(len(want)); !maps.Equal(got, want) {
			t.Errorf("the %s hears %v, want %v", who, got, want)
		}
	}
	if got := boss.replay("GET", nil, 200); got.State != "ended" || got.By == "" {
		t.Errorf("afterwards it is %+v", got)
	}
	if h := p.moderator().open("console", "").next("hello"); h.Replay != nil {
		t.Errorf("a console is greeted with a replay that is over: %+v", h.Replay)
	}
	acts := boss.call("GET", liveRoom+"/audit?act=replay", nil, 200).Acts
	if len(acts) != 1 || acts[0].Detail != "../show <b>.xml, 6 comments, × 10" || acts[0].Role != "owner" {
		t.Errorf("the record says %+v", acts)
	}
	if _, out, _ := runExport(t, p, "--format", "jsonl"); strings.Count(out, `"source":"replay"`) != 4 {
		t.Errorf("the export is\n%s", out)
	}
	boss.replay("DELETE", nil, 404)
	boss.replay("PATCH", map[string]any{"state": "paused"}, 404)
}

// all reads so many replayed comments and tells what they came as.
func (s *socket) all(n int) map[string]string {
	s.t.Helper()
	came := map[string]string{}
	for len(came) < n {
		for _, e := range s.next("events").Events {
			if e.Text != "" && e.Source == "replay" && e.Badge == "" {
				came[e.Text] = e.Type
			}
		}
	}
	return came
}

// What a file has wrong is said with its place, and nothing of it is played.
func TestReplayOfFilesThatAreRefused(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	noClosing, err := os.ReadFile("testdata/replay/no_closing.xml")
	if err != nil {
		t.Fatal(err)
	}
	many := strings.Repeat(`<d p="1,1,25,1,1,0,a,1">x</d>`, replayComments+1)
	for name, row := range map[string]struct {
		query, file string
		status      int
		message     string
		code        string // of the fault, which the console has words for
	}{
		"no closing": {"", string(noClosing), 422, "line 9, column 1: a comment begins inside another one", "inside"},
		"a page":     {"", "<html></html>", 422, "line 1, column 1: this is no comment file of Bilibili", "other_root"},
		"nothing":    {"", " ", 422, "line 1, column 1: the file is empty", "empty_file"},
		"no comment": {"", "<i></i>", 422, "There is no comment in it", "nothing"},
		"only held":  {"", `{"text":"x","offset_ms":1,"status":"held"}`, 422, "There is no comment in it", "nothing"},
		"no line":    {"", "{}", 422, "this is no export in JSON Lines: text is missing", "no_line"},
		"many":       {"", "<i>" + many + "</i>", 422, "more than 100000 comments", "too_many"},
		"fast":       {"&speed=11", "<i></i>", 422, "speed 11: use 0.25 to 10", ""},
		"no speed":   {"&speed=NaN", "<i></i>", 422, "speed NaN", ""},
		"soon":       {"&speed=soon", "<i></i>", 400, "", ""},
	} {
		status, _, answer := boss.upload(name, row.query, strings.NewReader(row.file))
		if status != row.status || answer.Code != "bad_frame" || !strings.Contains(answer.Message, row.message) || answer.Fault.Code != row.code {
			t.Errorf("%s: %d %+v", name, status, answer)
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
	// A file may be as large as its reader takes it, and no larger by much.
	for length, want := range map[int]int{export.MaxFile: 422, export.MaxFile + 2<<20: 413} {
		if status := announced(t, p, length); status != want {
			t.Errorf("a file of %d bytes: %d, want %d", length, status, want)
		}
	}
	status, state, _ := boss.upload("some.xml", "", strings.NewReader("<i>\n<d p=\"0,1,25,1,1,0,a,1\">x</d>\n<d p=\"soon\">y</d>\n<d p=\"1,8,25,1,1,0,a,1\">z</d></i>"))
	if status != 201 || state.Total != 1 || state.Counts.Skipped != 2 || len(state.Defects) != 1 ||
		state.Defects[0].Line != 3 || state.Defects[0].Code != "p_fields" || state.Defects[0].N != 1 {
		t.Errorf("with a malformed line: %d %+v", status, state)
	}
}

// announced begins to send a file of a length, which ends after its first fault.
func announced(t *testing.T, p *program, length int) int {
	t.Helper()
	host := strings.TrimPrefix(p.base, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "PUT %s/replay/file HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n</i>",
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

// A file that is played lies in the data folder under no name, or for no longer
// than it is played; what a program left that was ended by force is removed.
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
		console.over()
	}
	if status, _, answer := boss.upload("x.xml", "&speed=10", film(0.1, "a", "b")); status != 201 {
		t.Fatal(status, answer)
	}
	if end := console.over(); end.Counts.Shown != 2 {
		t.Errorf("it ends as %+v", end)
	}
	p.stop()
	if names := left(); len(names) > 0 {
		t.Errorf("there is %v", names)
	}

	// Where an open file keeps its name, closing it removes it.
	f, err := os.CreateTemp(dir, scratchFiles)
	if err != nil {
		t.Fatal(err)
	}
	if err := (scratch{f, true}).Close(); err != nil || len(left()) > 0 {
		t.Errorf("closed: %v, there is %v", err, left())
	}
	if _, err := (recordings{dir: filepath.Join(dir, "gone")}).File(t.Context(), "x", film(0, "a")); !errors.Is(err, comment.ErrBusy) {
		t.Errorf("without a folder: %v", err)
	}
}

// The console has words for everything for which a replay may not begin, in
// every language.
func TestFaultsOfReplaysInEveryLanguage(t *testing.T) {
	sentences := export.FaultSentences()
	for _, code := range []string{live.FaultNothing, live.FaultUnderWay, live.FaultHalted} {
		sentences[code] = "a sentence"
	}
	sentences[live.FaultManyUnderWay] = "{n}"
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		b, err := assets.ReadFile("assets/locales/console." + lang + ".json")
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
					t.Errorf("%s: %s is said as %q, which has to have %s: %v", lang, code, said, param, used)
				}
			}
		}
	}
}

// The room's past is played again: what was taken down stays down, also when
// that happens while it plays, and what was a replay is not played once more.
func TestReplayOfThePast(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0", "--address-rate", "0")
	boss := p.console()
	phone := p.phone().open("audience", "")
	ids := map[string]string{}
	for _, text := range []string{"first", "gone before", "gone meanwhile", "last"} {
		ids[text] = phone.say(text).ID
	}
	if ids["last"] == "" {
		t.Fatalf("not all are shown: %v", ids)
	}
	boss.call("POST", liveRoom+"/comments/"+ids["gone before"]+"/remove", nil, 204)
	console := boss.open("console", "")
	console.next("hello")
	overlay := p.overlaySocket("")
	overlay.next("hello")
	if status, _, answer := boss.upload("other.xml", "&speed=10", film(0, "from a file")); status != 201 {
		t.Fatal(status, answer)
	}
	if end := console.over(); end.Counts.Shown != 1 {
		t.Fatalf("the file's replay ends as %+v", end)
	}
	overlay.all(1) // so that it does not come among those of the past

	_, body := boss.do("GET", liveRoom+"/sessions", nil, nil)
	var list struct {
		Sessions []struct {
			From, To int64
			Count    int
		}
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Sessions) != 1 || list.Sessions[0].Count != 3 {
		t.Fatalf("sessions are %s, %v", body, err)
	}
	boss.call("PATCH", liveRoom, map[string]any{"state": "paused"}, 200)
	s := list.Sessions[0]
	got := boss.replay("POST", map[string]any{"from": s.From, "to": s.To + 1, "speed": 10}, 201)
	if got.Total != 3 || got.File != "" {
		t.Errorf("it begins as %+v", got)
	}
	// The room is paused, so it holds at its first comment, and says why.
	for console.next("replay").Why != "room_paused" {
	}
	if h := p.moderator().open("console", "").next("hello"); h.Replay == nil || h.Replay.State != "paused" || h.Replay.Total != 3 {
		t.Errorf("a console is greeted with %+v", h.Replay)
	}
	status, _, answer := boss.upload("second.xml", "", film(0, "x"))
	if status != 409 || !strings.Contains(answer.Message, "Stop it first") || answer.Fault.Code != "under_way" {
		t.Errorf("a second one: %d %+v", status, answer)
	}
	boss.call("POST", liveRoom+"/comments/"+ids["gone meanwhile"]+"/remove", nil, 204)
	boss.call("PATCH", liveRoom, map[string]any{"state": "open"}, 200)
	p.moderator().replay("PATCH", map[string]any{"state": "playing"}, 200)
	end := console.over()
	if end.State != "ended" || end.Counts.Shown != 2 || end.Counts.Skipped != 1 || end.Counts.Refused != 0 {
		t.Errorf("it ends as %+v", end)
	}
	if got := overlay.all(2); got["first"] != "comment" || got["last"] != "comment" {
		t.Errorf("the overlay hears %v", got)
	}
	// Nothing of a replay outlives the program.
	p.stop()
	boss = start(t, dir).console()
	boss.replay("GET", nil, 404)
}

// A moderator stops what the owner began; a closed room and the program's end
// stop it, too.
func TestReplayIsStopped(t *testing.T) {
	p := start(t, t.TempDir())
	boss, mod := p.console(), p.moderator()
	console := mod.open("console", "")
	overlay := p.overlaySocket("")
	for _, s := range []*socket{console, overlay} {
		s.next("hello") // what comes now is an event, and not among its past
	}
	begin := func() {
		t.Helper()
		if status, _, answer := boss.upload("long.xml", "", film(600, "the beginning", "ten minutes later", "the end")); status != 201 {
			t.Fatal(status, answer)
		}
		overlay.until("the beginning", func(e event) bool { return e.Text == "the beginning" })
	}
	begin()
	mod.replay("PATCH", map[string]any{"at_ms": 600_000}, 200)
	overlay.until("what comes later", func(e event) bool { return e.Text == "ten minutes later" })
	for _, body := range []map[string]any{{"at_ms": -1}, {"at_ms": 1_200_001}, {"at_ms": int64(1) << 62}, {"speed": 0}, {"state": "ended"}} {
		mod.replay("PATCH", body, 422)
	}
	got := mod.replay("PATCH", map[string]any{"state": "paused", "speed": 0.25}, 200)
	if got.State != "paused" || got.Speed != 0.25 || got.AtMS < 600_000 || got.AtMS > 1_200_000 {
		t.Errorf("it stands at %+v", got)
	}
	mod.replay("DELETE", nil, 204)
	if end := console.over(); end.State != "stopped" || end.Counts.Shown != 2 {
		t.Errorf("stopped is %+v", end)
	}
	if acts := boss.call("GET", liveRoom+"/audit?act=replay_stop", nil, 200).Acts; len(acts) != 1 || acts[0].Role != "moderator" {
		t.Errorf("the record says %+v", acts)
	}
	begin()
	boss.call("PATCH", liveRoom, map[string]any{"state": "closed"}, 200)
	if end := console.over(); end.State != "stopped" {
		t.Errorf("in a closed room it is %+v", end)
	}
	if status, _, answer := boss.upload("x.xml", "", film(0, "x")); status != 409 || answer.Code != "room_closed" {
		t.Errorf("a closed room takes one: %d %+v", status, answer)
	}
	boss.call("PATCH", liveRoom, map[string]any{"state": "open"}, 200)
	begin()
	if code := p.stop(); code != exitDone {
		t.Errorf("with a replay under way the program ends with %d", code)
	}
}

// However fast a replay is, the audience is heard: it takes half of the room's
// rate at most.
func TestReplayLeavesRoomForTheAudience(t *testing.T) {
	p := start(t, t.TempDir(), "--room-rate", "2", "--user-rate", "0", "--address-rate", "0")
	boss := p.console()
	phone := p.phone().open("audience", "")
	texts := make([]string, 200)
	for i := range texts {
		texts[i] = fmt.Sprintf("replayed %d", i)
	}
	console := boss.open("console", "")
	console.next("hello")
	if status, _, answer := boss.upload("flood.xml", "&speed=10", film(0, texts...)); status != 201 {
		t.Fatal(status, answer)
	}
	// All of its share is spent: the burst of one second.
	console.until("a replayed one", func(e event) bool { return e.Source == "replay" })
	for i := range 10 {
		if a := phone.say(fmt.Sprintf("said %c", 'a'+i)); a.Outcome != "shown" {
			t.Fatalf("beside a replay %+v", a)
		}
	}
	boss.replay("DELETE", nil, 204)
	if end := console.over(); end.Counts.Shown == 200 {
		t.Errorf("all went through: %+v", end)
	}
	// What waits is no refusal of anybody.
	if _, body := boss.do("GET", liveRoom+"/stats", nil, nil); strings.Contains(body, "slow_down") {
		t.Errorf("the numbers say %s", body)
	}
}
