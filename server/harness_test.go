package server

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/store"
)

// patience is how long a test waits for what must come. It is no measure: a
// test that needs it has failed, also on a slow and busy machine.
const patience = time.Minute

// house is a server over a real store, with a limiter and a filter that do as
// the test says.
type house struct {
	*Server
	t    testing.TB
	base string // host:port
	hall *live.Hall
	db   *store.Store

	onWait  func() // called while somebody sits down
	onCheck func(comment.Draft)
	onList  atomic.Pointer[func()] // called while somebody is greeted
	onEvent atomic.Pointer[func()] // called while an event leaves the journal
}

// Allow, Fine, Wait: live.Limiter. Check, SetRules: of live.Filter.
func (h *house) Allow(live.LimitKey) error { return nil }
func (h *house) Fine(live.LimitKey)        {}
func (h *house) Passed(live.LimitKey)      {}
func (h *house) Wait(live.LimitKey) time.Duration {
	if h.onWait != nil {
		h.onWait()
	}
	return 0
}

type filter struct {
	live.Filter // what is not overridden is not asked for
	h           *house
}

func (f filter) SetRules([]live.RuleList) error { return nil }
func (f filter) Raid(string) comment.Raid       { return comment.Raid{} }
func (f filter) Shipped() live.RuleList         { return live.RuleList{} }
func (f filter) Check(d comment.Draft, _ comment.Room) comment.Verdict {
	if f.h.onCheck != nil {
		f.h.onCheck(d)
	}
	return comment.Verdict{}
}

type encoder struct {
	Encoder
	h *house
}

func (e encoder) List(events [][]byte) []byte {
	if fn := e.h.onList.Load(); fn != nil {
		(*fn)()
	}
	return e.Encoder.List(events)
}

func (e encoder) Event(v live.View, ev comment.Event) []byte {
	if fn := e.h.onEvent.Load(); fn != nil {
		(*fn)()
	}
	return e.Encoder.Event(v, ev)
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

func newHouse(t testing.TB) *house {
	t.Helper()
	ctx := context.Background()
	h := &house{t: t}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	db, err := store.Open(ctx, store.Options{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	keys := live.NewKeys(secret)
	if err := (live.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now}).FirstStart(ctx, "live"); err != nil {
		t.Fatal(err)
	}
	srv, err := New(Options{Pages: realPages(t), Log: log, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	hall, err := live.Open(ctx, live.Parts{
		Journal: db, History: db, Rooms: db, Links: db, Rules: db, Bans: db, Audit: db, Changes: db, Limiter: h,
		Filter: filter{h: h}, Encoder: encoder{h: h}, Outlet: srv.Outlet(), Keys: keys, Log: log, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	hall.Start()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.Server, h.base, h.hall, h.db = srv, l.Addr().String(), hall, db
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l, hall) }()
	t.Cleanup(func() {
		end, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if err := errors.Join(srv.Shutdown(end), <-served, hall.Close(), db.Close(end)); err != nil {
			t.Errorf("end: %v", err)
		}
		if n := srv.sockets.total.Load(); n != 0 {
			t.Errorf("%d sockets are left", n)
		}
	})
	return h
}

// phone opens a socket of the audience.
func (h *house) phone() *websocket.Conn {
	h.t.Helper()
	conn, err := h.dial()
	if err != nil {
		h.t.Fatal(err)
	}
	return conn
}

func (h *house) dial() (*websocket.Conn, error) {
	d := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{Subprotocol}}
	conn, _, err := d.Dial("ws://"+h.base+"/api/rooms/live/socket?role=audience", nil)
	if err == nil {
		h.t.Cleanup(func() { conn.Close() })
		_ = conn.SetReadDeadline(time.Now().Add(patience))
	}
	return conn, err
}

// deaf opens a socket that reads its hello's first byte and no more.
func (h *house) deaf() net.Conn {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.base)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "GET /api/rooms/live/socket?role=audience HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", h.base)
	r := bufio.NewReaderSize(conn, 16)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		h.t.Fatalf("handshake: %v, %v", resp, err)
	}
	if _, err := r.ReadByte(); err != nil {
		h.t.Fatal(err)
	}
	return conn
}

// next reads frames until one of a type comes.
func next(t testing.TB, conn *websocket.Conn, kind string) map[string]any {
	t.Helper()
	for {
		_, b, err := conn.ReadMessage()
		if err != nil {
			t.Fatalf("the socket closed before a %s: %v", kind, err)
		}
		var f map[string]any
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if f["type"] == kind {
			return f
		}
	}
}

// ended reads until the socket closes, and gives the code of the last bye and
// of the close frame.
func ended(t testing.TB, conn *websocket.Conn) (bye string, code int) {
	t.Helper()
	for {
		_, b, err := conn.ReadMessage()
		var ce *websocket.CloseError
		switch {
		case errors.As(err, &ce):
			return bye, ce.Code
		case err != nil:
			t.Fatalf("closed without a code: %v", err)
		case strings.HasPrefix(string(b), `{"type":"bye"`):
			var f wireBye
			if err := json.Unmarshal(b, &f); err != nil {
				t.Fatal(err)
			}
			bye = f.Code
		}
	}
}

// eventually waits for what another goroutine is about to bring about and
// tells nobody.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience); !is(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%s did not come about", what)
		}
	}
}

func (h *house) phones() int { return h.sockets.Count("live", live.ViewAudience) }
