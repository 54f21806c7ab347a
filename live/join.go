package live

import (
	"context"
	"fmt"
	"sync"
	"time"

	"danmaku/comment"
)

// resumeLimit is how many missed events are still sent; whoever was away for
// longer starts afresh.
const resumeLimit = 5000

// phoneResume is how many missed comments a phone is sent; it gets every
// removal besides.
const phoneResume = 50

// Welcome is what somebody gets who joins a room.
type Welcome struct {
	Room     comment.Room
	Position comment.Position // where the next events start
	Resumed  bool
	Missed   [][]byte // resumed: the encoded events since then
	End      comment.Position
	Recent   []byte        // not resumed: the list of encoded comments to start from; not to be changed
	People   int           // phones in the room
	Lag      time.Duration // how far the view is behind the log
	Pin      *comment.Comment
	Held     [][]byte // for a console: the queue, oldest first, see queueHello
	Waiting  int      // how many are in the queue
	Replay   *Replay  // for a console: the replay that is under way
}

// Join hands welcome what a new socket of a view must be told first, and no
// frame is broadcast to the view until welcome returns; so the socket must be
// registered with the outlet before. welcome must not wait for anything.
// since is where the client says it was, nil for a new one.
func (h *Hall) Join(ctx context.Context, roomID string, v View, since *comment.Position, welcome func(Welcome)) error {
	r, err := h.room(roomID)
	if err != nil {
		return err
	}
	if since != nil && !r.feed(v).resumable(*since, r.epoch) {
		since = nil
	}
	var past reading
	if since != nil && !r.reaches(since.Seq) {
		past = r.older.read(since.Seq, func() (out reading) {
			// What the log has no event of up to here was taken down since.
			out.upTo = r.feed(v).position()
			out.events, out.err = h.journal.Since(context.WithoutCancel(ctx), roomID, since.Seq, resumeLimit+1)
			return out
		})
		if past.err != nil {
			return fmt.Errorf("read what a client missed: %w", past.err)
		}
		if len(past.events) > resumeLimit {
			since = nil
		}
	}
	w := Welcome{Room: r.settings(), People: h.outlet.Count(roomID, ViewAudience)}
	if delayed(v) {
		w.Lag = w.Room.Delay
	}
	r.feed(v).join(func(passed int64) {
		w.End = r.position(passed)
		if since != nil {
			w.Missed, w.Resumed = h.replay(r, v, since.Seq, passed, past)
		}
		if w.Resumed {
			w.Position = *since
		} else {
			w.Position = w.End
			w.Recent = r.recents(h.encoder, v, passed, h.now().Add(-w.Lag))
		}
		if c, ok := r.pinned(passed); ok {
			w.Pin = &c
		}
		if v == ViewConsole {
			w.Held, w.Waiting = r.toReview()
			w.Replay = h.replays.active(roomID)
		}
		welcome(w)
	})
	return nil
}

// farBehind is how far a position may lie back for the journal to be asked at
// all. Numbers are not events: most in between may have been taken down since.
const farBehind = 4 * resumeLimit

// resumable is false for a position of another log, for one in a future that
// was lost with a power cut, and for one that lies too far back.
func (f *feed) resumable(p comment.Position, epoch string) bool {
	passed := f.position()
	return p.Epoch == epoch && p.Seq <= passed && passed-p.Seq <= farBehind
}

// replay gives the encoded events of a view in (since, passed]: what was read
// from the journal, and from the ring what came later.
func (h *Hall) replay(r *room, v View, since, passed int64, past reading) ([][]byte, bool) {
	var pieces []piece
	since = max(since, past.upTo)
	for _, e := range past.events {
		since = max(since, e.Seq)
		if e.Seq > passed {
			break // comes with the next frame
		}
		if b := h.encoder.Event(v, e); b != nil && e.Kind != comment.KindRoom {
			pieces = append(pieces, piece{b, e.Kind == comment.KindComment})
		}
	}
	newer, ok := r.missed(v, since, passed)
	if !ok {
		return nil, false
	}
	pieces = append(pieces, newer...)
	if delayed(v) {
		pieces = append(pieces, r.ahead(v, passed)...)
	}
	if len(pieces) > resumeLimit {
		return nil, false
	}
	if v == ViewAudience {
		pieces = sample(pieces)
	}
	out := make([][]byte, len(pieces))
	for i, p := range pieces {
		out[i] = p.bytes
	}
	return out, true
}

// sample keeps the newest comments and all else.
func sample(pieces []piece) []piece {
	extra := -phoneResume
	for _, p := range pieces {
		if p.comment {
			extra++
		}
	}
	kept := pieces[:0:0]
	for _, p := range pieces {
		if p.comment {
			if extra--; extra >= 0 {
				continue
			}
		}
		kept = append(kept, p)
	}
	return kept
}

// shared lets everybody who asks for the same while it is being read have the
// answer of one reading.
type shared struct {
	mu      sync.Mutex
	running map[int64]*reading
}

// reading is what the journal says of a room's past.
type reading struct {
	done   chan struct{}
	events []comment.Event
	upTo   int64 // the events are all there are up to this number, and maybe more
	err    error
}

// read runs fn, or waits for the one who runs it for the same position.
func (s *shared) read(since int64, fn func() reading) reading {
	s.mu.Lock()
	r, running := s.running[since]
	if !running {
		r = &reading{done: make(chan struct{})}
		if s.running == nil {
			s.running = map[int64]*reading{}
		}
		s.running[since] = r
	}
	s.mu.Unlock()
	if running {
		<-r.done
		return *r
	}
	got := fn()
	r.events, r.upTo, r.err = got.events, got.upTo, got.err
	s.mu.Lock()
	delete(s.running, since)
	s.mu.Unlock()
	close(r.done)
	return *r
}
