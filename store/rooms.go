package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"danmaku/comment"
)

// Rooms implements live.Rooms: every room, archived ones too, oldest first.
func (s *Store) Rooms(ctx context.Context) ([]comment.RoomRecord, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT name, epoch, seq, pinned, settings FROM rooms ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("read rooms: %w", err)
	}
	defer rows.Close()
	var list []comment.RoomRecord
	for rows.Next() {
		var name, text string
		var head comment.Position
		var pinned comment.ID
		if err := rows.Scan(&name, &head.Epoch, &head.Seq, &pinned, &text); err != nil {
			return nil, fmt.Errorf("read rooms: %w", err)
		}
		room, err := decodeRoom(name, text)
		if err != nil {
			return nil, fmt.Errorf("read rooms: %w", err)
		}
		list = append(list, comment.RoomRecord{Room: room, Head: head, Pinned: pinned})
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read rooms: %w", err)
	}
	return list, nil
}

// AddRoom implements live.Rooms: it makes a room with an empty log and a new
// epoch. Errors: comment.ErrTaken for a name that is taken, a plain one for
// settings out of bounds, comment.ErrBusy when the database cannot be written.
func (s *Store) AddRoom(ctx context.Context, r comment.Room, a *comment.Act) (comment.RoomRecord, error) {
	if err := r.Validate(); err != nil {
		return comment.RoomRecord{}, fmt.Errorf("add room: %w", err)
	}
	text, err := encodeRoom(r)
	if err != nil {
		return comment.RoomRecord{}, fmt.Errorf("add room: %w", err)
	}
	epoch := newEpoch()
	err = s.change(ctx, func(t *txn) error {
		n, err := t.exec("INSERT INTO rooms (name, epoch, settings) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", r.ID, epoch, text)
		if err == nil && n == 0 {
			return comment.Explain(comment.ErrTaken, "the name %q is taken; choose another", r.ID)
		}
		t.bump = true
		if err != nil || a == nil {
			return err
		}
		id, err := t.roomID(r.ID)
		if err != nil {
			return err
		}
		return t.note(id, a)
	})
	if err != nil {
		return comment.RoomRecord{}, fmt.Errorf("add room: %w", err)
	}
	return comment.RoomRecord{Room: r, Head: comment.Position{Epoch: epoch}}, nil
}

// newEpoch draws 60 random bits as 12 letters and digits: positions are short
// and two logs never share one.
func newEpoch() string { return strings.ToLower(rand.Text()[:12]) }

// roomID gives the row of a room, or comment.ErrNotFound.
func (t *txn) roomID(name string) (int64, error) {
	r, err := t.room(name)
	if err != nil {
		return 0, err
	}
	return r.id, nil
}
