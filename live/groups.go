package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/room"
)

// groupAct is how many comments one action in the log decides about: a larger group takes
// several actions.
const groupAct = 1000

// groupRacing is for how long a person who decides a group learns that somebody else just
// did.
const groupRacing = time.Minute

// DecideGroup approves or refuses all waiting comments of a group, oldest first; see
// [Filter.Group]. upTo is the last log number that counts, so that nobody decides about
// comments that came after they looked; 0 is none. Each comment has its own event, and its
// author gets the answer. All decisions of one action are stored together or not at all,
// also when the process is killed.
//
// The first of two decisions about a comment wins. A comment that cannot be decided carries
// its reason in its decision; see [Service.Decide]. When no comment waits any more,
// DecideGroup returns the decisions of the last minute. Errors: ErrNotFound, ErrNotAllowed,
// ErrBusy.
func (svc *Service) DecideGroup(ctx context.Context, roomID string, by room.Actor, group string, kind room.Action, upTo int64) ([]Decision, error) {
	r, err := svc.may(roomID, by, room.Decide)
	if err != nil {
		return nil, err
	}
	r.mu.RLock()
	held := r.queue.members(group, upTo)
	r.mu.RUnlock()
	if group == "" || len(held) == 0 {
		if out := r.decidedLately(group, svc.now()); len(out) > 0 {
			return out, nil
		}
		return nil, room.ErrNotFound
	}
	var out []Decision
	for len(held) > 0 {
		n := min(len(held), groupAct)
		some, err := svc.decideAll(ctx, r, by, held[:n], kind, comment.Held)
		if out = append(out, some...); err != nil {
			return out, err
		}
		held = held[n:]
	}
	return out, nil
}

// decideAll approves or refuses comments in one action. from is their current status.
func (svc *Service) decideAll(ctx context.Context, r *liveRoom, by room.Actor, about []room.Event, kind room.Action, from comment.Status) ([]Decision, error) {
	to := room.KindRefused
	if kind == room.ActionApprove {
		to = room.KindComment
	}
	var out []Decision
	var open []room.Event // not yet decided
	for _, was := range about {
		err := svc.mayDecide(r, by, was, kind)
		if err != nil {
			out = append(out, Decision{ID: was.Comment.ID, Err: err})
			continue
		}
		open = append(open, was)
	}
	for len(open) > 0 {
		events := make([]room.Event, len(open))
		ids := make([]comment.ID, len(open))
		for i, was := range open {
			ids[i] = was.Comment.ID
			events[i] = room.Event{Kind: to, Comment: comment.Comment{ID: ids[i]}, From: from}
		}
		first := open[0].Comment
		a := by.Entry(kind)
		a.About, a.User, a.Detail = ids[0].String(), first.User, first.Text
		if len(ids) > 1 {
			a.IDs = ids
		}
		events[0].Audit = a
		receipts, err := svc.doAll(ctx, r, by, events)
		if err != nil && !errors.Is(err, room.ErrNotFound) && !errors.Is(err, room.ErrChanged) {
			return out, err
		}
		if err == nil && len(receipts) == len(events) && !receipts[0].Again {
			for i, receipt := range receipts {
				out = append(out, Decision{ID: ids[i], Status: statusOf(receipt.Event.Kind), By: receipt.Event.By, Again: receipt.Again})
			}
			return out, nil
		}
		// Somebody else decided some of them first, and nothing was written.
		left := len(open)
		var some []Decision
		if open, some, err = svc.stillOpen(ctx, r.id, open, from); err != nil {
			return out, err
		}
		if out = append(out, some...); len(open) == left {
			return out, room.ErrBusy // the log contradicts the rows
		}
	}
	return out, nil
}

// stillOpen returns the comments that somebody has not decided since, and the decisions
// about the others.
func (svc *Service) stillOpen(ctx context.Context, roomID string, about []room.Event, from comment.Status) (open []room.Event, decided []Decision, err error) {
	for _, was := range about {
		row, err := svc.history.Comment(ctx, roomID, was.Comment.ID)
		switch {
		case errors.Is(err, room.ErrNotFound):
			decided = append(decided, Decision{ID: was.Comment.ID, Err: room.ErrNotFound})
		case err != nil:
			return nil, nil, fmt.Errorf("look what is decided: %w", err)
		case row.Status != from:
			decided = append(decided, Decision{ID: row.ID, Status: row.Status, By: row.By, Again: true})
		default:
			open = append(open, was)
		}
	}
	return open, decided, nil
}

// mayDecide returns nil when by may make this decision about a comment.
func (svc *Service) mayDecide(r *liveRoom, by room.Actor, was room.Event, kind room.Action) error {
	if kind == room.ActionApprove {
		return svc.bans.checkBanned(r.id, was.Comment.User, was.Entry.Address, svc.instant())
	}
	return svc.mayTouch(by, r.id, was.Comment.User)
}

// decidedLately lists the decisions about a group in the last minute, by the newest events
// in memory.
func (r *liveRoom) decidedLately(group string, now time.Time) (out []Decision) {
	if group == "" {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.ring.Each(func(it *fanout.Item) bool {
		e := &it.Event
		if now.Sub(e.At) >= groupRacing {
			return false
		}
		if e.From == comment.Held && e.Group == group {
			out = append(out, Decision{ID: e.Comment.ID, Status: statusOf(e.Kind), By: e.By, Again: true})
		}
		return true
	})
	return out
}

// undoGroup undoes a decision about several comments: it takes down the approved ones that
// are still shown, and shows the refused ones that are still refused. What somebody has
// changed since stays as it is.
func (svc *Service) undoGroup(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	r, err := svc.room(roomID)
	if err != nil {
		return err
	}
	ids, err := svc.audit.Decided(ctx, a.ID)
	if err != nil {
		return err
	}
	was := comment.Refused
	if a.Kind == room.ActionApprove {
		was = comment.Shown
	}
	var standing []room.Event
	var down []comment.ID
	var denied error
	for _, id := range ids {
		row, err := svc.history.Comment(ctx, roomID, id)
		if errors.Is(err, room.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("undo a decision: %w", err)
		}
		if row.Status != was || row.By != a.By || was == comment.Shown && !row.At.Equal(a.At) {
			continue
		}
		if was == comment.Shown {
			if _, err := svc.removable(ctx, roomID, by, id); err != nil {
				denied = err
				continue
			}
			down = append(down, id)
			continue
		}
		e := room.Event{Comment: row.Comment, Entry: row.Entry}
		if err := svc.mayDecide(r, by, e, room.ActionApprove); err != nil {
			denied = err
			continue
		}
		standing = append(standing, e)
	}
	switch {
	case len(down) > 0:
		return svc.takeDown(ctx, roomID, by, down, fmt.Sprintf("%d comments", len(down)))
	case len(standing) > 0:
		out, err := svc.decideAll(ctx, r, by, standing, room.ActionApprove, comment.Refused)
		if err == nil && !slices.ContainsFunc(out, func(d Decision) bool { return d.Err == nil && !d.Again }) {
			return room.ErrChanged // somebody else was faster
		}
		return err
	case denied != nil:
		return denied
	}
	return room.ErrChanged
}
