package server

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/live"
)

// member gives the one socket of the audience.
func (h *house) member() *member {
	h.t.Helper()
	all := h.sockets.hub(hubKey{"live", live.ViewAudience}).list()
	if len(all) != 1 {
		h.t.Fatalf("%d sockets are there", len(all))
	}
	return all[0]
}

// A frame does not wait for melody's pump when its client reads.
func TestFramesNeedNoPump(t *testing.T) {
	h := newHouse(t)
	m := h.sockets.hub(hubKey{"live", live.ViewAudience})
	release := make(chan struct{})
	defer close(release)
	greeted := make(chan struct{})
	once := sync.OnceFunc(func() { close(greeted) })
	m.HandleSentMessage(func(sess *melody.Session, frame []byte) {
		m.sent(sess, frame)
		once()
		<-release // a pump that gets no processor
	})
	conn := h.phone()
	next(t, conn, "hello")
	<-greeted
	for n := range 3 * queueLen {
		h.sockets.Announce("live", live.ViewAudience, fmt.Appendf(nil, `{"type":"beat","n":%d}`, n))
		if f := next(t, conn, "beat"); f["n"] != float64(n) {
			t.Fatalf("frame %d came as %v", n, f["n"])
		}
	}
}

// Frames to all, answers and pongs come whole and in order to a client that now
// and then stops to read, so that some go past melody's queue, some through it,
// and some half this way and half that.
func TestFramesKeepTheirOrderPastTheQueue(t *testing.T) {
	h := newHouse(t)
	conn := h.phone()
	next(t, conn, "hello")
	s := h.member().stream
	sent, came, answers := 0, 0, 0
	announce := func() { // its bytes are those that control frames begin with
		pad := strings.Repeat("\u0088\u0089", rand.IntN(5<<10))
		h.sockets.Announce("live", live.ViewAudience, fmt.Appendf(nil, `{"type":"beat","n":%d,"pad":"%s"}`, sent, pad))
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
	const rounds, asked, pings = 8, 2 * frameRate / 8, 4 * controlRate / 8 // in all no flood
	for round := range rounds {
		for s.queued.Load() == 0 { // until the kernel takes no more
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
		// Pongs are written by another goroutine than what passes.
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

// A bye is the last word, also while its close frame is yet to come.
func TestNothingFollowsABye(t *testing.T) {
	h := newHouse(t)
	m := h.sockets.hub(hubKey{"live", live.ViewAudience})
	m.HandleSentMessage(func(sess *melody.Session, frame []byte) {
		m.sent(sess, frame)
		if strings.HasPrefix(string(frame), `{"type":"bye"`) {
			m.announce([]byte(`{"type":"beat"}`))
		}
	})
	conn := h.phone()
	next(t, conn, "hello")
	h.sockets.bye(h.member().sess, endWith(wireBye{Code: "revoked"}, closeKey))
	next(t, conn, "bye")
	if _, b, err := conn.ReadMessage(); err == nil {
		t.Errorf("after the bye came %s", b)
	}
}

// Who was told bye gets no further frame that would fill its queue, and so is cut
// when it has not gone from one beat to the next.
func TestByeHasItsTime(t *testing.T) {
	h := newHouse(t)
	m := h.sockets.hub(hubKey{"live", live.ViewAudience})
	release := make(chan struct{})
	defer close(release)
	m.HandleSentMessage(func(*melody.Session, []byte) { <-release }) // a pump that is held up by its client
	conn := h.phone()
	next(t, conn, "hello")
	h.member().seat.heard.Store(time.Now().Add(time.Hour).UnixNano()) // it is not silent
	h.sockets.bye(h.member().sess, endWith(wireBye{Code: "revoked"}, closeKey))
	for range 2 {
		h.sockets.beat()
	}
	if bye, code := ended(t, conn); bye != "revoked" || code != closeKey {
		t.Errorf("it was told %q and closed with %d", bye, code)
	}
}

// Who is being cut may have missed a frame. A later one would hide that: the
// client would go on from there.
func TestNothingComesAfterAFrameThatIsMissed(t *testing.T) {
	h := newHouse(t)
	conn := h.phone()
	next(t, conn, "hello")
	ended := &h.member().seat.ended
	for n, cut := range []bool{false, true, false} {
		ended.Store(cut)
		h.sockets.Announce("live", live.ViewAudience, fmt.Appendf(nil, `{"type":"beat","n":%d}`, n))
	}
	for _, n := range []float64{0, 2} {
		if f := next(t, conn, "beat"); f["n"] != n {
			t.Errorf("frame %v came, want %v", f["n"], n)
		}
	}
}

// Whatever order people come and go in: the list holds who is there, once, and a
// walk over it sees who was there when it began.
func TestMembersComeAndGo(t *testing.T) {
	var h hub
	there := map[*seat]bool{}
	check := func(list []*member, want map[*seat]bool) {
		t.Helper()
		got := map[*seat]bool{}
		for _, m := range list {
			got[m.seat] = true
		}
		if len(list) != len(want) || len(got) != len(want) {
			t.Fatalf("the list has %d rows and %d seats, want %d", len(list), len(got), len(want))
		}
		for st := range want {
			if !got[st] {
				t.Fatal("somebody is not in the list")
			}
		}
	}
	for range 2000 {
		var walk []*member
		var seen []*member
		if rand.IntN(3) == 0 {
			walk = h.list()
			seen = slices.Clone(walk)
		}
		for range rand.IntN(4) {
			if st := anyOf(there); st != nil && rand.IntN(2) == 0 {
				h.rise(st)
				delete(there, st)
			} else {
				st := new(seat)
				h.sit(st, nil, nil)
				there[st] = true
			}
		}
		if !slices.Equal(walk, seen) {
			t.Fatal("a walk's list has changed")
		}
		check(h.list(), there)
	}
	h.rise(new(seat)) // who was never greeted
	check(h.list(), there)
}

func anyOf(set map[*seat]bool) *seat {
	for st := range set {
		return st
	}
	return nil
}
