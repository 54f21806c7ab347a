package live

import (
	"context"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
)

// Pace is how a view's frames follow each other.
type pace struct {
	tick     time.Duration // least time between two frames
	comments int           // newest comments a frame carries at most; 0 all
	refused  int           // refused events a second at most; 0 all
}

// paces are the figures of docs/architecture.md: a screen gets everything
// fast, a moderator everything he can read, a phone a sample that one reads.
var paces = map[View]pace{
	ViewOverlay:  {tick: 40 * time.Millisecond},
	ViewConsole:  {tick: 100 * time.Millisecond, refused: 50},
	ViewAudience: {tick: 250 * time.Millisecond, comments: 5},
}

// feed gathers what one view of one room is to be told and sends it at the
// view's pace: at once when it was quiet, else one frame a tick. When sending
// takes longer than a tick, frames grow and nothing is lost.
type feed struct {
	view View
	pace pace
	send func(pos int64, events [][]byte)

	// gate orders frames and newcomers: a newcomer's hello is written while no
	// frame is on its way, so that it continues exactly where the frames go on.
	gate sync.Mutex

	mu      sync.Mutex
	pending []waiting
	urgent  bool
	head    int64 // seq of the last event seen
	passed  int64 // how far the view has been told, see position in docs/protocol.md
	second  int64 // the second in which refused are being counted
	refused int
	wake    chan struct{}
}

// waiting is an encoded event that has not been sent.
type waiting struct {
	bytes []byte
	id    comment.ID // of a comment, else 0
}

func newFeed(v View, head int64, send func(pos int64, events [][]byte)) *feed {
	return &feed{view: v, pace: paces[v], send: send, head: head, passed: head, wake: make(chan struct{}, 1)}
}

// add takes an event that has left the journal. b is nil when the view does
// not see it; it still moves the position.
func (f *feed) add(e comment.Event, b []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.head = e.Seq
	switch e.Kind {
	case comment.KindRemove:
		// What has not left yet need not leave at all.
		f.pending = slices.DeleteFunc(f.pending, func(w waiting) bool {
			return w.id != 0 && slices.Contains(e.IDs, w.id)
		})
		f.urgent = f.urgent || b != nil
	case comment.KindClear:
		f.pending = slices.DeleteFunc(f.pending, func(w waiting) bool { return w.id != 0 })
		f.urgent = f.urgent || b != nil
	case comment.KindRefused:
		if f.pace.refused > 0 && !f.countRefused(e.At) {
			b = nil
		}
	}
	if b == nil {
		if len(f.pending) == 0 {
			f.passed = f.head
		}
		return
	}
	w := waiting{bytes: b}
	if e.Kind == comment.KindComment {
		w.id = e.Comment.ID
		f.thin()
	}
	f.pending = append(f.pending, w)
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// thin drops the oldest waiting comment when one more would be too many for a
// frame: nobody reads more, and everybody on a phone misses the same ones.
func (f *feed) thin() {
	if f.pace.comments == 0 {
		return
	}
	n, oldest := 0, -1
	for i, w := range f.pending {
		if w.id != 0 {
			if oldest < 0 {
				oldest = i
			}
			n++
		}
	}
	if n >= f.pace.comments {
		f.pending = slices.Delete(f.pending, oldest, oldest+1)
	}
}

func (f *feed) countRefused(at time.Time) bool {
	if s := at.Unix(); s != f.second {
		f.second, f.refused = s, 0
	}
	f.refused++
	return f.refused <= f.pace.refused
}

// run sends until ctx ends. The room owns it and waits for it.
func (f *feed) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		}
		for wait := f.pace.tick - time.Since(last); wait > 0 && !f.isUrgent(); wait = f.pace.tick - time.Since(last) {
			timer.Reset(wait)
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			case <-f.wake:
			}
		}
		last = time.Now()
		f.flush()
	}
}

func (f *feed) isUrgent() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.urgent
}

// flush sends what is pending as one frame.
func (f *feed) flush() {
	f.gate.Lock()
	defer f.gate.Unlock()
	f.mu.Lock()
	events := make([][]byte, len(f.pending))
	for i, w := range f.pending {
		events[i] = w.bytes
	}
	f.pending = f.pending[:0]
	f.urgent = false
	f.passed = f.head
	pos := f.passed
	f.mu.Unlock()
	if len(events) > 0 {
		f.send(pos, events)
	}
}

// position tells how far the view has been told.
func (f *feed) position() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.passed
}

// join runs fn with the position, while no frame is on its way. fn must not
// wait for anything.
func (f *feed) join(fn func(passed int64)) {
	f.gate.Lock()
	defer f.gate.Unlock()
	fn(f.position())
}
