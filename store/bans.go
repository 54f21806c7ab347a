package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"danmaku/comment"
)

const banColumns = `b.id, r.name, b.kind, b.user, b.address, b.until, b.show_end, b.reason, b.actor, b.at`

// banScan takes the columns of one ban.
type banScan struct {
	ban       comment.Ban
	until, at int64
}

func (s *banScan) dest() []any {
	b := &s.ban
	return []any{&b.ID, &b.Room, &b.Kind, &b.User, &b.Address, &s.until, &b.ShowEnd, &b.Reason, &b.By, &s.at}
}

func (s *banScan) result() comment.Ban {
	b := s.ban
	b.Until, b.At = fromMS(s.until), fromMS(s.at)
	return b
}

// Bans implements live.Bans: every ban of every room that holds at the moment
// now, oldest first.
func (s *Store) Bans(ctx context.Context, now time.Time) ([]comment.Ban, error) {
	const q = `SELECT ` + banColumns + ` FROM bans b JOIN rooms r ON r.id = b.room
		WHERE b.lifted = 0 AND (b.until = 0 OR b.until > ?) ORDER BY b.id`
	rows, err := s.read.QueryContext(ctx, q, toMS(now))
	if err != nil {
		return nil, fmt.Errorf("read bans: %w", err)
	}
	defer rows.Close()
	var bans []comment.Ban
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
// comment.ErrNotFound.
func (s *Store) Ban(ctx context.Context, room string, id int64) (comment.Ban, error) {
	const q = `SELECT ` + banColumns + ` FROM bans b JOIN rooms r ON r.id = b.room WHERE b.id = ? AND r.name = ?`
	var scan banScan
	err := s.read.QueryRowContext(ctx, q, id, room).Scan(scan.dest()...)
	if errors.Is(err, sql.ErrNoRows) {
		return comment.Ban{}, comment.ErrNotFound
	}
	if err != nil {
		return comment.Ban{}, fmt.Errorf("read ban %d: %w", id, err)
	}
	return scan.result(), nil
}

// ban writes a ban and gives it its ID.
func (t *txn) ban(room *roomState, ev comment.Event) (comment.Receipt, error) {
	if ev.Ban == nil || ev.Ban.User == "" && ev.Ban.Address == "" {
		return comment.Receipt{}, malformed("a ban needs a user or an address")
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
	const q = `INSERT INTO bans (room, kind, user, address, until, show_end, reason, actor, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	id, err := t.insert(q, room.id, string(b.Kind), b.User, b.Address, toMS(b.Until), b.ShowEnd, b.Reason, b.By, toMS(b.At))
	if err != nil {
		return comment.Receipt{}, err
	}
	b.ID = id
	ev.Ban = &b
	t.bump = true
	return t.record(room, ev)
}

// unban lifts the ban with the event's Ban.ID; the event then has the whole
// ban. Of two that lift it at once, the second hears that it is lifted.
func (t *txn) unban(room *roomState, ev comment.Event) (comment.Receipt, error) {
	if ev.Ban == nil {
		return comment.Receipt{}, malformed("no ban is named")
	}
	var scan banScan
	var lifted int64
	const q = `SELECT ` + banColumns + `, b.lifted FROM bans b JOIN rooms r ON r.id = b.room WHERE b.id = ? AND b.room = ?`
	if err := t.get(q, []any{ev.Ban.ID, room.id}, append(scan.dest(), &lifted)...); err != nil {
		return comment.Receipt{}, err
	}
	b := scan.result()
	ev.Ban = &b
	if lifted != 0 {
		return comment.Receipt{Event: ev, Again: true}, nil
	}
	if _, err := t.exec("UPDATE bans SET lifted = ? WHERE id = ?", max(toMS(ev.At), 1), b.ID); err != nil {
		return comment.Receipt{}, err
	}
	t.bump = true
	return t.record(room, ev)
}
