//go:build unix

package socket

import (
	"net"
	"syscall"
)

// rawOf returns a connection's descriptor. It is for a bare TCP connection alone:
// what wraps one, and may change the bytes, can have its descriptor, too.
func rawOf(tcp *net.TCPConn) syscall.RawConn {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// writeNow writes what the kernel takes at once; Go's descriptors never block.
func writeNow(fd uintptr, b []byte) int {
	n, _ := syscall.Write(int(fd), b) // a fault is -1 bytes, and the next writer's to hear
	return max(n, 0)
}
