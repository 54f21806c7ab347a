//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// takeLock locks the open file for this process, or returns errTaken.
func takeLock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errTaken
	}
	return err
}
