package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func textIs(s string) func(event) bool { return func(e event) bool { return e.Text == s } }

func TestACommentReachesEveryScreenAndIsRemoved(t *testing.T) {
	p := start(t, t.TempDir())
	author, reader, overlay := p.phone().open("audience", ""), p.phone().open("audience", ""), p.overlaySocket("")
	boss := p.console()
	console := boss.open("console", "")
	for _, s := range []*socket{author, reader, overlay, console} {
		s.next("hello")
	}
	author.send("c1", "前方高能")
	ack := author.next("ack")
	if ack.Ref != "c1" || ack.Outcome != "shown" || ack.Comment == nil || ack.Comment.Text != "前方高能" || ack.Comment.ID != ack.ID {
		t.Fatalf("ack: %+v", ack)
	}
	for _, s := range []*socket{author, reader, overlay, console} {
		if e := s.until("the comment", textIs("前方高能")); e.ID != ack.ID {
			t.Errorf("it arrived as %+v", e)
		}
	}
	if status, body := boss.do("POST", "/api/rooms/live/comments/"+ack.ID+"/remove", nil, ours); status != http.StatusNoContent {
		t.Fatalf("remove answers %d: %s", status, body)
	}
	gone := func(e event) bool { return e.Type == "remove" && slices.Contains(e.IDs, ack.ID) }
	for _, s := range []*socket{author, reader, overlay, console} {
		s.until("the removal", gone)
	}
	if h := p.phone().open("audience", "").next("hello"); len(h.Recent) != 0 {
		t.Errorf("it is back for newcomers: %+v", h.Recent)
	}
	if status, body := boss.do("GET", "/api/rooms/live/comments?status=removed", nil, nil); status != http.StatusOK || !strings.Contains(body, "前方高能") {
		t.Errorf("history answers %d: %s", status, body)
	}
}

func TestSameRefIsOneCommentAlsoAfterARestart(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	b := p.phone()
	s := b.open("audience", "")
	s.send("c1", "once")
	first := s.next("ack")
	s.send("c1", "once")
	if again := s.next("ack"); again.ID != first.ID || again.Outcome != "shown" {
		t.Errorf("the second is %+v, the first was %+v", again, first)
	}
	if code := p.stop(); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	q := start(t, dir)
	b.p = q
	// The new process has another port and the same keys, so the phone is the same person.
	s = b.open("audience", "")
	s.send("c1", "once")
	if again := s.next("ack"); again.ID != first.ID || again.Outcome != "shown" || again.Comment == nil || again.Comment.Text != "once" {
		t.Errorf("after a restart it is %+v, the first was %+v", again, first)
	}
	_, body := q.console().do("GET", "/api/rooms/live/comments", nil, nil)
	if n := strings.Count(body, `"once"`); n != 1 {
		t.Errorf("it is in the log %d times: %s", n, body)
	}
}

func TestOverlayResumesOverARestart(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	phone := p.phone()
	s, overlay := phone.open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	s.send("1", "one")
	s.next("ack")
	var at string
	for {
		f := overlay.next("events")
		if at = f.Position; slices.ContainsFunc(f.Events, textIs("one")) {
			break
		}
	}
	overlay.conn.Close()
	s.send("2", "two")
	two := s.next("ack")
	s.send("3", "three")
	s.next("ack")
	p.console().do("POST", "/api/rooms/live/comments/"+two.ID+"/remove", nil, ours)
	p.stop()
	q := start(t, dir)
	overlay = q.overlaySocket(at)
	hello, missed := overlay.nextFrame(), overlay.nextFrame()
	if hello.Type != "hello" || !hello.Resumed || hello.Position != at || len(hello.Recent) != 0 {
		t.Errorf("hello: %+v", hello)
	}
	var got []string
	for _, e := range missed.Events {
		got = append(got, e.Type+" "+e.Text)
	}
	if missed.Type != "events" || strings.Join(got, ",") != "comment three,remove " {
		t.Errorf("missed: %+v", missed)
	}
}

func TestAnOverlayOfAnotherLogStartsAnew(t *testing.T) {
	p := start(t, t.TempDir())
	first := p.overlaySocket("")
	first.next("hello")
	c := p.phone().open("audience", "").say("one")
	first.until("what overlays start from", isEvent("comment", c.ID))
	for _, since := range []string{"zzzz:1", "nonsense", "zzzz:99999999999999999999"} {
		if h := p.overlaySocket(since).next("hello"); h.Resumed || len(h.Recent) != 1 {
			t.Errorf("since %s: %+v", since, h)
		}
	}
	h := p.overlaySocket("").next("hello")
	ahead := strings.Split(h.Position, ":")[0] + ":1000000"
	if h := p.overlaySocket(ahead).next("hello"); h.Resumed {
		t.Errorf("a position from the future was resumed: %+v", h)
	}
}

