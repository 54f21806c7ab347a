package live

import (
	"context"
	"errors"
	"fmt"

	"danmaku/live/access"
	"danmaku/room"
	"danmaku/show"
)

// PersonalData is what a room stores about somebody, besides comments.
type PersonalData struct {
	Room  room.Room
	User  string
	Votes []Voted
	Bans  []room.Ban // in force
	Notes []room.Note
}

// Voted is what somebody chose in an item.
type Voted struct {
	Title string // title of the item; empty when it is gone
	show.Entry
}

// Erase deletes for good everything that somebody wrote in a room, and returns the number
// of deleted comments. It is an event in the log, so every screen, console and other node
// applies it; nothing restores it. A ban in force survives it. Errors: ErrNotAllowed, also
// for the owner's comments, ErrNotFound, ErrBusy.
func (svc *Service) Erase(ctx context.Context, roomID string, by room.Actor, user string) (int, error) {
	r, err := svc.may(roomID, by, room.Erase)
	if err != nil {
		return 0, err
	}
	if err := svc.mayTouch(by, roomID, user); err != nil {
		return 0, err
	}
	if !access.ValidPseudonym(user) {
		return 0, fmt.Errorf("erase: %w", room.ErrNotFound)
	}
	// The entry names who erased comments and when, but not their author.
	return svc.erase(ctx, r, room.Event{By: by.Name(), User: user, Audit: by.Entry(room.ActionErase)})
}

// EraseOwn is Erase for the author. Everybody may use it, banned or not, whatever the
// room's state is. Errors: ErrSlowDown, ErrNotFound, ErrBusy.
func (svc *Service) EraseOwn(ctx context.Context, roomID string, a Author) (int, error) {
	r, err := svc.ownData(roomID, a)
	if err != nil {
		return 0, err
	}
	return svc.erase(ctx, r, room.Event{User: a.User})
}

// erase writes events until nothing of the author is left.
func (svc *Service) erase(ctx context.Context, r *liveRoom, e room.Event) (n int, err error) {
	e.Room, e.Kind = r.id, room.KindErase
	for {
		e.At = svc.now()
		receipt, err := svc.journal.Append(ctx, e)
		if err != nil {
			return n, fmt.Errorf("erase: %w", err)
		}
		if receipt.Again {
			return n, nil
		}
		n += len(receipt.Event.IDs)
		r.follow(ctx, max(receipt.Event.Seq, receipt.Last))
		e.Audit = nil // one audit entry for all
	}
}

// ownData checks the limits of somebody who wants to read or delete their own data, since
// both cost more than a comment.
func (svc *Service) ownData(roomID string, a Author) (*liveRoom, error) {
	r, err := svc.room(roomID)
	if err != nil {
		return nil, err
	}
	return r, svc.limiter.AllowPart(room.LimitKey{Room: roomID, User: a.User, Address: a.Address, Networks: a.Networks, Identity: svc.clock.rebase(a.Identity)})
}

// Data returns what a room stores about somebody, for those who run it. [Service.Comments]
// returns the comments.
func (svc *Service) Data(ctx context.Context, roomID string, by room.Actor, user string) (PersonalData, error) {
	r, err := svc.may(roomID, by, room.Export)
	if err != nil {
		return PersonalData{}, err
	}
	if !access.ValidPseudonym(user) {
		return PersonalData{}, room.ErrNotFound
	}
	return svc.dataOf(ctx, r, user)
}

// OwnData is Data for the author. Errors: ErrSlowDown, ErrNotFound.
func (svc *Service) OwnData(ctx context.Context, roomID string, a Author) (PersonalData, error) {
	r, err := svc.ownData(roomID, a)
	if err != nil {
		return PersonalData{}, err
	}
	return svc.dataOf(ctx, r, a.User)
}

func (svc *Service) dataOf(ctx context.Context, r *liveRoom, user string) (PersonalData, error) {
	d := PersonalData{Room: r.settings(), User: user}
	for _, ban := range svc.bans.on(r.id, user, "", svc.instant()) {
		d.Bans = append(d.Bans, ban.Ban)
	}
	var err error
	if d.Notes, err = svc.notes.NotesOn(ctx, r.id, user); err != nil {
		return d, err
	}
	if svc.shows == nil {
		return d, nil
	}
	entries, err := svc.shows.EntriesOf(ctx, r.id, user)
	if err != nil {
		return d, err
	}
	for _, e := range entries {
		v := Voted{Entry: e}
		if it, err := svc.Item(r.id, e.Item, room.ViewConsole); err == nil {
			v.Title = it.Title()
		} else if !errors.Is(err, room.ErrNotFound) {
			return d, err
		}
		d.Votes = append(d.Votes, v)
	}
	return d, nil
}

// OwnComments returns a page of an author's comments, newest first, before a log number; 0
// starts at the end.
func (svc *Service) OwnComments(ctx context.Context, roomID, user string, before int64) ([]room.Row, bool, error) {
	if user == "" {
		return nil, false, room.ErrNotFound
	}
	return svc.history.Comments(ctx, roomID, room.HistoryQuery{User: user, Before: before, Limit: 200})
}
