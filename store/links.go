package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"danmaku/room"
)

const selectLinks = `SELECT l.id, COALESCE(r.name, ''), l.role, l.label, l.hash, l.made, l.used, l.revoked, l.press
	FROM links l LEFT JOIN rooms r ON r.id = l.room`

func scanLink(scan func(...any) error) (room.AccessLink, error) {
	var l room.AccessLink
	var made, used, revoked int64
	err := scan(&l.ID, &l.Room, &l.Role, &l.Label, &l.Hash, &made, &used, &revoked, &l.Press)
	l.Made, l.LastUsed, l.Revoked = fromMS(made), fromMS(used), fromMS(revoked)
	return l, err
}

// Links implements access.Links: every link, including revoked ones, oldest first.
func (s *Store) Links(ctx context.Context) ([]room.AccessLink, error) {
	links, err := list(ctx, s.read, func(rows *sql.Rows) (room.AccessLink, error) { return scanLink(rows.Scan) }, selectLinks+" ORDER BY l.id")
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	return links, nil
}

// LinkID implements access.Links.
func (s *Store) LinkID(ctx context.Context) (id int64, err error) {
	err = s.change(ctx, func(t *txn) error {
		if id, err = t.next("last.link"); err != nil {
			return err
		}
		return t.write(&numberDrawn{Of: "last.link", N: id})
	})
	if err != nil {
		return 0, fmt.Errorf("draw the number of a link: %w", err)
	}
	return id, nil
}

// AddLink implements access.Links. The audit entry is about the new link's ID. Errors:
// room.ErrNotFound for an unknown room, room.ErrBusy when the database cannot be written.
func (s *Store) AddLink(ctx context.Context, l room.AccessLink, a *room.AuditEntry) (room.AccessLink, error) {
	err := s.change(ctx, func(t *txn) (err error) {
		l, err = t.decideLink(l, a)
		return err
	})
	if err != nil {
		return room.AccessLink{}, fmt.Errorf("add link: %w", err)
	}
	l.Made, l.LastUsed, l.Revoked = fromMS(toMS(l.Made)), fromMS(toMinute(l.LastUsed)), fromMS(toMS(l.Revoked))
	return l, nil
}

// decideLink makes a link, with the ID that was drawn for it or a new one.
func (t *txn) decideLink(l room.AccessLink, a *room.AuditEntry) (room.AccessLink, error) {
	if _, err := t.roomRow(l.Room); err != nil {
		return l, err
	}
	if l.ID == 0 {
		id, err := t.next("last.link")
		if err != nil {
			return l, err
		}
		l.ID = id
	}
	line, err := t.aboutLink(l.ID, a)
	if err != nil {
		return l, err
	}
	return l, t.write(&linkMade{
		ID: l.ID, Room: l.Room, Role: l.Role, Label: l.Label, Hash: l.Hash,
		Made: toMS(l.Made), Used: toMinute(l.LastUsed), Revoked: toMS(l.Revoked), Press: l.Press, Audit: line,
	})
}

// aboutLink puts the link's ID into an audit entry.
func (t *txn) aboutLink(id int64, a *room.AuditEntry) (*auditChange, error) {
	if a == nil {
		return nil, nil
	}
	a.About = strconv.FormatInt(id, 10)
	line, err := encodeAudit(a)
	if err != nil {
		return nil, err
	}
	return t.decideAudit(line)
}

// linkMade is the change for a new link.
type linkMade struct {
	ID      int64        `json:"id"`
	Room    string       `json:"room,omitempty"`
	Role    room.Role    `json:"role"`
	Label   string       `json:"label,omitempty"`
	Hash    []byte       `json:"hash"`
	Made    int64        `json:"made"` // ms
	Used    int64        `json:"used,omitempty"`
	Revoked int64        `json:"revoked,omitempty"`
	Press   room.Press   `json:"press,omitempty"`
	Audit   *auditChange `json:"act,omitempty"`
}

func (*linkMade) kind() string { return "link" }

func (c *linkMade) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	var of any
	if row != 0 {
		of = row
	}
	if err := t.recordNumber("last.link", c.ID); err != nil {
		return err
	}
	const q = "INSERT INTO links (id, room, role, label, hash, made, used, revoked, press) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
	if _, err := t.exec(q, c.ID, of, string(c.Role), c.Label, c.Hash, c.Made, c.Used, c.Revoked, string(c.Press)); err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}

