package fanout

import (
	"slices"

	"danmaku/comment"
	"danmaku/room"
)

// Pins remembers which comment is pinned, and since when, so that a delayed screen starts
// from what was pinned then.
type Pins struct{ list []pin }

type pin struct {
	seq     int64
	comment comment.Comment // ID 0: none
}

// Begin sets what is pinned before the first applied event.
func (p *Pins) Begin(c comment.Comment) { p.list = []pin{{comment: c}} }

// pinsKept is more than anybody pins within the longest delay.
const pinsKept = 64

// Apply applies an event of the log.
func (p *Pins) Apply(e room.Event) {
	switch e.Kind {
	case room.KindPin:
		next := pin{seq: e.Seq}
		if len(e.IDs) == 1 {
			next.comment = e.Comment
		}
		p.list = append(p.list, next)
		if len(p.list) > pinsKept {
			p.list = slices.Delete(p.list, 0, 1)
		}
	case room.KindRemove, room.KindErase: // effective at once for everybody, so also in the past
		for i := range p.list {
			if slices.Contains(e.IDs, p.list[i].comment.ID) {
				p.list[i].comment = comment.Comment{}
			}
		}
	case room.KindClear:
		p.list = nil
	}
}

// At returns the pinned comment at a log position.
func (p *Pins) At(seq int64) (comment.Comment, bool) {
	for i := len(p.list) - 1; i >= 0; i-- {
		if p.list[i].seq <= seq {
			return p.list[i].comment, p.list[i].comment.ID != 0
		}
	}
	return comment.Comment{}, false
}

// Among returns a function that reports whether an ID is one of ids, which can be
// thousands: a removal of everything by an author.
func Among(ids []comment.ID) func(comment.ID) bool {
	if len(ids) < 8 {
		return func(id comment.ID) bool { return slices.Contains(ids, id) }
	}
	set := make(map[comment.ID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return func(id comment.ID) bool { return set[id] }
}
