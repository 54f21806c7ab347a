package fanout

import (
	"context"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// ratePolicy is how a view's frames follow each other.
type ratePolicy struct {
	tick     time.Duration // least time between two frames
	most     time.Duration // … where sending one takes long; see share
	comments int           // newest comments a frame carries at most; 0 all
	refused  int           // refused events a second at most; 0 all
}

// ratePolicies are the figures of docs/dev/architecture.md: a screen gets everything
// fast, a moderator everything that one can read, a phone a sample.
var ratePolicies = map[room.View]ratePolicy{
	room.ViewOverlay:  {tick: 40 * time.Millisecond, most: 60 * time.Millisecond},
	room.ViewConsole:  {tick: 100 * time.Millisecond, refused: 50},
	room.ViewAudience: {tick: 250 * time.Millisecond, comments: 5},
}

// share is the part of the time that sending frames may take before they come less
// often: a frame of six comments costs hardly more than one of four.
const share = 9

// earlyBytes is how much may wait before a frame leaves without waiting for its
// tick: a socket's write buffer of 4 KB, less the frame's own words and the rest
// of the event that filled it.
const earlyBytes = 4<<10 - 512

// urgentGap is the least time between two frames that a removal hastens, so
// that a flood of removals is not a flood of frames.
const urgentGap = 40 * time.Millisecond

// delayTimeout is how long a frame waits at most for the one before it. Sockets
// that cannot keep up even so are slow clients.
const delayTimeout = 2 * time.Second

// longAgo is before everything that a clock's elapsed says.
const longAgo = -time.Hour

// Broadcaster gathers the events of one view of one room and sends them at the
// view's rate: at once when it was quiet, else one frame a tick, or sooner when
// a frame is full. When sending takes longer than a tick, or most sockets have
// not been written the last frame yet, frames grow and nothing is lost.
type Broadcaster struct {
	options    Options
	ratePolicy ratePolicy

	// gate orders frames and newcomers: the recipients of a frame are fixed under it, and a
	// newcomer's hello is written under it, so that it continues exactly where the
	// frames go on. Nothing is sent under it.
	gate sync.Mutex
	// sending is held while a frame is sent. It is taken before gate.
	sending sync.Mutex
	events  [][]byte        // what flush hands to the encoder, kept for its memory
	written []time.Duration // of the comments among them, for Options.Sent

	mu          sync.Mutex
	delayBuffer delayBuffer
	pending     []waiting
	size        int // bytes of pending
	urgent      bool
	head        int64         // seq of the last event that the view is not behind on
	passed      int64         // the position of the view, see docs/dev/protocol.md
	moved       chan struct{} // closed at the next change of passed; nil while nobody waits
	second      time.Duration // the second in which refused are being counted
	refused     int
	started     bool
	running     chan struct{} // closed when the goroutine ends; nil while there is none

	wake, stop chan struct{}

	// Of the goroutine, of which there is one at a time.

	last, hastened time.Duration   // when a frame left, and one that did not wait
	taken          <-chan struct{} // of the last frame
	took           time.Duration   // to send it
}

// waiting is an encoded event that has not been sent.
type waiting struct {
	bytes []byte
	id    comment.ID    // the comment whose text is in it, else 0
	thins bool          // it is a comment, and so may be left out of a sample
	since time.Duration // when a comment was written, as of Options.Elapsed, and the delay
}

// NewBroadcaster returns a broadcaster of a view that stands at o.Head.
// [Broadcaster.Start] has it send.
func NewBroadcaster(o Options) *Broadcaster {
	return &Broadcaster{
		options: o, ratePolicy: ratePolicies[o.View], head: o.Head.Seq, passed: o.Head.Seq, wake: make(chan struct{}, 1), stop: make(chan struct{}),
		last: longAgo, hastened: longAgo,
	}
}

// Add takes an event that has left the journal. b is nil when the view does
// not see it; it still moves the position. A view that lags behind gets it
// later; but what takes something down, or changes the room, goes at once.
func (f *Broadcaster) Add(e room.Event, b []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := delayedEventOf(e, b, f.options.Elapsed())
	if f.options.Sent != nil && e.Kind == room.KindComment && b != nil {
		x.age = max(f.options.Now().Sub(e.At), 0)
	}
	if !f.delayBuffer.on() {
		f.take(x)
		return
	}
	f.delayBuffer.push(x)
	switch e.Kind {
	case room.KindRemove, room.KindErase, room.KindClear:
		f.dropFor(x)
		f.hasten(b)
	case room.KindRoom, room.KindItem, room.KindQuestion: // see IsState
		f.hasten(b)
		f.delayBuffer.blank(e.Seq)
	default:
		f.rouse() // to set its timer
	}
}

// hasten lets something go at once that does not move the position.
func (f *Broadcaster) hasten(b []byte) {
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
func (f *Broadcaster) dropFor(x delayedEvent) {
	if len(f.pending) == 0 {
		return
	}
	down := Among(x.ids)
	f.drop(func(w waiting) bool { return w.id != 0 && (x.kind == room.KindClear || down(w.id)) })
}

// take puts an event among what leaves with the next frame.
func (f *Broadcaster) take(x delayedEvent) {
	f.head = x.seq
	switch x.kind {
	case room.KindRemove, room.KindErase, room.KindClear:
		f.dropFor(x)
		f.urgent = f.urgent || x.bytes != nil
	}
	if x.flood && f.ratePolicy.refused > 0 && !f.countRefused(x.at) {
		x.bytes = nil
	}
	if x.bytes == nil {
		if len(f.pending) == 0 {
			f.pass()
		}
		return
	}
	w := waiting{bytes: x.bytes}
	if x.concerns() {
		w.id = x.ids[0]
	}
	if x.kind == room.KindComment {
		w.thins, w.since = true, x.at-x.age+f.delayBuffer.delay
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

// full is true when what waits should not wait for its tick. A sample never is:
// its bound is a number of comments a tick.
func (f *Broadcaster) full() bool { return f.size >= earlyBytes && f.ratePolicy.comments == 0 }

// drop takes out of what waits.
func (f *Broadcaster) drop(gone func(waiting) bool) {
	f.pending = slices.DeleteFunc(f.pending, func(w waiting) bool {
		if !gone(w) {
			return false
		}
		f.size -= len(w.bytes)
		return true
	})
}

// thin drops the oldest waiting comment when one more would be too many for a
// frame: people cannot read more, and all phones miss the same ones.
func (f *Broadcaster) thin() {
	if f.ratePolicy.comments == 0 {
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
	if n >= f.ratePolicy.comments {
		f.size -= len(f.pending[oldest].bytes)
		f.pending = slices.Delete(f.pending, oldest, oldest+1)
	}
}

func (f *Broadcaster) countRefused(at time.Duration) bool {
	if s := at.Truncate(time.Second); s != f.second {
		f.second, f.refused = s, 0
	}
	f.refused++
	return f.refused <= f.ratePolicy.refused
}

// drain takes the events whose delay is over. It reports whether anything is to be
// sent, and else how long until the next event is due; 0 when none is delayed.
func (f *Broadcaster) drain(now time.Duration) (due time.Duration, ready bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		x, wait, ok := f.delayBuffer.next(now)
		if !ok {
			return wait, len(f.pending) > 0
		}
		f.take(x)
	}
}

// SetDelay lets the view lag behind the log. What waits for a longer one drains
// in order.
func (f *Broadcaster) SetDelay(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.delayBuffer.delay = d
	f.rouse()
}

// wait returns how long the next frame has to wait, and whether it is hastened by
// a removal. It lags while most have not taken the last one: a further frame
// would only queue up behind that.
func (f *Broadcaster) wait(now, last, hastened time.Duration, lags bool) (wait time.Duration, urgent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	wait = max(f.ratePolicy.tick, min(share*f.took, f.ratePolicy.most)) - (now - last)
	if lags {
		wait = delayTimeout - (now - last)
	}
	switch {
	case f.full() && !lags:
		return 0, false
	case f.urgent:
		return min(wait, urgentGap-(now-hastened)), true
	}
	return wait, false
}

// flush sends what is pending as one frame. The returned channel closes once most
// sockets have been written it; see [Recipients].
func (f *Broadcaster) flush() (taken <-chan struct{}) {
	f.drain(f.options.Elapsed())
	f.sending.Lock()
	defer f.sending.Unlock()
	f.gate.Lock()
	f.mu.Lock()
	events, written := f.events[:0], f.written[:0]
	for _, w := range f.pending {
		events = append(events, w.bytes)
		if w.thins && f.options.Sent != nil {
			written = append(written, w.since)
		}
	}
	clear(f.pending)
	f.pending, f.size, f.urgent = f.pending[:0], 0, false
	f.pass()
	pos := room.Position{Epoch: f.options.Head.Epoch, Seq: f.passed}
	f.mu.Unlock()
	var to Recipients
	if len(events) > 0 {
		to = f.options.Outlet.Recipients(f.options.Room, f.options.View)
	}
	f.gate.Unlock()
	if to != nil {
		began := f.options.Elapsed()
		taken = to.Send(f.options.Encoder.Frame(pos, events))
		f.took = f.options.Elapsed() - began
		if len(written) > 0 {
			now := f.options.Elapsed()
			for _, since := range written {
				f.options.Sent.Observe(max(now-since, 0).Seconds())
			}
		}
	}
	clear(events) // the encoder keeps none of them
	f.events, f.written = events[:0], written[:0]
	return taken
}

// pass moves the position to the head. It is called with mu.
func (f *Broadcaster) pass() {
	f.passed = f.head
	if f.moved != nil {
		close(f.moved)
		f.moved = nil
	}
}

// Await waits until the view has reached a position of this log that lies a little ahead,
// or ctx ends. A client that was at another machine can be further than this one is.
func (f *Broadcaster) Await(ctx context.Context, p room.Position) {
	for {
		f.mu.Lock()
		if p.Epoch != f.options.Head.Epoch || p.Seq <= f.passed || p.Seq-f.passed > ResumeLimit {
			f.mu.Unlock()
			return
		}
		if f.moved == nil {
			f.moved = make(chan struct{})
		}
		moved := f.moved
		f.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return
		}
	}
}

// Position returns the number of the last event that the view has got, or does not
// see.
func (f *Broadcaster) Position() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.passed
}

// Join runs fn with the position. A client that fn adds to the view's sockets gets
// every frame behind that position, and none before. fn must not wait for anything;
// Join does not wait for a frame that is being sent.
func (f *Broadcaster) Join(fn func(passed int64)) {
	f.gate.Lock()
	defer f.gate.Unlock()
	fn(f.Position())
}

// Still runs fn with the position, while no frame is being sent: whatever fn
// sends comes behind the frames up to that position on every socket.
func (f *Broadcaster) Still(fn func(passed int64)) {
	f.sending.Lock()
	defer f.sending.Unlock()
	fn(f.Position())
}

// farBehind is how far a position may lie back for the journal to be asked at
// all. Numbers are not events: most in between may have been taken down since.
const farBehind = 4 * ResumeLimit

// Resumable is false for a position of another log, for one in a future that
// was lost with a power cut, and for one that lies too far back.
func (f *Broadcaster) Resumable(p room.Position) bool {
	passed := f.Position()
	return p.Epoch == f.options.Head.Epoch && p.Seq <= passed && passed-p.Seq <= farBehind
}