// link reads the data for a decision about a link.
func (t *txn) link(id int64) (roomID string, role room.Role, revoked int64, err error) {
	const q = "SELECT COALESCE(r.name, ''), l.role, l.revoked FROM links l LEFT JOIN rooms r ON r.id = l.room WHERE l.id = ?"
	err = t.get(q, []any{id}, &roomID, &role, &revoked)
	return roomID, role, revoked, err
}

// RevokeLink implements access.Links. A revoked link keeps its first time. It does not
// revoke the last owner's link, and checks that in the transaction, since two owners may
// revoke each other at once. Errors: room.ErrNotFound, room.ErrNotAllowed with a sentence,
// room.ErrBusy.
func (s *Store) RevokeLink(ctx context.Context, id int64, at time.Time, a *room.AuditEntry) error {
	err := s.change(ctx, func(t *txn) error {
		roomID, role, revoked, err := t.link(id)
		if err != nil || revoked != 0 {
			return err
		}
		if role.Can(room.ManageLinks) {
			var others int
			for _, equal := range room.RolesWith(room.ManageLinks) {
				var n int
				const q = "SELECT count(*) FROM links WHERE role = ? AND revoked = 0 AND id <> ?"
				if err := t.get(q, []any{string(equal), id}, &n); err != nil {
					return err
				}
				others += n
			}
			if others == 0 {
				return room.Explain(room.ErrNotAllowed, "This is the last owner's link. Make another one first.")
			}
		}
		line, err := t.aboutLink(id, a)
		if err != nil {
			return err
		}
		return t.write(&linkRevoked{ID: id, At: max(toMS(at), 1), Room: roomID, Audit: line})
	})
	if err != nil {
		return fmt.Errorf("revoke link %d: %w", id, err)
	}
	return nil
}

// linkRevoked is the change for a revoked link.
type linkRevoked struct {
	ID    int64        `json:"id"`
	At    int64        `json:"at"` // ms
	Room  string       `json:"room,omitempty"`
	Audit *auditChange `json:"act,omitempty"`
}

func (*linkRevoked) kind() string { return "link_revoked" }

func (c *linkRevoked) apply(t *txn) error {
	if _, err := t.exec("UPDATE links SET revoked = ? WHERE id = ?", c.At, c.ID); err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}

// RestoreLink implements access.Links. Errors: room.ErrNotFound, room.ErrChanged for a
// valid link, room.ErrBusy.
func (s *Store) RestoreLink(ctx context.Context, id int64, a *room.AuditEntry) error {
	err := s.change(ctx, func(t *txn) error {
		roomID, _, revoked, err := t.link(id)
		if err == nil && revoked == 0 {
			err = room.ErrChanged
		}
		if err != nil {
			return err
		}
		line, err := t.aboutLink(id, a)
		if err != nil {
			return err
		}
		return t.write(&linkRestored{ID: id, Room: roomID, Audit: line})
	})
	if err != nil {
		return fmt.Errorf("give link %d back: %w", id, err)
	}
	return nil
}

// linkRestored is the change for a restored link.
type linkRestored struct {
	ID    int64        `json:"id"`
	Room  string       `json:"room,omitempty"`
	Audit *auditChange `json:"act,omitempty"`
}

func (*linkRestored) kind() string { return "link_restored" }

func (c *linkRestored) apply(t *txn) error {
	if _, err := t.exec("UPDATE links SET revoked = 0 WHERE id = ?", c.ID); err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}

// TouchLink implements access.Links: it stores the use to the minute, and never goes back.
// Followers of a room's events do not get this change. Errors: room.ErrBusy. An unknown
// link is not an error, since no caller waits for the answer.
func (s *Store) TouchLink(ctx context.Context, id int64, at time.Time) error {
	err := s.change(ctx, func(t *txn) error {
		var older bool
		err := t.get("SELECT used < ? FROM links WHERE id = ?", []any{toMinute(at), id}, &older)
		if err != nil || !older {
			return unless(err, room.ErrNotFound)
		}
		return t.write(&linkUsed{ID: id, At: toMinute(at)})
	})
	if err != nil {
		return fmt.Errorf("note the use of link %d: %w", id, err)
	}
	return nil
}

// unless returns err, or nil when err is harmless.
func unless(err, harmless error) error {
	if errors.Is(err, harmless) {
		return nil
	}
	return err
}

// linkUsed is the change for a link's last use.
type linkUsed struct {
	ID int64 `json:"id"`
	At int64 `json:"at"` // ms, a whole minute
}

func (*linkUsed) kind() string { return "link_used" }

func (c *linkUsed) apply(t *txn) error {
	_, err := t.exec("UPDATE links SET used = ?2 WHERE id = ?1 AND used < ?2", c.ID, c.At)
	return err
}
