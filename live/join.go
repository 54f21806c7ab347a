package live

import (
	"context"
	"fmt"

	"danmaku/comment"
)

// resumeLimit is how many missed events are still sent; whoever was away for
// longer starts afresh.
const resumeLimit = 5000

// phoneResume is how many missed comments a phone is sent; it gets every
// removal besides.
const phoneResume = 50

// Welcome is what somebody gets who joins a room.
type Welcome struct {
	Room     comment.Room
	Position comment.Position // where the next events start
	Resumed  bool
	Missed   [][]byte // resumed: the encoded events since then
	End      comment.Position
	Recent   [][]byte // not resumed: encoded comments to start from
	People   int      // phones in the room
	Pin      *comment.Comment
	Held     [][]byte // for a console: the queue, oldest first, see queueHello
	Waiting  int      // how many are in the queue
}

// Join hands welcome what a new socket of a view must be told first, and no
// frame is broadcast to the view until welcome returns; so the socket must be
// registered with the outlet before. welcome must not wait for anything.
// since is where the client says it was, nil for a new one.
func (h *Hall) Join(ctx context.Context, roomID string, v View, since *comment.Position, welcome func(Welcome)) error {
	r, err := h.room(roomID)
	if err != nil {
		return err
	}
	if since != nil && (since.Epoch != r.epoch || since.Seq > r.feed(v).position()) {
		since = nil // another log, or a future that was lost with a power cut
	}
	var older []comment.Event
	if since != nil {
		if _, ok := r.missed(v, since.Seq, since.Seq); !ok {
			if older, err = h.journal.Since(ctx, roomID, since.Seq, resumeLimit+1); err != nil {
				return fmt.Errorf("read what a client missed: %w", err)
			}
			if len(older) > resumeLimit {
				since = nil
			}
		}
	}
	w := Welcome{Room: r.settings(), People: h.outlet.Count(roomID, ViewAudience)}
	r.feed(v).join(func(passed int64) {
		w.End = r.position(passed)
		if since != nil {
			w.Missed, w.Resumed = h.replay(r, v, since.Seq, passed, older)
		}
		if w.Resumed {
			w.Position = *since
		} else {
			w.Position = w.End
			w.Recent = r.recents(v, passed, h.now())
		}
		if c, ok := r.pinned(passed); ok {
			w.Pin = &c
		}
		if v == ViewConsole {
			w.Held, w.Waiting = r.toReview()
		}
		welcome(w)
	})
	return nil
}

// replay gives the encoded events of a view in (since, passed]: what was read
// from the journal, and from the ring what came later.
func (h *Hall) replay(r *room, v View, since, passed int64, older []comment.Event) ([][]byte, bool) {
	var items []item
	for _, e := range older {
		since = e.Seq
		if e.Seq > passed {
			break // comes with the next frame
		}
		if b := h.encoder.Event(v, e); b != nil {
			it := item{event: e}
			it.bytes[viewIndex(v)] = b
			items = append(items, it)
		}
	}
	newer, ok := r.missed(v, since, passed)
	if !ok {
		return nil, false
	}
	items = append(items, newer...)
	if len(items) > resumeLimit {
		return nil, false
	}
	if v == ViewAudience {
		items = sample(items)
	}
	out := make([][]byte, len(items))
	for i, it := range items {
		out[i] = it.bytes[viewIndex(v)]
	}
	return out, true
}

// sample keeps the newest comments and all else.
func sample(items []item) []item {
	extra := -phoneResume
	for _, it := range items {
		if it.event.Kind == comment.KindComment {
			extra++
		}
	}
	kept := items[:0:0]
	for _, it := range items {
		if it.event.Kind == comment.KindComment {
			if extra--; extra >= 0 {
				continue
			}
		}
		kept = append(kept, it)
	}
	return kept
}
