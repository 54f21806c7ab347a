package room

import "time"

// RaidWindow is how far back a raid is looked for.
const RaidWindow = 30 * time.Second

// Raid describes a wave of comments: many strangers who write at once, or many
// people who write the same words. Its zero value is a calm room.
type Raid struct {
	Newcomers int    // people in their first minute here, or never shown before, who wrote within [RaidWindow]
	Stopped   int    // newcomers with a comment refused or held by the rules
	Voices    int    // people who wrote the same within [RaidWindow]
	Text      string // the same, as one of them spelled it; set with Voices
}

// Calm is true while there is no raid.
func (r Raid) Calm() bool { return r == Raid{} }
