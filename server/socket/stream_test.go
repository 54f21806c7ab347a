package socket

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/server/wire"
)

// newStreamPair returns a stream and its client's end.
func newStreamPair(t *testing.T) (*stream, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = client.SetReadDeadline(time.Now().Add(patience))
	_ = conn.SetWriteDeadline(time.Now().Add(patience))
	return newStream(conn), client
}

// blockQueue makes a stream's queue wait, like a write in progress, and returns once drain waits
// with the queue's content.
func blockQueue(t testing.TB, s *stream) (release func()) {
	t.Helper()
	s.mu.Lock()
	if !s.enqueue(newParcel([]byte(`{"type":"beat"}`))) {
		t.Fatal("the queue is full")
	}
	eventually(t, "a parcel that waits", func() bool {
		s.line.Lock()
		defer s.line.Unlock()
		return len(s.queue) == 0
	})
	return s.mu.Unlock
}

// A partly written frame is completed before anything else, and later messages follow it in
// order; nothing follows a close frame.
func TestRestOfAFrameComesFirst(t *testing.T) {
	huge := []byte(`"` + strings.Repeat("x", 1<<20) + `"`)
	pong := []byte{finalBit | websocket.PongMessage, 1, 'p'}
	other := newParcel([]byte("other"))
	last := lastParcel(closeWith(wire.Bye{Code: "revoked"}, closeKey))
	for _, tt := range []struct {
		name string
		then func(s *stream)
		want []byte
	}{
		{"nothing", func(*stream) {}, nil},
		{"a pong", func(s *stream) { _, _ = s.Write(pong) }, pong},
		{"another frame and a pong", func(s *stream) { s.send(other); _, _ = s.Write(pong) }, append(bytes.Clone(other.wire), pong...)},
		{"a bye, and what is too late", func(s *stream) { s.enqueue(last); s.send(other); _, _ = s.Write(pong) }, last.wire},
		{"a cut, which drops what waits", func(s *stream) { s.send(other); s.pushLast(last); s.send(other) }, last.wire},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, client := newStreamPair(t)
			if s.pass(newParcel(huge)) || s.rest == nil {
				t.Fatal("1 MB is written at once, or not begun")
			}
			s.mu.Lock() // so that everything is sent before drain continues
			s.enqueue(s.begun)
			if s.pass(other) {
				t.Fatal("a frame passes one that is not whole")
			}
			tt.then(s)
			s.mu.Unlock()
			want := append(frameOf(huge), tt.want...)
			got := make([]byte, len(want))
			if _, err := io.ReadFull(client, got); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("it ends in %q; want %q", got[len(got)-40:], want[len(want)-40:])
			}
			eventually(t, "an empty queue", func() bool { return s.queued.Load() == 0 })
			if passes := s.pass(other); passes == s.ended.Load() {
				t.Errorf("a frame passes: %v, behind a close frame: %v", passes, s.ended.Load())
			}
		})
	}
}

// After the first half of a frame was written, and before the rest is in the queue, another
// goroutine may have a frame for the same client, and the client may have read by then.
func TestNoFrameSplitsAnother(t *testing.T) {
	s, client := newStreamPair(t)
	huge, other := newParcel(make([]byte, 1<<20)), newParcel([]byte("other"))
	if s.pass(huge) || s.rest == nil {
		t.Fatal("1 MB is written at once, or not begun")
	}
	got := make([]byte, len(huge.wire)-len(s.rest))
	if _, err := io.ReadFull(client, got); err != nil { // so that the kernel has space again
		t.Fatal(err)
	}
	if !s.send(other) || !s.enqueue(huge) {
		t.Fatal("the queue is full")
	}
	rest := make([]byte, len(huge.wire)+len(other.wire)-len(got))
	if _, err := io.ReadFull(client, rest); err != nil {
		t.Fatal(err)
	}
	if want := append(bytes.Clone(huge.wire), other.wire...); !bytes.Equal(append(got, rest...), want) {
		t.Error("another frame is in the middle of the partly written one")
	}
}

// A held stream first sends the frame that it is released with, then everything queued
// meanwhile from any writer; or, if it is ended, only its end.
func TestABlockedStreamSendsItsHelloFirst(t *testing.T) {
	hello, other := newParcel([]byte("hello")), newParcel([]byte("other"))
	pong := []byte{finalBit | websocket.PongMessage, 1, 'p'}
	last := lastParcel(closeWith(wire.Bye{Code: "revoked"}, closeKey))
	for _, tt := range []struct {
		name string
		then func(s *stream)
		want [][]byte
	}{
		{"nothing", func(*stream) {}, [][]byte{hello.wire}},
		{"a frame and a pong", func(s *stream) { s.send(other); _, _ = s.Write(pong) }, [][]byte{hello.wire, other.wire, pong}},
		{"a bye behind a frame", func(s *stream) { s.send(other); s.enqueue(last) }, [][]byte{last.wire}},
		{"a cut behind a frame", func(s *stream) { s.send(other); s.pushLast(last); s.send(other) }, [][]byte{last.wire}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, client := newStreamPair(t)
			s.hold()
			tt.then(s)
			if s.draining {
				t.Error("it is written before it is released")
			}
			s.release(hello)
			s.release() // once is enough
			want := bytes.Join(tt.want, nil)
			got := make([]byte, len(want))
			if _, err := io.ReadFull(client, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%q came, %v; want %q", got, err, want)
			}
			eventually(t, "an empty queue", func() bool { return s.queued.Load() == 0 })
			if passes := s.pass(other); passes == s.ended.Load() {
				t.Errorf("a frame passes: %v, behind a close frame: %v", passes, s.ended.Load())
			}
		})
	}
}

