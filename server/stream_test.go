package server

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// pair is a stream and its client's end.
func pair(t *testing.T) (*stream, net.Conn) {
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

// A frame of which the kernel takes only a part is gone on with by whoever
// writes next, and only by him, and the nudge that stands for it is not sent.
func TestRestOfAFrameComesFirst(t *testing.T) {
	huge := []byte(`"` + strings.Repeat("x", 1<<20) + `"`)
	pong := []byte{0x80 | websocket.PongMessage, 1, 'p'}
	last := append([]byte{0x80 | websocket.CloseMessage, 2}, websocket.FormatCloseMessage(closeSlow, "")...)
	alike := append([]byte{0x80 | websocket.CloseMessage, 36}, bytes.Repeat([]byte("x"), 36)...)
	long := frameOf(append(bytes.Repeat([]byte("x"), 5000), alike...))
	for _, tt := range []struct {
		name   string
		writes [][]byte
		said   string
		want   []byte
		passes bool // a frame may pass behind them
	}{
		{"its nudge", [][]byte{nudge}, "", nil, true},
		{"a pong", [][]byte{pong, nudge}, "", pong, true},
		{"another frame, in two pieces", [][]byte{long[:5004], long[5004:], nudge}, "", long, true},
		{"a farewell and a close frame", [][]byte{last}, "bye", append(frameOf([]byte("bye")), last...), false},
		{"two pieces, of which one looks like a close frame, and a farewell", [][]byte{long[:5004], long[5004:], last}, "bye",
			append(append(bytes.Clone(long), frameOf([]byte("bye"))...), last...), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, client := pair(t)
			if left, done := s.pass(newParcel(huge)); done || left != nil || s.rest == nil || s.queued.Load() != 1 {
				t.Fatalf("1 MB is written at once: %v, %d bytes queued, %d left", done, len(left), len(s.rest))
			}
			other := []byte("other")
			if left, done := s.pass(newParcel(other)); done || string(left) != "other" || s.queued.Load() != 2 {
				t.Fatalf("a frame passes one that is not whole: %v, %q left", done, left)
			}
			s.queued.Add(-1) // as if that had been sent, too
			if tt.said != "" {
				s.say([]byte(tt.said))
			}
			wrote := make(chan error, 1)
			go func() {
				defer s.Close()
				for _, b := range tt.writes {
					if n, err := s.Write(b); err != nil || n != len(b) {
						wrote <- err
						return
					}
				}
				if got := s.sent(nil); !bytes.Equal(got, huge) || s.queued.Load() != 0 {
					t.Errorf("%d bytes are told of, and %d frames queued", len(got), s.queued.Load())
				}
				if _, done := s.pass(newParcel(other)); done != tt.passes {
					t.Errorf("a frame passes: %v", done)
				}
				wrote <- nil
			}()
			want := append(frameOf(huge), tt.want...)
			if tt.passes {
				want = append(want, frameOf(other)...)
			}
			got, err := io.ReadAll(client)
			if err != nil {
				t.Fatal(err)
			}
			if err := <-wrote; err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes came, ending in %q; want %d, ending in %q", len(got), got[max(len(got)-40, 0):], len(want), want[len(want)-40:])
			}
		})
	}
}

// While a write waits for its client, frames are queued and nobody waits.
func TestNobodyWaitsForAWrite(t *testing.T) {
	s, client := pair(t)
	_ = s.Conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
	done := make(chan error, 1)
	go func() {
		_, err := s.Write(frameOf(make([]byte, 1<<20)))
		done <- err
	}()
	eventually(t, "a write that waits", func() bool {
		free := s.mu.TryLock()
		if free {
			s.mu.Unlock()
		}
		return !free
	})
	if left, passed := s.pass(newParcel([]byte("frame"))); passed || string(left) != "frame" {
		t.Errorf("passed: %v, left %q", passed, left)
	}
	if _, err := io.CopyN(io.Discard, client, 1<<20); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A connection that is closed takes nothing, and the pump is to hear why.
func TestClosedConnectionTakesNothing(t *testing.T) {
	s, _ := pair(t)
	s.Close()
	if left, done := s.pass(newParcel([]byte("frame"))); done || string(left) != "frame" {
		t.Errorf("passed: %v, left %q", done, left)
	}
}

// A pong that comes upon the rest of a frame gives it a frame's time, and not the
// second that it has itself: the client would be cut for its ping.
func TestRestHasItsTimeAlsoBeforeAPong(t *testing.T) {
	s, client := pair(t)
	huge := make([]byte, 1<<20)
	if _, done := s.pass(newParcel(huge)); done || s.rest == nil {
		t.Fatal("1 MB is written at once, or not begun")
	}
	_ = s.SetWriteDeadline(time.Now().Add(-time.Second)) // the pong's is over
	pong := []byte{0x80 | websocket.PongMessage, 0}
	wrote := make(chan error, 1)
	go func() {
		_, err := s.Write(pong)
		wrote <- err
		s.Close()
	}()
	got, err := io.ReadAll(client)
	if err := errors.Join(err, <-wrote); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, append(frameOf(huge), pong...)) {
		t.Errorf("%d bytes came", len(got))
	}
}

// What a failed write has left may be half a frame. gorilla writes nothing more,
// and melody, which forgets how its pings fared, would not notice.
func TestNothingComesAfterAWriteThatFailed(t *testing.T) {
	s, client := pair(t)
	_ = s.SetWriteDeadline(time.Now().Add(-time.Second))
	if _, err := s.Write([]byte{0x80 | websocket.PingMessage, 0}); err == nil {
		t.Fatal("a write after its deadline works")
	}
	if left, done := s.pass(newParcel([]byte("frame"))); done || string(left) != "frame" {
		t.Errorf("passed: %v, left %q", done, left)
	}
	s.Close()
	if got, err := io.ReadAll(client); err != nil || len(got) > 0 {
		t.Errorf("%q came, %v", got, err)
	}
}

// What wraps a connection may change its bytes (TLS), so nothing passes it by.
func TestNothingPassesAWrapper(t *testing.T) {
	bare, client := pair(t)
	s := newStream(struct{ *net.TCPConn }{bare.Conn.(*net.TCPConn)})
	if left, done := s.pass(newParcel([]byte("frame"))); done || string(left) != "frame" {
		t.Errorf("passed: %v, left %q", done, left)
	}
	s.Close()
	if got, err := io.ReadAll(client); err != nil || len(got) > 0 {
		t.Errorf("%q came, %v", got, err)
	}
}

// Every length of a frame's header is as gorilla reads it.
func TestFrameOf(t *testing.T) {
	h := newHouse(t)
	conn := h.phone()
	next(t, conn, "hello")
	for _, n := range []int{2, 125, 126, 127, 65535, 65536, 70000} {
		frame := []byte(`"` + strings.Repeat("x", n-2) + `"`)
		go h.sockets.Announce("live", "audience", frame)
		_, got, err := conn.ReadMessage()
		if err != nil || !bytes.Equal(got, frame) {
			t.Errorf("%d bytes came as %d: %v", n, len(got), err)
		}
	}
}
