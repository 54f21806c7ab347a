package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/live/access"
	"danmaku/room"
)

// BanRequest is a moderator's request for a ban.
type BanRequest struct {
	User      string
	AddressOf comment.ID // instead of User: bans the address that this comment came from
	Kind      room.BanKind
	For       time.Duration // 0: forever
	ShowEnd   bool          // until the room is closed
	Reason    string
	Remove    bool // also removes the author's comments from the screens
}

// The bounds of a ban.
const (
	maxBan    = 10 * 365 * 24 * time.Hour
	maxReason = 200 // graphemes
)

// Bans lists the bans of a room that are in force, newest first.
func (svc *Service) Bans(roomID string, by room.Actor) ([]room.Ban, error) {
	if err := svc.May(roomID, by, room.ReadRoom); err != nil {
		return nil, err
	}
	return svc.bans.list(roomID, svc.instant()), nil
}

// Ban keeps an author, or everybody behind an address, from writing, and with a full ban
// from watching. removed is the number of comments taken down. Errors: ErrNotFound for an
// unknown comment or address, ErrNotAllowed for a ban of somebody who runs the room,
// ErrInvalid, ErrBusy.
func (svc *Service) Ban(ctx context.Context, roomID string, by room.Actor, q BanRequest) (ban room.Ban, removed int, err error) {
	r, err := svc.may(roomID, by, room.BanAuthor)
	if err != nil {
		return ban, 0, err
	}
	if ban, err = svc.banOf(ctx, roomID, q); err != nil {
		return ban, 0, err
	}
	a := by.Entry(room.Action(ban.Kind))
	a.User, a.Detail = ban.User, ban.Reason
	events := []room.Event{{Kind: room.KindBan, Ban: &ban, Audit: a}}
	switch {
	case !q.Remove:
	case ban.User != "":
		events = append(events, removeUser(by, ban.User))
	default:
		ids, err := svc.fromAddress(ctx, roomID, ban.Address)
		if err != nil {
			return ban, 0, err
		}
		if len(ids) > 0 {
			events = append(events, removeFrom(by, ids))
		}
	}
	receipts, err := svc.doAll(ctx, r, by, events)
	if err != nil {
		return ban, 0, err
	}
	ban = *receipts[0].Event.Ban
	if len(receipts) > 1 && !receipts[1].Again {
		removed = len(receipts[1].Event.IDs)
	}
	if !q.Remove || ban.Address == "" {
		return ban, removed, nil
	}
	late, err := svc.removeLate(ctx, r, by, ban.Address)
	if err != nil {
		svc.slog.Warn("comments that came while their address was being banned are still there", "room", roomID, "err", err)
	}
	return ban, removed + late, nil
}

// removeLate takes down comments that came from an address after the address's comments
// were listed and before the ban was in force.
func (svc *Service) removeLate(ctx context.Context, r *liveRoom, by room.Actor, address string) (int, error) {
	ids, err := svc.fromAddress(ctx, r.id, address)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	receipt, err := svc.do(ctx, r, by, removeFrom(by, ids))
	if err != nil || receipt.Again {
		return 0, err
	}
	return len(receipt.Event.IDs), nil
}

// removeFrom takes down comments that came from one address.
func removeFrom(by room.Actor, ids []comment.ID) room.Event {
	a := by.Entry(room.ActionRemove)
	a.Detail = strconv.Itoa(len(ids)) + " comments from one address"
	if len(ids) == 1 {
		a.About = ids[0].String()
	}
	return room.Event{Kind: room.KindRemove, IDs: ids, Audit: a}
}

// banOf checks a request and finds its target.
func (svc *Service) banOf(ctx context.Context, roomID string, q BanRequest) (room.Ban, error) {
	ban := room.Ban{Room: roomID, Kind: q.Kind, User: q.User, ShowEnd: q.ShowEnd, Reason: q.Reason}
	switch {
	case q.Kind != room.Mute && q.Kind != room.FullBan:
		return ban, room.Explain(room.ErrInvalid, "kind %q: mute or ban", q.Kind)
	case (q.User == "") == (q.AddressOf == 0):
		return ban, room.Explain(room.ErrInvalid, "send either user or address_of")
	case q.For < 0 || q.For > maxBan:
		return ban, room.Explain(room.ErrInvalid, "seconds: 0 (forever) to %d", int(maxBan.Seconds()))
	case q.For > 0 && q.ShowEnd:
		return ban, room.Explain(room.ErrInvalid, "send either seconds or until")
	case comment.Graphemes(q.Reason) > maxReason:
		return ban, room.Explain(room.ErrInvalid, "reason: at most %d characters", maxReason)
	case q.User != "" && !access.ValidPseudonym(q.User):
		return ban, fmt.Errorf("ban: %w", room.ErrNotFound)
	}
	if q.For > 0 {
		ban.Until = svc.now().Add(q.For)
	}
	if q.AddressOf != 0 {
		row, err := svc.history.Comment(ctx, roomID, q.AddressOf)
		if err != nil {
			return ban, fmt.Errorf("ban: %w", err)
		}
		if row.Badge != comment.NoBadge || svc.access.RoleOf(roomID, row.User).Can(room.Immune) {
			return ban, room.ErrNotAllowed
		}
		if row.Address == "" {
			return ban, room.Explain(room.ErrNotFound, "That comment came without an address: ban its user.")
		}
		ban.Address = row.Address
	}
	if ban.User != "" && svc.access.RoleOf(roomID, ban.User).Can(room.Immune) {
		return ban, room.ErrNotAllowed
	}
	return ban, nil
}

