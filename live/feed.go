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

// earlyBytes is how much may wait before a frame leaves without waiting for its
// tick: a socket's write buffer of 4 KB, less the frame's own words and the rest
// of the event that filled it.
const earlyBytes = 4<<10 - 512

// urgentGap is the least time between two frames that a removal hastens, so
// that a flood of removals is no flood of frames.
const urgentGap = 40 * time.Millisecond

// lagPatience is how long a frame waits at most for the one before it. Sockets
// that cannot keep up even so are slow clients.
const lagPatience = 2 * time.Second

// feed gathers what one view of one room is to be told and sends it at the
// view's pace: at once when it was quiet, else one frame a tick, or sooner when
// a frame is full. When sending takes longer than a tick, or most sockets have
// not been written the last frame yet, frames grow and nothing is lost.
type feed struct {
	view View
	pace pace
	send sender

	// gate orders frames and newcomers: a newcomer's hello is written while no
	// frame is on its way, so that it continues exactly where the frames go on.
	gate   sync.Mutex
	events [][]byte // what flush hands to send, kept for its memory

	mu      sync.Mutex
	lag     lag
	pending []waiting
	size    int // bytes of pending
	urgent  bool
	head    int64 // seq of the last event that the view is not behind on
	passed  int64 // how far the view has been told, see position in docs/protocol.md
	second  int64 // the second in which refused are being counted
	refused int
	wake    chan struct{}
}

// waiting is an encoded event that has not been sent.
type waiting struct {
	bytes []byte
	id    comment.ID // the comment whose text is in it, else 0
	thins bool       // it is a comment, and so may be left out of a sample
}

// sender sends a frame. It must not keep the events; what it gives is as of
// [Outlet.Broadcast].
type sender func(pos int64, events [][]byte) (taken <-chan struct{})

func newFeed(v View, head int64, send sender) *feed {
	return &feed{view: v, pace: paces[v], send: send, head: head, passed: head, wake: make(chan struct{}, 1)}
}

// add takes an event that has left the journal. b is nil when the view does
// not see it; it still moves the position. A view that lags behind gets it
// later; but what takes something down, or changes the room, goes at once.
func (f *feed) add(e comment.Event, b []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := toldOf(e, b)
	if !f.lag.on() {
		f.take(x)
		return
	}
	f.lag.push(x)
	switch e.Kind {
	case comment.KindRemove, comment.KindClear:
		f.dropFor(x)
		f.hasten(b)
	case comment.KindRoom:
		f.hasten(b)
		f.lag.blank(e.Seq)
	default:
		f.rouse() // to set its timer
	}
}

// hasten lets something go at once that does not move the position.
func (f *feed) hasten(b []byte) {
	if b == nil {
		return
	}
	f.pending = append(f.pending, waiting{bytes: b})
	f.size += len(b)
	f.urgent = true
	f.rouse()
}

// dropFor takes out of what waits the comments that x takes down: what has not
// left yet need not leave at all.
func (f *feed) dropFor(x told) {
	if len(f.pending) == 0 {
		return
	}
	down := among(x.ids)
	f.drop(func(w waiting) bool { return w.id != 0 && (x.kind == comment.KindClear || down(w.id)) })
}

// take puts an event among what leaves with the next frame.
func (f *feed) take(x told) {
	f.head = x.seq
	switch x.kind {
	case comment.KindRemove, comment.KindClear:
		f.dropFor(x)
		f.urgent = f.urgent || x.bytes != nil
	}
	if x.flood && f.pace.refused > 0 && !f.countRefused(x.at) {
		x.bytes = nil
	}
	if x.bytes == nil {
		if len(f.pending) == 0 {
			f.passed = f.head
		}
		return
	}
	w := waiting{bytes: x.bytes}
	if x.tells() {
		w.id = x.ids[0]
	}
	if x.kind == comment.KindComment {
		w.thins = true
		f.thin()
	}
	f.pending = append(f.pending, w)
	f.size += len(w.bytes)
	// The sender is woken by what can change its mind alone: the first event
	// that waits, a removal, a full frame.
	if len(f.pending) > 1 && !f.urgent && !f.full() {
		return
	}
	f.rouse()
}

