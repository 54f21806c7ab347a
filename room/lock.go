package room

import "time"

// Lock is what a lock-down changed and its end restores.
type Lock struct {
	State     State     `json:"state"`
	URLs      URLs      `json:"links"`
	Newcomers Newcomers `json:"newcomers"`
	Slow      Millis    `json:"slow_ms"`
}

// lockdownSlow is the least slow mode of a lock-down.
const lockdownSlow = Millis(30 * time.Second)

// LockedDown returns the room in a lock-down; a room that is locked down already stays as
// it is.
func (r Room) LockedDown() Room {
	if r.Lock != nil {
		return r
	}
	r.Lock = &Lock{State: r.State, URLs: r.URLs, Newcomers: r.Newcomers, Slow: r.Slow}
	if r.State == Open {
		r.State = Paused
	}
	r.URLs, r.Newcomers, r.Slow = URLsRefused, NewcomersHeld, max(r.Slow, lockdownSlow)
	return r
}

// Unlocked returns the room as it was before its lock-down.
func (r Room) Unlocked() Room {
	if l := r.Lock; l != nil {
		r.State, r.URLs, r.Newcomers, r.Slow, r.Lock = l.State, l.URLs, l.Newcomers, l.Slow, nil
	}
	return r
}
