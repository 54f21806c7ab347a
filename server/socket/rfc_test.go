package socket

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A client by the RFC alone: it writes frames byte by byte, and reads them so.

// rawFrame is a client's frame with a mask.
func rawFrame(first byte, payload string) []byte {
	b := []byte{first, 0x80 | byte(len(payload))}
	if len(payload) > 125 {
		b = []byte{first, 0x80 | 126, byte(len(payload) >> 8), byte(len(payload))}
	}
	key := []byte{7, 11, 13, 17}
	b = append(b, key...)
	for i, c := range []byte(payload) {
		b = append(b, c^key[i&3])
	}
	return b
}

// rawRead reads a server's frame, which has no mask.
func rawRead(t *testing.T, r io.Reader) (first byte, payload []byte) {
	t.Helper()
	head := make([]byte, 2)
	if _, err := io.ReadFull(r, head); err != nil {
		t.Fatal(err)
	}
	size := int(head[1])
	if size == 126 {
		long := make([]byte, 2)
		if _, err := io.ReadFull(r, long); err != nil {
			t.Fatal(err)
		}
		size = int(binary.BigEndian.Uint16(long))
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		t.Fatal(err)
	}
	return head[0], payload
}

func TestFramesByTheRFC(t *testing.T) {
	const text, more, bin, closes, ping, fin = 0x01, 0x00, 0x02, 0x88, 0x89, 0x80
	beat := rawFrame(fin|text, `{"type":"beat"}`)
	long := string(bytes.Repeat([]byte("x"), 126))
	bad := []byte(`{"type":"error","code":"bad_frame"`)
	for name, tt := range map[string]struct {
		frames [][]byte
		first  byte   // of the answer
		begins []byte // … its payload
	}{
		"in three parts with a ping":      {[][]byte{rawFrame(text, `{"type":`), rawFrame(ping, "p"), rawFrame(more, ``), rawFrame(fin|more, `"what"}`)}, 0x8a, []byte("p")},
		"in parts":                        {[][]byte{rawFrame(text, `{"type":`), rawFrame(fin|more, `"what"}`)}, 0x81, bad},
		"a letter in two parts":           {[][]byte{rawFrame(text, "\"\xe5\xbc"), rawFrame(fin|more, "\xb9\"")}, 0x81, bad},
		"binary":                          {[][]byte{beat, rawFrame(fin|bin, `{"type":"beat"}`)}, 0x81, bad},
		"binary in parts":                 {[][]byte{rawFrame(bin, `{"type":`), rawFrame(fin|more, `"beat"}`)}, 0x81, bad},
		"a close without a code":          {[][]byte{rawFrame(closes, "")}, 0x88, nil},
		"a close with one":                {[][]byte{rawFrame(closes, "\x03\xe8done")}, 0x88, closePayload(1000)},
		"half a letter":                   {[][]byte{rawFrame(fin|text, "\"\xe5\xbc\"")}, 0x88, closePayload(1007)},
		"without a mask":                  {[][]byte{{fin | text, 2, '{', '}'}}, 0x88, closePayload(1002)},
		"a reserved bit":                  {[][]byte{rawFrame(fin|0x20|text, "{}")}, 0x88, closePayload(1002)},
		"compressed, which nobody agreed": {[][]byte{rawFrame(fin|0x40|text, "{}")}, 0x88, closePayload(1002)},
		"a reserved opcode":               {[][]byte{rawFrame(fin|0x03, "{}")}, 0x88, closePayload(1002)},
		"a ping in parts":                 {[][]byte{rawFrame(0x09, "p")}, 0x88, closePayload(1002)},
		"a long ping":                     {[][]byte{rawFrame(ping, long)}, 0x88, closePayload(1002)},
		"a part of nothing":               {[][]byte{rawFrame(fin|more, "{}")}, 0x88, closePayload(1002)},
		"a message within another":        {[][]byte{rawFrame(text, "{"), rawFrame(fin|text, "{}")}, 0x88, closePayload(1002)},
		"a close code that is none":       {[][]byte{rawFrame(closes, "\x03\xed")}, 0x88, closePayload(1002)},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestServer(t)
			conn := h.phone()
			next(t, conn, "hello")
			raw := conn.NetConn()
			_ = raw.SetReadDeadline(time.Now().Add(patience))
			write(t, raw, bytes.Join(tt.frames, nil))
			first, payload := rawRead(t, raw)
			if first != tt.first || !bytes.HasPrefix(payload, tt.begins) || tt.begins == nil && len(payload) > 0 {
				t.Errorf("answered with %#x and %q, want %#x and %q", first, payload, tt.first, tt.begins)
			}
		})
	}
}

func closePayload(n int) []byte { return websocket.FormatCloseMessage(n, "") }

func write(t *testing.T, conn net.Conn, b []byte) {
	t.Helper()
	if _, err := conn.Write(b); err != nil {
		t.Fatal(err)
	}
}
