package live

import (
	"context"
	"fmt"
	"time"

	"danmaku/comment"
)

// Decision is what stands about a comment after somebody acted on it.
type Decision struct {
	ID     comment.ID
	Status comment.Status
	By     string // whose decision stands; empty for the filter's
	Again  bool   // nothing was written: another decision was first
	Err    error  // in a bulk: why this one was not acted on
}

// statusOf is what an event makes of the comment it is about.
func statusOf(k comment.Kind) comment.Status {
	return map[comment.Kind]comment.Status{
		comment.KindComment: comment.Shown, comment.KindHeld: comment.Held,
		comment.KindRefused: comment.Refused, comment.KindRemove: comment.Removed,
	}[k]
}

// Decide approves or refuses a comment that is held, or approves a refused one.
// from says which of these the moderator saw. Empty, it is held; but what the
// filter refused, or the same moderator a while ago, can be approved without
// saying so, since no two decisions can be racing there.
//
// Of two decisions the first stands: the second gets it as its answer.
// Errors: ErrNotFound, ErrNotAllowed (the comment of somebody banned is not
// approved, and the owner's not refused by a moderator), ErrBusy.
func (h *Hall) Decide(ctx context.Context, roomID string, by Actor, id comment.ID, kind comment.ActKind, from comment.Status) (Decision, error) {
	r, err := h.acting(roomID, by)
	if err != nil {
		return Decision{}, err
	}
	row, err := h.history.Comment(ctx, roomID, id)
	if err != nil {
		return Decision{}, fmt.Errorf("%s: %w", kind, err)
	}
	e := comment.Event{Kind: comment.KindRefused, Comment: comment.Comment{ID: id}, From: comment.Held}
	if kind == comment.ActApprove {
		e.Kind = comment.KindComment
		if from == comment.Refused || from == "" && r.reversible(ctx, row, by, h.now()) {
			e.From = comment.Refused
		}
		if row.Status == e.From {
			err = h.bans.outlaw(roomID, row.User, row.Address, h.now())
		}
	} else {
		err = h.mayTouch(by, roomID, row.User)
	}
	if err != nil {
		return Decision{}, err
	}
	e.Act = by.act(kind)
	e.Act.About, e.Act.User, e.Act.Detail = id.String(), row.User, row.Text
	receipt, err := h.do(ctx, r, by, e)
	if err != nil {
		return Decision{}, err
	}
	return Decision{ID: id, Status: statusOf(receipt.Event.Kind), By: receipt.Event.By, Again: receipt.Again}, nil
}

// racing is for how long two decisions of one moderator count as made at once:
// a link can be open on two screens.
const racing = time.Second

// reversible tells whether approving a refused comment is clearly meant as that.
func (r *room) reversible(ctx context.Context, row comment.Row, by Actor, now time.Time) bool {
	if row.Status != comment.Refused {
		return false
	}
	if row.By == "" {
		return true
	}
	fresh := false
	r.follow(ctx, row.Seq) // the row can be read before the room has its event
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.ring.each(func(it *item) bool {
		e := &it.event
		if now.Sub(e.At) >= racing {
			return false
		}
		fresh = e.Kind == comment.KindRefused && e.Comment.ID == row.ID
		return !fresh
	})
	return row.By == by.Name() && !fresh
}

// MaxBulk is how many comments one act may decide about.
const MaxBulk = 200

// Bulk does the same to several comments, in the order given. What cannot be
// done to one of them stands in its decision and does not hold up the others.
func (h *Hall) Bulk(ctx context.Context, roomID string, by Actor, ids []comment.ID, kind comment.ActKind) ([]Decision, error) {
	if len(ids) == 0 || len(ids) > MaxBulk {
		return nil, comment.Explain(comment.ErrInvalid, "ids: 1 to %d", MaxBulk)
	}
	if _, err := h.acting(roomID, by); err != nil {
		return nil, err
	}
	out := make([]Decision, len(ids))
	for i, id := range ids {
		var err error
		switch kind {
		case comment.ActRemove:
			out[i], err = h.removable(ctx, roomID, by, id)
		case comment.ActApprove, comment.ActRefuse:
			out[i], err = h.Decide(ctx, roomID, by, id, kind, "")
		default:
			return nil, comment.Explain(comment.ErrInvalid, "act %q: approve, refuse or remove", kind)
		}
		out[i].ID, out[i].Err = id, err
	}
	if kind != comment.ActRemove {
		return out, nil
	}
	var down []comment.ID
	for _, d := range out {
		if d.Err == nil {
			down = append(down, d.ID)
		}
	}
	if len(down) == 0 {
		return out, nil
	}
	return out, h.takeDown(ctx, roomID, by, down, fmt.Sprintf("%d comments", len(down)))
}

// removable tells whether somebody may take a comment down.
func (h *Hall) removable(ctx context.Context, roomID string, by Actor, id comment.ID) (Decision, error) {
	row, err := h.history.Comment(ctx, roomID, id)
	if err != nil {
		return Decision{}, fmt.Errorf("take down: %w", err)
	}
	if err := h.mayTouch(by, roomID, row.User); err != nil || row.Badge == comment.BadgeOwner && by.Role != comment.Owner {
		return Decision{}, comment.ErrNotAllowed
	}
	d := Decision{ID: id, Status: row.Status, By: row.By, Again: true}
	if row.Status == comment.Shown || row.Status == comment.Held {
		d.Status, d.By, d.Again = comment.Removed, by.Name(), false
	}
	return d, nil
}

