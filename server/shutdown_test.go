package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// dialAndWrite opens a connection and writes to it.
func (s *testServer) dialAndWrite(text string) net.Conn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.base)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, strings.ReplaceAll(text, "HOST", s.base)); err != nil {
		s.t.Fatal(err)
	}
	return conn
}

// A client that reads slowly, or sends half a request or nothing, is disconnected after a
// moment; clients that read get the close message first.
func TestNoClientDelaysAShutdown(t *testing.T) {
	h := newTestServer(t)
	reader := h.phone()
	next(t, reader, "hello")
	deaf := h.dialDeaf()
	half := h.dialAndWrite("POST /api/rooms/live/comments HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	silent := h.dialAndWrite("")
	eventually(t, "all to be there", func() bool {
		h.requests.mu.Lock()
		defer h.requests.mu.Unlock()
		h.conns.mu.Lock()
		defer h.conns.mu.Unlock()
		return h.requests.running == 1 && len(h.conns.plain) == 2 && h.phones() == 2
	})
	pad := strings.Repeat("x", 3000)
	for range 40 { // more than the kernel holds for the deaf client, but less than its queue
		h.broadcast(fmt.Appendf(nil, `{"type":"beat","pad":"%s"}`, pad))
	}
	h.flush = time.Millisecond
	if err := h.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if n := h.hub.Len(); n != 0 {
		t.Errorf("%d sockets are left", n)
	}
	for name, conn := range map[string]net.Conn{"half a request": half, "no request": silent, "a deaf socket": deaf} {
		if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
			t.Errorf("%s is answered %s", name, resp.Status)
		} else if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s is still open", name)
		}
	}
}

// A request that arrives while the server stops is refused, and a running one is notified
// through its context.
func TestRequestsOfAServerThatStops(t *testing.T) {
	var q requests
	q.begin(nil)
	if !q.enter() {
		t.Fatal("a request is sent away before the end")
	}
	q.stop()
	if q.ctx.Err() == nil {
		t.Error("a running request is not notified of the end")
	}
	if q.enter() {
		t.Error("a request begins after the end")
	}
	if q.wait(0) {
		t.Error("a request under way is not waited for")
	}
	q.leave()
	if !q.wait(patience) {
		t.Error("a request that has ended is waited for")
	}
}
