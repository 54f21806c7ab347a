package show

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// start shows an item, or queues it while its slot is taken.
func start(items []Item, it Item, kind kindSpec, c Command) ([]Change, error) {
	before := it
	switch {
	case it.State == Live:
		return nil, fmt.Errorf("%w: the item is live", ErrState)
	case it.State == Ended && !kind.again:
		return nil, fmt.Errorf("%w: an item of this kind runs once; make another", ErrState)
	case passed(kind, it.Spec, c.At):
		return nil, fmt.Errorf("%w: its moment has passed; set another", ErrState)
	case liveIn(items, it.Slot(), it.ID):
		it.State, it.Starts = Queued, time.Time{}
		return []Change{{Before: &before, After: &it}}, nil
	}
	if err := begin(&it, kind, c.At, c.Seed); err != nil {
		return nil, err
	}
	return []Change{{Before: &before, After: &it}}, nil
}

func begin(it *Item, kind kindSpec, at time.Time, seed []byte) error {
	it.State, it.Starts, it.Started, it.Stopped, it.Result = Live, time.Time{}, at, time.Time{}, nil
	if kind.begin != nil {
		if err := kind.begin(it, seed); err != nil {
			return err
		}
	}
	it.Ends = endOf(kind, it.Spec, at)
	return nil
}

// stop ends a live item, and starts the next that waits for its slot.
func stop(items []Item, it Item, kind kindSpec, c Command) ([]Change, error) {
	before := it
	it.State, it.Stopped, it.Ends = Ended, c.At, time.Time{}
	if kind.end != nil {
		if err := kind.end(&it, c); err != nil {
			return nil, err
		}
	}
	changes := []Change{{Before: &before, After: &it}}
	return advance(without(items, it.ID), it.Slot(), c.At, changes)
}

// expire ends an item whose time is over. One that ended long ago, while the program did not
// run, has ended then, so no screen shows its result now.
func expire(items []Item, it Item, kind kindSpec, c Command) ([]Change, error) {
	changes, err := stop(items, it, kind, c)
	if err == nil && c.At.Sub(it.Ends) > late {
		changes[0].After.Stopped = it.Ends
	}
	return changes, err
}

// advance starts the first item that waits for a slot. Kinds that need a seed do not start
// by themselves.
func advance(items []Item, slot Slot, at time.Time, changes []Change) ([]Change, error) {
	if slot == NoSlot {
		return changes, nil
	}
	waiting := slices.DeleteFunc(slices.Clone(items), func(it Item) bool {
		kind := kinds[it.Kind]
		return it.State != Queued || it.Slot() != slot || kind.begin != nil || passed(kind, it.Spec, at)
	})
	if len(waiting) == 0 {
		return changes, nil
	}
	next := slices.MinFunc(waiting, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	before := next
	if err := begin(&next, kinds[next.Kind], at, nil); err != nil {
		return nil, err
	}
	return append(changes, Change{Before: &before, After: &next}), nil
}

func liveIn(items []Item, slot Slot, except string) bool {
	return slot != NoSlot && slices.ContainsFunc(items, func(it Item) bool {
		return it.State == Live && it.ID != except && it.Slot() == slot
	})
}
