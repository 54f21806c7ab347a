package live

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"

	"danmaku/room"
)

// SetPicture sets the picture of a room's audience page, a JPEG that we encoded ourselves,
// and returns the room afterwards. Only the owner may. Errors: ErrNotAllowed, ErrNotFound,
// ErrBusy.
func (svc *Service) SetPicture(ctx context.Context, roomID string, by room.Actor, jpeg []byte) (room.Room, error) {
	if _, err := svc.may(roomID, by, room.SetPicture); err != nil {
		return room.Room{}, err
	}
	sum := sha256.Sum256(jpeg)
	hash := hex.EncodeToString(sum[:8])
	if err := svc.pictures.PutPicture(ctx, roomID, hash, jpeg); err != nil {
		return room.Room{}, err
	}
	return svc.setRoom(ctx, roomID, by, room.ActionSettings, func(r room.Room) (room.Room, error) {
		r.Look.Picture = room.PicturePath(roomID, hash)
		return r, nil
	})
}

// ownPicture returns ErrInvalid for a room that shows a picture that is not its own.
func (svc *Service) ownPicture(ctx context.Context, r room.Room) error {
	picture := r.Look.Picture
	if picture == "" {
		return nil
	}
	err := room.ErrNotFound
	if r.WithoutForeignPicture().Look.Picture != "" {
		_, err = svc.pictures.Picture(ctx, r.ID, strings.TrimSuffix(path.Base(picture), ".jpg"))
	}
	if errors.Is(err, room.ErrNotFound) {
		return room.Explain(room.ErrInvalid, "look.picture %.80q: this room has no such picture; send one with PUT /api/rooms/%s/picture, or leave it empty", picture, r.ID)
	}
	if err != nil {
		return fmt.Errorf("look for a picture: %w", err)
	}
	return nil
}

// Picture returns the bytes of the picture that a room shows. Errors: ErrNotFound, also for
// a removed picture that is stored only for an undo.
func (svc *Service) Picture(ctx context.Context, roomID, hash string) ([]byte, error) {
	r, err := svc.Room(roomID)
	if err != nil {
		return nil, err
	}
	if r.Look.Picture != room.PicturePath(roomID, hash) {
		return nil, room.ErrNotFound
	}
	return svc.pictures.Picture(ctx, roomID, hash)
}
