package room

import (
	"slices"
	"time"
)

// Note is what moderators of a room keep of a person: a remark for each other, or a
// warning, which the person is told.
type Note struct {
	ID    int64
	Room  string
	User  string // pseudonym
	Text  string // empty for a prepared warning
	Warn  bool   // the person is told it
	Ready Warning
	Read  time.Time // when the person put the warning away; zero: not yet
	By    string
	At    time.Time
}

// Unread reports whether the person has yet to read it.
func (n Note) Unread() bool { return n.Warn && n.Read.IsZero() }

// Warning is a prepared one, which each phone says in its own language.
type Warning string

// The prepared warnings.
const (
	WarnRude     Warning = "rude"     // be kind to others
	WarnSpam     Warning = "spam"     // do not write the same again and again
	WarnSpoilers Warning = "spoilers" // give nothing away
	WarnTopic    Warning = "topic"    // keep to the show
)

// Warnings lists the prepared warnings.
var Warnings = []Warning{WarnRude, WarnSpam, WarnSpoilers, WarnTopic}

// Known reports whether there is such a prepared warning.
func (w Warning) Known() bool { return slices.Contains(Warnings, w) }
