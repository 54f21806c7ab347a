// Package fanout keeps the newest events of a room and sends them to its views: the ring,
// the broadcaster of each view with its rate and its delay, what newcomers start from, and
// what returning clients have missed. It knows neither sockets nor the database.
package fanout

import (
	"slices"

	"danmaku/comment"
	"danmaku/room"
)

// RingSize is how many events of a room are in memory, for new and returning clients: as
// many as a resume may carry, so that a resume does not read the database once the room has
// had that many.
const RingSize = ResumeLimit

// RingLoad is how many of them the process reads at its start. For a client that missed
// more, older ones are read from the journal.
const RingLoad = 1024

// Item is one event with its bytes for each view, nil where the view does not see it.
type Item struct {
	Event room.Event
	Bytes [3][]byte // by ViewIndex
	Gone  bool      // a comment, or its pin, that was taken down or cleared since
}

// Encode encodes an event for each view.
func Encode(enc Encoder, e room.Event) Item {
	it := Item{Event: e}
	for i, v := range room.Views {
		it.Bytes[i] = enc.Event(v, e)
	}
	return it
}

// ViewIndex returns a view's index in arrays by view.
func ViewIndex(v room.View) int { return slices.Index(room.Views, v) }

// Ring holds the newest events of a room in log order.
type Ring struct {
	items []Item // circular once full
	next  int    // index of the next one once full
	Since int64  // the ring holds every event with a seq above this one
}

// Push adds the newest event and drops the oldest when full.
func (r *Ring) Push(it Item) {
	if len(r.items) < RingSize {
		r.items = append(r.items, it)
		return
	}
	r.Since = r.items[r.next].Event.Seq
	r.items[r.next] = it
	r.next = (r.next + 1) % RingSize
}

// Each calls fn from the newest event to the oldest, until fn returns false.
func (r *Ring) Each(fn func(*Item) bool) {
	for n := len(r.items); n > 0; n-- {
		if !fn(&r.items[(r.next+n-1)%len(r.items)]) {
			return
		}
	}
}

// Erase removes comments from memory, whatever their status, and every event that repeats
// them: no client gets them any more, not even consoles that come back.
func (r *Ring) Erase(ids []comment.ID) {
	gone := Among(ids)
	for i := range r.items {
		it := &r.items[i]
		if id := it.Event.Comment.ID; id != 0 && gone(id) {
			*it = Item{Event: room.Event{Room: it.Event.Room, Seq: it.Event.Seq, At: it.Event.At, Kind: it.Event.Kind}, Gone: true}
		}
	}
}

// Take marks the comments for which lost is true as gone, and the events that contain one.
func (r *Ring) Take(lost func(comment.Comment) bool) {
	for i := range r.items {
		it := &r.items[i]
		if k := it.Event.Kind; (k == room.KindComment || k == room.KindPin && len(it.Event.IDs) == 1) && lost(it.Event.Comment) {
			it.Gone = true
		}
	}
}
