package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
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

func (svc *Service) submit(ctx context.Context, roomID string, a Author, d comment.Draft) (Outcome, error) {
	r, err := svc.room(roomID)
	if err != nil {
		return Outcome{}, err
	}
	if !a.Role.Can(room.Write) {
		return Outcome{}, room.ErrNotAllowed
	}
	setup := r.settings()
	d.Room, d.User, d.Address, d.Identity, d.At = roomID, a.User, a.Address, svc.clock.rebase(a.Identity), svc.now()
	if svc.mono != nil {
		d.Elapsed = max(svc.mono(), 1)
	}
	d.Badge, d.Link, d.Chat = a.Role.Badge(), a.Link, a.Chat
	if a.Role == room.Audience {
		d.Networks = a.Networks
	}
	switch { // so that no chat and no program fills the review queue
	case a.Chat != "":
		d.Networks = []string{"chat " + a.Chat}
	case a.Replay:
		d.Networks = []string{"replay"}
	case a.Role == room.Sender:
		d.Networks = []string{"sender " + strconv.FormatInt(a.Link, 10)}
	}
	holdAll := a.HoldAll || d.Photo != nil
	if holdAll {
		setup.Review = room.ReviewAll
	}
	if d.Item != "" {
		if d, err = svc.asking(r, d); err != nil {
			return Outcome{}, err
		}
	}
	if d, err = d.Normalize(setup.Limits()); err != nil {
		r.tally.stop(room.Code(err), d.Source, d.At)
		return Outcome{}, err
	}
	d.Emotes = setup.Drawn(d.Text, d.Emotes)
	key := refKey{roomID, d.User, d.Ref}
	if d.Ref != "" {
		if o, ok := svc.refs.get(key, svc.mono()); ok {
			o.Wait = 0 // the first answer carried it
			return o, nil
		}
	}
	part, shownToo, counted, err := svc.voteByMessage(ctx, r, setup, a, d)
	if counted && (err != nil || !shownToo) {
		o := Outcome{Part: &part}
		if err == nil && d.Ref != "" {
			svc.refs.put(key, o, svc.instant().mono)
		}
		return o, err
	}
	limit := room.LimitKey{Room: roomID, User: d.User, Address: a.Address, Networks: a.Networks, Identity: d.Identity}
	if a.Fleeting {
		limit.Identity = time.Time{}
	}
	if a.Role == room.Sender {
		limit = room.LimitKey{Room: roomID, Sender: a.Link, Replay: a.Replay, Chat: a.Chat}
	}
	if err := svc.admit(setup, a, limit); err != nil {
		// A replay that waits its turn is not punished as too fast: it tries again, and
		// reports its own failures.
		if !a.Replay && !(d.Source == comment.FromReplay && errors.Is(err, room.ErrSlowDown)) {
			r.tally.stop(room.Code(err), d.Source, d.At)
		}
		return Outcome{}, err
	}
	checked := observe(svc.timings.Filter)
	own := svc.filter.Check(d, setup)
	checked()
	if own.Took > 0 {
		svc.slog.Warn("the filter took too long to read a comment, which is held unless a rule refuses it", "room", roomID,
			"characters", comment.Graphemes(d.Text), "bytes", len(d.Text), "name_bytes", len(d.Name), "took", own.Took)
		if own.Rule != comment.RuleSlowDecision { // a comment that another rule stopped counts under both
			r.tally.slow(d.At)
		}
	}
	if err := limitOf(own, setup); err != nil {
		r.tally.stop(own.Rule, d.Source, d.At)
		return Outcome{}, err
	}
	place := claim{networks: d.Networks, address: d.Address, program: a.Role == room.Sender && a.Chat == "", stranger: a.Role == room.Audience}
	if a.Role == room.Audience || a.Chat != "" {
		place.user = d.User
	}
	said, v, err := svc.secondOpinion(ctx, r, a, d, own)
	if err != nil && !a.Replay {
		r.tally.stop(room.Code(err), d.Source, d.At)
	}
	var o Outcome
	if err == nil {
		if setup = r.settings(); holdAll { // the settings may have changed
			setup.Review = room.ReviewAll
		}
		if o, err = svc.log(ctx, r, setup, said, v, place); errors.Is(err, room.ErrSlowDown) {
			r.tally.stop(room.Code(err), d.Source, d.At)
		}
	}
	if v.Action == comment.Refuse && own.Action != comment.Refuse {
		svc.filter.OnCommitted(d, own, false) // refused text does not count as said
	} else {
		svc.filter.OnCommitted(d, v, err == nil)
	}
	if err != nil {
		// It was not sent: the same text may come again at once, and costs nothing twice.
		if !a.Role.Can(room.Immune) {
			svc.limiter.Refund(limit)
		}
		return Outcome{}, err
	}
	// A held comment costs a moderator's time, so it costs its author as much as a refused
	// one. Every photo is held, and only few of a person are accepted.
	if (o.Status == comment.Refused || o.Status == comment.Held && d.Photo == nil) && !a.Role.Can(room.Immune) {
		svc.limiter.Penalize(limit)
	}
	if a.Role == room.Audience {
		if o.Status == comment.Shown {
			svc.limiter.MarkTrusted(limit)
		}
		o.Wait = svc.limiter.Wait(limit)
		if v.Action != comment.Refuse { // a comment refused by the filter does not start the slow mode's wait
			o.Wait = max(o.Wait, setup.Slow.Duration())
		}
	}
	if d.Ref != "" {
		svc.refs.put(key, o, svc.instant().mono)
	}
	return o, nil
}

