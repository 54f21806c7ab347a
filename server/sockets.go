package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

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

// newHub sets up a melody so that none of its defaults is left to chance.
func (k *sockets) newHub() *hub {
	m := &hub{Melody: melody.New()}
	m.Upgrader = k.upgrader
	m.Config = &melody.Config{
		WriteWait: 10 * time.Second, PongWait: 60 * time.Second, PingPeriod: 25 * time.Second,
		MaxMessageSize: maxFrame, MessageBufferSize: queueLen,
	}
	// Greeting takes a deep stack, and a goroutine that has grown one keeps it: on
	// one of its own it goes back, 4 KB less for each socket.
	m.HandleConnect(func(sess *melody.Session) {
		greeted := make(chan struct{})
		go func() {
			defer close(greeted)
			k.connected(sess)
		}()
		<-greeted
	})
	m.HandleMessage(k.guarded(k.message))
	m.HandleMessageBinary(k.guarded(func(sess *melody.Session, _ []byte) {
		k.complain(sess, comment.ErrBadFrame)
	}))
	m.HandlePong(func(sess *melody.Session) { k.control(sess) })
	m.HandleSentMessage(m.sent)
	// No HandleClose: melody would no longer answer a client's close frame.
	// The handler runs in whoever writes, often under melody's lock: it must do
	// nothing but cut. Session.Close here would call it again without end.
	m.HandleError(func(sess *melody.Session, err error) {
		if errors.Is(err, melody.ErrMessageBufferFull) {
			k.cut(sess, endSlow)
		}
	})
	return m
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
	taken.join(&m.pulse)
	go func() {
		defer leave()
		defer close(st.gone)
		defer k.people.rise(st)
		defer depart(taken.conn) // and not a method of taken, which would keep its buffers
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

// connected greets: the session is registered already, so no frame is missed.
// What is written here waits for the write pump, so it must fit the queue: the
// past is one frame.
func (k *sockets) connected(sess *melody.Session) {
	defer k.caught(sess)
	st := seatOf(sess)
	a := *st.arrival
	st.arrival, sess.Request = nil, nil // kilobytes that an idle client need not hold
	conn := sess.WebsocketConnection()
	conn.SetPingHandler(func(data string) error {
		if !k.control(sess) {
			return nil
		}
		// A pong that cannot be written is the writing side's to notice.
		_ = conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(closeTimeout))
		return nil
	})
	k.people.sit(st, sess)
	// A ban or a revocation of this very moment has either found the socket, or is
	// found here.
	err := k.server.hall.Stays(st.Seat)
	if err == nil && st.View == live.ViewAudience {
		_, err = k.server.hall.Sit(st.Room, st.User, st.Address)
	}
	if err != nil {
		code, closeCode := byeOf(err)
		k.bye(sess, endWith(wireBye{Code: code}, closeCode))
		return
	}
	err = k.server.hall.Join(context.Background(), st.Room, st.View, a.since, func(w live.Welcome) {
		k.write(sess, helloFrame(w, st.View, a.user, k.server.now()))
		if w.Resumed {
			k.write(sess, Encoder{}.Frame(w.End, w.Missed))
		}
	})
	if err != nil {
		k.server.log.Error("a client could not join", "room", st.Room, "view", st.View, "err", err)
		k.cut(sess, endFull)
	}
	// Who registered after shutdown looked round was not told by it.
	k.mu.RLock()
	closing := k.closing
	k.mu.RUnlock()
	if closing {
		k.restarting(sess)
	}
}

// write queues a frame; a full queue has been dealt with by the error handler.
func (k *sockets) write(sess *melody.Session, frame []byte) { _ = sess.Write(frame) }

// control counts a ping or pong, and ends a flood of them.
func (k *sockets) control(sess *melody.Session) bool {
	st := seatOf(sess)
	if st.ended.Load() {
		return false
	}
	if st.pings.take(time.Now()) {
		return true
	}
	k.cut(sess, endFlooding)
	return false
}

// plainBeat is a client's beat as our pages write it.
const plainBeat = `{"type":"beat"}`

// guarded lets in what a client may send now.
func (k *sockets) guarded(handle func(*melody.Session, []byte)) func(*melody.Session, []byte) {
	return func(sess *melody.Session, msg []byte) {
		defer k.caught(sess)
		st := seatOf(sess)
		if st.ended.Load() {
			return
		}
		st.heard.Store(k.server.now().UnixNano())
		if !st.frames.take(time.Now()) {
			k.cut(sess, endFlooding)
			return
		}
		if string(msg) == plainBeat {
			return // all that an idle client sends: it need not grow the stack for decoding
		}
		handle(sess, msg)
	}
}

// message answers one text frame.
func (k *sockets) message(sess *melody.Session, msg []byte) {
	if !utf8.Valid(msg) {
		k.cut(sess, endNotUTF8)
		return
	}
	f, err := decodeFrame(msg)
	if err != nil {
		k.complain(sess, err)
		return
	}
	st := seatOf(sess)
	switch {
	case f.Type == "beat":
		if st.View == live.ViewOverlay {
			st.see(f.ShownMS)
		}
	case f.Type == "obs" && st.View == live.ViewOverlay:
		k.server.obsTells(st.Room, f)
	case f.Type == "obs":
		k.complain(sess, comment.ErrBadFrame)
	case st.View != live.ViewAudience:
		k.ack(sess, f.Ref, live.Outcome{}, comment.ErrNotAllowed)
	default:
		// The socket may close meanwhile; the comment is sent all the same.
		o, err := k.server.hall.Submit(context.Background(), st.Room, st.author, f.draft(comment.FromAudience))
		k.ack(sess, f.Ref, o, err)
	}
}

func (k *sockets) ack(sess *melody.Session, ref string, o live.Outcome, err error) {
	if err != nil && faultOf(err).Code == internal.Code {
		k.server.log.Error("a comment failed", "err", err)
	}
	a := ackOf(ref, o, err)
	a.Type = "ack"
	k.write(sess, mustMarshal(a))
}

func (k *sockets) complain(sess *melody.Session, err error) {
	f := faultOf(err)
	k.write(sess, mustMarshal(wireError{Type: "error", Code: f.Code, Message: f.Message}))
}

// Broadcast implements live.Outlet.
func (k *sockets) Broadcast(room string, v live.View, frame []byte) (taken <-chan struct{}) {
	if m := k.find(room, v); m != nil {
		taken = m.pulse.launch(frame, m.Len())
		_ = m.Broadcast(frame) // closed only when the process stops
	}
	return taken
}

// Announce implements live.Outlet.
func (k *sockets) Announce(room string, v live.View, frame []byte) {
	if m := k.find(room, v); m != nil {
		_ = m.Broadcast(frame) // as above
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
