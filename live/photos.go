package live

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// RulePhoto is the rule of a waiting photo: every photo waits.
const RulePhoto = "photo"

// DrawnPhoto is a photo that this program has redrawn as a JPEG.
type DrawnPhoto struct {
	Picture       []byte
	Width, Height int
}

// MaySendPhoto returns nil when the author could send a photo to a wall now, before the
// picture is read and drawn, and charges the person's and the address's limits for that
// work. early says that the deciding machine will ask again: where that is this one,
// nothing is charged yet. Errors: those of [Service.SendPhoto].
func (svc *Service) MaySendPhoto(roomID string, a Author, item, ref string, early bool) error {
	r, err := svc.room(roomID)
	switch {
	case err != nil:
		return err
	case svc.photos == nil:
		return room.ErrNotFound
	case a.Role != room.Audience:
		return room.ErrNotAllowed
	}
	if err := svc.mayWrite(r.settings(), a); err != nil {
		return err
	}
	if ref != "" {
		if _, sent := svc.refs.get(refKey{roomID, a.User, ref}, svc.mono()); sent {
			return nil // the author gets the earlier outcome
		}
	}
	if _, err := svc.photographing(r, comment.Draft{Item: item, User: a.User}); err != nil || early && svc.decides() {
		return err
	}
	return svc.limiter.AllowPart(room.LimitKey{Room: roomID, User: a.User, Address: a.Address, Networks: a.Networks})
}

// SendPhoto takes a photo for a wall: a comment that a moderator reviews first, whatever
// the room's review mode is. Errors: those of [Service.Submit], ErrNotLive with a fault for
// a wall that accepts no more from this person, or none at all.
func (svc *Service) SendPhoto(ctx context.Context, roomID string, a Author, d comment.Draft, drawn DrawnPhoto) (Outcome, error) {
	switch {
	case svc.photos == nil:
		return Outcome{}, room.ErrNotFound
	case a.Role != room.Audience:
		return Outcome{}, room.ErrNotAllowed
	}
	d.Photo = &comment.Photo{Path: room.PhotoPath(strings.ToLower(rand.Text())), Width: drawn.Width, Height: drawn.Height}
	d.Picture = drawn.Picture
	return svc.Submit(ctx, roomID, a, d)
}

// photographing checks that a wall accepts a photo from an author now. The journal counts
// again when it writes, so simultaneous photos cannot exceed the limit. Errors:
// ErrNotFound, ErrNotLive with a fault.
func (svc *Service) photographing(r *liveRoom, d comment.Draft) (comment.Draft, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	it, known := r.showing.find(d.Item)
	if !known || it.State == show.Draft || it.Kind != show.Photos {
		return d, room.ErrNotFound
	}
	wall, err := it.Wall()
	switch {
	case errors.Is(err, show.ErrState):
		return d, room.PhotoFault(room.ErrNotLive, room.FaultPhotoClosed, 0, "%s", explanation(err))
	case err != nil:
		return d, itemError(err)
	}
	all, mine := 0, 0
	count := func(c comment.Comment) {
		all++
		if c.User == d.User {
			mine++
		}
	}
	if b := r.showing.boards[d.Item]; b != nil {
		for _, c := range b.Photos() {
			count(c)
		}
	}
	for i := range r.queue.items {
		if c := r.queue.items[i].Event.Comment; c.Item == d.Item {
			count(c)
		}
	}
	switch {
	case mine >= wall.Each:
		return d, room.PhotoYours(wall.Each)
	case all >= wall.Most:
		return d, room.PhotoFull(wall.Most)
	}
	d.Anonymous = false
	d.Mode, d.Color, d.Size = comment.Scroll, comment.White, comment.Medium // it does not fly
	return d, nil
}

// PhotosOf returns the photos of a wall that wait or are shown, oldest first, for those who
// run the room; with own, only those of that author, including refused ones. The caller
// checks permissions. Errors: ErrNotFound.
func (svc *Service) PhotosOf(ctx context.Context, roomID, item string, v room.View, own string) ([]room.Row, error) {
	it, err := svc.Item(roomID, item, v)
	switch {
	case err != nil:
		return nil, err
	case it.Kind != show.Photos, svc.photos == nil, v != room.ViewConsole && own == "":
		return nil, room.ErrNotFound
	}
	return svc.photos.PhotosOf(ctx, roomID, item, own)
}

// PhotoPicture returns the picture of a photo. Only people who were shown a photo know its
// path: the path of a waiting or refused photo is sent only to consoles. It does not return
// a photo that was taken down or cleared. Errors: ErrNotFound.
func (svc *Service) PhotoPicture(ctx context.Context, path string) ([]byte, error) {
	if svc.photos == nil {
		return nil, room.ErrNotFound
	}
	picture, row, roomID, err := svc.photos.Photo(ctx, path)
	if err != nil {
		return nil, err
	}
	r, err := svc.room(roomID)
	if err != nil {
		return nil, err
	}
	if row.Cleared || row.Status == comment.Removed {
		return nil, room.ErrNotFound
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if _, known := r.showing.find(row.Item); !known { // its wall was deleted
		return nil, room.ErrNotFound
	}
	return picture, nil
}
