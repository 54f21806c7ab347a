package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"danmaku/room"
)

const banColumns = `b.id, r.name, b.kind, b.user, b.address, b.until, b.show_end, b.reason, b.actor, b.at`

// banScan holds the columns of one ban.
type banScan struct {
	ban       room.Ban
	until, at int64
}

func (s *banScan) dest() []any {
	b := &s.ban
	return []any{&b.ID, &b.Room, &b.Kind, &b.User, &b.Address, &s.until, &b.ShowEnd, &b.Reason, &b.By, &s.at}
}

func (s *banScan) result() room.Ban {
	b := s.ban
	b.Until, b.At = fromMS(s.until), fromMS(s.at)
	return b
}

// Bans implements live.Bans: every ban of every room that is in force at now, oldest first.
func (s *Store) Bans(ctx context.Context, now time.Time) ([]room.Ban, error) {
	const q = `SELECT ` + banColumns + ` FROM bans b JOIN rooms r ON r.id = b.room
		WHERE b.lifted = 0 AND (b.until = 0 OR b.until > ?) ORDER BY b.id`
	bans, err := list(ctx, s.read, func(rows *sql.Rows) (room.Ban, error) {
		var scan banScan
		err := rows.Scan(scan.dest()...)
		return scan.result(), err
	}, q, toMS(now))
	if err != nil {
		return nil, fmt.Errorf("read bans: %w", err)
	}
	return bans, nil
}

// Ban implements live.Bans: one ban of a room, including a lifted one. Errors:
// room.ErrNotFound.
func (s *Store) Ban(ctx context.Context, roomID string, id int64) (room.Ban, error) {
	const q = `SELECT ` + banColumns + ` FROM bans b JOIN rooms r ON r.id = b.room WHERE b.id = ? AND r.name = ?`
	var scan banScan
	err := s.read.QueryRowContext(ctx, q, id, roomID).Scan(scan.dest()...)
	if errors.Is(err, sql.ErrNoRows) {
		return room.Ban{}, room.ErrNotFound
	}
	if err != nil {
		return room.Ban{}, fmt.Errorf("read ban %d: %w", id, err)
	}
	return scan.result(), nil
}

// decideBan fills in a ban and its ID.
func (t *txn) decideBan(ev room.Event) (decision, error) {
	if ev.Ban == nil || ev.Ban.User == "" && ev.Ban.Address == "" {
		return decision{}, malformed("a ban needs a user or an address")
	}
	b := *ev.Ban
	b.Room = ev.Room
	b.Until, b.At = fromMS(toMS(b.Until)), fromMS(toMS(b.At))
	if b.At.IsZero() {
		b.At = ev.At
	}
	if b.By == "" {
		b.By = ev.By
	}
	var err error
	if b.ID, err = t.next("last.ban"); err != nil {
		return decision{}, err
	}
	ev.Ban = &b
	return decision{ev: ev}, nil
}

// decideUnban finds the ban with the event's Ban.ID; the event then has the whole ban. Of
// two that lift it at once, the second gets the receipt that it is already lifted.
func (t *txn) decideUnban(place *roomState, ev room.Event) (decision, error) {
	if ev.Ban == nil {
		return decision{}, malformed("no ban is named")
	}
	var scan banScan
	var lifted int64
	const q = `SELECT ` + banColumns + `, b.lifted FROM bans b JOIN rooms r ON r.id = b.room WHERE b.id = ? AND b.room = ?`
	if err := t.get(q, []any{ev.Ban.ID, place.id}, append(scan.dest(), &lifted)...); err != nil {
		return decision{}, err
	}
	b := scan.result()
	ev.Ban = &b
	if lifted != 0 {
		return unchanged(ev)
	}
	return decision{ev: ev}, nil
}
