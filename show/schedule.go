package show

import (
	"encoding/json"
	"fmt"
	"time"
)

// Bounds of the time at which an item starts by itself.
const (
	scheduleAhead = 366 * 24 * time.Hour
	// late is how late a start or an end may be, as after a restart. An item that missed its
	// time by more is not shown.
	late = 10 * time.Minute
)

// scheduled checks a time at which an item should start; the zero time means none. A time
// that has just passed is valid: the item starts at once.
func scheduled(starts, now time.Time) error {
	if !starts.IsZero() && (starts.Before(now.Add(-late)) || starts.After(now.Add(scheduleAhead))) {
		return fmt.Errorf("%w: starts: a moment within the next 366 days", ErrInvalid)
	}
	return nil
}

// schedule sets when an item starts by itself, or that it does not. A queued item leaves
// the queue, since it cannot have both.
func schedule(it Item, c Command) ([]Change, error) {
	before := it
	if it.State != Draft && it.State != Queued {
		return nil, fmt.Errorf("%w: only what has not been shown can start at a moment", ErrState)
	}
	if err := scheduled(c.Starts, c.At); err != nil {
		return nil, err
	}
	if it.Starts = c.Starts; !it.Starts.IsZero() {
		it.State = Draft
	}
	return []Change{{Before: &before, After: &it}}, nil
}

// startScheduled starts an item that is due, or queues it while its slot is taken. One
// whose time passed long ago stays a draft without a time.
func startScheduled(items []Item, it Item, kind kindSpec, c Command) ([]Change, error) {
	if it.State != Draft || it.Starts.IsZero() || c.At.Before(it.Starts) {
		return nil, nil
	}
	if c.At.Sub(it.Starts) <= late && !passed(kind, it.Spec, c.At) {
		return start(items, it, kind, c)
	}
	before := it
	it.Starts = time.Time{}
	return []Change{{Before: &before, After: &it}}, nil
}

// ToStart returns the items that start by themselves at a moment.
func ToStart(items []Item, now time.Time) []string {
	var out []string
	for _, it := range items {
		if it.State == Draft && !it.Starts.IsZero() && !now.Before(it.Starts) {
			out = append(out, it.ID)
		}
	}
	return out
}

// NextStart returns when the next item starts by itself; the zero time for never.
func NextStart(items []Item) time.Time {
	var next time.Time
	for _, it := range items {
		if it.State == Draft && !it.Starts.IsZero() && (next.IsZero() || it.Starts.Before(next)) {
			next = it.Starts
		}
	}
	return next
}

// endOf returns when an item stops by itself; the zero time for never.
func endOf(kind kindSpec, spec json.RawMessage, started time.Time) time.Time {
	if kind.until != nil {
		if end := kind.until(spec); !end.IsZero() {
			return end
		}
	}
	if d := kind.duration(spec); d > 0 {
		return started.Add(d)
	}
	return time.Time{}
}

// passed reports whether an item would be over before it began.
func passed(kind kindSpec, spec json.RawMessage, now time.Time) bool {
	if kind.until == nil {
		return false
	}
	end := kind.until(spec)
	return !end.IsZero() && !end.After(now)
}
