package server

import (
	"context"
	"errors"
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
	cutters  sync.WaitGroup // closing what will not read
	handlers sync.WaitGroup // requests that hold a socket
	stop     context.CancelFunc
	beats    sync.WaitGroup

	mu      sync.RWMutex
	closing bool
	hubs    map[hubKey]*melody.Melody
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
		server: s, hubs: map[hubKey]*melody.Melody{}, byAddr: map[string]int{},
		upgrader: &websocket.Upgrader{
			ReadBufferSize: 512, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{},
			Subprotocols: []string{Subprotocol}, CheckOrigin: s.sameOrigin,
		},
	}
}

// seat is what a session carries.
type seat struct {
	live.Seat
	author live.Author
	addr   string // keyed hash of the masked address
	heard  atomic.Int64
	frames bucket // of text frames; used by the reading goroutine alone
	pings  bucket // of control frames; used by the reading goroutine alone
	cut    sync.Once
	ended  atomic.Bool   // it is being cut: what it still sends is read and dropped
	gone   chan struct{} // closed when the socket is no more
}

// bucket counts what a client may send without being a flood. It is not a
// limit on comments: that is ratelimit's.
type bucket struct {
	rate, burst float64
	tokens      float64
	at          time.Time
}

func (b *bucket) take(now time.Time) bool {
	b.tokens = min(b.burst, b.tokens+now.Sub(b.at).Seconds()*b.rate)
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
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
	if !slices.Contains(live.Views, view) || !offersOurs(r) || !websocket.IsWebSocketUpgrade(r) {
		return comment.ErrBadFrame
	}
	if !s.sockets.enter(s.opt.MaxSockets) {
		return comment.ErrBusy
	}
	defer s.sockets.leave()
	if setup.Archived {
		return s.turnAway(c, comment.ErrRoomClosed)
	}
	st, user, err := s.seat(c, room, view)
	if err != nil {
		return s.turnAway(c, err)
	}
	if !s.sockets.sit(st.addr, s.opt.MaxPerAddress) {
		return s.turnAway(c, comment.ErrBusy)
	}
	defer s.sockets.rise(st.addr)
	var since *comment.Position
	if p, ok := comment.ParsePosition(c.QueryParam("since")); ok {
		since = &p
	}
	return s.sockets.serve(c, st, user, since)
}

// offersOurs is true when the client offers our subprotocol, or none.
func offersOurs(r *http.Request) bool {
	offered := websocket.Subprotocols(r)
	return len(offered) == 0 || slices.Contains(offered, Subprotocol)
}

// seat establishes who sits down, and what an audience member is told of
// himself.
func (s *Server) seat(c echo.Context, room string, view live.View) (*seat, *wireUser, error) {
	addr := s.hall.Keys().Address(s.address(c))
	now := s.now()
	st := &seat{
		Seat: live.Seat{Room: room, View: view, Address: addr}, addr: addr, gone: make(chan struct{}),
		frames: bucket{rate: frameRate, burst: 2 * frameRate, tokens: 2 * frameRate, at: now},
		pings:  bucket{rate: controlRate, burst: 4 * controlRate, tokens: 4 * controlRate, at: now},
	}
	st.heard.Store(now.UnixNano())
	if view != live.ViewAudience {
		l, err := s.watcher(c, view)
		if err != nil {
			return nil, nil, err
		}
		if !l.Allows(room, view) {
			return nil, nil, comment.ErrNotAllowed
		}
		st.Link = l.ID
		return st, nil, nil
	}
	id, ok := s.audience(c.Request())
	var token string
	if !ok { // cookies are blocked: the page brings the token back by itself
		if id, ok = s.readIdentity(c.QueryParam("token")); !ok {
			id = newIdentity(now)
		}
		token = s.identityToken(id)
	}
	st.User = s.hall.Keys().Pseudonym(room, id.id)
	st.author = live.Author{Role: comment.Audience, User: st.User, Address: addr, Identity: id.made}
	muted, err := s.hall.Sit(room, st.User, addr)
	if err != nil {
		return nil, nil, err
	}
	wait := s.hall.Wait(room, st.User)
	return st, &wireUser{ID: st.User, WaitMS: wait.Milliseconds(), Muted: mutedMS(muted), Token: token}, nil
}

