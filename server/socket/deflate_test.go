package socket

import (
	"bufio"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/live/fanout"
	"danmaku/room"
)

func TestNegotiate(t *testing.T) {
	const plain, alone = "permessage-deflate; client_no_context_takeover", "permessage-deflate; client_no_context_takeover; server_no_context_takeover"
	for offer, want := range map[string]string{
		"": "", "x-webkit-deflate-frame": "", "permessage-deflate; what": "", "permessage-deflate; server_max_window_bits=10": "",
		"permessage-deflate; client_no_context_takeover; client_no_context_takeover": "",
		"permessage-deflate; client_max_window_bits":                                 plain, // Chromium
		"permessage-deflate": plain, // Firefox, Safari
		"permessage-deflate; server_max_window_bits=9, permessage-deflate":                   plain,
		"permessage-deflate; server_no_context_takeover; client_no_context_takeover":         alone, // gorilla
		"permessage-deflate; server_max_window_bits=15; client_max_window_bits=15, x-other":  plain,
		"x-other; a=1, permessage-deflate;server_no_context_takeover;client_max_window_bits": alone,
	} {
		what, answer := negotiate(&http.Request{Header: http.Header{"Sec-Websocket-Extensions": {offer}}})
		if answer != want || (what&readsDeflate != 0) != (want != "") || (what&readsAlone != 0) != (want == alone) {
			t.Errorf("%q is answered %q (%b), want %q", offer, answer, what, want)
		}
	}
}

// window is a client that unpacks by RFC 7692: with one window for everything that was
// compressed, and none for the rest.
type window struct {
	t    testing.TB
	last []byte
}

func (w *window) read(frame []byte) []byte {
	w.t.Helper()
	head, size := 2, int(frame[1])
	switch size {
	case 126:
		head, size = 4, int(frame[2])<<8|int(frame[3])
	case 127:
		w.t.Fatal("a very long frame")
	}
	payload := frame[head:]
	if len(payload) != size || frame[0]&^packedBit != finalBit|websocket.TextMessage {
		w.t.Fatalf("frame % x… of %d bytes", frame[:head], len(payload))
	}
	if frame[0]&packedBit == 0 {
		return payload
	}
	message, err := w.unpack(payload)
	if err != nil {
		w.t.Fatal(err)
	}
	return message
}

// unpack unpacks a compressed message.
func (w *window) unpack(payload []byte) ([]byte, error) {
	r := flate.NewReaderDict(io.MultiReader(bytes.NewReader(payload), strings.NewReader(endOfMessage)), w.last)
	message, err := io.ReadAll(r)
	w.last = append(w.last, message...)
	w.last = w.last[max(len(w.last)-32<<10, 0):]
	return message, err
}

// However clients come and go, each can unpack all that it gets, with a window of only what
// was compressed for it; and frames are compressed once for all of them.
func TestEveryClientUnpacksItsFrames(t *testing.T) {
	g := &group{}
	type member struct {
		*stream
		*window
	}
	var members []member
	var raw, packed int
	for n := range 1500 {
		for range rand.IntN(3) {
			if len(members) > 20 && rand.IntN(2) == 0 {
				i := rand.IntN(len(members))
				members = append(members[:i], members[i+1:]...)
			} else {
				members = append(members, member{&stream{reads: reads(rand.IntN(8)), group: g}, &window{t: t}})
			}
		}
		if n%200 == 199 {
			g.releaseIdleChains()
		}
		frame := fanout.Frame{Full: fmt.Appendf(nil, `{"type":"events","position":"k3f9:%d","events":[`, n), Brief: []byte(`{"type":"events","events":[`)}
		for i := range rand.IntN(5) { // none at all makes a short frame
			e := fmt.Appendf(nil, `{"seq":%d,"id":"0we5z80%06d","text":"comment %d of the show","user":"u%d"}`, n, n, i, rand.IntN(100))
			frame.Full, frame.Brief = append(frame.Full, e...), append(frame.Brief, e...)
		}
		f := g.forms(frame, nil)
		made := map[*parcel]bool{}
		for _, m := range members {
			p := f.of(m.stream)
			made[p] = true
			want := frame.Full
			if m.reads&readsBrief != 0 {
				want = frame.Brief
			}
			if m.reads&readsDeflate == 0 && p.wire[0]&packedBit != 0 {
				t.Fatal("a client that did not agree gets a compressed frame")
			}
			if m.reads&readsAlone != 0 {
				m.window.last = nil
			}
			if got := m.window.read(p.wire); !bytes.Equal(got, want) {
				t.Fatalf("frame %d came as %q, want %q", n, got, want)
			}
			if m.reads == readsDeflate|readsBrief {
				raw += len(want)
				packed += len(p.wire)
			}
		}
		f.close()
		if len(made) > 6 {
			t.Fatalf("a frame was made %d times for %d clients", len(made), len(members))
		}
	}
	if packed*2 > raw {
		t.Errorf("%d bytes were compressed to %d", raw, packed)
	}
}

