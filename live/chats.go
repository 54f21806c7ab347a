package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// ChatMessage is one message of a platform's chat.
type ChatMessage struct {
	Source comment.Source
	Author string // source of the author's pseudonym: the platform, and its author ID
	Ref    string // made from the platform's message ID; empty when it has none
	Name   string
	Text   string
	Color  string
	Mode   comment.Mode
	Size   comment.Size
	Paid   *comment.Paid
	Emotes []comment.Emote

	Standing comment.Standing
}

// settledFor is the assumed age of platform authors. They are not newcomers of a raid,
// which are detected by the identities that our own page makes.
const settledFor = 365 * 24 * time.Hour

// VoteChat counts a message of a connected chat as its author's vote if it is exactly the
// key of an option in a live poll, however full the room is. taken reports that the message
// was a vote and must not be shown; a vote that the poll shows as a comment is submitted as
// one, too. Errors are those of [Service.TakePart].
func (svc *Service) VoteChat(ctx context.Context, c room.Chat, m ChatMessage) (taken bool, err error) {
	r, err := svc.room(c.Room)
	if err != nil || m.Paid != nil {
		return false, err
	}
	a, setup := svc.chatAuthor(c, m), r.settings()
	d, err := comment.Draft{Text: m.Text, Source: m.Source}.Normalize(setup.Limits())
	if err != nil {
		return false, nil // it is not a comment either
	}
	_, shown, counted, err := svc.voteByMessage(ctx, r, setup, a, d)
	return counted && (!shown || err != nil), err
}

// chatAuthor returns the author of a chat's message.
func (svc *Service) chatAuthor(c room.Chat, m ChatMessage) Author {
	return Author{
		Role: room.Sender, User: svc.keys.ChatPseudonym(c.Room, m.Author), Identity: svc.Stamp().Add(-settledFor), Chat: c.ID, HoldAll: c.HoldAll,
	}
}

// SubmitChat takes a message of a connected chat through limits, filter and review into the
// log. It cuts a name or text that is too long. twice reports that some chat brought the
// message before; the outcome is the earlier one. Errors are those of [Service.Submit].
func (svc *Service) SubmitChat(ctx context.Context, c room.Chat, m ChatMessage) (o Outcome, twice bool, err error) {
	r, err := svc.room(c.Room)
	if err != nil {
		return Outcome{}, false, err
	}
	a := svc.chatAuthor(c, m)
	d := comment.Draft{
		Text: m.Text, Name: m.Name, Color: m.Color, Mode: m.Mode, Size: m.Size, Ref: m.Ref, Source: m.Source, Paid: m.Paid, Emotes: m.Emotes, Standing: m.Standing,
	}.Fit(r.settings().Limits())
	if m.Ref != "" { // a repeated request gets the first answer, and is not counted by the limits
		id, err := svc.history.Brought(ctx, c.Room, m.Ref)
		if err == nil {
			row, err := svc.history.Comment(ctx, c.Room, id)
			if err == nil {
				return Outcome{Status: row.Status, Comment: row.Comment, Rule: row.Rule}, true, nil
			}
		}
		if err != nil && !errors.Is(err, room.ErrNotFound) {
			return Outcome{}, false, fmt.Errorf("look for a chat's message: %w", err)
		}
	}
	before := svc.now()
	o, err = svc.Submit(ctx, c.Room, a, d)
	// An older ID means that another chat was faster.
	return o, err == nil && o.Comment.ID < comment.NewID(before, 0), err
}

// ChatTakeDown removes comments that a platform took down, from every screen and from
// review. It ignores unknown ones and those already down. It returns how many it removed.
func (svc *Service) ChatTakeDown(ctx context.Context, c room.Chat, source comment.Source, ids []comment.ID) (int, error) {
	r, err := svc.room(c.Room)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	row, err := svc.history.Comment(ctx, c.Room, ids[0])
	if err == nil {
		source = row.Source // a bridge brings comments of several platforms
	} else if !errors.Is(err, room.ErrNotFound) {
		return 0, fmt.Errorf("take down: %w", err)
	}
	by := room.PlatformActor(source)
	a := by.Entry(room.ActionRemove)
	if len(ids) == 1 {
		a.About, a.User, a.Detail = ids[0].String(), row.User, row.Text
	}
	return svc.removeAndCount(ctx, r, by, room.Event{Kind: room.KindRemove, IDs: ids, Audit: a})
}

