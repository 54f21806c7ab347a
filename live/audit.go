package live

import (
	"context"
	"strconv"

	"danmaku/comment"
)

// Acts lists what was done to a room, newest first; for the owner also what was
// done to all rooms.
func (h *Hall) Acts(ctx context.Context, by Actor, q comment.ActQuery) ([]comment.Act, bool, error) {
	if _, err := h.acting(q.Room, by); err != nil {
		return nil, false, err
	}
	q.Global = by.Role == comment.Owner
	return h.audit.Acts(ctx, q)
}

// CanUndo tells whether an act can be undone. What was taken down stays down.
func CanUndo(a comment.Act) bool {
	if a.Undone != 0 {
		return false
	}
	switch a.Kind {
	case comment.ActApprove, comment.ActRefuse, comment.ActPin, comment.ActUnpin, comment.ActSettings,
		comment.ActLockdown, comment.ActUnlock, comment.ActArchive, comment.ActMute, comment.ActBan, comment.ActUnban:
		return true
	}
	return false
}

// Undo does the opposite of an act, as an act of its own. Errors: ErrNotFound,
// ErrExpired for one that cannot be undone or was, and those of the opposite.
func (h *Hall) Undo(ctx context.Context, roomID string, by Actor, id int64) error {
	acts, _, err := h.Acts(ctx, by, comment.ActQuery{Room: roomID, ID: id})
	if err != nil {
		return err
	}
	if len(acts) == 0 || id <= 0 {
		return comment.ErrNotFound
	}
	a := acts[0]
	if !CanUndo(a) {
		return comment.Explain(comment.ErrExpired, "This cannot be undone, or it was.")
	}
	by.undoes = a.ID
	switch a.Kind {
	case comment.ActSettings, comment.ActArchive:
		_, err = h.SetRoom(ctx, roomID, by, func(r comment.Room) (comment.Room, error) {
			if a.Before == nil {
				return r, comment.ErrExpired
			}
			return r.With(*a.Before, a.Changed), nil
		})
		return err
	case comment.ActLockdown:
		_, err = h.Unlock(ctx, roomID, by)
		return err
	case comment.ActUnlock:
		_, err = h.LockDown(ctx, roomID, by)
		return err
	case comment.ActMute, comment.ActBan, comment.ActUnban:
		ban, err := strconv.ParseInt(a.About, 10, 64)
		if err != nil {
			return comment.ErrExpired
		}
		if a.Kind == comment.ActUnban {
			return h.reban(ctx, roomID, by, ban)
		}
		return h.Unban(ctx, roomID, by, ban)
	}
	c, err := comment.ParseID(a.About)
	if err != nil {
		return err
	}
	switch a.Kind {
	case comment.ActApprove:
		return h.Remove(ctx, roomID, by, c)
	case comment.ActRefuse:
		_, err = h.Decide(ctx, roomID, by, c, comment.ActApprove, comment.Refused)
		return err
	case comment.ActPin:
		return h.Unpin(ctx, roomID, by, c)
	default:
		return h.Pin(ctx, roomID, by, c)
	}
}
