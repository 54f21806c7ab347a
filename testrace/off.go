//go:build !race

package testrace

// On is true when the race detector is on.
const On = false
