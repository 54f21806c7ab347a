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
	"danmaku/room"
)

// CanUndo reports whether by can undo an action. Comments that were taken down stay down,
// unless a platform took them down, and cleared screens stay empty.
func CanUndo(a room.AuditEntry, by room.Actor) bool {
	if a.Undone != 0 {
		return false
	}
	changed := a.Before != nil && a.After != nil
	switch a.Kind {
	case room.ActionApprove:
		return by.Can(room.TakeDown, a.Room)
	case room.ActionRemove, room.ActionRemoveUser:
		return a.Role == room.Platform && by.Can(room.Decide, a.Room)
	case room.ActionRefuse:
		return by.Can(room.Decide, a.Room)
	case room.ActionPin, room.ActionUnpin:
		return by.Can(room.PinComment, a.Room)
	case room.ActionItem, room.ActionItemSet, room.ActionItemOrder, room.ActionItemQueue, room.ActionItemStart, room.ActionItemStop, room.ActionItemRedraw,
		room.ActionItemGone, room.ActionItemBack,
		room.ActionAnswered, room.ActionReopened, room.ActionHidden, room.ActionUnhidden, room.ActionMerged, room.ActionSplit:
		return a.Kept && by.Can(room.RunShow, a.Room)
	case room.ActionMute, room.ActionBan, room.ActionUnban:
		return by.Can(room.BanAuthor, a.Room)
	case room.ActionNote, room.ActionWarn, room.ActionNoteGone, room.ActionNoteBack:
		return by.Can(room.NotePerson, a.Room)
	case room.ActionLockdown, room.ActionUnlock:
		return a.After != nil && by.Can(room.LockDown, a.Room)
	case room.ActionSettings:
		return changed && by.Can(room.ChangeSettings, a.Room) &&
			(by.Can(room.ManageRooms, a.Room) || !slices.Contains(a.Changed, "archived"))
	case room.ActionArchive:
		return changed && by.Can(room.ManageRooms, a.Room)
	case room.ActionRules:
		if a.Room == "" {
			return a.Kept && by.Can(room.EditSharedRules, "")
		}
		return a.Kept && by.Can(room.EditRules, a.Room)
	case room.ActionLink, room.ActionRevoke, room.ActionRestore:
		return by.Can(room.ManageLinks, "")
	case room.ActionRoom:
		return by.Can(room.ManageRooms, "")
	}
	return false
}

// Undo does the opposite of an action, as a new action. It keeps what somebody has changed
// since. Errors: ErrNotFound, ErrExpired for an action that cannot be undone or was undone,
// ErrChanged with the person who changed it since, and those of the opposite.
func (svc *Service) Undo(ctx context.Context, roomID string, by room.Actor, id int64) error {
	acts, _, err := svc.AuditEntries(ctx, by, room.AuditQuery{Room: roomID, ID: id})
	if err != nil {
		return err
	}
	if len(acts) == 0 || id <= 0 {
		return room.ErrNotFound
	}
	a := acts[0]
	switch {
	case CanUndo(a, by):
	case slices.ContainsFunc(room.Roles, func(r room.Role) bool { return CanUndo(a, room.Actor{Role: r}) }):
		return room.ErrNotAllowed
	default:
		return room.Explain(room.ErrExpired, "This cannot be undone, or is undone already.")
	}
	by.Undoes = a.ID
	err = svc.undo(ctx, roomID, by, a)
	switch {
	case errors.Is(err, room.ErrChanged):
		return svc.changedSince(ctx, roomID, by, a)
	case errors.Is(err, room.ErrNotFound): // its target is gone
		return room.Explain(room.ErrExpired, "The target of this action has been deleted permanently.")
	}
	return err
}

func (svc *Service) undo(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	switch a.Kind {
	case room.ActionSettings, room.ActionArchive, room.ActionLockdown, room.ActionUnlock:
		return svc.undoSettings(ctx, roomID, by, a)
	case room.ActionRoom:
		return svc.Archive(ctx, roomID, by)
	case room.ActionRules:
		return svc.undoRules(ctx, by, a)
	case room.ActionRemove, room.ActionRemoveUser:
		return svc.restoreTakenDown(ctx, roomID, by, a)
	case room.ActionNote, room.ActionWarn, room.ActionNoteGone, room.ActionNoteBack:
		return svc.undoNote(ctx, roomID, by, a)
	}
	if strings.HasPrefix(string(a.Kind), string(room.ActionItem)) {
		return svc.undoItem(ctx, roomID, by, a)
	}
	if isQuestionAct(a.Kind) {
		return svc.undoMark(ctx, roomID, by, a)
	}
	if a.Count > 0 && (a.Kind == room.ActionApprove || a.Kind == room.ActionRefuse) {
		return svc.undoGroup(ctx, roomID, by, a)
	}
	if a.Kind == room.ActionApprove || a.Kind == room.ActionRefuse || a.Kind == room.ActionPin || a.Kind == room.ActionUnpin {
		return svc.undoComment(ctx, roomID, by, a)
	}
	about, err := strconv.ParseInt(a.About, 10, 64)
	if err != nil {
		return room.ErrExpired
	}
	switch a.Kind {
	case room.ActionUnban:
		return svc.reban(ctx, roomID, by, about)
	case room.ActionRevoke:
		return svc.RestoreLink(ctx, by, about)
	case room.ActionLink, room.ActionRestore:
		if about == by.Link {
			return room.Explain(room.ErrNotAllowed, "You are signed in with this link.")
		}
		return svc.RevokeLink(ctx, by, about)
	default:
		return svc.Unban(ctx, roomID, by, about)
	}
}

