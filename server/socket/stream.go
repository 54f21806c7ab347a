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

// sendBuffer is how many bytes the kernel may hold for a client that does not
// read. Its own choice is megabytes, behind which a stalled client would look
// well for minutes.
const sendBuffer = 32 << 10

// maxDiscarded bounds what is read of a client that was refused.
const maxDiscarded = 1 << 20

// deadlineStep is how far a write deadline must move to be moved at all: each move
// costs a timer. What is not moved must still leave a control frame, which has
// closeTimeout, its time.
const deadlineStep = closeTimeout / 2

// stream is a client's connection under its WebSocket, and its queue. melody and
// gorilla read through it, and gorilla writes the handshake and its own control frames
// through it. Messages go past both of them: at once as far as the kernel takes them,
// else by the queue, which a goroutine drains that is there only as long as something
// waits.
type stream struct {
	// What a walk over thousands looks at comes first, on as few lines of the
	// processor's cache as that takes.

	raw    syscall.RawConn // nil where nothing can be written without waiting
	heard  atomic.Int64    // when its client last sent something, as of Options.Elapsed
	queued atomic.Int64    // parcels that wait or are being written by drain; while there is one, all others go behind it
	begun  *parcel         // what could be written only in part; it is in the queue, or will be
	silent atomic.Bool     // it gets nothing more than the close message
	mu     sync.Mutex      // held while bytes are being written
	closed bool            // a close frame was written, or a write has failed
	reads  reads           // what its client reads
	chain  uint32          // number of the last frame of a chain that its client got, see chain; of the group's sender

	net.Conn
	ended    atomic.Bool // a close frame was written, or waits: nothing comes behind that
	rest     []byte      // of begun, which must come before anything else
	deadline time.Time   // for writing

	line     sync.Mutex // of the queue
	queue    []*parcel
	draining bool
	held     bool          // all waits until release
	drained  chan struct{} // closed when drain ends; nil while nothing waits for that

	client *client
	group  *group       // set before anything is written; nil in tests
	place  int          // in the group's list; -1 while it is in none
	state  atomic.Int32 // idle, writing or left, for the group's backpressure

	continuations *continuations // set before the client is read
	inflation     *inflation     // of a client that may compress; else nil
}

func newStream(c net.Conn) *stream {
	s := &stream{Conn: c, place: -1}
	tcp, ok := c.(*net.TCPConn)
	if p, proxied := c.(*proxyproto.Conn); proxied { // its header has been read
		tcp, ok = p.TCPConn()
	}
	if ok {
		s.raw = rawOf(tcp)
		// A refusal costs nothing but an early cut, so it is not a fault.
		_ = tcp.SetWriteBuffer(sendBuffer)
	}
	return s
}

// SetReadDeadline is melody's, which wants a pong every minute. This server sends no pings:
// heartbeats end a client that is silent.
func (s *stream) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline is gorilla's. What is written has its deadline from put.
func (s *stream) SetWriteDeadline(time.Time) error { return nil }

// nudge is how gorilla writes an empty message. None is ever sent: the one that there
// is ends melody's pump, see [Handler.setUp].
var nudge = []byte{finalBit | websocket.TextMessage, 0}

// Write is gorilla's: the answer to a handshake, then control frames, each whole.
func (s *stream) Write(b []byte) (int, error) {
	switch {
	case len(b) > 0 && b[0]&finalBit == 0:
		return s.Conn.Write(b)
	case bytes.Equal(b, nudge):
		return len(b), nil
	}
	p := &parcel{wire: bytes.Clone(b), control: true, last: b[0]&0x0f == websocket.CloseMessage}
	// A pong that finds no room in the queue is left out: its client reads nothing.
	if !s.send(p) && p.last {
		s.pushLast(p)
	}
	if p.last {
		s.awaitDrain(closeTimeout)
		if len(b) >= 4 && refusal(binary.BigEndian.Uint16(b[2:])) {
			s.discard(closeTimeout)
		}
	}
	return len(b), nil // what cannot be written is drain's to hear
}

// refusal reports whether gorilla closes with this code because of what it read.
func refusal(code uint16) bool {
	return code == websocket.CloseProtocolError || code == websocket.CloseInvalidFramePayloadData || code == websocket.CloseMessageTooBig
}

// discard reads what a refused client is still sending. To close over unread bytes
// would reset the connection, and the client would never see the close code.
func (s *stream) discard(within time.Duration) {
	if s.Conn.SetReadDeadline(time.Now().Add(within)) == nil {
		_, _ = io.CopyN(io.Discard, s.Conn, maxDiscarded)
	}
}

// awaitDrain waits until nothing waits any more, but no longer than that. Gorilla
// writes close frames in the goroutine that reads the client, which closes the
// connection as soon as this returns, over whatever has not been written by then.
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

// send writes a parcel, at once or by the queue, and waits for no client. It returns
// false when the queue is full.
func (s *stream) send(p *parcel) bool {
	if !s.pass(p) {
		return s.enqueue(p)
	}
	s.count(p)
	return true
}

// pass writes a parcel to a client with an empty queue, as far as the kernel takes
// it at once. What is not written, or only in part, is for the queue. Its caller counts
// what was written.
func (s *stream) pass(p *parcel) (done bool) {
	if s.raw == nil || !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	// Asked under mu: drain writes under it, and counts down behind that. What was
	// begun here may not be in the queue yet.
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

// enqueue has drain write a parcel behind what waits. What comes behind a close frame
// is dropped.
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

// push is called with the line's lock.
func (s *stream) push(p *parcel) {
	s.queue = append(s.queue, p)
	s.queued.Add(1)
	if p.last {
		s.ended.Store(true)
	}
	s.start()
}

// start has what waits written. It is called with the line's lock.
func (s *stream) start() {
	if !s.draining && !s.held && len(s.queue) > 0 {
		s.draining = true
		go s.drain()
	}
}

// hold lets whatever is written wait, until release. It is called before others know
// the stream.
func (s *stream) hold() {
	s.line.Lock()
	defer s.line.Unlock()
	s.held = true
	s.queued.Add(1) // so that nothing passes
}

// release writes what comes first, then what has come since hold. A stream that has
// been told its end meanwhile is written that alone. What was released stays so.
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

// pushLast drops what waits, and has a last parcel written as soon as that can be. A
// frame that is half written is still gone on with before it.
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
		s.queued.Add(-1) // behind mu: the next frame may now pass
		switch {
		case err != nil:
			_ = s.Close() // its reader hears of it
		case p.linger > 0:
			s.hangUp(p.linger)
		}
	}
}

// put writes a parcel and waits for the client as long as it may. It is called with mu.
func (s *stream) put(p *parcel, within time.Duration) error {
	if s.closed {
		return net.ErrClosed
	}
	s.begins()
	defer s.ends()
	// What failed may be half written, so that nothing may come behind it.
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

// count counts a parcel that has been written.
func (s *stream) count(p *parcel) {
	if s.group != nil && !p.control {
		s.group.traffic.add(1, int64(len(p.wire)))
	}
}

// depart closes a connection, which its group no longer waits for.
func (s *stream) depart() {
	_ = s.Close()
	if s.group != nil {
		s.leaves()
	}
}
