package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// encodeAudit prepares an audit entry for its change; nil stays nil.
func encodeAudit(a *room.AuditEntry) (*auditChange, error) {
	if a == nil {
		return nil, nil
	}
	row := &auditChange{
		At: toMS(a.At), By: a.By, Link: a.Link, Role: a.Role, Kind: a.Kind, About: a.About, User: a.User, Detail: a.Detail,
		Changed: strings.Join(a.Changed, ","), Undoes: a.Undoes,
	}
	var errs [3]error
	if a.Before != nil {
		row.Before, errs[0] = encodeRoom(*a.Before)
	}
	if a.After != nil {
		row.After, errs[1] = encodeRoom(*a.After)
	}
	row.Kept, errs[2] = encodeEdit(a.List)
	if len(a.IDs) > 0 {
		b, err := json.Marshal(decided{a.IDs})
		row.Kept, errs[2] = string(b), err
	}
	if len(a.Items) > 0 {
		b, err := json.Marshal(keptItems{a.Items})
		row.Kept, errs[2] = string(b), err
	}
	if a.Mark != nil {
		b, err := json.Marshal(keptMark{*a.Mark})
		row.Kept, errs[2] = string(b), err
	}
	return row, errors.Join(errs[:]...)
}

// AddAuditEntry implements live.Audit, for actions on things that are not stored. Errors:
// room.ErrNotFound for an unknown room, room.ErrBusy.
func (s *Store) AddAuditEntry(ctx context.Context, a room.AuditEntry) error {
	line, err := encodeAudit(&a)
	if err != nil {
		return fmt.Errorf("note an act: %w", err)
	}
	err = s.change(ctx, func(t *txn) error {
		if _, err := t.roomID(a.Room); err != nil {
			return err
		}
		numbered, err := t.decideAudit(line)
		if err != nil {
			return err
		}
		return t.write(&auditNoted{Room: a.Room, Audit: numbered})
	})
	if err != nil {
		return fmt.Errorf("note an act: %w", err)
	}
	return nil
}

// An edit can replace a whole list, of up to a mebibyte: of the edits longer than longEdit
// only the newest are stored.
const (
	longEdit  = 16 << 10
	longEdits = 50
)

// edit is a room.ListEdit in the database.
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

func encodeEdit(e *room.ListEdit) (string, error) {
	if e == nil {
		return "", nil
	}
	b, err := json.Marshal(edit(*e))
	return string(b), err
}

// decided is a decision about several comments in the database.
type decided struct {
	IDs []comment.ID `json:"ids"`
}

// Decided implements live.Audit. Errors: room.ErrNotFound for an action about one comment
// or none.
func (s *Store) Decided(ctx context.Context, act int64) ([]comment.ID, error) {
	var text string
	err := s.read.QueryRowContext(ctx, "SELECT kept FROM acts WHERE id = ? AND kept <> ''", act).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, room.ErrNotFound
	}
	var d decided
	if err == nil {
		err = json.Unmarshal([]byte(text), &d)
	}
	if err != nil {
		return nil, fmt.Errorf("read what act %d decided: %w", act, err)
	}
	return d.IDs, nil
}

// ListEdit implements live.Audit. Errors: room.ErrNotFound for an action that did not
// change a list, and for one whose edit is no longer stored.
func (s *Store) ListEdit(ctx context.Context, act int64) (room.ListEdit, error) {
	var text string
	err := s.read.QueryRowContext(ctx, "SELECT kept FROM acts WHERE id = ? AND kept <> ''", act).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return room.ListEdit{}, room.ErrNotFound
	}
	var e edit
	if err == nil {
		err = json.Unmarshal([]byte(text), &e)
	}
	if err != nil {
		return room.ListEdit{}, fmt.Errorf("read what act %d did: %w", act, err)
	}
	return room.ListEdit(e), nil
}

const auditColumns = `a.id, COALESCE(r.name, ''), a.at, a.actor, a.link, a.role, a.kind, a.about, a.user, a.detail,
	a.changed, a.before, a.after, a.kept <> '', a.undone,
	CASE WHEN a.kept <> '' AND a.kind IN ('approve', 'refuse') THEN json_array_length(a.kept, '$.ids') ELSE 0 END`

// AuditEntries implements live.Audit: newest first, at most q.Limit; more reports that
// another page follows, which begins before the last entry's ID.
func (s *Store) AuditEntries(ctx context.Context, q room.AuditQuery) (acts []room.AuditEntry, more bool, err error) {
	limit := q.Limit
	if limit < 1 {
		limit = pageDefault
	}
	limit = min(limit, pageMax)
	var b strings.Builder
	b.WriteString(`SELECT ` + auditColumns + ` FROM acts a LEFT JOIN rooms r ON r.id = a.room
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
	acts, err = list(ctx, s.read, func(rows *sql.Rows) (room.AuditEntry, error) { return scanAuditEntry(rows.Scan) }, b.String(), append(args, limit+1)...)
	if err != nil {
		return nil, false, fmt.Errorf("read acts: %w", err)
	}
	if len(acts) > limit {
		return acts[:limit], true, nil
	}
	return acts, false, nil
}

// ActionCounts counts the actions in a room in [from, to) that were not undone. An action
// about several comments counts for each.
func (s *Store) ActionCounts(ctx context.Context, roomID string, from, to time.Time) ([]room.ActionCount, error) {
	const q = `SELECT a.actor, a.role, a.kind, SUM(CASE WHEN a.kept <> '' AND a.kind IN ('approve', 'refuse') THEN MAX(1, json_array_length(a.kept, '$.ids')) ELSE 1 END)
		FROM acts a WHERE a.room = (SELECT id FROM rooms WHERE name = ?) AND a.at >= ? AND a.at < ? AND a.undone = 0
		GROUP BY a.actor, a.role, a.kind ORDER BY a.actor, a.role, a.kind`
	counts, err := list(ctx, s.read, func(rows *sql.Rows) (a room.ActionCount, err error) {
		return a, rows.Scan(&a.By, &a.Role, &a.Kind, &a.N)
	}, q, roomID, toMS(from), toMS(to))
	if err != nil {
		return nil, fmt.Errorf("count acts: %w", err)
	}
	return counts, nil
}

func scanAuditEntry(scan func(...any) error) (room.AuditEntry, error) {
	var a room.AuditEntry
	var at int64
	var changed, before, after string
	if err := scan(&a.ID, &a.Room, &at, &a.By, &a.Link, &a.Role, &a.Kind, &a.About, &a.User, &a.Detail,
		&changed, &before, &after, &a.Kept, &a.Undone, &a.Count); err != nil {
		return a, err
	}
	a.At = fromMS(at)
	if changed != "" {
		a.Changed = strings.Split(changed, ",")
	}
	var err error
	if a.Before, err = auditRoom(a.Room, before); err != nil {
		return a, err
	}
	a.After, err = auditRoom(a.Room, after)
	return a, err
}

func auditRoom(name, text string) (*room.Room, error) {
	if text == "" {
		return nil, nil
	}
	r, err := decodeRoom(name, text)
	return &r, err
}
