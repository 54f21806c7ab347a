package journaltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"danmaku/room"
)

func (s *suite) restart() {
	head := func() room.Position {
		s.Helper()
		records, err := s.Rooms.Rooms(s.ctx)
		if err != nil || len(records) != 1 {
			s.Fatalf("rooms: %+v, %v", records, err)
		}
		return records[0].Head
	}
	first := head()
	if first.Epoch == "" || first.Seq != 0 {
		s.Fatalf("a new room is at %v", first)
	}
	last := s.put(shown("before"))
	s.reopen()
	if got := head(); got.Epoch != first.Epoch || got.Seq != last.Seq {
		s.Errorf("after the restart the room is at %v, want %s:%d", got, first.Epoch, last.Seq)
	}
	if next := s.put(shown("after")); next.Seq <= last.Seq {
		s.Errorf("number %d comes after %d", next.Seq, last.Seq)
	}
	s.log("comment before", "comment after")
}

func (s *suite) readOwn() {
	const writers, each = 16, 20
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for i := range each {
				ev := s.try(shown(fmt.Sprint(i))).Event
				if row, err := s.History.Comment(s.ctx, roomID, ev.Comment.ID); err != nil || row.Seq != ev.Seq {
					s.Errorf("own row: %+v, %v", row, err)
				}
				got, err := s.Journal.Since(s.ctx, roomID, ev.Seq-1, 1)
				if err != nil || len(got) != 1 || got[0].Comment.ID != ev.Comment.ID {
					s.Errorf("own event: %q, %v", brief(got), err)
				}
			}
		})
	}
	all.Wait()
}

func (s *suite) follow() {
	const writers, each = 16, 50
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				ev := withRef(shown("x"), fmt.Sprintf("%d-%d", w, i))
				s.try(ev)
				if r := s.try(ev); !r.Again {
					s.Error("the same ref was written twice")
				}
			}
		})
	}
	all.Wait()
	seen := s.followed(writers * each)
	if len(seen) != writers*each {
		s.Fatalf("the follower saw %d events, want %d", len(seen), writers*each)
	}
	for i := 1; i < len(seen); i++ {
		if seen[i].Seq <= seen[i-1].Seq {
			s.Fatalf("the follower saw %d after %d", seen[i].Seq, seen[i-1].Seq)
		}
	}
	s.equal("the log", s.since(0), seen)
}

// closing closes the journal during many writes: every acknowledged event is in the log and
// was followed, and no refused one is.
func (s *suite) closing() {
	const writers = 64
	var acked, refused sync.Map
	var count atomic.Int64
	started := make(chan struct{})
	var once sync.Once
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for {
				ev := shown("x")
				_, err := s.Journal.Append(s.ctx, ev)
				if err != nil {
					if !errors.Is(err, room.ErrBusy) {
						s.Errorf("append while closing: %v, want ErrBusy", err)
					}
					refused.Store(ev.Comment.ID, true)
					return
				}
				acked.Store(ev.Comment.ID, true)
				if count.Add(1) == 200 {
					once.Do(func() { close(started) })
				}
			}
		})
	}
	<-started
	if err := s.Close(s.ctx); err != nil {
		s.Fatal(err)
	}
	all.Wait()
	if err := s.Journal.Ready(); err == nil {
		s.Error("a closed log says that it can be written")
	}
	s.mu.Lock()
	seen := len(s.seen)
	s.mu.Unlock()
	s.Harness = s.Reopen(s.T)
	events := s.since(0)
	if len(events) != int(count.Load()) || seen != len(events) {
		s.Errorf("%d were acknowledged, %d followed, %d are in the log", count.Load(), seen, len(events))
	}
	for _, ev := range events {
		if _, ok := acked.Load(ev.Comment.ID); !ok {
			s.Errorf("%v is in the log and was not acknowledged", ev.Comment.ID)
		}
		if _, ok := refused.Load(ev.Comment.ID); ok {
			s.Errorf("%v is in the log and was refused", ev.Comment.ID)
		}
	}
}

func (s *suite) cancelled() {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	if _, err := s.Journal.Append(ctx, shown("never")); !errors.Is(err, context.Canceled) {
		s.Errorf("append: %v, want context.Canceled", err)
	}
	s.put(shown("after"))
	s.log("comment after")
}

// fullQueue fills the queue of a journal that cannot write.
func (s *suite) fullQueue() {
	if s.Stall == nil {
		s.Skip("this storage cannot be stalled")
	}
	resume := s.Stall(s.T)
	var written atomic.Int64
	busy := make(chan struct{})
	var once sync.Once
	var all sync.WaitGroup
	// The race detector allows some 8,000 goroutines; the queue is shorter.
	const most = 7000
	started := 0
	for full := false; !full && started < most; started++ {
		all.Go(func() {
			switch _, err := s.Journal.Append(s.ctx, shown("x")); {
			case err == nil:
				written.Add(1)
			case errors.Is(err, room.ErrBusy):
				once.Do(func() { close(busy) })
			default:
				s.Errorf("append: %v", err)
			}
		})
		select {
		case <-busy:
			full = true
		default:
		}
	}
	select {
	case <-busy:
	case <-time.After(3 * time.Minute):
		s.Errorf("%d events are queued and none was refused", started)
	}
	if got := written.Load(); got != 0 {
		s.Errorf("%d events were acknowledged while nothing could be written", got)
	}
	resume()
	all.Wait()
	if n := len(s.since(0)); n != int(written.Load()) {
		s.Errorf("%d were acknowledged, %d are in the log", written.Load(), n)
	}
	s.put(shown("after"))
}

// broken makes writes fail for a while.
func (s *suite) broken() {
	if s.Break == nil {
		s.Skip("this storage cannot be broken")
	}
	before := s.put(shown("before"))
	mend := s.Break(s.T)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := s.Journal.Append(s.ctx, shown("lost")); !errors.Is(err, room.ErrBusy) {
				s.Errorf("append to a broken log: %v, want ErrBusy", err)
			}
		})
	}
	all.Wait()
	if err := s.Journal.Ready(); err == nil {
		s.Error("a broken log says that it can be written")
	}
	s.log("comment before")
	mend()
	// Either the next write or Ready notices that writing works again.
	limit := time.After(3 * time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for s.Journal.Ready() != nil {
		select {
		case <-tick.C:
		case <-limit:
			s.Fatal("the log does not heal")
		}
	}
	after := s.put(shown("after"))
	if after.Seq <= before.Seq {
		s.Errorf("number %d comes after %d", after.Seq, before.Seq)
	}
	s.log("comment before", "comment after")
	if seen := s.followed(2); len(seen) != 2 {
		s.Errorf("the follower saw %q", brief(seen))
	}
}