// A client that has missed a frame follows no chain that depends on it, even when the group
// has dropped its chains meanwhile.
func TestAClientThatMissedAFrameLeavesTheCompressedStream(t *testing.T) {
	g := &group{}
	send := func(n int, to ...*stream) (p *parcel, payload []byte) {
		payload = fmt.Appendf(nil, `{"type":"events","events":[{"seq":%d,"text":"comment %d of the show, %s"}]}`, n, n, strings.Repeat("ab", n))
		f := g.forms(fanout.Frame{Full: payload, Brief: payload}, nil)
		for _, s := range to {
			p = f.of(s)
		}
		f.close()
		return p, payload
	}
	for _, quiet := range []bool{false, true} {
		remaining, gone := &stream{reads: readsDeflate, group: g}, &stream{reads: readsDeflate, group: g}
		reader := &window{t: t}
		n := 0
		for range 3 {
			n++
			p, payload := send(n, remaining, gone)
			if got := reader.read(p.wire); !bytes.Equal(got, payload) {
				t.Fatalf("frame %d came as %q", n, got)
			}
		}
		if quiet {
			g.releaseIdleChains()
			g.releaseIdleChains()
		}
		for range 2 * chainLength { // this client misses all of them
			n++
			send(n, remaining)
		}
		for range 2 * chainLength {
			n++
			p, payload := send(n, remaining, gone)
			if got := reader.read(p.wire); !bytes.Equal(got, payload) {
				t.Fatalf("frame %d came as %q, quiet: %v", n, got, quiet)
			}
		}
	}
}

// dialPacked opens a phone's socket with compression, as gorilla does.
func (h *testServer) dialPacked(query string) *websocket.Conn {
	h.t.Helper()
	d := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{Subprotocol}, EnableCompression: true}
	conn, resp, err := d.Dial("ws://"+h.base+"/api/rooms/live/socket?"+query, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	if got := resp.Header.Get(extension); !strings.HasPrefix(got, "permessage-deflate") {
		h.t.Fatalf("the offer is answered %q", got)
	}
	return conn
}

// A second implementation, gorilla's client, compresses and receives compressed frames.
func TestCompressedBothWays(t *testing.T) {
	h := newTestServer(t)
	conn := h.dialPacked("role=audience")
	next(t, conn, "hello")
	for n := range 20 {
		text := fmt.Sprintf("%d %s", n, strings.Repeat("abc ", 200))
		if err := conn.WriteJSON(map[string]string{"type": "send", "ref": fmt.Sprint(n), "text": text}); err != nil {
			t.Fatal(err)
		}
		if a := next(t, conn, "ack"); a["ref"] != fmt.Sprint(n) {
			t.Fatalf("answered %v", a)
		}
		h.publishComment(n)
		next(t, conn, "events")
	}
}

// gorilla bounds a message before it unpacks it, so that a frame of 512 bytes gave 400,000.
// Guard: it never sees a compressed frame.
func TestCompressedMessagesHaveTheSameBound(t *testing.T) {
	frame := func(size int) []byte {
		b := []byte(`{"type":"send","ref":"big","text":""}`)
		return append(b[:len(b)-2], strings.Repeat("x", size-len(b))+`"}`...)
	}
	h := newTestServer(t)
	fits := h.dialPacked("role=audience")
	next(t, fits, "hello")
	if err := fits.WriteMessage(websocket.TextMessage, frame(maxFrame)); err != nil {
		t.Fatal(err)
	}
	if a := next(t, fits, "ack"); a["code"] != "too_long" {
		t.Errorf("%d bytes are answered %v", maxFrame, a)
	}
	noise := make([]byte, 3*maxFrame)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	// Each is one write: gorilla's client writes a long message in pieces, and a piece that
	// arrives a second after the close frame may find no connection.
	for name, b := range map[string][]byte{
		"one more": packedFrames(frame(maxFrame + 1)), "a bomb": packedFrames(frame(400_000)),
		"what does not shrink": packedFrames(noise), "what does not shrink, in parts": packedFrames(noise, 1000, 1000, 1000, 1000, 1000),
	} {
		conn := h.dialPacked("role=audience")
		next(t, conn, "hello")
		if _, err := conn.NetConn().Write(b); err != nil {
			t.Fatal(err)
		}
		if _, code := ended(t, conn); code != websocket.CloseMessageTooBig {
			t.Errorf("%s closes with %d", name, code)
		}
	}
}

// packedFrames returns the frames of a compressed message, split at the given places.
func packedFrames(message []byte, cuts ...int) (out []byte) {
	b := deflate(message, nil)
	first := byte(packedBit | websocket.TextMessage)
	for i, at := range append(cuts, len(b)) {
		if i == len(cuts) {
			first |= finalBit
		}
		part := b[:min(at, len(b))]
		b = b[len(part):]
		out = append(out, first, 0x80|126, byte(len(part)>>8), byte(len(part)), 1, 2, 3, 4)
		for i, c := range part {
			out = append(out, c^byte(i&3+1))
		}
		first = 0
	}
	return out
}

