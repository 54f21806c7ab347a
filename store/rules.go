package store

import (
	"context"
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

// PutRuleList implements live.Rules: it makes the list or replaces the one of
// the same room and name. Errors: comment.ErrNotFound for an unknown room,
// comment.ErrBusy when the database cannot be written.
func (s *Store) PutRuleList(ctx context.Context, l comment.RuleList, a *comment.Act) error {
	err := s.change(ctx, func(t *txn) error {
		var room int64
		if l.Room != "" {
			id, err := t.roomID(l.Room)
			if err != nil {
				return err
			}
			room = id
		}
		t.bump = true
		if _, err := t.exec("INSERT OR REPLACE INTO rule_lists (room, name, text, active, changed) VALUES (?, ?, ?, ?, ?)",
			room, l.Name, l.Text, l.On, toMS(l.Changed)); err != nil {
			return err
		}
		return t.note(room, a)
	})
	if err != nil {
		return fmt.Errorf("store rule list %q: %w", l.Name, err)
	}
	return nil
}

// DeleteRuleList implements live.Rules. Errors: comment.ErrNotFound,
// comment.ErrBusy.
func (s *Store) DeleteRuleList(ctx context.Context, room, name string, a *comment.Act) error {
	err := s.change(ctx, func(t *txn) error {
		var id int64
		if room != "" {
			var err error
			if id, err = t.roomID(room); err != nil {
				return err
			}
		}
		n, err := t.exec("DELETE FROM rule_lists WHERE room = ? AND name = ?", id, name)
		if err == nil && n == 0 {
			return comment.ErrNotFound
		}
		t.bump = true
		if err != nil {
			return err
		}
		return t.note(id, a)
	})
	if err != nil {
		return fmt.Errorf("delete rule list %q: %w", name, err)
	}
	return nil
}
