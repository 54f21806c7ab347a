package live_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/ratelimit"
	"danmaku/room"
)

// A change of settings takes effect at once, reaches every view, and survives a restart.
func TestSettings(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	_, mod := s.operators()
	r, err := mod.patchSettings(`{"state": "paused", "slow_ms": 5000, "title": "  Friday\nnight "}`)
	if err != nil || r.State != room.Paused || r.Slow.Duration() != 5*time.Second || r.Title != "Friday night" {
		t.Errorf("%+v, %v", r, err)
	}
	for _, v := range []room.View{room.ViewAudience, room.ViewOverlay, room.ViewConsole} {
		if e := s.eventsSent(v, room.KindRoom); len(e) != 1 || e[0].Setup.State != room.Paused || e[0].Setup.Slow.Duration() != 5*time.Second {
			t.Errorf("%s sees %+v", v, e)
		}
	}
	ann := s.newAuthor()
	submit := func(ref, text string) (live.Outcome, error) {
		return s.Submit(t.Context(), "live", ann, comment.Draft{Ref: ref, Text: text})
	}
	_, err = submit("1", "now?")
	s.wantError("while it is paused", err, room.ErrRoomPaused)
	staff := live.Author{Role: room.Moderator, User: s.keys.LinkPseudonym("live", mod.Link), Link: mod.Link}
	if o := s.mustSubmit(staff, "a word from us"); o.Status != comment.Shown {
		t.Errorf("a person who runs the room could not write: %+v", o)
	}
	mod.changeSettings(`{"state": "open"}`)
	first, err := submit("2", "now!")
	if err != nil || first.Status != comment.Shown {
		t.Errorf("%+v, %v", first, err)
	}
	_, err = submit("3", "too soon")
	if wait := room.Wait(err); !errors.Is(err, room.ErrSlowDown) || wait <= 0 || wait > 5*time.Second {
		t.Errorf("slow mode: %v, wait %v", err, wait)
	}
	mod.changeSettings(`{"slow_ms": 0}`)
	if o, err := submit("2", "now!"); err != nil || o.Status != comment.Shown || o.Comment.ID != first.Comment.ID {
		t.Errorf("the same ref: %+v, %v, want the same comment", o, err)
	}
	_, err = submit("another", "now!")
	s.wantError("a duplicate", err, room.ErrDuplicate)
	rows, _, err := s.Comments(t.Context(), "live", mod.Actor, room.HistoryQuery{Status: comment.Refused, Limit: 10})
	if err != nil || len(rows) != 0 {
		t.Errorf("limits are counted, not kept: %+v, %v", rows, err)
	}
	if r := s.restart().join(room.ViewAudience, live.Resume{}).Room; r.Title != "Friday night" || r.State != room.Open {
		t.Errorf("after a restart: %+v", r)
	}
}

// A value out of bounds changes nothing, and the error contains its name or value.
func TestSettingsOutOfBounds(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	owner, mod := s.operators()
	before, err := s.Room("live")
	s.wantError("the room", err, nil)
	for name, tt := range map[string]struct{ body, word string }{
		"state":       {`{"state": "asleep"}`, "asleep"},
		"type":        {`{"slow_ms": "soon"}`, "slow_ms"},
		"slow":        {`{"slow_ms": 121000}`, "slow mode"},
		"delay":       {`{"delay_ms": 10001}`, "delay"},
		"huge":        {`{"delay_ms": 4611686018427387904}`, "delay_ms"},
		"negative":    {`{"slow_ms": -1}`, "slow_ms"},
		"length":      {`{"max_length": 0}`, "length"},
		"mode":        {`{"modes": ["loop"]}`, "loop"},
		"colour":      {`{"colors": ["red"]}`, "red"},
		"typo":        {`{"stat": "open"}`, "stat"},
		"name":        {`{"id": "other"}`, "id"},
		"title":       {`{"title": "` + strings.Repeat("x", 61) + `"}`, "title"},
		"foreign pic": {`{"look": {"picture": "//evil.example/x.png"}}`, "picture"},
		"two faults":  {`{"review": "maybe", "links": "some"}`, "some"},
	} {
		_, err := mod.patchSettings(tt.body)
		if !errors.Is(err, room.ErrInvalid) || !strings.Contains(err.Error(), tt.word) {
			t.Errorf("%s: %v", name, err)
		}
	}
	archive := room.Patch{Archived: new(bool)}
	*archive.Archived = true
	_, err = s.SetRoom(t.Context(), "live", mod.Actor, archive)
	s.wantError("a moderator archives", err, room.ErrNotAllowed)
	title := room.Patch{Settings: map[string]json.RawMessage{"title": []byte(`"x"`)}}
	_, err = s.SetRoom(t.Context(), "nowhere", mod.Actor, title)
	s.wantError("a moderator changes another room", err, room.ErrNotAllowed)
	_, err = s.SetRoom(t.Context(), "nowhere", owner.Actor, title)
	s.wantError("a room that is not there", err, room.ErrNotFound)
	if after, err := s.Room("live"); err != nil || len(before.Changes(after)) != 0 {
		t.Errorf("%v changed, %v", before.Changes(after), err)
	}
}

