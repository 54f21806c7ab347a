package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/live/fanout"
	"danmaku/metrics"
	"danmaku/room"
	"danmaku/server/servertest"
	"danmaku/server/socket"
)

// patience is how long a test waits for something that must happen.
const patience = servertest.Patience

var (
	next       = servertest.Next
	ended      = servertest.Ended
	eventually = servertest.Eventually
)

// testServer is a server over a fixture.
type testServer struct {
	*Server
	servertest.Fixture
	t    testing.TB
	base string // host:port
}

var readPages = sync.OnceValues(func() (*Pages, error) { return ReadPages(os.DirFS("../assets")) })

func realPages(t testing.TB) *Pages {
	t.Helper()
	p, err := readPages()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newTestServer(t testing.TB) *testServer {
	t.Helper()
	return newTestServerWith(t, func(*Options) {})
}

// newTestServerWith returns a house with changed options.
func newTestServerWith(t testing.TB, change func(*Options)) *testServer {
	t.Helper()
	return newMeasuredServer(t, nil, change)
}

// newMeasuredServer returns a house whose work is measured.
func newMeasuredServer(t testing.TB, m *metrics.Metrics, change func(*Options)) *testServer {
	t.Helper()
	h := &testServer{t: t}
	h.Timings = m.Timings()
	h.Commits, h.Lag = m.Journal()
	log := slog.New(slog.DiscardHandler)
	hub := socket.NewHub(socket.Options{Log: log, Now: h.Now, Elapsed: h.Elapsed})
	h.Open(t, hub)
	// The test sends heartbeats itself: on a busy machine a client that a test does not
	// read for a while would be silent.
	opt := Options{Service: h.Service, Hub: hub, Pages: realPages(t), Log: log, Now: h.Now, Beat: time.Hour}
	change(&opt)
	srv, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	srv.flush, srv.tear = patience, patience // a busy machine is not a fault of the test
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.Server, h.base = srv, l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		end, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := errors.Join(srv.Shutdown(end), <-served, h.Fixture.Close(end)); err != nil {
			t.Errorf("end: %v", err)
		}
		if n := srv.hub.Len(); n != 0 {
			t.Errorf("%d sockets are left", n)
		}
	})
	return h
}

// phone opens a socket of the audience.
func (s *testServer) phone() *websocket.Conn {
	s.t.Helper()
	conn, err := s.dial()
	if err != nil {
		s.t.Fatal(err)
	}
	return conn
}

func (s *testServer) dial() (*websocket.Conn, error) {
	return servertest.Dial(s.t, s.base, "role=audience")
}

// dialDeaf opens a socket that reads its hello's first byte and no more.
func (s *testServer) dialDeaf() net.Conn { return servertest.Deaf(s.t, s.base) }

func (s *testServer) phones() int { return s.hub.Count("live", room.ViewAudience) }

// broadcast sends a frame to the phones as a room does.
func (s *testServer) broadcast(frame []byte) {
	s.hub.Recipients("live", room.ViewAudience).Send(fanout.Frame{Full: frame, Brief: frame})
}

// overlay opens a socket of an overlay.
func (s *testServer) overlay() *websocket.Conn {
	s.t.Helper()
	key, err := s.Service.ScreenKey("live", room.Overlay)
	if err != nil {
		s.t.Fatal(err)
	}
	conn, err := servertest.Dial(s.t, s.base, "role=overlay&key="+key)
	if err != nil {
		s.t.Fatal(err)
	}
	return conn
}

// publishComment writes comment n to the log.
func (s *testServer) publishComment(n int) {
	s.t.Helper()
	if err := s.Append(s.t.Context(), n, fmt.Sprintf("%d %s", n, strings.Repeat("x", 100))); err != nil {
		s.t.Fatal(err)
	}
}
