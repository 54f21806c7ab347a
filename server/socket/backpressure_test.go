package socket

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/comment"
	"danmaku/room"
)

// overlay opens a socket of an overlay.
func (h *testServer) overlay() *websocket.Conn {
	h.t.Helper()
	d := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{Subprotocol}}
	conn, _, err := d.Dial("ws://"+h.base+"/api/rooms/live/socket?role=overlay", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	return conn
}

// publishComment writes comment n to the log.
func (h *testServer) publishComment(n int) {
	h.t.Helper()
	at := time.Now()
	_, err := h.Store.Append(h.t.Context(), room.Event{Room: "live", At: at, Kind: room.KindComment, Comment: comment.Comment{
		ID: comment.NewID(at, uint32(n)), At: at, Text: fmt.Sprintf("%d %s", n, strings.Repeat("x", 100)), User: "u",
		Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
	}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// When most sockets have not received the last frame, because of slow processors and not of
// slow readers, later events become one frame, and all of them arrive.
func TestFramesGrowWhileQueuesLag(t *testing.T) {
	h := newTestServer(t)
	m := h.handler.group(groupKey{"live", room.ViewOverlay})
	var conns []*websocket.Conn
	for range 3 {
		conns = append(conns, h.overlay())
		next(t, conns[len(conns)-1], "hello")
	}
	eventually(t, "all sockets", func() bool { return len(m.list()) == 3 })
	h.publishComment(0)
	for _, conn := range conns {
		next(t, conn, "events")
	}
	for _, s := range m.list() {
		s.mu.Lock() // simulates a writer that gets no processor
	}
	release := func() {
		for _, s := range m.list() {
			s.mu.Unlock()
		}
	}
	began := time.Now()
	h.publishComment(1) // waits in three queues
	const more = 200
	for n := range more {
		h.publishComment(2 + n)
	}
	eventually(t, "everything", func() bool {
		s, err := h.Service.Stats("live")
		return err == nil && s.Rate == 2+more
	})
	// The queued frame, which may contain later events, and one for the rest; on a slow
	// machine, another one for every two seconds that a frame had waited. Without the guard
	// there would be ten.
	const mostWait = 2 * time.Second
	most := 3 + int(time.Since(began)/mostWait)
	release()
	for i, conn := range conns {
		want, frames := 1, 0
		for ; want < 2+more; frames++ {
			for _, e := range next(t, conn, "events")["events"].([]any) {
				if text := e.(map[string]any)["text"].(string); !strings.HasPrefix(text, fmt.Sprint(want, " ")) {
					t.Fatalf("overlay %d: %q came as number %d", i, text, want)
				}
				want++
			}
		}
		if frames > most {
			t.Errorf("overlay %d: %d comments came in %d frames", i, more, frames)
		}
	}
}

// Clients that do not read do not slow down the others, even when they are the majority.
func TestNoClientWaitsForOneThatDoesNotRead(t *testing.T) {
	h := newTestServer(t)
	m := h.handler.group(groupKey{"live", room.ViewAudience})
	reader := h.phone()
	next(t, reader, "hello")
	for range 3 {
		h.dialDeaf()
	}
	eventually(t, "all sockets", func() bool { return m.Len() == 4 })
	// Where a single processor does everything, no pump may have run by the time that
	// queues are full.
	pumped := func() bool {
		var waiting int64
		h.hub.each(func(sess *melody.Session) {
			if streamOf(sess).queued.Load() > 0 {
				waiting++
			}
		})
		return m.pressure.writing.Load() >= waiting
	}
	pad := strings.Repeat("x", 3000)
	for sent := 0; m.pressure.writing.Load() < 3; sent++ {
		if sent > 2000 || h.hub.slow.Load() > 0 {
			t.Fatalf("after %d frames %d writes wait and %d clients are cut", sent, m.pressure.writing.Load(), h.hub.slow.Load())
		}
		h.hub.Announce("live", room.ViewAudience, fmt.Appendf(nil, `{"type":"beat","pad":"%s"}`, pad))
		next(t, reader, "beat")
		eventually(t, "the pumps", pumped)
	}
	// One after the other, each after the last has arrived: with delayTimeout between them
	// the reader's deadline would pass.
	_ = reader.SetReadDeadline(time.Now().Add(patience))
	for n := range 12 {
		h.publishComment(n)
		next(t, reader, "events")
	}
}

func TestBackpressureOfAGroup(t *testing.T) {
	var g group
	p := &g.pressure
	is := func(what string, f *inFlight, want bool) {
		t.Helper()
		got := false
		select {
		case <-f.taken:
			got = true
		default:
		}
		if got != want {
			t.Errorf("%s: taken %v", what, got)
		}
	}
	if p.launch(0) != nil {
		t.Error("a frame for nobody is waited for")
	}
	f := p.launch(5)
	f.land(1)
	f.land(1)
	is("two of five", f, false)
	f.land(2)
	is("four of five", f, true)
	f.land(1) // and not closed twice

	a, b := &stream{group: &g}, &stream{group: &g}
	a.begins()
	a.begins() // a close frame while a write is stuck
	b.begins()
	b.ends()
	f = p.launch(3)
	f.land(1)
	is("one of three, of whom one is stuck", f, true)
	if p.launch(1) != nil {
		t.Error("one that is stuck is waited for")
	}
	a.ends()
	f = p.launch(2)
	b.begins()
	b.leaves()
	b.begins() // a close frame that is too late
	is("one of two left", f, true)
	if n := p.writing.Load(); n != 0 {
		t.Errorf("%d writes are left", n)
	}
}
