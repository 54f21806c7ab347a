package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"danmaku/room"
)

// keptEmotes is how many pictures of former emotes are stored for a room, so that their
// deletion or replacement can be undone.
const keptEmotes = 50

// PutEmote implements live.Emotes: it stores the picture of an emote beside the room's
// current ones, and some former ones. Errors: room.ErrNotFound for an unknown room,
// room.ErrBusy when the database cannot be written.
func (s *Store) PutEmote(ctx context.Context, roomID, hash, mediaType string, picture []byte) error {
	err := s.change(ctx, func(t *txn) error {
		row, err := t.roomID(roomID)
		if err != nil {
			return err
		}
		unused, err := t.unusedEmotes(roomID, row, hash)
		if err != nil {
			return err
		}
		return t.write(&emoteKept{Room: roomID, Hash: hash, Type: mediaType, Picture: picture, Drop: unused[min(len(unused), keptEmotes):]})
	})
	if err != nil {
		return fmt.Errorf("store an emote of room %s: %w", roomID, err)
	}
	return nil
}

// unusedEmotes lists the pictures that a room does not use now, newest first, without one
// that is about to be stored.
func (t *txn) unusedEmotes(roomID string, row int64, fresh string) ([]string, error) {
	var settings string
	if err := t.get("SELECT settings FROM rooms WHERE id = ?", []any{row}, &settings); err != nil {
		return nil, err
	}
	setup, err := decodeRoom(roomID, settings)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{fresh: true}
	for _, e := range setup.Emotes {
		used[e.Hash] = true
	}
	stored, err := listIn(t, scanText, "SELECT hash FROM emotes WHERE room = ? ORDER BY id DESC", row)
	return slices.DeleteFunc(stored, func(hash string) bool { return used[hash] }), err
}

// EmotePicture implements live.Emotes. Errors: room.ErrNotFound when no room has, or
// recently had, a picture of that hash.
func (s *Store) EmotePicture(ctx context.Context, hash string) (picture []byte, mediaType string, rooms []string, err error) {
	const q = "SELECT r.name, e.type, e.picture FROM emotes e JOIN rooms r ON r.id = e.room WHERE e.hash = ?"
	rooms, err = list(ctx, s.read, func(rows *sql.Rows) (name string, err error) {
		return name, rows.Scan(&name, &mediaType, &picture)
	}, q, hash)
	if err != nil {
		return nil, "", nil, fmt.Errorf("read an emote: %w", err)
	}
	if len(rooms) == 0 {
		return nil, "", nil, room.ErrNotFound
	}
	return picture, mediaType, rooms, nil
}

// emoteKept is the change for the picture of an emote. It deletes pictures that the room
// has not used for long.
type emoteKept struct {
	Room    string   `json:"room"`
	Hash    string   `json:"hash"`
	Type    string   `json:"type"`
	Picture []byte   `json:"picture"`
	Drop    []string `json:"drop,omitempty"` // hashes
}

func (*emoteKept) kind() string { return "emote" }

func (c *emoteKept) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	if _, err := t.exec("INSERT OR REPLACE INTO emotes (room, hash, type, picture) VALUES (?, ?, ?, ?)", row, c.Hash, c.Type, c.Picture); err != nil {
		return err
	}
	for _, hash := range c.Drop {
		if _, err := t.exec("DELETE FROM emotes WHERE room = ? AND hash = ?", row, hash); err != nil {
			return err
		}
	}
	return nil
}
