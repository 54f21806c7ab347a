// Package fanout keeps the newest events of a room and brings them to its views: the
// ring, the broadcaster of each view with its rate and its delay, what newcomers
// start from, and what returning clients have missed. It knows no socket and no
// database.
package fanout

import (
	"slices"

	"danmaku/comment"
	"danmaku/room"
)

// RingSize is how many events of a room are in memory, for new and returning clients:
// as many as a resume may carry, so that no return asks the database once the room
// has seen as many.
const RingSize = ResumeLimit

// RingLoad is how many of them are read when the process starts. For a client that
// missed more, the older ones are read from the journal.
const RingLoad = 1024

// Item is one event with its bytes for each view, nil where it is not seen.
type Item struct {
	Event room.Event
	Bytes [3][]byte // by ViewIndex
	Gone  bool      // a comment, or its pin, that was taken down or cleared away since
}

// Encode makes an event's bytes for each view.
func Encode(enc Encoder, e room.Event) Item {
	it := Item{Event: e}
	for i, v := range room.Views {
		it.Bytes[i] = enc.Event(v, e)
	}
	return it
}

// ViewIndex is a view's place in what there is one of for each view.
func ViewIndex(v room.View) int { return slices.Index(room.Views, v) }

// Ring holds the newest events of a room in log order.
type Ring struct {
	items []Item // circular once full
	next  int    // where the next one goes once full
	Since int64  // the ring holds every event with a seq above this one
}

// Push adds the newest event; the oldest makes way.
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

// Erase takes comments out of memory, whatever became of them, and every event that
// repeats them: no client gets them any more, not even consoles that come back.
func (r *Ring) Erase(ids []comment.ID) {
	gone := Among(ids)
	for i := range r.items {
		it := &r.items[i]
		if id := it.Event.Comment.ID; id != 0 && gone(id) {
			*it = Item{Event: room.Event{Room: it.Event.Room, Seq: it.Event.Seq, At: it.Event.At, Kind: it.Event.Kind}, Gone: true}
		}
	}
}

// Take marks comments as gone for which lost is true, and what carries one.
func (r *Ring) Take(lost func(comment.Comment) bool) {
	for i := range r.items {
		it := &r.items[i]
		if k := it.Event.Kind; (k == room.KindComment || k == room.KindPin && len(it.Event.IDs) == 1) && lost(it.Event.Comment) {
			it.Gone = true
		}
	}
}
