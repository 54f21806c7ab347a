package export

import (
	"time"

	"danmaku/room"
)

// part says whether a time is before, in or after the recording, or in a pause.
type part int

const (
	before part = iota
	during
	paused
	after
)

// Clock is the clock of a recording. It stops while the recording is paused.
type Clock struct {
	zero, end time.Time
	pauses    []room.Pause  // not over yet
	stood     time.Duration // total length of the pauses that are over
}

// Clock returns the clock of the recording, set before its beginning.
func (o Options) Clock() *Clock { return &Clock{zero: o.Zero, end: o.End, pauses: o.Pauses} }

// Offset returns the position in the recording at a moment, and whether it ran then. Calls
// must be in the order of the moments.
func (c *Clock) Offset(at time.Time) (offset time.Duration, running bool) {
	offset, p := c.at(at)
	return offset, p == during
}

// at returns the position in the recording at a moment, and the part that the moment is in.
func (c *Clock) at(at time.Time) (time.Duration, part) {
	for len(c.pauses) > 0 {
		p := c.pauses[0]
		if at.Before(p.From) {
			break
		}
		if p.To.IsZero() || at.Before(p.To) {
			return p.From.Sub(c.zero) - c.stood, paused
		}
		c.stood += p.To.Sub(p.From)
		c.pauses = c.pauses[1:]
	}
	offset := at.Sub(c.zero) - c.stood
	switch {
	case offset < 0:
		return offset, before
	case !c.end.IsZero() && !at.Before(c.end):
		return offset, after
	}
	return offset, during
}

// clamp moves an offset from outside the recording to the nearest moment in it.
func (c *Clock) clamp(offset time.Duration, at part) time.Duration {
	switch at {
	case before:
		return 0
	case after:
		return c.end.Sub(c.zero) - c.stood
	}
	return offset
}
