package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// upload starts a replay of a file as the console does.
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

// replay calls the replay route.
func (b *browser) replay(method string, body any, status int) (r replayState) {
	b.t.Helper()
	got, text := b.do(method, liveRoom+"/replay", body, ours)
	if got != status {
		b.t.Fatalf("%s replay with %v answers %d, want %d: %s", method, body, got, status, text)
	}
	_ = json.Unmarshal([]byte(text), &r)
	return r
}

// awaitReplayEnd waits until the console receives the end of a replay.
func (s *socket) awaitReplayEnd() replayState {
	s.t.Helper()
	for {
		if r := s.next("replay").replayState; r.State != "loading" && r.State != "playing" && r.State != "paused" {
			return r
		}
	}
}

// A replayed file's comments pass the filter, carry their source to every
// screen, and every console receives the progress.
func TestReplayOfAFileFromTheConsole(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	overlay, phone, other := p.overlaySocket(""), p.phone().open("audience", ""), p.moderator().open("console", "")
	for _, s := range []*socket{overlay, phone, other} {
		s.next("hello")
	}
	boss.call("PUT", liveRoom+"/rules", map[string]any{"name": "ours", "text": "lemon => refuse\nmelon => hold\nplum => mask", "on": true}, 200)
	status, state, _ := boss.upload("../show <b>.xml", "&speed=10", recordingOf(0.1, "one", "a lemon", "a melon", "a plum", "two", `" p="`))
	if status != 201 || state.Total != 6 || state.File != "../show <b>.xml" || state.LengthMS != 500 || state.Speed != 10 {
		t.Fatalf("%d %+v", status, state)
	}
	end := other.awaitReplayEnd()
	if end.State != "ended" || end.Counts != struct{ Shown, Held, Refused, Skipped int }{4, 1, 1, 0} || end.AtMS != 500 {
		t.Errorf("the console receives %+v", end)
	}
	for who, s := range map[string]*socket{"overlay": overlay, "phone": phone, "console": other} {
		want := map[string]string{"one": "comment", "a ****": "comment", "two": "comment", `" p="`: "comment"}
		if who == "console" {
			want["a lemon"], want["a melon"] = "refused", "held"
		}
		if got := s.readReplayed(len(want)); !maps.Equal(got, want) {
			t.Errorf("the %s receives %v, want %v", who, got, want)
		}
	}
	if got := boss.replay("GET", nil, 200); got.State != "ended" || got.By == "" {
		t.Errorf("afterwards it is %+v", got)
	}
	if h := p.moderator().open("console", "").next("hello"); h.Replay != nil {
		t.Errorf("hello has a finished replay: %+v", h.Replay)
	}
	acts := boss.call("GET", liveRoom+"/audit?act=replay", nil, 200).Acts
	if len(acts) != 1 || acts[0].Detail != "../show <b>.xml, 6 comments, × 10" || acts[0].Role != "owner" {
		t.Errorf("the record has %+v", acts)
	}
	if _, out, _ := runExport(t, p, "--format", "jsonl"); strings.Count(out, `"source":"replay"`) != 4 {
		t.Errorf("the export is\n%s", out)
	}
	boss.replay("DELETE", nil, 404)
	boss.replay("PATCH", map[string]any{"state": "paused"}, 404)
}

