package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"danmaku/room"
)

// WiFi implements live.WiFi.
func (s *Store) WiFi(ctx context.Context, roomID string) (sealed []byte, err error) {
	const q = "SELECT w.sealed FROM wifi w JOIN rooms r ON r.id = w.room WHERE r.name = ?"
	err = s.read.QueryRowContext(ctx, q, roomID).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the Wi-Fi of room %s: %w", roomID, err)
	}
	return sealed, nil
}

// SetWiFi implements live.WiFi.
func (s *Store) SetWiFi(ctx context.Context, roomID string, sealed []byte, a *room.AuditEntry) error {
	err := s.changeRoom(ctx, roomID, a, nil, func(act *auditChange) change {
		return &wifiSet{Room: roomID, Sealed: sealed, Audit: act}
	})
	if err != nil {
		return fmt.Errorf("store the Wi-Fi of room %s: %w", roomID, err)
	}
	return nil
}

// wifiSet is the change for a room's Wi-Fi network; without one it is deleted.
type wifiSet struct {
	Room   string       `json:"room"`
	Sealed []byte       `json:"sealed,omitempty"`
	Audit  *auditChange `json:"act,omitempty"`
}

func (*wifiSet) kind() string { return "wifi" }

func (c *wifiSet) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	if len(c.Sealed) == 0 {
		_, err = t.exec("DELETE FROM wifi WHERE room = ?", row)
	} else {
		_, err = t.exec("INSERT OR REPLACE INTO wifi (room, sealed) VALUES (?, ?)", row, c.Sealed)
	}
	if err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}
