package socket

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// The traps of melody v1.3.0, from its source. Each test here fails without the guard that
// it names.

// On a full queue melody calls the error handler, where Session.Close would call it again
// endlessly. Guard: the handler disconnects, once, and does nothing else.
func TestOnlyTheClientThatDoesNotReadIsDisconnected(t *testing.T) {
	h := newTestServer(t)
	deaf, reader := h.dialDeaf(), h.phone()
	next(t, reader, "hello")
	eventually(t, "both sockets", func() bool { return h.phones() == 2 })
	// Frames at the reader's pace, so that only the deaf client is slow.
	pad := strings.Repeat("x", 3000)
	sent := 0
	for ; h.hub.slow.Load() == 0; sent++ {
		if sent > 2000 {
			t.Fatal("a client that never reads is not cut")
		}
		h.broadcast(fmt.Appendf(nil, `{"type":"beat","n":%d,"pad":"%s"}`, sent, pad))
		if f := next(t, reader, "beat"); f["n"] != float64(sent) {
			t.Fatalf("frame %d came as %v", sent, f["n"])
		}
	}
	for range 100 {
		h.broadcast([]byte(`{"type":"beat"}`))
		next(t, reader, "beat")
	}
	eventually(t, "the end of the deaf one", func() bool { return h.phones() == 1 })
	if n := h.hub.slow.Load(); n != 1 {
		t.Errorf("%d clients were cut", n)
	}
	if sent*len(pad) > 8<<20 {
		t.Errorf("it was cut after %d MB only", sent*len(pad)>>20)
	}
	if _, err := io.Copy(io.Discard, deaf); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("its connection is still there: %v", err)
	}
}

// dialWithFullQueue serves a hub whose sessions have a full queue, and then calls then.
func (h *testServer) dialWithFullQueue(then func(*melody.Session)) *websocket.Conn {
	h.t.Helper()
	m := melody.New()
	h.handler.setUp(m)
	m.HandleConnect(func(sess *melody.Session) {
		s := streamOf(sess)
		release := blockQueue(h.t, s)
		for s.enqueue(newParcel([]byte(`{"type":"beat"}`))) {
		}
		then(sess)
		release()
	})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		taken, err := hijack(w)
		if err != nil {
			h.t.Error(err)
			return
		}
		taken.conn.client = &client{}
		_ = m.HandleRequestWithKeys(taken, r, nil)
	}))
	h.t.Cleanup(web.Close)
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(web.URL, "http"), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	return conn
}

// A full queue has no space for a bye. Guard: the reason is stored, and the disconnect that
// follows uses it.
func TestByeClosesWhenTheQueueIsFull(t *testing.T) {
	h := newTestServer(t)
	conn := h.dialWithFullQueue(func(sess *melody.Session) { h.hub.bye(sess, closeWith(wire.Bye{Code: "revoked"}, closeKey)) })
	if bye, code := ended(t, conn); bye != "revoked" || code != closeKey {
		t.Errorf("it received %q and closed with %d", bye, code)
	}
}

// A client that is too slow receives the reason if that can still be written: before its
// close frame, even while other goroutines write to it.
func TestASlowClientGetsABye(t *testing.T) {
	h := newTestServer(t)
	conn := h.dialWithFullQueue(func(sess *melody.Session) { h.hub.write(sess, []byte(`{"type":"beat"}`)) })
	if bye, code := ended(t, conn); bye != "slow" || code != closeSlow {
		t.Errorf("it received %q and closed with %d", bye, code)
	}
}

// A closed melody admits clients that were past its check, and forgets them; one that
// arrives while others get their byes gets none. Guard: no melody is ever closed, and a new
// client checks whether the server is closing.
func TestAClientArrivingDuringShutdownGetsABye(t *testing.T) {
	h := newTestServer(t)
	var once sync.Once
	done := make(chan struct{})
	h.onArrive = func() { // the phone has passed every check, but is not registered yet
		once.Do(func() {
			go func() {
				defer close(done)
				h.hub.Shutdown(context.Background(), patience) // without a deadline it waits for all clients
			}()
			eventually(t, "closing", func() bool {
				h.hub.mu.RLock()
				defer h.hub.mu.RUnlock()
				return h.hub.closing
			})
			for range 100 {
				runtime.Gosched() // shutdown has no client to notify
			}
		})
	}
	if bye, code := ended(t, h.phone()); bye != "restart" || code != websocket.CloseServiceRestart {
		t.Errorf("it received %q and closed with %d", bye, code)
	}
	select {
	case <-done:
	case <-time.After(patience):
		t.Error("somebody is still waited for")
	}
}

