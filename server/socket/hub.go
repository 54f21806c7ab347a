// Package socket is everything between the use cases and the WebSockets: the hub of
// all clients, which is live's Outlet, the handler that brings them, heartbeats,
// backpressure, close messages and presence. melody lives here only.
package socket

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"danmaku/room"

	"github.com/olahol/melody"

	"danmaku/live"
	"danmaku/live/fanout"
	"danmaku/server/wire"
)

// Subprotocol is the name of the protocol in the handshake.
const Subprotocol = "danmaku.v1"

// Close codes of docs/dev/protocol.md that are our own.
const (
	closeKey    = 4001 // key bad or revoked
	closeBanned = 4003
	closeSlow   = 4008
)

const (
	maxFrame     = 4 << 10 // bytes of a client's frame
	queueLen     = 64      // frames that wait for a client before it is cut
	frameRate    = 20      // text frames a second, with a burst of twice that
	controlRate  = 4       // pings and pongs a second, with a burst of four times that
	writeWait    = 10 * time.Second
	closeTimeout = time.Second
	maxLingering = 100 // clients that were turned away and are still read
)

// Hub is every client of the process: one group for each room and view, so that a
// broadcast walks only those who get it, and one list of those that have clients, so
// that empty rooms cost nothing. It is live.Outlet, and is built before
// the use cases; a [Handler] brings the clients. Its methods may be called from
// any goroutine and wait for no client.
type Hub struct {
	log     *slog.Logger
	now     func() time.Time
	elapsed func() time.Duration // as of Options.Elapsed
	linger  time.Duration        // for which a client that is disconnected is still written to and read

	total      atomic.Int64
	turnedAway atomic.Int64   // clients that have no socket and are read until they have left
	slow       atomic.Int64   // clients disconnected since they did not read fast enough
	frames     atomic.Int64   // broadcast since the last heartbeat
	ended      sync.Map       // *atomic.Int64 by the reason for which the server closed clients
	handlers   sync.WaitGroup // requests that hold a socket
	heartbeats sync.WaitGroup
	stop       context.CancelFunc // of the heartbeats; nil before the first client

	sessions *melody.Melody // of all clients; a [Handler] sets it up

	mu       sync.RWMutex
	closing  bool
	groups   map[groupKey]*group
	presence presence
	occupied occupiedGroups

	elsewhere atomic.Pointer[map[string]Headcount] // what other machines count, by room; nil: there are none

	observers map[string][]*Observer // by room; a list is never changed, but replaced
	observed  traffic                // of observers
}

// Options are what a hub needs. All are optional.
type Options struct {
	Log *slog.Logger
	Now func() time.Time // the wall clock, which clients get
	// Elapsed is the time since some moment before, by a clock that is never set.
	// Nil: the system's monotonic clock.
	Elapsed func() time.Duration
}

// NewHub builds a hub without clients.
func NewHub(o Options) *Hub {
	h := &Hub{log: o.Log, now: o.Now, elapsed: o.Elapsed, linger: closeTimeout, sessions: melody.New(), groups: map[groupKey]*group{}, observers: map[string][]*Observer{}}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.elapsed == nil {
		began := time.Now()
		h.elapsed = func() time.Duration { return time.Since(began) }
	}
	return h
}

type groupKey struct {
	room string
	view room.View
}

var _ live.Outlet = (*Hub)(nil)

func clientOf(sess *melody.Session) *client { return streamOf(sess).client }

func streamOf(sess *melody.Session) *stream {
	return sess.WebsocketConnection().NetConn().(*stream)
}

// Recipients implements live.Outlet.
func (h *Hub) Recipients(roomID string, v room.View) fanout.Recipients {
	h.frames.Add(1)
	var to recipients
	if m := h.find(roomID, v); m != nil {
		to.group, to.members = m, m.list()
	}
	if v == room.ViewOverlay {
		to.hub, to.observers = h, h.observersOf(roomID)
	}
	return to
}

// Announce implements live.Outlet.
func (h *Hub) Announce(roomID string, v room.View, frame []byte) {
	if m := h.find(roomID, v); m != nil {
		m.announce(frame)
	}
}

// find returns the clients of a view of a room, nil before the first one.
func (h *Hub) find(roomID string, v room.View) *group {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.groups[groupKey{roomID, v}]
}

// Evict implements live.Outlet.
func (h *Hub) Evict(why func(live.Client) error) {
	h.each(func(sess *melody.Session) {
		if err := why(clientOf(sess).Client); err != nil {
			code, closeCode := closeCodeOf(err)
			h.bye(sess, closeWith(wire.Bye{Code: code}, closeCode))
		}
	})
	for _, o := range h.allObservers() {
		if err := why(o.Client); err != nil {
			code, closeCode := closeCodeOf(err)
			end := closeWith(wire.Bye{Code: code}, closeCode)
			h.part(o, &end)
		}
	}
}

// all returns the groups that there are now.
func (h *Hub) all() map[groupKey]*group {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return maps.Clone(h.groups)
}

// each calls fn for every session.
func (h *Hub) each(fn func(*melody.Session)) {
	all, err := h.sessions.Sessions()
	if err != nil {
		return // closed, which nobody does
	}
	for _, sess := range all {
		fn(sess)
	}
}

// Len returns how many sockets there are, those in mid-handshake included.
func (h *Hub) Len() int { return int(h.total.Load()) }

// Reserve counts a socket in, unless there are as many as the limit (0: none) or
// the hub is shutting down. What was reserved is given back by [Hub.Release].
func (h *Hub) Reserve(limit int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing || limit > 0 && h.total.Load() >= int64(limit) {
		return false
	}
	h.total.Add(1)
	h.handlers.Add(1)
	return true
}

// Release counts a socket out.
func (h *Hub) Release() {
	h.Vacate()
	h.Depart()
}

// Vacate frees the place of a client that is turned away, while its request is still
// running. Call [Hub.Depart] when the request has ended.
func (h *Hub) Vacate() { h.total.Add(-1) }

// Depart says that a request whose place was given back by [Hub.Vacate] has ended.
func (h *Hub) Depart() { h.handlers.Done() }

// account returns what the sockets of this machine know of a room.
func (h *Hub) account(roomID string) wire.Account {
	a := wire.Account{Slow: h.slow.Load(), Now: h.now()}
	m := h.find(roomID, room.ViewOverlay)
	if m == nil {
		return a
	}
	for _, s := range m.list() {
		c := s.client
		countOverlay(&a.Overlays, c.drawing.Load())
		if ms := c.shown.Load() - 1; ms >= 0 && (a.Shown == nil || ms > *a.Shown) {
			a.Shown = &ms
		}
	}
	return a
}
