package socket

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/server/wire"
)

// onlyStream returns the only socket of the audience.
func (h *testServer) onlyStream() *stream {
	h.t.Helper()
	m := h.handler.group(groupKey{"live", room.ViewAudience})
	eventually(h.t, "its place", func() bool { return len(m.list()) == 1 }) // it registers right after its hello
	return m.list()[0]
}

// onlySession returns its session.
func (h *testServer) onlySession() (one *melody.Session) {
	h.hub.each(func(sess *melody.Session) { one = sess })
	return one
}

// A frame takes no goroutine when its client reads.
func TestFramesNeedNoGoroutine(t *testing.T) {
	h := newTestServer(t)
	conn := h.phone()
	next(t, conn, "hello")
	only := h.onlyStream() // otherwise the first frame would reach no member
	eventually(t, "the end of the hello's writer, after its last byte", func() bool { return only.queued.Load() == 0 })
	for n := range 3 * queueLen {
		h.hub.Announce("live", room.ViewAudience, fmt.Appendf(nil, `{"type":"beat","n":%d}`, n))
		if waiting := only.queued.Load(); waiting != 0 {
			t.Fatalf("frame %d waits", n)
		}
		if f := next(t, conn, "beat"); f["n"] != float64(n) {
			t.Fatalf("frame %d came as %v", n, f["n"])
		}
	}
}

// melody starts a writing goroutine for each session, and one message ends it.
func TestASocketHasOneGoroutine(t *testing.T) {
	h := newTestServer(t)
	next(t, h.phone(), "hello") // after this, heartbeats and everything else that one socket starts
	stacks := func() string {
		b := make([]byte, 1<<20)
		return string(b[:runtime.Stack(b, true)])
	}
	for range 20 {
		next(t, h.phone(), "hello")
	}
	eventually(t, "21 goroutines that read, and none that writes", func() bool { // a hello may arrive before its reader begins
		now := stacks()
		return !strings.Contains(now, "writePump") && strings.Count(now, "readPump") == 21
	})
}

// slowService delays welcomes.
type slowService struct {
	Service
	stays func()
}

func (s slowService) Stays(c live.Client) error {
	s.stays()
	return s.Service.Stays(c)
}

// However many arrive at once, a few are welcomed at a time, and finally all.
func TestFewClientsAreWelcomedAtOnce(t *testing.T) {
	h := newTestServer(t)
	most := cap(h.handler.greeting)
	var now, came atomic.Int64
	goOn := make(chan struct{})
	h.handler.svc = slowService{h.handler.svc, func() {
		came.Add(1)
		if n := now.Add(1); n > int64(most) {
			t.Errorf("%d are greeted at once", n)
		}
		<-goOn
		now.Add(-1)
	}}
	var conns []*websocket.Conn
	for range 3 * most {
		conns = append(conns, h.phone())
	}
	eventually(t, "as many as may be", func() bool { return came.Load() == int64(most) })
	close(goOn)
	for _, conn := range conns {
		next(t, conn, "hello")
	}
}

