package live

import (
	"context"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
)

// room is one room in memory: its settings, its newest events, and a feed for
// each view. The journal's follower is the only one who changes it.
type room struct {
	id    string
	epoch string
	feeds [3]*feed // by viewIndex
	stop  context.CancelFunc
	done  sync.WaitGroup
	tally tally

	mu      sync.RWMutex
	setup   comment.Room
	ring    ring
	queue   queue // held comments
	pins    pins
	applied int64         // seq of the last event applied
	moved   chan struct{} // closed when applied grows; nil while nobody waits

	editing sync.Mutex // one change of settings at a time

	starts [3]starts // by viewIndex
	older  shared    // reads of the journal for those who were away for long
}

// newRoom builds a room from its record and its newest events, and starts its
// feeds.
func newRoom(rec RoomRecord, recent []comment.Event, enc Encoder, out Outlet) *room {
	ctx, stop := context.WithCancel(context.Background())
	r := &room{id: rec.ID, epoch: rec.Head.Epoch, setup: rec.Room, stop: stop, applied: rec.Head.Seq}
	if len(recent) >= ringLoad {
		r.ring.since = recent[0].Seq - 1
	}
	items := make([]item, len(recent))
	for i, e := range recent {
		items[i] = encode(enc, e)
		r.ring.push(items[i])
	}
	for i, v := range Views {
		head, waits := start(v, rec, items, time.Now())
		f := newFeed(v, head, func(pos int64, events [][]byte) <-chan struct{} {
			return out.Broadcast(r.id, v, enc.Frame(r.position(pos), events))
		})
		if delayed(v) {
			f.lag = lag{delay: rec.Delay, queue: waits}
		}
		r.feeds[i] = f
		r.done.Go(func() { f.run(ctx) })
	}
	return r
}

func (r *room) close() {
	r.stop()
	r.done.Wait()
}

func (r *room) position(seq int64) comment.Position {
	return comment.Position{Epoch: r.epoch, Seq: seq}
}

func (r *room) feed(v View) *feed { return r.feeds[viewIndex(v)] }

func (r *room) settings() comment.Room {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.setup
}

func encode(enc Encoder, e comment.Event) item {
	it := item{event: e}
	for i, v := range Views {
		it.bytes[i] = enc.Event(v, e)
	}
	return it
}

// apply takes an event that has left the journal.
func (r *room) apply(enc Encoder, e comment.Event) {
	it := encode(enc, e)
	r.mu.Lock()
	switch e.Kind {
	case comment.KindRemove:
		down := among(e.IDs)
		r.ring.take(func(c comment.Comment) bool { return down(c.ID) })
	case comment.KindClear:
		r.ring.take(func(comment.Comment) bool { return true })
	case comment.KindRoom:
		r.setup = *e.Setup
	}
	r.queue.apply(it)
	r.pins.apply(e)
	r.ring.push(it)
	r.applied = e.Seq
	if r.moved != nil {
		close(r.moved)
		r.moved = nil
	}
	r.mu.Unlock()
	r.tally.count(e)
	for i, f := range r.feeds {
		if e.Kind == comment.KindRoom && delayed(Views[i]) {
			f.setDelay(e.Setup.Delay)
		}
		f.add(e, it.bytes[i])
	}
}

// starts is what the last newcomer of a view started from, kept since in a
// storm of arrivals the next one starts from the same.
type starts struct {
	mu      sync.Mutex
	valid   bool
	applied int64
	passed  int64
	second  int64 // overlays start from less with every second
	list    []byte
}

// recents are the newest comments that a view starts from, as the encoder lists
// them: overlays those of the last 30 s, phones 50, consoles 200.
func (r *room) recents(enc Encoder, v View, passed int64, now time.Time) []byte {
	s := &r.starts[viewIndex(v)]
	s.mu.Lock()
	defer s.mu.Unlock()
	r.mu.RLock()
	defer r.mu.RUnlock()
	if s.valid && s.applied == r.applied && s.passed == passed && s.second == now.Unix() {
		return s.list
	}
	s.valid, s.applied, s.passed, s.second = true, r.applied, passed, now.Unix()
	s.list = enc.List(r.newest(v, passed, now))
	return s.list
}

// newest gives the encoded comments that a view starts from, oldest first.
func (r *room) newest(v View, passed int64, now time.Time) (out [][]byte) {
	limit := map[View]int{ViewOverlay: 1000, ViewAudience: 50, ViewConsole: 200}[v]
	r.ring.each(func(it *item) bool {
		e := &it.event
		if e.Kind == comment.KindClear || len(out) == limit ||
			v == ViewOverlay && now.Sub(e.At) > 30*time.Second {
			return false
		}
		if e.Kind == comment.KindComment && !it.gone && e.Seq <= passed {
			out = append(out, it.bytes[viewIndex(v)])
		}
		return true
	})
	slices.Reverse(out)
	return out
}

// ahead gives what went to a view before its place in the log, after passed:
// everything that takes something down.
func (r *room) ahead(v View, passed int64) (out []piece) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.ring.each(func(it *item) bool {
		if it.event.Seq <= passed {
			return false
		}
		if k := it.event.Kind; (k == comment.KindRemove || k == comment.KindClear) && it.bytes[viewIndex(v)] != nil {
			out = append(out, piece{bytes: it.bytes[viewIndex(v)]})
		}
		return true
	})
	slices.Reverse(out)
	return out
}

// reaches tells whether the ring holds every event after since.
func (r *room) reaches(since int64) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return since >= r.ring.since
}

// piece is one encoded event that a client missed.
type piece struct {
	bytes   []byte
	comment bool // and so may be left out of a phone's sample
}

// missed gives what a view has not seen in (since, passed], from the ring.
// ok is false when the ring does not reach back so far.
func (r *room) missed(v View, since, passed int64) (out []piece, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if since < r.ring.since {
		return nil, false
	}
	view := viewIndex(v)
	r.ring.each(func(it *item) bool {
		if it.event.Seq <= since {
			return false
		}
		// The settings are in hello, and newer there.
		if it.event.Seq <= passed && !it.gone && it.bytes[view] != nil && it.event.Kind != comment.KindRoom {
			out = append(out, piece{it.bytes[view], it.event.Kind == comment.KindComment})
		}
		return true
	})
	slices.Reverse(out)
	return out, true
}
