package server

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// sendBuffer is how many bytes the kernel may hold for a client that does not
// read. Its own choice is megabytes, behind which a stalled client would look
// well for minutes.
const sendBuffer = 32 << 10

// deadlineStep is how far a write deadline must move to be moved at all. What is
// not moved must still leave a control frame, which has closeTimeout, its time.
const deadlineStep = closeTimeout / 2

// stream is a client's connection under its WebSocket. All bytes that go to the
// client pass here: those of melody's write pump and of gorilla's control frames
// by Write, and by pass those frames that need not wait for the pump.
type stream struct {
	net.Conn
	raw      syscall.RawConn // nil where nothing can be written without waiting
	deadline time.Time       // for writing; gorilla's write lock guards it
	farewell atomic.Pointer[[]byte]
	pulse    *pulse       // of its hub; set before anything is written
	state    atomic.Int32 // idle, writing or left

	queued atomic.Int64 // frames that melody's queue has; while there is one, all others go behind it
	begun  []byte       // the frame that a pass could write only in part; melody's queue has a nudge for it

	mu     sync.Mutex // held while bytes are being written
	rest   []byte     // of begun, which must come before anything else
	closed bool       // a close frame was written, or a write has failed: nothing comes behind that
}

func newStream(c net.Conn) *stream {
	s := &stream{Conn: c}
	if tcp, ok := c.(*net.TCPConn); ok {
		s.raw = rawOf(tcp)
		// A refusal costs nothing but an early cut, so it is no fault.
		_ = tcp.SetWriteBuffer(sendBuffer)
	}
	return s
}

// SetWriteDeadline moves the deadline when it moves by half a second or more, or
// nearer: gorilla sets it before every frame, which costs a timer each time. It
// is the one call that every write begins with.
func (s *stream) SetWriteDeadline(t time.Time) error {
	s.begins()
	if ahead := t.Sub(s.deadline); !t.IsZero() && ahead >= 0 && ahead < deadlineStep {
		return nil
	}
	s.deadline = t
	return s.Conn.SetWriteDeadline(t)
}

// nudge is how gorilla writes an empty message. None is ever sent: it stands in
// melody's queue for the rest of a frame.
var nudge = []byte{0x80 | websocket.TextMessage, 0}

// Write is gorilla's. It brings whole frames, and such as are longer than its
// buffer in two pieces; a control frame never comes between them, and a pass
// does not either, since the frame is counted in queued.
func (s *stream) Write(b []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// What failed may be half written. gorilla writes nothing more then, but
	// melody, which does not look at how its pings fare, hears of it only with the
	// next frame that goes through its queue.
	defer func() { s.closed = s.closed || err != nil }()
	// A pong that has got gorilla's lock comes upon a full kernel, or the rest of a
	// frame, as the pump would have: it gets as much time, and not its second.
	if len(b) > 0 && b[0] == 0x80|websocket.PongMessage {
		_ = s.SetWriteDeadline(time.Now().Add(writeWait))
	}
	if s.rest != nil {
		if _, err := s.Conn.Write(s.rest); err != nil {
			return 0, err
		}
		s.rest = nil
	}
	switch {
	case bytes.Equal(b, nudge):
		return len(b), nil
	case isClose(b):
		s.closed = true
		// Only gorilla knows when no other frame is half written, and it lets a close
		// frame alone through to a connection that another goroutine writes to.
		if words := s.farewell.Swap(nil); words != nil {
			if _, err := s.Conn.Write(*words); err != nil {
				return 0, err
			}
		}
	}
	return s.Conn.Write(b)
}

// isClose tells a close frame from the second piece of a long one: that is JSON,
// in which no byte is below a blank, and close codes begin with 3 and 15.
func isClose(b []byte) bool {
	return len(b) >= 2 && b[0] == 0x80|websocket.CloseMessage && int(b[1]) == len(b)-2 && (len(b) == 2 || b[2] < ' ')
}

// pass writes a frame to a client for whom nothing waits, as far as the kernel
// takes it at once. What is left, which is counted as queued already, is for
// melody's queue.
func (s *stream) pass(p *parcel) (left []byte, done bool) {
	if s.raw != nil && s.mu.TryLock() {
		defer s.mu.Unlock()
		// Asked under mu: who queues a frame counts it first, and melody's pump cannot
		// write it, nor half of it, before mu is free.
		if s.queued.Load() == 0 && !s.closed {
			switch n := p.write(s.raw); {
			case n == len(p.wire):
				s.ends()
				return nil, true
			case n > 0:
				s.begun, s.rest = p.payload, p.wire[n:]
				s.queued.Add(1)
				return nil, false
			}
		}
	}
	s.queued.Add(1)
	return p.payload, false
}

// sent tells that melody's pump has written a frame, and gives which: for a
// nudge the one whose rest that was.
func (s *stream) sent(payload []byte) []byte {
	s.ends()
	if len(payload) == 0 {
		payload, s.begun = s.begun, nil
	}
	s.queued.Add(-1) // the last step: the next frame may now pass
	return payload
}

// say has the message written before the close frame, when one can be. It must
// be shorter than 126 bytes.
func (s *stream) say(msg []byte) {
	frame := frameOf(msg)
	s.farewell.Store(&frame)
}

// depart closes a connection, which its hub no longer waits for.
func (s *stream) depart() {
	_ = s.Close()
	if s.pulse != nil {
		s.leaves()
	}
}

// parcel is one frame for many sockets, with what is needed to write it to one
// after the other.
type parcel struct {
	payload, wire []byte
	n             int // bytes that the last write has written
	send          func(fd uintptr)
}

func newParcel(payload []byte) *parcel {
	p := &parcel{payload: payload, wire: frameOf(payload)}
	p.send = func(fd uintptr) { p.n = writeNow(fd, p.wire) } // made once: it escapes
	return p
}

// write writes what the kernel takes at once, without Go's poller, whose
// deadlines are the pump's, and tells how much that was. A connection that is
// closed or broken takes nothing: the pump will hear why.
func (p *parcel) write(c syscall.RawConn) int {
	p.n = 0
	if err := c.Control(p.send); err != nil {
		return 0
	}
	return p.n
}

// frameOf is the text frame of a message, as a server writes it.
func frameOf(payload []byte) []byte {
	n := len(payload)
	b := make([]byte, 0, n+10)
	b = append(b, 0x80|websocket.TextMessage)
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

// hijacked is the http.ResponseWriter of a connection that has been taken from
// net/http: melody's upgrader takes it once more. Package net/http can then let
// go of its own buffers and goroutine.
type hijacked struct {
	conn   *stream
	buf    *bufio.ReadWriter
	header http.Header
}

// hijack takes a connection from net/http.
func hijack(w http.ResponseWriter) (*hijacked, error) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	return &hijacked{conn: newStream(conn), buf: buf, header: http.Header{}}, nil
}

// Hijack implements http.Hijacker.
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) { return h.conn, h.buf, nil }

// Header implements http.ResponseWriter.
func (h *hijacked) Header() http.Header { return h.header }

// WriteHeader implements http.ResponseWriter. What the upgrader refuses was
// refused before the connection was taken; it is closed then.
func (h *hijacked) WriteHeader(int) {}

// Write implements http.ResponseWriter.
func (h *hijacked) Write(b []byte) (int, error) { return len(b), nil }
