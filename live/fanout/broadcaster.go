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
func (bc *Broadcaster) Add(e room.Event, b []byte) {
	bc.mu.Lock()
	defer bc.mu.Unlock()
	x := delayedEventOf(e, b, bc.options.Elapsed())
	if bc.options.Sent != nil && e.Kind == room.KindComment && b != nil {
		x.age = max(bc.options.Now().Sub(e.At), 0)
	}
	if !bc.delayBuffer.on() {
		bc.take(x)
		return
	}
	bc.delayBuffer.push(x)
	switch e.Kind {
	case room.KindRemove, room.KindErase, room.KindClear:
		bc.dropFor(x)
		bc.hasten(b)
	case room.KindRoom, room.KindItem, room.KindQuestion: // see IsState
		bc.hasten(b)
		bc.delayBuffer.blank(e.Seq)
	default:
		bc.wakeUp() // to set its timer
	}
}

// hasten sends bytes at once without moving the position.
func (bc *Broadcaster) hasten(b []byte) {
	if b == nil {
		return
	}
	bc.pending = append(bc.pending, waiting{bytes: b})
	bc.size += len(b)
	bc.urgent = true
	bc.wakeUp()
}

// dropFor drops the pending comments that x takes down, since comments that were not sent
// yet need not be sent at all.
func (bc *Broadcaster) dropFor(x delayedEvent) {
	if len(bc.pending) == 0 {
		return
	}
	down := Among(x.ids)
	bc.drop(func(w waiting) bool { return w.id != 0 && (x.kind == room.KindClear || down(w.id)) })
}

// take adds an event to the next frame.
func (bc *Broadcaster) take(x delayedEvent) {
	bc.head = x.seq
	switch x.kind {
	case room.KindRemove, room.KindErase, room.KindClear:
		bc.dropFor(x)
		bc.urgent = bc.urgent || x.bytes != nil
	}
	if x.flood && bc.ratePolicy.refused > 0 && !bc.countRefused(x.at) {
		x.bytes = nil
	}
	if x.bytes == nil {
		if len(bc.pending) == 0 {
			bc.pass()
		}
		return
	}
	w := waiting{bytes: x.bytes}
	if x.concerns() {
		w.id = x.ids[0]
	}
	if x.kind == room.KindComment {
		w.thins, w.since = true, x.at-x.age+bc.delayBuffer.delay
		bc.thin()
	}
	bc.pending = append(bc.pending, w)
	bc.size += len(w.bytes)
	// Only these wake the sender: the first pending event, a removal, a full frame.
	if len(bc.pending) > 1 && !bc.urgent && !bc.full() {
		return
	}
	bc.wakeUp()
}

// full reports whether pending events should be sent before their tick. It is never true
// for a sample, whose bound is a number of comments for each tick.
func (bc *Broadcaster) full() bool { return bc.size >= earlyBytes && bc.ratePolicy.comments == 0 }

// drop removes pending events for which gone is true.
func (bc *Broadcaster) drop(gone func(waiting) bool) {
	bc.pending = slices.DeleteFunc(bc.pending, func(w waiting) bool {
		if !gone(w) {
			return false
		}
		bc.size -= len(w.bytes)
		return true
	})
}

// thin drops the oldest pending comment when there are more than fit in a frame: people
// cannot read more, and all phones miss the same ones.
func (bc *Broadcaster) thin() {
	if bc.ratePolicy.comments == 0 {
		return
	}
	n, oldest := 0, -1
	for i, w := range bc.pending {
		if w.thins {
			if oldest < 0 {
				oldest = i
			}
			n++
		}
	}
	if n >= bc.ratePolicy.comments {
		bc.size -= len(bc.pending[oldest].bytes)
		bc.pending = slices.Delete(bc.pending, oldest, oldest+1)
	}
}

func (bc *Broadcaster) countRefused(at time.Duration) bool {
	if s := at.Truncate(time.Second); s != bc.second {
		bc.second, bc.refused = s, 0
	}
	bc.refused++
	return bc.refused <= bc.ratePolicy.refused
}

// drain takes the events whose delay is over. It reports whether there is something to
// send; if not, due is the time until the next event, 0 when none is delayed.
func (bc *Broadcaster) drain(now time.Duration) (due time.Duration, ready bool) {
	bc.mu.Lock()
	defer bc.mu.Unlock()
	for {
		x, wait, ok := bc.delayBuffer.next(now)
		if !ok {
			return wait, len(bc.pending) > 0
		}
		bc.take(x)
	}
}

