package room

import "slices"

// Press is the one act that a button does.
type Press string

// What buttons can do.
const (
	PressClear       Press = "clear"        // empty every screen
	PressPause       Press = "pause"        // take no comments
	PressOpen        Press = "open"         // take comments again after a pause
	PressPauseToggle Press = "pause_toggle" // the one or the other
	PressLockDown    Press = "lock_down"
	PressUnlock      Press = "unlock"
	PressHide        Press = "hide" // the overlay draws nothing
	PressShow        Press = "show" // … and draws again
	PressHideToggle  Press = "hide_toggle"
	PressFeatureNext Press = "feature_next" // the next card that waits stands in front
	PressFeatureStop Press = "feature_stop" // the card in front goes
	PressPollStart   Press = "poll_start"   // the next poll that waits begins
	PressPollStop    Press = "poll_stop"    // the poll that runs ends
	PressMuteLast    Press = "mute_last"    // the author of the newest comment is muted for a while
)

// presses lists what buttons can do, each with the permission that it takes.
var presses = []struct {
	press Press
	needs Permission
}{
	{PressClear, TakeDown}, {PressPause, ChangeSettings}, {PressOpen, ChangeSettings}, {PressPauseToggle, ChangeSettings}, {PressLockDown, LockDown},
	{PressUnlock, LockDown}, {PressHide, ChangeSettings}, {PressShow, ChangeSettings}, {PressHideToggle, ChangeSettings}, {PressFeatureNext, RunShow},
	{PressFeatureStop, RunShow}, {PressPollStart, RunShow}, {PressPollStop, RunShow}, {PressMuteLast, BanAuthor},
}

// Presses lists what buttons can do.
var Presses = func() (all []Press) {
	for _, p := range presses {
		all = append(all, p.press)
	}
	return all
}()

// Needs is the permission that the act takes; empty for one that is none.
func (p Press) Needs() Permission {
	i := slices.Index(Presses, p)
	if i < 0 {
		return ""
	}
	return presses[i].needs
}

// MaxButtons is how many buttons a room has at most that are not taken back.
const MaxButtons = 40
