package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/room"
	"danmaku/store"
)

// TestFullDisk lets SQLite run into a full disk while several goroutines write, and makes
// space again: nothing acknowledged is lost, and nothing else is there.
func TestFullDisk(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	if err := s.Ready(); err != nil {
		t.Fatal(err)
	}
	var followed atomic.Int64
	s.Follow(func(batch []room.Event) { followed.Add(int64(len(batch))) })
	execSQL(t, s, "PRAGMA max_page_count=60")
	long := strings.Repeat("弾", 300)
	var acked atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for {
				_, err := s.Append(t.Context(), newComment("live", long))
				if err != nil {
					if !errors.Is(err, room.ErrBusy) {
						t.Errorf("append to a full disk: %v, want ErrBusy", err)
					}
					return
				}
				acked.Add(1)
			}
		})
	}
	all.Wait()
	// Some of the eight may have fitted into a smaller batch after the first fault: now not
	// even one more fits.
	for {
		if _, err := s.Append(t.Context(), newComment("live", long)); err != nil {
			break
		}
		acked.Add(1)
	}
	err := s.Ready()
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("Ready on a full disk: %v", err)
	}
	if _, err := s.AddRoom(t.Context(), room.New(strings.Repeat("r", 32)), nil); err != nil && !errors.Is(err, room.ErrBusy) {
		t.Errorf("a room on a full disk: %v", err)
	}
	checkCount(t, s, int(acked.Load()))

	// A change so small that it still fits does not show that comments can be saved.
	if err := s.Touch(); err != nil {
		t.Errorf("a change that takes no room: %v", err)
	}
	if s.Ready() == nil {
		t.Error("the log says that it can be written, since a change of no size was")
	}

	execSQL(t, s, "PRAGMA max_page_count=100000")
	if _, err := s.Append(t.Context(), newComment("live", "room again")); err != nil {
		t.Fatal(err)
	}
	acked.Add(1)
	waitFor(t, func() bool { return s.Ready() == nil })
	checkCount(t, s, int(acked.Load()))
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if followed.Load() != acked.Load() {
		t.Errorf("%d were followed, %d acknowledged", followed.Load(), acked.Load())
	}
}

func checkCount(t *testing.T, s *store.Store, want int) {
	t.Helper()
	events, err := s.Since(t.Context(), "live", 0, 1_000_000)
	if err != nil || len(events) != want {
		t.Fatalf("the log has %d events, %v, want %d", len(events), err, want)
	}
	for i, ev := range events {
		if ev.Seq != int64(i+1) {
			t.Fatalf("event %d has number %d", i+1, ev.Seq)
		}
	}
}

// TestServerNoticesFreedDiskSpace checks that an idle server notices by itself that there is space again, and not
// before.
func TestServerNoticesFreedDiskSpace(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	execSQL(t, s, "PRAGMA max_page_count=1") // SQLite raises it to the existing pages
	var err error
	for err == nil {
		_, err = s.Append(t.Context(), newComment("live", strings.Repeat("x", 1000)))
	}
	if err := s.Probe(); err == nil {
		t.Error("the probe found room on a full disk")
	}
	if s.Ready() == nil {
		t.Error("the log says that it can be written")
	}
	execSQL(t, s, "PRAGMA max_page_count=100000")
	waitFor(t, func() bool { return s.Ready() == nil })
	var left int
	if err := s.Readers().QueryRowContext(t.Context(), "SELECT count(*) FROM meta WHERE key = 'probe'").Scan(&left); err != nil || left != 0 {
		t.Errorf("the probe left %d rows, %v", left, err)
	}
}

// waitFor polls until a condition holds.
func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	deadline := time.After(3 * time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("it did not come to pass")
		}
	}
}

// TestAWriteWhoseCallerGaveUp checks that a caller who stops waiting while the event is still queued can be
// sure that it was not written.
func TestAWriteWhoseCallerGaveUp(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	release := s.Hold()
	ctx, cancel := context.WithCancel(t.Context())
	const n = 100
	queued := s.Queued()
	errs := make(chan error, n)
	for range n {
		go func() {
			_, err := s.Append(ctx, newComment("live", "given up"))
			errs <- err
		}()
	}
	waitFor(t, func() bool { return s.Queued() == queued+n })
	cancel()
	for range n {
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("append: %v, want context.Canceled", err)
		}
	}
	release()
	if _, err := s.Append(t.Context(), newComment("live", "kept")); err != nil {
		t.Fatal(err)
	}
	checkCount(t, s, 1)
}

