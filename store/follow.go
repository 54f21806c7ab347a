package store

import (
	"context"
	"sync"
	"time"

	"danmaku/room"
)

// follower passes batches on without delaying the commits.
type follower struct {
	batches chan followed
	ended   chan struct{}
}

// followed is a batch for the follower.
type followed struct {
	events  []room.Event
	altered room.Altered // earlier changes by other machines
	at      time.Time    // time of the commit; zero when not measured
	term    uint64       // reached once these are followed
	pos     uint64       // reached once these are followed; 0 when not needed
}

// Follow implements live.Journal. A second call is a bug and panics.
func (j *journal) Follow(fn func(batch []room.Event)) {
	f := &follower{batches: make(chan followed, followLen), ended: make(chan struct{})}
	if !j.follower.CompareAndSwap(nil, f) {
		panic("store: Follow is called twice")
	}
	go func() {
		defer close(f.ended)
		for batch := range f.batches {
			if notify := j.altered.Load(); notify != nil && batch.altered.Any() {
				(*notify)(batch.altered)
			}
			if len(batch.events) > 0 {
				fn(batch.events)
			}
			j.term.Store(batch.term)
			j.reached.set(batch.pos)
			if !batch.at.IsZero() {
				j.lag.Observe(time.Since(batch.at).Seconds())
			}
		}
	}()
}

// notifyFollower passes events and a new term to the follower.
func (j *journal) notifyFollower(events []room.Event) {
	j.committed.Store(j.w.pos)
	f := j.follower.Load()
	if f == nil {
		j.term.Store(j.w.term)
		j.reached.set(j.w.pos)
		return
	}
	if len(events) == 0 && j.w.handed == j.w.term && j.w.handedPos == j.w.pos {
		return
	}
	j.w.handed, j.w.handedPos = j.w.term, j.w.pos
	j.events.Add(int64(len(events)))
	b := followed{events: events, altered: j.w.altered, term: j.w.term, pos: j.w.pos}
	j.w.altered = room.Altered{}
	if j.lag != nil {
		b.at = time.Now()
	}
	f.batches <- b
}

// Altered makes fn receive the kinds of records that other machines have changed, in the
// goroutine of [Store.Follow] and before the events of the same batch. Call it before the
// first [Store.Apply].
func (s *Store) Altered(fn func(room.Altered)) { s.journal.altered.Store(&fn) }

// reached is a growing position that others can wait for.
type reached struct {
	mu    sync.Mutex
	pos   uint64
	grown chan struct{} // closed when pos grows; nil while nobody waits
}

func (r *reached) set(pos uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if pos <= r.pos {
		return
	}
	r.pos = pos
	if r.grown != nil {
		close(r.grown)
		r.grown = nil
	}
}

// look returns the position, and a channel that closes when it grows.
func (r *reached) look() (uint64, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.grown == nil {
		r.grown = make(chan struct{})
	}
	return r.pos, r.grown
}

// Committed returns the position of the last commit, where changes are published.
func (s *Store) Committed() uint64 { return s.journal.committed.Load() }

// AwaitFollowed waits until the follower has seen a position.
func (s *Store) AwaitFollowed(ctx context.Context, pos uint64) error {
	for {
		at, grown := s.journal.reached.look()
		if at >= pos {
			return nil
		}
		select {
		case <-grown:
		case <-s.journal.done:
			return room.ErrBusy
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
