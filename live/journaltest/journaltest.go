// Package journaltest is the contract of live.Journal as tests. Every journal runs it over
// its own storage; the rest of the program relies on what it asserts.
package journaltest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
)

// Harness is one open journal with the controls that the tests need.
type Harness struct {
	Journal live.Journal
	History live.History // rows that belong to the journal
	Rooms   live.Rooms
	Shows   live.Shows // what is shown besides comments

	// Close drains the journal and closes its storage. The harness's own clean-up must
	// accept that it is closed already.
	Close func(ctx context.Context) error
	// Reopen opens the storage again after Close, as a new process would.
	Reopen func(t *testing.T) Harness

	// Stall blocks every write until resume is called. Nil skips the test of a full queue.
	Stall func(t *testing.T) (resume func())
	// Break makes every write fail until mend is called. Nil skips its test.
	Break func(t *testing.T) (mend func())
}

// Run runs the contract. open returns a journal over new storage, and closes what is still
// open when the test ends.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, c := range []struct {
		name string
		run  func(*suite)
	}{
		{"numbers grow and the log gives back what was written", (*suite).order},
		{"every event comes back as it was followed", (*suite).roundTrip},
		{"an unknown room or comment is not found", (*suite).unknown},
		{"what makes no sense harms nothing else", (*suite).malformed},
		{"a ref is bound once, also after a restart", (*suite).refs},
		{"one ref sent many times at once makes one comment", (*suite).refRace},
		{"the first decision stands", (*suite).decisions},
		{"of racing decisions one is written", (*suite).decisionRace},
		{"a refused comment can be approved after all", (*suite).undo},
		{"what is taken down is gone from a resume", (*suite).remove},
		{"taking down an author", (*suite).removeUser},
		{"several events are written together or not at all", (*suite).together},
		{"numbers of rows stay unique, so pages miss none", (*suite).pages},
		{"a clear hides what was shown before", (*suite).clear},
		{"limits of Since and Recent", (*suite).limits},
		{"rooms do not mix", (*suite).rooms},
		{"settings are kept", (*suite).settings},
		{"bans are made and lifted once", (*suite).bans},
		{"notes are made, read, deleted and put back once", (*suite).notes},
		{"pins", (*suite).pins},
		{"items and votes", (*suite).items},
		{"a poll that was deleted comes back with its votes", (*suite).itemBack},
		{"questions", (*suite).questions},
		{"epoch and numbers go on after a restart", (*suite).restart},
		{"each of many writers reads its own event at once", (*suite).readOwn},
		{"the follower sees every event once and in order", (*suite).follow},
		{"closing loses nothing", (*suite).closing},
		{"an ended context writes nothing", (*suite).cancelled},
		{"a full queue is busy and loses nothing", (*suite).fullQueue},
		{"a failing write is busy and heals by itself", (*suite).broken},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(newSuite(t, open)) })
	}
}

// suite is one test's journal with helpers for all tests.
type suite struct {
	*testing.T
	Harness
	ctx context.Context

	mu   sync.Mutex
	seen []room.Event  // by the follower
	more chan struct{} // closed and renewed when seen grows
}

// roomID is the room that every test has.
const roomID = "live"

func newSuite(t *testing.T, open func(t *testing.T) Harness) *suite {
	s := &suite{T: t, Harness: open(t), ctx: t.Context(), more: make(chan struct{})}
	if _, err := s.Rooms.AddRoom(s.ctx, room.New(roomID), nil); err != nil {
		t.Fatal(err)
	}
	s.watch()
	return s
}

// watch follows the journal.
func (s *suite) watch() {
	s.Journal.Follow(func(batch []room.Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, batch...)
		close(s.more)
		s.more = make(chan struct{})
	})
}

// followed waits until the follower has seen n events.
func (s *suite) followed(n int) []room.Event {
	s.Helper()
	limit := time.After(3 * time.Minute)
	for {
		s.mu.Lock()
		seen, more := slices.Clone(s.seen), s.more
		s.mu.Unlock()
		if len(seen) >= n {
			return seen
		}
		select {
		case <-more:
		case <-limit:
			s.Fatalf("the follower saw %d events, want %d", len(seen), n)
		}
	}
}

