package fanout

import (
	"time"

	"danmaku/room"
)

// Encoder makes the bytes of events and of frames.
type Encoder interface {
	// Event encodes e for a view, or returns nil when the view does not see it.
	Event(v room.View, e room.Event) []byte
	// Frame joins encoded events into one frame. It must not retain them.
	Frame(pos room.Position, events [][]byte) Frame
}

// Frame is one frame of events in the two forms that clients read. Both are immutable.
type Frame struct {
	Full  []byte // the form for every client
	Brief []byte // the form for clients that asked for it
}

// Outlet is the destination of frames.
type Outlet interface {
	// Recipients returns the current sockets of a view of a room.
	Recipients(roomID string, v room.View) Recipients
}

// Recipients are the sockets that a view of a room had at one moment.
type Recipients interface {
	// Send sends one frame to the sockets without waiting for any. The returned channel
	// closes once most of the reading sockets have received the frame; it is nil when there
	// is no socket to wait for.
	Send(frame Frame) (taken <-chan struct{})
}

// Observer takes measurements, in seconds. It must not wait for anything.
type Observer interface{ Observe(seconds float64) }

// Options configure a broadcaster. All but Sent and Now are required.
type Options struct {
	Room    string
	View    room.View
	Head    room.Position        // the position of the view
	Elapsed func() time.Duration // by a clock that is never set
	Encoder Encoder
	Outlet  Outlet
	// Sent observes the age of each comment that is sent, without the room's delay. Nil
	// means not measured.
	Sent Observer
	Now  func() time.Time // the wall clock of events' times; only for Sent
}
