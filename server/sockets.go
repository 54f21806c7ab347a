package server

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"
	"github.com/olahol/melody"

	"danmaku/comment"
	"danmaku/live"
)

// Subprotocol is the name of the protocol in the handshake.
const Subprotocol = "danmaku.v1"

// Close codes of docs/protocol.md that are our own.
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
)

// sockets is every socket of the process: one melody for each room and view,
// so that a broadcast walks only those who get it. It is live.Outlet.
type sockets struct {
	server   *Server
	upgrader *websocket.Upgrader
	total    atomic.Int64
	slow     atomic.Int64   // clients cut since they did not read fast enough
	storm    storm          // of the beats' goroutine
	cutters  sync.WaitGroup // closing what will not read
	handlers sync.WaitGroup // requests that hold a socket
	stop     context.CancelFunc
	beats    sync.WaitGroup

	mu      sync.RWMutex
	closing bool
	hubs    map[hubKey]*hub
	byAddr  map[string]int
	people  people
}

type hubKey struct {
	room string
	view live.View
}

var _ live.Outlet = (*sockets)(nil)

func newSockets(s *Server) *sockets {
	return &sockets{
		server: s, hubs: map[hubKey]*hub{}, byAddr: map[string]int{},
		upgrader: &websocket.Upgrader{
			ReadBufferSize: 512, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{},
			Subprotocols: []string{Subprotocol}, CheckOrigin: s.sameOrigin,
		},
	}
}

// socket is the route: what can be refused over HTTP is refused before the
// upgrade, the rest is told in a bye, which a page can read.
func (s *Server) socket(c echo.Context) error {
	r := c.Request()
	if !s.sameOrigin(r) {
		return comment.ErrNotAllowed
	}
	room := c.Param("room")
	setup, err := s.hall.Room(room)
	if err != nil {
		return err
	}
	view := live.View(c.QueryParam("role"))
	if !slices.Contains(live.Views, view) || !offersOurs(r) || !canUpgrade(r) {
		return comment.ErrBadFrame
	}
	if !s.sockets.enter(s.opt.MaxSockets) {
		return comment.ErrBusy
	}
	if setup.Archived {
		defer s.sockets.leave()
		return s.turnAway(c, comment.ErrRoomClosed)
	}
	st, user, err := s.seat(c, room, view)
	if err == nil && !s.sockets.sit(st.addr, s.opt.MaxPerAddress) {
		err = comment.ErrBusy
	}
	if err != nil {
		defer s.sockets.leave()
		return s.turnAway(c, err)
	}
	a := arrival{user: user}
	if p, ok := comment.ParsePosition(c.QueryParam("since")); ok {
		a.since = &p
	}
	return s.sockets.serve(c, st, a, func() {
		s.sockets.rise(st.addr)
		s.sockets.leave()
	})
}

// canUpgrade is true when the upgrader will find nothing wrong: once the
// connection has been taken, nothing can be answered any more.
func canUpgrade(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	return err == nil && len(key) == 16 && websocket.IsWebSocketUpgrade(r) && r.Header.Get("Sec-WebSocket-Version") == "13"
}

// offersOurs is true when the client offers our subprotocol, or none.
func offersOurs(r *http.Request) bool {
	offered := websocket.Subprotocols(r)
	return len(offered) == 0 || slices.Contains(offered, Subprotocol)
}

// arrival is what connected needs to greet, and nobody after it.
type arrival struct {
	user  *wireUser
	since *comment.Position
}

// serve takes the connection from net/http and gives it a goroutine of its own,
// so that net/http's buffers go back: with 10,000 sockets they are 80 MB.
func (k *sockets) serve(c echo.Context, st *seat, a arrival, leave func()) error {
	st.arrival = &a
	m, r := k.hub(hubKey{st.Room, st.View}), c.Request()
	taken, err := hijack(c.Response().Writer)
	if err != nil {
		leave()
		return fmt.Errorf("take a connection: %w", err)
	}
	taken.conn.pulse = &m.pulse
	go func() {
		defer leave()
		defer close(st.gone)
		defer k.people.rise(st)
		defer m.rise(st)
		defer taken.conn.depart() // and not a method of taken, which would keep its buffers
		defer k.caught(nil)
		if err := m.HandleRequestWithKeys(taken, r, map[string]any{seatKey: st}); err != nil {
			k.server.log.Debug("a handshake failed", "err", err)
		}
	}()
	return nil
}

const seatKey = "seat"

func seatOf(sess *melody.Session) *seat {
	v, _ := sess.Get(seatKey)
	return v.(*seat)
}

func streamOf(sess *melody.Session) *stream {
	return sess.WebsocketConnection().NetConn().(*stream)
}

// hub gives the sockets of a view of a room.
func (k *sockets) hub(key hubKey) *hub {
	k.mu.RLock()
	m := k.hubs[key]
	k.mu.RUnlock()
	if m != nil {
		return m
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if m = k.hubs[key]; m == nil {
		m = k.newHub()
		k.hubs[key] = m
	}
	return m
}

// Broadcast implements live.Outlet.
func (k *sockets) Broadcast(room string, v live.View, frame []byte) (taken <-chan struct{}) {
	if m := k.find(room, v); m != nil {
		taken = m.broadcast(frame)
	}
	return taken
}

// Announce implements live.Outlet.
func (k *sockets) Announce(room string, v live.View, frame []byte) {
	if m := k.find(room, v); m != nil {
		m.announce(frame)
	}
}

// find gives the sockets of a view of a room, nil when nobody has come yet.
func (k *sockets) find(room string, v live.View) *hub {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.hubs[hubKey{room, v}]
}

// Count implements live.Outlet.
func (k *sockets) Count(room string, v live.View) int {
	if m := k.find(room, v); m != nil {
		return m.Len()
	}
	return 0
}

// Evict implements live.Outlet.
func (k *sockets) Evict(why func(live.Seat) error) {
	k.each(func(_ hubKey, sess *melody.Session) {
		if err := why(seatOf(sess).Seat); err != nil {
			code, closeCode := byeOf(err)
			k.bye(sess, endWith(wireBye{Code: code}, closeCode))
		}
	})
}

// each calls fn for every session.
func (k *sockets) each(fn func(hubKey, *melody.Session)) {
	k.mu.RLock()
	hubs := make(map[hubKey]*hub, len(k.hubs))
	for key, m := range k.hubs {
		hubs[key] = m
	}
	k.mu.RUnlock()
	for key, m := range hubs {
		all, err := m.Sessions()
		if err != nil {
			continue
		}
		for _, sess := range all {
			fn(key, sess)
		}
	}
}
