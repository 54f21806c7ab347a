package connector_test

import (
	"errors"
	"testing"
	"time"

	"danmaku/connector"
	"danmaku/connector/connectortest"
)

// A heartbeat asks only after silence, accepts anything as an answer, and reports a side that
// does not answer.
func TestHeartbeat(t *testing.T) {
	const every, within = 30 * time.Second, 10 * time.Second
	clock := connectortest.NewClock()
	h := connector.NewHeartbeat(clock, "Twitch", every, within)
	asked := 0
	check := func(after time.Duration) error {
		t.Helper()
		clock.Advance(after)
		select {
		case <-h.Due:
		default:
			t.Fatalf("the check is not due after %v", after)
		}
		return h.Check(func() error { asked++; return nil })
	}
	for i, heard := range []bool{true, true, false, true, false} {
		after := every
		if i == 3 {
			after = within // the answer
		}
		if heard {
			h.Heard()
		}
		if err := check(after); err != nil {
			t.Fatalf("check %d: %v", i, err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times, want 2", asked)
	}
	fault := &connector.Fault{}
	if err := check(within); !errors.As(err, &fault) || fault.Code != connector.FaultSilent || fault.Detail != "Twitch does not answer" {
		t.Errorf("without an answer: %v", err)
	}
	gone := errors.New("gone")
	h = connector.NewHeartbeat(clock, "Twitch", every, within)
	clock.Advance(every)
	if err := h.Check(func() error { return gone }); !errors.Is(err, gone) {
		t.Errorf("a ping that fails: %v", err)
	}
}
