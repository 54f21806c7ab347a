package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"danmaku/room"
)

// keptPictures is how many pictures of a room are stored: the current one, and those that
// an undo can restore.
const keptPictures = 12

// PutPicture implements live.Pictures: it stores a room's picture beside the earlier ones,
// and deletes the oldest. Errors: room.ErrNotFound for an unknown room, room.ErrBusy when
// the database cannot be written.
func (s *Store) PutPicture(ctx context.Context, roomID, hash string, jpeg []byte) error {
	err := s.change(ctx, func(t *txn) error {
		if _, err := t.roomID(roomID); err != nil {
			return err
		}
		return t.write(&pictureKept{Room: roomID, Hash: hash, JPEG: jpeg})
	})
	if err != nil {
		return fmt.Errorf("store the picture of room %s: %w", roomID, err)
	}
	return nil
}

// Picture implements live.Pictures. Errors: room.ErrNotFound when the room
// has no picture of that hash (any more).
func (s *Store) Picture(ctx context.Context, roomID, hash string) ([]byte, error) {
	const q = "SELECT p.jpeg FROM pictures p JOIN rooms r ON r.id = p.room WHERE r.name = ? AND p.hash = ?"
	var jpeg []byte
	err := s.read.QueryRowContext(ctx, q, roomID, hash).Scan(&jpeg)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, room.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read the picture of room %s: %w", roomID, err)
	}
	return jpeg, nil
}

// pictureKept is the change for a new picture of a room. The oldest ones make room for it.
type pictureKept struct {
	Room string `json:"room"`
	Hash string `json:"hash"`
	JPEG []byte `json:"jpeg"`
}

func (*pictureKept) kind() string { return "picture" }

func (c *pictureKept) apply(t *txn) error {
	row, err := t.roomRow(c.Room)
	if err != nil {
		return err
	}
	if _, err := t.exec("INSERT OR REPLACE INTO pictures (room, hash, jpeg) VALUES (?, ?, ?)", row, c.Hash, c.JPEG); err != nil {
		return err
	}
	_, err = t.exec(`DELETE FROM pictures WHERE room = ?1 AND id <= (SELECT id FROM pictures
		WHERE room = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`, row, keptPictures)
	return err
}
