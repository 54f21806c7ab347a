//go:build unix

package socket

import (
	"net"
	"syscall"
)

// rawOf returns a connection's descriptor. Use it only for a bare TCP connection: a wrapper
// that may change the bytes can expose a descriptor, too.
func rawOf(tcp *net.TCPConn) syscall.RawConn {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// writeNow writes as much as the kernel accepts at once; Go's descriptors never block.
func writeNow(fd uintptr, b []byte) int {
	n, _ := syscall.Write(int(fd), b) // an error is -1 bytes, and the next writer gets it
	return max(n, 0)
}
