package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"danmaku/comment"
)

// act writes one line of the audit.
func (t *txn) act(room int64, a comment.Act) (int64, error) {
	setup := func(r *comment.Room) (string, error) {
		if r == nil {
			return "", nil
		}
		return encodeRoom(*r)
	}
	before, err := setup(a.Before)
	if err != nil {
		return 0, malformed("%v", err)
	}
	after, err := setup(a.After)
	if err != nil {
		return 0, malformed("%v", err)
	}
	kept, err := encodeEdit(a.List)
	if err != nil {
		return 0, malformed("%v", err)
	}
	const q = `INSERT INTO acts (room, at, actor, link, role, kind, about, user, detail, changed, before, after, kept)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	id, err := t.insert(q, room, toMS(a.At), a.By, a.Link, string(a.Role), string(a.Kind),
		a.About, a.User, a.Detail, strings.Join(a.Changed, ","), before, after, kept)
	if err == nil && len(kept) > longEdit {
		_, err = t.exec(`UPDATE acts SET kept = '' WHERE kept <> '' AND length(kept) > ? AND id <= (SELECT id FROM acts
			WHERE kept <> '' AND length(kept) > ? ORDER BY id DESC LIMIT 1 OFFSET ?)`, longEdit, longEdit, longEdits)
	}
	if err != nil || a.Undoes == 0 {
		return id, err
	}
	_, err = t.exec("UPDATE acts SET undone = ? WHERE id = ? AND undone = 0", id, a.Undoes)
	return id, err
}

// note writes the line of an act that is no event; room is its row, 0 for all
// rooms. Without an act there is nothing to write.
func (t *txn) note(room int64, a *comment.Act) error {
	if a == nil {
		return nil
	}
	_, err := t.act(room, *a)
	return err
}

// AddAct implements live.Audit, for acts on what is not stored. Errors:
// comment.ErrNotFound for an unknown room, comment.ErrBusy.
func (s *Store) AddAct(ctx context.Context, a comment.Act) error {
	err := s.change(ctx, func(t *txn) error {
		room, err := t.roomID(a.Room)
		if err != nil {
			return err
		}
		return t.note(room, &a)
	})
	if err != nil {
		return fmt.Errorf("note an act: %w", err)
	}
	return nil
}

// Whole lists can be replaced, of up to a mebibyte each: of edits of more bytes
// than this only so many are kept.
const (
	longEdit  = 16 << 10
	longEdits = 50
)

// edit is a comment.ListEdit as the database keeps it.
type edit struct {
	Made    bool     `json:"made,omitempty"`
	Deleted bool     `json:"deleted,omitempty"`
	WasOn   bool     `json:"was_on,omitempty"`
	On      bool     `json:"on,omitempty"`
	Line    int      `json:"line,omitempty"`
	Was     []string `json:"was,omitempty"`
	Now     []string `json:"now,omitempty"`
	Above   string   `json:"above,omitempty"`
	Below   string   `json:"below,omitempty"`
}

func encodeEdit(e *comment.ListEdit) (string, error) {
	if e == nil {
		return "", nil
	}
	b, err := json.Marshal(edit(*e))
	return string(b), err
}

// ListEdit implements live.Audit. Errors: comment.ErrNotFound for an act that
// did nothing to a list, and for one of which that is not kept any more.
func (s *Store) ListEdit(ctx context.Context, act int64) (comment.ListEdit, error) {
	var text string
	err := s.read.QueryRowContext(ctx, "SELECT kept FROM acts WHERE id = ? AND kept <> ''", act).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return comment.ListEdit{}, comment.ErrNotFound
	}
	var e edit
	if err == nil {
		err = json.Unmarshal([]byte(text), &e)
	}
	if err != nil {
		return comment.ListEdit{}, fmt.Errorf("read what act %d did: %w", act, err)
	}
	return comment.ListEdit(e), nil
}

const actColumns = `a.id, COALESCE(r.name, ''), a.at, a.actor, a.link, a.role, a.kind, a.about, a.user, a.detail,
	a.changed, a.before, a.after, a.kept <> '', a.undone`

// Acts implements live.Audit: newest first, at most q.Limit; more tells that
// another page follows, which begins before the last act's ID.
func (s *Store) Acts(ctx context.Context, q comment.ActQuery) (acts []comment.Act, more bool, err error) {
	limit := q.Limit
	if limit < 1 {
		limit = pageDefault
	}
	limit = min(limit, pageMax)
	var b strings.Builder
	b.WriteString(`SELECT ` + actColumns + ` FROM acts a LEFT JOIN rooms r ON r.id = a.room
		WHERE (a.room = (SELECT id FROM rooms WHERE name = ?)`)
	args := []any{q.Room}
	if q.Global {
		b.WriteString(` OR a.room = 0`)
	}
	b.WriteString(`)`)
	add := func(on bool, sql string, values ...any) {
		if on {
			b.WriteString(sql)
			args = append(args, values...)
		}
	}
	like := "%" + likeEscape.Replace(q.Text) + "%"
	add(q.Kind != "", ` AND a.kind = ?`, string(q.Kind))
	add(q.By != "", ` AND a.actor = ?`, q.By)
	add(q.ID > 0, ` AND a.id = ?`, q.ID)
	add(q.Before > 0, ` AND a.id < ?`, q.Before)
	add(q.Text != "", ` AND (a.detail LIKE ? ESCAPE '\' OR a.about LIKE ? ESCAPE '\' OR a.user LIKE ? ESCAPE '\' OR a.actor LIKE ? ESCAPE '\')`,
		like, like, like, like)
	b.WriteString(` ORDER BY a.id DESC LIMIT ?`)
	rows, err := s.read.QueryContext(ctx, b.String(), append(args, limit+1)...)
	if err != nil {
		return nil, false, fmt.Errorf("read acts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		a, err := scanAct(rows.Scan)
		if err != nil {
			return nil, false, fmt.Errorf("read acts: %w", err)
		}
		acts = append(acts, a)
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("read acts: %w", err)
	}
	if len(acts) > limit {
		return acts[:limit], true, nil
	}
	return acts, false, nil
}

func scanAct(scan func(...any) error) (comment.Act, error) {
	var a comment.Act
	var at int64
	var changed, before, after string
	if err := scan(&a.ID, &a.Room, &at, &a.By, &a.Link, &a.Role, &a.Kind, &a.About, &a.User, &a.Detail,
		&changed, &before, &after, &a.Kept, &a.Undone); err != nil {
		return a, err
	}
	a.At = fromMS(at)
	if changed != "" {
		a.Changed = strings.Split(changed, ",")
	}
	var err error
	if a.Before, err = actRoom(a.Room, before); err != nil {
		return a, err
	}
	a.After, err = actRoom(a.Room, after)
	return a, err
}

func actRoom(name, text string) (*comment.Room, error) {
	if text == "" {
		return nil, nil
	}
	r, err := decodeRoom(name, text)
	return &r, err
}