// SetDelay sets how far the view is behind the log. Events that waited for a longer delay
// drain in order.
func (bc *Broadcaster) SetDelay(d time.Duration) {
	bc.mu.Lock()
	defer bc.mu.Unlock()
	bc.delayBuffer.delay = d
	bc.wakeUp()
}

// wait returns how long the next frame has to wait, and whether a removal hastens it. With
// lags, most sockets have not received the last frame, and another one would only queue up
// behind it.
func (bc *Broadcaster) wait(now, last, hastened time.Duration, lags bool) (wait time.Duration, urgent bool) {
	bc.mu.Lock()
	defer bc.mu.Unlock()
	wait = max(bc.ratePolicy.tick, min(share*bc.took, bc.ratePolicy.most)) - (now - last)
	if lags {
		wait = delayTimeout - (now - last)
	}
	switch {
	case bc.full() && !lags:
		return 0, false
	case bc.urgent:
		return min(wait, urgentGap-(now-hastened)), true
	}
	return wait, false
}

// flush sends the pending events as one frame. The returned channel closes once most
// sockets have received it; see [Recipients].
func (bc *Broadcaster) flush() (taken <-chan struct{}) {
	bc.drain(bc.options.Elapsed())
	bc.sending.Lock()
	defer bc.sending.Unlock()
	bc.gate.Lock()
	bc.mu.Lock()
	events, written := bc.events[:0], bc.written[:0]
	for _, w := range bc.pending {
		events = append(events, w.bytes)
		if w.thins && bc.options.Sent != nil {
			written = append(written, w.since)
		}
	}
	clear(bc.pending)
	bc.pending, bc.size, bc.urgent = bc.pending[:0], 0, false
	bc.pass()
	pos := room.Position{Epoch: bc.options.Head.Epoch, Seq: bc.passed}
	bc.mu.Unlock()
	var to Recipients
	if len(events) > 0 {
		to = bc.options.Outlet.Recipients(bc.options.Room, bc.options.View)
	}
	bc.gate.Unlock()
	if to != nil {
		began := bc.options.Elapsed()
		taken = to.Send(bc.options.Encoder.Frame(pos, events))
		bc.took = bc.options.Elapsed() - began
		if len(written) > 0 {
			now := bc.options.Elapsed()
			for _, since := range written {
				bc.options.Sent.Observe(max(now-since, 0).Seconds())
			}
		}
	}
	clear(events) // the encoder retains none of them
	bc.events, bc.written = events[:0], written[:0]
	return taken
}

// pass moves the position to the head. The caller holds mu.
func (bc *Broadcaster) pass() {
	bc.passed = bc.head
	if bc.moved != nil {
		close(bc.moved)
		bc.moved = nil
	}
}

// Await waits until the view has reached a position of this log that is a little ahead, or
// ctx ends. A client that was connected to another machine can be ahead of this one.
func (bc *Broadcaster) Await(ctx context.Context, p room.Position) {
	for {
		bc.mu.Lock()
		if p.Epoch != bc.options.Head.Epoch || p.Seq <= bc.passed || p.Seq-bc.passed > ResumeLimit {
			bc.mu.Unlock()
			return
		}
		if bc.moved == nil {
			bc.moved = make(chan struct{})
		}
		moved := bc.moved
		bc.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return
		}
	}
}

// Position returns the number of the last event that the view has received, or does not
// see.
func (bc *Broadcaster) Position() int64 {
	bc.mu.Lock()
	defer bc.mu.Unlock()
	return bc.passed
}

// Join runs fn with the position. A client that fn adds to the view's sockets gets every
// frame after that position, and none before. fn must not wait for anything; Join does not
// wait for a frame that is being sent.
func (bc *Broadcaster) Join(fn func(passed int64)) {
	bc.gate.Lock()
	defer bc.gate.Unlock()
	fn(bc.Position())
}

// Still runs fn with the position, while no frame is being sent: on every socket, whatever
// fn sends follows the frames up to that position.
func (bc *Broadcaster) Still(fn func(passed int64)) {
	bc.sending.Lock()
	defer bc.sending.Unlock()
	fn(bc.Position())
}

// farBehind is how far back a position may lie for the journal to be read at all. Log
// numbers overestimate events: most in between may have been taken down since.
const farBehind = 4 * ResumeLimit

// Resumable returns false for a position of another log, for one in a future that was lost
// in a power failure, and for one that lies too far back.
func (bc *Broadcaster) Resumable(p room.Position) bool {
	passed := bc.Position()
	return p.Epoch == bc.options.Head.Epoch && p.Seq <= passed && passed-p.Seq <= farBehind
}
