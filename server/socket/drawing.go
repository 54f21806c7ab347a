package socket

import (
	"time"

	"danmaku/server/wire"
)

// stuckFrame is the time of a frame from which an overlay counts as not drawing. A browser
// source of OBS draws at least ten frames a second; a page that is not composited draws
// none.
const stuckFrame = 500 * time.Millisecond

// drawing is an overlay's last report about its own picture. Overlays from before these
// reports send none and count as drawing.
type drawing struct {
	hidden bool
	stuck  bool
	placed time.Time // when it last placed a comment; zero while it has placed none
}

// drawingOf reads an overlay's heartbeat, received at now. It returns nil for a heartbeat
// without a report.
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

// longestPlaced is the longest time since its last comment that an overlay may report.
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

// longestShown is the longest time that an overlay may report; a longer one means that a
// clock was set.
const longestShown = time.Minute

// see records how long comments take to appear on an overlay, by its own report.
func (c *client) see(ms *int64) {
	if ms != nil && *ms >= 0 && *ms <= longestShown.Milliseconds() {
		c.shown.Store(*ms + 1)
	}
}
