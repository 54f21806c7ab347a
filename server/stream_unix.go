//go:build unix

package server

import (
	"net"
	"syscall"
)

// rawOf gives a connection's descriptor, nil when it has none of its own (TLS).
func rawOf(c net.Conn) syscall.RawConn {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// writeNow writes what the kernel takes at once; Go's descriptors never block.
func writeNow(fd uintptr, b []byte) int {
	n, _ := syscall.Write(int(fd), b) // a fault is the next writer's to hear
	return n
}
