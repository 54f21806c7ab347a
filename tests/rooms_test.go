package tests

import (
	"net/http"
	"strings"
	"testing"
)

// Rooms are made, closed, archived and restored.
func TestRooms(t *testing.T) {
	p := start(t, t.TempDir())
	owner, mod := p.console(), p.moderator()
	mod.call("POST", "/api/rooms", map[string]any{"id": "second"}, 403)
	for _, bad := range []map[string]any{{}, {"id": "No Good"}, {"id": ""}, {"id": "ok", "state": "asleep"}} {
		owner.call("POST", "/api/rooms", bad, 422)
	}
	if r := owner.call("POST", "/api/rooms", map[string]any{"id": "second", "title": "Second <b>", "review": "all"}, 201); r.Title != "Second <b>" {
		t.Errorf("%+v", r)
	}
	if r := owner.call("POST", "/api/rooms", map[string]any{"id": "second"}, 409); r.Code != "taken" {
		t.Errorf("a used name: %+v", r)
	}
	if n := len(mod.call("GET", "/api/rooms", nil, 200).Rooms); n != 1 {
		t.Errorf("a moderator of another room sees %d rooms", n)
	}
	mod.call("GET", "/api/rooms/second", nil, 403)
	if _, body := owner.do("GET", "/api/links", nil, nil); !strings.Contains(body, "/overlay/second?key=") {
		t.Errorf("its overlay link is missing: %s", body)
	}
	b := p.browser()
	if status, body := b.do("GET", "/r/second", nil, nil); status != 200 || !strings.Contains(body, "Second &lt;b&gt;") {
		t.Errorf("its page: %d", status)
	}
	if status, _ := b.do("POST", "/api/rooms/second/comments", map[string]string{"text": "hello"}, ours); status != http.StatusAccepted {
		t.Errorf("a comment there: %d", status)
	}
	owner.call("PATCH", "/api/rooms/second", map[string]any{"state": "closed"}, 200)
	if status, body := b.do("POST", "/api/rooms/second/comments", map[string]string{"text": "more"}, ours); status != 409 || !strings.Contains(body, "room_closed") {
		t.Errorf("in a closed room: %d %s", status, body)
	}
	s, _, err := b.dialRoom("second", "audience", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	s.next("hello")
	mod.call("DELETE", "/api/rooms/second", nil, 403)
	owner.call("DELETE", "/api/rooms/second", nil, 204)
	if f := s.next("bye"); f.Code != "closed" || s.closeCode() != 1000 {
		t.Errorf("%+v", f)
	}
	if n := len(owner.call("GET", "/api/rooms", nil, 200).Rooms); n != 1 {
		t.Errorf("an archived room is listed: %d", n)
	}
	if n := len(owner.call("GET", "/api/rooms?archived=1", nil, 200).Rooms); n != 2 {
		t.Errorf("and not restored: %d", n)
	}
	if s, _, err = b.dialRoom("second", "audience", "", nil); err != nil {
		t.Fatal(err)
	}
	if f := s.next("bye"); f.Code != "closed" {
		t.Errorf("%+v", f)
	}
	owner.call("PATCH", "/api/rooms/second", map[string]any{"archived": false, "state": "open"}, 200)
	if s, _, err = b.dialRoom("second", "audience", "", nil); err != nil {
		t.Fatal(err)
	}
	s.next("hello")
	if _, body := owner.do("GET", "/api/rooms/second/comments", nil, nil); !strings.Contains(body, `"hello"`) {
		t.Errorf("its history is gone: %s", body)
	}
}
