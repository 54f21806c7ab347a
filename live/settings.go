package live

import (
	"context"
	"fmt"
	"slices"

	"danmaku/room"
)

// SetRoom changes a room's settings and returns the room afterwards. Only the owner
// archives and restores. Errors: ErrInvalid with a sentence for each setting that is
// unknown, of the wrong type or out of bounds, ErrNotAllowed, ErrBusy.
func (svc *Service) SetRoom(ctx context.Context, roomID string, by room.Actor, p room.Patch) (room.Room, error) {
	return svc.setRoom(ctx, roomID, by, room.ActionSettings, p.Apply)
}

// setRoom changes settings as an action of a kind. change receives the current settings; no
// other change of the same room runs meanwhile. The events in with are part of the action,
// and so is the end of the bans that last for the show when it closes the room: all of it
// happens, or nothing.
func (svc *Service) setRoom(ctx context.Context, roomID string, by room.Actor, kind room.Action, change func(room.Room) (room.Room, error), with ...room.Event) (room.Room, error) {
	r, err := svc.may(roomID, by, permissionFor(kind))
	if err != nil {
		return room.Room{}, err
	}
	r.editing.Lock()
	defer r.editing.Unlock()
	before := r.settings()
	after, err := change(before)
	if err != nil {
		return room.Room{}, err
	}
	after = after.Tidy()
	after.ID = before.ID
	if err := after.Validate(); err != nil {
		return room.Room{}, room.Explain(room.ErrInvalid, "%v", err)
	}
	names := before.Changes(after)
	if len(names) == 0 {
		return before, nil
	}
	if slices.Contains(names, "archived") && !by.Can(room.ManageRooms, roomID) {
		return room.Room{}, room.ErrNotAllowed
	}
	if after.Look.Picture != before.Look.Picture {
		if err := svc.ownPicture(ctx, after); err != nil {
			return room.Room{}, err
		}
	}
	hidden := after.Secret && !before.Secret
	if hidden {
		if err := svc.entryURL(ctx, roomID, by); err != nil {
			return room.Room{}, err
		}
	}
	a := by.Entry(kind)
	a.Changed, a.Before, a.After = names, &before, &after
	events := append([]room.Event{{Kind: room.KindRoom, Setup: &after, Changed: names, Audit: a}}, with...)
	if after.State == room.Closed && before.State != room.Closed {
		events = append(events, svc.endShow(r, by)...)
	}
	if _, err := svc.doAll(ctx, r, by, events); err != nil {
		return room.Room{}, err
	}
	return after, nil
}

// permissionFor returns the permission for a change of settings.
func permissionFor(kind room.Action) room.Permission {
	switch kind {
	case room.ActionLockdown, room.ActionUnlock:
		return room.LockDown
	case room.ActionArchive:
		return room.ManageRooms
	}
	return room.ChangeSettings
}

// entryURL makes the audience link of a room that is about to become secret, when it has
// none: it does so first, so that there is always a way in.
func (svc *Service) entryURL(ctx context.Context, roomID string, by room.Actor) error {
	if _, err := svc.ScreenKey(roomID, room.Audience); err == nil {
		return nil
	}
	if _, _, err := svc.registrar(by).New(ctx, roomID, room.Audience, roomID); err != nil {
		return err
	}
	return svc.loadLinks(ctx)
}

// LockDown pauses a room, refuses links, holds newcomers, slows everybody down and empties
// the screens, as one action.
func (svc *Service) LockDown(ctx context.Context, roomID string, by room.Actor) (room.Room, error) {
	return svc.setRoom(ctx, roomID, by, room.ActionLockdown,
		func(r room.Room) (room.Room, error) { return r.LockedDown(), nil }, room.Event{Kind: room.KindClear})
}

// Unlock ends a lock-down and restores the earlier settings.
func (svc *Service) Unlock(ctx context.Context, roomID string, by room.Actor) (room.Room, error) {
	return svc.setRoom(ctx, roomID, by, room.ActionUnlock, func(r room.Room) (room.Room, error) { return r.Unlocked(), nil })
}

// Archive closes a room and removes it from every list. Its log and history stay.
func (svc *Service) Archive(ctx context.Context, roomID string, by room.Actor) error {
	_, err := svc.setRoom(ctx, roomID, by, room.ActionArchive, func(r room.Room) (room.Room, error) {
		if r.Archived && by.Undoes != 0 {
			return r, room.ErrChanged
		}
		r.State, r.Archived = room.Closed, true
		return r, nil
	})
	return err
}

// NewRoom makes a room with its overlay link. Errors: ErrNotAllowed for anybody
// but the owner, ErrTaken, ErrInvalid, ErrBusy.
func (svc *Service) NewRoom(ctx context.Context, by room.Actor, setup room.Room) (room.Room, error) {
	if err := svc.May("", by, room.ManageRooms); err != nil {
		return room.Room{}, err
	}
	setup = setup.Tidy()
	if err := setup.Validate(); err != nil {
		return room.Room{}, room.Explain(room.ErrInvalid, "%v", err)
	}
	if err := svc.ownPicture(ctx, setup); err != nil {
		return room.Room{}, err
	}
	a := by.EntryAt(room.ActionRoom, svc.now())
	a.About, a.Detail = setup.ID, setup.Title
	// The links are part of it: a room without them would be useless.
	roles := []room.Role{room.Overlay}
	if setup.Secret {
		roles = append(roles, room.Audience)
	}
	var links []room.AccessLink
	for _, role := range roles {
		l, _, err := svc.registrar(by).Screen(ctx, setup.ID, role, setup.ID)
		if err != nil {
			return room.Room{}, err
		}
		links = append(links, l)
	}
	rec, err := svc.stored.AddRoom(ctx, setup, a, links...)
	if err != nil {
		return room.Room{}, fmt.Errorf("make a room: %w", err)
	}
	if err := svc.addRoom(ctx, rec); err != nil {
		return room.Room{}, err
	}
	svc.access.Add(links...)
	return rec.Room, nil
}
