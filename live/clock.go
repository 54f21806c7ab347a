package live

import "time"

// clock is the time of a service, injected once. Stored and shown times come from now.
// Durations are measured by elapsed, since now may be set back or ahead at any moment.
type clock struct {
	now     func() time.Time
	elapsed func() time.Duration // since some earlier moment; it is never set

	began time.Time     // the value of now when the clock was made, without Go's monotonic reading
	since time.Duration // the value of elapsed then
}

// newClock completes a clock; a nil elapsed means the system's.
func newClock(now func() time.Time, elapsed func() time.Duration) clock {
	if elapsed == nil {
		began := time.Now()
		elapsed = func() time.Duration { return time.Since(began) }
	}
	return clock{now: now, elapsed: elapsed, began: now().Round(0), since: elapsed()}
}

// monotonic returns the value that now would have if it had not been set since the clock
// was made.
func (c clock) monotonic() time.Time {
	if c.began.IsZero() {
		return c.now()
	}
	return c.began.Add(c.elapsed() - c.since)
}

// aheadBy returns how far now was set ahead since the clock was made; negative means back.
func (c clock) aheadBy() time.Duration {
	if c.began.IsZero() {
		return 0
	}
	return c.now().Round(0).Sub(c.monotonic())
}

// rebase returns a moment whose age by now is the time passed since made, a stamp of
// monotonic. A stamp ahead of monotonic comes from a run whose clock was ahead, or this
// run's clock was behind at its start; then now gives its age.
func (c clock) rebase(made time.Time) time.Time {
	if made.IsZero() || made.After(c.monotonic().Add(time.Second)) {
		return made
	}
	return made.Add(c.aheadBy())
}
