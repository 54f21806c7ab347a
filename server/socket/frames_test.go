package socket

import (
	"bytes"
	"strings"
	"testing"

	"danmaku/live"
	"danmaku/room"
)

// maskedFrame returns a masked frame as a browser sends it.
func maskedFrame(first byte, size int) []byte {
	b := []byte{first}
	switch {
	case size < 126:
		b = append(b, 0x80|byte(size))
	case size < 1<<16:
		b = append(b, 0x80|126, byte(size>>8), byte(size))
	default:
		b = append(b, 0x80|127, 0, 0, 0, 0, byte(size>>24), byte(size>>16), byte(size>>8), byte(size))
	}
	b = append(b, 1, 2, 3, 4)
	return append(b, make([]byte, size)...) // zeros look like heads of continuation frames
}

// Heads are found wherever the bytes are split, and payloads are not mistaken for them.
func TestContinuationFramesAreCounted(t *testing.T) {
	const text, more, last, ping = 0x01, 0x00, 0x80, 0x89
	for name, tt := range map[string]struct {
		frames [][]byte
		want   int
	}{
		"whole messages":      {[][]byte{maskedFrame(0x81, 0), maskedFrame(0x81, 125), maskedFrame(0x81, 126), maskedFrame(0x82, 70_000)}, 0},
		"one in three parts":  {[][]byte{maskedFrame(text, 200), maskedFrame(more, 0), maskedFrame(last, 4000)}, 2},
		"empty ones":          {[][]byte{maskedFrame(text, 0), bytes.Repeat(maskedFrame(more, 0), 500)}, 500},
		"with pings between":  {[][]byte{maskedFrame(text, 1), maskedFrame(ping, 10), maskedFrame(more, 0), maskedFrame(ping, 0), maskedFrame(last, 0)}, 2},
		"without a mask":      {[][]byte{{0x00, 3, 0, 0, 0}, {0x80, 0}}, 2},
		"a very long promise": {[][]byte{{0x00, 0x80 | 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, make([]byte, 5000)}, 1},
	} {
		all := bytes.Join(tt.frames, nil)
		for _, step := range []int{1, 2, 3, 7, 512, len(all)} {
			var h frameHeads
			got := 0
			for rest := all; len(rest) > 0; rest = rest[min(step, len(rest)):] {
				got += h.continued(rest[:min(step, len(rest))])
			}
			if got != tt.want {
				t.Errorf("%s, %d bytes at a time: %d, want %d", name, step, got, tt.want)
			}
		}
	}
}

// A fault while a frame of another machine is handled is answered like any refusal: nobody
// else would catch the panic, and the next home would get the same frame.
func TestAnswerOfAFaultyHandler(t *testing.T) {
	h := NewHandler(NewHub(Options{}), nil, HandlerOptions{}) // without a service every frame fails
	for frame, want := range map[string]string{
		`{"type":"send","ref":"r1","text":"hello"}`:               `"ref":"r1"`,
		`{"type":"take_part","ref":"r2","item":"i","choice":"a"}`: `"ref":"r2"`,
	} {
		answer, missing := h.Answer(t.Context(), "live", live.Author{Role: room.Audience, User: "u"}, []byte(frame))
		if missing || !strings.Contains(string(answer), want) || !strings.Contains(string(answer), `"code":"internal"`) {
			t.Errorf("%s: %s, %v", frame, answer, missing)
		}
	}
}
