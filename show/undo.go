package show

import (
	"fmt"
	"slices"
	"time"
)

// restoreItem restores an item's earlier state, or deletes it when it did not exist.
func restoreItem(items []Item, c Command, i int) ([]Change, error) {
	var change Change
	if i >= 0 {
		before := items[i]
		change.Before = &before
	}
	if c.Item != nil {
		if _, ok := kinds[c.Item.Kind]; !ok || c.Item.ID != c.ID {
			return nil, fmt.Errorf("%w: an undo of another item", ErrInvalid)
		}
		after := *c.Item
		if after.State == Live && change.Before != nil && change.Before.State == Ended && kinds[after.Kind].begin != nil {
			return nil, fmt.Errorf("%w: everybody knows its seed by now; make another draw", ErrState)
		}
		// A slot that is occupied now is not taken back.
		if after.State == Live && liveIn(items, after.Slot(), after.ID) {
			after.State, after.Started, after.Ends = Queued, time.Time{}, time.Time{}
		}
		change.After = &after
	}
	if change.Before == nil && change.After == nil {
		return nil, ErrNotFound
	}
	return []Change{change}, nil
}

// revert reverts changes, unless one of their items has changed since.
func revert(items []Item, c Command) ([]Change, error) {
	var all []Change
	for _, undone := range slices.Backward(c.Changes) {
		id := undone.ID()
		i := slices.IndexFunc(items, func(it Item) bool { return it.ID == id })
		if i < 0 != (undone.After == nil) || i >= 0 && !items[i].same(*undone.After) {
			return nil, ErrChanged
		}
		changes, err := restoreItem(items, Command{ID: id, Item: undone.Before}, i)
		if err != nil {
			return nil, err
		}
		for _, change := range changes {
			items = Apply(items, change)
		}
		all = append(all, changes...)
	}
	return all, nil
}