// A lock-down is one action and has one undo, also after a restart.
func TestLockdown(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	_, mod := s.operators()
	mod.changeSettings(`{"links": "allowed", "slow_ms": 3000}`)
	ann := s.newAuthor()
	if o := s.mustSubmit(ann, "before"); o.Status != comment.Shown {
		t.Fatalf("%+v", o)
	}
	lock := func() room.Room {
		t.Helper()
		r, err := s.LockDown(t.Context(), "live", mod.Actor)
		s.wantError("lock down", err, nil)
		return r
	}
	if r := lock(); r.State != room.Paused || r.URLs != room.URLsRefused || r.Newcomers != room.NewcomersHeld || r.Slow.Duration() != 30*time.Second || r.Lock == nil {
		t.Errorf("%+v", r)
	}
	if n := len(s.eventsSent(room.ViewOverlay, room.KindClear)); n != 1 {
		t.Errorf("the screens are emptied %d times", n)
	}
	lock() // it is on already
	if n := len(s.eventsSent(room.ViewOverlay, room.KindClear)); n != 1 {
		t.Errorf("the second one empties the screens, too: %d times", n)
	}
	_, err := s.Submit(t.Context(), "live", ann, comment.Draft{Text: "during"})
	s.wantError("during it", err, room.ErrRoomPaused)
	acts := mod.auditEntries(room.ActionLockdown)
	if len(acts) != 1 || !mod.undoable(acts[0]) || acts[0].Undone != 0 {
		t.Fatalf("%+v", acts)
	}
	s = s.restart()
	mod.svc = s
	mod.undoEntry(acts[0], nil)
	r, err := s.Room("live")
	if err != nil || r.State != room.Open || r.URLs != room.URLsAllowed || r.Newcomers != room.NewcomersOpen || r.Slow.Duration() != 3*time.Second || r.Lock != nil {
		t.Errorf("after the undo: %+v, %v", r, err)
	}
	mod.undoEntry(acts[0], room.ErrExpired)
	lock()
	r, err = s.Unlock(t.Context(), "live", mod.Actor)
	if err != nil || r.Lock != nil || r.State != room.Open || r.Slow.Duration() != 3*time.Second {
		t.Errorf("%+v, %v", r, err)
	}
}

// One comment stays on the overlay until it is taken down, also for overlays that connect
// later and across a restart.
func TestPin(t *testing.T) {
	s := newTestService(t, ratelimit.Rates{})
	_, mod := s.operators()
	ann := s.newAuthor()
	one, two := s.mustSubmit(ann, "one").Comment.ID, s.mustSubmit(ann, "two").Comment.ID
	pin := func(id comment.ID, want error) {
		t.Helper()
		s.wantError("pin", s.Pin(t.Context(), "live", mod.Actor, id), want)
	}
	unpin := func(id comment.ID) {
		t.Helper()
		s.wantError("unpin", s.Unpin(t.Context(), "live", mod.Actor, id), nil)
	}
	last := func() comment.Comment { // the pin in the overlay's last event
		t.Helper()
		e := s.eventsSent(room.ViewOverlay, room.KindPin)
		if len(e) == 0 {
			t.Fatal("the overlay received no pin")
		}
		return e[len(e)-1].Comment
	}
	pin(one, nil)
	if c := last(); c.ID != one || c.Text != "one" {
		t.Errorf("%+v", c)
	}
	pin(two, nil)
	unpin(one) // it is not pinned any more
	if c := last(); c.ID != two {
		t.Errorf("%+v", c)
	}
	if w := s.join(room.ViewOverlay, live.Resume{}); w.Pin == nil || w.Pin.ID != two {
		t.Errorf("a late overlay: %+v", w.Pin)
	}
	s = s.restart()
	if w := s.join(room.ViewOverlay, live.Resume{}); w.Pin == nil || w.Pin.Text != "two" {
		t.Errorf("after a restart: %+v", w.Pin)
	}
	s.wantError("remove", s.Remove(t.Context(), "live", mod.Actor, two), nil)
	if e := s.eventsSent(room.ViewOverlay, room.KindRemove); len(e) != 1 || len(e[0].IDs) != 1 || e[0].IDs[0] != two {
		t.Errorf("after the removal: %+v", e)
	}
	if w := s.join(room.ViewOverlay, live.Resume{}); w.Pin != nil {
		t.Errorf("it is still pinned: %+v", w.Pin)
	}
	pin(two, room.ErrExpired)
	pin(one, nil)
	unpin(one)
	if c := last(); c.ID != 0 {
		t.Errorf("after the end of the pin: %+v", c)
	}
}
