package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"

	"github.com/google/go-cmp/cmp"
)

// A long enough silence divides a room's past into sessions. They do not include comments
// that are not shown, and replays.
func TestSessions(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	begun := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	at := func(minutes float64) time.Time { return begun.Add(time.Duration(minutes * float64(time.Minute))) }
	var n uint32
	add := func(roomID string, minute float64, kind room.Kind, from comment.Source) {
		ev := newComment(roomID, "x")
		ev.Kind, ev.Comment.At, ev.Comment.Source = kind, at(minute), from
		ev.Comment.ID = comment.NewID(at(minute), n)
		n++
		mustAppend(t, s, ev)
	}
	for _, minute := range []float64{0, 10, 10, 39, 69 /* 30 min later: another one */, 98.5, 300} {
		add("live", minute, room.KindComment, comment.FromAudience)
	}
	add("live", 120, room.KindHeld, comment.FromAudience) // would join two of them
	add("live", 310, room.KindComment, comment.FromReplay)
	add("live", 900, room.KindComment, comment.FromReplay)
	add("other", 20, room.KindComment, comment.FromAPI)
	want := []room.Session{
		{From: at(300), To: at(300), Count: 1}, {From: at(69), To: at(98.5), Count: 2}, {From: at(0), To: at(39), Count: 4},
	}
	for limit := range 4 {
		got, err := s.Sessions(t.Context(), "live", 30*time.Minute-time.Millisecond, limit)
		if d := cmp.Diff(slices.Clip(want[:limit]), got); err != nil || limit > 0 && d != "" || limit == 0 && len(got) > 0 {
			t.Errorf("the newest %d (-want +got):\n%s%v", limit, d, err)
		}
	}
	whole, err := s.Session(t.Context(), "live", room.Archive{Without: comment.FromReplay})
	if err != nil || whole != (room.Session{From: at(0), To: at(300), Count: 7}) {
		t.Errorf("all of it is %+v, %v", whole, err)
	}
	if only, err := s.Session(t.Context(), "live", room.Archive{Without: comment.FromAudience}); err != nil || only.Count != 2 || only.From != at(310) {
		t.Errorf("without the audience it is %+v, %v", only, err)
	}
	if none, err := s.Session(t.Context(), "live", room.Archive{To: begun}); err != nil || none != (room.Session{}) {
		t.Errorf("of nothing it is %+v, %v", none, err)
	}
	if _, err := s.Sessions(t.Context(), "none", time.Hour, 5); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("of no room: %v", err)
	}
}
