//go:build race

package moderation_test

// slower is how many times slower everything is with the race detector on.
const slower = 10
