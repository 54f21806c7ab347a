package live

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
)

// liveRoom is one room in memory: its settings, its newest events, and a broadcaster for
// each view. Only the journal's follower changes it.
type liveRoom struct {
	id           string
	epoch        string
	broadcasters [3]*fanout.Broadcaster // by fanout.ViewIndex
	tally        tally

	opinion  bool        // a second opinion service is asked
	sendsOut atomic.Bool // comments are sent to a webhook
	keeping  *keptDays   // how long comments are kept; nil means forever

	mu      sync.RWMutex
	setup   room.Room
	ring    fanout.Ring
	queue   queue // held comments
	pins    fanout.Pins
	showing showing
	reacted reacted
	applied int64         // seq of the last event applied
	moved   chan struct{} // closed when applied grows; nil while nothing waits

	editing sync.Mutex // one change of settings at a time

	snapshots fanout.Snapshots
}

// newRoom builds a room from its record and its newest events, and starts its broadcasters.
// An idle broadcaster has no goroutine.
func newRoom(rec room.Record, recent []room.Event, enc Encoder, out Outlet, c clock, sent map[room.View]Observer) *liveRoom {
	r := &liveRoom{id: rec.ID, epoch: rec.Head.Epoch, setup: rec.Room, applied: rec.Head.Seq}
	r.tally.set = c.aheadBy
	if len(recent) >= fanout.RingLoad {
		r.ring.Since = recent[0].Seq - 1
	}
	items := make([]fanout.Item, len(recent))
	for i, e := range recent {
		items[i] = fanout.Encode(enc, e)
		r.ring.Push(items[i])
	}
	for i, v := range room.Views {
		delay := rec.Delay.Duration()
		head, waits := fanout.Restart(v, rec.Head.Seq, delay, items, c.now(), c.elapsed())
		f := fanout.NewBroadcaster(fanout.Options{
			Room: r.id, View: v, Head: r.position(head), Elapsed: c.elapsed, Encoder: enc, Outlet: out, Sent: sent[v], Now: c.now,
		})
		if fanout.Delayed(v) {
			f.StartWith(delay, waits)
		}
		r.broadcasters[i] = f
		f.Start()
	}
	return r
}

func (r *liveRoom) close() {
	for _, f := range r.broadcasters {
		f.Stop()
	}
}

func (r *liveRoom) position(seq int64) room.Position {
	return room.Position{Epoch: r.epoch, Seq: seq}
}

// reserveReview calls [queue.reserve].
func (r *liveRoom) reserveReview(id comment.ID, c claim) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queue.reserve(id, c)
}

// releaseReview calls [queue.release].
func (r *liveRoom) releaseReview(id comment.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue.release(id)
}

// onScreens returns the log position up to which screens have received events.
func (r *liveRoom) onScreens() int64 { return r.broadcaster(room.ViewOverlay).Position() }

func (r *liveRoom) broadcaster(v room.View) *fanout.Broadcaster {
	return r.broadcasters[fanout.ViewIndex(v)]
}

func (r *liveRoom) settings() room.Room {
	r.mu.RLock()
	defer r.mu.RUnlock()
	setup := r.setup
	setup.SecondOpinion, setup.Webhooks = r.opinion, r.sendsOut.Load()
	setup.TextLeaves = r.textLeaves()
	setup.KeepDays = r.keeping.days()
	return setup
}

// textLeaves reports whether anything is configured that sends comments of the room to a
// program other than its viewers. Any new feature of that kind must be added here, and the
// audience's page says so.
func (r *liveRoom) textLeaves() bool { return r.opinion || r.sendsOut.Load() }

// apply applies an event from the journal.
func (r *liveRoom) apply(enc Encoder, e room.Event) {
	switch e.Kind {
	case room.KindEntry:
		r.mu.Lock()
		r.showing.keepFor(e)
		r.showing.enter(*e.Part)
		r.mu.Unlock()
		return
	case room.KindItem:
		passed := r.onScreens()
		r.mu.Lock()
		e.Item = r.showing.apply(*e.Item, passed)
		r.mu.Unlock()
	case room.KindComment, room.KindRemove, room.KindErase, room.KindQuestion:
		if e.Kind != room.KindComment || e.Comment.Item != "" {
			r.mu.Lock()
			r.showing.keepFor(e)
			r.showing.follow(e)
			r.mu.Unlock()
		}
	}
	r.mu.RLock() // only this goroutine changes the queue
	r.queue.count(&e)
	r.mu.RUnlock()
	it := fanout.Encode(enc, e)
	r.mu.Lock()
	switch e.Kind {
	case room.KindRemove:
		down := fanout.Among(e.IDs)
		r.ring.Take(func(c comment.Comment) bool { return down(c.ID) })
	case room.KindErase:
		r.ring.Erase(e.IDs)
	case room.KindClear:
		r.ring.Take(func(comment.Comment) bool { return true })
	case room.KindComment:
		r.showing.wrote(e.Comment)
	case room.KindRoom:
		r.setup = *e.Setup
	}
	r.queue.apply(it)
	r.pins.Apply(e)
	r.ring.Push(it)
	r.applied = e.Seq
	if r.moved != nil {
		close(r.moved)
		r.moved = nil
	}
	r.mu.Unlock()
	r.tally.count(e)
	for i, f := range r.broadcasters {
		if e.Kind == room.KindRoom && fanout.Delayed(room.Views[i]) {
			f.SetDelay(e.Setup.Delay.Duration())
		}
		f.Add(e, it.Bytes[i])
	}
}

// recents encodes the newest comments that a view starts from; lines has the meaning of
// [fanout.Ring.Newest]'s.
func (r *liveRoom) recents(enc Encoder, v room.View, passed int64, now time.Time, lines int) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := func() []byte { return enc.List(r.ring.Newest(v, passed, now, lines)) }
	if lines > 0 && v == room.ViewOverlay { // one or two chat boxes, which never connect in large numbers
		return list()
	}
	return r.snapshots.List(v, r.applied, passed, now, list)
}

// reaches reports whether memory holds every event after since.
func (r *liveRoom) reaches(since int64) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return since >= r.ring.Since
}

// missed returns the encoded events of a view in (since, passed], of which past was read
// from the journal. It returns false when they are not all available.
func (r *liveRoom) missed(v room.View, since int64, past fanout.Past, passed int64) ([][]byte, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.ring.Missed(v, since, past, passed)
}

// pinned returns the comment that is pinned at a log position.
func (r *liveRoom) pinned(seq int64) (comment.Comment, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.pins.At(seq)
}

// follow waits until the room has applied the event, so that the person who
// acted sees the result.
func (r *liveRoom) follow(ctx context.Context, seq int64) {
	for {
		r.mu.Lock()
		if r.applied >= seq {
			r.mu.Unlock()
			return
		}
		if r.moved == nil {
			r.moved = make(chan struct{})
		}
		moved := r.moved
		r.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return // it is durable all the same
		}
	}
}
