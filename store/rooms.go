package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"danmaku/room"
)

// Rooms implements live.Rooms: every room, including archived ones, oldest first.
func (s *Store) Rooms(ctx context.Context) ([]room.Record, error) {
	records, err := list(ctx, s.read, func(rows *sql.Rows) (r room.Record, err error) {
		var name, text string
		if err := rows.Scan(&name, &r.Head.Epoch, &r.Head.Seq, &r.Pinned, &text); err != nil {
			return r, err
		}
		r.Room, err = decodeRoom(name, text)
		return r, err
	}, "SELECT name, epoch, seq, pinned, settings FROM rooms ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("read rooms: %w", err)
	}
	return records, nil
}

// AddRoom implements live.Rooms: it makes a room with an empty log and a new epoch, and the
// links to it, all of it or nothing. Errors: room.ErrTaken for a name in use, a plain one
// for settings out of bounds, room.ErrBusy when the database cannot be written.
func (s *Store) AddRoom(ctx context.Context, r room.Room, a *room.AuditEntry, links ...room.AccessLink) (room.Record, error) {
	if err := r.Validate(); err != nil {
		return room.Record{}, fmt.Errorf("add room: %w", err)
	}
	text, err := encodeRoom(r)
	if err != nil {
		return room.Record{}, fmt.Errorf("add room: %w", err)
	}
	line, err := encodeAudit(a)
	if err != nil {
		return room.Record{}, fmt.Errorf("add room: %w", err)
	}
	epoch := newEpoch()
	err = s.change(ctx, func(t *txn) error {
		if _, err := t.room(r.ID); err == nil {
			return room.Explain(room.ErrTaken, "the name %q is taken; choose another", r.ID)
		} else if !errors.Is(err, room.ErrNotFound) {
			return err
		}
		numbered, err := t.decideAudit(line)
		if err != nil {
			return err
		}
		if err := t.write(&roomMade{Room: r.ID, Epoch: epoch, Settings: text, Audit: numbered}); err != nil {
			return err
		}
		for _, l := range links {
			l.Room = r.ID
			if _, err := t.decideLink(l, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return room.Record{}, fmt.Errorf("add room: %w", err)
	}
	return room.Record{Room: r, Head: room.Position{Epoch: epoch}}, nil
}

// roomMade is the change for a new room with an empty log.
type roomMade struct {
	Room     string       `json:"room"`
	Epoch    string       `json:"epoch"`
	Settings string       `json:"settings"` // JSON as in its row
	Audit    *auditChange `json:"act,omitempty"`
}

func (*roomMade) kind() string { return "room_made" }

func (c *roomMade) apply(t *txn) error {
	if _, err := t.exec("INSERT INTO rooms (name, epoch, settings) VALUES (?, ?, ?)", c.Room, c.Epoch, c.Settings); err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}

// newEpoch draws 60 random bits as 12 letters and digits: positions are short
// and two logs never share one.
func newEpoch() string { return strings.ToLower(rand.Text()[:12]) }

// roomID returns the row of a room, or room.ErrNotFound.
func (t *txn) roomID(name string) (int64, error) {
	r, err := t.room(name)
	if err != nil {
		return 0, err
	}
	return r.id, nil
}
