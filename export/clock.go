package export

import (
	"time"

	"danmaku/room"
)

// part is a part of the time that an export is about.
type part int

const (
	before part = iota
	during
	paused
	after
)

// Clock is the clock of a recording, which stands still while it is paused.
type Clock struct {
	zero, end time.Time
	pauses    []room.Pause  // that are not over
	stood     time.Duration // how long it stood still in those that are
}

// Clock returns the clock of the recording, before its beginning.
func (o Options) Clock() *Clock { return &Clock{zero: o.Zero, end: o.End, pauses: o.Pauses} }

// Offset returns where the recording was at a moment, and whether it ran then. The
// moments must come in their order.
func (c *Clock) Offset(at time.Time) (offset time.Duration, running bool) {
	offset, p := c.at(at)
	return offset, p == during
}

// at is where the recording was at a moment, and in which part of the time that is.
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

// clamp puts what is outside the recording at its nearest moment.
func (c *Clock) clamp(offset time.Duration, at part) time.Duration {
	switch at {
	case before:
		return 0
	case after:
		return c.end.Sub(c.zero) - c.stood
	}
	return offset
}
