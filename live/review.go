package live

import (
	"context"
	"fmt"
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
)

// Decision is the state of a comment after somebody acted on it.
type Decision struct {
	ID     comment.ID
	Status comment.Status
	By     string // the actor whose decision holds; empty for the filter's
	Again  bool   // nothing was written: another decision came first
	Err    error  // in a bulk: why this comment was not changed
}

// statusOf returns the status that an event gives its comment.
func statusOf(k room.Kind) comment.Status {
	return map[room.Kind]comment.Status{
		room.KindComment: comment.Shown, room.KindHeld: comment.Held,
		room.KindRefused: comment.Refused, room.KindRemove: comment.Removed,
	}[k]
}

// Decide approves or refuses a held comment, or approves a refused one. from is the status
// that the moderator saw; empty means held. But a comment that the filter refused, or the
// same moderator a while ago, can be approved with an empty from, since no two decisions
// can be racing there.
//
// The first of two decisions wins: the second returns it. Errors: ErrNotFound,
// ErrNotAllowed (a comment by somebody banned is not approved, and a moderator does not
// refuse the owner's), ErrBusy.
func (svc *Service) Decide(ctx context.Context, roomID string, by room.Actor, id comment.ID, kind room.Action, from comment.Status) (Decision, error) {
	r, err := svc.may(roomID, by, room.Decide)
	if err != nil {
		return Decision{}, err
	}
	row, err := svc.history.Comment(ctx, roomID, id)
	if err != nil {
		return Decision{}, fmt.Errorf("%s: %w", kind, err)
	}
	e := room.Event{Kind: room.KindRefused, Comment: comment.Comment{ID: id}, From: comment.Held}
	if kind == room.ActionApprove {
		e.Kind = room.KindComment
		if from == comment.Refused || from == "" && r.reversible(ctx, row, by, svc.now()) {
			e.From = comment.Refused
		}
		if row.Status == e.From {
			err = svc.bans.checkBanned(roomID, row.User, row.Address, svc.instant())
		}
	} else {
		err = svc.mayTouch(by, roomID, row.User)
	}
	if err != nil {
		return Decision{}, err
	}
	e.Audit = by.Entry(kind)
	e.Audit.About, e.Audit.User, e.Audit.Detail = id.String(), row.User, row.Text
	receipt, err := svc.do(ctx, r, by, e)
	if err != nil {
		return Decision{}, err
	}
	return Decision{ID: id, Status: statusOf(receipt.Event.Kind), By: receipt.Event.By, Again: receipt.Again}, nil
}

// racing is the time within which two decisions of one moderator count as simultaneous: a
// link can be open on two screens.
const racing = time.Second

// reversible reports whether the approval of a refused comment is clearly intended.
func (r *liveRoom) reversible(ctx context.Context, row room.Row, by room.Actor, now time.Time) bool {
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
	r.ring.Each(func(it *fanout.Item) bool {
		e := &it.Event
		if now.Sub(e.At) >= racing {
			return false
		}
		fresh = e.Kind == room.KindRefused && e.Comment.ID == row.ID
		return !fresh
	})
	return row.By == by.Name() && !fresh
}

// MaxBulk is how many comments one action may decide about.
const MaxBulk = 200

