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

// submission is a draft on its way through limits and checks into the log.
type submission struct {
	*Service
	room   *liveRoom
	author Author
	draft  comment.Draft
	setup  room.Room // as last read, see [submission.settings]
	limit  room.LimitKey
}

// newSubmission returns the submission of a draft, to which it adds what the server knows of
// the author.
func (svc *Service) newSubmission(r *liveRoom, a Author, d comment.Draft) *submission {
	d.Room, d.User, d.Address, d.Identity, d.At = r.id, a.User, a.Address, svc.clock.rebase(a.Identity), svc.now()
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
	limit := room.LimitKey{Room: r.id, User: d.User, Address: a.Address, Networks: a.Networks, Identity: d.Identity}
	if a.Fleeting {
		limit.Identity = time.Time{}
	}
	if a.Role == room.Sender {
		limit = room.LimitKey{Room: r.id, Sender: a.Link, Replay: a.Replay, Chat: a.Chat}
	}
	s := &submission{Service: svc, room: r, author: a, draft: d, limit: limit}
	s.setup = s.settings()
	return s
}

// settings returns the present settings of the room, as they apply to this draft.
func (s *submission) settings() room.Room {
	setup := s.room.settings()
	if s.author.HoldAll || s.draft.Photo != nil {
		setup.Review = room.ReviewAll
	}
	return setup
}

// normalize brings the draft into the form in which it is checked and stored.
func (s *submission) normalize() (err error) {
	if s.draft.Item != "" {
		if s.draft, err = s.asking(s.room, s.draft); err != nil {
			return err
		}
	}
	if s.draft, err = s.draft.Normalize(s.setup.Limits()); err != nil {
		s.stopped(room.Code(err))
		return err
	}
	s.draft.Emotes = s.setup.Drawn(s.draft.Text, s.draft.Emotes)
	return nil
}

// stopped counts the draft as one that was not sent, for a reason.
func (s *submission) stopped(reason string) { s.room.tally.stop(reason, s.draft.Source, s.draft.At) }

func (s *submission) ref() refKey { return refKey{s.room.id, s.draft.User, s.draft.Ref} }

// answered returns the answer to which the draft's ref is bound, if memory has it.
func (s *submission) answered() (Outcome, bool) {
	if s.draft.Ref == "" {
		return Outcome{}, false
	}
	o, ok := s.refs.get(s.ref(), s.mono())
	o.Wait = 0 // the first answer carried it
	return o, ok
}

// bind binds the draft's ref to its answer.
func (s *submission) bind(o Outcome) {
	if s.draft.Ref != "" {
		s.refs.put(s.ref(), o, s.instant().mono)
	}
}

