package room

import "slices"

// Press is the one action of a button.
type Press string

// The actions of buttons.
const (
	PressClear       Press = "clear"        // empty every screen
	PressPause       Press = "pause"        // accept no comments
	PressOpen        Press = "open"         // accept comments again after a pause
	PressPauseToggle Press = "pause_toggle" // one or the other
	PressLockDown    Press = "lock_down"
	PressUnlock      Press = "unlock"
	PressHide        Press = "hide" // the overlay draws nothing
	PressShow        Press = "show" // … and draws again
	PressHideToggle  Press = "hide_toggle"
	PressFeatureNext Press = "feature_next" // the next waiting card goes to the front
	PressFeatureStop Press = "feature_stop" // the card in front is removed
	PressPollStart   Press = "poll_start"   // the next waiting poll starts
	PressPollStop    Press = "poll_stop"    // the running poll ends
	PressMuteLast    Press = "mute_last"    // the author of the newest comment is muted for a while
)

// presses lists the actions of buttons, each with the permission that it needs.
var presses = []struct {
	press Press
	needs Permission
}{
	{PressClear, TakeDown}, {PressPause, ChangeSettings}, {PressOpen, ChangeSettings}, {PressPauseToggle, ChangeSettings}, {PressLockDown, LockDown},
	{PressUnlock, LockDown}, {PressHide, ChangeSettings}, {PressShow, ChangeSettings}, {PressHideToggle, ChangeSettings}, {PressFeatureNext, RunShow},
	{PressFeatureStop, RunShow}, {PressPollStart, RunShow}, {PressPollStop, RunShow}, {PressMuteLast, BanAuthor},
}

// Presses lists the actions of buttons.
var Presses = func() (all []Press) {
	for _, p := range presses {
		all = append(all, p.press)
	}
	return all
}()

// Needs returns the permission for the action; empty for an unknown one.
func (p Press) Needs() Permission {
	i := slices.Index(Presses, p)
	if i < 0 {
		return ""
	}
	return presses[i].needs
}

// MaxButtons is the most valid buttons of a room.
const MaxButtons = 40
