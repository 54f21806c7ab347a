package store

import (
	"context"
	"fmt"
	"slices"

	"danmaku/comment"
)

// resumeEvents selects what a resume may see. An event about a comment counts
// only while it is the last about it: what was taken down or decided since has
// another number in its row. Kind 1 is a shown comment; a clear hides those
// before it, while held ones wait on.
const resumeEvents = `SELECT e.seq, e.at, e.kind, e.actor, COALESCE(e.data, ''), ` + rowColumns + `
	FROM rooms r JOIN events e ON e.room = r.id
	LEFT JOIN comments c ON c.id = e.comment LEFT JOIN users u ON u.id = c.user
	WHERE r.name = ? AND e.seq > ? AND (e.kind <> 1 OR e.seq > r.cleared)
	AND (e.comment IS NULL OR c.seq = e.seq)`

const (
	sinceQuery  = resumeEvents + ` ORDER BY e.seq LIMIT ?`
	recentQuery = resumeEvents + ` ORDER BY e.seq DESC LIMIT ?`
)

// Since implements live.Journal.
func (s *Store) Since(ctx context.Context, room string, after int64, limit int) ([]comment.Event, error) {
	events, err := s.events(ctx, sinceQuery, room, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the log of room %s: %w", room, err)
	}
	return events, nil
}

// Recent implements live.Journal.
func (s *Store) Recent(ctx context.Context, room string, limit int) ([]comment.Event, error) {
	events, err := s.events(ctx, recentQuery, room, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("read the log of room %s: %w", room, err)
	}
	slices.Reverse(events)
	return events, nil
}

func (s *Store) events(ctx context.Context, query, room string, after int64, limit int) ([]comment.Event, error) {
	rows, err := s.read.QueryContext(ctx, query, room, after, max(limit, 0))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var events []comment.Event
	for rows.Next() {
		ev := comment.Event{Room: room}
		var scan rowScan
		var at int64
		var kind int
		var data string
		dest := append([]any{&ev.Seq, &at, &kind, &ev.By, &data}, scan.dest()...)
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		ev.At, ev.Kind = fromMS(at), decode(kinds, kind)
		if row := scan.result(); row.ID != 0 {
			ev.Comment, ev.Entry = row.Comment, row.Entry
		}
		if err := decodeData(&ev, data); err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, s.known(ctx, room)
	}
	return events, nil
}

// known is comment.ErrNotFound for a room that is not there.
func (s *Store) known(ctx context.Context, room string) error {
	var n int
	if err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM rooms WHERE name = ?", room).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return comment.ErrNotFound
	}
	return nil
}
