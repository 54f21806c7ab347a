package server

import (
	"runtime"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/room"
	"danmaku/server/socket"
)

// Ten thousand clients that return at once must not query the database, which has other
// things to do then: with it closed they are still welcomed, and receive what they missed.
func TestHandshakesAskNoDatabase(t *testing.T) {
	h := newTestServer(t)
	key, err := h.Service.ScreenKey("live", room.Overlay)
	if err != nil {
		t.Fatal(err)
	}
	const said = 150
	for n := range said {
		h.publishComment(n)
	}
	var pos room.Position
	for _, v := range []room.View{room.ViewOverlay, room.ViewAudience} {
		eventually(t, "everything said to the "+string(v), func() bool {
			err := h.Service.Still("live", v, func(p room.Position) { pos = p })
			return err == nil && pos.Seq == said
		})
	}
	if err := h.Store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		query   string
		resumed bool
		missed  int // comments in recent, or in the frame after hello
	}{
		{"role=audience", false, 50},
		{"role=audience&since=" + pos.Epoch + ":0", true, 50},
		{"role=audience&since=" + pos.String(), true, 0},
		{"role=overlay&key=" + key, false, said},
		{"role=overlay&key=" + key + "&since=" + pos.Epoch + ":100", true, said - 100},
		{"role=overlay&key=" + key + "&since=another:100", false, said},
	} {
		d := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{socket.Subprotocol}}
		conn, _, err := d.Dial("ws://"+h.base+"/api/rooms/live/socket?"+tt.query, nil)
		if err != nil {
			t.Errorf("%s: %v", tt.query, err)
			continue
		}
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		hello := next(t, conn, "hello")
		list, _ := hello["recent"].([]any)
		if tt.resumed {
			list, _ = next(t, conn, "events")["events"].([]any)
		}
		if hello["resumed"] != tt.resumed || len(list) != tt.missed {
			t.Errorf("%s: resumed %v, %d comments; want %v and %d", tt.query, hello["resumed"], len(list), tt.resumed, tt.missed)
		}
		conn.Close()
	}
}

// With ten thousand sockets, net/http's buffers for their requests take 80 MB. None of it
// may be kept: an idle socket holds some 8 KB, and each buffer is 4 more.
func TestIdleSocketKeepsNothingOfItsRequest(t *testing.T) {
	h := newTestServer(t)
	held := func() int64 {
		var m runtime.MemStats
		for range 3 { // pooled objects and those with finalizers are gone after the third
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	h.dialDeaf()
	eventually(t, "the first socket", func() bool { return h.phones() == 1 })
	before := held()
	for now := held(); now < before-64<<10; now = held() { // an earlier test's servers still end
		before = now
	}
	const more = 200
	for range more {
		h.dialDeaf()
	}
	eventually(t, "all sockets", func() bool {
		plain, _ := h.conns.counts()
		return h.phones() == 1+more && plain == 0
	})
	if each := (held() - before) / more; each > 11<<10 {
		t.Errorf("an idle socket holds %d bytes", each)
	} else {
		t.Logf("an idle socket holds %d bytes, its client's end included", each)
	}
}
