package store

import (
	"context"
	"errors"
	"fmt"

	"danmaku/comment"
)

// RuleLists implements live.Rules: every list, those for all rooms first.
func (s *Store) RuleLists(ctx context.Context) ([]comment.RuleList, error) {
	const q = `SELECT COALESCE(r.name, ''), l.name, l.text, l.active, l.changed
		FROM rule_lists l LEFT JOIN rooms r ON r.id = l.room ORDER BY l.room, l.name`
	rows, err := s.read.QueryContext(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read rule lists: %w", err)
	}
	defer rows.Close()
	var lists []comment.RuleList
	for rows.Next() {
		var l comment.RuleList
		var changed int64
		if err := rows.Scan(&l.Room, &l.Name, &l.Text, &l.On, &changed); err != nil {
			return nil, fmt.Errorf("read rule lists: %w", err)
		}
		l.Changed = fromMS(changed)
		lists = append(lists, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read rule lists: %w", err)
	}
	return lists, nil
}

// ChangeRuleList implements live.Rules. Errors: comment.ErrNotFound for an
// unknown room, those of change, comment.ErrBusy when the database cannot be
// written.
func (s *Store) ChangeRuleList(ctx context.Context, room, name string, change func(was *comment.RuleList) (*comment.RuleList, *comment.Act, error)) error {
	err := s.change(ctx, func(t *txn) error {
		var id int64
		if room != "" {
			var err error
			if id, err = t.roomID(room); err != nil {
				return err
			}
		}
		was, err := t.ruleList(id, room, name)
		if err != nil {
			return err
		}
		now, act, err := change(was)
		if err != nil {
			return err
		}
		t.bump = true
		if now == nil {
			_, err = t.exec("DELETE FROM rule_lists WHERE room = ? AND name = ?", id, name)
		} else {
			_, err = t.exec("INSERT OR REPLACE INTO rule_lists (room, name, text, active, changed) VALUES (?, ?, ?, ?, ?)",
				id, name, now.Text, now.On, toMS(now.Changed))
		}
		if err != nil {
			return err
		}
		return t.note(id, act)
	})
	if err != nil {
		return fmt.Errorf("change the rule list %q: %w", name, err)
	}
	return nil
}

// ruleList gives a list as it stands, nil when there is none.
func (t *txn) ruleList(id int64, room, name string) (*comment.RuleList, error) {
	l := comment.RuleList{Room: room, Name: name}
	var changed int64
	err := t.get("SELECT text, active, changed FROM rule_lists WHERE room = ? AND name = ?", []any{id, name}, &l.Text, &l.On, &changed)
	if errors.Is(err, comment.ErrNotFound) {
		return nil, nil
	}
	l.Changed = fromMS(changed)
	return &l, err
}
