package store_test

import (
	"context"
	"testing"

	"danmaku/live"
	"danmaku/live/access"
	"danmaku/live/journaltest"
	"danmaku/room"
	"danmaku/store"
)

var (
	_ live.Journal = (*store.Store)(nil)
	_ live.History = (*store.Store)(nil)
	_ live.Rooms   = (*store.Store)(nil)
	_ access.Links = (*store.Store)(nil)
	_ live.Rules   = (*store.Store)(nil)
	_ live.Bans    = (*store.Store)(nil)
)

func TestJournal(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Harness { return harness(t, t.TempDir()) })
}

// The contract also holds when every transaction is published first.
func TestJournalPublished(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Harness {
		log := &recorder{}
		return publishingHarness(t, harness(t, t.TempDir()), log)
	})
}

func publishingHarness(t *testing.T, h journaltest.Harness, log *recorder) journaltest.Harness {
	t.Helper()
	if err := h.Journal.(*store.Store).Replicate(t.Context(), log); err != nil {
		t.Fatal(err)
	}
	reopen := h.Reopen
	h.Reopen = func(t *testing.T) journaltest.Harness { return publishingHarness(t, reopen(t), log) }
	return h
}

// openStore opens a store that is closed when the test ends.
func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func harness(t *testing.T, dir string) journaltest.Harness {
	s := openStore(t, dir)
	return journaltest.Harness{
		Journal: s, History: s, Rooms: s, Shows: s, Close: s.Close,
		Reopen: func(t *testing.T) journaltest.Harness { return harness(t, dir) },
		Stall:  func(*testing.T) func() { return s.Hold() },
		Break: func(t *testing.T) func() {
			// Another program holds the database longer than ours waits.
			execSQL(t, s, "PRAGMA busy_timeout=1")
			return openStore(t, dir).Hold()
		},
	}
}

func execSQL(t testing.TB, s *store.Store, query string) {
	t.Helper()
	if err := s.Exec(query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// addRoom makes a room and returns its record.
func addRoom(t testing.TB, s *store.Store, name string) room.Record {
	t.Helper()
	r, err := s.AddRoom(context.Background(), room.New(name), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