// admit checks the room and the limits. Neither limits some roles.
func (svc *Service) admit(setup room.Room, a Author, limit room.LimitKey) error {
	if err := svc.mayWrite(setup, a); err != nil || a.Role.Can(room.Immune) {
		return err
	}
	defer observe(svc.timings.Limiter)()
	return svc.limiter.Allow(limit)
}

// mayWrite checks the room and the bans.
func (svc *Service) mayWrite(setup room.Room, a Author) error {
	switch {
	case setup.State == room.Closed:
		return room.ErrRoomClosed
	case a.Role.Can(room.Immune):
		return nil
	case setup.State == room.Paused:
		return room.ErrRoomPaused
	}
	return svc.bans.refuse(setup.ID, a.User, a.Address, svc.instant())
}

// secondOpinion asks the operator's service about a draft that the filter would show, in
// the form that would be shown. If the service holds or refuses it, that is the verdict.
// Since the answer takes time, the draft returns with the current time, and the state of
// room and author is checked again.
func (svc *Service) secondOpinion(ctx context.Context, r *liveRoom, a Author, d comment.Draft, v comment.Verdict) (comment.Draft, comment.Verdict, error) {
	if svc.opinion == nil || v.Action >= comment.Hold {
		return d, v, nil
	}
	shown := d
	if v.Action == comment.Mask {
		shown.Text, shown.Name = v.Text, v.Name
	}
	second, err := svc.opinion.Ask(ctx, shown)
	if err != nil {
		return d, v, fmt.Errorf("%w: nobody waits for the second opinion", room.ErrBusy)
	}
	if err := svc.mayWrite(r.settings(), a); err != nil {
		return d, v, err
	}
	d.At = svc.now()
	if second.Action > v.Action {
		second.Text, second.Name = v.Text, v.Name // approved, it is shown masked
		v = second
	}
	return d, v, nil
}

// limitOf returns the error of a verdict that is a limit. Such a comment is not at fault
// for its text, so it is counted, not stored, and binds no ref. No clock makes the wait
// longer than the room's slow mode.
func limitOf(v comment.Verdict, setup room.Room) error {
	switch {
	case v.Action != comment.Refuse:
		return nil
	case v.Rule == comment.RuleSlow:
		return &room.WaitError{Err: room.ErrSlowDown, Wait: min(max(v.Wait, 0), setup.Slow.Duration())}
	case v.Rule == comment.RuleDuplicate:
		return room.ErrDuplicate
	}
	return nil
}