// Remove takes a comment down from every screen, for good. It is no fault when
// it is down already; an ID that was never there is ErrNotFound, and a moderator
// taking down the owner's ErrNotAllowed.
func (h *Hall) Remove(ctx context.Context, roomID string, by Actor, id comment.ID) error {
	if _, err := h.acting(roomID, by); err != nil {
		return err
	}
	row, err := h.history.Comment(ctx, roomID, id)
	if err != nil {
		return fmt.Errorf("take down: %w", err)
	}
	if _, err := h.removable(ctx, roomID, by, id); err != nil {
		return err
	}
	return h.takeDown(ctx, roomID, by, []comment.ID{id}, row.Text)
}

func (h *Hall) takeDown(ctx context.Context, roomID string, by Actor, ids []comment.ID, detail string) error {
	r, err := h.room(roomID)
	if err != nil {
		return err
	}
	a := by.act(comment.ActRemove)
	a.Detail = detail
	if len(ids) == 1 {
		a.About = ids[0].String()
	}
	_, err = h.do(ctx, r, by, comment.Event{Kind: comment.KindRemove, IDs: ids, Act: a})
	return err
}

// RemoveUser takes down everything that an author has on the screens, and what
// waits for review, and tells how many comments that were.
func (h *Hall) RemoveUser(ctx context.Context, roomID string, by Actor, user string) (int, error) {
	r, err := h.acting(roomID, by)
	if err != nil {
		return 0, err
	}
	if err := h.mayTouch(by, roomID, user); err != nil {
		return 0, err
	}
	a := by.act(comment.ActRemoveUser)
	a.User = user
	receipt, err := h.do(ctx, r, by, comment.Event{Kind: comment.KindRemove, User: user, Act: a})
	if err != nil || receipt.Again {
		return 0, err
	}
	return len(receipt.Event.IDs), nil
}

// Clear empties every screen of a room. History keeps the comments.
func (h *Hall) Clear(ctx context.Context, roomID string, by Actor) error {
	r, err := h.acting(roomID, by)
	if err != nil {
		return err
	}
	_, err = h.do(ctx, r, by, comment.Event{Kind: comment.KindClear, Act: by.act(comment.ActClear)})
	return err
}

// Pin keeps one shown comment on the overlay until it is unpinned, taken down
// or cleared away; it takes the place of another. One that is not shown any
// more is ErrExpired.
func (h *Hall) Pin(ctx context.Context, roomID string, by Actor, id comment.ID) error {
	r, err := h.acting(roomID, by)
	if err != nil {
		return err
	}
	row, err := h.history.Comment(ctx, roomID, id)
	if err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	if row.Status != comment.Shown {
		return comment.Explain(comment.ErrExpired, "Only a comment that is shown can be pinned.")
	}
	if by.undoes != 0 && r.somePinned() {
		return comment.ErrChanged // another one, perhaps
	}
	a := by.act(comment.ActPin)
	a.About, a.User, a.Detail = id.String(), row.User, row.Text
	_, err = h.do(ctx, r, by, comment.Event{Kind: comment.KindPin, IDs: []comment.ID{id}, Comment: row.Comment, Act: a})
	return err
}

func (r *room) somePinned() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := r.pins.at(r.applied)
	return ok
}

// Unpin takes the pin off a comment; one that is not pinned is no fault.
func (h *Hall) Unpin(ctx context.Context, roomID string, by Actor, id comment.ID) error {
	r, err := h.acting(roomID, by)
	if err != nil {
		return err
	}
	r.mu.RLock()
	c, ok := r.pins.at(r.applied)
	r.mu.RUnlock()
	if !ok || c.ID != id {
		if by.undoes != 0 {
			return comment.ErrChanged
		}
		return nil
	}
	a := by.act(comment.ActUnpin)
	a.About, a.User, a.Detail = id.String(), c.User, c.Text
	_, err = h.do(ctx, r, by, comment.Event{Kind: comment.KindPin, Act: a})
	return err
}

// settle does what an event means beyond its room's screens: the author of a
// held comment hears what became of it, and a ban is in force. It runs before
// the room applies the event.
func (h *Hall) settle(r *room, e comment.Event) {
	switch e.Kind {
	case comment.KindComment, comment.KindRefused:
		if e.From != "" {
			h.tellAuthor(r, e, outcomeOf(e))
		}
		if e.From != "" && e.Kind == comment.KindComment {
			h.filter.Welcome(r.id, e.Comment.User)
		}
	case comment.KindRemove:
		if e.Act == nil {
			return // its author took it back, and knows
		}
		r.mu.RLock()
		held := r.queue.find(e.IDs)
		r.mu.RUnlock()
		for _, was := range held {
			h.tellAuthor(r, was, Outcome{Status: comment.Refused, Comment: was.Comment})
		}
	case comment.KindBan, comment.KindUnban:
		h.enforce(e)
	}
}

// tellAuthor gives an author the second answer to his comment, on the socket he
// has now, and to the same ref from now on.
func (h *Hall) tellAuthor(r *room, e comment.Event, o Outcome) {
	if e.Entry.Ref != "" {
		h.refs.put(refKey{r.id, e.Comment.User, e.Entry.Ref}, o, h.now())
	}
	h.outlet.Tell(r.id, e.Comment.User, h.encoder.Ack(e.Entry.Ref, o))
}
