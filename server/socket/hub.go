// Package socket is everything between the use cases and the WebSockets: the hub of all
// clients, which is live's Outlet, the handler that accepts them, heartbeats, backpressure,
// close messages and presence. Only this package uses melody.
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

// Close codes of docs/dev/protocol.md in the private range.
const (
	closeKey    = 4001 // key invalid or revoked
	closeBanned = 4003
	closeSlow   = 4008
)

const (
	maxFrame     = 4 << 10 // bytes of a client's frame
	queueLen     = 64      // frames that may wait for a client before it is disconnected
	frameRate    = 20      // text frames a second, with a burst of twice that
	controlRate  = 4       // pings and pongs a second, with a burst of four times that
	writeWait    = 10 * time.Second
	closeTimeout = time.Second
	maxLingering = 100 // refused clients that are still being read
)

// Hub holds every client of the process: one group for each room and view, so that a
// broadcast walks only its recipients, and one list of the groups with clients, so that
// empty rooms cost nothing. It implements live.Outlet, and is built before the use cases; a
// [Handler] adds the clients. Its methods are safe for concurrent use and wait for no
// client.
type Hub struct {
	log     *slog.Logger
	now     func() time.Time
	elapsed func() time.Duration // Options.Elapsed
	linger  time.Duration        // how long the server still writes to and reads from a disconnected client

	total      atomic.Int64
	turnedAway atomic.Int64   // refused clients that are being read until they have left
	slow       atomic.Int64   // clients disconnected for reading too slowly
	frames     atomic.Int64   // broadcast since the last heartbeat
	ended      sync.Map       // *atomic.Int64 by the reason for which the server closed clients
	handlers   sync.WaitGroup // requests that hold a socket
	heartbeats sync.WaitGroup
	stop       context.CancelFunc // of the heartbeats; nil before the first client

	sessions *melody.Melody // for all clients; a [Handler] sets it up

	mu       sync.RWMutex
	closing  bool
	groups   map[groupKey]*group
	presence presence
	occupied occupiedGroups

	elsewhere atomic.Pointer[map[string]Headcount] // other machines' counts, by room; nil when alone

	observers map[string][]*Observer // by room; a list is replaced, never changed
	observed  traffic                // of observers
}

// Options configure a hub. All are optional.
type Options struct {
	Log *slog.Logger
	Now func() time.Time // the wall clock, which clients receive
	// Elapsed returns the time since some earlier moment, by a clock that is never set. Nil
	// means the system's monotonic clock.
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

// all returns the current groups.
func (h *Hub) all() map[groupKey]*group {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return maps.Clone(h.groups)
}

// each calls fn for every session.
func (h *Hub) each(fn func(*melody.Session)) {
	all, err := h.sessions.Sessions()
	if err != nil {
		return // closed, which never happens
	}
	for _, sess := range all {
		fn(sess)
	}
}

// Len returns the number of sockets, including those in mid-handshake.
func (h *Hub) Len() int { return int(h.total.Load()) }

// Reserve counts a new socket, unless the limit (0: none) is reached or the hub is shutting
// down. [Hub.Release] undoes it.
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

// Vacate frees the place of a refused client while its request is still running. Call
// [Hub.Depart] when the request has ended.
func (h *Hub) Vacate() { h.total.Add(-1) }

// Depart reports that a request has ended whose place [Hub.Vacate] freed.
func (h *Hub) Depart() { h.handlers.Done() }

// account returns what the sockets of this machine know about a room.
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
