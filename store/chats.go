package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// chatRow is the settings of a chat in the database.
type chatRow struct {
	Off        bool  `json:"off,omitempty"`
	FollowBans bool  `json:"follow_bans,omitempty"`
	Guests     bool  `json:"guests,omitempty"`
	HoldAll    bool  `json:"hold_all,omitempty"`
	Emotes     bool  `json:"emotes,omitempty"`
	MinMicros  int64 `json:"min_micros,omitempty"`
}

// Chats implements live.Chats: the chats of all rooms, oldest first, with only the sealed
// form of their secrets.
func (s *Store) Chats(ctx context.Context) ([]room.Chat, error) {
	const q = `SELECT c.id, r.name, c.kind, c.target, c.sealed, c.switches, c.made FROM chats c JOIN rooms r ON r.id = c.room ORDER BY c.made, c.id`
	chats, err := list(ctx, s.read, func(rows *sql.Rows) (c room.Chat, err error) {
		var text string
		var made int64
		if err := rows.Scan(&c.ID, &c.Room, &c.Kind, &c.Target, &c.Sealed, &text, &made); err != nil {
			return c, err
		}
		var row chatRow
		if err := json.Unmarshal([]byte(text), &row); err != nil {
			return c, fmt.Errorf("chat %s of room %s: %w", c.ID, c.Room, err)
		}
		c.Made, c.Off = fromMS(made), row.Off
		c.ChatSwitches = room.ChatSwitches{FollowBans: row.FollowBans, Guests: row.Guests, HoldAll: row.HoldAll, Emotes: row.Emotes, MinMicros: row.MinMicros}
		return c, nil
	}, q)
	if err != nil {
		return nil, fmt.Errorf("read chats: %w", err)
	}
	return chats, nil
}

// PutChat implements live.Chats.
func (s *Store) PutChat(ctx context.Context, c room.Chat, a *room.AuditEntry) error {
	kept := &chatKept{ID: c.ID, Room: c.Room, Kind: c.Kind, Target: c.Target, Sealed: c.Sealed, Made: toMS(c.Made)}
	kept.Switches = chatRow{c.Off, c.FollowBans, c.Guests, c.HoldAll, c.Emotes, c.MinMicros}
	err := s.changeRoom(ctx, c.Room, a, nil, func(act *auditChange) change {
		kept.Audit = act
		return kept
	})
	if err != nil {
		return fmt.Errorf("store the chat %s: %w", c.ID, err)
	}
	return nil
}

// DeleteChat implements live.Chats.
func (s *Store) DeleteChat(ctx context.Context, roomID, id string, a *room.AuditEntry) error {
	return s.deleteOf(ctx, "chats", roomID, id, a, func(act *auditChange) change { return &chatDeleted{ID: id, Room: roomID, Audit: act} })
}

// chatKept is the change for a connected chat's new state.
type chatKept struct {
	ID       string       `json:"id"`
	Room     string       `json:"room"`
	Kind     string       `json:"kind_of_chat"`
	Target   string       `json:"target,omitempty"`
	Sealed   []byte       `json:"sealed,omitempty"`
	Switches chatRow      `json:"switches"`
	Made     int64        `json:"made"` // ms
	Audit    *auditChange `json:"act,omitempty"`
}

func (*chatKept) kind() string { return "chat" }

func (c *chatKept) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	text, err := json.Marshal(c.Switches)
	if err != nil {
		return malformed("%v", err)
	}
	const q = "INSERT OR REPLACE INTO chats (id, room, kind, target, sealed, switches, made) VALUES (?, ?, ?, ?, ?, ?, ?)"
	if _, err := t.exec(q, c.ID, row, c.Kind, c.Target, append([]byte{}, c.Sealed...), string(text), c.Made); err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}

// chatDeleted is the change for a disconnected chat.
type chatDeleted struct {
	ID    string       `json:"id"`
	Room  string       `json:"room"`
	Audit *auditChange `json:"act,omitempty"`
}

func (*chatDeleted) kind() string { return "chat_deleted" }

func (c *chatDeleted) apply(t *txn) error {
	if _, err := t.exec("DELETE FROM chats WHERE id = ?", c.ID); err != nil {
		return err
	}
	return t.note(c.Room, c.Audit)
}

// takenDownMost is the most comments of one removal that can be restored.
const takenDownMost = 5000

// TakenDown implements live.Refs: the comments that by took down at one moment and that are
// still down, in log order. Each row has its own number below its event's, see remove.
func (s *Store) TakenDown(ctx context.Context, roomID, by string, at time.Time) ([]room.Row, error) {
	const q = `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user
		WHERE c.room = (SELECT id FROM rooms WHERE name = ?1) AND c.status = ?2 AND c.status <> 1 AND c.actor = ?3
		AND ?4 = (SELECT e.at FROM events e WHERE e.room = c.room AND e.seq >= c.seq ORDER BY e.seq LIMIT 1)
		ORDER BY c.seq LIMIT ?5`
	rows, err := s.rows(ctx, q, []any{roomID, code(statuses, comment.Removed), by, toMS(at), takenDownMost})
	if err != nil && !errors.Is(err, room.ErrNotFound) {
		return nil, fmt.Errorf("read what was taken down: %w", err)
	}
	return rows, err
}
