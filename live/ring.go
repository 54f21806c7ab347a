package live

import (
	"slices"

	"danmaku/comment"
)

// ringSize is how many events of a room are held ready for those who come back
// or come new: as many as a resume may be told, so that nobody's return asks
// the database while the room has been running for so long.
const ringSize = resumeLimit

// ringLoad is how many of them are read when the process starts. Who missed
// more than these has what is older read from the journal.
const ringLoad = 1024

// item is one event with its bytes for each view, nil where it is not seen.
type item struct {
	event comment.Event
	bytes [3][]byte // by viewIndex
	gone  bool      // a comment, or its pin, that was taken down or cleared away since
}

func viewIndex(v View) int { return slices.Index(Views, v) }

// ring holds the newest events of a room in log order.
type ring struct {
	items []item // circular once full
	next  int    // where the next one goes once full
	since int64  // the ring holds every event with a seq above this one
}

func (r *ring) push(it item) {
	if len(r.items) < ringSize {
		r.items = append(r.items, it)
		return
	}
	r.since = r.items[r.next].event.Seq
	r.items[r.next] = it
	r.next = (r.next + 1) % ringSize
}

// each calls fn from the newest event to the oldest, until fn returns false.
func (r *ring) each(fn func(*item) bool) {
	for n := len(r.items); n > 0; n-- {
		if !fn(&r.items[(r.next+n-1)%len(r.items)]) {
			return
		}
	}
}

// take marks comments as gone for which lost is true, and what carries one.
func (r *ring) take(lost func(comment.Comment) bool) {
	for i := range r.items {
		it := &r.items[i]
		if k := it.event.Kind; (k == comment.KindComment || k == comment.KindPin && len(it.event.IDs) == 1) && lost(it.event.Comment) {
			it.gone = true
		}
	}
}
