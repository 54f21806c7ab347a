package comment

import "time"

// RaidWindow is how far back a raid is looked for.
const RaidWindow = 30 * time.Second

// Raid is what comes over a room when many strangers write at once, or many
// people the same words. Its zero value is a calm room.
type Raid struct {
	Newcomers int    // people in their first minute here, or never shown before, who wrote within [RaidWindow]
	Stopped   int    // those of them of whom the rules refused or held something
	Voices    int    // people who wrote the same within [RaidWindow]
	Text      string // the same, as one of them spelled it; set with Voices
}

// Calm is true while there is no raid.
func (r Raid) Calm() bool { return r == Raid{} }
