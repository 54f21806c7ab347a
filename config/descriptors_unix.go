//go:build unix

package config

import "syscall"

// socketsByDescriptors leaves 100 descriptors for the database, the listener and HTTP
// requests. Go has raised the soft limit to the hard one at start.
func socketsByDescriptors() int {
	var lim syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
		return 1024 - 100 // the smallest limit in common use
	}
	// "Unlimited" differs by system; a million sockets represents it.
	n := min(uint64(lim.Cur), 1_000_000)
	return max(int(n)-100, 10)
}