// undoComment undoes a decision about a comment, or its pin.
func (svc *Service) undoComment(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	c, err := comment.ParseID(a.About)
	if err != nil {
		return err
	}
	switch a.Kind {
	case room.ActionApprove:
		return svc.Remove(ctx, roomID, by, c)
	case room.ActionRefuse:
		_, err = svc.Decide(ctx, roomID, by, c, room.ActionApprove, comment.Refused)
		return err
	case room.ActionPin:
		return svc.Unpin(ctx, roomID, by, c)
	default:
		return svc.Pin(ctx, roomID, by, c)
	}
}

// lockedFields are the settings that a lock-down changes and its end restores.
var lockedFields = []string{"state", "links", "newcomers", "slow_ms", "locked"}

// undoSettings restores the settings that have not changed since.
func (svc *Service) undoSettings(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	kind, fields := room.ActionSettings, a.Changed
	switch a.Kind {
	case room.ActionLockdown:
		kind, fields = room.ActionUnlock, lockedFields
	case room.ActionUnlock:
		kind, fields = room.ActionLockdown, []string{"locked"}
	default:
		if err := svc.pictured(ctx, roomID, *a.Before, *a.After); err != nil {
			return err
		}
		if slices.Equal(fields, []string{"emotes"}) {
			return svc.undoEmotes(ctx, roomID, by, a)
		}
	}
	_, err := svc.setRoom(ctx, roomID, by, kind, func(r room.Room) (room.Room, error) {
		if len(r.With(*a.After, fields).Changes(r)) > 0 {
			return r, room.ErrChanged
		}
		switch a.Kind {
		case room.ActionLockdown:
			return r.Unlocked(), nil
		case room.ActionUnlock:
			return r.LockedDown(), nil
		}
		return r.With(*a.Before, fields), nil
	})
	return err
}

// pictured returns ErrExpired when the room's earlier picture is no longer stored.
func (svc *Service) pictured(ctx context.Context, roomID string, before, after room.Room) error {
	was := before.Look.Picture
	if was == "" || was == after.Look.Picture {
		return nil
	}
	hash := strings.TrimSuffix(path.Base(was), ".jpg")
	if _, err := svc.pictures.Picture(ctx, roomID, hash); errors.Is(err, room.ErrNotFound) {
		return room.Explain(room.ErrExpired, "That picture is no longer stored. Choose it again.")
	} else if err != nil {
		return fmt.Errorf("look for a picture: %w", err)
	}
	return nil
}

// undoRules reverts what an action did to a list, and keeps what others changed in it.
func (svc *Service) undoRules(ctx context.Context, by room.Actor, a room.AuditEntry) error {
	edit, err := svc.audit.ListEdit(ctx, a.ID)
	if errors.Is(err, room.ErrNotFound) {
		return room.ErrExpired
	}
	if err != nil {
		return err
	}
	return svc.changeRules(ctx, by, a.Room, a.About, func(was *room.RuleList) (*room.RuleList, error) {
		return takeBack(edit, room.RuleList{Room: a.Room, Name: a.About, Changed: svc.now()}, was)
	})
}

// lookBack is how many pages of audit entries are searched for the person who changed
// something.
const lookBack = 20

// changedSince finds who has changed the target of an action since.
func (svc *Service) changedSince(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	found := &room.ChangedError{}
	q := room.AuditQuery{Room: roomID, Limit: 200}
	for range lookBack {
		acts, more, err := svc.AuditEntries(ctx, by, q)
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

// touches reports whether two actions have the same target.
func touches(a, b room.AuditEntry) bool {
	if set := a.After != nil && a.Before != nil; set || b.After != nil {
		fields := b.Changed
		if b.Kind == room.ActionLockdown {
			fields = lockedFields
		}
		return set && slices.ContainsFunc(a.Changed, func(name string) bool { return slices.Contains(fields, name) })
	}
	links := []room.Action{room.ActionLink, room.ActionRevoke, room.ActionRestore}
	pins := []room.Action{room.ActionPin, room.ActionUnpin}
	both := func(kinds []room.Action) bool {
		return slices.Contains(kinds, a.Kind) && slices.Contains(kinds, b.Kind)
	}
	switch {
	case both(pins): // all pins share one place
		return true
	case a.Kind == room.ActionRules || b.Kind == room.ActionRules:
		return a.Kind == b.Kind && a.Room == b.Room && a.About == b.About
	case slices.Contains(links, a.Kind) || slices.Contains(links, b.Kind):
		return both(links) && a.About == b.About
	case b.Kind == room.ActionUnban: // the person is banned again
		return a.User != "" && a.User == b.User && (a.Kind == room.ActionMute || a.Kind == room.ActionBan)
	case b.Kind == room.ActionMute || b.Kind == room.ActionBan:
		return a.Kind == room.ActionUnban && a.About == b.About
	}
	if b.Kind == room.ActionRemove || b.Kind == room.ActionRemoveUser {
		return a.Kind == room.ActionPutBack
	}
	return a.About == b.About || a.Kind == room.ActionClear || a.Kind == room.ActionRemoveUser && a.User != "" && a.User == b.User
}
