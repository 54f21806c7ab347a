package room

import (
	"strconv"
	"time"
)

// Actor is the originator of an action: a link, by its label.
type Actor struct {
	Role  Role
	Room  string // the only room that it may act on; empty: all rooms
	Label string
	Link  int64

	Grants Permission // the pressed button's additional permission; empty: none

	Undoes int64 // the audit entry that is being undone; 0 means none
}

// Name returns the name that other moderators see.
func (a Actor) Name() string {
	if a.Label != "" {
		return a.Label
	}
	return string(a.Role) + " " + strconv.FormatInt(a.Link, 10)
}

// Entry starts an audit entry about an action of the actor.
func (a Actor) Entry(kind Action) *AuditEntry {
	return &AuditEntry{By: a.Name(), Link: a.Link, Role: a.Role, Kind: kind, Undoes: a.Undoes}
}

// EntryAt starts an entry about something that is not an event of the log. It returns nil
// without an actor, at the first start.
func (a Actor) EntryAt(kind Action, at time.Time) *AuditEntry {
	if a.Role == "" {
		return nil
	}
	e := a.Entry(kind)
	e.At = at
	return e
}

// Can reports whether the actor has a permission in a room; an empty room means all rooms.
func (a Actor) Can(p Permission, room string) bool {
	return (a.Role.Can(p) || p != "" && p == a.Grants) && (a.Room == "" || a.Room == room)
}
