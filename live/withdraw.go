package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// withdrawTime is how long an author may withdraw a comment.
const withdrawTime = 10 * time.Second

// Withdraw takes down an author's own comment. Errors: ErrNotFound for somebody else's,
// ErrExpired for one older than ten seconds. A comment from the future is ErrExpired, too:
// the clock was set back since, so its age is unknown. A photo can be withdrawn at any
// time.
func (svc *Service) Withdraw(ctx context.Context, roomID string, user string, id comment.ID) error {
	row, err := svc.history.Comment(ctx, roomID, id)
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	if user == "" || row.User != user {
		return room.ErrNotFound
	}
	if row.Photo == nil && svc.now().Sub(row.At).Abs() > withdrawTime {
		return room.ErrExpired
	}
	_, err = svc.journal.Append(ctx, room.Event{Room: roomID, At: svc.now(), Kind: room.KindRemove, IDs: []comment.ID{id}})
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	return nil
}

// TakeDown takes down a comment that came through a link, by its ID, at any age. Having the
// link's key is enough. author is the name by which the link identified the comment's
// author; only comments of older versions need it. Errors: ErrNotFound, ErrNotAllowed for a comment
// that did not come through the link, ErrBusy.
func (svc *Service) TakeDown(ctx context.Context, roomID string, l room.AccessLink, author string, id comment.ID) error {
	row, err := svc.history.Comment(ctx, roomID, id)
	if err != nil {
		return fmt.Errorf("take down: %w", err)
	}
	link, err := svc.history.LinkOf(ctx, roomID, row.User)
	if err != nil {
		return fmt.Errorf("take down: %w", err)
	}
	if link != l.ID && row.User != svc.keys.AuthorPseudonym(l.ID, author) && row.User != svc.keys.LinkPseudonym(roomID, l.ID) {
		return room.Explain(room.ErrNotAllowed, "That comment did not come through this link.")
	}
	return svc.withdraw(ctx, roomID, id)
}

// TakeDownRef is TakeDown by the ref that the link's sender gave the comment. Refs belong
// to authors, so author says whose ref is meant; nil means any author, if only one has that
// ref. Errors: ErrNotFound, ErrInvalid when several have it, ErrBusy.
func (svc *Service) TakeDownRef(ctx context.Context, roomID string, l room.AccessLink, author *string, ref string) error {
	if _, err := svc.room(roomID); err != nil {
		return err
	}
	var ids []comment.ID
	var err error
	users := []string{svc.keys.LinkPseudonym(roomID, l.ID)} // for those who run the room
	if author != nil {
		users = append(users, svc.keys.AuthorPseudonym(l.ID, *author))
	} else if ids, err = svc.history.CommentsByRef(ctx, roomID, l.ID, ref, 2); err != nil {
		return fmt.Errorf("take down: %w", err)
	}
	for _, user := range users {
		row, err := svc.history.CommentByRef(ctx, roomID, user, ref)
		if errors.Is(err, room.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("take down: %w", err)
		}
		if !slices.Contains(ids, row.ID) {
			ids = append(ids, row.ID)
		}
	}
	switch len(ids) {
	case 0:
		return room.ErrNotFound
	case 1:
		return svc.withdraw(ctx, roomID, ids[0])
	}
	return room.Explain(room.ErrInvalid, "ref: several authors of this link have %q; add author=, as it was when the comment was sent", ref)
}

// withdraw takes a comment down in its author's name.
func (svc *Service) withdraw(ctx context.Context, roomID string, id comment.ID) error {
	_, err := svc.journal.Append(ctx, room.Event{Room: roomID, At: svc.now(), Kind: room.KindRemove, IDs: []comment.ID{id}})
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	return nil
}
