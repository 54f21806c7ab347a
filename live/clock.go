package live

import "time"

// clock is the time of a service, injected once. What is stored and shown is of now;
// what lasts is measured by elapsed, since now may be set, back and ahead, at any
// moment.
type clock struct {
	now     func() time.Time
	elapsed func() time.Duration // since some moment before; it is never set

	began time.Time     // what now was when the clock was made, without Go's own reading
	since time.Duration // what elapsed was then
}

// newClock completes a clock; an elapsed that is nil is the system's.
func newClock(now func() time.Time, elapsed func() time.Duration) clock {
	if elapsed == nil {
		began := time.Now()
		elapsed = func() time.Duration { return time.Since(began) }
	}
	return clock{now: now, elapsed: elapsed, began: now().Round(0), since: elapsed()}
}

// monotonic is now as it would be had it not been set since the clock was made.
func (c clock) monotonic() time.Time {
	if c.began.IsZero() {
		return c.now()
	}
	return c.began.Add(c.elapsed() - c.since)
}

// set is how far now was set ahead since the clock was made; negative: back.
func (c clock) set() time.Duration {
	if c.began.IsZero() {
		return 0
	}
	return c.now().Round(0).Sub(c.monotonic())
}

// rebase returns a moment whose age by now is what has passed since made, a stamp
// of steady. A stamp that lies ahead of steady is of a run whose clock was ahead,
// or this one's was behind at its start: then its age is by now.
func (c clock) rebase(made time.Time) time.Time {
	if made.IsZero() || made.After(c.monotonic().Add(time.Second)) {
		return made
	}
	return made.Add(c.set())
}
