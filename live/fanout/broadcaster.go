package fanout

import (
	"context"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// ratePolicy controls the spacing and the size of a view's frames.
type ratePolicy struct {
	tick     time.Duration // least time between two frames
	most     time.Duration // … when sending one takes long; see share
	comments int           // the most comments in a frame, the newest ones; 0 means all
	refused  int           // the most refused events a second; 0 means all
}

// ratePolicies are the figures of docs/dev/architecture.md: a screen gets everything fast,
// a moderator as much as a person can read, a phone a sample.
var ratePolicies = map[room.View]ratePolicy{
	room.ViewOverlay:  {tick: 40 * time.Millisecond, most: 60 * time.Millisecond},
	room.ViewConsole:  {tick: 100 * time.Millisecond, refused: 50},
	room.ViewAudience: {tick: 250 * time.Millisecond, comments: 5},
}

// share bounds the time spent on sending: when frames take more than one part in share,
// they become less frequent. A frame of six comments costs hardly more than one of four.
const share = 9

// earlyBytes is how many bytes may wait before a frame leaves without waiting for its tick:
// a socket's write buffer of 4 KB, minus the frame's own fields and the rest of the event
// that filled it.
const earlyBytes = 4<<10 - 512

// urgentGap is the least time between two frames that removals trigger, so that a flood of
// removals is not a flood of frames.
const urgentGap = 40 * time.Millisecond

// delayTimeout is how long a frame waits at most for the one before it. Sockets that still
// cannot keep up are slow clients.
const delayTimeout = 2 * time.Second

// longAgo is before every value of elapsed.
const longAgo = -time.Hour

// Broadcaster gathers the events of one view of one room and sends them at the view's rate:
// at once after a quiet time, otherwise one frame each tick, or sooner when a frame is
// full. When sending takes longer than a tick, or most sockets have not received the last
// frame yet, frames grow and nothing is lost.
type Broadcaster struct {
	options    Options
	ratePolicy ratePolicy

	// gate orders frames and newcomers: it protects the choice of a frame's recipients and
	// the writing of a newcomer's hello, so that the frames after the hello continue
	// exactly where it ends. No frame is sent under it.
	gate sync.Mutex
	// sending is held while a frame is sent. It is taken before gate.
	sending sync.Mutex
	events  [][]byte        // flush's argument for the encoder, reused to save memory
	written []time.Duration // times of the comments among them, for Options.Sent

	mu          sync.Mutex
	delayBuffer delayBuffer
	pending     []waiting
	size        int // bytes of pending
	urgent      bool
	head        int64         // seq of the last event taken
	passed      int64         // the position of the view, see docs/dev/protocol.md
	moved       chan struct{} // closed at the next change of passed; nil while nobody waits
	second      time.Duration // the second in which refused are being counted
	refused     int
	started     bool
	running     chan struct{} // closed when the goroutine ends; nil when there is none

	wake, stop chan struct{}

	// Fields of the goroutine; there is only one at a time.

	last, hastened time.Duration   // when the last frame left, and the last that a removal triggered
	taken          <-chan struct{} // of the last frame; closes once most sockets have it
	took           time.Duration   // how long sending it took
}

// waiting is an encoded event that has not been sent.
type waiting struct {
	bytes []byte
	id    comment.ID    // the comment whose text it contains, otherwise 0
	thins bool          // a comment, which a sample may leave out
	since time.Duration // when a comment was written, by Options.Elapsed, plus the delay
}

// NewBroadcaster returns a broadcaster of a view at o.Head. [Broadcaster.Start] lets it
// send.
func NewBroadcaster(o Options) *Broadcaster {
	return &Broadcaster{
		options: o, ratePolicy: ratePolicies[o.View], head: o.Head.Seq, passed: o.Head.Seq, wake: make(chan struct{}, 1), stop: make(chan struct{}),
		last: longAgo, hastened: longAgo,
	}
}

// Add adds an event from the journal. b is nil when the view does not see it; it still
// moves the position. A delayed view gets it later, but removals and changes of the room
// are sent at once.
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
		f.wakeUp() // to set its timer
	}
}

