package live

import (
	"context"
	"encoding/json"
	"errors"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// Part is what a person has chosen in an item.
type Part struct {
	Item    string
	Choices []string // oldest first
}

// viaButton is the Via of a part that was not taken by message.
const viaButton = "button"

// TakePart lets an author take part in a live item, and returns once that is durable.
// Taking the same part again changes nothing. Errors: ErrNotFound, ErrInvalid for an
// unknown choice, ErrNotLive, ErrVoted when the person has no choice left, ErrRoomClosed,
// ErrMuted, ErrBanned, ErrSlowDown (a *room.WaitError), ErrBusy.
func (svc *Service) TakePart(ctx context.Context, roomID string, a Author, e show.Entry) (Part, error) {
	ctx, cancel := context.WithTimeout(ctx, submitWithin)
	defer cancel()
	r, err := svc.room(roomID)
	if err != nil {
		return Part{}, err
	}
	if !a.Role.Can(room.Write) {
		return Part{}, room.ErrNotAllowed
	}
	setup := r.settings()
	if setup.State == room.Paused {
		setup.State = room.Open // a pause stops only comments
	}
	if err := svc.mayWrite(setup, a); err != nil {
		return Part{}, err
	}
	e.Via = viaButton
	return svc.takePart(ctx, r, a, e)
}

// takePart checks the person's limits and writes the log.
func (svc *Service) takePart(ctx context.Context, r *liveRoom, a Author, e show.Entry) (Part, error) {
	r.mu.RLock()
	it, known := r.showing.find(e.Item)
	r.mu.RUnlock()
	switch {
	case !known, it.State == show.Draft:
		return Part{}, room.ErrNotFound
	case it.State != show.Live:
		return Part{}, room.ErrNotLive
	}
	if !a.Role.Can(room.Immune) {
		if err := svc.limiter.AllowPart(room.LimitKey{Room: r.id, User: a.User, Address: a.Address, Networks: a.Networks}); err != nil {
			return Part{}, err
		}
	}
	e.Person, e.Replaces = a.User, nil
	receipt, err := svc.journal.Append(ctx, room.Event{Room: r.id, At: svc.now(), Kind: room.KindEntry, Part: &e})
	if errors.Is(err, context.DeadlineExceeded) {
		return Part{}, room.ErrBusy
	}
	if err != nil {
		return Part{}, itemError(err)
	}
	return svc.partAfter(r, *receipt.Event.Part), nil
}

// partAfter returns a person's choices once the room has followed the entry.
func (svc *Service) partAfter(r *liveRoom, e show.Entry) Part {
	r.mu.RLock()
	defer r.mu.RUnlock()
	mine := &show.Tally{}
	if t := r.showing.tallies[e.Item]; t != nil {
		chosen := t.Of(e.Person)
		if b := r.showing.boards[e.Item]; b != nil {
			chosen = b.Of(e.Person)
		}
		for _, c := range chosen {
			mine.Apply(show.Entry{Person: e.Person, Choice: c})
		}
	}
	mine.Apply(e) // the follower may not have applied it yet
	return Part{Item: e.Item, Choices: mine.Of(e.Person)}
}

// PartsOf returns a person's choices in live items.
func (svc *Service) PartsOf(roomID, user string) []Part {
	r, err := svc.room(roomID)
	if err != nil || user == "" {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []Part
	for _, it := range r.showing.items {
		if t := r.showing.tallies[it.ID]; t != nil {
			mine := t.Of(user)
			if b := r.showing.boards[it.ID]; b != nil {
				mine = b.Of(user)
			}
			if len(mine) > 0 {
				out = append(out, Part{Item: it.ID, Choices: mine})
			}
		}
	}
	return out
}

// vote parses a text as the key of an option in a live poll that takes votes by message.
// shown reports that the room shows such messages.
func (s *showing) vote(text string) (e show.Entry, shown, ok bool) {
	for _, it := range s.items {
		var spec show.PollSpec
		if it.Kind != show.Poll || it.State != show.Live || json.Unmarshal(it.Spec, &spec) != nil || !spec.ByMessage {
			continue
		}
		if option, ok := show.Vote(text, spec.Options); ok {
			return show.EntryOf(it.ID, option), spec.Show, true
		}
	}
	return show.Entry{}, false, false
}

// voteByMessage counts a message that is exactly the key of an option in a live poll as the
// author's vote. It checks neither the room's limit nor the part that a chat drops when the
// room is full: a vote shows nothing. counted reports that the message was a vote; when
// shown is true it is also a comment.
func (svc *Service) voteByMessage(ctx context.Context, r *liveRoom, setup room.Room, a Author, d comment.Draft) (part Part, shown, counted bool, err error) {
	if a.Replay || d.Source == comment.FromReplay || d.Item != "" {
		return Part{}, false, false, nil
	}
	r.mu.RLock()
	e, shown, ok := r.showing.vote(d.Text)
	r.mu.RUnlock()
	if !ok {
		return Part{}, false, false, nil
	}
	if err := svc.mayWrite(setup, a); err != nil {
		return Part{}, shown, true, err
	}
	e.Via = string(d.Source)
	part, err = svc.takePart(ctx, r, a, e)
	return part, shown, true, err
}
