package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"danmaku/room"
)

// AddReactions implements live.Shows. Errors: room.ErrNotFound for an unknown room,
// room.ErrBusy when the database cannot be written.
func (s *Store) AddReactions(ctx context.Context, roomID string, minutes []room.ReactionMinute) error {
	err := s.change(ctx, func(t *txn) error {
		row, err := t.roomID(roomID)
		if err != nil {
			return err
		}
		for _, m := range minutes {
			c := &reactionsCounted{Room: roomID, Minute: toMS(m.At.Truncate(time.Minute)), Counts: map[string]int{}}
			for emoji, n := range m.Counts {
				var before int
				const q = "SELECT COALESCE(MAX(n), 0) FROM reactions WHERE room = ? AND minute = ? AND emoji = ?"
				if err := t.get(q, []any{row, c.Minute, emoji}, &before); err != nil {
					return err
				}
				c.Counts[emoji] = before + n
			}
			if err := t.write(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store reactions of room %s: %w", roomID, err)
	}
	return nil
}

// Reactions returns how often people of a room reacted in each minute that begins in [from,
// to); a zero time means no bound. Errors: room.ErrNotFound for an unknown room.
func (s *Store) Reactions(ctx context.Context, roomID string, from, to time.Time) ([]room.ReactionMinute, error) {
	var row int64
	if err := s.read.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM rooms WHERE name = ?", roomID).Scan(&row); err != nil || row == 0 {
		if err == nil {
			err = room.ErrNotFound
		}
		return nil, fmt.Errorf("read reactions of room %s: %w", roomID, err)
	}
	q, args := "SELECT minute, emoji, n FROM reactions WHERE room = ?", []any{row}
	if !from.IsZero() {
		q, args = q+" AND minute >= ?", append(args, toMS(from))
	}
	if !to.IsZero() {
		q, args = q+" AND minute < ?", append(args, toMS(to))
	}
	rows, err := s.read.QueryContext(ctx, q+" ORDER BY minute, emoji", args...)
	if err != nil {
		return nil, fmt.Errorf("read reactions of room %s: %w", roomID, err)
	}
	defer rows.Close()
	var list []room.ReactionMinute
	for rows.Next() {
		var minute int64
		var emoji string
		var n int
		if err := rows.Scan(&minute, &emoji, &n); err != nil {
			return nil, fmt.Errorf("read reactions of room %s: %w", roomID, err)
		}
		if at := fromMS(minute); len(list) == 0 || !list[len(list)-1].At.Equal(at) {
			list = append(list, room.ReactionMinute{At: at, Counts: map[string]int{}})
		}
		list[len(list)-1].Counts[emoji] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read reactions of room %s: %w", roomID, err)
	}
	return list, nil
}

// reactionsCounted is the change for the reactions of a minute so far.
type reactionsCounted struct {
	Room   string         `json:"room"`
	Minute int64          `json:"minute"` // its beginning, ms
	Counts map[string]int `json:"counts"` // by emoji
}

func (*reactionsCounted) kind() string { return "reactions" }

func (c *reactionsCounted) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	for emoji, n := range c.Counts {
		if _, err := t.exec("INSERT OR REPLACE INTO reactions (room, minute, emoji, n) VALUES (?, ?, ?, ?)", row, c.Minute, emoji, n); err != nil {
			return err
		}
	}
	return nil
}

// forgetReactions deletes counts of minutes before a moment.
func (t *txn) forgetReactions(before time.Time) (int64, error) {
	return t.exec(`DELETE FROM reactions WHERE (room, minute, emoji) IN (SELECT room, minute, emoji FROM reactions
		WHERE minute < ? LIMIT `+strconv.Itoa(forgetLen)+`)`, toMS(before))
}
