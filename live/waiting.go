package live

import (
	"context"
	"errors"
	"slices"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
)

// queueLoad bounds how many comments a start loads from a queue that an older version let
// grow without bound: it loads the oldest.
const queueLoad = 10 * queueBound

// restore loads a room's held comments, the oldest ones if there are too many, and its pin.
func (svc *Service) restore(ctx context.Context, r *liveRoom, rec room.Record) error {
	q := room.HistoryQuery{Status: comment.Held, Limit: 200}
	var held []room.Row
	for {
		rows, more, err := svc.history.Comments(ctx, r.id, q)
		if err != nil {
			return err
		}
		if held = append(held, rows...); len(held) > queueLoad {
			held = slices.Clone(held[len(held)-queueLoad:]) // history is newest first
		}
		if !more {
			break
		}
		q.Before = rows[len(rows)-1].Seq
	}
	for _, row := range slices.Backward(held) {
		e := room.Event{Room: r.id, Seq: row.Seq, At: row.At, Kind: room.KindHeld, Comment: row.Comment, Entry: row.Entry}
		r.queue.apply(fanout.Encode(svc.encoder, svc.grouped(e)))
	}
	if rec.Pinned == 0 {
		return nil
	}
	row, err := svc.history.Comment(ctx, r.id, rec.Pinned)
	if errors.Is(err, room.ErrNotFound) {
		return nil // its text was deleted because of its age
	}
	r.pins.Begin(row.Comment)
	return err
}

// grouped adds the group of a comment that waits, or waited until this event: the log does
// not store it.
func (svc *Service) grouped(e room.Event) room.Event {
	if e.Kind == room.KindHeld || e.From == comment.Held {
		e.Group = svc.filter.Group(e.Comment, e.Entry)
	}
	return e
}

// GroupOf returns the group of a waiting comment; see [Filter.Group].
func (svc *Service) GroupOf(row room.Row) string { return svc.filter.Group(row.Comment, row.Entry) }

// Review is a page of the comments that wait for a moderator.
type Review struct {
	Items  []room.Event      // held comments, oldest first
	Groups []room.GroupCount // how many wait in each group of Items
	Total  int               // how many wait in all
	Next   int64             // the number after which the next page begins; 0 means no next page
}

// Review returns a page of a room's waiting comments, oldest first, after a log number: of
// one group, or, with an empty group, of all groups, but then at most groupHello of each.
// limit is 1 to 200.
func (svc *Service) Review(roomID string, by room.Actor, group string, after int64, limit int) (Review, error) {
	r, err := svc.may(roomID, by, room.ReadRoom)
	if err != nil {
		return Review{}, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	items, more := r.queue.page(group, after, limit)
	out := Review{Groups: r.queue.countsOf(items), Total: len(r.queue.items)}
	for _, it := range items {
		out.Items = append(out.Items, it.Event)
	}
	if more {
		out.Next = items[len(items)-1].Event.Seq
	}
	return out, nil
}

// toReview adds the oldest of the queue to the welcome of a console.
func (r *liveRoom) toReview(w *Welcome) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	items := r.queue.oldest(queueHello)
	for _, it := range items {
		w.Held = append(w.Held, it.Bytes[fanout.ViewIndex(room.ViewConsole)])
	}
	w.Groups, w.Waiting, w.HeldAt = r.queue.countsOf(items), len(r.queue.items), r.applied
}
