package socket

import "sync/atomic"

// backpressure measures how far the sockets of a group have received its frames. Most
// frames are written at once, others wait in queues. When the machine cannot write those as
// fast as they come, they age there, and one large frame is better than many small ones.
type backpressure struct {
	writing atomic.Int64 // sockets in the middle of a write
	newest  atomic.Pointer[inFlight]
}

// inFlight is a frame on its way to a group's sockets, in any form.
type inFlight struct {
	left  atomic.Int64 // sockets that have not received it yet
	taken chan struct{}
}

// launch begins a frame for n sockets. Its channel closes once half of them have received
// the frame. A socket in the middle of a write does not count: its kernel buffer is full,
// so it is slow, and nothing should wait for it. launch returns nil when there is no socket
// to wait for.
func (b *backpressure) launch(sockets int) *inFlight {
	count := int64(sockets) - b.writing.Load()
	if count <= 0 {
		b.newest.Store(nil)
		return nil
	}
	f := &inFlight{taken: make(chan struct{})}
	f.left.Store((count + 1) / 2)
	b.newest.Store(f)
	return f
}

// lost counts a socket that is gone. If it had received the newest frame, it counts twice,
// and the next frame leaves a little early, which does no harm.
func (b *backpressure) lost() {
	if f := b.newest.Load(); f != nil {
		f.land(1)
	}
}

// land counts sockets that have received the frame.
func (f *inFlight) land(n int64) {
	if after := f.left.Add(-n); after <= 0 && after+n > 0 {
		close(f.taken)
	}
}

// The states of a connection, for its group's backpressure.
const (
	idle = iota
	writing
	left
)

// begins and ends bracket a write that may block.
func (s *stream) begins() {
	if s.group != nil && s.state.CompareAndSwap(idle, writing) {
		s.group.pressure.writing.Add(1)
	}
}

func (s *stream) ends() {
	if s.group != nil && s.state.CompareAndSwap(writing, idle) {
		s.group.pressure.writing.Add(-1)
	}
}

// leaves removes a connection from its group's backpressure, for good: a last close frame
// may still be tried on it.
func (s *stream) leaves() {
	if s.state.Swap(left) == writing {
		s.group.pressure.writing.Add(-1)
	}
	s.group.pressure.lost()
}
