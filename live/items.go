package live

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
)

// itemActions maps commands to their audit actions.
var itemActions = map[show.Op]room.Action{
	show.Create: room.ActionItem, show.Edit: room.ActionItemSet, show.Order: room.ActionItemOrder, show.Queue: room.ActionItemQueue,
	show.Start: room.ActionItemStart, show.Stop: room.ActionItemStop, show.Redraw: room.ActionItemRedraw, show.Delete: room.ActionItemGone, show.Revert: room.ActionItemBack,
	show.Schedule: room.ActionItemSet,
}

// Items returns the items of a room, in the order of its queue, with their counts.
func (svc *Service) Items(roomID string, by room.Actor) ([]show.Item, error) {
	r, err := svc.may(roomID, by, room.ReadRoom)
	if err != nil {
		return nil, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]show.Item, 0, len(r.showing.items))
	for _, it := range r.showing.items {
		it, _ = r.showing.seenBy(room.ViewConsole, 0, it)
		out = append(out, it)
	}
	show.Sort(out)
	return out, nil
}

// Item returns one item as a view sees it. The caller checks permissions. Errors:
// ErrNotFound.
func (svc *Service) Item(roomID, id string, v room.View) (show.Item, error) {
	r, err := svc.room(roomID)
	if err != nil {
		return show.Item{}, err
	}
	passed := r.onScreens()
	r.mu.RLock()
	defer r.mu.RUnlock()
	if it, known := r.showing.find(id); known {
		if it, seen := r.showing.seenBy(v, passed, it); seen {
			return it, nil
		}
	}
	return show.Item{}, room.ErrNotFound
}

// CreateItem makes an item of a kind, which starts by itself at starts unless that is zero.
// Errors: ErrInvalid with the field and its bounds, ErrNotAllowed, ErrNotFound, ErrBusy.
func (svc *Service) CreateItem(ctx context.Context, roomID string, by room.Actor, kind show.Kind, spec []byte, rank int, starts time.Time) (show.Item, error) {
	if !slices.Contains(show.Kinds(), kind) {
		if err := svc.May(roomID, by, room.RunShow); err != nil {
			return show.Item{}, err
		}
		return show.Item{}, room.Explain(room.ErrInvalid, "kind %.20q: %v", kind, show.Kinds())
	}
	return svc.ChangeItem(ctx, roomID, by, show.Command{Op: show.Create, ID: newItemID(), Kind: kind, Spec: spec, Rank: rank, Starts: starts})
}

// newItemID draws 50 random bits: IDs are short, and unique within a room.
func newItemID() string { return strings.ToLower(rand.Text()[:10]) }

// ChangeItem carries out a command and returns the item afterwards, without an ID when it
// was deleted. Errors: those of [Service.CreateItem], ErrNotLive for a state that does not
// allow it.
func (svc *Service) ChangeItem(ctx context.Context, roomID string, by room.Actor, c show.Command) (show.Item, error) {
	r, err := svc.may(roomID, by, room.RunShow)
	if err != nil {
		return show.Item{}, err
	}
	action, known := itemActions[c.Op]
	if !known {
		return show.Item{}, room.Explain(room.ErrInvalid, "no such command: %.20q", c.Op)
	}
	r.mu.RLock()
	was, there := r.showing.find(c.ID)
	r.mu.RUnlock()
	if !there && c.Op != show.Create && c.Op != show.Revert {
		return show.Item{}, room.ErrNotFound
	}
	if c.Op == show.Start {
		c.Seed = make([]byte, show.SeedSize)
		if _, err := rand.Read(c.Seed); err != nil {
			return show.Item{}, fmt.Errorf("draw a seed: %w", err)
		}
	}
	a := by.Entry(action)
	a.About, a.Detail = c.ID, was.Title()
	if c.Op == show.Create {
		a.Detail = show.Item{Spec: c.Spec}.Title()
	}
	if _, err := svc.do(ctx, r, by, room.Event{Kind: room.KindItem, Command: &c, Audit: a}); err != nil {
		return show.Item{}, itemError(err)
	}
	switch {
	case c.Op == show.Revert:
		err = svc.recount(ctx, r, c.Changes)
	case c.Op == show.Start && was.Kind.Collects():
		err = svc.loadLive(ctx, r, was) // counts from before it was stopped
	case c.Op == show.Start && show.AmongAuthors(was):
		err = svc.loadLive(ctx, r, was) // authors who wrote before take part, too
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	it, _ := r.showing.find(c.ID)
	it, _ = r.showing.seenBy(room.ViewConsole, 0, it)
	return it, err
}

// recount counts again the items that an undo has made live, since the counts of ended
// items are not in memory.
func (svc *Service) recount(ctx context.Context, r *liveRoom, undone []show.Change) error {
	for _, c := range undone {
		if c.Before == nil || c.Before.State != show.Live {
			continue
		}
		if err := svc.loadLive(ctx, r, *c.Before); err != nil {
			return err
		}
	}
	return nil
}

// undoItem reverts what a command changed, unless it was changed since.
func (svc *Service) undoItem(ctx context.Context, roomID string, by room.Actor, a room.AuditEntry) error {
	changes, err := svc.audit.ItemChanges(ctx, a.ID)
	if errors.Is(err, room.ErrNotFound) {
		return room.ErrExpired
	}
	if err != nil {
		return err
	}
	_, err = svc.ChangeItem(ctx, roomID, by, show.Command{Op: show.Revert, ID: a.About, Changes: changes})
	return err
}

// itemError turns errors of the model into errors of package room.
func itemError(err error) error {
	switch {
	case errors.Is(err, show.ErrNotFound):
		return room.ErrNotFound
	case errors.Is(err, show.ErrChanged):
		return room.ErrChanged
	case errors.Is(err, show.ErrInvalid), errors.Is(err, show.ErrFull), errors.Is(err, show.ErrChoice):
		return room.Explain(room.ErrInvalid, "%s", explanation(err))
	case errors.Is(err, show.ErrState):
		return room.Explain(room.ErrNotLive, "%s", explanation(err))
	}
	return err
}

// explanation returns the text of a model's error without its prefix.
func explanation(err error) string {
	text := err.Error()
	for _, sentinel := range []error{show.ErrInvalid, show.ErrState} {
		if _, after, found := strings.Cut(text, sentinel.Error()+": "); found {
			return after
		}
	}
	if errors.Is(err, show.ErrFull) {
		return show.ErrFull.Error()
	}
	return strings.TrimPrefix(text, string(room.KindItem)+": ")
}

// Feature makes a card of a shown comment. It stays for seconds, or until it is taken down
// when seconds is 0. Errors: ErrNotFound, ErrExpired for a comment that is not shown, and
// those of [Service.CreateItem].
func (svc *Service) Feature(ctx context.Context, roomID string, by room.Actor, id comment.ID, seconds int) (show.Item, error) {
	if err := svc.May(roomID, by, room.RunShow); err != nil {
		return show.Item{}, err
	}
	row, err := svc.history.Comment(ctx, roomID, id)
	if err != nil {
		return show.Item{}, fmt.Errorf("feature a comment: %w", err)
	}
	// A list of questions outlives a clear, which empties the screens.
	if row.Status != comment.Shown || row.Cleared && row.Item == "" {
		return show.Item{}, room.Explain(room.ErrExpired, "Only a comment that is shown can stand in front. Approve it first.")
	}
	return svc.CreateItem(ctx, roomID, by, show.Card, show.CardOf(row.Comment, seconds), 0, time.Time{})
}
