package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"danmaku/comment"
)

// Author is who sends a comment, as the server established it.
type Author struct {
	Role     comment.Role // Audience, Sender, Moderator or Owner
	User     string       // pseudonym in the room
	Address  string       // keyed hash of the masked address; empty for a sender
	Identity time.Time    // when the identity was made; zero when unknown
	Fleeting bool         // the identity lives in the page alone: limits take it as new
	Link     int64        // of a sender, moderator or owner
	Replay   bool         // a sender: it is a replay that the server plays
}

// Outcome is what became of a comment.
type Outcome struct {
	Status  comment.Status // Shown, Held or Refused (Removed when asked again later)
	Comment comment.Comment
	Rule    string        // for the log; never for the author
	Wait    time.Duration // until the author may send again
}

// Submit takes one comment through limits and checks into the journal, and
// returns when it is durable. What shows it hangs on the journal's far end.
//
// Errors that are the author's to mend: those of [comment.Draft.Normalize],
// ErrRoomClosed, ErrRoomPaused, ErrMuted (with a wait unless it is for ever),
// ErrBanned, ErrSlowDown (a *comment.WaitError), ErrDuplicate, ErrBusy,
// ErrNotFound. A refusal by the filter is an outcome, not an error: it is in
// the log.
func (h *Hall) Submit(ctx context.Context, roomID string, a Author, d comment.Draft) (Outcome, error) {
	r, err := h.room(roomID)
	if err != nil {
		return Outcome{}, err
	}
	setup := r.settings()
	d.Room, d.User, d.Address, d.Identity, d.At = roomID, a.User, a.Address, a.Identity, h.now()
	d.Badge = badge(a.Role)
	if d, err = d.Normalize(setup); err != nil {
		r.tally.stop(comment.Code(err), d.At)
		return Outcome{}, err
	}
	key := refKey{roomID, d.User, d.Ref}
	if d.Ref != "" {
		if o, ok := h.refs.get(key); ok {
			o.Wait = 0 // it was told the first time
			return o, nil
		}
	}
	limit := LimitKey{Room: roomID, User: d.User, Address: a.Address, Identity: a.Identity}
	if a.Fleeting {
		limit.Identity = time.Time{}
	}
	if a.Role == comment.Sender {
		limit = LimitKey{Room: roomID, Sender: a.Link, Replay: a.Replay}
	}
	if err := h.admit(setup, a, limit, d.At); err != nil {
		// A replay that waits its turn is nobody who was too fast: it comes again,
		// and has an account of its own.
		if !a.Replay && !(d.Source == comment.FromReplay && errors.Is(err, comment.ErrSlowDown)) {
			r.tally.stop(comment.Code(err), d.At)
		}
		return Outcome{}, err
	}
	v := h.filter.Check(d, setup)
	if err := limitOf(v); err != nil {
		r.tally.stop(v.Rule, d.At)
		return Outcome{}, err
	}
	o, err := h.log(ctx, setup, d, v)
	if err != nil {
		return Outcome{}, err
	}
	if o.Status == comment.Refused && !a.Role.Moderates() {
		h.limiter.Fine(limit)
	}
	if a.Role == comment.Audience {
		if o.Status == comment.Shown {
			h.limiter.Passed(limit)
		}
		o.Wait = max(h.limiter.Wait(limit), setup.Slow)
	}
	if d.Ref != "" {
		h.refs.put(key, o, d.At)
	}
	return o, nil
}

// badge marks what those write who run the room.
func badge(r comment.Role) comment.Badge {
	switch r {
	case comment.Owner:
		return comment.BadgeOwner
	case comment.Moderator:
		return comment.BadgeModerator
	}
	return comment.NoBadge
}

// admit asks the room and the limits. Those who run the room are not limited.
func (h *Hall) admit(setup comment.Room, a Author, limit LimitKey, now time.Time) error {
	switch {
	case setup.State == comment.Closed:
		return comment.ErrRoomClosed
	case a.Role.Moderates():
		return nil
	case setup.State == comment.Paused:
		return comment.ErrRoomPaused
	}
	if err := h.bans.refuse(setup.ID, a.User, a.Address, now); err != nil {
		return err
	}
	return h.limiter.Allow(limit)
}

