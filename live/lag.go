package live

import (
	"time"

	"danmaku/comment"
)

// told is one event as a feed needs it.
type told struct {
	seq   int64
	at    time.Time
	kind  comment.Kind
	ids   []comment.ID // of a comment, or of what is taken down
	bytes []byte       // nil: the view does not see it
	flood bool         // one of what can be too many: refused by the filter
}

// toldOf picks from an event what a feed needs.
func toldOf(e comment.Event, b []byte) told {
	x := told{seq: e.Seq, at: e.At, kind: e.Kind, ids: e.IDs, bytes: b}
	if e.Kind == comment.KindComment {
		x.ids = []comment.ID{e.Comment.ID}
	}
	// A decision is none of them: it takes a comment out of every queue.
	x.flood = e.Kind == comment.KindRefused && e.From == ""
	return x
}

// tells is true when the event has a comment's text in it.
func (x told) tells() bool {
	return (x.kind == comment.KindComment || x.kind == comment.KindPin) && len(x.ids) == 1
}

// lag is the delay line of a feed: events in log order that wait until they are
// old enough. How old is asked when they leave, so a shorter delay lets more of
// them go, and the order stays.
type lag struct {
	delay time.Duration
	queue []told
}

// on tells whether a new event has to queue.
func (l *lag) on() bool { return l.delay > 0 || len(l.queue) > 0 }

// push queues an event. What it takes down never leaves.
func (l *lag) push(x told) {
	if x.kind == comment.KindRemove || x.kind == comment.KindClear {
		down := among(x.ids)
		for i := range l.queue {
			w := &l.queue[i]
			if w.tells() && (x.kind == comment.KindClear || down(w.ids[0])) {
				w.bytes = nil
			}
		}
	}
	l.queue = append(l.queue, x)
}

// blank makes the event just queued one that only moves the position.
func (l *lag) blank(seq int64) {
	if w := &l.queue[len(l.queue)-1]; w.seq == seq {
		w.bytes = nil
	}
}

// next takes the first event that is old enough; otherwise it tells how long
// until it is, 0 when none waits.
func (l *lag) next(now time.Time) (x told, wait time.Duration, ok bool) {
	if len(l.queue) == 0 {
		return told{}, 0, false
	}
	if wait = l.queue[0].at.Add(l.delay).Sub(now); wait > 0 {
		return told{}, wait, false
	}
	x = l.queue[0]
	l.queue[0] = told{}
	l.queue = l.queue[1:]
	return x, 0, true
}

// delayed tells whether a view lags behind the log when the room says so.
// Consoles never do: a moderator needs the time.
func delayed(v View) bool { return v != ViewConsole }

// start gives the place from which a feed goes on in a process that has just
// begun, and the newest events that have yet to wait.
func start(v View, rec RoomRecord, recent []item, now time.Time) (head int64, waits []told) {
	head = rec.Head.Seq
	if rec.Delay == 0 || !delayed(v) {
		return head, nil
	}
	for _, it := range recent {
		e := it.event
		if now.Sub(e.At) >= rec.Delay && len(waits) == 0 {
			continue
		}
		if len(waits) == 0 {
			head = e.Seq - 1
		}
		x := toldOf(e, it.bytes[viewIndex(v)])
		if e.Kind == comment.KindRoom {
			x.bytes = nil
		}
		waits = append(waits, x)
	}
	return head, waits
}
