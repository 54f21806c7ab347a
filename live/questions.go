package live

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// asking checks that a question or photo can be sent now, and removes its name if the
// author wants that. Errors: ErrNotFound, ErrNotLive with an explanation, ErrInvalid for a
// question that needs a name.
func (svc *Service) asking(r *liveRoom, d comment.Draft) (comment.Draft, error) {
	if d.Photo != nil {
		return svc.photographing(r, d)
	}
	r.mu.RLock()
	it, known := r.showing.find(d.Item)
	asked := 0
	if b := r.showing.boards[d.Item]; b != nil {
		asked = b.Len()
	}
	r.mu.RUnlock()
	if !known || it.State == show.Draft || it.Kind != show.Questions {
		return d, room.ErrNotFound
	}
	spec, err := it.Ask()
	switch {
	case err != nil:
		return d, itemError(err)
	case asked >= show.MaxQuestions:
		return d, room.Explain(room.ErrNotLive, "There are %d questions already. Vote for one of them.", asked)
	case d.Anonymous && !spec.Anonymous:
		return d, room.Explain(room.ErrInvalid, "anonymous: questions here have their author's name")
	case !spec.Anonymous && !comment.Visible(d.Name):
		return d, room.Explain(room.ErrInvalid, "name: questions here have their author's name")
	}
	if d.Anonymous {
		d.Name = ""
	}
	d.Mode, d.Color, d.Size = comment.Scroll, comment.White, comment.Medium // it does not fly
	return d, nil
}

// Questions returns the questions of a list, sorted, as a view sees them: consoles also see
// hidden and merged ones. The caller checks what view is allowed. Errors: ErrNotFound.
func (svc *Service) Questions(ctx context.Context, roomID, item string, v room.View, by show.Sorting) ([]show.Question, error) {
	r, err := svc.room(roomID)
	if err != nil {
		return nil, err
	}
	all := v == room.ViewConsole
	r.mu.RLock()
	it, known := r.showing.find(item)
	known = known && it.Kind == show.Questions
	if known {
		_, seen := r.showing.seenBy(v, 0, it)
		known = seen
	}
	if b := r.showing.boards[item]; known && b != nil {
		defer r.mu.RUnlock()
		return b.List(all, by), nil
	}
	r.mu.RUnlock()
	if !known {
		return nil, room.ErrNotFound
	}
	b, err := svc.boardOf(ctx, roomID, item)
	if err != nil {
		return nil, err
	}
	return b.List(all, by), nil
}

// boardOf reads a list of questions that is not live.
func (svc *Service) boardOf(ctx context.Context, roomID, item string) (*show.Board, error) {
	questions, err := svc.shows.Questions(ctx, roomID, item)
	if err != nil {
		return nil, err
	}
	entries, err := svc.shows.Entries(ctx, roomID, item)
	if err != nil {
		return nil, err
	}
	b := show.NewBoard(show.Questions, &show.Tally{})
	for _, q := range questions {
		b.Put(q.Comment, q.Seq)
		b.Mark(q.Comment.ID.String(), q.Mark)
	}
	for _, e := range entries {
		b.Enter(e)
	}
	return b, nil
}

// markAction returns the audit action of a command.
func markAction(c show.MarkCommand) (room.Action, bool) {
	named := []struct {
		set     bool
		yes, no room.Action
		is      bool
	}{
		{c.Answered != nil, room.ActionAnswered, room.ActionReopened, c.Answered != nil && *c.Answered},
		{c.Hidden != nil, room.ActionHidden, room.ActionUnhidden, c.Hidden != nil && *c.Hidden},
		{c.Into != nil, room.ActionMerged, room.ActionSplit, c.Into != nil && *c.Into != ""},
	}
	var action room.Action
	for _, n := range named {
		switch {
		case !n.set:
			continue
		case action != "":
			return "", false // one action changes one thing, so that one undo reverts one
		case n.is:
			action = n.yes
		default:
			action = n.no
		}
	}
	return action, action != ""
}

// MarkQuestion answers, hides or merges a question, or reverts one of these, and returns
// the question afterwards. Errors: ErrNotFound, ErrInvalid with the field, ErrNotAllowed,
// ErrBusy.
func (svc *Service) MarkQuestion(ctx context.Context, roomID string, by room.Actor, c show.MarkCommand) (show.Question, error) {
	action, one := markAction(c)
	if !one {
		if err := svc.May(roomID, by, room.RunShow); err != nil {
			return show.Question{}, err
		}
		return show.Question{}, room.Explain(room.ErrInvalid, "send one of answered, hidden and into")
	}
	return svc.mark(ctx, roomID, by, c, by.Entry(action))
}

func (svc *Service) mark(ctx context.Context, roomID string, by room.Actor, c show.MarkCommand, a *room.AuditEntry) (show.Question, error) {
	r, err := svc.may(roomID, by, room.RunShow)
	if err != nil {
		return show.Question{}, err
	}
	id, err := comment.ParseID(c.ID)
	if err != nil {
		return show.Question{}, err
	}
	row, err := svc.history.Comment(ctx, roomID, id)
	if err != nil {
		return show.Question{}, fmt.Errorf("mark a question: %w", err)
	}
	a.About, a.User, a.Detail = c.ID, row.User, row.Text
	if _, err := svc.do(ctx, r, by, room.Event{Kind: room.KindQuestion, Ask: &c, Audit: a}); err != nil {
		return show.Question{}, itemError(err)
	}
	list, err := svc.Questions(ctx, roomID, c.Item, room.ViewConsole, show.Oldest)
	for _, q := range list {
		if q.Comment.ID == id {
			return q, nil
		}
	}
	return show.Question{Comment: row.Comment}, err
}

// undoMark restores a question's earlier mark, unless it was changed since.
func (svc *Service) undoMark(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	m, err := svc.audit.MarkOf(ctx, a.ID)
	if errors.Is(err, room.ErrNotFound) {
		return room.ErrExpired
	}
	if err != nil {
		return err
	}
	back, known := opposites[a.Kind]
	if !known {
		return room.ErrExpired
	}
	_, err = svc.mark(ctx, roomID, by, show.MarkCommand{Item: m.Item, ID: m.ID, Expect: &m.After, To: &m.Before}, by.Entry(back))
	return err
}

// opposites maps actions on questions to the actions that revert them.
var opposites = map[room.Action]room.Action{
	room.ActionAnswered: room.ActionReopened, room.ActionReopened: room.ActionAnswered,
	room.ActionHidden: room.ActionUnhidden, room.ActionUnhidden: room.ActionHidden,
	room.ActionMerged: room.ActionSplit, room.ActionSplit: room.ActionMerged,
}

// isQuestionAct reports whether an action is about a question.
func isQuestionAct(k room.Action) bool {
	return strings.HasPrefix(string(k), string(room.KindQuestion))
}
