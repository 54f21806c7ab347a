package socket

import (
	"encoding/binary"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/server/wire"
)

// parcel is one frame or several, written to a socket in one piece. The same parcel may go
// to many sockets.
type parcel struct {
	wire     []byte
	launched *inFlight // of a broadcast that the next one waits for

	control bool // not a message: it does not count as a delivery
	last    bool // it ends in a close frame, after which nothing follows

	linger time.Duration // time between the write and the closing of the connection; 0: it stays open

	n    int // bytes of the last write; for the goroutine that walks over sockets
	send func(fd uintptr)
}

// newParcel returns one message in a text frame.
func newParcel(payload []byte) *parcel { return &parcel{wire: frameOf(payload)} }

// lastParcel returns a bye, if there is one, followed by the close frame.
func lastParcel(e closeReason) *parcel {
	p := &parcel{last: true}
	if e.bye.Code != "" {
		p.wire = frameOf(wire.Marshal(e.bye))
	}
	message := websocket.FormatCloseMessage(e.code, e.reason)
	p.wire = append(append(p.wire, finalBit|websocket.CloseMessage, byte(len(message))), message...)
	return p
}

// write writes as much as the kernel accepts at once, without Go's poller, whose deadlines
// belong to drain, and returns the number of bytes. A closed or broken connection accepts
// nothing: drain then returns the error.
func (p *parcel) write(c syscall.RawConn) int {
	if p.send == nil { // made once: it escapes
		p.send = func(fd uintptr) { p.n = writeNow(fd, p.wire) }
	}
	p.n = 0
	if err := c.Control(p.send); err != nil {
		return 0
	}
	return p.n
}

// Bits of a frame's first byte (RFC 6455, 5.2, and RFC 7692, 6).
const (
	finalBit  = 0x80
	packedBit = 0x40 // RSV1: the message is compressed
)

// frameOf returns the text frame of a message, as a server writes it.
func frameOf(payload []byte) []byte { return appendFrame(nil, finalBit|websocket.TextMessage, payload) }

func appendFrame(b []byte, first byte, payload []byte) []byte {
	n := len(payload)
	if b == nil {
		b = make([]byte, 0, n+10)
	}
	b = append(b, first)
	switch {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}
