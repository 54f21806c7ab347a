package fanout

import (
	"slices"
	"sync"
	"time"

	"danmaku/room"
)

// Snapshots caches what the last newcomer of each view started from, since many newcomers
// may arrive at once and start from the same. The zero value is ready; its methods are safe
// for concurrent use.
type Snapshots [3]snapshot // by ViewIndex

type snapshot struct {
	mu      sync.Mutex
	valid   bool
	applied int64
	passed  int64
	second  int64 // an overlay's start list shrinks every second
	list    []byte
}

// List returns the list of a view at a position, and rebuilds it when the room has moved on
// since the last one.
func (s *Snapshots) List(v room.View, applied, passed int64, now time.Time, list func() []byte) []byte {
	w := &s[ViewIndex(v)]
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.valid && w.applied == applied && w.passed == passed && w.second == now.Unix() {
		return w.list
	}
	w.valid, w.applied, w.passed, w.second = true, applied, passed, now.Unix()
	w.list = list()
	return w.list
}

// clockSlack is how far ahead of now a comment may be and still count as new: clocks are
// constantly corrected by less.
const clockSlack = time.Second

// MostLines is how many comments an overlay with a list can start from.
const MostLines = 200

// Newest returns the encoded comments that a view starts from, oldest first: for overlays
// those of the last 30 s, for phones 50, for consoles 200. An overlay with a list starts
// from lines comments, however old they are; lines is 0 for other overlays.
func (r *Ring) Newest(v room.View, passed int64, now time.Time, lines int) (out [][]byte) {
	limit := map[room.View]int{room.ViewOverlay: 1000, room.ViewAudience: 50, room.ViewConsole: 200}[v]
	if lines = min(lines, MostLines); v == room.ViewOverlay && lines > 0 {
		limit = lines
	}
	r.Each(func(it *Item) bool {
		e := &it.Event
		if e.Kind == room.KindClear || len(out) == limit ||
			v == room.ViewOverlay && lines <= 0 && now.Sub(e.At) > 30*time.Second {
			return false
		}
		if v == room.ViewOverlay && e.At.Sub(now) > clockSlack {
			return true // the clock was set back since: its age is unknown, and the page would draw it as new
		}
		b := it.Bytes[ViewIndex(v)]
		question := e.Comment.Item != "" && v != room.ViewConsole // phones ask for their list
		if e.Kind == room.KindComment && !it.Gone && e.Seq <= passed && b != nil && !question {
			out = append(out, b)
		}
		return true
	})
	slices.Reverse(out)
	return out
}

// Missed returns the encoded events of a view in (since, passed]: those that were read from
// the log, and later ones from the ring. It returns false when the ring does not reach back
// that far, and when there are more than ResumeLimit.
func (r *Ring) Missed(v room.View, since int64, past Past, passed int64) ([][]byte, bool) {
	since = max(since, past.UpTo)
	if since < r.Since {
		return nil, false
	}
	var events []EncodedEvent
	for _, p := range past.Events {
		if p.Seq <= passed { // a later pin comes with the next frame
			events = append(events, p)
		}
	}
	events = append(events, r.between(v, since, passed)...)
	if Delayed(v) {
		events = append(events, r.ahead(v, passed)...)
	}
	if len(events) > ResumeLimit {
		return nil, false
	}
	if v == room.ViewAudience {
		events = sample(events)
	}
	out := make([][]byte, len(events))
	for i, p := range events {
		out[i] = p.Bytes
	}
	return out, true
}

// between returns the events in (since, passed] that a view sees.
func (r *Ring) between(v room.View, since, passed int64) (out []EncodedEvent) {
	view := ViewIndex(v)
	r.Each(func(it *Item) bool {
		if it.Event.Seq <= since {
			return false
		}
		// hello carries the settings, and newer ones.
		if it.Event.Seq <= passed && !it.Gone && it.Bytes[view] != nil && !IsState(it.Event.Kind) {
			out = append(out, EncodedEvent{it.Event.Seq, it.Bytes[view], it.Event.Kind == room.KindComment})
		}
		return true
	})
	slices.Reverse(out)
	return out
}

// ahead returns the events after passed that a view received before their place in the log:
// everything that takes something down.
func (r *Ring) ahead(v room.View, passed int64) (out []EncodedEvent) {
	view := ViewIndex(v)
	r.Each(func(it *Item) bool {
		if it.Event.Seq <= passed {
			return false
		}
		if k := it.Event.Kind; (k == room.KindRemove || k == room.KindErase || k == room.KindClear) && it.Bytes[view] != nil {
			out = append(out, EncodedEvent{Bytes: it.Bytes[view]})
		}
		return true
	})
	slices.Reverse(out)
	return out
}
