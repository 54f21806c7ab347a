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

// banScan takes the columns of one ban.
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

// Bans implements live.Bans: every ban of every room that holds at the moment
// now, oldest first.
func (s *Store) Bans(ctx context.Context, now time.Time) ([]room.Ban, error) {
	const q = `SELECT ` + banColumns + ` FROM bans b JOIN rooms r ON r.id = b.room
		WHERE b.lifted = 0 AND (b.until = 0 OR b.until > ?) ORDER BY b.id`
	rows, err := s.read.QueryContext(ctx, q, toMS(now))
	if err != nil {
		return nil, fmt.Errorf("read bans: %w", err)
	}
	defer rows.Close()
	var bans []room.Ban
	for rows.Next() {
		var scan banScan
		if err := rows.Scan(scan.dest()...); err != nil {
			return nil, fmt.Errorf("read bans: %w", err)
		}
		bans = append(bans, scan.result())
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read bans: %w", err)
	}
	return bans, nil
}

// Ban implements live.Bans: one ban of a room, also a lifted one. Errors:
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
