package server

import (
	"fmt"
	"testing"

	"rsc.io/qr"
)

// A code is drawn once for each URL and kind, however often it is requested, and the cache
// has a bound.
func TestCodesAreDrawnOnce(t *testing.T) {
	var k codes
	drawn := 0
	draw := func(c *qr.Code) []byte {
		drawn++
		return drawPNG(c)
	}
	get := func(text, kind string) []byte {
		t.Helper()
		b, err := k.get(text, kind, draw)
		if err != nil || len(b) == 0 {
			t.Fatal(err)
		}
		return b
	}
	first := get("http://a/r/live", "image/png")
	for range 3 {
		if again := get("http://a/r/live", "image/png"); &again[0] != &first[0] {
			t.Error("it is drawn again")
		}
	}
	get("http://b/r/live", "image/png")
	get("http://a/r/live", "image/svg+xml")
	if drawn != 3 {
		t.Errorf("%d are drawn for 3", drawn)
	}
	for i := len(k.drawn); i < mostCodes-1; i++ { // as if drawn, since encoding them all takes seconds
		k.drawn[codeKey{fmt.Sprint("http://a/r/live?key=", i), "image/svg+xml"}] = first
	}
	for i := range 3 {
		get(fmt.Sprint("http://c/r/live?key=", i), "image/svg+xml")
		if len(k.drawn) > mostCodes {
			t.Errorf("%d codes are kept", len(k.drawn))
		}
	}
	if _, err := k.get(string(make([]byte, 5000)), "image/png", draw); err == nil {
		t.Error("5,000 bytes fit a code")
	}
}
