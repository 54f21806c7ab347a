package store

import (
	"context"
	"encoding/json"
	"fmt"

	"danmaku/comment"
)

// Styles implements live.Styles.
func (s *Store) Styles(ctx context.Context, room string) ([]comment.Style, error) {
	const q = `SELECT s.name, s.options, s.css, s.changed FROM styles s JOIN rooms r ON r.id = s.room
		WHERE r.name = ? ORDER BY s.name`
	rows, err := s.read.QueryContext(ctx, q, room)
	if err != nil {
		return nil, fmt.Errorf("read styles of room %s: %w", room, err)
	}
	defer rows.Close()
	var styles []comment.Style
	for rows.Next() {
		st := comment.Style{Room: room}
		var options string
		var changed int64
		if err := rows.Scan(&st.Name, &options, &st.CSS, &changed); err != nil {
			return nil, fmt.Errorf("read styles of room %s: %w", room, err)
		}
		if err := json.Unmarshal([]byte(options), &st.Options); err != nil {
			return nil, fmt.Errorf("style %q of room %s: %w", st.Name, room, err)
		}
		st.Changed = fromMS(changed)
		styles = append(styles, st)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read styles of room %s: %w", room, err)
	}
	return styles, nil
}

// PutStyle implements live.Styles.
func (s *Store) PutStyle(ctx context.Context, st comment.Style) error {
	options, err := json.Marshal(st.Options)
	if err != nil {
		return fmt.Errorf("store style %q: %w", st.Name, err)
	}
	err = s.change(ctx, func(t *txn) error {
		room, err := t.roomID(st.Room)
		if err != nil {
			return err
		}
		_, err = t.exec("INSERT OR REPLACE INTO styles (room, name, options, css, changed) VALUES (?, ?, ?, ?, ?)",
			room, st.Name, string(options), st.CSS, toMS(st.Changed))
		return err
	})
	if err != nil {
		return fmt.Errorf("store style %q: %w", st.Name, err)
	}
	return nil
}

// DeleteStyle implements live.Styles.
func (s *Store) DeleteStyle(ctx context.Context, room, name string) error {
	err := s.change(ctx, func(t *txn) error {
		id, err := t.roomID(room)
		if err != nil {
			return err
		}
		n, err := t.exec("DELETE FROM styles WHERE room = ? AND name = ?", id, name)
		if err == nil && n == 0 {
			return comment.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete style %q: %w", name, err)
	}
	return nil
}
