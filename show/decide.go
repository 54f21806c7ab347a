package show

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Decide returns the changes that a command makes to a room's items. Another item may
// change besides the named one: the next in the queue starts when a slot becomes free.
// Errors wrap [ErrNotFound], [ErrState], [ErrInvalid] or [ErrFull].
func Decide(items []Item, c Command) ([]Change, error) {
	i := slices.IndexFunc(items, func(it Item) bool { return it.ID == c.ID })
	switch {
	case c.Op == Create:
		return create(items, c, i >= 0)
	case c.Op == Put:
		return restoreItem(items, c, i)
	case c.Op == Revert:
		return revert(items, c)
	case c.Op == TakeDown:
		return takeDown(items, c)
	case c.Op == Suggest:
		return suggest(items, c)
	case c.Op == Order && len(c.IDs) > 0:
		return reorder(items, c.IDs)
	case i < 0:
		return nil, ErrNotFound
	}
	return decideOn(items, items[i], c)
}

// decideOn returns the changes that a command to one item makes.
func decideOn(items []Item, it Item, c Command) ([]Change, error) {
	kind, ok := kinds[it.Kind]
	if !ok {
		return nil, fmt.Errorf("%w: unknown kind %q", ErrInvalid, it.Kind)
	}
	before := it
	var err error
	switch c.Op {
	case Schedule:
		return schedule(it, c)
	case StartScheduled:
		return startScheduled(items, it, kind, c)
	case Start:
		return start(items, it, kind, c)
	case Stop:
		if it.State != Live {
			return nil, fmt.Errorf("%w: only a live item can be stopped", ErrState)
		}
		return stop(items, it, kind, c)
	case Expire:
		if it.State != Live || it.Ends.IsZero() || c.At.Before(it.Ends) {
			return nil, nil
		}
		return expire(items, it, kind, c)
	case Delete:
		return remove(items, it, c)
	case Edit:
		err = edit(&it, kind, c)
	case Order:
		it.Rank = c.Rank
	case Queue:
		err = queue(&it)
	case Redraw:
		err = redraw(&it, kind, c)
	default:
		err = fmt.Errorf("%w: unknown command %q", ErrInvalid, c.Op)
	}
	if err != nil {
		return nil, err
	}
	return []Change{{Before: &before, After: &it}}, nil
}

// edit changes what an item shows, and its place.
func edit(it *Item, kind kindSpec, c Command) error {
	if it.State == Ended {
		return fmt.Errorf("%w: an item that has ended cannot be edited", ErrState)
	}
	spec, err := kind.check(c.Spec)
	if err != nil {
		return err
	}
	if it.State == Live && kind.fixed != nil {
		if err := kind.fixed(it.Spec, spec); err != nil {
			return err
		}
	}
	it.Spec = spec
	if c.Move != nil {
		it.Rank = *c.Move
	}
	if it.State == Live { // its end may have changed
		it.Ends = endOf(kind, spec, it.Started)
	}
	return nil
}

// queue lets an item wait for its slot.
func queue(it *Item) error {
	if it.State != Draft && it.State != Queued {
		return fmt.Errorf("%w: only a draft can be queued", ErrState)
	}
	it.State, it.Starts = Queued, time.Time{}
	return nil
}

// redraw draws again in a draw that is over.
func redraw(it *Item, kind kindSpec, c Command) error {
	if it.State != Ended || kind.redraw == nil {
		return fmt.Errorf("%w: only a draw that is over can be drawn again", ErrState)
	}
	return kind.redraw(it, c)
}

// remove deletes an item. If it is live, the next starts that waits for its slot.
func remove(items []Item, it Item, c Command) ([]Change, error) {
	changes := []Change{{Before: &it}}
	if it.State != Live {
		return changes, nil
	}
	return advance(without(items, it.ID), it.Slot(), c.At, changes)
}

// reorder puts items into an order, within the places that they have. Ranks can be equal:
// then the ranks of later items grow, too.
func reorder(items []Item, ids []string) ([]Change, error) {
	line := slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return it.State == Ended })
	Sort(line)
	ranks := make([]int, len(line))
	for i, it := range line {
		ranks[i] = it.Rank
		if i > 0 {
			ranks[i] = max(it.Rank, ranks[i-1]+1)
		}
	}
	moved := map[string]Item{}
	for _, it := range line {
		if slices.Contains(ids, it.ID) {
			moved[it.ID] = it
		}
	}
	if len(moved) != len(ids) {
		return nil, fmt.Errorf("%w: an item does not exist, has ended or is named twice", ErrNotFound)
	}
	rest := ids
	var changes []Change
	for i, it := range line {
		if _, moves := moved[it.ID]; moves {
			it, rest = moved[rest[0]], rest[1:]
		}
		if before := it; it.Rank != ranks[i] {
			it.Rank = ranks[i]
			changes = append(changes, Change{Before: &before, After: &it})
		}
	}
	return changes, nil
}

func create(items []Item, c Command, taken bool) ([]Change, error) {
	if taken || c.ID == "" {
		return nil, fmt.Errorf("%w: the id is taken", ErrInvalid)
	}
	open := 0
	last := 0
	// The log stores milliseconds. Items made within one keep the order in which they were
	// made, also after a restart or an undo.
	created := c.At.Truncate(time.Millisecond)
	for _, it := range items {
		if it.State != Ended {
			open++
			last = max(last, it.Rank)
			if !created.After(it.Created) {
				created = it.Created.Add(time.Millisecond)
			}
		}
	}
	if open >= MaxItems {
		return nil, ErrFull
	}
	kind, ok := kinds[c.Kind]
	if !ok {
		return nil, fmt.Errorf("%w: unknown kind %q", ErrInvalid, c.Kind)
	}
	spec, err := kind.check(c.Spec)
	if err != nil {
		return nil, err
	}
	if err := scheduled(c.Starts, c.At); err != nil {
		return nil, err
	}
	it := Item{ID: c.ID, Kind: c.Kind, State: Draft, Rank: cmp.Or(c.Rank, last+1), Spec: spec, Created: created, Starts: c.Starts}
	return []Change{{After: &it}}, nil
}

// takeDown deletes the cards of comments, whatever their state, and starts items that wait
// for their slot.
func takeDown(items []Item, c Command) ([]Change, error) {
	var changes []Change
	shown := false
	for _, it := range items {
		id := it.Comment()
		if id == "" || len(c.Comments) > 0 && !slices.Contains(c.Comments, id) {
			continue
		}
		shown = shown || it.State == Live
		changes = append(changes, Change{Before: &it})
	}
	if !shown {
		return changes, nil
	}
	rest := items
	for _, change := range changes {
		rest = without(rest, change.Before.ID)
	}
	return advance(rest, kinds[Card].slot, c.At, changes)
}

func without(items []Item, id string) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(it Item) bool { return it.ID == id })
}