// log writes a checked draft into the journal. Errors: ErrBusy, ErrNotFound, and
// ErrSlowDown (a *room.WaitError) for a draft to be held while too many comments of its
// author, its address or the room are held already; place says which of these counts apply.
func (svc *Service) log(ctx context.Context, r *liveRoom, setup room.Room, d comment.Draft, v comment.Verdict, place claim) (Outcome, error) {
	e := room.Event{
		Room: setup.ID, At: d.At, Kind: kindOf(v.Action, setup.Review, d.Badge),
		Comment: comment.Comment{
			ID: svc.newID(d.At), At: d.At, Text: d.Text, Name: d.Name, User: d.User,
			Mode: d.Mode, Color: d.Color, Size: d.Size, Badge: d.Badge, Source: d.Source,
			Paid: d.Paid, Emotes: d.Emotes, Item: d.Item, Photo: d.Photo, Standing: d.Standing,
		},
		Picture: d.Picture,
		Entry: room.Entry{
			Ref: d.Ref, Rule: v.Rule, Word: v.Word, Detail: v.Detail, Spans: v.Spans, InName: v.InName, Address: d.Address, Link: d.Link, Chat: d.Chat,
		},
	}
	if v.Text != "" { // masked, also when something else holds it
		e.Comment.Text, e.Comment.Name = v.Text, cmp.Or(v.Name, d.Name)
		e.Comment.Emotes = comment.Masked(d.Emotes, d.Text, v.Text)
		if v.Action == comment.Mask {
			e.Entry.Spans = v.Shown
		}
		if v.Text != d.Text {
			e.Entry.Original = d.Text
		}
		if e.Comment.Name != d.Name {
			e.Entry.OriginalName = d.Name
		}
	}
	if e.Kind == room.KindHeld && v.Action < comment.Hold {
		e.Entry.Rule, e.Entry.Detail = RuleReview, "every comment of this room is looked at first"
	}
	if d.Photo != nil && v.Action < comment.Hold {
		e.Kind, e.Entry.Rule, e.Entry.Detail = room.KindHeld, RulePhoto, "" // whatever the sender's role
	}
	id := e.Comment.ID
	if e.Kind == room.KindHeld {
		place.stranger = place.stranger && heldByFilter(e.Entry.Rule) &&
			!svc.filter.Known(setup.ID, d.User)
		err := r.reserveReview(id, place)
		switch {
		case err == nil:
		case d.Source == comment.FromReplay: // it would wait forever in a room without reviewers
			e.Kind = room.KindRefused
		default:
			return Outcome{}, err
		}
	}
	began := time.Now()
	receipt, err := svc.journal.Append(ctx, e)
	if err != nil || receipt.Event.Comment.ID != id {
		r.releaseReview(id)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Outcome{}, fmt.Errorf("%w: its turn did not come within %v", room.ErrBusy, submitWithin)
	}
	if err != nil {
		if !errors.Is(err, room.ErrBusy) && !errors.Is(err, room.ErrNotFound) {
			err = fmt.Errorf("append a comment: %w", err)
		}
		return Outcome{}, err
	}
	svc.saved.Store(int64(time.Since(began)))
	// A person who asks finds the question in the list, and a program that goes on to
	// decide about waiting comments finds all that it sent.
	if !receipt.Again && (d.Item != "" || e.Kind == room.KindHeld && place.program) {
		r.follow(ctx, receipt.Event.Seq)
	}
	return outcomeOf(receipt.Event), nil
}

// Comments returns a page of a room's history.
func (svc *Service) Comments(ctx context.Context, roomID string, by room.Actor, q room.HistoryQuery) ([]room.Row, bool, error) {
	if err := svc.May(roomID, by, room.ReadRoom); err != nil {
		return nil, false, err
	}
	return svc.history.Comments(ctx, roomID, q)
}
