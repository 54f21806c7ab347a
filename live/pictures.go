package live

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"danmaku/comment"
)

// SetPicture dresses a room's audience page with a picture, which is JPEG that
// we encoded ourselves, and gives the room as it is then. It is the owner's to
// do. Errors: ErrNotAllowed, ErrNotFound, ErrBusy.
func (h *Hall) SetPicture(ctx context.Context, roomID string, by Actor, jpeg []byte) (comment.Room, error) {
	if by.Role != comment.Owner {
		return comment.Room{}, comment.ErrNotAllowed
	}
	if _, err := h.acting(roomID, by); err != nil {
		return comment.Room{}, err
	}
	sum := sha256.Sum256(jpeg)
	hash := hex.EncodeToString(sum[:8])
	if err := h.pictures.PutPicture(ctx, roomID, hash, jpeg); err != nil {
		return comment.Room{}, err
	}
	return h.SetRoom(ctx, roomID, by, func(r comment.Room) (comment.Room, error) {
		r.Look.Picture = picturePath(roomID, hash)
		return r, nil
	})
}

func picturePath(roomID, hash string) string { return "/r/" + roomID + "/picture/" + hash + ".jpg" }

// Picture gives the bytes of the picture that a room shows. Errors: ErrNotFound,
// also for one that was taken off, though it is kept for an undo.
func (h *Hall) Picture(ctx context.Context, roomID, hash string) ([]byte, error) {
	r, err := h.Room(roomID)
	if err != nil {
		return nil, err
	}
	if r.Look.Picture != picturePath(roomID, hash) {
		return nil, comment.ErrNotFound
	}
	return h.pictures.Picture(ctx, roomID, hash)
}