// Broadcasts, answers and pongs arrive complete and in order at a client that sometimes
// stops reading, so that some bypass the queue, some pass through it, and some do both.
func TestFramesKeepTheirOrderPastTheQueue(t *testing.T) {
	h := newTestServer(t)
	conn := h.phone()
	next(t, conn, "hello")
	s := h.onlyStream()
	sent, came, answers := 0, 0, 0
	announce := func() { // its bytes are those that control frames begin with
		pad := strings.Repeat("\u0088\u0089", rand.IntN(5<<10))
		h.hub.Announce("live", room.ViewAudience, fmt.Appendf(nil, `{"type":"beat","n":%d,"pad":"%s"}`, sent, pad))
		sent++
	}
	readTo := func(frames, asked int) {
		t.Helper()
		for came < frames || answers < asked {
			_, b, err := conn.ReadMessage()
			if err != nil {
				t.Fatalf("after %d frames and %d answers: %v", came, answers, err)
			}
			var f struct {
				Type string
				N    int
			}
			if err := json.Unmarshal(b, &f); err != nil {
				t.Fatalf("%.40q: %v", b, err)
			}
			switch f.Type {
			case "error":
				answers++
			case "beat":
				if f.N != came {
					t.Fatalf("frame %d came as number %d", f.N, came)
				}
				came++
			}
		}
	}
	const rounds, asked, pings = 8, 2 * frameRate / 8, 4 * controlRate / 8 // not a flood in total
	for round := range rounds {
		for s.queued.Load() == 0 { // until the kernel accepts no more
			announce()
		}
		for range queueLen / 4 {
			announce()
		}
		for range asked {
			if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"what"}`)); err != nil {
				t.Fatal(err)
			}
		}
		readTo(sent, asked*(round+1))
		eventually(t, "an empty queue", func() bool { return s.queued.Load() == 0 })
		// Pongs are written by another goroutine than frames that bypass the queue.
		for range pings {
			if err := conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
			for range 4 {
				announce()
			}
			readTo(sent, 0)
		}
	}
}

// Nothing follows a bye, even before its close frame.
func TestNoFrameFollowsABye(t *testing.T) {
	h := newTestServer(t)
	conn := h.phone()
	next(t, conn, "hello")
	release := blockQueue(t, h.onlyStream())
	h.hub.bye(h.onlySession(), closeWith(wire.Bye{Code: "revoked"}, closeKey))
	h.hub.Announce("live", room.ViewAudience, []byte(`{"type":"beat"}`))
	release()
	next(t, conn, "bye")
	if _, b, err := conn.ReadMessage(); err == nil {
		t.Errorf("after the bye came %s", b)
	}
}

// After a bye the server reads and drops what the client sends until it closes: closing
// over unread bytes would reset the connection, and the bye could be lost with it.
func TestByeClosesWithNoUnreadData(t *testing.T) {
	h := newTestServer(t)
	h.hub.linger = patience
	busy, release := make(chan struct{}), make(chan struct{})
	var checked atomic.Int64
	h.OnCheck = func(comment.Draft) {
		if checked.Add(1) == 1 {
			close(busy)
		}
		<-release
	}
	conn := h.phone()
	next(t, conn, "hello")
	send := func(text string) {
		t.Helper()
		if err := conn.WriteJSON(map[string]string{"type": "send", "text": text}); err != nil {
			t.Fatal(err)
		}
	}
	send("while it is being read, nothing else is")
	<-busy
	for range 5 {
		send("in nobody's hands yet")
	}
	s := h.onlyStream()
	h.hub.Evict(func(live.Client) error { return room.ErrBanned })
	next(t, conn, "bye")
	conn.SetCloseHandler(func(int, string) error { return nil }) // a write would remove the reset from the socket
	if _, code := ended(t, conn); code != closeBanned {
		t.Errorf("closed with %d", code)
	}
	eventually(t, "a connection that is read on", s.client.disconnected.Load)
	close(release)
	if err := conn.NetConn().(*net.TCPConn).CloseWrite(); err != nil {
		t.Errorf("the connection is gone: %v", err)
	}
	if _, err := io.Copy(io.Discard, conn.NetConn()); err != nil {
		t.Errorf("the connection ended with %v", err)
	}
	if n := checked.Load(); n != 1 {
		t.Errorf("%d comments were taken after the bye", n-1)
	}
}

// After a bye a client gets no further frame that would fill its queue and so disconnect
// it; it is disconnected if it has not left between two heartbeats.
func TestByeTimesOut(t *testing.T) {
	h := newTestServer(t)
	h.hub.linger = patience
	conn := h.phone()
	next(t, conn, "hello")
	s := h.onlyStream()
	release := blockQueue(t, s)
	s.heard.Store(time.Now().Add(time.Hour).UnixNano()) // it is not silent
	h.hub.bye(h.onlySession(), closeWith(wire.Bye{Code: "revoked"}, closeKey))
	for range 2 {
		h.handler.beat()
	}
	if !s.client.disconnected.Load() {
		t.Error("it is not cut")
	}
	release()
	if bye, code := ended(t, conn); bye != "revoked" || code != closeKey {
		t.Errorf("it received %q and closed with %d", bye, code)
	}
}

// A client that is being disconnected may have missed a frame. A later frame would hide the
// gap, and the client would continue from there.
func TestNoFrameFollowsAMissedOne(t *testing.T) {
	h := newTestServer(t)
	conn := h.phone()
	next(t, conn, "hello")
	ended := &h.onlyStream().silent
	for n, disconnectStream := range []bool{false, true, false} {
		ended.Store(disconnectStream)
		h.hub.Announce("live", room.ViewAudience, fmt.Appendf(nil, `{"type":"beat","n":%d}`, n))
	}
	for _, n := range []float64{0, 2} {
		if f := next(t, conn, "beat"); f["n"] != n {
			t.Errorf("frame %v came, want %v", f["n"], n)
		}
	}
}

// In any order of joining and leaving, the list has each present client once, and a walk
// over it sees the clients that were present when it began.
func TestMembersComeAndGo(t *testing.T) {
	var h group
	there := map[*stream]bool{}
	check := func(list []*stream, want map[*stream]bool) {
		t.Helper()
		got := map[*stream]bool{}
		for _, m := range list {
			got[m] = true
		}
		if len(list) != len(want) || len(got) != len(want) {
			t.Fatalf("the list has %d rows and %d clients, want %d", len(list), len(got), len(want))
		}
		for st := range want {
			if !got[st] {
				t.Fatal("somebody is not in the list")
			}
		}
	}
	for range 2000 {
		var walk []*stream
		var seen []*stream
		if rand.IntN(3) == 0 {
			walk = h.list()
			seen = slices.Clone(walk)
		}
		for range rand.IntN(4) {
			if st := anyOf(there); st != nil && rand.IntN(2) == 0 {
				h.unregister(st)
				delete(there, st)
			} else {
				st := &stream{place: -1}
				h.register(st)
				there[st] = true
			}
		}
		if !slices.Equal(walk, seen) {
			t.Fatal("a walk's list has changed")
		}
		check(h.list(), there)
	}
	h.unregister(&stream{place: -1}) // one that was never welcomed
	check(h.list(), there)
}

func anyOf(set map[*stream]bool) *stream {
	for st := range set {
		return st
	}
	return nil
}
