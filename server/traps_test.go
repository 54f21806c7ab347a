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
				end, cancel := context.WithTimeout(context.Background(), patience)
				defer cancel()
				h.sockets.shutdown(end)
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
	began := time.Now()
	if bye, code := ended(t, h.phone()); bye != "restart" || code != websocket.CloseServiceRestart {
		t.Errorf("it was told %q and closed with %d", bye, code)
	}
	<-done
	if took := time.Since(began); took > patience/2 {
		t.Errorf("shutting down took %v", took)
	}
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
	var conns []*websocket.Conn
	for range 10 {
		conns = append(conns, h.phone())
		next(t, conns[len(conns)-1], "hello")
	}
	eventually(t, "all sockets", func() bool { return h.phones() == 10 })
	for i, conn := range conns {
		if i%2 == 0 {
			conn.Close() // some of them are still listed when the others are told
		}
	}
	h.sockets.Evict(func(live.Seat) error { return comment.ErrExpired })
	for i, conn := range conns {
		if i%2 == 1 {
			if bye, code := ended(t, conn); bye != "revoked" || code != closeKey {
				t.Errorf("number %d was told %q and closed with %d", i, bye, code)
			}
		}
	}
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

func TestWriteDeadlineMovesByTheSecond(t *testing.T) {
	h := newHouse(t)
	conn := h.phone()
	next(t, conn, "hello")
	var s *stream
	h.sockets.each(func(_ hubKey, sess *melody.Session) { s = sess.WebsocketConnection().NetConn().(*stream) })
	at := time.Now().Add(time.Minute)
	for _, step := range []struct {
		to   time.Duration
		want time.Duration
	}{{0, 0}, {time.Second / 2, 0}, {time.Second, time.Second}, {-time.Second, -time.Second}, {-time.Second / 2, -time.Second}} {
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
