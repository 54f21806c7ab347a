package live

import (
	"context"
	"fmt"
	"slices"

	"danmaku/comment"
)

// SetRoom changes a room's settings. change gets what holds now; no other
// change of the same room runs meanwhile. Only the owner archives, and brings
// back. Errors: ErrInvalid with a sentence for each setting that is out of
// bounds, ErrNotAllowed, ErrBusy, and those of change.
func (h *Hall) SetRoom(ctx context.Context, roomID string, by Actor, change func(comment.Room) (comment.Room, error)) (comment.Room, error) {
	return h.setRoom(ctx, roomID, by, comment.ActSettings, change)
}

func (h *Hall) setRoom(ctx context.Context, roomID string, by Actor, kind comment.ActKind, change func(comment.Room) (comment.Room, error)) (comment.Room, error) {
	r, err := h.acting(roomID, by)
	if err != nil {
		return comment.Room{}, err
	}
	r.editing.Lock()
	defer r.editing.Unlock()
	before := r.settings()
	after, err := change(before)
	if err != nil {
		return comment.Room{}, err
	}
	after = after.Tidy()
	after.ID = before.ID
	if err := after.Validate(); err != nil {
		return comment.Room{}, comment.Explain(comment.ErrInvalid, "%v", err)
	}
	names := before.Changes(after)
	if len(names) == 0 {
		return before, nil
	}
	if slices.Contains(names, "archived") && by.Role != comment.Owner {
		return comment.Room{}, comment.ErrNotAllowed
	}
	hidden := after.Secret && !before.Secret
	if hidden {
		if err := h.wayIn(ctx, roomID, by); err != nil {
			return comment.Room{}, err
		}
	}
	a := by.act(kind)
	a.Changed, a.Before, a.After = names, &before, &after
	if _, err := h.do(ctx, r, by, comment.Event{Kind: comment.KindRoom, Setup: &after, Changed: names, Act: a}); err != nil {
		return comment.Room{}, err
	}
	if hidden {
		h.outlet.Evict(func(s Seat) error {
			if s.Room == roomID && s.View == ViewAudience && s.Link == 0 {
				return comment.ErrNotAllowed
			}
			return nil
		})
	}
	if after.Archived {
		h.outlet.Evict(func(s Seat) error {
			if s.Room == roomID {
				return comment.ErrRoomClosed
			}
			return nil
		})
	}
	if after.State == comment.Closed && before.State != comment.Closed {
		return after, h.endShow(ctx, r, by)
	}
	return after, nil
}

// wayIn makes the audience link of a room that is to be secret, when it has none:
// before it is, so that there is always a way in.
func (h *Hall) wayIn(ctx context.Context, roomID string, by Actor) error {
	if _, err := h.ScreenKey(roomID, comment.Audience); err == nil {
		return nil
	}
	if _, _, err := h.registrar(by).New(ctx, roomID, comment.Audience, roomID); err != nil {
		return err
	}
	return h.loadLinks(ctx)
}

// LockDown pauses a room, refuses links, holds newcomers, slows everybody down
// and empties the screens, as one act.
func (h *Hall) LockDown(ctx context.Context, roomID string, by Actor) (comment.Room, error) {
	was, err := h.Room(roomID)
	if err != nil {
		return comment.Room{}, err
	}
	now, err := h.setRoom(ctx, roomID, by, comment.ActLockdown, func(r comment.Room) (comment.Room, error) { return r.LockedDown(), nil })
	if err != nil || was.Lock != nil {
		return now, err
	}
	r, err := h.room(roomID)
	if err != nil {
		return now, err
	}
	_, err = h.do(ctx, r, by, comment.Event{Kind: comment.KindClear})
	return now, err
}

// Unlock ends a lock-down and puts the settings back as they were.
func (h *Hall) Unlock(ctx context.Context, roomID string, by Actor) (comment.Room, error) {
	return h.setRoom(ctx, roomID, by, comment.ActUnlock, func(r comment.Room) (comment.Room, error) { return r.Unlocked(), nil })
}

// Archive closes a room and takes it off every list. Its log and history stay.
func (h *Hall) Archive(ctx context.Context, roomID string, by Actor) error {
	_, err := h.setRoom(ctx, roomID, by, comment.ActArchive, func(r comment.Room) (comment.Room, error) {
		if r.Archived && by.undoes != 0 {
			return r, comment.ErrChanged
		}
		r.State, r.Archived = comment.Closed, true
		return r, nil
	})
	return err
}

// NewRoom makes a room with its overlay link. Errors: ErrNotAllowed for anybody
// but the owner, ErrTaken, ErrInvalid, ErrBusy.
func (h *Hall) NewRoom(ctx context.Context, by Actor, setup comment.Room) (comment.Room, error) {
	if by.Role != comment.Owner {
		return comment.Room{}, comment.ErrNotAllowed
	}
	setup = setup.Tidy()
	if err := setup.Validate(); err != nil {
		return comment.Room{}, comment.Explain(comment.ErrInvalid, "%v", err)
	}
	a := by.noted(comment.ActRoom, h.now())
	a.About, a.Detail = setup.ID, setup.Title
	rec, err := h.stored.AddRoom(ctx, setup, a)
	if err != nil {
		return comment.Room{}, fmt.Errorf("make a room: %w", err)
	}
	if err := h.addRoom(ctx, rec); err != nil {
		return comment.Room{}, err
	}
	if _, _, err := h.registrar(Actor{}).New(ctx, rec.ID, comment.Overlay, rec.ID); err != nil {
		return comment.Room{}, err
	}
	if rec.Secret {
		if err := h.wayIn(ctx, rec.ID, Actor{}); err != nil {
			return comment.Room{}, err
		}
	}
	return rec.Room, h.loadLinks(ctx)
}
