package connectortest

import (
	"context"
	"testing"
	"time"

	"danmaku/connector"
)

// Run is a source that runs in a goroutine until its test ends, with its deliveries.
type Run struct {
	*Sink
	Clock *Clock
	Stop  context.CancelFunc // ends the source

	t      testing.TB
	source connector.Source
	ended  chan error
}

// Start runs a source that was opened with a clock.
func Start(t testing.TB, source connector.Source, clock *Clock) *Run {
	r := &Run{Sink: NewSink(t), Clock: clock, t: t, source: source, ended: make(chan error, 1)}
	r.Again()
	return r
}

// Again runs the source once more, after it has ended.
func (r *Run) Again() {
	ctx, stop := context.WithCancel(r.t.Context())
	r.Stop = stop
	r.t.Cleanup(stop)
	go func() { r.ended <- r.source.Run(ctx, r.Sink) }()
}

// End waits until the source has ended and returns its error.
func (r *Run) End() error {
	r.t.Helper()
	return Await(r, r.ended, "end of the source")
}

// Fault waits until the source has ended and returns its error as the supervisor classifies
// it.
func (r *Run) Fault() *connector.Fault {
	r.t.Helper()
	return connector.Classify(r.End())
}

// MustRun fails the test if the source has ended.
func (r *Run) MustRun() {
	r.t.Helper()
	select {
	case err := <-r.ended:
		r.t.Fatalf("the source ended: %v", err)
	default:
	}
}

// Await waits for a value that must arrive while a source runs.
func Await[T any](r *Run, c <-chan T, what string) (value T) {
	r.t.Helper()
	select {
	case value = <-c:
	case <-time.After(patience):
		r.MustRun()
		r.t.Fatalf("no %s came", what)
	}
	return value
}
