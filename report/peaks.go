package report

import (
	"cmp"
	"slices"
	"time"
)

const (
	// peakLength is the length of a peak.
	peakLength = time.Minute
	// peaksApart is the least time between the beginnings of two peaks, so that a clip of
	// one does not show the other.
	peaksApart = 2 * time.Minute
	// peakLeast is the least number of comments in a peak, except the only one.
	peakLeast = 3
)

// window is a minute that begins with a comment, with the number of comments in it.
type window struct {
	at int64 // ms
	n  int
}

// peaksOf finds the busiest minutes among ordered times: those with half as much again as
// the average, and always the busiest. It returns them in the order of time.
func peaksOf(times []int64) []window {
	all := make([]window, 0, len(times))
	for from, to := 0, 0; from < len(times); from++ {
		for to < len(times) && times[to] < times[from]+peakLength.Milliseconds() {
			to++
		}
		all = append(all, window{times[from], to - from})
	}
	// Of equal ones the later begins closer to their common comments.
	slices.SortFunc(all, func(a, b window) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(b.at, a.at)) })
	minutes := max(1, (times[len(times)-1]-times[0])/peakLength.Milliseconds())
	usual := float64(len(times)) / float64(minutes)
	var out []window
	for _, w := range all {
		if len(out) == mostPeaks || len(out) > 0 && (w.n < peakLeast || float64(w.n) < 1.5*usual) {
			break
		}
		near := func(o window) bool {
			d := o.at - w.at
			return max(d, -d) < peaksApart.Milliseconds()
		}
		if !slices.ContainsFunc(out, near) {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b window) int { return cmp.Compare(a.at, b.at) })
	return out
}

// curveOf counts times in steps of a minute, or of several where that would be too many
// steps.
func curveOf(times []int64) (stepMS int64, curve []int) {
	first, minute := times[0], time.Minute.Milliseconds()
	minutes := (times[len(times)-1]-first)/minute + 1
	stepMS = minute * ((minutes + mostSteps - 1) / mostSteps)
	curve = make([]int, (times[len(times)-1]-first)/stepMS+1)
	for _, at := range times {
		curve[(at-first)/stepMS]++
	}
	return stepMS, curve
}
