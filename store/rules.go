package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"danmaku/room"
)

// RuleLists implements live.Rules: every list, those for all rooms first.
func (s *Store) RuleLists(ctx context.Context) ([]room.RuleList, error) {
	const q = `SELECT COALESCE(r.name, ''), l.name, l.text, l.active, l.changed, l.revision
		FROM rule_lists l LEFT JOIN rooms r ON r.id = l.room ORDER BY l.room, l.name`
	lists, err := list(ctx, s.read, func(rows *sql.Rows) (l room.RuleList, err error) {
		var changed int64
		err = rows.Scan(&l.Room, &l.Name, &l.Text, &l.On, &changed, &l.Revision)
		l.Changed = fromMS(changed)
		return l, err
	}, q)
	if err != nil {
		return nil, fmt.Errorf("read rule lists: %w", err)
	}
	return lists, nil
}

// RuleList implements live.Rules. Errors: room.ErrNotFound.
func (s *Store) RuleList(ctx context.Context, roomID, name string) (room.RuleList, error) {
	l := room.RuleList{Room: roomID, Name: name}
	var changed int64
	const q = `SELECT text, active, changed, revision FROM rule_lists
		WHERE name = ?2 AND room = CASE ?1 WHEN '' THEN 0 ELSE (SELECT id FROM rooms WHERE name = ?1) END`
	err := s.read.QueryRowContext(ctx, q, roomID, name).Scan(&l.Text, &l.On, &changed, &l.Revision)
	if errors.Is(err, sql.ErrNoRows) {
		return l, room.ErrNotFound
	}
	if err != nil {
		return l, fmt.Errorf("read the rule list %q: %w", name, err)
	}
	l.Changed = fromMS(changed)
	return l, nil
}

// ChangeRuleList implements live.Rules. Errors: room.ErrNotFound for an unknown room,
// room.ErrChanged when the stored list is not the one that the change was made from,
// room.ErrBusy when the database cannot be written.
func (s *Store) ChangeRuleList(ctx context.Context, c room.RuleChange) error {
	line, err := encodeAudit(c.Audit) // here, since it can contain two lists: the writer has others to serve
	if err != nil {
		return fmt.Errorf("change the rule list %q: %w", c.Name, err)
	}
	err = s.change(ctx, func(t *txn) error {
		row, err := t.roomRow(c.Room)
		if err != nil {
			return err
		}
		var stands int64
		err = t.get("SELECT revision FROM rule_lists WHERE room = ? AND name = ?", []any{row, c.Name}, &stands)
		if err != nil && !errors.Is(err, room.ErrNotFound) {
			return err
		}
		if stands != c.Was {
			return room.ErrChanged
		}
		decided := &rulesChanged{Room: c.Room, Name: c.Name, Gone: c.Now == nil}
		if c.Now != nil {
			decided.Text, decided.On, decided.Changed = c.Now.Text, c.Now.On, toMS(c.Now.Changed)
			if decided.Revision, err = t.next("last.revision"); err != nil {
				return err
			}
		}
		if decided.Audit, err = t.decideAudit(line); err != nil {
			return err
		}
		return t.write(decided)
	})
	if err != nil {
		return fmt.Errorf("change the rule list %q: %w", c.Name, err)
	}
	return nil
}

// rulesChanged is the change for a list of rules: its new state, or its deletion.
type rulesChanged struct {
	Room     string       `json:"room,omitempty"`
	Name     string       `json:"name"`
	Gone     bool         `json:"gone,omitempty"`
	Text     string       `json:"text,omitempty"`
	On       bool         `json:"on,omitempty"`
	Changed  int64        `json:"changed,omitempty"` // ms
	Revision int64        `json:"revision,omitempty"`
	Audit    *auditChange `json:"act,omitempty"`
}

func (*rulesChanged) kind() string { return "rules" }

func (c *rulesChanged) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	if c.Gone {
		_, err = t.exec("DELETE FROM rule_lists WHERE room = ? AND name = ?", row, c.Name)
	} else if err = t.recordNumber("last.revision", c.Revision); err == nil {
		const q = "INSERT OR REPLACE INTO rule_lists (room, name, text, active, changed, revision) VALUES (?, ?, ?, ?, ?, ?)"
		_, err = t.exec(q, row, c.Name, c.Text, c.On, c.Changed, c.Revision)
	}
	if err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}
