package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"danmaku/room"
)

// A stored webhook comes back unchanged, its position only grows, and it can be deleted.
func TestWebhooks(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	w := room.Webhook{
		ID: "abc", Room: "live", Label: "bot", Events: []room.Kind{room.KindComment, room.KindRemove}, Local: true, Off: true,
		Made: time.UnixMilli(1_700_000_000_000).UTC(), Position: 7, Sealed: []byte{1, 2},
	}
	check := func(position int64) {
		t.Helper()
		want := w
		want.Position = position
		list, err := s.Webhooks(t.Context())
		if diff := cmp.Diff([]room.Webhook{want}, list); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
	}
	put := func() {
		t.Helper()
		if err := s.PutWebhook(t.Context(), w, nil); err != nil {
			t.Fatal(err)
		}
	}
	pass := func(id string, seq int64) {
		t.Helper()
		if err := s.PassWebhook(t.Context(), id, seq); err != nil {
			t.Fatal(err)
		}
	}
	put()
	check(7)
	pass("abc", 40)
	pass("abc", 30)
	pass("gone", 50)
	check(40)
	w.Local, w.Off, w.Position = false, false, 12 // read before its position advanced
	put()
	check(40)
	w.Position = 90
	put()
	check(90)
	if err := s.PutWebhook(t.Context(), room.Webhook{ID: "x", Room: "nowhere"}, nil); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("a webhook of no room: %v", err)
	}
	if err := s.DeleteWebhook(t.Context(), "other", "abc", nil); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("another room's: %v", err)
	}
	if err := s.DeleteWebhook(t.Context(), "live", "abc", nil); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Webhooks(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}
