package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

const (
	firstLabel = "first start" // of the overlay links made by FirstStart
	hostLabel  = "host"        // of the owner link, which acts under that name
)

// Links stores links. Links are never deleted: a revoked one explains the log. The audit
// entry, if any, is written in the same transaction, and is about the link.
type Links interface {
	Links(ctx context.Context) ([]room.AccessLink, error)
	// LinkID draws the ID for a new link, for links whose key is derived from it.
	LinkID(ctx context.Context) (int64, error)
	// AddLink stores l, under the ID that was drawn for it or, when that is 0, a new one.
	AddLink(ctx context.Context, l room.AccessLink, a *room.AuditEntry) (room.AccessLink, error)
	// RevokeLink revokes a link. A revoked link stays as it is, and no audit entry is
	// written. Errors: ErrNotFound, ErrNotAllowed for the last owner's link, ErrBusy.
	RevokeLink(ctx context.Context, id int64, at time.Time, a *room.AuditEntry) error
	// RestoreLink makes a revoked link valid again. Errors: ErrNotFound, ErrChanged for a
	// valid link, ErrBusy.
	RestoreLink(ctx context.Context, id int64, a *room.AuditEntry) error
	TouchLink(ctx context.Context, id int64, at time.Time) error
}

// Rooms stores rooms.
type Rooms interface {
	Rooms(ctx context.Context) ([]room.Record, error)
	AddRoom(ctx context.Context, r room.Room, a *room.AuditEntry, links ...room.AccessLink) (room.Record, error)
}

// Registrar makes and revokes links. A command also uses it, while no server has the data
// folder.
type Registrar struct {
	Links Links
	Rooms Rooms
	Keys  Keys
	Now   func() time.Time
	By    room.Actor // the actor; without a role nothing is written to the audit
}

// New makes a link and returns its key, which for owners, moderators and senders is shown
// only once. An owner's link has no room, and the label is one line without invisible
// characters, see [comment.Label].
func (r Registrar) New(ctx context.Context, roomID string, role room.Role, label string) (room.AccessLink, string, error) {
	if !slices.Contains(room.LinkRoles, role) {
		return room.AccessLink{}, "", fmt.Errorf("role %q: use %s", role, room.RoleNames())
	}
	if label = comment.Label(label); comment.Graphemes(label) > room.MaxTitleLen {
		return room.AccessLink{}, "", room.Explain(room.ErrInvalid, "label: at most %d characters", room.MaxTitleLen)
	}
	if role.AllRooms() {
		roomID = ""
	} else if err := r.known(ctx, roomID); err != nil {
		return room.AccessLink{}, "", err
	}
	key := randomKey()
	a := r.By.EntryAt(room.ActionLink, r.Now())
	if a != nil {
		a.Detail = string(role) + " " + label
	}
	l := room.AccessLink{Room: roomID, Role: role, Label: label, Made: r.Now(), Hash: hashKey(key)}
	var err error
	if role.KeyShown() {
		if l, key, err = r.Screen(ctx, roomID, role, label); err != nil {
			return room.AccessLink{}, "", err
		}
	}
	if l, err = r.Links.AddLink(ctx, l, a); err != nil {
		return room.AccessLink{}, "", fmt.Errorf("make a link: %w", err)
	}
	return l, key, nil
}

// Screen prepares a link whose key can be shown again, and returns the key, which is
// derived from the link's ID.
func (r Registrar) Screen(ctx context.Context, roomID string, role room.Role, label string) (room.AccessLink, string, error) {
	id, err := r.Links.LinkID(ctx)
	if err != nil {
		return room.AccessLink{}, "", fmt.Errorf("make a link: %w", err)
	}
	key := r.Keys.screenKey(id)
	return room.AccessLink{ID: id, Room: roomID, Role: role, Label: label, Made: r.Now(), Hash: hashKey(key)}, key, nil
}

