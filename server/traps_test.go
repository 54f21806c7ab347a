package server

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/comment"
	"danmaku/live"
)

// The traps of melody v1.3.0, as its source has them. Each test here fails when
// the guard it names is taken out.

// On a full queue melody calls the error handler, and there Session.Close would
// call it again without end. Guard: the handler cuts, once, and that is all.
func TestClientThatDoesNotReadIsCutOnceAndAlone(t *testing.T) {
	h := newHouse(t)
	deaf, reader := h.deaf(), h.phone()
	next(t, reader, "hello")
	eventually(t, "both sockets", func() bool { return h.phones() == 2 })
	// Frames in step with the reader, so that only the deaf one is slow.
	pad := strings.Repeat("x", 3000)
	sent := 0
	for ; h.sockets.slow.Load() == 0; sent++ {
		if sent > 2000 {
			t.Fatal("a client that never reads is not cut")
		}
		h.sockets.Broadcast("live", live.ViewAudience, fmt.Appendf(nil, `{"type":"beat","n":%d,"pad":"%s"}`, sent, pad))
		if f := next(t, reader, "beat"); f["n"] != float64(sent) {
			t.Fatalf("frame %d came as %v", sent, f["n"])
		}
	}
	for range 100 {
		h.sockets.Broadcast("live", live.ViewAudience, []byte(`{"type":"beat"}`))
		next(t, reader, "beat")
	}
	eventually(t, "the end of the deaf one", func() bool { return h.phones() == 1 })
	if n := h.sockets.slow.Load(); n != 1 {
		t.Errorf("%d clients were cut", n)
	}
	if sent*len(pad) > 8<<20 {
		t.Errorf("it was cut after %d MB only", sent*len(pad)>>20)
	}
	if _, err := io.Copy(io.Discard, deaf); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("its connection is still there: %v", err)
	}
}

// full serves a hub whose sessions have a full queue, since a connect handler
// runs before the write pump, and calls then.
func (h *house) full(then func(*melody.Session)) *websocket.Conn {
	h.t.Helper()
	m := h.sockets.newHub()
	m.HandleConnect(func(sess *melody.Session) {
		for range queueLen {
			h.sockets.write(sess, []byte(`{"type":"beat"}`))
		}
		then(sess)
	})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		taken, err := hijack(w)
		if err != nil {
			h.t.Error(err)
			return
		}
		st := &seat{gone: make(chan struct{})}
		defer close(st.gone)
		_ = m.HandleRequestWithKeys(taken, r, map[string]any{seatKey: st})
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

// Session.Close and CloseWithMsg close nothing when the queue is full. Guard:
// the ending is kept, and the cut that follows is made with it.
func TestByeClosesWhenTheQueueIsFull(t *testing.T) {
	h := newHouse(t)
	conn := h.full(func(sess *melody.Session) { h.sockets.bye(sess, endWith(wireBye{Code: "revoked"}, closeKey)) })
	if bye, code := ended(t, conn); bye != "revoked" || code != closeKey {
		t.Errorf("it was told %q and closed with %d", bye, code)
	}
}

// A client that is too slow is told so where that can still be written: before
// its close frame, whoever else writes.
func TestSlowClientIsTold(t *testing.T) {
	h := newHouse(t)
	conn := h.full(func(sess *melody.Session) { h.sockets.write(sess, []byte(`{"type":"beat"}`)) })
	if bye, code := ended(t, conn); bye != "slow" || code != closeSlow {
		t.Errorf("it was told %q and closed with %d", bye, code)
	}
}

// A melody that is closed lets those in who were past its check, and forgets
// them; who comes while others are being told is told nothing. Guard: no melody
// is ever closed, and who arrives looks whether the server is closing.
func TestArrivalDuringShutdownIsTold(t *testing.T) {
	h := newHouse(t)
	var once sync.Once
	done := make(chan struct{})
	h.onWait = func() { // the phone is past every check, and not registered yet
		once.Do(func() {
			go func() {
				defer close(done)
				h.sockets.shutdown(context.Background()) // without an end it waits for everybody
			}()
			eventually(t, "closing", func() bool {
				h.sockets.mu.RLock()
				defer h.sockets.mu.RUnlock()
				return h.sockets.closing
			})
			for range 100 {
				runtime.Gosched() // shutdown tells nobody, since nobody is there
			}
		})
	}
	if bye, code := ended(t, h.phone()); bye != "restart" || code != websocket.CloseServiceRestart {
		t.Errorf("it was told %q and closed with %d", bye, code)
	}
	select {
	case <-done:
	case <-time.After(patience):
		t.Error("somebody is still waited for")
	}
}

// Closing a melody sends a close frame without a code, and drops its list.
// Guard: each session is told and closed by itself.
func TestEverybodyIsToldOfAShutdown(t *testing.T) {
	h := newHouse(t)
	var conns []*websocket.Conn
	for range 5 {
		conns = append(conns, h.phone())
		next(t, conns[len(conns)-1], "hello")
	}
	eventually(t, "all sockets", func() bool { return h.phones() == len(conns) })
	end, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); h.sockets.shutdown(end) }()
	for i, conn := range conns {
		if bye, code := ended(t, conn); bye != "restart" || code != websocket.CloseServiceRestart {
			t.Errorf("number %d was told %q and closed with %d", i, bye, code)
		}
	}
	<-done
}