// limitOf gives the error of a verdict that is a limit: what it refuses was
// not at fault for what it says, so it is counted, not kept, and binds no ref.
func limitOf(v comment.Verdict) error {
	switch {
	case v.Action != comment.Refuse:
		return nil
	case v.Rule == comment.RuleSlow:
		return &comment.WaitError{Err: comment.ErrSlowDown, Wait: v.Wait}
	case v.Rule == comment.RuleDuplicate:
		return comment.ErrDuplicate
	}
	return nil
}

// log writes a checked draft into the journal.
func (h *Hall) log(ctx context.Context, setup comment.Room, d comment.Draft, v comment.Verdict) (Outcome, error) {
	e := comment.Event{
		Room: setup.ID, At: d.At, Kind: kindOf(v.Action, setup.Review, d.Badge),
		Comment: comment.Comment{
			ID: h.newID(d.At), At: d.At, Text: d.Text, Name: d.Name, User: d.User,
			Mode: d.Mode, Color: d.Color, Size: d.Size, Badge: d.Badge, Source: d.Source,
		},
		Entry: comment.Entry{
			Ref: d.Ref, Rule: v.Rule, Word: v.Word, Detail: v.Detail, Spans: v.Spans, Address: d.Address,
		},
	}
	if v.Action == comment.Mask {
		e.Comment.Text, e.Comment.Name, e.Entry.Original = v.Text, v.Name, d.Text
	}
	if e.Kind == comment.KindHeld && v.Action < comment.Hold {
		e.Entry.Rule, e.Entry.Detail = RuleReview, "every comment of this room is looked at first"
	}
	began := time.Now()
	receipt, err := h.journal.Append(ctx, e)
	if err != nil {
		if !errors.Is(err, comment.ErrBusy) && !errors.Is(err, comment.ErrNotFound) {
			err = fmt.Errorf("append a comment: %w", err)
		}
		return Outcome{}, err
	}
	h.saved.Store(int64(time.Since(began)))
	return outcomeOf(receipt.Event), nil
}

// RuleReview stands as the rule of a comment that only the room's way of review
// holds.
const RuleReview = "review"

// kindOf turns a verdict into an event by the room's way of review.
func kindOf(a comment.Action, review comment.Review, b comment.Badge) comment.Kind {
	if a == comment.Hold && review == comment.ReviewOff {
		a = comment.Refuse
	}
	if a < comment.Hold && review == comment.ReviewAll && b == comment.NoBadge {
		a = comment.Hold
	}
	switch a {
	case comment.Hold:
		return comment.KindHeld
	case comment.Refuse:
		return comment.KindRefused
	}
	return comment.KindComment
}

func outcomeOf(e comment.Event) Outcome {
	status := map[comment.Kind]comment.Status{
		comment.KindComment: comment.Shown, comment.KindHeld: comment.Held,
		comment.KindRefused: comment.Refused, comment.KindRemove: comment.Removed,
	}[e.Kind]
	return Outcome{Status: status, Comment: e.Comment, Rule: e.Entry.Rule}
}

// withdrawTime is how long an author may take a comment back.
const withdrawTime = 10 * time.Second

// Withdraw takes an author's own comment back. Somebody else's is ErrNotFound,
// one older than ten seconds ErrExpired.
func (h *Hall) Withdraw(ctx context.Context, roomID string, user string, id comment.ID) error {
	row, err := h.history.Comment(ctx, roomID, id)
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	if user == "" || row.User != user {
		return comment.ErrNotFound
	}
	if h.now().Sub(row.At) > withdrawTime {
		return comment.ErrExpired
	}
	_, err = h.journal.Append(ctx, comment.Event{Room: roomID, At: h.now(), Kind: comment.KindRemove, IDs: []comment.ID{id}})
	if err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	return nil
}

// Comments gives a page of a room's history.
func (h *Hall) Comments(ctx context.Context, roomID string, q comment.HistoryQuery) ([]comment.Row, bool, error) {
	if _, err := h.room(roomID); err != nil {
		return nil, false, err
	}
	return h.history.Comments(ctx, roomID, q)
}
