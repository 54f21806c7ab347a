package live

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"danmaku/comment"
)

// CanUndo tells whether somebody can undo an act. What was taken down stays
// down, and cleared screens stay empty.
func CanUndo(a comment.Act, by Actor) bool {
	if a.Undone != 0 {
		return false
	}
	owner := by.Role == comment.Owner
	switch a.Kind {
	case comment.ActApprove, comment.ActRefuse, comment.ActPin, comment.ActUnpin,
		comment.ActMute, comment.ActBan, comment.ActUnban:
		return true
	case comment.ActLockdown, comment.ActUnlock:
		return a.After != nil
	case comment.ActSettings:
		return a.Before != nil && a.After != nil && (owner || !slices.Contains(a.Changed, "archived"))
	case comment.ActArchive:
		return a.Before != nil && a.After != nil && owner
	case comment.ActRules:
		return a.Kept && (owner || a.Room != "")
	case comment.ActLink, comment.ActRevoke, comment.ActRestore, comment.ActRoom:
		return owner
	}
	return false
}

// Undo does the opposite of an act, as an act of its own. What somebody has
// changed since is left as it is. Errors: ErrNotFound, ErrExpired for an act
// that cannot be undone or was, ErrChanged with who changed it since, and those
// of the opposite.
func (h *Hall) Undo(ctx context.Context, roomID string, by Actor, id int64) error {
	acts, _, err := h.Acts(ctx, by, comment.ActQuery{Room: roomID, ID: id})
	if err != nil {
		return err
	}
	if len(acts) == 0 || id <= 0 {
		return comment.ErrNotFound
	}
	a := acts[0]
	switch {
	case CanUndo(a, by):
	case CanUndo(a, Actor{Role: comment.Owner}):
		return comment.ErrNotAllowed
	default:
		return comment.Explain(comment.ErrExpired, "This cannot be undone, or it was.")
	}
	by.undoes = a.ID
	if err = h.undo(ctx, roomID, by, a); errors.Is(err, comment.ErrChanged) {
		return h.changedSince(ctx, roomID, by, a)
	}
	return err
}

func (h *Hall) undo(ctx context.Context, roomID string, by Actor, a comment.Act) error {
	switch a.Kind {
	case comment.ActSettings, comment.ActArchive, comment.ActLockdown, comment.ActUnlock:
		return h.undoSettings(ctx, roomID, by, a)
	case comment.ActRoom:
		return h.Archive(ctx, roomID, by)
	case comment.ActRules:
		return h.undoRules(ctx, by, a)
	}
	if a.Kind == comment.ActApprove || a.Kind == comment.ActRefuse || a.Kind == comment.ActPin || a.Kind == comment.ActUnpin {
		return h.undoComment(ctx, roomID, by, a)
	}
	about, err := strconv.ParseInt(a.About, 10, 64)
	if err != nil {
		return comment.ErrExpired
	}
	switch a.Kind {
	case comment.ActUnban:
		return h.reban(ctx, roomID, by, about)
	case comment.ActRevoke:
		return h.RestoreLink(ctx, by, about)
	case comment.ActLink, comment.ActRestore:
		if about == by.Link {
			return comment.Explain(comment.ErrNotAllowed, "You are here by this link.")
		}
		return h.RevokeLink(ctx, by, about)
	default:
		return h.Unban(ctx, roomID, by, about)
	}
}