// readReplayed reads n replayed comments and returns their texts.
func (s *socket) readReplayed(n int) map[string]string {
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

// The room's past is replayed: removed comments stay removed, also if
// removed during the replay, and replayed comments are not replayed again.
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
	if status, _, answer := boss.upload("other.xml", "&speed=10", recordingOf(0, "from a file")); status != 201 {
		t.Fatal(status, answer)
	}
	if end := console.awaitReplayEnd(); end.Counts.Shown != 1 {
		t.Fatalf("the file's replay ends as %+v", end)
	}
	overlay.readReplayed(1) // so that it does not mix with the past ones

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
	// The room is paused, so the replay stops at its first comment, and reports why.
	for console.next("replay").Why != "room_paused" {
	}
	if h := p.moderator().open("console", "").next("hello"); h.Replay == nil || h.Replay.State != "paused" || h.Replay.Total != 3 {
		t.Errorf("hello has %+v", h.Replay)
	}
	status, _, answer := boss.upload("second.xml", "", recordingOf(0, "x"))
	if status != 409 || !strings.Contains(answer.Message, "Stop it first") || answer.Fault.Code != "under_way" {
		t.Errorf("a second one: %d %+v", status, answer)
	}
	boss.call("POST", liveRoom+"/comments/"+ids["gone meanwhile"]+"/remove", nil, 204)
	boss.call("PATCH", liveRoom, map[string]any{"state": "open"}, 200)
	p.moderator().replay("PATCH", map[string]any{"state": "playing"}, 200)
	end := console.awaitReplayEnd()
	if end.State != "ended" || end.Counts.Shown != 2 || end.Counts.Skipped != 1 || end.Counts.Refused != 0 {
		t.Errorf("it ends as %+v", end)
	}
	if got := overlay.readReplayed(2); got["first"] != "comment" || got["last"] != "comment" {
		t.Errorf("the overlay receives %v", got)
	}
	// Nothing of a replay survives the program.
	p.stop()
	boss = start(t, dir).console()
	boss.replay("GET", nil, 404)
}

// A moderator stops the owner's replay; a closed room and the program's end
// stop it, too.
func TestReplayIsStopped(t *testing.T) {
	p := start(t, t.TempDir())
	boss, mod := p.console(), p.moderator()
	console := mod.open("console", "")
	overlay := p.overlaySocket("")
	for _, s := range []*socket{console, overlay} {
		s.next("hello") // later comments are events, not part of its past
	}
	begin := func() {
		t.Helper()
		if status, _, answer := boss.upload("long.xml", "", recordingOf(600, "the beginning", "ten minutes later", "the end")); status != 201 {
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
		t.Errorf("its state is %+v", got)
	}
	mod.replay("DELETE", nil, 204)
	if end := console.awaitReplayEnd(); end.State != "stopped" || end.Counts.Shown != 2 {
		t.Errorf("stopped is %+v", end)
	}
	if acts := boss.call("GET", liveRoom+"/audit?act=replay_stop", nil, 200).Acts; len(acts) != 1 || acts[0].Role != "moderator" {
		t.Errorf("the record has %+v", acts)
	}
	begin()
	boss.call("PATCH", liveRoom, map[string]any{"state": "closed"}, 200)
	if end := console.awaitReplayEnd(); end.State != "stopped" {
		t.Errorf("in a closed room it is %+v", end)
	}
	if status, _, answer := boss.upload("x.xml", "", recordingOf(0, "x")); status != 409 || answer.Code != "room_closed" {
		t.Errorf("a closed room accepts one: %d %+v", status, answer)
	}
	boss.call("PATCH", liveRoom, map[string]any{"state": "open"}, 200)
	begin()
	if code := p.stop(); code != exitDone {
		t.Errorf("with a running replay the program ends with %d", code)
	}
}

// However fast a replay is, the audience gets through: a replay takes at most half of the room's
// rate.
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
	if status, _, answer := boss.upload("flood.xml", "&speed=10", recordingOf(0, texts...)); status != 201 {
		t.Fatal(status, answer)
	}
	// Spend all of its share: the burst of one second.
	console.until("a replayed one", func(e event) bool { return e.Source == "replay" })
	for i := range 10 {
		if a := phone.say(fmt.Sprintf("said %c", 'a'+i)); a.Outcome != "shown" {
			t.Fatalf("during a replay %+v", a)
		}
	}
	boss.replay("DELETE", nil, 204)
	if end := console.awaitReplayEnd(); end.Counts.Shown == 200 {
		t.Errorf("all were shown: %+v", end)
	}
	// A waiting comment does not count as refused.
	if _, body := boss.do("GET", liveRoom+"/stats", nil, nil); strings.Contains(body, "slow_down") {
		t.Errorf("the statistics are %s", body)
	}
}