// watcher gives the link an overlay or a console came with.
func (s *Server) watcher(c echo.Context, view live.View) (live.Link, error) {
	if key := c.QueryParam("key"); key != "" {
		return s.hall.Open(c.Request().Context(), key)
	}
	if view == live.ViewConsole {
		return s.link(c.Request())
	}
	return live.Link{}, errNoKey
}

// byes maps why a socket is closed to the word and the close code.
func byeOf(err error) (code string, closeCode int) {
	switch {
	case errors.Is(err, comment.ErrExpired):
		return "revoked", closeKey
	case errors.Is(err, comment.ErrBanned):
		return "banned", closeBanned
	case errors.Is(err, comment.ErrBusy):
		return "full", websocket.CloseTryAgainLater
	case errors.Is(err, comment.ErrRoomClosed):
		return "closed", websocket.CloseNormalClosure
	}
	return "not_allowed", closeKey
}

// turnAway upgrades, says why, and closes: a page cannot read a refused
// handshake.
func (s *Server) turnAway(c echo.Context, why error) error {
	conn, err := s.sockets.upgrader.Upgrade(c.Response(), c.Request(), nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	defer conn.Close()
	code, closeCode := byeOf(why)
	deadline := time.Now().Add(closeTimeout)
	_ = conn.SetWriteDeadline(deadline)
	if conn.WriteMessage(websocket.TextMessage, mustMarshal(wireBye{Type: "bye", Code: code})) == nil {
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(closeCode, code), deadline)
	}
	return nil
}

// enter counts a socket in, unless the process is full or closing.
func (k *sockets) enter(limit int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing || limit > 0 && k.total.Load() >= int64(limit) {
		return false
	}
	k.total.Add(1)
	k.handlers.Add(1)
	return true
}

func (k *sockets) leave() {
	k.total.Add(-1)
	k.handlers.Done()
}

// sit counts a socket of an address, unless it has too many.
func (k *sockets) sit(addr string, limit int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if limit > 0 && k.byAddr[addr] >= limit {
		return false
	}
	k.byAddr[addr]++
	return true
}

func (k *sockets) rise(addr string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byAddr[addr]--; k.byAddr[addr] <= 0 {
		delete(k.byAddr, addr)
	}
}

// hub gives the melody of a view of a room.
func (k *sockets) hub(key hubKey) *melody.Melody {
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
func (k *sockets) newHub() *melody.Melody {
	m := melody.New()
	m.Upgrader = k.upgrader
	m.Config = &melody.Config{
		WriteWait: 10 * time.Second, PongWait: 60 * time.Second, PingPeriod: 25 * time.Second,
		MaxMessageSize: maxFrame, MessageBufferSize: queueLen,
	}
	m.HandleConnect(k.connected)
	m.HandleMessage(k.guarded(k.message))
	m.HandleMessageBinary(k.guarded(func(sess *melody.Session, _ []byte) {
		k.complain(sess, comment.ErrBadFrame)
	}))
	m.HandlePong(func(sess *melody.Session) { k.control(sess) })
	// The handler runs in whoever writes, often under melody's lock: it must do
	// nothing but cut. Session.Close here would call it again without end.
	m.HandleError(func(sess *melody.Session, err error) {
		if errors.Is(err, melody.ErrMessageBufferFull) {
			k.cut(sess, "slow", closeSlow)
		}
	})
	return m
}

// arrival is what connected needs of a request.
type arrival struct {
	*seat
	user  *wireUser
	since *comment.Position
	ctx   context.Context
}

// serve upgrades and stays until the socket closes.
func (k *sockets) serve(c echo.Context, st *seat, user *wireUser, since *comment.Position) error {
	defer close(st.gone)
	defer k.people.rise(st)
	keys := map[string]any{"arrival": arrival{seat: st, user: user, since: since, ctx: c.Request().Context()}}
	err := k.hub(hubKey{st.Room, st.View}).HandleRequestWithKeys(c.Response(), c.Request(), keys)
	if errors.Is(err, melody.ErrClosed) {
		return comment.ErrBusy
	}
	return nil // a failed handshake has been answered by the upgrader
}

func seatOf(sess *melody.Session) *seat {
	v, _ := sess.Get("arrival")
	return v.(arrival).seat
}

// connected greets: the session is registered already, so no frame is missed.
func (k *sockets) connected(sess *melody.Session) {
	v, _ := sess.Get("arrival")
	a := v.(arrival)
	conn := sess.WebsocketConnection()
	conn.SetPingHandler(func(data string) error {
		if !k.control(sess) {
			return nil
		}
		// A pong that cannot be written is the writing side's to notice.
		_ = conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(closeTimeout))
		return nil
	})
	k.people.sit(a.seat, sess)
	// A ban of this very moment has either found the socket, or is found here.
	if _, err := k.server.hall.Sit(a.Room, a.User, a.Address); err != nil && a.View == live.ViewAudience {
		code, closeCode := byeOf(err)
		k.bye(sess, wireBye{Code: code}, closeCode)
		return
	}
	err := k.server.hall.Join(a.ctx, a.Room, a.View, a.since, func(w live.Welcome) {
		k.write(sess, helloFrame(w, a.View, a.user, k.server.now()))
		if w.Resumed {
			k.write(sess, Encoder{}.Frame(w.End, w.Missed))
		}
	})
	if err != nil {
		k.server.log.Error("a client could not join", "room", a.Room, "view", a.View, "err", err)
		k.cut(sess, "full", websocket.CloseTryAgainLater)
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
	k.cut(sess, "flooding", websocket.ClosePolicyViolation)
	return false
}

// cut ends a connection from the outside, once, without waiting for its queue.
// For a moment it is still read, since closing over unread bytes would reset
// the connection and the client would never see the close code.
func (k *sockets) cut(sess *melody.Session, reason string, code int) {
	st := seatOf(sess)
	st.cut.Do(func() {
		st.ended.Store(true)
		k.cutters.Go(func() {
			conn := sess.WebsocketConnection()
			_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(closeTimeout))
			patience := time.NewTimer(closeTimeout)
			defer patience.Stop()
			select {
			case <-st.gone:
			case <-patience.C:
			}
			_ = conn.NetConn().Close()
		})
	})
}

