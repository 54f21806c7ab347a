package server

import (
	"bufio"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// sendBuffer is how many bytes the kernel may hold for a client that does not
// read. Its own choice is megabytes, behind which a stalled client would look
// well for minutes.
const sendBuffer = 32 << 10

// deadlineStep is how far a write deadline must move to be moved at all.
const deadlineStep = time.Second

// stream is a client's connection under its WebSocket. That *net.TCPConn is
// embedded, and not net.Conn, lets package net write a frame and its header
// with one writev(2).
type stream struct {
	*net.TCPConn
	deadline time.Time // for writing; gorilla's write lock guards it
	farewell atomic.Pointer[[]byte]
	pulse    *pulse       // of its hub; set before anything is written
	state    atomic.Int32 // idle, writing or left
}

func newStream(c *net.TCPConn) *stream {
	// A refusal costs nothing but an early cut, so it is no fault.
	_ = c.SetWriteBuffer(sendBuffer)
	return &stream{TCPConn: c}
}

// SetWriteDeadline moves the deadline when it moves by a second or more, or
// nearer: gorilla sets it before every frame, which costs a timer each time. It
// is the one call that every write begins with.
func (s *stream) SetWriteDeadline(t time.Time) error {
	s.begins()
	if ahead := t.Sub(s.deadline); !t.IsZero() && ahead >= 0 && ahead < deadlineStep {
		return nil
	}
	s.deadline = t
	return s.TCPConn.SetWriteDeadline(t)
}

// Write puts the farewell before a close frame. Only gorilla knows when no
// other frame is half written, and it lets a close frame alone through to a
// connection that another goroutine writes to.
func (s *stream) Write(b []byte) (int, error) {
	const finalClose = 0x80 | websocket.CloseMessage
	if len(b) > 0 && b[0] == finalClose {
		if words := s.farewell.Swap(nil); words != nil {
			if _, err := s.TCPConn.Write(*words); err != nil {
				return 0, err
			}
		}
	}
	return s.TCPConn.Write(b)
}

// say has the message written before the close frame, when one can be. It must
// be shorter than 126 bytes.
func (s *stream) say(msg []byte) {
	frame := append([]byte{0x80 | websocket.TextMessage, byte(len(msg))}, msg...)
	s.farewell.Store(&frame)
}

// hijacked is the http.ResponseWriter of a connection that has been taken from
// net/http: melody's upgrader takes it once more. Package net/http can then let
// go of its own buffers and goroutine.
type hijacked struct {
	conn   net.Conn
	buf    *bufio.ReadWriter
	header http.Header
}

// hijack takes a connection from net/http.
func hijack(w http.ResponseWriter) (*hijacked, error) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		conn = newStream(tcp)
	}
	return &hijacked{conn: conn, buf: buf, header: http.Header{}}, nil
}

// join makes the connection one of a hub's.
func (h *hijacked) join(p *pulse) {
	if s, ok := h.conn.(*stream); ok {
		s.pulse = p
	}
}

// depart closes a connection, which its hub no longer waits for.
func depart(conn net.Conn) {
	_ = conn.Close()
	if s, ok := conn.(*stream); ok && s.pulse != nil {
		s.leaves()
	}
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
