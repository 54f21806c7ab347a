package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// keptRefused is how many pictures of refused photos are stored for a room, so that each
// refusal can be undone.
const keptRefused = 50

// encodePhoto writes a photo's path and size as "/photos/… 1280 960", or an empty string.
func encodePhoto(p *comment.Photo) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%s %d %d", p.Path, p.Width, p.Height)
}

func decodePhoto(text string) *comment.Photo {
	var p comment.Photo
	if n, err := fmt.Sscanf(text, "%s %d %d", &p.Path, &p.Width, &p.Height); n != 3 || err != nil {
		return nil
	}
	return &p
}

// decidePhoto checks that a wall accepts another photo, of its author and at all. The same
// ref means the same photo again. Errors: room.ErrNotFound, room.ErrNotLive with a fault.
func (t *txn) decidePhoto(place *roomState, ev room.Event) error {
	it, err := t.item(place, ev.Comment.Item)
	if err != nil {
		return err
	}
	wall, err := it.Wall()
	if errors.Is(err, show.ErrState) {
		return room.PhotoFault(room.ErrNotLive, room.FaultPhotoClosed, 0, "the photo wall takes no photos now")
	}
	if err != nil {
		return err
	}
	var all, mine, pictures int
	const q = `SELECT count(*), COALESCE(sum(u.name = ?3), 0) FROM comments c JOIN users u ON u.id = c.user JOIN rooms r ON r.id = c.room
		WHERE c.room = ?1 AND c.item = ?2 AND c.item <> '' AND (c.status = 2 OR c.status = 1 AND c.seq > r.cleared)
		AND NOT (u.name = ?3 AND COALESCE(c.ref, '') = ?4 AND ?4 <> '')`
	if err := t.get(q, []any{place.id, ev.Comment.Item, ev.Comment.User, ev.Entry.Ref}, &all, &mine); err != nil {
		return err
	}
	if err := t.get("SELECT count(*) FROM photos WHERE room = ?", []any{place.id}, &pictures); err != nil {
		return err
	}
	switch {
	case mine >= wall.Each:
		return room.PhotoYours(wall.Each)
	case all >= wall.Most:
		return room.PhotoFull(wall.Most)
	case pictures >= room.MaxRoomPhotos:
		return room.PhotoFull(room.MaxRoomPhotos)
	}
	return nil
}

// keepPhoto stores the picture of a photo whose comment was just written.
func (t *txn) keepPhoto(place *roomState, ev room.Event, picture []byte) error {
	drop, err := t.ids(`SELECT p.comment FROM photos p JOIN comments c ON c.id = p.comment
		WHERE p.room = ? AND c.status = 3 ORDER BY c.seq DESC LIMIT -1 OFFSET ?`, place.id, keptRefused)
	if err != nil {
		return err
	}
	return t.write(&photoKept{Room: ev.Room, Comment: ev.Comment.ID, Path: ev.Comment.Photo.Path, Picture: picture, Drop: drop})
}

// photoKept is the change for the picture of a photo. It deletes pictures that were refused
// long ago.
type photoKept struct {
	Room    string       `json:"room"`
	Comment comment.ID   `json:"comment"`
	Path    string       `json:"path"`
	Picture []byte       `json:"picture"`
	Drop    []comment.ID `json:"drop,omitempty"`
}

func (*photoKept) kind() string { return "photo" }

func (c *photoKept) apply(t *txn) error {
	place, err := t.room(c.Room)
	if err != nil {
		return err
	}
	if _, err := t.exec("INSERT OR REPLACE INTO photos (comment, room, path, picture) VALUES (?, ?, ?, ?)", int64(c.Comment), place.id, c.Path, c.Picture); err != nil {
		return err
	}
	for _, id := range c.Drop {
		if err := t.dropPhoto(id); err != nil {
			return err
		}
	}
	return nil
}

// dropPhoto deletes the picture of a comment for good, if it has one.
func (t *txn) dropPhoto(id comment.ID) error {
	var there bool
	if err := t.get("SELECT EXISTS (SELECT 1 FROM photos WHERE comment = ?)", []any{int64(id)}, &there); err != nil || !there {
		return err
	}
	t.wiped = true
	return t.secureDelete(func() error {
		_, err := t.exec("DELETE FROM photos WHERE comment = ?", int64(id))
		return err
	})
}

// Photo implements live.Photos. Errors: room.ErrNotFound.
func (s *Store) Photo(ctx context.Context, path string) (picture []byte, row room.Row, roomID string, err error) {
	var scan rowScan
	const q = `SELECT p.picture, r.name, ` + rowColumns + ` FROM photos p JOIN rooms r ON r.id = p.room
		JOIN comments c ON c.id = p.comment JOIN users u ON u.id = c.user WHERE p.path = ?`
	err = s.read.QueryRowContext(ctx, q, path).Scan(append([]any{&picture, &roomID}, scan.dest()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, row, "", room.ErrNotFound
	}
	if err != nil {
		return nil, row, "", fmt.Errorf("read a photo: %w", err)
	}
	return picture, scan.result(), roomID, nil
}

// PhotosOf implements live.Photos.
func (s *Store) PhotosOf(ctx context.Context, roomID, item, user string) ([]room.Row, error) {
	rows, err := s.rows(ctx, `SELECT `+rowColumns+` FROM comments c JOIN users u ON u.id = c.user
		WHERE c.room = (SELECT id FROM rooms WHERE name = ?1) AND c.item = ?2 AND c.item <> '' AND c.photo <> ''
		AND (c.status = 2 OR c.status = 1 AND c.seq > (SELECT cleared FROM rooms WHERE id = c.room) OR c.status = 3 AND ?3 <> '')
		AND (?3 = '' OR u.name = ?3) ORDER BY c.id`, []any{roomID, item, user})
	if err != nil {
		return nil, fmt.Errorf("read photos of room %s: %w", roomID, err)
	}
	return rows, nil
}