func (f *feed) rouse() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// full is true when what waits should not wait for its tick. A sample never is:
// its bound is a number of comments a tick.
func (f *feed) full() bool { return f.size >= earlyBytes && f.pace.comments == 0 }

// drop takes out of what waits.
func (f *feed) drop(gone func(waiting) bool) {
	f.pending = slices.DeleteFunc(f.pending, func(w waiting) bool {
		if !gone(w) {
			return false
		}
		f.size -= len(w.bytes)
		return true
	})
}

// thin drops the oldest waiting comment when one more would be too many for a
// frame: nobody reads more, and everybody on a phone misses the same ones.
func (f *feed) thin() {
	if f.pace.comments == 0 {
		return
	}
	n, oldest := 0, -1
	for i, w := range f.pending {
		if w.thins {
			if oldest < 0 {
				oldest = i
			}
			n++
		}
	}
	if n >= f.pace.comments {
		f.size -= len(f.pending[oldest].bytes)
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
	var last, hastened time.Time // when a frame left, and one that did not wait
	var taken <-chan struct{}    // of the last frame
	for {
		if !f.idle(ctx, timer) {
			return
		}
		for {
			select {
			case <-taken:
				taken = nil
			default:
			}
			wait, urgent := f.wait(time.Now(), last, hastened, taken != nil)
			if wait <= 0 {
				last = time.Now()
				if urgent {
					hastened = last
				}
				break
			}
			timer.Reset(wait)
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			case <-taken: // what waits may be full, or its tick over
			case <-f.wake:
			}
		}
		taken = f.flush()
	}
}

// idle waits until there is something to send, or ctx ends: then it is false.
func (f *feed) idle(ctx context.Context, timer *time.Timer) bool {
	for {
		due, ready := f.drain(time.Now())
		if ready {
			return ctx.Err() == nil
		}
		var later <-chan time.Time
		if due > 0 {
			timer.Reset(due)
			later = timer.C
		}
		select {
		case <-ctx.Done():
			return false
		case <-f.wake:
		case <-later:
		}
	}
}

// drain takes what has waited out its delay. It tells whether anything is to be
// sent, and else how long until the next is due; 0 when nothing lags.
func (f *feed) drain(now time.Time) (due time.Duration, ready bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		x, wait, ok := f.lag.next(now)
		if !ok {
			return wait, len(f.pending) > 0
		}
		f.take(x)
	}
}

// setDelay lets the view lag behind the log. What waits for a longer one drains
// in order.
func (f *feed) setDelay(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lag.delay = d
	f.rouse()
}

// wait tells how long the next frame has to wait, and whether it is hastened by
// a removal. It lags while most have not taken the last one: a further frame
// would only queue up behind that.
func (f *feed) wait(now, last, hastened time.Time, lags bool) (wait time.Duration, urgent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	wait = f.pace.tick - now.Sub(last)
	if lags {
		wait = lagPatience - now.Sub(last)
	}
	switch {
	case f.full() && !lags:
		return 0, false
	case f.urgent:
		return min(wait, urgentGap-now.Sub(hastened)), true
	}
	return wait, false
}

// flush sends what is pending as one frame, and gives what tells that it has
// been taken.
func (f *feed) flush() (taken <-chan struct{}) {
	f.drain(time.Now())
	f.gate.Lock()
	defer f.gate.Unlock()
	f.mu.Lock()
	events := f.events[:0]
	for _, w := range f.pending {
		events = append(events, w.bytes)
	}
	clear(f.pending)
	f.pending, f.size, f.urgent = f.pending[:0], 0, false
	f.passed = f.head
	pos := f.passed
	f.mu.Unlock()
	if len(events) > 0 {
		taken = f.send(pos, events)
	}
	clear(events) // send keeps none of them
	f.events = events[:0]
	return taken
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