// Bulk does the same action to several comments, in the order given. from has the meaning
// of Decide's, for all of them. An error about one comment is in its decision and does not
// stop the others.
func (svc *Service) Bulk(ctx context.Context, roomID string, by room.Actor, ids []comment.ID, kind room.Action, from comment.Status) ([]Decision, error) {
	if len(ids) == 0 || len(ids) > MaxBulk {
		return nil, room.Explain(room.ErrInvalid, "ids: 1 to %d", MaxBulk)
	}
	need := room.Decide
	if kind == room.ActionRemove {
		need = room.TakeDown
	}
	if _, err := svc.may(roomID, by, need); err != nil {
		return nil, err
	}
	out := make([]Decision, len(ids))
	for i, id := range ids {
		var err error
		switch kind {
		case room.ActionRemove:
			out[i], err = svc.removable(ctx, roomID, by, id)
		case room.ActionApprove, room.ActionRefuse:
			out[i], err = svc.Decide(ctx, roomID, by, id, kind, from)
		default:
			return nil, room.Explain(room.ErrInvalid, "act %q: approve, refuse or remove", kind)
		}
		out[i].ID, out[i].Err = id, err
	}
	if kind != room.ActionRemove {
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
	return out, svc.takeDown(ctx, roomID, by, down, fmt.Sprintf("%d comments", len(down)))
}

// removable returns an error when by may not take a comment down.
func (svc *Service) removable(ctx context.Context, roomID string, by room.Actor, id comment.ID) (Decision, error) {
	row, err := svc.history.Comment(ctx, roomID, id)
	if err != nil {
		return Decision{}, fmt.Errorf("take down: %w", err)
	}
	if err := svc.mayTouch(by, roomID, row.User); err != nil || row.Badge == comment.BadgeOwner && !by.Can(room.ActOnOwner, roomID) {
		return Decision{}, room.ErrNotAllowed
	}
	d := Decision{ID: id, Status: row.Status, By: row.By, Again: true}
	if row.Status == comment.Shown || row.Status == comment.Held {
		d.Status, d.By, d.Again = comment.Removed, by.Name(), false
	}
	return d, nil
}

// Remove takes a comment down from every screen, for good. A comment that is down already
// is not an error. Errors: ErrNotFound for an unknown ID, ErrNotAllowed for a moderator who
// takes down the owner's comment.
func (svc *Service) Remove(ctx context.Context, roomID string, by room.Actor, id comment.ID) error {
	if _, err := svc.may(roomID, by, room.TakeDown); err != nil {
		return err
	}
	row, err := svc.history.Comment(ctx, roomID, id)
	if err != nil {
		return fmt.Errorf("take down: %w", err)
	}
	if _, err := svc.removable(ctx, roomID, by, id); err != nil {
		return err
	}
	return svc.takeDown(ctx, roomID, by, []comment.ID{id}, row.Text)
}

func (svc *Service) takeDown(ctx context.Context, roomID string, by room.Actor, ids []comment.ID, detail string) error {
	r, err := svc.room(roomID)
	if err != nil {
		return err
	}
	a := by.Entry(room.ActionRemove)
	a.Detail = detail
	if len(ids) == 1 {
		a.About = ids[0].String()
	}
	_, err = svc.do(ctx, r, by, room.Event{Kind: room.KindRemove, IDs: ids, Audit: a})
	return err
}

// RemoveUser takes down all of an author's comments on the screens and in review, and
// returns their number.
func (svc *Service) RemoveUser(ctx context.Context, roomID string, by room.Actor, user string) (int, error) {
	r, err := svc.may(roomID, by, room.TakeDown)
	if err != nil {
		return 0, err
	}
	if err := svc.mayTouch(by, roomID, user); err != nil {
		return 0, err
	}
	receipt, err := svc.do(ctx, r, by, removeUser(by, user))
	if err != nil || receipt.Again {
		return 0, err
	}
	return len(receipt.Event.IDs), nil
}

// removeUser returns the event that takes down everything by an author.
func removeUser(by room.Actor, user string) room.Event {
	a := by.Entry(room.ActionRemoveUser)
	a.User = user
	return room.Event{Kind: room.KindRemove, User: user, Audit: a}
}

// Clear empties every screen of a room. History keeps the comments.
func (svc *Service) Clear(ctx context.Context, roomID string, by room.Actor) error {
	r, err := svc.may(roomID, by, room.TakeDown)
	if err != nil {
		return err
	}
	_, err = svc.do(ctx, r, by, room.Event{Kind: room.KindClear, Audit: by.Entry(room.ActionClear)})
	return err
}

// Pin keeps one shown comment on the overlay until it is unpinned, taken down or cleared;
// it replaces an earlier pin. Errors: ErrExpired for a comment that is no longer shown.
func (svc *Service) Pin(ctx context.Context, roomID string, by room.Actor, id comment.ID) error {
	r, err := svc.may(roomID, by, room.PinComment)
	if err != nil {
		return err
	}
	row, err := svc.history.Comment(ctx, roomID, id)
	if err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	if row.Status != comment.Shown {
		return room.Explain(room.ErrExpired, "Only a comment that is shown can be pinned.")
	}
	if by.Undoes != 0 && r.somePinned() {
		return room.ErrChanged // perhaps by another pin
	}
	a := by.Entry(room.ActionPin)
	a.About, a.User, a.Detail = id.String(), row.User, row.Text
	_, err = svc.do(ctx, r, by, room.Event{Kind: room.KindPin, IDs: []comment.ID{id}, Comment: row.Comment, Audit: a})
	return err
}

func (r *liveRoom) somePinned() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := r.pins.At(r.applied)
	return ok
}

// Unpin unpins a comment. A comment that is not pinned is not an error.
func (svc *Service) Unpin(ctx context.Context, roomID string, by room.Actor, id comment.ID) error {
	r, err := svc.may(roomID, by, room.PinComment)
	if err != nil {
		return err
	}
	r.mu.RLock()
	c, ok := r.pins.At(r.applied)
	r.mu.RUnlock()
	if !ok || c.ID != id {
		if by.Undoes != 0 {
			return room.ErrChanged
		}
		return nil
	}
	a := by.Entry(room.ActionUnpin)
	a.About, a.User, a.Detail = id.String(), c.User, c.Text
	_, err = svc.do(ctx, r, by, room.Event{Kind: room.KindPin, Audit: a})
	return err
}

// onCommitted carries out the effects of an event beyond its room's screens: it sends the
// author of a held comment the decision, and puts bans into force. It runs before the room
// applies the event.
func (svc *Service) onCommitted(r *liveRoom, e room.Event) {
	switch e.Kind {
	case room.KindComment, room.KindRefused:
		decided := e.From == comment.Held || e.From == comment.Refused
		if decided {
			svc.notifyAuthor(r, e, outcomeOf(e))
		}
		if decided && e.Kind == room.KindComment {
			svc.filter.Welcome(r.id, e.Comment.User)
			svc.limiter.MarkTrusted(room.LimitKey{Room: r.id, User: e.Comment.User})
		}
	case room.KindRemove:
		if e.Audit == nil {
			return // its author withdrew it, and knows
		}
		r.mu.RLock()
		held := r.queue.find(e.IDs)
		r.mu.RUnlock()
		for _, was := range held {
			svc.notifyAuthor(r, was, Outcome{Status: comment.Refused, Comment: was.Comment})
		}
	case room.KindBan, room.KindUnban:
		svc.enforce(e)
	case room.KindNote, room.KindNoteGone, room.KindNoteRead:
		svc.warn(e)
	case room.KindErase:
		if svc.warned.drop(e.Room, e.User) {
			svc.sendWarnings(e.Room, e.User)
		}
	}
}

// notifyAuthor sends the author the decision about a held comment, on the author's current
// socket, and returns it for the same ref from now on.
func (svc *Service) notifyAuthor(r *liveRoom, e room.Event, o Outcome) {
	if e.Entry.Ref != "" {
		svc.refs.put(refKey{r.id, e.Comment.User, e.Entry.Ref}, o, svc.instant().mono)
	}
	svc.outlet.SendTo(r.id, e.Comment.User, svc.encoder.Ack(e.Entry.Ref, o))
}