// hasten sends bytes at once without moving the position.
func (f *Broadcaster) hasten(b []byte) {
	if b == nil {
		return
	}
	f.pending = append(f.pending, waiting{bytes: b})
	f.size += len(b)
	f.urgent = true
	f.wakeUp()
}

// dropFor drops the pending comments that x takes down, since comments that were not sent
// yet need not be sent at all.
func (f *Broadcaster) dropFor(x delayedEvent) {
	if len(f.pending) == 0 {
		return
	}
	down := Among(x.ids)
	f.drop(func(w waiting) bool { return w.id != 0 && (x.kind == room.KindClear || down(w.id)) })
}

// take adds an event to the next frame.
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
	// Only these wake the sender: the first pending event, a removal, a full frame.
	if len(f.pending) > 1 && !f.urgent && !f.full() {
		return
	}
	f.wakeUp()
}

// full reports whether pending events should be sent before their tick. It is never true
// for a sample, whose bound is a number of comments for each tick.
func (f *Broadcaster) full() bool { return f.size >= earlyBytes && f.ratePolicy.comments == 0 }

// drop removes pending events for which gone is true.
func (f *Broadcaster) drop(gone func(waiting) bool) {
	f.pending = slices.DeleteFunc(f.pending, func(w waiting) bool {
		if !gone(w) {
			return false
		}
		f.size -= len(w.bytes)
		return true
	})
}

// thin drops the oldest pending comment when there are more than fit in a frame: people
// cannot read more, and all phones miss the same ones.
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

// drain takes the events whose delay is over. It reports whether there is something to
// send; if not, due is the time until the next event, 0 when none is delayed.
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

// SetDelay sets how far the view is behind the log. Events that waited for a longer delay
// drain in order.
func (f *Broadcaster) SetDelay(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.delayBuffer.delay = d
	f.wakeUp()
}

// wait returns how long the next frame has to wait, and whether a removal hastens it. With
// lags, most sockets have not received the last frame, and another one would only queue up
// behind it.
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

// flush sends the pending events as one frame. The returned channel closes once most
// sockets have received it; see [Recipients].
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
	clear(events) // the encoder retains none of them
	f.events, f.written = events[:0], written[:0]
	return taken
}

// pass moves the position to the head. The caller holds mu.
func (f *Broadcaster) pass() {
	f.passed = f.head
	if f.moved != nil {
		close(f.moved)
		f.moved = nil
	}
}

// Await waits until the view has reached a position of this log that is a little ahead, or
// ctx ends. A client that was connected to another machine can be ahead of this one.
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

// Position returns the number of the last event that the view has received, or does not
// see.
func (f *Broadcaster) Position() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.passed
}

// Join runs fn with the position. A client that fn adds to the view's sockets gets every
// frame after that position, and none before. fn must not wait for anything; Join does not
// wait for a frame that is being sent.
func (f *Broadcaster) Join(fn func(passed int64)) {
	f.gate.Lock()
	defer f.gate.Unlock()
	fn(f.Position())
}

// Still runs fn with the position, while no frame is being sent: on every socket, whatever
// fn sends follows the frames up to that position.
func (f *Broadcaster) Still(fn func(passed int64)) {
	f.sending.Lock()
	defer f.sending.Unlock()
	fn(f.Position())
}

// farBehind is how far back a position may lie for the journal to be read at all. Log
// numbers overestimate events: most in between may have been taken down since.
const farBehind = 4 * ResumeLimit

// Resumable returns false for a position of another log, for one in a future that was lost
// in a power failure, and for one that lies too far back.
func (f *Broadcaster) Resumable(p room.Position) bool {
	passed := f.Position()
	return p.Epoch == f.options.Head.Epoch && p.Seq <= passed && passed-p.Seq <= farBehind
}
