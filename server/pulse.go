package server

import (
	"sync/atomic"

	"github.com/olahol/melody"
)

// pulse tells how far a hub's sockets are with the frames they were given. Most
// are written while they are given out, others lie in melody's queues; when the
// machine cannot write those as fast, they grow old there, and one large frame
// would do for many small ones.
type pulse struct {
	writing atomic.Int64 // sockets with a write under way
	newest  atomic.Pointer[flight]
}

// flight is a frame on its way to a hub's sockets.
type flight struct {
	first *byte        // of the frame, which is the same in every queue
	left  atomic.Int64 // sockets that must still be written it
	taken chan struct{}
}

// launch announces a frame that so many sockets are about to be given. What it
// gives is closed when half of them have been written it. Those that are in the
// middle of a write now do not count: their kernel's buffer is full, so it is
// they who are slow, and nobody shall wait for them. It is nil when there is
// nobody to wait for.
func (p *pulse) launch(frame []byte, sockets int) <-chan struct{} {
	count := int64(sockets) - p.writing.Load()
	if count <= 0 || len(frame) == 0 {
		p.newest.Store(nil)
		return nil
	}
	f := &flight{first: &frame[0], taken: make(chan struct{})}
	f.left.Store((count + 1) / 2)
	p.newest.Store(f)
	return f.taken
}

// landed tells that a socket has been written a frame.
func (p *pulse) landed(frame []byte) {
	if f := p.newest.Load(); f != nil && len(frame) > 0 && f.first == &frame[0] {
		f.land()
	}
}

// lost tells that a socket is gone, whatever it had been given. One that had
// been written the newest frame counts twice then, and the next leaves a little
// early: no harm.
func (p *pulse) lost() {
	if f := p.newest.Load(); f != nil {
		f.land()
	}
}

func (f *flight) land() {
	if f.left.Add(-1) == 0 {
		close(f.taken)
	}
}

// sent is told of every frame that melody has written.
func (h *hub) sent(sess *melody.Session, payload []byte) {
	h.pulse.landed(streamOf(sess).sent(payload))
}

// What a connection is doing, for its hub's pulse.
const (
	idle = iota
	writing
	left
)

// begins and ends bracket a write on a connection. Control frames begin without
// an end; until the next frame such a connection is one that nobody waits for.
func (s *stream) begins() {
	if s.pulse != nil && s.state.CompareAndSwap(idle, writing) {
		s.pulse.writing.Add(1)
	}
}

func (s *stream) ends() {
	if s.pulse != nil && s.state.CompareAndSwap(writing, idle) {
		s.pulse.writing.Add(-1)
	}
}

// leaves takes a connection out of its hub's pulse, for good: a last close frame
// may still be tried on it.
func (s *stream) leaves() {
	if s.state.Swap(left) == writing {
		s.pulse.writing.Add(-1)
	}
	s.pulse.lost()
}
