// Package smalldisk gives tests a disk that can be filled.
package smalldisk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Disk is a file system of a few megabytes in memory.
type Disk struct {
	t   testing.TB
	Dir string // its mount point
}

// New mounts a disk for the test. That requires root: without it, the test is skipped,
// or fails if CI is "true".
func New(t testing.TB, megabytes int) Disk {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, fmt.Sprintf("size=%dm,mode=0700", megabytes)); err != nil {
		missing(t, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return Disk{t, dir}
}

// Fill takes all the remaining room; free gives it back.
func (d Disk) Fill() (free func()) {
	d.t.Helper()
	path := filepath.Join(d.Dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for piece := make([]byte, 64<<10); len(piece) > 0; {
		if _, err := f.Write(piece); errors.Is(err, syscall.ENOSPC) {
			piece = piece[:len(piece)/2]
		} else if err != nil {
			d.t.Fatal(err)
		}
	}
	return func() {
		d.t.Helper()
		if err := os.Remove(path); err != nil {
			d.t.Fatal(err)
		}
	}
}
