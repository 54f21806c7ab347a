package socket

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/show"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
)

// Service is the part of the use cases that clients need. [live.Service] implements it.
type Service interface {
	// Stays and Register are called once a client is registered.
	Stays(live.Client) error
	Register(room, user, address string) (mutedUntil time.Time, err error)
	WarningsOf(room, user string) []room.Note
	ReadWarning(ctx context.Context, room, user string, id int64) error
	Join(room string, v room.View, resume live.Resume, welcome func(live.Welcome)) error
	Submit(ctx context.Context, room string, a live.Author, d comment.Draft) (live.Outcome, error)
	TakePart(ctx context.Context, room string, a live.Author, e show.Entry) (live.Part, error)
	React(room string, a live.Author, taps map[string]int)
	PartsOf(room, user string) []live.Part
	// Still, NoteHeadcount and Stats are called with every heartbeat.
	Still(room string, v room.View, fn func(room.Position)) error
	NoteHeadcount(room string, people int)
	Stats(room string) (live.Stats, error)
}

// HandlerOptions configure a handler.
type HandlerOptions struct {
	Beat        time.Duration            // between heartbeats; 10 s when zero
	StatsEvery  time.Duration            // between stats for consoles; 2 s when zero
	CheckOrigin func(*http.Request) bool // as in gorilla's Upgrader; nil: the same origin
	// Home lets the home of a cluster answer a frame of a phone; nil: this machine is
	// alone.
	Home func(ctx context.Context, room string, a live.Author, frame []byte) (answer []byte, err error)
	OBS  func(room string, f wire.ClientFrame) // receives an overlay's reports about OBS; may be nil
}

// greetingsPerCPU is how many clients are welcomed at once for each processor. A welcome
// only reads memory, so more would end no sooner; but each has a deep stack, and in a storm
// of 10,000 a third of the work was to make and to collect those.
const greetingsPerCPU = 4

// Handler serves connections as clients of a hub. It starts heartbeats with the first one;
// [Hub.Shutdown] ends them.
type Handler struct {
	hub      *Hub
	svc      Service
	opt      HandlerOptions
	upgrader *websocket.Upgrader
	begin    sync.Once
	storm    storm // of the heartbeats' goroutine
	rush     rush  // of the heartbeats' goroutine
	air      onAir
	remote   map[string]bool // rooms that had phones at other machines; for the heartbeats' goroutine
	greeting chan struct{}   // holds one element for each client that is being welcomed
	reacting chan struct{}   // holds one element for each frame of reactions on its way to the home
}

// NewHandler builds a handler.
func NewHandler(hub *Hub, svc Service, o HandlerOptions) *Handler {
	if o.Beat == 0 {
		o.Beat = 10 * time.Second
	}
	if o.StatsEvery == 0 {
		o.StatsEvery = 2 * time.Second
	}
	h := &Handler{hub: hub, svc: svc, opt: o, reacting: make(chan struct{}, reactingMost), greeting: make(chan struct{}, greetingsPerCPU*runtime.GOMAXPROCS(0)), upgrader: &websocket.Upgrader{
		// Messages are short, and longer ones bypass the buffer. gorilla writes nothing but
		// handshakes and control frames.
		ReadBufferSize: 128, WriteBufferSize: 512, WriteBufferPool: &sync.Pool{},
		Subprotocols: []string{Subprotocol}, CheckOrigin: o.CheckOrigin,
	}}
	h.setUp(hub.sessions)
	return h
}

// Arrival is a client whose rights were checked, before its handshake.
type Arrival struct {
	Client live.Client
	Author live.Author // of the audience: the author of its comments
	User   *wire.User  // of the audience: its data for hello
	Resume live.Resume
	// Addresses are the origins of other machines that serve the room, too.
	Addresses []string
	Brief     bool // it reads the brief form of frames
	Plain     bool // nothing is compressed for it, and it may not compress
}

// Acceptable reports whether [Handler.Accept] can answer the handshake: after the hijack no
// error can be reported.
func Acceptable(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	offered := websocket.Subprotocols(r)
	return err == nil && len(key) == 16 && websocket.IsWebSocketUpgrade(r) && r.Header.Get("Sec-WebSocket-Version") == "13" &&
		(len(offered) == 0 || slices.Contains(offered, Subprotocol))
}