// Sockets come, go and are broadcast to while the server closes.
func TestEverythingRacesShutdown(t *testing.T) {
	h := newHouse(t)
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
					h.sockets.Broadcast("live", live.ViewAudience, []byte(`{"type":"beat"}`))
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
	h.sockets.shutdown(end)
	if end.Err() != nil {
		t.Error("sockets were left when time was up")
	}
	close(stop)
	busy.Wait()
}

// A panic in a handler leaves the session in melody's list, and in a goroutine
// of its own it would end the process. Guard: each handler catches it and cuts.
func TestPanicInAHandlerCostsOneClient(t *testing.T) {
	h := newHouse(t)
	h.onCheck = func(d comment.Draft) {
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
	h := newHouse(t)
	boom := func() { panic("boom") }
	h.onList.Store(&boom)
	if _, code := ended(t, h.phone()); code != websocket.CloseInternalServerErr {
		t.Errorf("closed with %d", code)
	}
	h.onList.Store(nil)
	next(t, h.phone(), "hello")
	eventually(t, "the end of the first", func() bool { return h.phones() == 1 })
}

// BroadcastMultiple stops at the first session that is closed. Guard: who tells
// many goes on.
func TestEvictGoesOnPastAClosedSession(t *testing.T) {
	h := newHouse(t)
	block := make(chan struct{})
	release := sync.OnceFunc(func() { close(block) })
	defer release()
	h.onCheck = func(comment.Draft) { <-block }
	var open []*websocket.Conn
	const each = 5
	for range each {
		conn, gone := h.phone(), h.phone()
		next(t, conn, "hello")
		next(t, gone, "hello")
		open = append(open, conn)
		// One whose handler is at work stays in the list after its socket has closed.
		if err := gone.WriteJSON(map[string]string{"type": "send", "text": "the last"}); err != nil {
			t.Fatal(err)
		}
		gone.Close()
	}
	eventually(t, "closed sessions in the list", func() bool {
		h.sockets.Announce("live", live.ViewAudience, []byte(`{"type":"beat"}`))
		closed := 0
		h.sockets.each(func(_ hubKey, sess *melody.Session) {
			if sess.IsClosed() {
				closed++
			}
		})
		return closed == each
	})
	h.sockets.Evict(func(live.Seat) error { return comment.ErrExpired })
	for i, conn := range open {
		if bye, code := ended(t, conn); bye != "revoked" || code != closeKey {
			t.Errorf("number %d was told %q and closed with %d", i, bye, code)
		}
	}
	release()
	eventually(t, "an empty list", func() bool { return h.phones() == 0 })
}

// With a HandleClose melody no longer answers a client's close frame. Guard: we
// have none.
func TestCloseIsAnswered(t *testing.T) {
	h := newHouse(t)
	conn := h.phone()
	next(t, conn, "hello")
	if err := conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, code := ended(t, conn); code != websocket.CloseNormalClosure {
		t.Errorf("answered with %d", code)
	}
}

// Writes in the connect handler wait for the pump, 64 at the most. Guard: the
// past is one frame, however long it is.
func TestHistoryIsOneFrame(t *testing.T) {
	h := newHouse(t)
	at := time.Now()
	for i := range 3 * queueLen {
		_, err := h.db.Append(t.Context(), comment.Event{Room: "live", At: at, Kind: comment.KindComment, Comment: comment.Comment{
			ID: comment.NewID(at, uint32(i)), At: at, Text: fmt.Sprint("comment ", i), User: "u",
			Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	key, err := h.hall.ScreenKey("live", comment.Overlay)
	if err != nil {
		t.Fatal(err)
	}
	var pos comment.Position
	if err := h.hall.Still("live", live.ViewOverlay, func(p comment.Position) { pos = p }); err != nil {
		t.Fatal(err)
	}
	d := websocket.Dialer{HandshakeTimeout: patience}
	conn, _, err := d.Dial("ws://"+h.base+"/api/rooms/live/socket?role=overlay&key="+key+"&since="+pos.Epoch+":0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got := 0
	if hello := next(t, conn, "hello"); hello["resumed"] != true {
		t.Fatalf("hello: %v", hello)
	}
	for got < 3*queueLen {
		got += len(next(t, conn, "events")["events"].([]any))
	}
	if got != 3*queueLen {
		t.Errorf("%d events came", got)
	}
}

// melody lets every Origin in. Guard: ours is asked before the connection is
// taken, where a browser's tools still show the answer, and by the upgrader.
func TestForeignOriginIsRefusedBeforeTheHijack(t *testing.T) {
	h := newHouse(t)
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
		r.Header = head
		if got := h.sockets.upgrader.CheckOrigin(r); got != (want != http.StatusForbidden) {
			t.Errorf("origin %q: the upgrader says %v", origin, got)
		}
	}
}

// melody takes 512 bytes, gorilla any size. Guard: 4 KiB are taken, and not one
// more.
func TestFramesHaveABound(t *testing.T) {
	h := newHouse(t)
	conn := h.phone()
	next(t, conn, "hello")
	frame := func(size int) []byte {
		b := []byte(`{"type":"send","ref":"big","text":""}`)
		return append(b[:len(b)-2], strings.Repeat("x", size-len(b))+`"}`...)
	}
	if err := conn.WriteMessage(websocket.TextMessage, frame(maxFrame)); err != nil {
		t.Fatal(err)
	}
	if a := next(t, conn, "ack"); a["code"] != "too_long" {
		t.Errorf("%d bytes are answered %v", maxFrame, a)
	}
	if err := conn.WriteMessage(websocket.TextMessage, frame(maxFrame+1)); err != nil {
		t.Fatal(err)
	}
	if _, code := ended(t, conn); code != websocket.CloseMessageTooBig {
		t.Errorf("one more closes with %d", code)
	}
}

// melody answers any number of pings, and lets any number of frames come. Guard:
// each connection has a bucket for control frames and one for others.
func TestFloodsEndTheConnection(t *testing.T) {
	for name, flood := range map[string]struct{ kind, fine int }{
		"pings": {websocket.PingMessage, 4 * controlRate}, "pongs": {websocket.PongMessage, 4 * controlRate},
		"beats": {websocket.TextMessage, 2 * frameRate}, "binary": {websocket.BinaryMessage, 2 * frameRate},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			conn := h.phone()
			next(t, conn, "hello")
			pongs := 0
			conn.SetPongHandler(func(string) error { pongs++; return nil })
			write := func() error {
				if flood.kind == websocket.PingMessage || flood.kind == websocket.PongMessage {
					return conn.WriteControl(flood.kind, nil, time.Now().Add(patience))
				}
				return conn.WriteMessage(flood.kind, []byte(plainBeat))
			}
			for range flood.fine {
				if err := write(); err != nil {
					t.Fatal(err)
				}
			}
			if flood.kind == websocket.PingMessage { // none of these was too much
				if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"send","text":"after them"}`)); err != nil {
					t.Fatal(err)
				}
				next(t, conn, "ack")
				if pongs != flood.fine {
					t.Errorf("%d pings had %d answers", flood.fine, pongs)
				}
			}
			for range 20 * flood.fine { // more than come anew meanwhile
				if write() != nil {
					break // it has closed already
				}
			}
			if _, code := ended(t, conn); code != websocket.ClosePolicyViolation {
				t.Errorf("closed with %d", code)
			}
		})
	}
}

// What the other guards rely on not being there.
func TestNothingUsesWhatIsATrap(t *testing.T) {
	traps := map[string]string{
		"BroadcastMultiple": "stops at the first closed session", "HandleClose": "removes the close echo",
		"HandleRequest": "has no keys, and handlers need the seat", "EnableCompression": "lets 400,000 bytes through a limit of 512",
		"ConcurrentMessageHandling": "would race the seat's buckets",
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			var word string
			switch n := n.(type) {
			case *ast.SelectorExpr:
				word = n.Sel.Name
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok {
					word = id.Name
				}
			}
			if why, bad := traps[word]; bad {
				t.Errorf("%s uses %s, which %s", name, word, why)
			}
			return true
		})
	}
}

// A deadline that is not moved leaves what is written next at least half the time
// that it was to have: a client may well ping once a second.
func TestWriteDeadlineMovesByTheHalfSecond(t *testing.T) {
	h := newHouse(t)
	conn := h.phone()
	next(t, conn, "hello")
	var s *stream
	h.sockets.each(func(_ hubKey, sess *melody.Session) { s = sess.WebsocketConnection().NetConn().(*stream) })
	at := time.Now().Add(time.Minute)
	for _, step := range []struct {
		to   time.Duration
		want time.Duration
	}{{0, 0}, {time.Second / 4, 0}, {time.Second / 2, time.Second / 2}, {-time.Second, -time.Second}, {-3 * time.Second / 4, -time.Second}} {
		if err := s.SetWriteDeadline(at.Add(step.to)); err != nil {
			t.Fatal(err)
		}
		if got := s.deadline.Sub(at); got != step.want {
			t.Errorf("moved to %v the deadline is %v", step.to, got)
		}
	}
	if s.SetWriteDeadline(time.Time{}) != nil || !s.deadline.IsZero() {
		t.Error("no deadline is not taken")
	}
}
