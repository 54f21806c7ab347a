package live

import (
	"context"
	"errors"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// Author is the sender of a comment, as the server established it.
type Author struct {
	Role     room.Role `json:",omitzero"` // Audience, Sender, Moderator or Owner
	User     string    `json:",omitzero"` // pseudonym in the room
	Address  string    `json:",omitzero"` // keyed hash of the masked address; empty for a sender
	Networks []string  `json:",omitzero"` // keyed hashes of the networks that share limits, see [access.Keys.Networks]
	Identity time.Time `json:",omitzero"` // when the identity was made, see Service.Stamp; zero when unknown
	Fleeting bool      `json:",omitzero"` // the identity exists only in the page: limits treat it as new
	Link     int64     `json:",omitzero"` // of a sender, moderator or owner
	Replay   bool      `json:",omitzero"` // a sender: a replay that the server plays
	Chat     string    `json:",omitzero"` // a sender: the ID of a connected chat
	HoldAll  bool      `json:",omitzero"` // of a chat: every comment waits for a moderator
}

// submitWithin bounds how long a comment waits for its turn in the log.
const submitWithin = 5 * time.Second

// Submit takes one comment through limits and checks into the journal, and returns once it
// is durable. The journal's follower shows it.
//
// Errors that the author can fix: those of [comment.Draft.Normalize], ErrRoomClosed,
// ErrRoomPaused, ErrMuted (with a wait unless it is forever), ErrBanned, ErrSlowDown (a
// *room.WaitError), ErrDuplicate, ErrBusy, ErrNotFound. A refusal by the filter is an
// outcome, not an error: it is in the log.
//
// For a bound ref it returns the outcome of the ref's comment, even if the new comment
// would be refused now.
//
// Submit returns within submitWithin. A comment that still waits for the log then was not
// written, and the error is ErrBusy.
func (svc *Service) Submit(ctx context.Context, roomID string, a Author, d comment.Draft) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, submitWithin)
	defer cancel()
	ctx = svc.inTerm(ctx)
	if d.Ref == "" {
		d.Ref = room.RefOf(ctx)
	}
	o, err := svc.submit(ctx, roomID, a, d)
	if err == nil || d.Ref == "" || errors.Is(err, room.ErrNotFound) {
		return o, err
	}
	return svc.boundBefore(ctx, refKey{roomID, a.User, d.Ref}, err)
}

// boundBefore returns the outcome for a refused comment whose ref may have been bound
// before the program started, or longer ago than memory reaches. If the ref is not bound,
// it returns the refusal.
func (svc *Service) boundBefore(ctx context.Context, key refKey, refusal error) (Outcome, error) {
	if o, ok := svc.refs.get(key, svc.mono()); ok { // refused before submit looked
		o.Wait = 0
		return o, nil
	}
	select {
	case svc.lookUps <- struct{}{}:
		defer func() { <-svc.lookUps }()
	case <-ctx.Done():
		return Outcome{}, room.ErrBusy
	case <-time.After(lookUpWithin):
		// A phone that receives the refusal reverts a text that may be on the screens.
		return Outcome{}, room.ErrBusy
	}
	row, err := svc.history.CommentByRef(ctx, key.room, key.user, key.ref)
	switch {
	case errors.Is(err, room.ErrNotFound):
		return Outcome{}, refusal
	case err != nil:
		svc.slog.Warn("could not look up a ref", "room", key.room, "err", err)
		return Outcome{}, room.ErrBusy
	}
	return Outcome{Status: row.Status, Comment: row.Comment, Rule: row.Rule}, nil
}

// The most readers that look up refused comments whose ref is not in memory, and the
// longest wait for one: refused comments must not delay moderators.
const (
	lookUps      = 2
	lookUpWithin = time.Second
)

// Stamp returns the creation time for a new identity. Its clock is never set while the
// program runs, so no identity becomes older than it is.
func (svc *Service) Stamp() time.Time { return svc.clock.monotonic() }

// submit is Submit without the look at refs that were bound before the program started.
func (svc *Service) submit(ctx context.Context, roomID string, a Author, d comment.Draft) (Outcome, error) {
	r, err := svc.room(roomID)
	if err != nil {
		return Outcome{}, err
	}
	if !a.Role.Can(room.Write) {
		return Outcome{}, room.ErrNotAllowed
	}
	s := svc.newSubmission(r, a, d)
	if err := s.normalize(); err != nil {
		return Outcome{}, err
	}
	if o, ok := s.answered(); ok {
		return o, nil
	}
	part, shownToo, counted, err := svc.voteByMessage(ctx, r, s.setup, a, s.draft)
	if counted && (err != nil || !shownToo) {
		o := Outcome{Part: &part}
		if err == nil {
			s.bind(o)
		}
		return o, err
	}
	if err := s.admit(); err != nil {
		return Outcome{}, err
	}
	own, err := s.check()
	if err != nil {
		return Outcome{}, err
	}
	o, v, err := s.log(ctx, own)
	s.tellFilter(own, v, err == nil)
	if err != nil {
		s.refund()
		return Outcome{}, err
	}
	o.Wait = s.charge(o, v)
	s.bind(o)
	return o, nil
}

// Comments returns a page of a room's history.
func (svc *Service) Comments(ctx context.Context, roomID string, by room.Actor, q room.HistoryQuery) ([]room.Row, bool, error) {
	if err := svc.May(roomID, by, room.ReadRoom); err != nil {
		return nil, false, err
	}
	return svc.history.Comments(ctx, roomID, q)
}