// reopen closes the journal and opens its storage again.
func (s *suite) reopen() {
	s.Helper()
	if err := s.Close(s.ctx); err != nil {
		s.Fatal(err)
	}
	s.Harness = s.Reopen(s.T)
	s.mu.Lock()
	s.seen = nil
	s.mu.Unlock()
	s.watch()
}

var salt atomic.Uint32

// moment is the start time of all events in the tests; each comment is a little later.
var moment = time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)

// write makes a new comment as an event of a kind.
func write(kind room.Kind, text string) room.Event {
	n := salt.Add(1)
	at := moment.Add(time.Duration(n) * time.Millisecond)
	return room.Event{
		Room: roomID, At: at, Kind: kind,
		Comment: comment.Comment{
			ID: comment.NewID(at, n), At: at, Text: text, User: "ann", Mode: comment.Scroll,
			Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
		},
	}
}

func shown(text string) room.Event { return write(room.KindComment, text) }

// decision makes a moderator's decision about a comment.
func decision(kind room.Kind, from comment.Status, id comment.ID, by string) room.Event {
	ev := write(kind, "")
	ev.Comment, ev.From, ev.By = comment.Comment{ID: id}, from, by
	return ev
}

// act makes an event without a comment.
func act(kind room.Kind, ids ...comment.ID) room.Event {
	return room.Event{Room: roomID, At: moment.Add(time.Hour), Kind: kind, IDs: ids, By: "mod"}
}

// put appends an event and expects that it is written.
func (s *suite) put(ev room.Event) room.Event {
	s.Helper()
	r := s.try(ev)
	if r.Again {
		s.Fatalf("append %s: nothing was written, %+v holds", ev.Kind, r.Event)
	}
	return r.Event
}

// try appends an event and expects no error.
func (s *suite) try(ev room.Event) room.Receipt {
	s.Helper()
	r, err := s.Journal.Append(s.ctx, ev)
	if err != nil {
		s.Fatalf("append %s: %v", ev.Kind, err)
	}
	return r
}

// stands expects that an event changes nothing because an earlier one holds.
func (s *suite) stands(ev room.Event, kind room.Kind, id comment.ID) room.Event {
	s.Helper()
	r := s.try(ev)
	if !r.Again || r.Event.Kind != kind || r.Event.Comment.ID != id {
		s.Fatalf("append %s answers again=%v %s %v, want again, %s %v", ev.Kind, r.Again, r.Event.Kind, r.Event.Comment.ID, kind, id)
	}
	return r.Event
}

func (s *suite) row(id comment.ID) room.Row {
	s.Helper()
	row, err := s.History.Comment(s.ctx, roomID, id)
	if err != nil {
		s.Fatalf("row of %v: %v", id, err)
	}
	return row
}

func (s *suite) since(after int64) []room.Event {
	s.Helper()
	events, err := s.Journal.Since(s.ctx, roomID, after, 100_000)
	if err != nil {
		s.Fatal(err)
	}
	return events
}

// log expects a resume from the beginning, and the newest events, to equal want.
func (s *suite) log(want ...string) {
	s.Helper()
	if got := brief(s.since(0)); !slices.Equal(got, want) {
		s.Fatalf("Since gives %q, want %q", got, want)
	}
	recent, err := s.Journal.Recent(s.ctx, roomID, 100_000)
	if err != nil {
		s.Fatal(err)
	}
	if got := brief(recent); !slices.Equal(got, want) {
		s.Fatalf("Recent gives %q, want %q", got, want)
	}
}

// brief names events by kind and text.
func brief(events []room.Event) []string {
	var list []string
	for _, ev := range events {
		name := string(ev.Kind)
		if ev.Comment.Text != "" {
			name += " " + ev.Comment.Text
		}
		if ev.Kind == room.KindRemove {
			name = fmt.Sprintf("remove %d", len(ev.IDs))
		}
		list = append(list, name)
	}
	return list
}
