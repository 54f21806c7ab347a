package live

import (
	"context"
	"errors"
	"slices"

	"danmaku/comment"
)

// queueBound is how many held comments of a room are in memory; what is beyond
// is in history with the status held.
const queueBound = 5000

// queueHello is how many of them a console is told when it joins: it asks
// history for older ones.
const queueHello = 500

// queue is what waits for a moderator, in log order. The log is where it is
// kept; this is what consoles start from.
type queue struct{ items []item }

// apply takes an event: a held comment joins, a decided one leaves.
func (q *queue) apply(it item) {
	e := it.event
	switch e.Kind {
	case comment.KindHeld:
		if len(q.items) >= queueBound {
			q.items = slices.Delete(q.items, 0, 1)
		}
		q.items = append(q.items, it)
	case comment.KindComment, comment.KindRefused:
		if e.From == comment.Held {
			q.drop([]comment.ID{e.Comment.ID})
		}
	case comment.KindRemove:
		q.drop(e.IDs)
	}
}

func (q *queue) drop(ids []comment.ID) {
	if len(q.items) == 0 {
		return
	}
	gone := among(ids)
	q.items = slices.DeleteFunc(q.items, func(it item) bool { return gone(it.event.Comment.ID) })
}

// find gives those of the comments that are held.
func (q *queue) find(ids []comment.ID) (held []comment.Event) {
	if len(q.items) == 0 {
		return nil
	}
	asked := among(ids)
	for i := range q.items {
		if e := &q.items[i].event; asked(e.Comment.ID) {
			held = append(held, *e)
		}
	}
	return held
}

// among asks whether an ID is one of many: a removal of everything that an
// author wrote can name thousands.
func among(ids []comment.ID) func(comment.ID) bool {
	if len(ids) < 8 {
		return func(id comment.ID) bool { return slices.Contains(ids, id) }
	}
	set := make(map[comment.ID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return func(id comment.ID) bool { return set[id] }
}

// pins remembers which comment is pinned, and since when, so that a screen
// that lags behind starts from what was pinned then.
type pins struct{ list []pin }

type pin struct {
	seq     int64
	comment comment.Comment // ID 0: none
}

// pinsKept is more than anybody pins within the longest delay.
const pinsKept = 64

func (p *pins) apply(e comment.Event) {
	switch e.Kind {
	case comment.KindPin:
		next := pin{seq: e.Seq}
		if len(e.IDs) == 1 {
			next.comment = e.Comment
		}
		p.list = append(p.list, next)
		if len(p.list) > pinsKept {
			p.list = slices.Delete(p.list, 0, 1)
		}
	case comment.KindRemove: // at once for everybody, so also in the past
		for i := range p.list {
			if slices.Contains(e.IDs, p.list[i].comment.ID) {
				p.list[i].comment = comment.Comment{}
			}
		}
	case comment.KindClear:
		p.list = nil
	}
}

// at gives what was pinned at a place in the log.
func (p *pins) at(seq int64) (comment.Comment, bool) {
	for i := len(p.list) - 1; i >= 0; i-- {
		if p.list[i].seq <= seq {
			return p.list[i].comment, p.list[i].comment.ID != 0
		}
	}
	return comment.Comment{}, false
}

// recall loads what a room waits with: held comments, and what is pinned.
func (h *Hall) recall(ctx context.Context, r *room, rec RoomRecord) error {
	q := comment.HistoryQuery{Status: comment.Held, Limit: 200}
	for len(r.queue.items) < queueBound {
		rows, more, err := h.history.Comments(ctx, r.id, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			e := comment.Event{Room: r.id, Seq: row.Seq, At: row.At, Kind: comment.KindHeld, Comment: row.Comment, Entry: row.Entry}
			r.queue.items = append(r.queue.items, encode(h.encoder, e))
		}
		if !more {
			break
		}
		q.Before = rows[len(rows)-1].Seq
	}
	slices.Reverse(r.queue.items) // history is newest first
	if rec.Pinned == 0 {
		return nil
	}
	row, err := h.history.Comment(ctx, r.id, rec.Pinned)
	if errors.Is(err, comment.ErrNotFound) {
		return nil // its text was deleted for its age
	}
	r.pins.list = []pin{{comment: row.Comment}}
	return err
}

// toReview gives the newest of the queue for a console, oldest first, and how
// many there are.
func (r *room) toReview() (out [][]byte, total int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	total = len(r.queue.items)
	for _, it := range r.queue.items[max(0, total-queueHello):] {
		out = append(out, it.bytes[viewIndex(ViewConsole)])
	}
	return out, total
}

// pinned gives what is pinned at a place in the log.
func (r *room) pinned(seq int64) (comment.Comment, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.pins.at(seq)
}

// follow waits until the room has applied the event, so that whoever acted
// sees his own act.
func (r *room) follow(ctx context.Context, seq int64) {
	for {
		r.mu.Lock()
		if r.applied >= seq {
			r.mu.Unlock()
			return
		}
		if r.moved == nil {
			r.moved = make(chan struct{})
		}
		moved := r.moved
		r.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return // it is durable all the same
		}
	}
}
