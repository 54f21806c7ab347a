//go:build !linux

// Package smalldisk gives tests a disk that can be filled.
package smalldisk

import (
	"errors"
	"testing"
)

// Disk is a file system of a few megabytes.
type Disk struct{ Dir string }

// New skips the test: only Linux can mount one easily.
func New(t testing.TB, _ int) Disk {
	t.Helper()
	missing(t, errors.ErrUnsupported)
	return Disk{}
}

// Fill takes all the remaining room; free gives it back.
func (Disk) Fill() (free func()) { return func() {} }
