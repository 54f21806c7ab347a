package connector

import "time"

// Heartbeat finds out whether the other side of a quiet connection is still there. It is for
// one goroutine.
type Heartbeat struct {
	// Due sends when [Heartbeat.Check] is due.
	Due <-chan time.Time

	clock   Clock
	every   time.Duration // how long the other side may be quiet before it is asked
	within  time.Duration // for its answer
	name    string        // of the other side, for the fault
	heard   bool          // something has come since the last check
	waiting bool          // for an answer
}

// NewHeartbeat returns the heartbeat of a new connection to what name names. The other side
// is asked once it has been quiet for every, and must answer within the other duration.
func NewHeartbeat(clock Clock, name string, every, within time.Duration) *Heartbeat {
	return &Heartbeat{Due: clock.After(every), clock: clock, name: name, every: every, within: within}
}

// Heard notes that something has come from the other side.
func (h *Heartbeat) Heard() { h.heard = true }

// Check calls ping if nothing has come for a while. It returns a fault if the other side has
// not answered the last ping, or the error of ping.
func (h *Heartbeat) Check(ping func() error) error {
	switch {
	case h.heard:
		h.heard, h.waiting = false, false
		h.Due = h.clock.After(h.every)
		return nil
	case h.waiting:
		return Retry(FaultSilent, h.name+" does not answer", nil)
	}
	h.waiting = true
	h.Due = h.clock.After(h.within)
	return ping()
}
