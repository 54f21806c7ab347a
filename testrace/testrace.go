// Package testrace skips tests under the race detector that it would not help or cannot
// run. A test of one goroutine that computes for seconds takes ten times as long there and
// cannot show a race ([Skip]); the detector crashes in bubbles of synctest ([Bubble]).
// scripts/test.sh runs every package that imports this one a second time, without the
// detector.
package testrace

import "testing"

// Skip skips a test when the race detector is on. It is for tests that compute
// in one goroutine.
func Skip(t testing.TB) {
	t.Helper()
	if On {
		t.Skip("one goroutine that computes: it runs without the race detector")
	}
}
