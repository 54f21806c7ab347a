package live

import (
	"context"
	"slices"

	"danmaku/live/access"
	"danmaku/room"
)

func (svc *Service) registrar(by room.Actor) access.Registrar {
	return access.Registrar{Links: svc.links, Rooms: svc.stored, Keys: svc.keys, Now: svc.now, By: by}
}

// LinkList returns every link, oldest first, including revoked ones. Only the owner may
// call it.
func (svc *Service) LinkList(by room.Actor) ([]room.AccessLink, error) {
	if err := svc.May("", by, room.ManageLinks); err != nil {
		return nil, err
	}
	return svc.access.List(), nil
}

// KeyOf returns the key of an overlay's or audience's link to show it again. It returns an
// empty key for other roles, whose keys are not stored.
func (svc *Service) KeyOf(l room.AccessLink) string {
	return svc.keys.Shown(l)
}

// NewLink makes a link and returns its key. Errors: ErrNotAllowed for anybody but the
// owner, ErrInvalid, ErrNotFound for an unknown room, ErrBusy.
func (svc *Service) NewLink(ctx context.Context, by room.Actor, roomID string, role room.Role, label string) (room.AccessLink, string, error) {
	if err := svc.May("", by, room.ManageLinks); err != nil {
		return room.AccessLink{}, "", err
	}
	if !slices.Contains(room.LinkRoles, role) {
		return room.AccessLink{}, "", room.Explain(room.ErrInvalid, "role %q: %s", role, room.RoleNames())
	}
	l, key, err := svc.registrar(by).New(ctx, roomID, role, label)
	if err != nil {
		return room.AccessLink{}, "", err
	}
	svc.access.Add(l)
	return l, key, nil
}

// RevokeLink revokes a link: its sockets close at once. The last owner's link cannot be
// revoked, since without it no owner could get in. Errors: ErrNotAllowed, ErrNotFound,
// ErrChanged, ErrBusy.
func (svc *Service) RevokeLink(ctx context.Context, by room.Actor, id int64) error {
	links, err := svc.LinkList(by)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(links, func(l room.AccessLink) bool { return l.ID == id })
	switch {
	case i < 0:
		return room.ErrNotFound
	case !links[i].Revoked.IsZero() && by.Undoes != 0:
		return room.ErrChanged
	case !links[i].Revoked.IsZero():
		return nil
	}
	if err := svc.registrar(by).Revoke(ctx, id); err != nil {
		return err
	}
	return svc.loadLinks(ctx)
}

// RestoreLink makes a revoked link valid again: its key, and the sessions that were opened
// with it. Errors: ErrNotAllowed for anybody but the owner, ErrNotFound, ErrChanged for a
// valid link, ErrBusy.
func (svc *Service) RestoreLink(ctx context.Context, by room.Actor, id int64) error {
	if err := svc.May("", by, room.ManageLinks); err != nil {
		return err
	}
	if err := svc.registrar(by).Restore(ctx, id); err != nil {
		return err
	}
	return svc.loadLinks(ctx)
}

// Open finds the link of a key in memory and records its use. Errors: ErrExpired for a
// revoked link, ErrNotFound for an unknown key.
func (svc *Service) Open(key string) (room.AccessLink, error) { return svc.access.Open(key) }

// LinkByID finds a valid link, for a session that names it. Errors are those of
// [Service.Open].
func (svc *Service) LinkByID(id int64) (room.AccessLink, error) { return svc.access.ByID(id) }

// NewCode makes a one-time code for an owner's session.
func (svc *Service) NewCode() string { return svc.access.NewCode() }

// TradeCode returns the owner link for a one-time code; see [access.Table.TradeCode].
func (svc *Service) TradeCode(ctx context.Context, code string) (room.AccessLink, error) {
	return svc.access.TradeCode(ctx, code)
}

// ScreenKey returns the key of a room's overlay or audience link to show it again.
// Errors: ErrNotFound when there is no such link.
func (svc *Service) ScreenKey(roomID string, role room.Role) (string, error) {
	return svc.access.ScreenKey(roomID, role)
}

// Stays returns why a client must disconnect, nil when it may stay: its link was revoked,
// or its room became secret or archived. Call it once the socket is registered, since a
// change between the check of the key and that moment could not evict it.
func (svc *Service) Stays(s Client) error {
	if r, err := svc.room(s.Room); err == nil {
		if err := mayStay(r.settings(), s); err != nil {
			return err
		}
	}
	if s.Link == 0 {
		return nil
	}
	_, err := svc.LinkByID(s.Link)
	return err
}

// mayStay returns why the settings of a room exclude a client, nil when they do not.
func mayStay(setup room.Room, s Client) error {
	switch {
	case setup.Archived:
		return room.ErrRoomClosed
	case setup.Secret && s.View == room.ViewAudience && s.Link == 0:
		return room.ErrNotAllowed
	}
	return nil
}