func TestLimits(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0.01") // nothing is refilled in the meantime
	s := p.phone().open("audience", "")
	for i := range 3 {
		s.send(fmt.Sprint("c", i), fmt.Sprint("comment ", i))
		if a := s.next("ack"); a.Outcome != "shown" {
			t.Fatalf("comment %d: %+v", i, a)
		}
	}
	s.send("c4", "too fast")
	a := s.next("ack")
	if a.Outcome != "refused" || a.Code != "slow_down" || a.WaitMS <= 0 || a.WaitMS > 100_000 {
		t.Errorf("the fourth: %+v", a)
	}
	other := p.phone().open("audience", "")
	other.send("c1", "somebody else")
	if a := other.next("ack"); a.Outcome != "shown" {
		t.Errorf("another person is limited, too: %+v", a)
	}
}

// In slow mode every answer says when the next comment may come. A refusal by the filter does
// not start the wait.
func TestSlowModeIsAnnouncedAtOnce(t *testing.T) {
	p := start(t, t.TempDir())
	mod := p.console()
	mod.call("PUT", liveRoom+"/rules", map[string]any{"name": "test", "text": "forbidden"}, 200)
	mod.call("PATCH", liveRoom, map[string]any{"slow_ms": 60_000}, 200)
	for text, want := range map[string]struct {
		outcome string
		wait    int64
	}{"one": {"shown", 60_000}, "forbidden": {"refused", 0}} {
		outcome := want.outcome
		s := p.phone().open("audience", "")
		s.send("c1", text)
		if a := s.next("ack"); a.Outcome != outcome || a.WaitMS != want.wait {
			t.Errorf("%s: %+v", text, a)
		}
		s.send("c1", text) // asked again: it was told the first time
		if a := s.next("ack"); a.Outcome != outcome || a.WaitMS != 0 {
			t.Errorf("%s again: %+v", text, a)
		}
	}
}

func TestWithdrawIsForTheAuthor(t *testing.T) {
	p := start(t, t.TempDir())
	author, stranger := p.phone(), p.phone()
	s := author.open("audience", "")
	s.send("c1", "oops")
	id := s.next("ack").ID
	path := "/api/rooms/live/comments/" + id
	if status, _ := stranger.do("DELETE", path, nil, ours); status != http.StatusNotFound {
		t.Errorf("a stranger gets %d", status)
	}
	if status, _ := author.do("DELETE", path, nil, ours); status != http.StatusNoContent {
		t.Errorf("the author gets %d", status)
	}
	s.until("the removal", func(e event) bool { return e.Type == "remove" })
}

func TestSenderKey(t *testing.T) {
	p := start(t, t.TempDir())
	sender := p.link("sender")
	b := p.browser()
	auth := map[string]string{"Authorization": "Bearer " + sender.Key}
	post := map[string]string{"ref": "1", "text": "from afar", "author": "somebody", "source": "replay"}
	status, body := b.do("POST", "/api/rooms/live/comments", post, auth)
	var ack frame
	if err := json.Unmarshal([]byte(body), &ack); err != nil || status != http.StatusCreated || ack.Outcome != "shown" {
		t.Fatalf("%d %s", status, body)
	}
	if status, _ := b.do("GET", "/api/rooms/live/comments", nil, auth); status != http.StatusForbidden {
		t.Errorf("a sender reads history: %d", status)
	}
	var out, errs strings.Builder
	if code := run(t.Context(), environment{args: []string{"link", "revoke", "--data", p.data, sender.ID}, out: &out, err: &errs}); code != exitDone {
		t.Fatalf("revoke: %d %s", code, errs.String())
	}
	deadline := time.Now().Add(patience)
	for status = 0; status != http.StatusUnauthorized; {
		post["ref"] = fmt.Sprint(time.Now().UnixNano())
		if status, body = b.do("POST", "/api/rooms/live/comments", post, auth); time.Now().After(deadline) {
			t.Fatalf("a revoked key still works: %d %s", status, body)
		}
	}
}