// bye tells a client why, and closes when it has been told.
func (k *sockets) bye(sess *melody.Session, b wireBye, code int) {
	b.Type = "bye"
	k.write(sess, mustMarshal(b))
	_ = sess.CloseWithMsg(melody.FormatCloseMessage(code, b.Code))
}

// guarded keeps a panic in a handler from leaking the session or ending the
// process: it is logged, and the client is cut.
func (k *sockets) guarded(handle func(*melody.Session, []byte)) func(*melody.Session, []byte) {
	return func(sess *melody.Session, msg []byte) {
		defer func() {
			if p := recover(); p != nil {
				k.server.log.Error("a message handler failed", "panic", p)
				k.cut(sess, "internal", websocket.CloseInternalServerErr)
			}
		}()
		st := seatOf(sess)
		if st.ended.Load() {
			return
		}
		st.heard.Store(k.server.now().UnixNano())
		if !st.frames.take(time.Now()) {
			k.cut(sess, "flooding", websocket.ClosePolicyViolation)
			return
		}
		handle(sess, msg)
	}
}

// message answers one text frame.
func (k *sockets) message(sess *melody.Session, msg []byte) {
	if !utf8.Valid(msg) {
		k.cut(sess, "not UTF-8", websocket.CloseInvalidFramePayloadData)
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
	case f.Type == "obs" && st.View == live.ViewOverlay:
		k.server.log.Info("OBS tells", "room", st.Room, "event", f.Event)
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
func (k *sockets) Broadcast(room string, v live.View, frame []byte) {
	k.mu.RLock()
	m := k.hubs[hubKey{room, v}]
	k.mu.RUnlock()
	if m != nil {
		_ = m.Broadcast(frame) // closed only when the process stops
	}
}

// Count implements live.Outlet.
func (k *sockets) Count(room string, v live.View) int {
	k.mu.RLock()
	m := k.hubs[hubKey{room, v}]
	k.mu.RUnlock()
	if m == nil {
		return 0
	}
	return m.Len()
}

// Evict implements live.Outlet.
func (k *sockets) Evict(why func(live.Seat) error) {
	k.each(func(_ hubKey, sess *melody.Session) {
		if err := why(seatOf(sess).Seat); err != nil {
			code, closeCode := byeOf(err)
			k.bye(sess, wireBye{Code: code}, closeCode)
		}
	})
}

// each calls fn for every session.
func (k *sockets) each(fn func(hubKey, *melody.Session)) {
	k.mu.RLock()
	hubs := make(map[hubKey]*melody.Melody, len(k.hubs))
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