// gorilla receives the same, wherever the bytes are split.
func TestInflation(t *testing.T) {
	send := []byte(`{"type":"send","text":"` + strings.Repeat("abc", 50) + `"}`)
	ping := append([]byte{finalBit | websocket.PingMessage, 0x80 | 1, 0, 0, 0, 0}, 'p')
	plain := append([]byte{finalBit | websocket.TextMessage, 0x80 | 2, 0, 0, 0, 0}, "{}"...)
	unpacked := (&inflation{}).handed(send)
	for name, tt := range map[string]struct{ in, want []byte }{
		"uncompressed":           {plain, plain},
		"compressed":             {packedFrames(send), unpacked},
		"in parts":               {packedFrames(send, 0, 3, 5), unpacked},
		"of nothing":             {packedFrames(nil), (&inflation{}).handed(nil)},
		"one after the other":    {bytes.Join([][]byte{packedFrames(send), plain, packedFrames(send)}, nil), bytes.Join([][]byte{unpacked, plain, unpacked}, nil)},
		"a ping between parts":   {bytes.Join([][]byte{packedFrames(send, 4)[:12], ping, packedFrames(send, 4)[12:]}, nil), append(bytes.Clone(ping), unpacked...)},
		"a message in a message": {append(packedFrames(send, 4)[:12], plain...), []byte{0xff, 0x80}},
		"no compressed data":     {append([]byte{finalBit | packedBit | websocket.TextMessage, 0x80 | 3, 0, 0, 0, 0}, "\xff\xff\xff"...), []byte{0xff, 0x80}},
		"too long in parts":      {bytes.Repeat(append([]byte{packedBit | websocket.TextMessage, 0x80 | 126, 0x0f, 0xff, 0, 0, 0, 0}, append(make([]byte, 4095), 0, 0x80|2, 0, 0, 0, 0, 0, 0)...), 1), (&inflation{}).tooLong()},
		"a part of any length":   {append(packedFrames([]byte("0123456789"), 4)[:12], 0, 0x80|127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0), (&inflation{}).tooLong()},
	} {
		for _, step := range []int{1, 2, 3, 7, len(tt.in)} {
			var f inflation
			for rest := tt.in; len(rest) > 0; rest = rest[min(step, len(rest)):] {
				f.inflate(rest[:min(step, len(rest))])
			}
			if !bytes.Equal(f.out, tt.want) {
				t.Errorf("%s, %d bytes at a time: %.80q, want %.80q", name, step, f.out, tt.want)
			}
		}
	}
}

func (f *inflation) handed(message []byte) []byte {
	f.hand(websocket.TextMessage, uint64(len(message)))
	return append(f.out, message...)
}

func (f *inflation) tooLong() []byte {
	f.fail(maxFrame + 1)
	return f.out
}

// No input makes more of its bytes than a message may have.
func FuzzInflation(f *testing.F) {
	f.Add(packedFrames([]byte(`{"type":"beat"}`)))
	f.Add(packedFrames(make([]byte, 400_000)))
	f.Add(packedFrames([]byte(`{"type":"send","text":"a"}`), 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		var in inflation
		in.inflate(b)
		// Each message costs its sender at least eight bytes.
		if len(in.out) > len(b)+(len(b)/8+1)*(maxFrame+14) || len(in.pack) > maxFrame {
			t.Errorf("%d bytes became %d, and %d wait", len(b), len(in.out), len(in.pack))
		}
	})
}

// A frame for one client is not compressed, since that would happen for each. Nor is an
// announced one, which may come between two frames of a chain.
func TestOnlyBroadcastsAreCompressed(t *testing.T) {
	h := newTestServer(t)
	conn, err := net.Dial("tcp", h.base)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "GET /api/rooms/live/socket?role=audience HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", h.base)
	r := bufio.NewReader(conn)
	if _, err := http.ReadResponse(r, nil); err != nil {
		t.Fatal(err)
	}
	first := func() (b byte) {
		t.Helper()
		head := make([]byte, 4) // all frames here have between 126 and 65,535 bytes
		if _, err := io.ReadFull(r, head); err != nil || head[1] != 126 {
			t.Fatalf("head % x: %v", head, err)
		}
		if _, err := r.Discard(int(head[2])<<8 | int(head[3])); err != nil {
			t.Fatal(err)
		}
		return head[0]
	}
	if b := first(); b != 0x81 {
		t.Errorf("hello begins with %#x", b)
	}
	h.onlyStream()
	for range 3 {
		noise := strings.Map(func(rune) rune { return rune('a' + rand.IntN(26)) }, strings.Repeat("x", 400))
		h.broadcast([]byte(`"` + noise + `"`))
		if b := first(); b != 0xc1 {
			t.Errorf("events begin with %#x", b)
		}
		h.hub.Announce("live", room.ViewAudience, bytes.Repeat([]byte("x"), 200))
		if b := first(); b != 0x81 {
			t.Errorf("an announcement begins with %#x", b)
		}
	}
}