// Revoking an overlay link closes the overlay that used it.
func TestARevokedLinkIsDisconnected(t *testing.T) {
	p := start(t, t.TempDir())
	overlay := p.link("overlay")
	s := p.browser().open("overlay", "&key="+overlay.Key)
	s.next("hello")
	if code := run(t.Context(), environment{args: []string{"link", "revoke", "--data", p.data, overlay.ID}, out: &strings.Builder{}, err: &strings.Builder{}}); code != exitDone {
		t.Fatal(code)
	}
	if b := s.next("bye"); b.Code != "revoked" {
		t.Errorf("bye: %+v", b)
	}
	if code := s.closeCode(); code != 4001 {
		t.Errorf("closed with %d", code)
	}
}

func TestStopSendsEveryClientABye(t *testing.T) {
	p := start(t, t.TempDir())
	sockets := []*socket{p.phone().open("audience", ""), p.overlaySocket(""), p.console().open("console", "")}
	for _, s := range sockets {
		s.next("hello")
	}
	if code := p.stop(); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if strings.Contains(p.logs.String(), "the shutdown did not complete") {
		t.Errorf("stopping was cut short:\n%s", p.logs)
	}
	for _, s := range sockets {
		if b := s.next("bye"); b.Code != "restart" {
			t.Errorf("bye: %+v", b)
		}
		if code := s.closeCode(); code != websocket.CloseServiceRestart {
			t.Errorf("closed with %d", code)
		}
	}
}

// writerFunc is a writer that is a function.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// The program can be stopped while it starts, and stops without an error.
func TestStopDuringTheStart(t *testing.T) {
	for range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		var errs strings.Builder
		env := environment{args: []string{"--listen", "127.0.0.1:0", "--data", t.TempDir()}, err: &errs}
		env.out = writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
		if code := run(ctx, env); code != exitDone || errs.Len() > 0 {
			t.Errorf("stopped at the banner: exit code %d: %s", code, &errs)
		}
		env.out = &strings.Builder{}
		if code := run(ctx, env); code != exitDone || errs.Len() > 0 {
			t.Errorf("stopped before the start: exit code %d: %s", code, &errs)
		}
	}
	noLeaks(t)
}

func TestMarkupIsText(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	s, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello") // else it may come after the first comment, which is in its hello then
	for i, text := range []string{`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg/onload=alert(1)>`, `&lt;b&gt;`} {
		s.write(map[string]string{"type": "send", "ref": fmt.Sprint(i), "text": text, "name": "<b>me"})
		if a := s.next("ack"); a.Outcome != "shown" || a.Comment.Text != text || a.Comment.Name != "<b>me" {
			t.Errorf("%s became %+v", text, a)
		}
		overlay.until("it", textIs(text))
	}
}

// A changed list applies to the next comment.
func TestRulesChangeWhileItRuns(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	s, owner := p.phone().open("audience", ""), p.console()
	for i, tt := range []struct{ rules, text, outcome, shown string }{
		{"", "the zebra is loose", "shown", "the zebra is loose"},
		{"zebra", "a ＺＥＢ\u200bＲＡ runs", "refused", ""},
		{"zebra => mask", "the zebra again", "shown", "the ***** again"},
		{"# zebra", "the zebra is free", "shown", "the zebra is free"},
	} {
		if i > 0 {
			owner.call("PUT", liveRoom+"/rules", map[string]any{"name": "mine", "text": tt.rules, "on": true}, 200)
		}
		s.send(fmt.Sprint(i), tt.text)
		if a := s.next("ack"); a.Outcome != tt.outcome || a.Comment != nil && a.Comment.Text != tt.shown {
			t.Errorf("%q under %q: %+v", tt.text, tt.rules, a)
		}
	}
}

// A command knows the running server's URL, and the list of links has the last use.
func TestCommandsKnowTheRunningServer(t *testing.T) {
	p := start(t, t.TempDir())
	overlay := p.link("overlay")
	if !strings.HasPrefix(overlay.URL, p.base+"/overlay/live?key=") {
		t.Errorf("the link is %s, the server is %s", overlay.URL, p.base)
	}
	p.browser().open("overlay", "&key="+overlay.Key).next("hello")
	used := func() bool {
		var out strings.Builder
		if code := run(t.Context(), environment{args: []string{"link", "list", "--data", p.data}, out: &out, err: &out}); code != exitDone {
			t.Fatal(out.String())
		}
		for line := range strings.Lines(out.String()) {
			if f := strings.Fields(line); len(f) > 0 && f[0] == overlay.ID {
				return !strings.Contains(line, "never")
			}
		}
		t.Fatalf("link %s is not listed:\n%s", overlay.ID, out.String())
		return false
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !used(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("the use of the link is not noted")
		}
	}
}
