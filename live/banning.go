package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"danmaku/comment"
)

// BanRequest is a ban as a moderator asks for it.
type BanRequest struct {
	User      string
	AddressOf comment.ID // instead of User: the address that a comment came from
	Kind      comment.BanKind
	For       time.Duration // 0: for ever
	ShowEnd   bool          // until the room is closed
	Reason    string
	Remove    bool // also takes down what they have on the screens
}

// The bounds of a ban.
const (
	maxBan    = 10 * 365 * 24 * time.Hour
	maxReason = 200 // graphemes
)

// Bans lists the bans of a room that are in force, newest first.
func (h *Hall) Bans(roomID string) ([]comment.Ban, error) {
	if _, err := h.room(roomID); err != nil {
		return nil, err
	}
	return h.bans.list(roomID, h.now()), nil
}

// Ban keeps an author, or everybody behind an address, from writing, and with
// a full ban from watching. removed tells how many comments were taken down.
// Errors: ErrNotFound for a comment or an address that is not there,
// ErrNotAllowed for a ban of those who run the room, ErrInvalid, ErrBusy.
func (h *Hall) Ban(ctx context.Context, roomID string, by Actor, q BanRequest) (ban comment.Ban, removed int, err error) {
	r, err := h.acting(roomID, by)
	if err != nil {
		return ban, 0, err
	}
	if ban, err = h.banOf(ctx, roomID, q); err != nil {
		return ban, 0, err
	}
	a := by.act(comment.ActKind(ban.Kind))
	a.User, a.Detail = ban.User, ban.Reason
	receipt, err := h.do(ctx, r, by, comment.Event{Kind: comment.KindBan, Ban: &ban, Act: a})
	if err != nil {
		return ban, 0, err
	}
	ban = *receipt.Event.Ban
	if q.Remove {
		removed, err = h.removeBanned(ctx, roomID, by, ban)
	}
	return ban, removed, err
}

// banOf checks a request and finds whom it hits.
func (h *Hall) banOf(ctx context.Context, roomID string, q BanRequest) (comment.Ban, error) {
	ban := comment.Ban{Room: roomID, Kind: q.Kind, User: q.User, ShowEnd: q.ShowEnd, Reason: q.Reason}
	switch {
	case q.Kind != comment.Mute && q.Kind != comment.FullBan:
		return ban, comment.Explain(comment.ErrInvalid, "kind %q: mute or ban", q.Kind)
	case (q.User == "") == (q.AddressOf == 0):
		return ban, comment.Explain(comment.ErrInvalid, "say either user or address_of")
	case q.For < 0 || q.For > maxBan:
		return ban, comment.Explain(comment.ErrInvalid, "seconds: 0 (for ever) to %d", int(maxBan.Seconds()))
	case q.For > 0 && q.ShowEnd:
		return ban, comment.Explain(comment.ErrInvalid, "say either seconds or until")
	case comment.Graphemes(q.Reason) > maxReason:
		return ban, comment.Explain(comment.ErrInvalid, "reason: at most %d characters", maxReason)
	case q.User != "" && !sanePseudonym(q.User):
		return ban, fmt.Errorf("ban: %w", comment.ErrNotFound)
	}
	if q.For > 0 {
		ban.Until = h.now().Add(q.For)
	}
	if q.AddressOf != 0 {
		row, err := h.history.Comment(ctx, roomID, q.AddressOf)
		if err != nil {
			return ban, fmt.Errorf("ban: %w", err)
		}
		if row.Badge != comment.NoBadge || h.rank(roomID, row.User).Moderates() {
			return ban, comment.ErrNotAllowed
		}
		if row.Address == "" {
			return ban, comment.Explain(comment.ErrNotFound, "That comment came without an address: ban its user.")
		}
		ban.Address = row.Address
	}
	if ban.User != "" && h.rank(roomID, ban.User).Moderates() {
		return ban, comment.ErrNotAllowed
	}
	return ban, nil
}

// sanePseudonym tells whether s can be what Keys.Pseudonym makes.
func sanePseudonym(s string) bool {
	b, err := nameEncoding.DecodeString(s)
	return err == nil && len(b) == 10
}

// removeBanned takes down what those hit by a ban have on the screens, and what
// waits for review.
func (h *Hall) removeBanned(ctx context.Context, roomID string, by Actor, ban comment.Ban) (int, error) {
	if ban.User != "" {
		return h.RemoveUser(ctx, roomID, by, ban.User)
	}
	users, err := h.history.Neighbours(ctx, roomID, ban.Address, h.now().Add(-nearby))
	if err != nil {
		return 0, err
	}
	var ids []comment.ID
	for _, user := range users {
		q := comment.HistoryQuery{User: user, Limit: 200}
		for more := true; more; {
			var rows []comment.Row
			if rows, more, err = h.history.Comments(ctx, roomID, q); err != nil {
				return 0, err
			}
			for _, row := range rows {
				if row.Address == ban.Address && (row.Status == comment.Shown || row.Status == comment.Held) {
					ids = append(ids, row.ID)
				}
				q.Before = row.Seq
			}
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return len(ids), h.takeDown(ctx, roomID, by, ids, strconv.Itoa(len(ids))+" comments from one address")
}

// Unban lifts a ban; one that is lifted already is no fault.
func (h *Hall) Unban(ctx context.Context, roomID string, by Actor, id int64) error {
	r, err := h.acting(roomID, by)
	if err != nil {
		return err
	}
	return h.unban(ctx, r, by, id)
}

func (h *Hall) unban(ctx context.Context, r *room, by Actor, id int64) error {
	a := by.act(comment.ActUnban)
	h.bans.mu.RLock()
	a.User, a.Detail = h.bans.byID[id].User, h.bans.byID[id].Reason
	h.bans.mu.RUnlock()
	_, err := h.do(ctx, r, by, comment.Event{Kind: comment.KindUnban, Ban: &comment.Ban{ID: id}, Act: a})
	return err
}

// reban puts a lifted ban into force again, as long as it would have lasted.
// Errors: ErrExpired when that is over, ErrNotAllowed for somebody who runs the
// room by now.
func (h *Hall) reban(ctx context.Context, roomID string, by Actor, id int64) error {
	r, err := h.acting(roomID, by)
	if err != nil {
		return err
	}
	ban, err := h.banned.Ban(ctx, roomID, id)
	switch {
	case err != nil:
		return fmt.Errorf("ban again: %w", err)
	case slices.ContainsFunc(h.bans.on(roomID, ban.User, ban.Address, h.now()), func(b comment.Ban) bool { return keyOf(b) == keyOf(ban) }):
		return comment.ErrChanged // by a ban that was made since
	case !ban.Active(h.now()):
		return comment.Explain(comment.ErrExpired, "Its time is over.")
	case ban.User != "" && h.rank(roomID, ban.User).Moderates():
		return comment.ErrNotAllowed
	}
	ban.ID, ban.By, ban.At = 0, "", time.Time{} // it is a new one, by who acts now
	a := by.act(comment.ActKind(ban.Kind))
	a.User, a.Detail = ban.User, ban.Reason
	_, err = h.do(ctx, r, by, comment.Event{Kind: comment.KindBan, Ban: &ban, Act: a})
	return err
}

// endShow lifts the bans that hold for this show.
func (h *Hall) endShow(ctx context.Context, r *room, by Actor) error {
	var errs []error
	for _, ban := range h.bans.list(r.id, h.now()) {
		if ban.ShowEnd {
			errs = append(errs, h.unban(ctx, r, by, ban.ID))
		}
	}
	return errors.Join(errs...)
}