// Button makes a link that does one action in a room, and returns it with its key. Errors
// are those of [Registrar.New].
func (r Registrar) Button(ctx context.Context, roomID string, p room.Press, label string) (room.AccessLink, string, error) {
	if label = comment.Label(label); comment.Graphemes(label) > room.MaxTitleLen {
		return room.AccessLink{}, "", room.Explain(room.ErrInvalid, "label: at most %d characters", room.MaxTitleLen)
	}
	l, key, err := r.Screen(ctx, roomID, room.Button, label)
	if err != nil {
		return room.AccessLink{}, "", err
	}
	l.Press = p
	if l, err = r.Links.AddLink(ctx, l, r.about(l, room.ActionLink)); err != nil {
		return room.AccessLink{}, "", fmt.Errorf("make a button: %w", err)
	}
	return l, key, nil
}

// Revoke revokes a link. Errors: ErrNotFound, ErrNotAllowed for the last owner's link,
// ErrBusy.
func (r Registrar) Revoke(ctx context.Context, id int64) error {
	l, err := r.link(ctx, id)
	if err != nil {
		return err
	}
	return r.Links.RevokeLink(ctx, id, r.Now(), r.about(l, room.ActionRevoke))
}

// Restore makes a revoked link valid again. Errors: ErrNotFound, ErrChanged for a valid
// link, ErrBusy.
func (r Registrar) Restore(ctx context.Context, id int64) error {
	l, err := r.link(ctx, id)
	if err != nil {
		return err
	}
	return r.Links.RestoreLink(ctx, id, r.about(l, room.ActionRestore))
}

// link returns the link with an ID.
func (r Registrar) link(ctx context.Context, id int64) (room.AccessLink, error) {
	links, err := r.Links.Links(ctx)
	if err != nil {
		return room.AccessLink{}, fmt.Errorf("read links: %w", err)
	}
	i := slices.IndexFunc(links, func(l room.AccessLink) bool { return l.ID == id })
	if i < 0 {
		return room.AccessLink{}, room.ErrNotFound
	}
	return links[i], nil
}

// about starts an audit entry about a link.
func (r Registrar) about(l room.AccessLink, kind room.Action) *room.AuditEntry {
	a := r.By.EntryAt(kind, r.Now())
	if a != nil {
		a.Detail = string(l.Role) + " " + l.Label
	}
	return a
}

// ScreenKey returns the key of a room's first valid overlay or audience link, or
// ErrNotFound, as [Table.ScreenKey] does.
func (r Registrar) ScreenKey(ctx context.Context, roomID string, role room.Role) (string, error) {
	links, err := r.Links.Links(ctx)
	if err != nil {
		return "", fmt.Errorf("read links: %w", err)
	}
	for _, l := range links {
		if l.Role == role && l.Room == roomID && l.Revoked.IsZero() && role.KeyShown() {
			return r.Keys.screenKey(l.ID), nil
		}
	}
	return "", room.ErrNotFound
}

func (r Registrar) known(ctx context.Context, roomID string) error {
	rooms, err := r.Rooms.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("read rooms: %w", err)
	}
	if !slices.ContainsFunc(rooms, func(rec room.Record) bool { return rec.ID == roomID }) {
		return fmt.Errorf("room %q: %w", roomID, room.ErrNotFound)
	}
	return nil
}

// FirstStart makes what a data folder lacks: a first room if it has none, an owner link,
// and an overlay link for each room.
func (r Registrar) FirstStart(ctx context.Context, first string) error {
	rooms, err := r.Rooms.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("read rooms: %w", err)
	}
	if len(rooms) == 0 {
		rec, err := r.Rooms.AddRoom(ctx, room.New(first), nil)
		if err != nil {
			return fmt.Errorf("make room %s: %w", first, err)
		}
		rooms = append(rooms, rec)
	}
	links, err := r.Links.Links(ctx)
	if err != nil {
		return fmt.Errorf("read links: %w", err)
	}
	has := func(roomID string, role room.Role) bool {
		return slices.ContainsFunc(links, func(l room.AccessLink) bool { return l.Role == role && l.Room == roomID && l.Revoked.IsZero() })
	}
	if !has("", room.Owner) {
		if _, _, err := r.New(ctx, "", room.Owner, hostLabel); err != nil {
			return err
		}
	}
	for _, rec := range rooms {
		if has(rec.ID, room.Overlay) {
			continue
		}
		if _, _, err := r.New(ctx, rec.ID, room.Overlay, firstLabel); err != nil {
			return err
		}
	}
	return nil
}
