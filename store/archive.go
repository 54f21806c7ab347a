package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"danmaku/comment"
)

// archivePage is how many rows of an export are in memory at once.
const archivePage = 500

// Archive gives the rows of a room that q selects, ordered by time, then ID. It
// reads them page by page and holds no connection between two pages, so who
// takes them may be slow. What is decided meanwhile is seen or not; no row comes
// twice, unless it is approved while the export runs. After an error nothing
// follows. Errors: comment.ErrNotFound for an unknown room.
func (s *Store) Archive(ctx context.Context, room string, q comment.Archive) iter.Seq2[comment.Row, error] {
	return func(yield func(comment.Row, error) bool) {
		if err := s.known(ctx, room); err != nil {
			yield(comment.Row{}, err)
			return
		}
		query, args := archiveQuery(room, q)
		at, id := int64(math.MinInt64), int64(math.MinInt64)
		for {
			page, err := s.rows(ctx, query, append(append([]any{at, id}, args...), archivePage))
			if err != nil {
				yield(comment.Row{}, fmt.Errorf("read comments of room %s: %w", room, err))
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < archivePage {
				return
			}
			last := page[len(page)-1]
			at, id = toMS(last.At), int64(last.ID)
		}
	}
}

// archiveQuery writes the query of one page. Its first two arguments, which are
// not in args, say behind which row the page begins; the last is its length.
func archiveQuery(room string, q comment.Archive) (query string, args []any) {
	where, args := archiveWhere(room, q)
	return `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user
		WHERE (c.at, c.id) > (?, ?) AND ` + where + ` ORDER BY c.at, c.id LIMIT ?`, args
}

// CountArchive tells how many rows q selects now. Errors: comment.ErrNotFound
// for an unknown room.
func (s *Store) CountArchive(ctx context.Context, room string, q comment.Archive) (n int, err error) {
	if err := s.known(ctx, room); err != nil {
		return 0, err
	}
	where, args := archiveWhere(room, q)
	if err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM comments c WHERE `+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count comments of room %s: %w", room, err)
	}
	return n, nil
}

func archiveWhere(room string, q comment.Archive) (where string, args []any) {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !q.From.IsZero() {
		from = q.From.UnixMilli()
	}
	if !q.To.IsZero() {
		to = q.To.UnixMilli()
	}
	chosen := q.Statuses
	if len(chosen) == 0 {
		chosen = []comment.Status{comment.Shown}
	}
	args = []any{room, from, to}
	for _, st := range chosen {
		args = append(args, code(statuses, st))
	}
	// The plus keeps SQLite from the index by status, which is in another order.
	where = `c.room = (SELECT id FROM rooms WHERE name = ?) AND c.at >= ? AND c.at < ?
		AND +c.status IN (?` + strings.Repeat(", ?", len(chosen)-1) + `)`
	if q.Without != "" {
		where += ` AND c.source <> ?`
		args = append(args, string(unlessDefault(q.Without, comment.FromAudience)))
	}
	return where, args
}

// momentsApart is how close two moments of a kind are the same one: every
// browser source of one OBS tells of it.
const momentsApart = 5 * time.Second

// momentsKept bounds the moments of a room; the oldest go first.
const momentsKept = 1000

// AddMoment notes what OBS did, once for all who tell of it: a pause or its end
// only when it changes something, others unless there is one of the kind close
// by. Errors: comment.ErrNotFound for an unknown room, comment.ErrBusy.
func (s *Store) AddMoment(ctx context.Context, m comment.Moment) error {
	err := s.change(ctx, func(t *txn) error {
		room, err := t.roomID(m.Room)
		if err != nil {
			return err
		}
		at, near := toMS(m.At), momentsApart.Milliseconds()
		const insert = `INSERT INTO moments (room, at, kind) SELECT ?1, ?2, ?3 WHERE NOT EXISTS
			(SELECT 1 FROM moments WHERE room = ?1 AND kind = ?3 AND at > ?2 - ?4 AND at < ?2 + ?4)`
		// Two short pauses may be close to each other.
		const change = `INSERT OR IGNORE INTO moments (room, at, kind) SELECT ?1, ?2, ?3 WHERE (?3 = ?4) = COALESCE(
			(SELECT kind <> ?4 FROM moments WHERE room = ?1 AND at <= ?2 AND kind GLOB 'record_*' ORDER BY at DESC, kind DESC LIMIT 1), TRUE)`
		if m.Kind == comment.RecordPause || m.Kind == comment.RecordResume {
			_, err = t.exec(change, room, at, string(m.Kind), string(comment.RecordPause))
		} else {
			_, err = t.exec(insert, room, at, string(m.Kind), near)
		}
		if err != nil {
			return err
		}
		const trim = `DELETE FROM moments WHERE room = ?1 AND at <
			(SELECT at FROM moments WHERE room = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)`
		_, err = t.exec(trim, room, momentsKept-1)
		return err
	})
	if err != nil {
		return fmt.Errorf("note %s: %w", m.Kind, err)
	}
	return nil
}

// LastMoment gives the newest moment of a kind before a time (zero: of all).
// Errors: comment.ErrNotFound when there is none.
func (s *Store) LastMoment(ctx context.Context, room string, kind comment.MomentKind, before time.Time) (time.Time, error) {
	end := int64(math.MaxInt64)
	if !before.IsZero() {
		end = before.UnixMilli()
	}
	const q = `SELECT at FROM moments WHERE room = (SELECT id FROM rooms WHERE name = ?) AND kind = ? AND at < ?
		ORDER BY at DESC LIMIT 1`
	var at int64
	err := s.read.QueryRowContext(ctx, q, room, string(kind), end).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, comment.ErrNotFound
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read when OBS began: %w", err)
	}
	return fromMS(at), nil
}

// Pauses gives the times after start in which the recording that began then was
// paused, in their order.
func (s *Store) Pauses(ctx context.Context, room string, start time.Time) (out []comment.Pause, err error) {
	const q = `SELECT at, kind FROM moments WHERE room = (SELECT id FROM rooms WHERE name = ?) AND at > ? AND kind GLOB 'record_*'
		ORDER BY at, kind`
	rows, err := s.read.QueryContext(ctx, q, room, start.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read when OBS paused: %w", err)
	}
	defer rows.Close()
	paused := false
	for rows.Next() {
		var at int64
		var kind comment.MomentKind
		if err := rows.Scan(&at, &kind); err != nil {
			return nil, fmt.Errorf("read when OBS paused: %w", err)
		}
		switch {
		case kind == comment.RecordStart: // another recording
			return out, nil
		case !paused && kind == comment.RecordPause:
			out = append(out, comment.Pause{From: fromMS(at)})
		case paused && kind != comment.RecordPause: // it goes on, or is over
			out[len(out)-1].To = fromMS(at)
		}
		paused = len(out) > 0 && out[len(out)-1].To.IsZero()
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read when OBS paused: %w", err)
	}
	return out, nil
}
