package wire

import (
	"time"

	"danmaku/live"
)

// Account is what only the sockets know about a room.
type Account struct {
	Slow     int64  // sockets of the process disconnected for reading too slowly, since its start
	Shown    *int64 // ms until comments appear on the slowest overlay; nil while none has reported
	Overlays OverlayCounts
	Now      time.Time // when it was made
}

// OverlayCounts counts the overlays of a room by their state.
type OverlayCounts struct {
	Drawing, Hidden, Stuck int
	Placed                 time.Time // the latest time on any of them
}

// Overlays is the part of stats about overlays.
type Overlays struct {
	Drawing  int    `json:"drawing"`
	Hidden   int    `json:"hidden"`
	Stuck    int    `json:"stuck"`
	PlacedMS *int64 `json:"placed_ms,omitempty"`
}

// OverlaysOf returns nil for a room without overlays.
func OverlaysOf(o OverlayCounts, now time.Time) *Overlays {
	if o.Drawing+o.Hidden+o.Stuck == 0 {
		return nil
	}
	w := &Overlays{Drawing: o.Drawing, Hidden: o.Hidden, Stuck: o.Stuck}
	if !o.Placed.IsZero() {
		ms := max(0, now.Sub(o.Placed).Milliseconds())
		w.PlacedMS = &ms
	}
	return w
}

// OnAir is the part of hello about a room's overlays, for phones.
type OnAir struct {
	State   live.AirState `json:"state"`
	ShownMS *int64        `json:"shown_ms,omitempty"`
}

// OnAirFrame informs phones that the state of the overlays has changed.
type OnAirFrame struct {
	Type string `json:"type"` // on_air
	OnAir
}

// OnAirFrameOf encodes the frame.
func OnAirFrameOf(o live.OnAir) []byte {
	return Marshal(OnAirFrame{Type: "on_air", OnAir: onAirOf(o)})
}

func onAirOf(o live.OnAir) OnAir { return OnAir{State: o.State, ShownMS: o.Shown} }

// OnAir converts the counts to a phone's form.
func (a Account) OnAir() live.OnAir {
	switch {
	case a.Overlays.Drawing > 0:
		return live.OnAir{State: live.AirOn, Shown: a.Shown}
	case a.Overlays.Hidden+a.Overlays.Stuck > 0:
		return live.OnAir{State: live.AirHidden}
	}
	return live.OnAir{State: live.AirNone}
}
