package comment

import (
	"reflect"
	"slices"
	"time"
)

// roomField is one setting of a room by its name on the wire.
type roomField struct {
	name string
	get  func(*Room) any // a pointer into the room
}

// roomFields are the settings that can change, in the order of the wire.
var roomFields = []roomField{
	{"title", func(r *Room) any { return &r.Title }},
	{"state", func(r *Room) any { return &r.State }},
	{"review", func(r *Room) any { return &r.Review }},
	{"slow_ms", func(r *Room) any { return &r.Slow }},
	{"max_length", func(r *Room) any { return &r.MaxLength }},
	{"modes", func(r *Room) any { return &r.Modes }},
	{"colors", func(r *Room) any { return &r.Colors }},
	{"sizes", func(r *Room) any { return &r.Sizes }},
	{"message", func(r *Room) any { return &r.Message }},
	{"delay_ms", func(r *Room) any { return &r.Delay }},
	{"newcomers", func(r *Room) any { return &r.Newcomers }},
	{"links", func(r *Room) any { return &r.Links }},
	{"phrases", func(r *Room) any { return &r.Phrases }},
	{"look", func(r *Room) any { return &r.Look }},
	{"secret", func(r *Room) any { return &r.Secret }},
	{"archived", func(r *Room) any { return &r.Archived }},
	{"locked", func(r *Room) any { return &r.Lock }},
}

// Changes names the settings in which to differs from r, as on the wire. An
// empty list and none are the same.
func (r Room) Changes(to Room) []string {
	var names []string
	for _, f := range roomFields {
		a, b := reflect.ValueOf(f.get(&r)).Elem(), reflect.ValueOf(f.get(&to)).Elem()
		if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
			continue
		}
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			names = append(names, f.name)
		}
	}
	return names
}

// With gives r with the named settings of from.
func (r Room) With(from Room, names []string) Room {
	for _, f := range roomFields {
		if slices.Contains(names, f.name) {
			reflect.ValueOf(f.get(&r)).Elem().Set(reflect.ValueOf(f.get(&from)).Elem())
		}
	}
	return r
}

// Lock is what a lock-down changed and its end puts back.
type Lock struct {
	State     State
	Links     Gate
	Newcomers Gate
	Slow      time.Duration
}

// lockdownSlow is the slow mode that a lock-down sets at least.
const lockdownSlow = 30 * time.Second

// LockedDown gives the room in a lock-down; one that is in it stays as it is.
func (r Room) LockedDown() Room {
	if r.Lock != nil {
		return r
	}
	r.Lock = &Lock{State: r.State, Links: r.Links, Newcomers: r.Newcomers, Slow: r.Slow}
	if r.State == Open {
		r.State = Paused
	}
	r.Links, r.Newcomers, r.Slow = GateRefused, GateHeld, max(r.Slow, lockdownSlow)
	return r
}

// Unlocked gives the room as it was before its lock-down.
func (r Room) Unlocked() Room {
	if l := r.Lock; l != nil {
		r.State, r.Links, r.Newcomers, r.Slow, r.Lock = l.State, l.Links, l.Newcomers, l.Slow, nil
	}
	return r
}