// Closing a melody sends a close frame without a code, and drops its list. Guard: each
// session gets its bye and is closed individually.
func TestEveryClientGetsAByeOnShutdown(t *testing.T) {
	h := newTestServer(t)
	var conns []*websocket.Conn
	for range 5 {
		conns = append(conns, h.phone())
		next(t, conns[len(conns)-1], "hello")
	}
	eventually(t, "all sockets", func() bool { return h.phones() == len(conns) })
	end, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); h.hub.Shutdown(end, patience) }()
	for i, conn := range conns {
		if bye, code := ended(t, conn); bye != "restart" || code != websocket.CloseServiceRestart {
			t.Errorf("number %d received %q and closed with %d", i, bye, code)
		}
	}
	<-done
}

// Sockets come, go and are broadcast to while the server closes.
func TestShutdownDuringEveryOtherOperation(t *testing.T) {
	h := newTestServer(t)
	for range 20 {
		h.phone()
	}
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for range 4 {
		busy.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					h.broadcast([]byte(`{"type":"beat"}`))
				}
			}
		})
		busy.Go(func() {
			for range 20 {
				if conn, err := h.dial(); err == nil {
					conn.Close()
				}
			}
		})
	}
	end, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	h.hub.Shutdown(end, patience)
	if end.Err() != nil {
		t.Error("sockets were left when time was up")
	}
	close(stop)
	busy.Wait()
}

// A panic in a handler leaves the session in melody's list, and in a separate goroutine it
// would end the process. Guard: each handler recovers from it and disconnects.
func TestPanicInAHandlerCostsOneClient(t *testing.T) {
	h := newTestServer(t)
	h.OnCheck = func(d comment.Draft) {
		if strings.Contains(d.Text, "boom") {
			panic("boom")
		}
	}
	bad, good := h.phone(), h.phone()
	next(t, bad, "hello")
	next(t, good, "hello")
	for _, text := range []string{"boom", "after"} {
		conn := map[string]*websocket.Conn{"boom": bad, "after": good}[text]
		if err := conn.WriteJSON(map[string]string{"type": "send", "text": text}); err != nil {
			t.Fatal(err)
		}
	}
	if _, code := ended(t, bad); code != websocket.CloseInternalServerErr {
		t.Errorf("closed with %d", code)
	}
	if a := next(t, good, "ack"); a["outcome"] != "shown" {
		t.Errorf("the other got %v", a)
	}
	eventually(t, "the end of the bad one", func() bool { return h.phones() == 1 })
}

func TestPanicWhileGreetingCostsOneClient(t *testing.T) {
	h := newTestServer(t)
	boom := func() { panic("boom") }
	h.OnList.Store(&boom)
	if _, code := ended(t, h.phone()); code != websocket.CloseInternalServerErr {
		t.Errorf("closed with %d", code)
	}
	h.OnList.Store(nil)
	next(t, h.phone(), "hello")
	eventually(t, "the end of the first", func() bool { return h.phones() == 1 })
}

// BroadcastMultiple stops at the first closed session. Guard: a walk over sessions
// continues past it.
func TestEvictGoesOnPastAClosedSession(t *testing.T) {
	h := newTestServer(t)
	block := make(chan struct{})
	release := sync.OnceFunc(func() { close(block) })
	defer release()
	h.OnCheck = func(comment.Draft) { <-block }
	var open []*websocket.Conn
	const each = 5
	for range each {
		conn, gone := h.phone(), h.phone()
		next(t, conn, "hello")
		next(t, gone, "hello")
		open = append(open, conn)
		// A client whose handler is running stays in the list after its socket has closed.
		if err := gone.WriteJSON(map[string]string{"type": "send", "text": "the last"}); err != nil {
			t.Fatal(err)
		}
		gone.Close()
	}
	eventually(t, "closed sessions in the list", func() bool {
		h.hub.Announce("live", room.ViewAudience, []byte(`{"type":"beat"}`))
		closed := 0
		h.hub.each(func(sess *melody.Session) {
			s := streamOf(sess)
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.closed {
				closed++
			}
		})
		return closed == each
	})
	h.hub.Evict(func(live.Client) error { return room.ErrExpired })
	for i, conn := range open {
		if bye, code := ended(t, conn); bye != "revoked" || code != closeKey {
			t.Errorf("number %d received %q and closed with %d", i, bye, code)
		}
	}
	release()
	eventually(t, "an empty list", func() bool { return h.phones() == 0 })
}

// With a HandleClose melody no longer answers a client's close frame. Guard: there is none.
func TestCloseIsAnswered(t *testing.T) {
	h := newTestServer(t)
	conn := h.phone()
	next(t, conn, "hello")
	if err := conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, code := ended(t, conn); code != websocket.CloseNormalClosure {
		t.Errorf("answered with %d", code)
	}
}