// A frame for a person while one of its sockets is being welcomed follows the hello there.
func TestNoFrameComesBeforeTheHello(t *testing.T) {
	h := newTestServer(t)
	sendTo := func() {
		for _, user := range h.hub.People("live", "") {
			h.hub.SendTo("live", user, []byte(`{"type":"told"}`))
		}
	}
	h.OnList.Store(&sendTo)
	conn := h.phone()
	for _, want := range []string{"hello", "told"} {
		var f struct{ Type string }
		if err := conn.ReadJSON(&f); err != nil || f.Type != want {
			t.Fatalf("%q came, %v; want %s", f.Type, err, want)
		}
	}
}

// A pong that does not fit into the kernel's buffer waits like any frame: its reader does
// not wait for it, and the client may take longer than a moment.
func TestAPongWaitsLikeAFrame(t *testing.T) {
	s, client := newStreamPair(t)
	junk, written := &parcel{wire: make([]byte, 1<<20)}, 0
	for n := 1; n > 0; written += n {
		n = junk.write(s.raw)
	}
	pong := []byte{finalBit | websocket.PongMessage, 1, 'p'}
	if _, err := s.Write(pong); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, client, int64(written)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(pong))
	if _, err := io.ReadFull(client, got); err != nil || !bytes.Equal(got, pong) {
		t.Errorf("%q came, %v", got, err)
	}
}

// While a write waits for its client, frames are queued without blocking.
func TestNoCallerWaitsForAWrite(t *testing.T) {
	s, client := newStreamPair(t)
	_ = s.Conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
	huge := frameOf(make([]byte, 4<<20))
	if !s.send(newParcel(make([]byte, 4<<20))) {
		t.Fatal("the queue is full")
	}
	other := newParcel([]byte("other"))
	said := 0
	for said < 2*queueLen && s.send(other) {
		said++
	}
	if said < queueLen-1 || said > queueLen { // drain has one of them, or not yet
		t.Fatalf("%d frames wait", said)
	}
	if _, err := io.CopyN(io.Discard, client, int64(len(huge)+said*len(other.wire))); err != nil {
		t.Fatal(err)
	}
	eventually(t, "an empty queue", func() bool { return s.queued.Load() == 0 })
}

// Gorilla answers a close frame and its reader closes the connection right after: the
// answer has been sent by then, even if it had to wait for another frame.
func TestTheReplyToACloseIsNotLost(t *testing.T) {
	s, client := newStreamPair(t)
	release := blockQueue(t, s)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = s.Write([]byte{finalBit | websocket.CloseMessage, 2, 0x03, 0xE8})
		_ = s.Close()
	}()
	eventually(t, "a close frame that waits", s.ended.Load)
	release()
	got, err := io.ReadAll(client)
	if err != nil || !bytes.HasSuffix(got, []byte{finalBit | websocket.CloseMessage, 2, 0x03, 0xE8}) {
		t.Errorf("the client read %q, %v", got, err)
	}
	<-ended
}

// A closed connection accepts nothing, and its queue ends.
func TestAClosedConnectionAcceptsNoFrame(t *testing.T) {
	s, _ := newStreamPair(t)
	s.Close()
	for range 2 * queueLen {
		if s.pass(newParcel([]byte("frame"))) {
			t.Fatal("a frame passes")
		}
		s.enqueue(newParcel([]byte("frame")))
	}
	eventually(t, "an empty queue", func() bool { return s.queued.Load() == 0 })
}

// A failed write may leave half a frame, so nothing may follow it.
func TestNoFrameFollowsAFailedWrite(t *testing.T) {
	s, client := newStreamPair(t)
	s.mu.Lock()
	_ = s.Conn.SetWriteDeadline(time.Now().Add(-time.Second))
	s.deadline = time.Now().Add(time.Hour) // so that it is not changed
	s.mu.Unlock()
	s.enqueue(newParcel([]byte("frame")))
	eventually(t, "an empty queue", func() bool { return s.queued.Load() == 0 })
	if s.pass(newParcel([]byte("frame"))) {
		t.Error("a frame passes")
	}
	if got, err := io.ReadAll(client); err != nil || len(got) > 0 {
		t.Errorf("%q came, %v", got, err)
	}
}

// A wrapper of a connection may change its bytes (TLS), so nothing bypasses it.
func TestNoWriteBypassesTheWrapper(t *testing.T) {
	bare, client := newStreamPair(t)
	s := newStream(struct{ *net.TCPConn }{bare.Conn.(*net.TCPConn)})
	if s.pass(newParcel([]byte("frame"))) {
		t.Error("a frame passes")
	}
	s.Close()
	if got, err := io.ReadAll(client); err != nil || len(got) > 0 {
		t.Errorf("%q came, %v", got, err)
	}
}

// gorilla reads every form of a frame's length.
func TestFrameOf(t *testing.T) {
	h := newTestServer(t)
	conn := h.phone()
	next(t, conn, "hello")
	for _, n := range []int{2, 125, 126, 127, 65535, 65536, 70000} {
		frame := []byte(`"` + strings.Repeat("x", n-2) + `"`)
		go h.hub.Announce("live", "audience", frame)
		_, got, err := conn.ReadMessage()
		if err != nil || !bytes.Equal(got, frame) {
			t.Errorf("%d bytes came as %d: %v", n, len(got), err)
		}
	}
}
