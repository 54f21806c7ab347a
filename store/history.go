package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"danmaku/comment"
)

// The bounds of one page of history.
const (
	pageDefault = 50
	pageMax     = 200
)

// Comments implements live.History: rows of a room, newest first by Seq; more
// tells that another page follows, which begins before the last row's Seq. A
// limit that is not within 1 to 200 becomes 50 or 200. Text is searched in the
// shown text, the text before masking and the name, with upper and lower case
// alike for a–z only, which is what SQLite's LIKE knows. Errors:
// comment.ErrNotFound for an unknown room.
func (s *Store) Comments(ctx context.Context, room string, q comment.HistoryQuery) (rows []comment.Row, more bool, err error) {
	limit := q.Limit
	if limit < 1 {
		limit = pageDefault
	}
	limit = min(limit, pageMax)
	query, args, ok := historyQuery(room, q, limit+1)
	if !ok {
		return nil, false, s.known(ctx, room)
	}
	rows, err = s.rows(ctx, query, args)
	if err == nil && len(rows) == 0 {
		err = s.known(ctx, room)
	}
	if err != nil {
		return nil, false, fmt.Errorf("read history of room %s: %w", room, err)
	}
	if len(rows) > limit {
		return rows[:limit], true, nil
	}
	return rows, false, nil
}

// historyQuery writes the query so that one index answers each of its forms.
// ok is false when nothing can match.
func historyQuery(room string, q comment.HistoryQuery, limit int) (query string, args []any, ok bool) {
	var b strings.Builder
	b.WriteString(`SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user
		WHERE c.room = (SELECT id FROM rooms WHERE name = ?)`)
	args = append(args, room)
	if q.User != "" {
		b.WriteString(` AND c.user = (SELECT id FROM users WHERE name = ? AND room = (SELECT id FROM rooms WHERE name = ?))`)
		args = append(args, q.User, room)
	}
	if q.Status != "" {
		n := code(statuses, q.Status)
		if n < 0 {
			return "", nil, false
		}
		b.WriteString(` AND c.status = ?`)
		args = append(args, n)
		if q.Status != comment.Shown {
			b.WriteString(` AND c.status <> 1`) // lets SQLite use the partial index
		}
	}
	if q.Before > 0 {
		b.WriteString(` AND c.seq < ?`)
		args = append(args, q.Before)
	}
	if q.Text != "" {
		b.WriteString(` AND (c.text LIKE ? ESCAPE '\' OR c.name LIKE ? ESCAPE '\' OR c.original LIKE ? ESCAPE '\')`)
		like := "%" + likeEscape.Replace(q.Text) + "%"
		args = append(args, like, like, like)
	}
	b.WriteString(` ORDER BY c.seq DESC LIMIT ?`)
	return b.String(), append(args, limit), true
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (s *Store) rows(ctx context.Context, query string, args []any) ([]comment.Row, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []comment.Row
	for rows.Next() {
		var scan rowScan
		if err := rows.Scan(scan.dest()...); err != nil {
			return nil, err
		}
		list = append(list, scan.result())
	}
	return list, rows.Err()
}

// Comment implements live.History. Errors: comment.ErrNotFound, also for a
// comment of another room.
func (s *Store) Comment(ctx context.Context, room string, id comment.ID) (comment.Row, error) {
	const q = `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user
		WHERE c.id = ? AND c.room = (SELECT id FROM rooms WHERE name = ?)`
	var scan rowScan
	err := s.read.QueryRowContext(ctx, q, int64(id), room).Scan(scan.dest()...)
	if errors.Is(err, sql.ErrNoRows) {
		return comment.Row{}, comment.ErrNotFound
	}
	if err != nil {
		return comment.Row{}, fmt.Errorf("read comment %v: %w", id, err)
	}
	return scan.result(), nil
}
