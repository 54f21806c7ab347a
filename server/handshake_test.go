package server

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/websocket"

	"danmaku/room"
)

// melody accepts every Origin. Guard: our check runs before the hijack, when a browser's
// tools still show the answer, and in the upgrader.
func TestForeignOriginIsRefusedBeforeTheHijack(t *testing.T) {
	h := newTestServer(t)
	for origin, want := range map[string]int{
		"https://elsewhere.example": http.StatusForbidden, "null": http.StatusForbidden, "http://" + h.base + ".elsewhere.example": http.StatusForbidden,
		"http://" + h.base: http.StatusSwitchingProtocols, "": http.StatusSwitchingProtocols,
	} {
		head := http.Header{}
		if origin != "" {
			head.Set("Origin", origin)
		}
		conn, resp, err := (&websocket.Dialer{HandshakeTimeout: patience}).Dial("ws://"+h.base+"/api/rooms/live/socket?role=audience", head)
		if conn != nil {
			conn.Close()
		}
		if resp == nil || resp.StatusCode != want {
			t.Errorf("origin %q: %v, %v; want %d", origin, resp, err, want)
		}
		r := httptest.NewRequest(http.MethodGet, "http://"+h.base+"/api/rooms/live/socket", nil)
		r.Header = head.Clone()
		for name, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-Websocket-Version": "13", "Sec-Websocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
		} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder() // its connection cannot be hijacked
		h.sockets.TurnAway(w, r, room.ErrBusy)
		if refused := w.Code == http.StatusForbidden; refused != (want == http.StatusForbidden) {
			t.Errorf("origin %q: the upgrader answers %d", origin, w.Code)
		}
	}
}
