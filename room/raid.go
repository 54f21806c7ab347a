package room

import "time"

// RaidWindow is the time in which comments count for a raid.
const RaidWindow = 30 * time.Second

// Raid describes a wave of comments: many strangers who write at once, or many people who
// write the same text. Its zero value is a calm room.
type Raid struct {
	Newcomers int    // people in their first minute here, or never shown before, who wrote within [RaidWindow]
	Stopped   int    // newcomers with a comment refused or held by the rules
	Voices    int    // people who wrote the same text within [RaidWindow]
	Text      string // that text, as one of them spelled it; set with Voices
}

// Calm reports whether there is no raid.
func (r Raid) Calm() bool { return r == Raid{} }