// Accept hijacks the connection of a handshake from net/http and serves it as a client in a
// new goroutine; it calls gone when the client has ended. After an error nothing was
// hijacked, and gone is not called.
func (h *Handler) Accept(w http.ResponseWriter, r *http.Request, a Arrival, gone func()) error {
	taken, err := hijack(w)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	h.begin.Do(h.start)
	h.serve(taken, r, newClient(a, h.hub.elapsed()), gone)
	return nil
}

// TurnAway accepts a handshake, sends the reason for the refusal, and closes: a page cannot
// read the answer to a refused handshake. It takes closeTimeout at most, in which the
// client has no place, and no more than maxLingering clients wait at once.
func (h *Handler) TurnAway(w http.ResponseWriter, r *http.Request, why error) {
	conn, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer conn.Close()
	code, closeCode := closeCodeOf(why)
	deadline := time.Now().Add(h.hub.linger)
	_ = conn.SetWriteDeadline(deadline)
	if conn.WriteMessage(websocket.TextMessage, wire.Marshal(wire.Bye{Type: "bye", Code: code})) != nil ||
		conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(closeCode, code), deadline) != nil {
		return
	}
	// Closing while the client still sends resets the connection, and the answer can be
	// lost with it. We risk that only when there are so many such clients that they would
	// use up what others need.
	defer h.hub.turnedAway.Add(-1)
	if h.hub.turnedAway.Add(1) > maxLingering {
		return
	}
	conn.SetReadLimit(maxDiscarded)
	_ = conn.SetReadDeadline(deadline)
	for err == nil {
		_, _, err = conn.NextReader()
	}
}

// serve runs a hijacked connection in a new goroutine, so that net/http frees its buffers:
// with 10,000 sockets they are 80 MB. It calls gone when the client has ended.
func (h *Handler) serve(taken *hijacked, r *http.Request, c *client, gone func()) {
	m := h.group(groupKey{c.Room, c.View})
	s := taken.conn
	s.group, s.client = m, c
	s.heard.Store(int64(h.hub.elapsed()))
	s.agree(r, taken.header)
	s.hold() // until it is welcomed
	m.arrives()
	go func() {
		defer gone()
		defer m.leaves()
		defer h.hub.presence.unregister(c)
		defer m.unregister(s)
		defer s.depart()
		defer h.caught(nil)
		if err := h.hub.sessions.HandleRequestWithKeys(taken, r, nil); err != nil {
			h.hub.log.Debug("a handshake failed", "err", err)
		}
	}()
}

// group returns the clients of a view of a room.
func (h *Handler) group(key groupKey) *group {
	h.hub.mu.RLock()
	m := h.hub.groups[key]
	h.hub.mu.RUnlock()
	if m != nil {
		return m
	}
	h.hub.mu.Lock()
	defer h.hub.mu.Unlock()
	if m = h.hub.groups[key]; m == nil {
		m = newGroup(h.hub, key)
		h.hub.groups[key] = m
	}
	return m
}

// setUp sets all of a melody's options explicitly. One melody serves all rooms: a session's
// stream knows its group.
func (h *Handler) setUp(m *melody.Melody) {
	m.Upgrader = h.upgrader
	m.Config = &melody.Config{
		WriteWait: writeWait, PongWait: 60 * time.Second, PingPeriod: 25 * time.Second,
		MaxMessageSize: maxFrame, MessageBufferSize: 1,
	}
	// Welcoming takes a deep stack, and a goroutine that has grown one keeps it. In a
	// separate goroutine the stack is freed, which saves 4 KB for each socket.
	m.HandleConnect(func(sess *melody.Session) {
		h.greeting <- struct{}{}
		greeted := make(chan struct{})
		go func() {
			defer func() {
				<-h.greeting
				close(greeted)
			}()
			h.greet(sess)
		}()
		<-greeted
		_ = sess.Write(nil) // the queue is empty
	})
	// melody starts a goroutine that writes for each session, and has no way without. It
	// would wait forever, with a timer for pings, since streams write by themselves. So the
	// one message that it gets, which no client sees, ends it: this handler runs in it. Its
	// deferred calls run, and the session stays open.
	m.HandleSentMessage(func(*melody.Session, []byte) { runtime.Goexit() })
	m.HandleMessage(h.guarded(plainBeat, h.message))
	m.HandleMessageBinary(h.guarded("", func(sess *melody.Session, _ []byte) {
		h.sendError(sess, room.ErrBadFrame)
	}))
	m.HandlePong(func(sess *melody.Session) { h.control(sess) })
	// No HandleClose: with one, melody would no longer answer a client's close frame.
}
