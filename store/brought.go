package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// Connected chats bring comments: each row names its chat.

// broughtBefore finds the comment that a chat brought for the same message of its platform.
// Errors: room.ErrNotFound.
func (t *txn) broughtBefore(place *roomState, e room.Entry) (room.Row, error) {
	if e.Chat == "" || e.Ref == "" {
		return room.Row{}, room.ErrNotFound
	}
	var s rowScan
	const q = `SELECT ` + rowColumns + ` FROM comments c JOIN users u ON u.id = c.user WHERE c.room = ? AND c.ref = ? AND c.chat <> ''`
	err := t.get(q, []any{place.id, e.Ref}, s.dest()...)
	return s.result(), err
}

// How far back a removal of a chat's comments reaches, and how many comments it takes down
// at once; the caller repeats it until nothing is left.
const (
	broughtWithin = 24 * time.Hour
	broughtMost   = 1000
)

// broughtBy lists the newest comments of a chat that are on the screens or in review; only
// of one source if the event names one.
func (t *txn) broughtBy(place *roomState, ev room.Event) ([]comment.ID, error) {
	return t.ids(`SELECT id FROM comments WHERE chat = ?1 AND at > ?2 AND room = ?3 AND status IN (1, 2)
		AND (?4 = '' OR source = ?4) ORDER BY at DESC LIMIT ?5`, ev.Chat, toMS(ev.At.Add(-broughtWithin)), place.id, string(ev.Comment.Source), broughtMost)
}

// Brought implements live.History: the comment that a connected chat of a room
// brought under a ref. Errors: room.ErrNotFound.
func (s *Store) Brought(ctx context.Context, roomID, ref string) (comment.ID, error) {
	var id int64
	const q = `SELECT id FROM comments WHERE room = (SELECT id FROM rooms WHERE name = ?) AND ref = ? AND chat <> ''`
	err := s.read.QueryRowContext(ctx, q, roomID, ref).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, room.ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("read a chat's comment by its ref: %w", err)
	}
	return comment.ID(id), nil
}
