package testrace

import (
	"testing"
	"testing/synctest"
)

// Bubble runs a test in a bubble of its own time (package synctest). It skips the
// test when the race detector is on: with Go 1.26 the detector itself crashes the
// process in bubbles that use timers ("ThreadSanitizer: CHECK failed",
// https://github.com/golang/go/issues/78156). The tests with real sockets run the
// same code under the detector.
func Bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	if On {
		t.Skip("the race detector of Go 1.26 crashes in bubbles of synctest: it runs without the detector")
	}
	synctest.Test(t, test)
}