// undoComment undoes a decision about a comment, or its pin.
func (h *Hall) undoComment(ctx context.Context, roomID string, by Actor, a comment.Act) error {
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

// lockedFields are what a lock-down sets, and what its end puts back.
var lockedFields = []string{"state", "links", "newcomers", "slow_ms", "locked"}

// undoSettings puts settings back that nobody has changed since.
func (h *Hall) undoSettings(ctx context.Context, roomID string, by Actor, a comment.Act) error {
	kind, fields := comment.ActSettings, a.Changed
	switch a.Kind {
	case comment.ActLockdown:
		kind, fields = comment.ActUnlock, lockedFields
	case comment.ActUnlock:
		kind, fields = comment.ActLockdown, []string{"locked"}
	default:
		if err := h.pictured(ctx, roomID, *a.Before, *a.After); err != nil {
			return err
		}
	}
	_, err := h.setRoom(ctx, roomID, by, kind, func(r comment.Room) (comment.Room, error) {
		if len(r.With(*a.After, fields).Changes(r)) > 0 {
			return r, comment.ErrChanged
		}
		switch a.Kind {
		case comment.ActLockdown:
			return r.Unlocked(), nil
		case comment.ActUnlock:
			return r.LockedDown(), nil
		}
		return r.With(*a.Before, fields), nil
	})
	return err
}

// pictured is ErrExpired where the picture of a room as it was is not kept any
// more.
func (h *Hall) pictured(ctx context.Context, roomID string, before, after comment.Room) error {
	was := before.Look.Picture
	if was == "" || was == after.Look.Picture {
		return nil
	}
	hash := strings.TrimSuffix(path.Base(was), ".jpg")
	if _, err := h.pictures.Picture(ctx, roomID, hash); errors.Is(err, comment.ErrNotFound) {
		return comment.Explain(comment.ErrExpired, "That picture is not kept any more. Choose it again.")
	} else if err != nil {
		return fmt.Errorf("look for a picture: %w", err)
	}
	return nil
}

// undoRules takes back what an act did to a list, and leaves in place what
// others changed in it.
func (h *Hall) undoRules(ctx context.Context, by Actor, a comment.Act) error {
	edit, err := h.audit.ListEdit(ctx, a.ID)
	if errors.Is(err, comment.ErrNotFound) {
		return comment.ErrExpired
	}
	if err != nil {
		return err
	}
	return h.changeRules(ctx, by, a.Room, a.About, func(was *RuleList) (*RuleList, error) {
		return takeBack(edit, RuleList{Room: a.Room, Name: a.About, Changed: h.now()}, was)
	})
}

// lookBack is how many pages of acts are searched for who changed something.
const lookBack = 20

// changedSince finds who changed what an act is about since then.
func (h *Hall) changedSince(ctx context.Context, roomID string, by Actor, a comment.Act) error {
	found := &comment.ChangedError{}
	q := comment.ActQuery{Room: roomID, Limit: 200}
	for range lookBack {
		acts, more, err := h.Acts(ctx, by, q)
		if err != nil {
			return err
		}
		for _, later := range acts {
			if later.ID <= a.ID {
				return found
			}
			if touches(later, a) {
				found.By, found.At = later.By, later.At
				return found
			}
			q.Before = later.ID
		}
		if !more {
			break
		}
	}
	return found
}

// touches tells whether two acts are about the same.
func touches(a, b comment.Act) bool {
	if set := a.After != nil && a.Before != nil; set || b.After != nil {
		fields := b.Changed
		if b.Kind == comment.ActLockdown {
			fields = lockedFields
		}
		return set && slices.ContainsFunc(a.Changed, func(name string) bool { return slices.Contains(fields, name) })
	}
	links := []comment.ActKind{comment.ActLink, comment.ActRevoke, comment.ActRestore}
	pins := []comment.ActKind{comment.ActPin, comment.ActUnpin}
	both := func(kinds []comment.ActKind) bool {
		return slices.Contains(kinds, a.Kind) && slices.Contains(kinds, b.Kind)
	}
	switch {
	case both(pins): // one place for all
		return true
	case a.Kind == comment.ActRules || b.Kind == comment.ActRules:
		return a.Kind == b.Kind && a.Room == b.Room && a.About == b.About
	case slices.Contains(links, a.Kind) || slices.Contains(links, b.Kind):
		return both(links) && a.About == b.About
	case b.Kind == comment.ActUnban: // somebody is banned again
		return a.User == b.User && (a.Kind == comment.ActMute || a.Kind == comment.ActBan)
	case b.Kind == comment.ActMute || b.Kind == comment.ActBan:
		return a.Kind == comment.ActUnban && a.About == b.About
	}
	return a.About == b.About || a.Kind == comment.ActClear || a.Kind == comment.ActRemoveUser && a.User == b.User
}
