package tests

import (
	"slices"
	"testing"
	"time"
)

// With a delay the author and the consoles get a comment at once, the screens later; a comment
// removed in the meantime never leaves the server.
func TestRecallDuringTheDelay(t *testing.T) {
	const delay = 2500 * time.Millisecond
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	mod := p.moderator()
	mod.call("PATCH", liveRoom, map[string]any{"delay_ms": delay.Milliseconds()}, 200)
	phone, reader, overlay, console := p.phone().open("audience", ""), p.phone().open("audience", ""), p.overlaySocket(""), mod.open("console", "")
	for _, s := range []*socket{phone, reader, overlay, console} {
		s.next("hello")
	}
	began := time.Now()
	bad, good := phone.say("bad"), phone.say("good")
	if bad.Outcome != "shown" || good.Outcome != "shown" {
		t.Fatalf("%+v, %+v", bad, good)
	}
	console.until("it is in the console", isEvent("comment", good.ID))
	mod.call("POST", liveRoom+"/comments/"+bad.ID+"/remove", nil, 204)
	if at := time.Since(began); at > delay*2/3 {
		t.Skipf("this machine took %v for the recall", at)
	}
	for name, s := range map[string]*socket{"overlay": overlay, "phone": reader} {
		var kinds []string
		s.until("the good one", func(e event) bool {
			kinds = append(kinds, e.Type)
			if e.ID == bad.ID {
				t.Errorf("%s: the bad one came", name)
			}
			return e.ID == good.ID
		})
		if since := time.Since(began); since < delay-time.Millisecond {
			t.Errorf("%s: the good one came after %v", name, since)
		}
		if !slices.Equal(kinds, []string{"remove", "comment"}) {
			t.Errorf("%s: %v", name, kinds)
		}
	}
	// A comment that is delayed when the server stops is sent after its start.
	sent := time.Now()
	late := phone.say("late")
	box := p.browser().open("overlay", "&lines=2&key="+p.overlay)
	h := box.next("hello")
	delayed := time.Since(sent) < delay
	if slices.ContainsFunc(h.Recent, func(e event) bool { return e.ID == late.ID && delayed || e.ID == bad.ID }) {
		t.Errorf("a list begins with comments that are delayed or removed: %+v", h.Recent)
	}
	p.stop()
	p = start(t, dir)
	overlay = p.overlaySocket("")
	h = overlay.next("hello")
	if !slices.ContainsFunc(h.Recent, func(e event) bool { return e.ID == late.ID }) {
		overlay.until("the late one", isEvent("comment", late.ID))
	}
	if since := time.Since(sent); since < delay-time.Millisecond {
		t.Errorf("after a restart the late one came after %v", since)
	}
}

// A client that was away while a comment was removed gets the removal at once when it comes
// back, not when the delay is over.
func TestARemovalComesFirstInAResume(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	mod := p.moderator()
	phone, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	c := phone.say("on air")
	var at string
	for at == "" {
		if f := overlay.next("events"); slices.ContainsFunc(f.Events, isEvent("comment", c.ID)) {
			at = f.Position
		}
	}
	overlay.conn.Close()
	mod.call("PATCH", liveRoom, map[string]any{"delay_ms": 10_000, "title": "slow"}, 200)
	mod.call("POST", liveRoom+"/comments/"+c.ID+"/remove", nil, 204)
	overlay = p.overlaySocket(at)
	if h := overlay.next("hello"); !h.Resumed || h.Room.Title != "slow" || h.Position != at {
		t.Fatalf("%+v", h)
	}
	f := overlay.next("events")
	if len(f.Events) != 1 || f.Events[0].Type != "remove" || f.Events[0].IDs[0] != c.ID || f.Position != at {
		t.Errorf("the missed ones: %+v", f)
	}
}
