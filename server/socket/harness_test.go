package socket

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"danmaku/live"
	"danmaku/live/fanout"
	"danmaku/room"
	"danmaku/server/servertest"
	"danmaku/server/wire"

	"github.com/gorilla/websocket"
)

// patience is how long a test waits for something that must happen.
const patience = servertest.Patience

var (
	next       = servertest.Next
	ended      = servertest.Ended
	eventually = servertest.Eventually
)

// testServer is a hub and its handler on a real listener, over a fixture.
type testServer struct {
	servertest.Fixture
	t       testing.TB
	base    string // host:port
	hub     *Hub
	handler *Handler

	onArrive func() // called while a client's rights are checked
}

func newTestServer(t testing.TB) *testServer {
	t.Helper()
	h := &testServer{t: t}
	h.hub = NewHub(Options{Now: h.Now, Elapsed: h.Elapsed})
	h.Open(t, h.hub)
	// The test sends heartbeats itself: on a busy machine a client that a test does not
	// read for a while would be silent.
	h.handler = NewHandler(h.hub, h.Service, HandlerOptions{Beat: time.Hour})
	web := httptest.NewUnstartedServer(http.HandlerFunc(h.socket))
	web.Start()
	h.base = strings.TrimPrefix(web.URL, "http://")
	t.Cleanup(func() {
		end, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if !h.hub.Shutdown(end, patience) {
			t.Errorf("%d sockets are left", h.hub.Len())
		}
		web.Close()
		if err := h.Close(end); err != nil {
			t.Errorf("end: %v", err)
		}
	})
	return h
}

// socket is the route. Every phone is a different person.
func (h *testServer) socket(w http.ResponseWriter, r *http.Request) {
	if !h.hub.Reserve(0) {
		http.Error(w, "closing", http.StatusServiceUnavailable)
		return
	}
	view := room.View(r.URL.Query().Get("role"))
	a := Arrival{Client: live.Client{Room: "live", View: view, Address: "home"}}
	if view == room.ViewAudience {
		a.Client.User = rand.Text()
		a.Author = live.Author{Role: room.Audience, User: a.Client.User}
		a.User = &wire.User{ID: a.Client.User}
	}
	if h.onArrive != nil {
		h.onArrive()
	}
	if p, ok := room.ParsePosition(r.URL.Query().Get("since")); ok {
		a.Resume = h.Service.Resume(r.Context(), "live", view, "home", p)
	}
	if err := h.handler.Accept(w, r, a, h.hub.Release); err != nil {
		h.hub.Release()
		h.t.Error(err)
	}
}

// phone opens a socket of the audience.
func (h *testServer) phone() *websocket.Conn {
	h.t.Helper()
	conn, err := h.dial()
	if err != nil {
		h.t.Fatal(err)
	}
	return conn
}

func (h *testServer) dial() (*websocket.Conn, error) {
	return servertest.Dial(h.t, h.base, "role=audience")
}

// dialDeaf opens a socket that reads its hello's first byte and no more.
func (h *testServer) dialDeaf() net.Conn { return servertest.Deaf(h.t, h.base) }

func (h *testServer) phones() int { return h.hub.Count("live", room.ViewAudience) }

// broadcast sends a frame to the phones as a room does.
func (h *testServer) broadcast(frame []byte) {
	h.hub.Recipients("live", room.ViewAudience).Send(fanout.Frame{Full: frame, Brief: frame})
}
