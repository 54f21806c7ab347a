package wire

import "danmaku/room"

// Button is a URL that does one action, as owners see it.
type Button struct {
	ID       string     `json:"id"` // of its link, for revoking it
	Act      room.Press `json:"act"`
	Label    string     `json:"label"`
	URL      string     `json:"url"` // with its key
	Key      string     `json:"key"`
	Made     int64      `json:"made"`                // ms
	LastUsed int64      `json:"last_used,omitempty"` // ms, to the minute
}

// Buttons lists the buttons of a room, and what buttons can do.
type Buttons struct {
	Buttons []Button     `json:"buttons"`
	Acts    []room.Press `json:"acts"`
}

// Pressed is the answer to a press of a button: the room's new state.
type Pressed struct {
	Act           room.Press `json:"act"`
	State         room.State `json:"state"`
	Locked        bool       `json:"locked"`
	OverlayHidden bool       `json:"overlay_hidden"`
}

// PressedOf returns the answer to a button.
func PressedOf(p room.Press, r room.Room) Pressed {
	return Pressed{Act: p, State: r.State, Locked: r.Lock != nil, OverlayHidden: r.OverlayHidden}
}
