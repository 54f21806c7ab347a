package fanout

import (
	"time"

	"danmaku/room"
)

// Encoder makes the bytes of events and of frames.
type Encoder interface {
	// Event encodes e for a view, or returns nil when the view does not see it.
	Event(v room.View, e room.Event) []byte
	// Frame joins encoded events into one frame. It must not keep them.
	Frame(pos room.Position, events [][]byte) Frame
}

// Frame is one frame of events in the two forms that clients read. Neither is changed
// once it was made.
type Frame struct {
	Full  []byte // as every client reads it
	Brief []byte // for clients that asked for it
}

// Outlet is where frames go.
type Outlet interface {
	// Recipients returns the sockets that a view of a room has now.
	Recipients(roomID string, v room.View) Recipients
}

// Recipients are the sockets that a view of a room had at one moment.
type Recipients interface {
	// Send sends them one frame and waits for no socket. The returned channel closes
	// once most of those that read have been written the frame; it is nil when no
	// socket is to be waited for.
	Send(frame Frame) (taken <-chan struct{})
}

// Observer takes measurements, in seconds. It must not wait for anything.
type Observer interface{ Observe(seconds float64) }

// Options are what a broadcaster is built of. All but Sent and Now are needed.
type Options struct {
	Room    string
	View    room.View
	Head    room.Position        // where the view stands
	Elapsed func() time.Duration // by a clock that is never set
	Encoder Encoder
	Outlet  Outlet
	// Sent observes for each comment that leaves how long ago it was written, without
	// the room's delay. Nil: not measured.
	Sent Observer
	Now  func() time.Time // the wall clock by which events have their time; for Sent alone
}
