package socket

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"danmaku/room"

	"github.com/gorilla/websocket"
)

// A client that is turned away is read until it has left, so that its bye arrives; when
// there are very many, the next is closed at once.
func TestTurnedAwayClientsAreReadOnUpToABound(t *testing.T) {
	h := newTestServer(t)
	h.hub.linger = time.Hour
	done := make(chan struct{})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.handler.TurnAway(w, r, room.ErrBusy)
		done <- struct{}{}
	}))
	defer web.Close()
	dial := func() *websocket.Conn {
		t.Helper()
		d := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{Subprotocol}}
		conn, _, err := d.Dial("ws"+strings.TrimPrefix(web.URL, "http"), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		next(t, conn, "bye")
		return conn
	}
	ends := func(what string) {
		t.Helper()
		select {
		case <-done:
		case <-time.After(patience):
			t.Fatalf("%s holds its request", what)
		}
	}
	first := dial()
	eventually(t, "a client that is read on", func() bool { return h.hub.turnedAway.Load() == 1 })
	h.hub.turnedAway.Add(maxLingering - 1)
	dial()
	ends("one above the bound")
	first.Close()
	ends("one that has left")
	if n := h.hub.turnedAway.Add(1 - maxLingering); n != 0 {
		t.Errorf("%d are still counted", n)
	}
}