// TestCloseThatRunsOutOfTime checks that a Close that runs out of time returns an error, and that
// the next one completes the work.
func TestCloseThatRunsOutOfTime(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	release := s.Hold()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("close: %v, want context.Canceled", err)
	}
	release()
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestCloseWaitsForFollower checks that written events are followed before Close returns.
func TestCloseWaitsForFollower(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	gate := make(chan struct{})
	var followed atomic.Int64
	s.Follow(func(batch []room.Event) {
		<-gate
		followed.Add(int64(len(batch)))
	})
	for range 5 {
		mustAppend(t, s, newComment("live", "x"))
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Close(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("close with a follower that is not done: %v", err)
	}
	close(gate)
	if err := s.Close(t.Context()); err != nil || followed.Load() != 5 {
		t.Errorf("%d events were followed before Close returned, %v", followed.Load(), err)
	}
}

// TestOneRefusedChangeOfABatch checks that an event that the database refuses does not affect the
// others of its batch, not even one by a new author.
func TestOneRefusedChangeOfABatch(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	release := s.Hold()
	refused := room.Event{Room: "live", Kind: room.KindBan, At: noon, Ban: &room.Ban{Kind: "whisper", User: "ann"}}
	type answer struct {
		r   room.Receipt
		err error
	}
	var answers []chan answer
	send := func(ev room.Event) {
		before := s.Queued()
		a := make(chan answer, 1)
		answers = append(answers, a)
		go func() {
			r, err := s.Append(t.Context(), ev)
			a <- answer{r, err}
		}()
		waitFor(t, func() bool { return s.Queued() == before+1 })
	}
	first, last := newComment("live", "before"), newComment("live", "after")
	first.Comment.User, last.Comment.User = "new one", "new two"
	send(first)
	send(refused)
	send(last)
	release()
	got := make([]answer, len(answers))
	for i, a := range answers {
		got[i] = <-a
	}
	if got[0].err != nil || got[2].err != nil {
		t.Errorf("the good ones: %v, %v", got[0].err, got[2].err)
	}
	if err := got[1].err; err == nil || errors.Is(err, room.ErrBusy) || !strings.Contains(err.Error(), "append ban") {
		t.Errorf("the refused one: %v", err)
	}
	if got[0].r.Event.Seq != 1 || got[2].r.Event.Seq <= 1 {
		t.Errorf("the numbers are %d and %d", got[0].r.Event.Seq, got[2].r.Event.Seq)
	}
	for _, ev := range []room.Event{first, last} {
		ev.Comment.ID += 1 << 21 // the tests use no such high salt
		mustAppend(t, s, ev)     // its author's row must exist
		if rows, _, err := s.Comments(t.Context(), "live", room.HistoryQuery{User: ev.Comment.User}); err != nil || len(rows) != 2 {
			t.Errorf("%s has %d comments, %v", ev.Comment.User, len(rows), err)
		}
	}
	if err := s.Ready(); err != nil {
		t.Errorf("a refused event counts as a fault of the log: %v", err)
	}
}

// TestAnEventNumberThatIsTaken checks that a number in the log that the room does not know about costs
// one event, not the room.
func TestAnEventNumberThatIsTaken(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	execSQL(t, s, "INSERT INTO events (room, seq, at, kind) VALUES (1, 1, 0, 5)")
	ev := newComment("live", "x")
	if _, err := s.Append(t.Context(), ev); err == nil {
		t.Error("a number was given twice")
	}
	if got := mustAppend(t, s, ev); got.Seq != 2 {
		t.Errorf("the next number is %d, want 2", got.Seq)
	}
}

// TestChangesBetweenBatches checks that rooms and links get through while the writer is
// never idle.
func TestChangesBetweenBatches(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for ctx.Err() == nil {
				if _, err := s.Append(t.Context(), newComment("live", "x")); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 50 {
		addRoom(t, s, fmt.Sprint("room-", i))
	}
	stop()
	all.Wait()
	if rooms, err := s.Rooms(t.Context()); err != nil || len(rooms) != 51 {
		t.Errorf("%d rooms, %v", len(rooms), err)
	}
}

// TestAFollowerBesideAnother checks that a command in another process (here: another store) can
// write while the server does; neither is refused and both see everything.
func TestAFollowerBesideAnother(t *testing.T) {
	dir := t.TempDir()
	server, command := openStore(t, dir), openStore(t, dir)
	addRoom(t, server, "live")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				if _, err := server.Append(t.Context(), newComment("live", "x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 20 {
		l := room.AccessLink{Room: "live", Role: room.Sender, Made: time.Now(), Hash: fmt.Append(nil, i)}
		if _, err := command.AddLink(t.Context(), l, nil); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	checkCount(t, command, 200)
	if links, err := server.Links(t.Context()); err != nil || len(links) != 20 {
		t.Errorf("%d links, %v", len(links), err)
	}
}

// TestFollowTwice checks that a second follower, which would split the log, panics.
func TestFollowTwice(t *testing.T) {
	s := openStore(t, t.TempDir())
	s.Follow(func([]room.Event) {})
	defer func() {
		if recover() == nil {
			t.Error("a second follower was taken")
		}
	}()
	s.Follow(func([]room.Event) {})
}
