// Package connectortest is shared by tests of connectors: it has a clock that tests move,
// and a sink that records what a source delivers.
package connectortest

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"danmaku/connector"
)

// patience is how long a test waits for something that must happen. A test that exhausts it
// has failed.
const patience = 3 * time.Minute

// Clock is a [connector.Clock] that stands still until it is moved. It is safe for
// concurrent use.
type Clock struct {
	mu      sync.Mutex
	now     time.Time
	timers  []timer
	changed chan struct{} // closed when a timer was added
}

type timer struct {
	at time.Time
	c  chan time.Time
}

// NewClock returns a clock at a fixed time.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), changed: make(chan struct{})}
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// After returns a channel that receives once the clock was moved by d.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	if d <= 0 {
		ch <- c.now
		return ch
	}
	c.timers = append(c.timers, timer{c.now.Add(d), ch})
	close(c.changed)
	c.changed = make(chan struct{})
	return ch
}

// Advance moves the clock, and fires the timers that it passes.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	kept := c.timers[:0]
	for _, t := range c.timers {
		if t.at.After(c.now) {
			kept = append(kept, t)
			continue
		}
		t.c <- c.now
	}
	c.timers = kept
}

// AwaitTimer waits until a timer is waiting that fires in exactly d.
func (c *Clock) AwaitTimer(t testing.TB, d time.Duration) {
	t.Helper()
	deadline := time.After(patience)
	for {
		c.mu.Lock()
		for _, timer := range c.timers {
			if timer.at.Equal(c.now.Add(d)) {
				c.mu.Unlock()
				return
			}
		}
		changed := c.changed
		c.mu.Unlock()
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("nobody waits for %v", d)
		}
	}
}

// CutDial dials connections that are read one byte at a time, as a slow network may deliver
// them: every frame is split at every byte.
func CutDial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	return cutConn{conn}, err
}

type cutConn struct{ net.Conn }

// Read reads at most one byte.
func (c cutConn) Read(p []byte) (int, error) { return c.Conn.Read(p[:min(1, len(p))]) }

// Delivery is one call of a sink: exactly one field is set.
type Delivery struct {
	Connected string // the channel
	Waiting   string // the channel
	Message   *connector.Message
	Removal   *connector.Removal
	Skipped   bool
}

// Sink is a [connector.Sink] that passes its calls to a test, in order.
type Sink struct {
	t  testing.TB
	ch chan Delivery
}

// NewSink returns an empty sink.
func NewSink(t testing.TB) *Sink { return &Sink{t, make(chan Delivery, 100_000)} }

// Connected implements [connector.Sink].
func (s *Sink) Connected(channel string) { s.ch <- Delivery{Connected: channel} }

// Waiting implements [connector.Sink].
func (s *Sink) Waiting(channel string) { s.ch <- Delivery{Waiting: channel} }

// Message implements [connector.Sink].
func (s *Sink) Message(m connector.Message) { s.ch <- Delivery{Message: &m} }

// Removal implements [connector.Sink].
func (s *Sink) Removal(r connector.Removal) { s.ch <- Delivery{Removal: &r} }

// Skipped implements [connector.Sink].
func (s *Sink) Skipped() { s.ch <- Delivery{Skipped: true} }

// Next waits for the next call.
func (s *Sink) Next() Delivery {
	s.t.Helper()
	select {
	case d := <-s.ch:
		return d
	case <-time.After(patience):
		s.t.Fatal("the source delivered nothing")
		return Delivery{}
	}
}

// NextMessage waits for the next call, which must be a message.
func (s *Sink) NextMessage() connector.Message {
	s.t.Helper()
	d := s.Next()
	if d.Message == nil {
		s.t.Fatalf("the source delivered %+v, want a message", d)
	}
	return *d.Message
}

// NextRemoval waits for the next call, which must be a removal.
func (s *Sink) NextRemoval() connector.Removal {
	s.t.Helper()
	d := s.Next()
	if d.Removal == nil {
		s.t.Fatalf("the source delivered %+v, want a removal", d)
	}
	return *d.Removal
}

// NextConnected waits for the next call, which must report the connection.
func (s *Sink) NextConnected() string {
	s.t.Helper()
	d := s.Next()
	if d.Connected == "" {
		s.t.Fatalf("the source delivered %+v, want that it is connected", d)
	}
	return d.Connected
}

// Empty fails the test when a call has not been read.
func (s *Sink) Empty() {
	s.t.Helper()
	select {
	case d := <-s.ch:
		s.t.Fatalf("the source delivered %+v, want nothing", d)
	default:
	}
}
