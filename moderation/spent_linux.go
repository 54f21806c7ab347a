package moderation

import (
	"time"

	"golang.org/x/sys/unix"
)

// spent is the processor time that this thread has used, so that a machine which is
// busy elsewhere makes no text look slow. The caller keeps to its thread, see
// runtime.LockOSThread.
func spent() (used time.Duration, ok bool) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}