// removeAndCount writes a removal and returns how many comments it removed.
func (svc *Service) removeAndCount(ctx context.Context, r *liveRoom, by room.Actor, e room.Event) (int, error) {
	receipt, err := svc.do(ctx, r, by, e)
	if err != nil || receipt.Again {
		return 0, err
	}
	return len(receipt.Event.IDs), nil
}

// ChatTakeDownRef is ChatTakeDown for the comment with a ref.
func (svc *Service) ChatTakeDownRef(ctx context.Context, c room.Chat, source comment.Source, ref string) (int, error) {
	id, err := svc.history.Brought(ctx, c.Room, ref)
	if errors.Is(err, room.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return svc.ChatTakeDown(ctx, c, source, []comment.ID{id})
}

// ChatTakeDownAuthor removes everything that an author of a platform has on the screens and
// in review, and mutes the author here: for mute, or without end when forever is set. It
// does not shorten a longer mute.
func (svc *Service) ChatTakeDownAuthor(ctx context.Context, c room.Chat, source comment.Source, author string, mute time.Duration, forever bool) (int, error) {
	r, err := svc.room(c.Room)
	if err != nil {
		return 0, err
	}
	by, user := room.PlatformActor(source), svc.keys.ChatPseudonym(c.Room, author)
	remove := removeUser(by, user)
	if mute <= 0 && !forever {
		return svc.removeAndCount(ctx, r, by, remove)
	}
	ban := room.Ban{Room: c.Room, Kind: room.Mute, User: user, Reason: "from " + by.Label}
	if !forever {
		ban.Until = svc.now().Add(min(mute, maxBan))
		if until := svc.bans.mutedUntil(c.Room, user, "", svc.instant()); until.After(ban.Until) {
			return svc.removeAndCount(ctx, r, by, remove)
		}
	}
	a := by.Entry(room.ActionMute)
	a.User, a.Detail = user, ban.Reason
	receipts, err := svc.doAll(ctx, r, by, []room.Event{{Kind: room.KindBan, Ban: &ban, Audit: a}, remove})
	if err != nil || len(receipts) < 2 || receipts[1].Again {
		return 0, err
	}
	return len(receipts[1].Event.IDs), nil
}

// ChatTakeDownAll removes everything that a chat recently brought from one source.
func (svc *Service) ChatTakeDownAll(ctx context.Context, c room.Chat, source comment.Source) (int, error) {
	r, err := svc.room(c.Room)
	if err != nil {
		return 0, err
	}
	by, total := room.PlatformActor(source), 0
	for {
		a := by.Entry(room.ActionRemove)
		a.About, a.Detail = c.ID, "chat cleared"
		n, err := svc.removeAndCount(ctx, r, by, room.Event{Kind: room.KindRemove, Chat: c.ID, Comment: comment.Comment{Source: source}, Audit: a})
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

// putBackMost is the most comments restored by one request to the log.
const putBackMost = 500

// restoreTakenDown restores the comments that a platform took down at one moment: to the
// screens, or to review if no moderator had approved them.
func (svc *Service) restoreTakenDown(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	r, err := svc.may(roomID, by, room.Decide)
	if err != nil {
		return err
	}
	rows, err := svc.history.TakenDown(ctx, roomID, a.By, a.At)
	if err != nil {
		return err
	}
	var events []room.Event
	for _, row := range rows {
		if a.User != "" && row.User != a.User {
			continue
		}
		e := room.Event{Kind: room.KindComment, From: comment.Removed, Comment: row.Comment}
		if row.Rule != "" && row.Original == "" {
			e.Kind = room.KindHeld
		}
		if len(events) == 0 {
			e.Audit = by.Entry(room.ActionPutBack)
			e.Audit.About, e.Audit.User, e.Audit.Detail = a.About, a.User, a.Detail
		}
		events = append(events, e)
	}
	if len(events) == 0 {
		return room.ErrChanged
	}
	for len(events) > 0 {
		n := min(len(events), putBackMost)
		if _, err := svc.doAll(ctx, r, by, events[:n]); err != nil {
			return err
		}
		events, by.Undoes = events[n:], 0
	}
	return nil
}
