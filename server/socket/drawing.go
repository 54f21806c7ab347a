package socket

import (
	"time"

	"danmaku/server/wire"
)

// stuckFrame is from how long a frame on an overlay counts as no drawing at
// all. A source of OBS draws at least ten frames a second; a page that is not
// composited gets none.
const stuckFrame = 500 * time.Millisecond

// drawing is what an overlay last reported of its own picture. Overlays from
// before these reports send none and count as drawing.
type drawing struct {
	hidden bool
	stuck  bool
	placed time.Time // when it last placed a comment; zero while it has placed none
}

// drawingOf reads an overlay's beat, received at now. It returns nil for a beat
// that says nothing of the picture.
func drawingOf(f wire.ClientFrame, now time.Time) *drawing {
	if f.Visible == nil {
		return nil
	}
	d := &drawing{hidden: !*f.Visible}
	if f.FrameMS != nil {
		d.stuck = !d.hidden && *f.FrameMS > stuckFrame.Milliseconds()
	}
	if ms := f.PlacedMS; ms != nil && *ms >= 0 && *ms <= longestPlaced.Milliseconds() {
		d.placed = now.Add(-time.Duration(*ms) * time.Millisecond)
	}
	return d
}

// longestPlaced is the longest time since its last comment that an overlay may
// report.
const longestPlaced = 30 * 24 * time.Hour

// countOverlay counts one overlay, with nil for one that has reported nothing.
func countOverlay(o *wire.OverlayCounts, d *drawing) {
	switch {
	case d == nil:
		o.Drawing++
		return
	case d.hidden:
		o.Hidden++
	case d.stuck:
		o.Stuck++
	default:
		o.Drawing++
	}
	if d.placed.After(o.Placed) {
		o.Placed = d.placed
	}
}

// longestShown is what an overlay may say at most; more is not a figure but a
// clock that was set.
const longestShown = time.Minute

// see notes how long comments take to be seen on an overlay, by its own report.
func (c *client) see(ms *int64) {
	if ms != nil && *ms >= 0 && *ms <= longestShown.Milliseconds() {
		c.shown.Store(*ms + 1)
	}
}
