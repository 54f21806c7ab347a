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

// LinkList returns every link, oldest first, those taken back too. It is for the
// owner alone.
func (svc *Service) LinkList(by room.Actor) ([]room.AccessLink, error) {
	if err := svc.May("", by, room.ManageLinks); err != nil {
		return nil, err
	}
	return svc.access.List(), nil
}

// KeyOf returns the key of an overlay's or audience's link to show it again;
// those of the other roles are not known any more, and empty.
func (svc *Service) KeyOf(l room.AccessLink) string {
	return svc.keys.Shown(l)
}

// NewLink makes a link and gives its key. Errors: ErrNotAllowed for anybody but
// the owner, ErrInvalid, ErrNotFound for an unknown room, ErrBusy.
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

// RevokeLink takes a link back: its sockets close at once. The last owner's
// link stays, since without it no owner could get in. Errors: ErrNotAllowed,
// ErrNotFound, ErrChanged, ErrBusy.
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

// RestoreLink makes a revoked link valid again: its key, and the sessions that were
// opened with it. Errors:
// ErrNotAllowed for anybody but the owner, ErrNotFound, ErrChanged for one that
// is good, ErrBusy.
func (svc *Service) RestoreLink(ctx context.Context, by room.Actor, id int64) error {
	if err := svc.May("", by, room.ManageLinks); err != nil {
		return err
	}
	if err := svc.registrar(by).Restore(ctx, id); err != nil {
		return err
	}
	return svc.loadLinks(ctx)
}

// Open finds the link of a key in memory and notes its use. Errors: ErrExpired for a
// revoked one, ErrNotFound for no link at all.
func (svc *Service) Open(key string) (room.AccessLink, error) { return svc.access.Open(key) }

// LinkByID finds a link that is still good, for a session that names it. Errors as of
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

// Stays returns why a client may not stay, nil when it may: its link was revoked,
// or its room became secret or archived. It is asked once the socket is
// registered, since what changed between the look at the key and that moment
// could not evict it.
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

// mayStay returns why the settings of a room keep a client out, nil when they do
// not.
func mayStay(setup room.Room, s Client) error {
	switch {
	case setup.Archived:
		return room.ErrRoomClosed
	case setup.Secret && s.View == room.ViewAudience && s.Link == 0:
		return room.ErrNotAllowed
	}
	return nil
}
