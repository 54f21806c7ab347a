package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"danmaku/room"
)

// Styles implements live.Styles.
func (s *Store) Styles(ctx context.Context, roomID string) ([]room.Style, error) {
	const q = `SELECT s.name, s.options, s.css, s.changed FROM styles s JOIN rooms r ON r.id = s.room
		WHERE r.name = ? ORDER BY s.name`
	styles, err := list(ctx, s.read, func(rows *sql.Rows) (room.Style, error) {
		st := room.Style{Room: roomID}
		var options string
		var changed int64
		if err := rows.Scan(&st.Name, &options, &st.CSS, &changed); err != nil {
			return st, err
		}
		st.Changed = fromMS(changed)
		if err := json.Unmarshal([]byte(options), &st.Options); err != nil {
			return st, fmt.Errorf("style %q: %w", st.Name, err)
		}
		return st, nil
	}, q, roomID)
	if err != nil {
		return nil, fmt.Errorf("read styles of room %s: %w", roomID, err)
	}
	return styles, nil
}

// PutStyle implements live.Styles.
func (s *Store) PutStyle(ctx context.Context, st room.Style) error {
	options, err := json.Marshal(st.Options)
	if err != nil {
		return fmt.Errorf("store style %q: %w", st.Name, err)
	}
	err = s.change(ctx, func(t *txn) error {
		if _, err := t.roomID(st.Room); err != nil {
			return err
		}
		return t.write(&styleKept{Room: st.Room, Name: st.Name, Options: string(options), CSS: st.CSS, Changed: toMS(st.Changed)})
	})
	if err != nil {
		return fmt.Errorf("store style %q: %w", st.Name, err)
	}
	return nil
}

// DeleteStyle implements live.Styles.
func (s *Store) DeleteStyle(ctx context.Context, roomID, name string) error {
	err := s.change(ctx, func(t *txn) error {
		row, err := t.roomID(roomID)
		if err != nil {
			return err
		}
		var one int
		if err := t.get("SELECT 1 FROM styles WHERE room = ? AND name = ?", []any{row, name}, &one); err != nil {
			return err
		}
		return t.write(&styleDeleted{Room: roomID, Name: name})
	})
	if err != nil {
		return fmt.Errorf("delete style %q: %w", name, err)
	}
	return nil
}

// styleKept is the change for a style of an overlay.
type styleKept struct {
	Room    string `json:"room"`
	Name    string `json:"name"`
	Options string `json:"options"` // JSON
	CSS     string `json:"css,omitempty"`
	Changed int64  `json:"changed"` // ms
}

func (*styleKept) kind() string { return "style" }

func (c *styleKept) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT OR REPLACE INTO styles (room, name, options, css, changed) VALUES (?, ?, ?, ?, ?)",
		row, c.Name, c.Options, c.CSS, c.Changed)
	return err
}

// styleDeleted is the change for a deleted style.
type styleDeleted struct {
	Room string `json:"room"`
	Name string `json:"name"`
}

func (*styleDeleted) kind() string { return "style_deleted" }

func (c *styleDeleted) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	_, err = t.exec("DELETE FROM styles WHERE room = ? AND name = ?", row, c.Name)
	return err
}
