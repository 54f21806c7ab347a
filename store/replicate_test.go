package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"danmaku/room"
	"danmaku/store"
)

// Changes that were decided in one database and applied to another give the same database,
// for any commands; also in pieces, and also when pieces come twice.
func TestAppliedChangesMakeTheSameDatabase(t *testing.T) {
	made := map[string]bool{} // by any of the seeds
	for seed := range uint64(6) {
		a, b := openStore(t, t.TempDir()), openStore(t, t.TempDir())
		log := &recorder{}
		if err := a.Replicate(t.Context(), log); err != nil {
			t.Fatal(err)
		}
		var followed []room.Event
		b.Follow(func(batch []room.Event) { followed = append(followed, batch...) })
		addRoom(t, a, "live")
		addRoom(t, a, "other")
		c := &chance{Rand: rand.New(rand.NewPCG(seed, 1)), s: a, now: noon, made: map[string]int{}}
		var written []room.Event
		a.Follow(func(batch []room.Event) { written = append(written, batch...) })
		for range 750 {
			if err := c.step(t.Context()); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		for _, kind := range store.ChangeKinds() {
			made[kind] = made[kind] || slices.ContainsFunc(log.batches, func(b store.Batch) bool { return strings.Contains(string(b.Payload), fmt.Sprintf(`{"k":%q`, kind)) })
		}
		for rest := log.batches; len(rest) > 0; {
			n := min(len(rest), 1+c.IntN(40))
			if err := b.Apply(t.Context(), log.batches[:len(log.batches)-len(rest)+n]); err != nil { // with all earlier ones
				t.Fatalf("seed %d: %v", seed, err)
			}
			rest = rest[n:]
		}
		if diff := cmp.Diff(dump(t, a), dump(t, b)); diff != "" {
			t.Fatalf("seed %d (-decided +applied):\n%s", seed, diff)
		}
		for _, s := range []*store.Store{a, b} { // by then the followers have seen everything
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, list := range [][]room.Event{written, followed} {
			for i := range list {
				if list[i].Audit != nil { // the entry itself is read from the audit
					list[i].Audit = &room.AuditEntry{ID: list[i].Audit.ID, By: list[i].Audit.By}
				}
			}
		}
		if diff := cmp.Diff(written, followed); diff != "" {
			t.Errorf("seed %d: the followers (-of the decisions +of the application):\n%s", seed, diff)
		}
	}
	for _, kind := range store.ChangeKinds() {
		if !made[kind] {
			t.Errorf("no change of the kind %q was made", kind)
		}
	}
}

// Apply distinguishes missing, newer and old batches, and writes nothing of a refused
// delivery.
func TestPositions(t *testing.T) {
	a, b := openStore(t, t.TempDir()), openStore(t, t.TempDir())
	log := &recorder{}
	if err := a.Replicate(t.Context(), log); err != nil {
		t.Fatal(err)
	}
	addRoom(t, a, "live")
	for range 3 {
		mustAppend(t, a, newComment("live", "x"))
	}
	if r, err := a.Append(t.Context(), room.Event{Room: "live", Kind: room.KindPin, At: noon}); err != nil || !r.Again {
		t.Fatal(r, err)
	}
	at := func(s *store.Store) uint64 { return position(t, s) }
	if at(a) != 4 || len(log.batches) != 4 {
		t.Errorf("after four transactions with changes and one without: position %d, %d batches", at(a), len(log.batches))
	}
	if err := b.Apply(t.Context(), log.batches[:2]); err != nil || at(b) != 2 {
		t.Errorf("two batches: %v, position %d", err, at(b))
	}
	if err := b.Apply(t.Context(), log.batches[3:]); !errors.Is(err, store.ErrGap) || at(b) != 2 {
		t.Errorf("one too far: %v, position %d", err, at(b))
	}
	newer := log.batches[2]
	newer.Payload = append(slices.Clone(newer.Payload), []byte(`{"k":"poll_opened","c":{}}`+"\n")...)
	if err := b.Apply(t.Context(), []store.Batch{newer}); !errors.Is(err, store.ErrNewer) || at(b) != 2 {
		t.Errorf("of a newer version: %v, position %d", err, at(b))
	}
	wider := log.batches[2]
	wider.Payload = []byte(strings.Replace(string(wider.Payload), `"c":{`, `"c":{"since_v2":1,`, 1))
	if err := b.Apply(t.Context(), []store.Batch{wider, log.batches[3]}); err != nil || at(b) != 4 {
		t.Errorf("with a field of a newer version: %v, position %d", err, at(b))
	}
	checkCount(t, b, 3)
	mustAppend(t, b, newComment("live", "decided here")) // a standalone database continues counting
	if at(b) != 5 {
		t.Errorf("position %d after a transaction without a publisher", at(b))
	}
}

// An unpublished change is not written, its author gets ErrBusy, and the next change finds
// out whether it was published.
func TestAnUnpublishedChangeIsNotWritten(t *testing.T) {
	s := openStore(t, t.TempDir())
	log := &recorder{}
	if err := s.Replicate(t.Context(), log); err != nil {
		t.Fatal(err)
	}
	addRoom(t, s, "live")
	kept := newComment("live", "kept")
	kept.Entry.Ref = "ref"

	log.answer = func(uint64) error { return errors.New("no majority") }
	if _, err := s.Append(t.Context(), kept); !errors.Is(err, room.ErrBusy) || errors.Is(err, room.ErrMoved) {
		t.Errorf("unpublished: %v, want busy", err)
	}
	if _, err := s.AddLink(t.Context(), room.AccessLink{Role: room.Owner, Hash: []byte("x")}, nil); !errors.Is(err, room.ErrBusy) {
		t.Errorf("a link: %v, want busy", err)
	}
	if err := s.Ready(); err != nil {
		t.Errorf("the database is well: %v", err)
	}
	checkCount(t, s, 0)

	log.answer, log.lose = nil, errors.New("timeout") // it was stored, but the answer was lost
	if _, err := s.Append(t.Context(), kept); !errors.Is(err, room.ErrBusy) {
		t.Errorf("timed out: %v, want busy", err)
	}
	log.lose = nil
	if _, err := s.Append(t.Context(), newComment("live", "next")); !errors.Is(err, room.ErrMoved) || !errors.Is(err, room.ErrBusy) {
		t.Errorf("behind an unheard batch: %v, want moved and busy", err)
	}
	checkCount(t, s, 0)
	if err := s.Apply(t.Context(), log.batches); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Append(t.Context(), kept); err != nil || !r.Again || r.Event.Comment.Text != "kept" {
		t.Errorf("sent again: %+v, %v", r, err)
	}
	mustAppend(t, s, newComment("live", "next"))
	checkCount(t, s, 2)
}

// A change that was published but could not be committed here is in the log: it comes back
// from there, and its author, who got ErrBusy, finds it written.
func TestPublishedButNotCommitted(t *testing.T) {
	s := openStore(t, t.TempDir())
	log := &recorder{}
	if err := s.Replicate(t.Context(), log); err != nil {
		t.Fatal(err)
	}
	addRoom(t, s, "live")
	// A reference that is checked at the end of the transaction.
	execSQL(t, s, "CREATE TABLE late (room INTEGER REFERENCES rooms (id) DEFERRABLE INITIALLY DEFERRED)")
	execSQL(t, s, "CREATE TRIGGER late AFTER INSERT ON events BEGIN INSERT INTO late VALUES (4711); END")
	ev := newComment("live", "x")
	if _, err := s.Append(t.Context(), ev); !errors.Is(err, room.ErrBusy) {
		t.Errorf("not committed: %v, want busy", err)
	}
	if len(log.batches) != 2 {
		t.Fatalf("%d batches in the log, want that of the room and that of the comment", len(log.batches))
	}
	checkCount(t, s, 0)
	execSQL(t, s, "DROP TRIGGER late")
	if _, err := s.Append(t.Context(), newComment("live", "next")); !errors.Is(err, room.ErrMoved) {
		t.Errorf("behind it: %v, want moved", err)
	}
	if err := s.Apply(t.Context(), log.batches); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Append(t.Context(), ev); err != nil || !r.Again {
		t.Errorf("sent again: %+v, %v", r, err)
	}
	mustAppend(t, s, newComment("live", "next"))
	checkCount(t, s, 2)
}
