package socket

import (
	"encoding/json"
	"testing"

	"danmaku/room"
	"danmaku/server/servertest"

	"github.com/gorilla/websocket"
)

// Phones learn from hello whether an overlay draws, and are notified when that changes, and
// only then.
func TestPhonesAreToldWhetherTheRoomIsOnAir(t *testing.T) {
	h := newTestServer(t)
	// report sends an overlay's heartbeat, and waits until it has been read.
	report := func(conn *websocket.Conn, beat string) {
		t.Helper()
		for _, f := range []string{beat, `{"type":"nothing"}`} {
			if err := conn.WriteMessage(websocket.TextMessage, []byte(f)); err != nil {
				t.Fatal(err)
			}
		}
		next(t, conn, "error")
	}
	state := func(f map[string]any, want string, shown any) {
		t.Helper()
		if f["state"] != want || f["shown_ms"] != shown {
			t.Errorf("a phone receives %v, want %s and %v", f, want, shown)
		}
	}
	greeted := func(conn *websocket.Conn) map[string]any {
		t.Helper()
		air, _ := next(t, conn, "hello")["on_air"].(map[string]any)
		return air
	}
	// look returns a phone's next frame after a check: one about overlays, or the mark.
	look := func(conn *websocket.Conn) map[string]any {
		t.Helper()
		h.handler.broadcastOnAir()
		h.broadcast([]byte(`{"type":"mark"}`))
		for {
			_, msg, err := conn.ReadMessage()
			if err != nil {
				t.Fatal(err)
			}
			var f map[string]any
			if err := json.Unmarshal(msg, &f); err != nil {
				t.Fatal(err)
			}
			if f["type"] == "mark" {
				return nil
			}
			if f["type"] == "on_air" {
				return f
			}
		}
	}

	phone := h.phone()
	state(greeted(phone), "none", nil)
	if f := look(phone); f != nil {
		t.Errorf("nothing has changed, and a phone receives %v", f)
	}
	overlay, err := servertest.Dial(t, h.base, "role=overlay")
	if err != nil {
		t.Fatal(err)
	}
	if air := next(t, overlay, "hello")["on_air"]; air != nil {
		t.Errorf("an overlay receives %v", air)
	}
	report(overlay, `{"type":"beat","visible":true,"shown_ms":240}`)
	state(look(phone), "on", 240.0)
	for _, step := range []struct {
		beat, state string
		shown       any
	}{
		{`{"type":"beat","visible":true,"shown_ms":700}`, "", nil}, // too small a change to report
		{`{"type":"beat","visible":true,"shown_ms":740}`, "on", 740.0},
		{`{"type":"beat","visible":false}`, "hidden", nil},
		{`{"type":"beat","visible":true,"frame_ms":4000}`, "", nil}, // a stuck overlay draws nothing either
		{`{"type":"beat","visible":true,"frame_ms":16}`, "on", 740.0},
	} {
		report(overlay, step.beat)
		f := look(phone)
		for f == nil && step.state != "" { // the mark of the previous check
			f = look(phone)
		}
		if step.state != "" {
			state(f, step.state, step.shown)
		} else if f != nil {
			t.Errorf("after %s a phone receives %v", step.beat, f)
		}
	}

	// A phone that joins between two checks has newer data than the others; if the earlier
	// state returns, it is sent to all, since that phone would be wrong forever.
	look(phone)
	report(overlay, `{"type":"beat","visible":false}`)
	late := h.phone()
	state(greeted(late), "hidden", nil)
	report(overlay, `{"type":"beat","visible":true,"frame_ms":16}`)
	state(look(late), "on", 740.0)

	overlay.Close()
	eventually(t, "the overlay is gone", func() bool { return h.hub.Count("live", room.ViewOverlay) == 0 })
	h.handler.broadcastOnAir()
	state(next(t, late, "on_air"), "none", nil)
}
