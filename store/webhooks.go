package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"danmaku/room"
)

// webhookRow is the settings of a webhook in the database.
type webhookRow struct {
	Events []room.Kind `json:"events"`
	Local  bool        `json:"local,omitempty"`
	Off    bool        `json:"off,omitempty"`
}

// Webhooks implements live.Webhooks: the webhooks of all rooms, oldest first, with only the
// sealed form of their secrets.
func (s *Store) Webhooks(ctx context.Context) ([]room.Webhook, error) {
	const q = `SELECT w.id, r.name, w.label, w.sealed, w.switches, w.made, w.position FROM webhooks w JOIN rooms r ON r.id = w.room ORDER BY w.made, w.id`
	webhooks, err := list(ctx, s.read, func(rows *sql.Rows) (w room.Webhook, err error) {
		var text string
		var made int64
		if err := rows.Scan(&w.ID, &w.Room, &w.Label, &w.Sealed, &text, &made, &w.Position); err != nil {
			return w, err
		}
		var row webhookRow
		if err := json.Unmarshal([]byte(text), &row); err != nil {
			return w, fmt.Errorf("webhook %s of room %s: %w", w.ID, w.Room, err)
		}
		w.Made, w.Events, w.Local, w.Off = fromMS(made), row.Events, row.Local, row.Off
		return w, nil
	}, q)
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	return webhooks, nil
}

// PutWebhook implements live.Webhooks.
func (s *Store) PutWebhook(ctx context.Context, w room.Webhook, a *room.AuditEntry) error {
	kept := &webhookKept{
		ID: w.ID, Room: w.Room, Label: w.Label, Sealed: w.Sealed, Switches: webhookRow{w.Events, w.Local, w.Off}, Made: toMS(w.Made), Position: w.Position,
	}
	newest := func(t *txn, _ int64) error { // the webhook may have got further meanwhile
		current, err := t.webhookPosition(w.ID)
		if err != nil && !errors.Is(err, room.ErrNotFound) {
			return err
		}
		kept.Position = max(kept.Position, current)
		return nil
	}
	err := s.changeRoom(ctx, w.Room, a, newest, func(act *auditChange) change {
		kept.Audit = act
		return kept
	})
	if err != nil {
		return fmt.Errorf("store the webhook %s: %w", w.ID, err)
	}
	return nil
}

// webhookPosition returns the position of a webhook, or room.ErrNotFound.
func (t *txn) webhookPosition(id string) (seq int64, err error) {
	return seq, t.get("SELECT position FROM webhooks WHERE id = ?", []any{id}, &seq)
}

// PassWebhook implements live.Webhooks.
func (s *Store) PassWebhook(ctx context.Context, id string, seq int64) error {
	err := s.change(ctx, func(t *txn) error {
		current, err := t.webhookPosition(id)
		if errors.Is(err, room.ErrNotFound) || err == nil && current >= seq {
			return nil
		}
		if err != nil {
			return err
		}
		return t.write(&webhookPassed{ID: id, Position: seq})
	})
	if err != nil {
		return fmt.Errorf("store how far the webhook %s has got: %w", id, err)
	}
	return nil
}

// DeleteWebhook implements live.Webhooks.
func (s *Store) DeleteWebhook(ctx context.Context, roomID, id string, a *room.AuditEntry) error {
	return s.deleteOf(ctx, "webhooks", roomID, id, a, func(act *auditChange) change { return &webhookDeleted{ID: id, Room: roomID, Audit: act} })
}

// webhookKept is the change for a webhook's new state.
type webhookKept struct {
	ID       string       `json:"id"`
	Room     string       `json:"room"`
	Label    string       `json:"label,omitempty"`
	Sealed   []byte       `json:"sealed,omitempty"`
	Switches webhookRow   `json:"switches"`
	Made     int64        `json:"made"` // ms
	Position int64        `json:"position"`
	Audit    *auditChange `json:"act,omitempty"`
}

func (*webhookKept) kind() string { return "webhook" }

func (c *webhookKept) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	text, err := json.Marshal(c.Switches)
	if err != nil {
		return malformed("%v", err)
	}
	const q = "INSERT OR REPLACE INTO webhooks (id, room, label, sealed, switches, made, position) VALUES (?, ?, ?, ?, ?, ?, ?)"
	if _, err := t.exec(q, c.ID, row, c.Label, append([]byte{}, c.Sealed...), string(text), c.Made, c.Position); err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}

// webhookPassed is the change for a webhook's position.
type webhookPassed struct {
	ID       string `json:"id"`
	Position int64  `json:"position"`
}

func (*webhookPassed) kind() string { return "webhook_passed" }

func (c *webhookPassed) apply(t *txn) error {
	_, err := t.exec("UPDATE webhooks SET position = ?2 WHERE id = ?1 AND position < ?2", c.ID, c.Position)
	return err
}

// webhookDeleted is the change for a deleted webhook.
type webhookDeleted struct {
	ID    string       `json:"id"`
	Room  string       `json:"room"`
	Audit *auditChange `json:"act,omitempty"`
}

func (*webhookDeleted) kind() string { return "webhook_deleted" }

func (c *webhookDeleted) apply(t *txn) error {
	if _, err := t.exec("DELETE FROM webhooks WHERE id = ?", c.ID); err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}