// admit checks the room and the limits. Neither limits some roles.
func (s *submission) admit() error {
	err := s.mayWrite(s.setup, s.author)
	if err == nil && !s.author.Role.Can(room.Immune) {
		observed := observe(s.timings.Limiter)
		err = s.limiter.Allow(s.limit)
		observed()
	}
	// A replay that waits its turn is not punished as too fast: it tries again, and reports
	// its own failures.
	waits := s.author.Replay || s.draft.Source == comment.FromReplay && errors.Is(err, room.ErrSlowDown)
	if err != nil && !waits {
		s.stopped(room.Code(err))
	}
	return err
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

// check asks the filter. Its verdict may be a limit, which is an error.
func (s *submission) check() (comment.Verdict, error) {
	checked := observe(s.timings.Filter)
	v := s.filter.Check(s.draft, s.setup)
	checked()
	if v.Fault != "" {
		s.slog.Error("the filter failed to read a comment, which is held", "room", s.room.id, "fault", v.Fault)
	}
	if v.Took > 0 {
		s.slog.Warn("the filter took too long to read a comment, which is held unless a rule refuses it", "room", s.room.id,
			"characters", comment.Graphemes(s.draft.Text), "bytes", len(s.draft.Text), "name_bytes", len(s.draft.Name), "took", v.Took)
		if v.Rule != comment.RuleSlowDecision { // a comment that another rule stopped counts under both
			s.room.tally.slow(s.draft.At)
		}
	}
	err := limitOf(v, s.setup)
	if err != nil {
		s.stopped(v.Rule)
	}
	return v, err
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

// log writes the draft into the log with the filter's verdict, or with that of the
// operator's service, and returns the one that counted. Errors: those of secondOpinion and
// write.
func (s *submission) log(ctx context.Context, own comment.Verdict) (Outcome, comment.Verdict, error) {
	d, v, err := s.secondOpinion(ctx, own)
	if err != nil {
		if !s.author.Replay {
			s.stopped(room.Code(err))
		}
		return Outcome{}, v, err
	}
	s.setup = s.settings() // it may have changed
	o, err := s.write(ctx, d, v)
	if errors.Is(err, room.ErrSlowDown) {
		s.stopped(room.Code(err))
	}
	return o, v, err
}

// secondOpinion asks the operator's service about a draft that the filter would show, in
// the form that would be shown. If the service holds or refuses it, that is the verdict.
// Since the answer takes time, the draft returns with the current time, and the state of
// room and author is checked again.
func (s *submission) secondOpinion(ctx context.Context, v comment.Verdict) (comment.Draft, comment.Verdict, error) {
	d := s.draft
	if s.opinion == nil || v.Action >= comment.Hold {
		return d, v, nil
	}
	shown := d
	if v.Action == comment.Mask {
		shown.Text, shown.Name = v.Text, v.Name
	}
	second, err := s.opinion.Ask(ctx, shown)
	if err != nil {
		return d, v, fmt.Errorf("%w: nobody waits for the second opinion", room.ErrBusy)
	}
	if err := s.mayWrite(s.room.settings(), s.author); err != nil {
		return d, v, err
	}
	d.At = s.now()
	if second.Action > v.Action {
		second.Text, second.Name = v.Text, v.Name // approved, it is shown masked
		v = second
	}
	return d, v, nil
}

// tellFilter tells the filter how the draft ended: own is its verdict, v the one that
// counted, and logged says that the draft is in the log.
func (s *submission) tellFilter(own, v comment.Verdict, logged bool) {
	if v.Action == comment.Refuse && own.Action != comment.Refuse {
		v, logged = own, false // refused text does not count as said
	}
	s.filter.OnCommitted(s.draft, v, logged)
}

// refund returns what admit took: the draft was not sent, so the same text may come again at
// once, and costs nothing twice.
func (s *submission) refund() {
	if !s.author.Role.Can(room.Immune) {
		s.limiter.Refund(s.limit)
	}
}

// charge changes the author's limits by the outcome, and returns how long the author has to
// wait before the next comment. A held comment costs a moderator's time, so it costs its
// author as much as a refused one. Every photo is held, and only few of a person are
// accepted.
func (s *submission) charge(o Outcome, v comment.Verdict) (wait time.Duration) {
	costly := o.Status == comment.Refused || o.Status == comment.Held && s.draft.Photo == nil
	if costly && !s.author.Role.Can(room.Immune) {
		s.limiter.Penalize(s.limit)
	}
	if s.author.Role != room.Audience {
		return o.Wait
	}
	if o.Status == comment.Shown {
		s.limiter.MarkTrusted(s.limit)
	}
	wait = s.limiter.Wait(s.limit)
	if v.Action != comment.Refuse { // a comment refused by the filter does not start the slow mode's wait
		wait = max(wait, s.setup.Slow.Duration())
	}
	return wait
}

// event returns the event of a draft with its verdict.
func (s *submission) event(d comment.Draft, v comment.Verdict) room.Event {
	e := room.Event{
		Room: s.setup.ID, At: d.At, Kind: kindOf(v.Action, s.setup.Review, d.Badge),
		Comment: comment.Comment{
			ID: s.newID(d.At), At: d.At, Text: d.Text, Name: d.Name, User: d.User,
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
	return e
}

// claim returns what the draft takes up while it waits for a moderator.
func (s *submission) claim() claim {
	c := claim{
		networks: s.draft.Networks, address: s.draft.Address,
		program:  s.author.Role == room.Sender && s.author.Chat == "",
		stranger: s.author.Role == room.Audience,
	}
	if s.author.Role == room.Audience || s.author.Chat != "" {
		c.user = s.draft.User
	}
	return c
}

// write writes a checked draft into the journal. Errors: ErrBusy, ErrNotFound, and
// ErrSlowDown (a *room.WaitError) for a draft to be held while too many comments of its
// author, its address or the room are held already.
func (s *submission) write(ctx context.Context, d comment.Draft, v comment.Verdict) (Outcome, error) {
	e, place := s.event(d, v), s.claim()
	id := e.Comment.ID
	if e.Kind == room.KindHeld {
		place.stranger = place.stranger && heldByFilter(e.Entry.Rule) &&
			!s.filter.Known(s.setup.ID, d.User)
		err := s.room.reserveReview(id, place)
		switch {
		case err == nil:
		case d.Source == comment.FromReplay: // it would wait forever in a room without reviewers
			e.Kind = room.KindRefused
		default:
			return Outcome{}, err
		}
	}
	began := time.Now()
	receipt, err := s.journal.Append(ctx, e)
	if err != nil || receipt.Event.Comment.ID != id {
		s.room.releaseReview(id)
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
	s.saved.Store(int64(time.Since(began)))
	// A person who asks finds the question in the list, and a program that goes on to
	// decide about waiting comments finds all that it sent.
	if !receipt.Again && (d.Item != "" || e.Kind == room.KindHeld && place.program) {
		s.room.follow(ctx, receipt.Event.Seq)
	}
	return outcomeOf(receipt.Event), nil
}
