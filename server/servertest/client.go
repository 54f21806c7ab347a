package servertest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/server/wire"
)

// Patience is how long a test waits for something that must happen. It is not a
// measurement: a test that exhausts it has failed, even on a slow and busy machine.
const Patience = 3 * time.Minute

// Dial opens a socket of [Room] at host:port, with the query of its address, for
// example "role=audience". The test's end closes it.
func Dial(t testing.TB, base, query string) (*websocket.Conn, error) {
	t.Helper()
	d := websocket.Dialer{HandshakeTimeout: Patience, Subprotocols: []string{"danmaku.v1"}}
	conn, _, err := d.Dial("ws://"+base+"/api/rooms/"+Room+"/socket?"+query, nil)
	if err == nil {
		t.Cleanup(func() { conn.Close() })
		_ = conn.SetReadDeadline(time.Now().Add(Patience))
	}
	return conn, err
}

// Deaf opens a phone's socket that reads the first byte of its hello and no more.
func Deaf(t testing.TB, base string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	_ = conn.SetReadDeadline(time.Now().Add(Patience))
	fmt.Fprintf(conn, "GET /api/rooms/"+Room+"/socket?role=audience HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", base)
	r := bufio.NewReaderSize(conn, 16)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %v, %v", resp, err)
	}
	if _, err := r.ReadByte(); err != nil {
		t.Fatal(err)
	}
	return conn
}

// Next reads frames until one of a type arrives.
func Next(t testing.TB, conn *websocket.Conn, kind string) map[string]any {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(Patience))
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

// Frames reads a socket all the time, as pages do: a test that is busy elsewhere still
// answers the server's pings. The frames of a type go to the channel, which is closed with
// the socket; it holds 10,000.
func Frames(conn *websocket.Conn, kind string) <-chan map[string]any {
	_ = conn.SetReadDeadline(time.Time{})
	frames := make(chan map[string]any, 10_000)
	go func() {
		defer close(frames)
		for {
			var f map[string]any
			if conn.ReadJSON(&f) != nil {
				return
			}
			if f["type"] == kind {
				frames <- f
			}
		}
	}()
	return frames
}

// Take returns the next of [Frames].
func Take(t testing.TB, frames <-chan map[string]any) map[string]any {
	t.Helper()
	select {
	case f, ok := <-frames:
		if !ok {
			t.Fatal("the socket closed before a frame came")
		}
		return f
	case <-time.After(Patience):
		t.Fatal("no frame came")
	}
	return nil
}

// Ended reads until the socket closes, and returns the codes of the last bye and of the
// close frame.
func Ended(t testing.TB, conn *websocket.Conn) (bye string, code int) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(Patience))
	for {
		_, b, err := conn.ReadMessage()
		var ce *websocket.CloseError
		switch {
		case errors.As(err, &ce):
			return bye, ce.Code
		case err != nil:
			t.Fatalf("closed without a code: %v", err)
		case strings.HasPrefix(string(b), `{"type":"bye"`):
			var f wire.Bye
			if err := json.Unmarshal(b, &f); err != nil {
				t.Fatal(err)
			}
			bye = f.Code
		}
	}
}

// Eventually waits until a condition holds that another goroutine causes without notice.
func Eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.After(Patience); !is(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%s did not happen", what)
		}
	}
}
