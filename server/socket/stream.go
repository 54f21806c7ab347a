package socket

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pires/go-proxyproto"
)

// sendBuffer is how many bytes the kernel may hold for a client that does not read. Its
// default is megabytes, which would hide a stalled client for minutes.
const sendBuffer = 32 << 10

// maxDiscarded bounds what is read from a refused client.
const maxDiscarded = 1 << 20

// deadlineStep is the least change of a write deadline that is applied: each change costs a
// timer. The old deadline must still leave a control frame closeTimeout.
const deadlineStep = closeTimeout / 2

// stream is a client's connection under its WebSocket, and its queue. melody and gorilla
// read through it, and gorilla writes the handshake and its own control frames through it.
// Messages bypass both: they are written at once as far as the kernel accepts them,
// otherwise through the queue, which a goroutine drains that exists only while something
// waits.
type stream struct {
	// The fields that a walk over thousands reads come first, on as few cache lines as
	// possible.

	raw    syscall.RawConn // nil when nothing can be written without blocking
	heard  atomic.Int64    // when the client last sent something, by Options.Elapsed
	queued atomic.Int64    // parcels that wait or are being written by drain; while there are any, all others queue
	begun  *parcel         // a partly written parcel; it is in the queue, or will be
	silent atomic.Bool     // it gets nothing more than the close message
	mu     sync.Mutex      // held while bytes are being written
	closed bool            // a close frame was written, or a write has failed
	reads  reads           // forms that the client reads
	chain  uint32          // number of the last frame of a chain that the client got, see chain; for the group's sender

	net.Conn
	ended    atomic.Bool // a close frame was written, or waits: nothing may follow
	rest     []byte      // rest of begun, to be written before anything else
	deadline time.Time   // for writing

	line     sync.Mutex // of the queue
	queue    []*parcel
	draining bool
	held     bool          // everything waits until release
	drained  chan struct{} // closed when drain ends; nil when nothing waits for that

	client *client
	group  *group       // set before anything is written; nil in tests
	place  int          // index in the group's list; -1 when not in it
	state  atomic.Int32 // idle, writing or left, for the group's backpressure

	continuations *continuations // set before the client is read
	inflation     *inflation     // of a client that may compress; otherwise nil
}

func newStream(c net.Conn) *stream {
	s := &stream{Conn: c, place: -1}
	tcp, ok := c.(*net.TCPConn)
	if p, proxied := c.(*proxyproto.Conn); proxied { // its header has been read
		tcp, ok = p.TCPConn()
	}
	if ok {
		s.raw = rawOf(tcp)
		// A failure only means an earlier disconnect, so it is not an error.
		_ = tcp.SetWriteBuffer(sendBuffer)
	}
	return s
}

// SetReadDeadline ignores melody's deadline, which expects a pong every minute. This server
// sends no pings: heartbeats detect a silent client.
func (s *stream) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline ignores gorilla's deadline. put sets the deadline of writes.
func (s *stream) SetWriteDeadline(time.Time) error { return nil }

// nudge is gorilla's encoding of an empty message. None is ever sent: the only one ends
// melody's pump, see [Handler.setUp].
var nudge = []byte{finalBit | websocket.TextMessage, 0}

// Write is for gorilla: the answer to a handshake, then control frames, each whole.
func (s *stream) Write(b []byte) (int, error) {
	switch {
	case len(b) > 0 && b[0]&finalBit == 0:
		return s.Conn.Write(b)
	case bytes.Equal(b, nudge):
		return len(b), nil
	}
	p := &parcel{wire: bytes.Clone(b), control: true, last: b[0]&0x0f == websocket.CloseMessage}
	// A pong that does not fit into the queue is dropped: its client is not reading.
	if !s.send(p) && p.last {
		s.pushLast(p)
	}
	if p.last {
		s.awaitDrain(closeTimeout)
		if len(b) >= 4 && refusal(binary.BigEndian.Uint16(b[2:])) {
			s.discard(closeTimeout)
		}
	}
	return len(b), nil // drain gets the error of a failed write
}

// refusal reports whether gorilla closes with this code because of what it read.
func refusal(code uint16) bool {
	return code == websocket.CloseProtocolError || code == websocket.CloseInvalidFramePayloadData || code == websocket.CloseMessageTooBig
}

// discard reads what a refused client is still sending. Closing over unread bytes would
// reset the connection, and the client would never see the close code.
func (s *stream) discard(within time.Duration) {
	if s.Conn.SetReadDeadline(time.Now().Add(within)) == nil {
		_, _ = io.CopyN(io.Discard, s.Conn, maxDiscarded)
	}
}

// awaitDrain waits until nothing waits any more, but at most within. Gorilla writes close
// frames in the goroutine that reads the client, which closes the connection as soon as
// this returns, even over unwritten bytes.
func (s *stream) awaitDrain(within time.Duration) {
	s.line.Lock()
	if !s.draining {
		s.line.Unlock()
		return
	}
	if s.drained == nil {
		s.drained = make(chan struct{})
	}
	drained := s.drained
	s.line.Unlock()
	patience := time.NewTimer(within)
	defer patience.Stop()
	select {
	case <-drained:
	case <-patience.C:
	}
}

