package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"danmaku/room"
)

// A stored chat comes back unchanged, is replaced by its ID, and can be deleted.
func TestChats(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	c := room.Chat{
		ID: "abc", Room: "live", Kind: "twitch", Target: "mika", Made: time.UnixMilli(1_700_000_000_000).UTC(), Sealed: []byte{1, 2},
		ChatSwitches: room.ChatSwitches{FollowBans: true, Guests: true, HoldAll: true, Emotes: true, MinMicros: 5},
	}
	put := func() {
		if err := s.PutChat(t.Context(), c, nil); err != nil {
			t.Fatal(err)
		}
	}
	put()
	for range 2 {
		list, err := s.Chats(t.Context())
		if diff := cmp.Diff([]room.Chat{c}, list); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
		c.Off, c.ChatSwitches = true, room.ChatSwitches{}
		put()
	}
	if err := s.PutChat(t.Context(), room.Chat{ID: "x", Room: "nowhere"}, nil); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("a chat of no room: %v", err)
	}
	addRoom(t, s, "other")
	if err := s.DeleteChat(t.Context(), "other", "abc", nil); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("another room's: %v", err)
	}
	if err := s.DeleteChat(t.Context(), "live", "abc", nil); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Chats(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}
