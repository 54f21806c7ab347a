package socket

import (
	"encoding/binary"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/server/wire"
)

// parcel is what is written to a socket in one piece: a frame, or a few of them. The
// same one may go to many sockets.
type parcel struct {
	wire     []byte
	launched *inFlight // of a broadcast that the next one waits for

	control bool // no message: it is not counted as a delivery
	last    bool // it ends in a close frame, behind which nothing comes

	linger time.Duration // once it is written, the connection is closed that much later; 0: it stays

	n    int // bytes that the last write has written; of the goroutine that walks over sockets
	send func(fd uintptr)
}

// newParcel is one message in a text frame.
func newParcel(payload []byte) *parcel { return &parcel{wire: frameOf(payload)} }

// lastParcel is a bye, when there is one, and the close frame behind it.
func lastParcel(e closeReason) *parcel {
	p := &parcel{last: true}
	if e.bye.Code != "" {
		p.wire = frameOf(wire.Marshal(e.bye))
	}
	message := websocket.FormatCloseMessage(e.code, e.reason)
	p.wire = append(append(p.wire, finalBit|websocket.CloseMessage, byte(len(message))), message...)
	return p
}

// write writes what the kernel takes at once, without Go's poller, whose deadlines are
// those of drain, and returns how much that was. A connection that is closed or broken
// takes nothing: drain then returns the error.
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

// frameOf is the text frame of a message, as a server writes it.
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
