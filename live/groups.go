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

// groupAct is how many comments one act of the log decides about: a larger group is
// decided by several acts.
const groupAct = 1000

// groupRacing is for how long somebody who decides a group is told that somebody else
// just did.
const groupRacing = time.Minute

// DecideGroup approves or refuses all comments of a group that wait, oldest first; see
// [Filter.Group]. upTo is the last number in the log that counts, so that no one
// decides about what came after they looked; 0 is none. Each comment has an event of
// its own, and its author the answer; all that one act decides stand together or
// not at all, also when the process is killed.
//
// Of two decisions about a comment the first stands, and what cannot be decided for
// some reason of its own stands in its decision; see [Service.Decide]. Where none
// waits any more, the decisions of the last minute are returned. Errors: ErrNotFound,
// ErrNotAllowed, ErrBusy.
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

// decideAll approves or refuses comments in one act. from is what they are.
func (svc *Service) decideAll(ctx context.Context, r *liveRoom, by room.Actor, about []room.Event, kind room.Action, from comment.Status) ([]Decision, error) {
	to := room.KindRefused
	if kind == room.ActionApprove {
		to = room.KindComment
	}
	var out []Decision
	var open []room.Event // what is still to be decided
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
		// Somebody else was first with some of them, and nothing was written.
		left := len(open)
		var some []Decision
		if open, some, err = svc.stillOpen(ctx, r.id, open, from); err != nil {
			return out, err
		}
		if out = append(out, some...); len(open) == left {
			return out, room.ErrBusy // the log does not say what its rows say
		}
	}
	return out, nil
}

// stillOpen returns what can still be decided from what somebody has decided since.
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

// mayDecide reports whether somebody may decide so about a comment.
func (svc *Service) mayDecide(r *liveRoom, by room.Actor, was room.Event, kind room.Action) error {
	if kind == room.ActionApprove {
		return svc.bans.checkBanned(r.id, was.Comment.User, was.Entry.Address, svc.instant())
	}
	return svc.mayTouch(by, r.id, was.Comment.User)
}

// decidedLately lists what was decided about a group in the last minute, by the
// newest events that memory has.
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

// undoGroup undoes a decision about several comments at once: what was approved by it
// and is shown still is taken down, what was refused by it and stands so is shown.
// What somebody has changed since stays as it is.
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
			return room.ErrChanged // by somebody who was faster
		}
		return err
	case denied != nil:
		return denied
	}
	return room.ErrChanged
}
