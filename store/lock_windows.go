package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// takeLock locks the open file for this process, or returns errTaken. Others cannot read a
// locked byte, so it is far behind the process number.
func takeLock(f *os.File) error {
	at := &windows.Overlapped{OffsetHigh: 1}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errTaken
	}
	return err
}
