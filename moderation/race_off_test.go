//go:build !race

package moderation_test

const slower = 1
