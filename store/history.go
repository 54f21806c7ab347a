package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// The bounds of one page of history.
const (
	pageDefault = 50
	pageMax     = 200
)

// Comments implements live.History: rows of a room, newest first by Seq; more reports that
// another page follows, which begins before the last row's Seq. A limit outside 1 to 200
// becomes 50 or 200. It searches the shown text, the text before masking and the name,
// ignoring case only for a–z, as SQLite's LIKE does. Errors: room.ErrNotFound for an
// unknown room.
func (s *Store) Comments(ctx context.Context, roomID string, q room.HistoryQuery) (rows []room.Row, more bool, err error) {
	limit := q.Limit
	if limit < 1 {
		limit = pageDefault
	}
	limit = min(limit, pageMax)
	query, args, ok := historyQuery(roomID, q, limit+1)
	if !ok {
		return nil, false, s.checkRoom(ctx, roomID)
	}
	rows, err = s.rows(ctx, query, args)
	if err == nil && len(rows) == 0 {
		err = s.checkRoom(ctx, roomID)
	}
	if err != nil {
		return nil, false, fmt.Errorf("read history of room %s: %w", roomID, err)
	}
	if len(rows) > limit {
		return rows[:limit], true, nil
	}
	return rows, false, nil
}

// historyQuery builds the query so that one index answers each of its forms. ok is false
// when nothing can match.
func historyQuery(roomID string, q room.HistoryQuery, limit int) (query string, args []any, ok bool) {
	var b strings.Builder
	b.WriteString(`SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user
		WHERE c.room = (SELECT id FROM rooms WHERE name = ?)`)
	args = append(args, roomID)
	if q.User != "" {
		b.WriteString(` AND c.user = (SELECT id FROM users WHERE name = ? AND room = (SELECT id FROM rooms WHERE name = ?))`)
		args = append(args, q.User, roomID)
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
	if q.Source != "" {
		b.WriteString(` AND c.source = ?`)
		args = append(args, string(unlessDefault(q.Source, comment.FromAudience)))
	}
	if q.Before > 0 {
		b.WriteString(` AND c.seq < ?`)
		args = append(args, q.Before)
	}
	if q.Text != "" {
		b.WriteString(` AND (c.text LIKE ? ESCAPE '\' OR c.name LIKE ? ESCAPE '\' OR c.original LIKE ? ESCAPE '\' OR c.original_name LIKE ? ESCAPE '\')`)
		like := "%" + likeEscape.Replace(q.Text) + "%"
		args = append(args, like, like, like, like)
	}
	b.WriteString(` ORDER BY c.seq DESC LIMIT ?`)
	return b.String(), append(args, limit), true
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (s *Store) rows(ctx context.Context, query string, args []any) ([]room.Row, error) {
	return rowsOf(ctx, s.read, query, args)
}

func rowsOf(ctx context.Context, on reading, query string, args []any) ([]room.Row, error) {
	return list(ctx, on, func(rows *sql.Rows) (room.Row, error) {
		var scan rowScan
		if err := rows.Scan(scan.dest()...); err != nil {
			return room.Row{}, err
		}
		return scan.result(), nil
	}, query, args...)
}

// Comment implements live.History. Errors: room.ErrNotFound, also for a
// comment of another room.
func (s *Store) Comment(ctx context.Context, roomID string, id comment.ID) (room.Row, error) {
	const q = `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user
		WHERE c.id = ? AND c.room = (SELECT id FROM rooms WHERE name = ?)`
	var scan rowScan
	err := s.read.QueryRowContext(ctx, q, int64(id), roomID).Scan(scan.dest()...)
	if errors.Is(err, sql.ErrNoRows) {
		return room.Row{}, room.ErrNotFound
	}
	if err != nil {
		return room.Row{}, fmt.Errorf("read comment %v: %w", id, err)
	}
	return scan.result(), nil
}

// CommentByRef implements live.History. Errors: room.ErrNotFound.
func (s *Store) CommentByRef(ctx context.Context, roomID, user, ref string) (room.Row, error) {
	const q = `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user
		WHERE c.user = (SELECT id FROM users WHERE name = ? AND room = (SELECT id FROM rooms WHERE name = ?)) AND c.ref = ?`
	var scan rowScan
	err := s.read.QueryRowContext(ctx, q, user, roomID, ref).Scan(scan.dest()...)
	if errors.Is(err, sql.ErrNoRows) {
		return room.Row{}, room.ErrNotFound
	}
	if err != nil {
		return room.Row{}, fmt.Errorf("read a comment by its ref: %w", err)
	}
	return scan.result(), nil
}

// LinkOf implements live.History: the link that an author of a room writes with, 0 for the
// audience and for authors from before 0008_senders.
func (s *Store) LinkOf(ctx context.Context, roomID, user string) (link int64, err error) {
	const q = `SELECT link FROM senders WHERE user = (SELECT id FROM users WHERE name = ? AND room = (SELECT id FROM rooms WHERE name = ?))`
	if err = s.read.QueryRowContext(ctx, q, user, roomID).Scan(&link); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read the link of an author: %w", err)
	}
	return link, nil
}

// CommentsByRef implements live.History: at most limit comments to which authors of one
// link bound a ref.
func (s *Store) CommentsByRef(ctx context.Context, roomID string, link int64, ref string, limit int) ([]comment.ID, error) {
	const q = `SELECT c.id FROM senders s JOIN comments c ON c.user = s.user WHERE s.link = ? AND c.ref = ?
		AND c.room = (SELECT id FROM rooms WHERE name = ?) LIMIT ?`
	ids, err := list(ctx, s.read, scanID, q, link, ref, roomID, limit)
	if err != nil {
		return nil, fmt.Errorf("read comments by their ref: %w", err)
	}
	return ids, nil
}

// Neighbours implements live.History: the authors who wrote from one masked address since a
// moment, found by the comments' IDs, which are in order of time.
func (s *Store) Neighbours(ctx context.Context, room, address string, since time.Time) ([]string, error) {
	const q = `SELECT DISTINCT u.name FROM comments c JOIN users u ON u.id = c.user
		WHERE c.id >= ? AND c.address = ? AND c.room = (SELECT id FROM rooms WHERE name = ?)`
	users, err := texts(ctx, s.read, q, int64(comment.NewID(since, 0)), address, room)
	if err != nil {
		return nil, fmt.Errorf("read who shares an address: %w", err)
	}
	return users, nil
}

// Person implements live.History: how many comments of each status an author has in a room,
// the times of the first and the last, and the last names.
func (s *Store) Person(ctx context.Context, roomID, user string) (room.Person, error) {
	const where = ` FROM comments WHERE user = (SELECT id FROM users WHERE name = ? AND room = (SELECT id FROM rooms WHERE name = ?))`
	p := room.Person{User: user, Counts: map[comment.Status]int{}}
	rows, err := s.read.QueryContext(ctx, `SELECT status, count(*), min(at), max(at)`+where+` GROUP BY status`, user, roomID)
	if err != nil {
		return p, fmt.Errorf("read about an author: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var status, n int
		var first, last int64
		if err := rows.Scan(&status, &n, &first, &last); err != nil {
			return p, fmt.Errorf("read about an author: %w", err)
		}
		p.Counts[decode(statuses, status)] = n
		if at := fromMS(first); p.First.IsZero() || at.Before(p.First) {
			p.First = at
		}
		if at := fromMS(last); at.After(p.Last) {
			p.Last = at
		}
	}
	if err := rows.Err(); err != nil {
		return p, fmt.Errorf("read about an author: %w", err)
	}
	const names = `SELECT DISTINCT name FROM (SELECT name` + where + ` ORDER BY seq DESC LIMIT 200) WHERE name <> '' LIMIT 5`
	named, err := s.read.QueryContext(ctx, names, user, roomID)
	if err != nil {
		return p, fmt.Errorf("read an author's names: %w", err)
	}
	defer named.Close()
	for named.Next() {
		var name string
		if err := named.Scan(&name); err != nil {
			return p, fmt.Errorf("read an author's names: %w", err)
		}
		p.Names = append(p.Names, name)
	}
	return p, named.Err()
}
