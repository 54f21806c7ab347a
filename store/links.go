package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"danmaku/comment"
)

const selectLinks = `SELECT l.id, COALESCE(r.name, ''), l.role, l.label, l.hash, l.made, l.used, l.revoked
	FROM links l LEFT JOIN rooms r ON r.id = l.room`

func scanLink(scan func(...any) error) (comment.Link, error) {
	var l comment.Link
	var made, used, revoked int64
	err := scan(&l.ID, &l.Room, &l.Role, &l.Label, &l.Hash, &made, &used, &revoked)
	l.Made, l.LastUsed, l.Revoked = fromMS(made), fromMS(used), fromMS(revoked)
	return l, err
}

// Links implements live.Links: every link, revoked ones too, oldest first.
func (s *Store) Links(ctx context.Context) ([]comment.Link, error) {
	rows, err := s.read.QueryContext(ctx, selectLinks+" ORDER BY l.id")
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	defer rows.Close()
	var list []comment.Link
	for rows.Next() {
		l, err := scanLink(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read links: %w", err)
		}
		list = append(list, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	return list, nil
}

// LinkByHash implements live.Links. It finds revoked links too: the caller
// looks at Revoked. Errors: comment.ErrNotFound.
func (s *Store) LinkByHash(ctx context.Context, hash []byte) (comment.Link, error) {
	l, err := scanLink(s.read.QueryRowContext(ctx, selectLinks+" WHERE l.hash = ?", hash).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return comment.Link{}, comment.ErrNotFound
	}
	if err != nil {
		return comment.Link{}, fmt.Errorf("read link: %w", err)
	}
	return l, nil
}

// AddLink implements live.Links. With a nil makeHash the hash is l.Hash. The act
// is about the new link's ID.
// Errors: comment.ErrNotFound for an unknown room, comment.ErrBusy when the
// database cannot be written.
func (s *Store) AddLink(ctx context.Context, l comment.Link, makeHash func(id int64) []byte, a *comment.Act) (comment.Link, error) {
	err := s.change(ctx, func(t *txn) error {
		var room any
		var noted int64
		if l.Room != "" {
			id, err := t.roomID(l.Room)
			if err != nil {
				return err
			}
			room, noted = id, id
		}
		const q = "INSERT INTO links (room, role, label, made, used, revoked) VALUES (?, ?, ?, ?, ?, ?)"
		id, err := t.insert(q, room, string(l.Role), l.Label, toMS(l.Made), toMinute(l.LastUsed), toMS(l.Revoked))
		if err != nil {
			return err
		}
		l.ID = id
		if makeHash != nil {
			l.Hash = makeHash(id)
		}
		t.bump = true
		if _, err = t.exec("UPDATE links SET hash = ? WHERE id = ?", l.Hash, id); err != nil || a == nil {
			return err
		}
		a.About = strconv.FormatInt(id, 10)
		return t.note(noted, a)
	})
	if err != nil {
		return comment.Link{}, fmt.Errorf("add link: %w", err)
	}
	l.Made, l.LastUsed, l.Revoked = fromMS(toMS(l.Made)), fromMS(toMinute(l.LastUsed)), fromMS(toMS(l.Revoked))
	return l, nil
}

// RevokeLink implements live.Links. A link that is revoked already keeps its
// first time. Errors: comment.ErrNotFound, comment.ErrBusy.
func (s *Store) RevokeLink(ctx context.Context, id int64, at time.Time, a *comment.Act) error {
	err := s.change(ctx, func(t *txn) error {
		var room, revoked int64
		err := t.get("SELECT COALESCE(room, 0), revoked FROM links WHERE id = ?", []any{id}, &room, &revoked)
		if err != nil || revoked != 0 {
			return err
		}
		t.bump = true
		if _, err := t.exec("UPDATE links SET revoked = ? WHERE id = ?", max(toMS(at), 1), id); err != nil || a == nil {
			return err
		}
		a.About = strconv.FormatInt(id, 10)
		return t.note(room, a)
	})
	if err != nil {
		return fmt.Errorf("revoke link %d: %w", id, err)
	}
	return nil
}

// RestoreLink implements live.Links. Errors: comment.ErrNotFound,
// comment.ErrChanged for a link that is good, comment.ErrBusy.
func (s *Store) RestoreLink(ctx context.Context, id int64, a *comment.Act) error {
	err := s.change(ctx, func(t *txn) error {
		var room, revoked int64
		err := t.get("SELECT COALESCE(room, 0), revoked FROM links WHERE id = ?", []any{id}, &room, &revoked)
		if err == nil && revoked == 0 {
			err = comment.ErrChanged
		}
		if err != nil {
			return err
		}
		t.bump = true
		if _, err := t.exec("UPDATE links SET revoked = 0 WHERE id = ?", id); err != nil || a == nil {
			return err
		}
		a.About = strconv.FormatInt(id, 10)
		return t.note(room, a)
	})
	if err != nil {
		return fmt.Errorf("give link %d back: %w", id, err)
	}
	return nil
}

// TouchLink implements live.Links: it notes the use to the minute, and never
// goes back. It is no change that other programs are told of. Errors:
// comment.ErrBusy; an unknown link is none, since nobody waits for the answer.
func (s *Store) TouchLink(ctx context.Context, id int64, at time.Time) error {
	err := s.change(ctx, func(t *txn) error {
		_, err := t.exec("UPDATE links SET used = ?2 WHERE id = ?1 AND used < ?2", id, toMinute(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("note the use of link %d: %w", id, err)
	}
	return nil
}