// send writes a parcel, at once or through the queue, and waits for no client. It returns
// false when the queue is full.
func (s *stream) send(p *parcel) bool {
	if !s.pass(p) {
		return s.enqueue(p)
	}
	s.count(p)
	return true
}

// pass writes a parcel to a client with an empty queue, as far as the kernel accepts it at
// once. If it returns false, the parcel has to be queued, even when partly written. The
// caller counts written parcels.
func (s *stream) pass(p *parcel) (done bool) {
	if s.raw == nil || !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	// Read under mu: drain writes under it, and counts down afterwards. A parcel begun here
	// may not be in the queue yet.
	if s.queued.Load() != 0 || s.closed || s.begun != nil {
		return false
	}
	switch n := p.write(s.raw); {
	case n == len(p.wire):
		if p.last {
			s.closed = true
			s.ended.Store(true)
		}
		return true
	case n > 0:
		s.begun, s.rest = p, p.wire[n:]
	}
	return false
}

// enqueue lets drain write a parcel after those that wait. It drops a parcel after a close
// frame.
func (s *stream) enqueue(p *parcel) bool {
	s.line.Lock()
	defer s.line.Unlock()
	if s.ended.Load() {
		return true
	}
	if len(s.queue) >= queueLen {
		return false
	}
	s.push(p)
	return true
}

// push appends a parcel to the queue. The caller holds the line's lock.
func (s *stream) push(p *parcel) {
	s.queue = append(s.queue, p)
	s.queued.Add(1)
	if p.last {
		s.ended.Store(true)
	}
	s.start()
}

// start starts drain if something waits. The caller holds the line's lock.
func (s *stream) start() {
	if !s.draining && !s.held && len(s.queue) > 0 {
		s.draining = true
		go s.drain()
	}
}

// hold makes everything wait until release. Call it before others know the stream.
func (s *stream) hold() {
	s.line.Lock()
	defer s.line.Unlock()
	s.held = true
	s.queued.Add(1) // so that nothing passes
}

// release writes first, then what was queued since hold. A stream that was ended meanwhile
// writes only its end. A released stream stays released.
func (s *stream) release(first ...*parcel) {
	s.line.Lock()
	defer s.line.Unlock()
	if !s.held {
		return
	}
	s.held = false
	if s.ended.Load() {
		last := max(len(s.queue)-1, 0)
		s.queued.Add(-int64(last))
		s.queue = s.queue[last:]
	} else {
		s.queue = append(first, s.queue...)
		s.queued.Add(int64(len(first)))
	}
	s.queued.Add(-1)
	s.start()
}

// pushLast drops what waits, and writes a last parcel as soon as possible. A half-written
// frame is still completed before it.
func (s *stream) pushLast(last *parcel) {
	s.line.Lock()
	defer s.line.Unlock()
	s.queued.Add(-int64(len(s.queue)))
	s.queue = nil
	s.push(last)
}

// drain writes what waits, and ends with the queue or with the connection.
func (s *stream) drain() {
	for {
		s.line.Lock()
		if len(s.queue) == 0 {
			s.queue, s.draining = nil, false
			if s.drained != nil {
				close(s.drained)
				s.drained = nil
			}
			s.line.Unlock()
			return
		}
		p := s.queue[0]
		s.queue[0] = nil
		s.queue = s.queue[1:]
		s.line.Unlock()
		s.mu.Lock()
		err := s.put(p, writeWait)
		s.mu.Unlock()
		s.queued.Add(-1) // after mu: the next frame may now pass
		switch {
		case err != nil:
			_ = s.Close() // the reader notices it
		case p.linger > 0:
			s.hangUp(p.linger)
		}
	}
}

// put writes a parcel and waits for the client for at most within. The caller holds mu.
func (s *stream) put(p *parcel, within time.Duration) error {
	if s.closed {
		return net.ErrClosed
	}
	s.begins()
	defer s.ends()
	// A failed write may leave half a frame, so nothing may follow it.
	s.closed = true
	if to := time.Now().Add(within); within != writeWait || to.Sub(s.deadline) >= deadlineStep {
		s.deadline = to
		if err := s.Conn.SetWriteDeadline(to); err != nil {
			return err
		}
	}
	if s.rest != nil {
		if _, err := s.Conn.Write(s.rest); err != nil {
			return err
		}
		s.rest = nil
	}
	if p != s.begun {
		if _, err := s.Conn.Write(p.wire); err != nil {
			return err
		}
	} else {
		s.begun = nil
	}
	s.closed = p.last
	if p.last {
		s.ended.Store(true)
	}
	if p.launched != nil {
		p.launched.land(1)
	}
	s.count(p)
	return nil
}

// count counts a written parcel.
func (s *stream) count(p *parcel) {
	if s.group != nil && !p.control {
		s.group.traffic.add(1, int64(len(p.wire)))
	}
}

// depart closes a connection, for which its group no longer waits.
func (s *stream) depart() {
	_ = s.Close()
	if s.group != nil {
		s.leaves()
	}
}
