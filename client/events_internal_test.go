package client

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"testing/iotest"
)

// The events do not depend on how the network splits the stream. It ends after the last
// complete event, and a truncated one is not delivered.
func FuzzReadEvents(f *testing.F) {
	f.Add([]byte("retry: 2000\n\nid: e:1\nevent: hello\ndata: {}\n\n: beat\nid: e:5\n\n"))
	f.Add([]byte("event: comment\r\ndata: {\"text\":\"a\"}\r\n\r\ndata"))
	f.Add([]byte("id\ndata: \n\nevent:x\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		read := func(stream io.Reader) (heard []Event, since string) {
			since = "before"
			_ = readEvents(stream, &since, func(e Event) error { // an error means a line that is too long
				heard = append(heard, e)
				return nil
			})
			return heard, since
		}
		same := func(a, b Event) bool {
			return a.Position == b.Position && a.Type == b.Type && bytes.Equal(a.Data, b.Data)
		}
		heard, since := read(bytes.NewReader(b))
		again, then := read(iotest.OneByteReader(bytes.NewReader(b)))
		if since != then || !slices.EqualFunc(heard, again, same) {
			t.Errorf("received %q up to %s in one piece, %q up to %s byte by byte", heard, since, again, then)
		}
		for i, e := range heard {
			if e.Data == nil {
				t.Errorf("event %d has no data", i)
			}
		}
		if len(heard) > 0 && since == "before" && heard[len(heard)-1].Position != "" {
			t.Error("the place behind the last event was not kept")
		}
		// A line that is cut off belongs to no event.
		if whole := bytes.LastIndexByte(b, '\n') + 1; whole > 0 {
			if cut, at := read(bytes.NewReader(append(b[:whole:whole], "data: {"...))); at != since && whole == len(b) || len(cut) > len(heard) {
				t.Errorf("with half an event after it: received %q up to %s", cut, at)
			}
		}
	})
}
