package server

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/comment"
	"danmaku/live"
)

// overlay opens a socket of an overlay.
func (h *house) overlay() *websocket.Conn {
	h.t.Helper()
	key, err := h.hall.ScreenKey("live", comment.Overlay)
	if err != nil {
		h.t.Fatal(err)
	}
	d := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{Subprotocol}}
	conn, _, err := d.Dial("ws://"+h.base+"/api/rooms/live/socket?role=overlay&key="+key, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	return conn
}

// says writes comment n to the log.
func (h *house) says(n int) {
	h.t.Helper()
	at := time.Now()
	_, err := h.db.Append(h.t.Context(), comment.Event{Room: "live", At: at, Kind: comment.KindComment, Comment: comment.Comment{
		ID: comment.NewID(at, uint32(n)), At: at, Text: fmt.Sprintf("%d %s", n, strings.Repeat("x", 100)), User: "u",
		Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
	}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// When most sockets have not been written the last frame, for want of
// processors and not of readers, what comes meanwhile is one frame, and all of
// it comes.
func TestFramesGrowWhileQueuesLag(t *testing.T) {
	h := newHouse(t)
	m := h.sockets.hub(hubKey{"live", live.ViewOverlay})
	release := make(chan struct{})
	m.HandleSentMessage(func(sess *melody.Session, frame []byte) {
		m.sent(sess, frame)
		if bytes.Contains(frame, []byte(`"text":"0 `)) {
			<-release // a pump that gets no processor
		}
	})
	var conns []*websocket.Conn
	for range 3 {
		conns = append(conns, h.overlay())
		next(t, conns[len(conns)-1], "hello")
	}
	eventually(t, "all sockets", func() bool { return m.Len() == 3 })
	// As on a system where nothing can be written past the queue.
	h.sockets.each(func(_ hubKey, sess *melody.Session) { streamOf(sess).queued.Add(1) })
	h.says(0)
	for _, conn := range conns {
		next(t, conn, "events")
	}
	eventually(t, "idle sockets", func() bool { return m.pulse.writing.Load() == 0 })
	began := time.Now()
	h.says(1) // lies in three queues
	const more = 200
	for n := range more {
		h.says(2 + n)
	}
	eventually(t, "everything", func() bool {
		s, err := h.hall.Stats("live")
		return err == nil && s.Rate == 2+more
	})
	// The one that was queued, which may hold what came just after it, and one for
	// the rest; on a machine that is late with all this, one more as often as a
	// frame had waited for two seconds. Without the guard there would be ten.
	const mostWait = 2 * time.Second
	most := 3 + int(time.Since(began)/mostWait)
	close(release)
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

// Those who do not read are no reason to send less often, even when they are the
// most.
func TestNobodyWaitsForThoseWhoDoNotRead(t *testing.T) {
	h := newHouse(t)
	m := h.sockets.hub(hubKey{"live", live.ViewAudience})
	reader := h.phone()
	next(t, reader, "hello")
	for range 3 {
		h.deaf()
	}
	eventually(t, "all sockets", func() bool { return m.Len() == 4 })
	// Where a single processor does everything, no pump may have run by the time
	// that queues are full.
	pumped := func() bool {
		var waiting int64
		h.sockets.each(func(_ hubKey, sess *melody.Session) {
			if streamOf(sess).queued.Load() > 0 {
				waiting++
			}
		})
		return m.pulse.writing.Load() >= waiting
	}
	pad := strings.Repeat("x", 3000)
	for sent := 0; m.pulse.writing.Load() < 3; sent++ {
		if sent > 2000 || h.sockets.slow.Load() > 0 {
			t.Fatalf("after %d frames %d writes wait and %d clients are cut", sent, m.pulse.writing.Load(), h.sockets.slow.Load())
		}
		h.sockets.Announce("live", live.ViewAudience, fmt.Appendf(nil, `{"type":"beat","pad":"%s"}`, pad))
		next(t, reader, "beat")
		eventually(t, "the pumps", pumped)
	}
	// One after the other, each when the last has come: with lagPatience between
	// them the reader's deadline would pass.
	_ = reader.SetReadDeadline(time.Now().Add(patience))
	for n := range 12 {
		h.says(n)
		next(t, reader, "events")
	}
}

func TestPulse(t *testing.T) {
	var p pulse
	frame, other := []byte("frame"), []byte("frame")
	is := func(what string, taken <-chan struct{}, want bool) {
		t.Helper()
		got := false
		select {
		case <-taken:
			got = true
		default:
		}
		if got != want {
			t.Errorf("%s: taken %v", what, got)
		}
	}
	if p.launch(frame, 0) != nil {
		t.Error("a frame for nobody is waited for")
	}
	taken := p.launch(frame, 5)
	p.landed(frame)
	p.landed(other) // an earlier one, which says the same
	p.landed(frame)
	is("two of five", taken, false)
	p.landed(frame)
	is("three of five", taken, true)
	p.landed(frame) // and not closed twice

	a, b := &stream{pulse: &p}, &stream{pulse: &p}
	a.begins()
	a.begins() // a close frame while a write is stuck
	b.begins()
	b.ends()
	taken = p.launch(frame, 3)
	p.landed(frame)
	is("one of three, of whom one is stuck", taken, true)
	if p.launch(frame, 1) != nil {
		t.Error("one that is stuck is waited for")
	}
	a.ends()
	taken = p.launch(frame, 2)
	b.begins()
	b.leaves()
	b.begins() // a close frame that comes too late
	is("one of two left", taken, true)
	if n := p.writing.Load(); n != 0 {
		t.Errorf("%d writes are left", n)
	}
}