// fromAddress lists the last day's comments from an address that are on the screens or wait
// for review.
func (svc *Service) fromAddress(ctx context.Context, roomID, address string) (ids []comment.ID, err error) {
	users, err := svc.history.Neighbours(ctx, roomID, address, svc.now().Add(-nearby))
	if err != nil {
		return nil, err
	}
	for _, user := range users {
		q := room.HistoryQuery{User: user, Limit: 200}
		for more := true; more; {
			var rows []room.Row
			if rows, more, err = svc.history.Comments(ctx, roomID, q); err != nil {
				return nil, err
			}
			for _, row := range rows {
				if row.Address == address && (row.Status == comment.Shown || row.Status == comment.Held) {
					ids = append(ids, row.ID)
				}
				q.Before = row.Seq
			}
		}
	}
	return ids, nil
}

// Unban lifts a ban. Lifting a ban twice is not an error.
func (svc *Service) Unban(ctx context.Context, roomID string, by room.Actor, id int64) error {
	r, err := svc.may(roomID, by, room.BanAuthor)
	if err != nil {
		return err
	}
	return svc.unban(ctx, r, by, id)
}

func (svc *Service) unban(ctx context.Context, r *liveRoom, by room.Actor, id int64) error {
	_, err := svc.do(ctx, r, by, svc.liftEvent(by, id))
	return err
}

// liftEvent is the event that lifts a ban.
func (svc *Service) liftEvent(by room.Actor, id int64) room.Event {
	a, ban := by.Entry(room.ActionUnban), svc.bans.find(id)
	a.User, a.Detail = ban.User, ban.Reason
	return room.Event{Kind: room.KindUnban, Ban: &room.Ban{ID: id}, Audit: a}
}

// reban restores a lifted ban for the rest of its time. Errors: ErrExpired when its time is
// over, ErrNotAllowed for somebody who runs the room now.
func (svc *Service) reban(ctx context.Context, roomID string, by room.Actor, id int64) error {
	r, err := svc.may(roomID, by, room.BanAuthor)
	if err != nil {
		return err
	}
	ban, err := svc.banned.Ban(ctx, roomID, id)
	switch {
	case errors.Is(err, room.ErrNotFound): // the ban was deleted with its age
		return room.Explain(room.ErrExpired, "That ban is no longer stored.")
	case err != nil:
		return fmt.Errorf("ban again: %w", err)
	case slices.ContainsFunc(svc.bans.on(roomID, ban.User, ban.Address, svc.instant()), func(b banInForce) bool { return keyOf(b.Ban) == keyOf(ban) }):
		return room.ErrChanged // a newer ban replaced it
	case !ban.Active(svc.now()):
		return room.Explain(room.ErrExpired, "Its time is over.")
	case ban.User != "" && svc.access.RoleOf(roomID, ban.User).Can(room.Immune):
		return room.ErrNotAllowed
	}
	ban.ID, ban.By, ban.At = 0, "", time.Time{} // this is a new ban, by the current actor
	a := by.Entry(room.Action(ban.Kind))
	a.User, a.Detail = ban.User, ban.Reason
	_, err = svc.do(ctx, r, by, room.Event{Kind: room.KindBan, Ban: &ban, Audit: a})
	return err
}

// endShow lifts the bans that last until the end of the show.
func (svc *Service) endShow(r *liveRoom, by room.Actor) (events []room.Event) {
	for _, ban := range svc.bans.list(r.id, svc.instant()) {
		if ban.ShowEnd {
			events = append(events, svc.liftEvent(by, ban.ID))
		}
	}
	return events
}
