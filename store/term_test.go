package store_test

import (
	"context"
	"errors"
	"testing"

	"danmaku/room"
	"danmaku/store"
)

// A command that was checked before another machine's change was applied is handed back, by
// every kind of write, and also when the checks' memory lags behind.
func TestTerm(t *testing.T) {
	a, b := openStore(t, t.TempDir()), openStore(t, t.TempDir())
	log := &recorder{}
	for _, s := range []*store.Store{a, b} {
		if err := s.Replicate(t.Context(), log); err != nil {
			t.Fatal(err)
		}
	}
	seen, free := make(chan struct{}), make(chan struct{})
	b.Follow(func(batch []room.Event) {
		if batch[0].Kind == room.KindBan {
			close(seen)
			<-free
		}
	})
	addRoom(t, a, "live")
	apply := func() {
		t.Helper()
		if err := b.Apply(t.Context(), log.batches); err != nil {
			t.Fatal(err)
		}
	}
	apply()
	checked := func(term uint64) error {
		ctx := room.WithTerm(t.Context(), term)
		_, err := b.Append(ctx, newComment("live", "x"))
		if moved := b.PutStyle(ctx, room.Style{Room: "live", Name: "a", CSS: "b{}", Changed: noon}); errors.Is(moved, room.ErrMoved) != errors.Is(err, room.ErrMoved) {
			t.Errorf("a comment of term %d: %v, a style: %v", term, err, moved)
		}
		return err
	}
	awaitTerm(t, b, 2)
	if err := checked(2); err != nil {
		t.Errorf("of the present term: %v", err)
	}
	if b.Term() != 2 {
		t.Errorf("term %d after its own writing, want 2", b.Term())
	}

	// Another machine bans somebody.
	if err := a.Apply(t.Context(), log.batches); err != nil {
		t.Fatal(err)
	}
	ban := room.Event{Room: "live", At: noon, Kind: room.KindBan, By: "boss", Ban: &room.Ban{Kind: room.FullBan, User: "ann"}}
	if _, err := a.Append(t.Context(), ban); err != nil {
		t.Fatal(err)
	}
	apply()
	<-seen
	if b.Term() != 2 {
		t.Errorf("term %d while memory has not seen the ban, want 2", b.Term())
	}
	if err := checked(2); !errors.Is(err, room.ErrMoved) || !errors.Is(err, room.ErrBusy) {
		t.Errorf("checked before the ban: %v, want moved and busy", err)
	}
	mustAppend(t, b, newComment("live", "without a term"))
	close(free)
	awaitTerm(t, b, 3)
	if err := checked(3); err != nil {
		t.Errorf("checked after the ban: %v", err)
	}

	apply() // nothing is new
	if err := checked(3); err != nil || b.Term() != 3 {
		t.Errorf("after batches that it has: %v, term %d", err, b.Term())
	}
}

// awaitTerm waits until the follower has seen what was applied.
func awaitTerm(t *testing.T, s *store.Store, term uint64) {
	t.Helper()
	for s.Term() < term {
		if err := context.Cause(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
