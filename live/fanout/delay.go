package fanout

import (
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// delayedEvent is the part of an event that a broadcaster needs.
type delayedEvent struct {
	seq   int64
	at    time.Duration // when it arrived, by the clock that is never set
	kind  room.Kind
	ids   []comment.ID  // of a comment, or of what is taken down
	bytes []byte        // nil: the view does not see it
	flood bool          // a refusal by the filter, of which there can be too many
	age   time.Duration // the age of a comment when it arrived
}

// delayedEventOf returns the parts of an event that a broadcaster needs.
func delayedEventOf(e room.Event, b []byte, at time.Duration) delayedEvent {
	x := delayedEvent{seq: e.Seq, at: at, kind: e.Kind, ids: e.IDs, bytes: b}
	if e.Kind == room.KindComment {
		x.ids = []comment.ID{e.Comment.ID}
	}
	// A decision does not count: it takes a comment out of every queue.
	x.flood = e.Kind == room.KindRefused && e.From == ""
	return x
}

// concerns reports whether the event contains a comment's text.
func (x delayedEvent) concerns() bool {
	return (x.kind == room.KindComment || x.kind == room.KindPin) && len(x.ids) == 1
}

// delayBuffer holds a broadcaster's events, in log order, until they are old enough. It
// compares their age with the delay when they leave, so a shorter delay takes effect at
// once and the order stays.
type delayBuffer struct {
	delay time.Duration
	queue []delayedEvent
}

// on reports whether a new event has to queue.
func (d *delayBuffer) on() bool { return d.delay > 0 || len(d.queue) > 0 }

// push queues an event. A comment that it takes down never leaves the buffer.
func (d *delayBuffer) push(x delayedEvent) {
	if x.kind == room.KindRemove || x.kind == room.KindErase || x.kind == room.KindClear {
		down := Among(x.ids)
		for i := range d.queue {
			w := &d.queue[i]
			if w.concerns() && (x.kind == room.KindClear || down(w.ids[0])) {
				w.bytes = nil
			}
		}
	}
	d.queue = append(d.queue, x)
}

// blank turns the event just queued into one that only moves the position.
func (d *delayBuffer) blank(seq int64) {
	if w := &d.queue[len(d.queue)-1]; w.seq == seq {
		w.bytes = nil
	}
}

// next takes the first event that is old enough; otherwise it returns the time until it is,
// 0 when none waits.
func (d *delayBuffer) next(now time.Duration) (x delayedEvent, wait time.Duration, ok bool) {
	if len(d.queue) == 0 {
		return delayedEvent{}, 0, false
	}
	if wait = d.queue[0].at + d.delay - now; wait > 0 {
		return delayedEvent{}, wait, false
	}
	x = d.queue[0]
	d.queue[0] = delayedEvent{}
	d.queue = d.queue[1:]
	return x, 0, true
}

// Delayed reports whether a view is behind the log in a room with a delay. Consoles never
// are: a moderator needs the time.
func Delayed(v room.View) bool { return v != room.ViewConsole }

// IsState reports whether events of a kind replace part of a hello: settings, what is shown
// besides comments, and the state of questions, whose list pages request. Such events are
// not part of a resume, and all views receive them at the same time.
func IsState(k room.Kind) bool {
	return k == room.KindRoom || k == room.KindItem || k == room.KindQuestion
}

// Restart returns the position from which a broadcaster continues in a new process, and the
// newest events that still have to wait.
//
// It measures how long they have waited by the wall clock, which may have been set since:
// an event that seems to be from the future waits its whole delay.
func Restart(v room.View, end int64, delay time.Duration, recent []Item, now time.Time, elapsed time.Duration) (head int64, waits []delayedEvent) {
	if delay == 0 || !Delayed(v) {
		return end, nil
	}
	head = end
	for _, it := range recent {
		e := it.Event
		age := max(now.Sub(e.At), 0)
		if age >= delay && len(waits) == 0 {
			continue
		}
		if len(waits) == 0 {
			head = e.Seq - 1
		}
		x := delayedEventOf(e, it.Bytes[ViewIndex(v)], elapsed-age)
		if IsState(e.Kind) {
			x.bytes = nil
		}
		waits = append(waits, x)
	}
	return head, waits
}

// StartWith sets the delay of a new broadcaster, and its waiting events; see [Restart].
func (bc *Broadcaster) StartWith(delay time.Duration, waits []delayedEvent) {
	bc.delayBuffer = delayBuffer{delay: delay, queue: waits}
}
