package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"danmaku/comment"
	"danmaku/room"
)

// resumeEvents selects what a resume may see. An event about a comment counts only while it
// is the last about it: a later removal or decision has put another number into the
// comment's row. Kind 1 is a shown comment; a clear hides earlier ones, while held ones
// still wait.
const (
	resumeEvents = `SELECT e.seq, e.at, e.kind, e.actor, COALESCE(e.data, ''), ` + rowColumns + `
	FROM rooms r JOIN events e ON e.room = r.id
	LEFT JOIN comments c ON c.id = e.comment LEFT JOIN users u ON u.id = c.user` + resumeFilter

	resumeFilter = `
	WHERE r.name = ? AND e.seq > ? AND (e.kind <> 1 OR e.seq > r.cleared)
	AND (e.comment IS NULL OR c.seq = e.seq)`
)

const (
	sinceQuery  = resumeEvents + ` ORDER BY e.seq LIMIT ?`
	recentQuery = resumeEvents + ` ORDER BY e.seq DESC LIMIT ?`
	countQuery  = `SELECT count(*) FROM (SELECT 1 FROM rooms r JOIN events e ON e.room = r.id
	LEFT JOIN comments c ON c.id = e.comment` + resumeFilter + ` LIMIT ?)`
)

// Since implements live.Journal. It uses the pool for resumes, so it never delays another
// reader of the database; when ctx ends, so does the query.
func (s *Store) Since(ctx context.Context, roomID string, after int64, limit int) ([]room.Event, error) {
	events, err := events(ctx, s.resumes, sinceQuery, roomID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the log of room %s: %w", roomID, err)
	}
	return events, nil
}

// CountSince implements live.Journal. It uses the pool of [Store.Since].
func (s *Store) CountSince(ctx context.Context, room string, after int64, limit int) (n int, err error) {
	if err = s.resumes.QueryRowContext(ctx, countQuery, room, after, max(limit, 0)).Scan(&n); err == nil && n == 0 {
		err = checkRoom(ctx, s.resumes, room)
	}
	if err != nil {
		return 0, fmt.Errorf("count the log of room %s: %w", room, err)
	}
	return n, nil
}

// Recent implements live.Journal.
func (s *Store) Recent(ctx context.Context, roomID string, limit int) ([]room.Event, error) {
	events, err := events(ctx, s.read, recentQuery, roomID, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("read the log of room %s: %w", roomID, err)
	}
	slices.Reverse(events)
	return events, nil
}

func events(ctx context.Context, db *sql.DB, query, roomID string, after int64, limit int) ([]room.Event, error) {
	events, err := list(ctx, db, func(rows *sql.Rows) (room.Event, error) {
		return scanEvent(rows, roomID)
	}, query, roomID, after, max(limit, 0))
	if err == nil && len(events) == 0 {
		err = checkRoom(ctx, db, roomID)
	}
	return events, err
}

// scanEvent reads an event of a room, with the row of its comment.
func scanEvent(rows *sql.Rows, roomID string) (room.Event, error) {
	ev := room.Event{Room: roomID}
	var scan rowScan
	var at int64
	var kind int
	var data string
	dest := append([]any{&ev.Seq, &at, &kind, &ev.By, &data}, scan.dest()...)
	if err := rows.Scan(dest...); err != nil {
		return ev, err
	}
	ev.At, ev.Kind = fromMS(at), decode(kinds, kind)
	if row := scan.result(); row.ID != 0 {
		ev.Comment, ev.Entry = row.Comment, row.Entry
	}
	return ev, decodeData(&ev, data)
}

// checkRoom returns room.ErrNotFound for a room that does not exist.
func (s *Store) checkRoom(ctx context.Context, room string) error {
	return checkRoom(ctx, s.read, room)
}

func checkRoom(ctx context.Context, on reading, roomID string) error {
	var n int
	if err := on.QueryRowContext(ctx, "SELECT count(*) FROM rooms WHERE name = ?", roomID).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return room.ErrNotFound
	}
	return nil
}

// NewestID implements live.Journal.
func (s *Store) NewestID(ctx context.Context) (id comment.ID, err error) {
	if err := s.read.QueryRowContext(ctx, "SELECT COALESCE(max(id), 0) FROM comments").Scan(&id); err != nil {
		return 0, fmt.Errorf("read the newest comment: %w", err)
	}
	return id, nil
}
