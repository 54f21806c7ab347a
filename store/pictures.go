package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"danmaku/comment"
)

// keptPictures is how many pictures of a room there are: the one that it shows,
// and those that an undo can bring back.
const keptPictures = 12

// PutPicture implements live.Pictures: it keeps a room's picture beside those
// before it, of which the oldest go. Errors: comment.ErrNotFound for an unknown
// room, comment.ErrBusy when the database cannot be written.
func (s *Store) PutPicture(ctx context.Context, room, hash string, jpeg []byte) error {
	err := s.change(ctx, func(t *txn) error {
		id, err := t.roomID(room)
		if err != nil {
			return err
		}
		if _, err = t.exec("INSERT OR REPLACE INTO pictures (room, hash, jpeg) VALUES (?, ?, ?)", id, hash, jpeg); err != nil {
			return err
		}
		_, err = t.exec(`DELETE FROM pictures WHERE room = ?1 AND id <= (SELECT id FROM pictures
			WHERE room = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`, id, keptPictures)
		return err
	})
	if err != nil {
		return fmt.Errorf("store the picture of room %s: %w", room, err)
	}
	return nil
}

// Picture implements live.Pictures. Errors: comment.ErrNotFound when the room
// has no picture of that hash (any more).
func (s *Store) Picture(ctx context.Context, room, hash string) ([]byte, error) {
	const q = "SELECT p.jpeg FROM pictures p JOIN rooms r ON r.id = p.room WHERE r.name = ? AND p.hash = ?"
	var jpeg []byte
	err := s.read.QueryRowContext(ctx, q, room, hash).Scan(&jpeg)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, comment.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read the picture of room %s: %w", room, err)
	}
	return jpeg, nil
}
