// Package freeport finds ports for programs in tests and trials that must know their ports
// before they listen.
package freeport

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Ports below the range that systems use for outgoing connections (Linux from 32768,
// Windows and macOS from 49152): no connection takes a free one before the program listens.
const lowest, highest = 12_000, 31_999

const tries = 1000

var (
	mu   sync.Mutex
	kept []net.PacketConn // UDP sockets that mark the ports that this process has returned
)

// Next returns host:port on 127.0.0.1, where port is the first of n consecutive free TCP
// ports. No other call, in this process or another, gets one of them while this process
// lives: a UDP socket of the same number marks each port. It is safe for concurrent use.
func Next(ports int) (address string, err error) {
	mu.Lock()
	defer mu.Unlock()
	for range tries {
		first := lowest + rand.IntN(highest-lowest-ports+2)
		if marks := take(first, ports); marks != nil {
			kept = append(kept, marks...)
			return at(first), nil
		}
	}
	return "", errors.New("no port is free between " + strconv.Itoa(lowest) + " and " + strconv.Itoa(highest))
}

// take marks consecutive ports on which nothing listens; nil when one is taken.
func take(first, ports int) (marks []net.PacketConn) {
	for port := first; port < first+ports; port++ {
		mark, err := net.ListenPacket("udp4", at(port))
		if err == nil {
			marks = append(marks, mark)
			var l net.Listener
			if l, err = net.Listen("tcp", ":"+strconv.Itoa(port)); err == nil { // on every address
				err = l.Close()
			}
		}
		if err != nil {
			for _, m := range marks {
				_ = m.Close()
			}
			return nil
		}
	}
	return marks
}

func at(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
