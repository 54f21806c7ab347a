package room

import (
	"slices"
	"time"
)

// Note is a moderators' note about a person: a remark for each other, or a warning, which
// the person sees.
type Note struct {
	ID    int64
	Room  string
	User  string // pseudonym
	Text  string // empty for a prepared warning
	Warn  bool   // the person sees it
	Ready Warning
	Read  time.Time // when the person dismissed the warning; zero: not yet
	By    string
	At    time.Time
}

// Unread reports whether the person has yet to read it.
func (n Note) Unread() bool { return n.Warn && n.Read.IsZero() }

// Warning is a prepared one, which each phone translates.
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

// Known reports whether the warning is a prepared one.
func (w Warning) Known() bool { return slices.Contains(Warnings, w) }
