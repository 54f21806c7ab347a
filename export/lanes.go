package export

import (
	"math"
	"slices"
	"strconv"

	"danmaku/comment"
)

// This file is assets/overlay/lanes.js in Go: the rule that keeps comments from overlapping.
// It lacks what a file does not need: a stage that changes its size, and closed lanes.
// testdata/lanes.json tests both. Every product is converted to float64 on its own, which
// keeps the compiler from fusing it with a sum (some processors can) and rounding differently
// from JavaScript.

// The numbers of lanes.js, times in ms.
const (
	laneEdge     = 4
	laneClaim    = 600
	laneKeep     = 15_000
	laneKeepFrom = 8
)

// flight is what the lanes need to know about a comment: lengths in pixels, times in ms. See
// lanes.js for travel coordinates.
type flight struct {
	Mode  comment.Mode `json:"mode"`
	W     float64      `json:"w"`
	Rows  int          `json:"rows"`
	T     float64      `json:"t"`
	M     float64      `json:"m"`
	V     float64      `json:"v"`
	Until float64      `json:"until"`
	Lane  int          `json:"lane"`
}

func moves(m comment.Mode) bool { return m == comment.Scroll || m == comment.Reverse }

// headAt returns the position of a mover's head at a time, in travel coordinates.
func (f *flight) headAt(at float64) float64 { return f.M - float64(f.V*(at-f.T)) }

func (f *flight) key(k int) string { return string(f.Mode) + ":" + strconv.Itoa(k) }

type laneRow struct {
	last    *flight
	until   float64
	claim   string
	claimed float64
}

// lanes are the lanes of one stage.
type lanes struct {
	rows       []laneRow
	width, gap float64
}

func newLanes(width float64, rows int, gap float64) *lanes {
	l := &lanes{rows: make([]laneRow, max(1, rows)), width: width, gap: gap}
	for i := range l.rows {
		l.rows[i] = laneRow{until: math.Inf(-1), claimed: math.Inf(-1)}
	}
	return l
}

// entry returns where movers of a mode enter, exit where they have left.
func (l *lanes) entry(m comment.Mode) float64 {
	if m == comment.Reverse {
		return 0
	}
	return l.width
}

func (l *lanes) exit(m comment.Mode) float64 { return l.entry(m) - l.width }

// leaves returns when a mover has left.
func (l *lanes) leaves(c *flight) float64 { return c.T + (c.M+c.W-l.exit(c.Mode))/c.V }

// find returns the first lane that is free for c from now on, or -1.
func (l *lanes) find(c *flight, now float64) int {
	n := len(l.rows)
	k := min(c.Rows, n)
	for i := 0; i <= n-k; i++ {
		lane := i
		if c.Mode == comment.Bottom {
			lane = n - k - i
		}
		if l.fits(c, lane, k, now) {
			return lane
		}
	}
	return -1
}

// least returns the lane in which c would overlap least.
func (l *lanes) least(c *flight, now float64) int {
	return l.soonest(c, now, func(*laneRow) bool { return true })
}

// withoutClaims runs do while no lane is reserved.
func (l *lanes) withoutClaims(do func()) {
	rows := l.rows
	l.rows = slices.Clone(rows)
	for i := range l.rows {
		l.rows[i].claim = ""
	}
	do()
	l.rows = rows
}

// take puts c into a lane that find or least returned.
func (l *lanes) take(c *flight, lane int) {
	c.Lane = lane
	k := min(c.Rows, len(l.rows))
	key := c.key(k)
	kept := 0
	for i := range l.rows {
		if (i < lane || i >= lane+k) && l.rows[i].claim == key && l.rows[i].claimed > c.T {
			kept++
		}
	}
	keep := !moves(c.Mode) && len(l.rows) >= laneKeepFrom && kept+k <= 2
	for i := lane; i < min(lane+k, len(l.rows)); i++ {
		row := &l.rows[i]
		row.last = c
		row.until = max(row.until, c.Until)
		row.claim = ""
		if keep {
			row.claimed = c.Until + laneKeep
			row.claim = key
		}
	}
}

// claim reserves for c's kind the lanes that will be ready first.
func (l *lanes) claim(c *flight, now float64) {
	k := min(c.Rows, len(l.rows))
	key := c.key(k)
	has, held := false, 0
	for i := range l.rows {
		row := &l.rows[i]
		if row.claim == key && row.claimed > now {
			row.claimed = max(row.claimed, now+laneClaim)
			has = true
		}
		if row.until > now && row.last != nil && row.last.Mode == c.Mode {
			held++
		}
	}
	if has {
		return
	}
	third := (len(l.rows) + 2) / 3
	full := held+k > max(k, third)
	if full && k == 1 {
		return
	}
	lane := l.soonest(c, now, func(row *laneRow) bool {
		return !full || row.until <= now || row.last != nil && row.last.Mode == c.Mode
	})
	if lane < 0 {
		return
	}
	for i := lane; i < min(lane+k, len(l.rows)); i++ {
		l.rows[i].claim = key
		l.rows[i].claimed = now + laneClaim
	}
}

func (l *lanes) fits(c *flight, lane, k int, now float64) bool {
	for i := lane; i < lane+k; i++ {
		row := &l.rows[i]
		if row.claim != "" && row.claimed > now && row.claim != c.key(k) {
			return false
		}
		if row.until <= now {
			continue
		}
		last := row.last
		if last.Mode != c.Mode || c.V == 0 {
			return false
		}
		if last.headAt(now)+last.W+l.gap > c.headAt(now) {
			return false
		}
		if c.headAt(l.leaves(last)) < l.exit(c.Mode)+laneEdge {
			return false
		}
	}
	return true
}

// soonest returns the block of lanes in which c could start first, or -1.
func (l *lanes) soonest(c *flight, now float64, allowed func(*laneRow) bool) int {
	n := len(l.rows)
	k := min(c.Rows, n)
	best, bestReady := -1, math.Inf(1)
	for i := 0; i <= n-k; i++ {
		lane := i
		if c.Mode == comment.Bottom {
			lane = n - k - i
		}
		ready := now
		for j := lane; j < lane+k; j++ {
			row := &l.rows[j]
			if (row.claim == "" || row.claimed <= now || row.claim == c.key(k)) && allowed(row) {
				ready = max(ready, l.ready(row, c, now))
			} else {
				ready = math.Inf(1)
			}
		}
		if ready < bestReady {
			best, bestReady = lane, ready
		}
	}
	return best
}

// ready returns when c could start in a row.
func (l *lanes) ready(row *laneRow, c *flight, now float64) float64 {
	last := row.last
	if last == nil || row.until <= now {
		return now
	}
	if last.Mode != c.Mode || c.V == 0 {
		return row.until
	}
	inside := last.T + (last.M+last.W+l.gap-l.entry(c.Mode))/last.V
	behind := l.leaves(last) - (l.width-laneEdge)/c.V
	return max(now, inside, behind)
}
