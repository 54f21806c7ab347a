package moderation

import (
	"time"

	"golang.org/x/sys/unix"
)

// spent returns the processor time that this thread has used, so that a busy machine does not
// make a text look slow. The caller must be locked to its thread, see runtime.LockOSThread.
func spent() (used time.Duration, ok bool) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}
