package live

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"danmaku/comment"
	"danmaku/room"
)

// DrawnEmote is the picture of an emote after this program has redrawn it.
type DrawnEmote struct {
	Picture   []byte
	MediaType string
	Animated  bool
}

// Emotes returns a room's own emotes.
func (svc *Service) Emotes(roomID string) ([]room.Emote, error) {
	r, err := svc.Room(roomID)
	return r.Emotes, err
}

// EmotePicture returns an emote's picture and its media type. Errors: ErrNotFound, also for
// a picture that no room uses any more and that is stored only for an undo.
func (svc *Service) EmotePicture(ctx context.Context, hash string) ([]byte, string, error) {
	if svc.emotes == nil {
		return nil, "", room.ErrNotFound
	}
	picture, mediaType, rooms, err := svc.emotes.EmotePicture(ctx, hash)
	if err != nil {
		return nil, "", err
	}
	for _, name := range rooms {
		if r, err := svc.Room(name); err == nil && hasEmote(r.Emotes, hash) {
			return picture, mediaType, nil
		}
	}
	return nil, "", room.ErrNotFound
}

func hasEmote(list []room.Emote, hash string) bool {
	return slices.ContainsFunc(list, func(e room.Emote) bool { return e.Hash == hash })
}

// SetEmote adds an emote to a room, or replaces the picture of the emote of that name, and
// returns the room afterwards. It refuses a name that the room's rules stop, since a
// comment with it would be stopped. Errors: ErrInvalid with a fault, ErrNotAllowed,
// ErrNotFound, ErrBusy.
func (svc *Service) SetEmote(ctx context.Context, roomID string, by room.Actor, name string, drawn DrawnEmote) (room.Room, error) {
	r, err := svc.may(roomID, by, room.ChangeSettings)
	if err != nil {
		return room.Room{}, err
	}
	if svc.emotes == nil {
		return room.Room{}, room.ErrNotFound
	}
	setup := r.settings()
	if name, err = svc.emoteName(name, setup); err != nil {
		return room.Room{}, err
	}
	sum := sha256.Sum256(drawn.Picture)
	e := room.Emote{Name: name, Hash: hex.EncodeToString(sum[:16]), Animated: drawn.Animated}
	if _, err := setup.WithEmote(e); err != nil { // before anything is stored
		return room.Room{}, err
	}
	if err := svc.emotes.PutEmote(ctx, roomID, e.Hash, drawn.MediaType, drawn.Picture); err != nil {
		return room.Room{}, err
	}
	return svc.setRoom(ctx, roomID, by, room.ActionSettings, func(r room.Room) (room.Room, error) { return r.WithEmote(e) })
}

// RenameEmote renames an emote; written comments stay as they are. Errors: those of
// [Service.SetEmote].
func (svc *Service) RenameEmote(ctx context.Context, roomID string, by room.Actor, name, to string) (room.Room, error) {
	r, err := svc.may(roomID, by, room.ChangeSettings)
	if err != nil {
		return room.Room{}, err
	}
	if to, err = svc.emoteName(to, r.settings()); err != nil {
		return room.Room{}, err
	}
	return svc.setRoom(ctx, roomID, by, room.ActionSettings, func(r room.Room) (room.Room, error) { return r.WithEmoteNamed(name, to) })
}

// DeleteEmote deletes an emote from a room: its picture is no longer served, and comments
// that contain it show its name. Errors: ErrNotFound, ErrNotAllowed, ErrBusy.
func (svc *Service) DeleteEmote(ctx context.Context, roomID string, by room.Actor, name string) (room.Room, error) {
	return svc.setRoom(ctx, roomID, by, room.ActionSettings, func(r room.Room) (room.Room, error) { return r.WithoutEmote(name) })
}

// emoteName returns a name in its stored form, if the room's rules allow it.
func (svc *Service) emoteName(name string, setup room.Room) (string, error) {
	name, err := room.EmoteName(name)
	if err != nil {
		return "", err
	}
	if svc.filter.CheckText(":"+name+":", setup).Action != comment.Pass {
		return "", room.EmoteFault(room.FaultEmoteStopped, name, 0, "name %q: a rule of this room stops comments with it; choose another name, or change the rule", name)
	}
	return name, nil
}

// undoEmotes reverts what an action did to the list of emotes, and keeps what others
// changed in it.
func (svc *Service) undoEmotes(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	for _, e := range a.Before.Emotes {
		if hasEmote(a.After.Emotes, e.Hash) {
			continue
		}
		_, _, rooms, err := svc.emotes.EmotePicture(ctx, e.Hash)
		if err != nil && !errors.Is(err, room.ErrNotFound) {
			return fmt.Errorf("look for an emote: %w", err)
		}
		if !slices.Contains(rooms, roomID) {
			return room.Explain(room.ErrExpired, "That picture is no longer stored. Choose it again.")
		}
	}
	_, err := svc.setRoom(ctx, roomID, by, room.ActionSettings, func(r room.Room) (room.Room, error) {
		return r.WithEmotesBack(a.Before.Emotes, a.After.Emotes)
	})
	return err
}
