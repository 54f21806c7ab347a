package server

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"sync"

	"rsc.io/qr"
)

// quietZone is the width of the white border of a QR code in modules, ISO/IEC 18004.
const quietZone = 4

// mostCodes bounds the cache of codes. A server has one URL for each room and each of its
// own bases; further ones are new keys of secret rooms.
const mostCodes = 256

// codes caches drawn QR codes, since a venue requests the same one repeatedly. The zero
// value is ready.
type codes struct {
	mu    sync.Mutex
	drawn map[codeKey][]byte
}

type codeKey struct{ text, kind string }

// get returns the code of a text, drawn now or before. The bytes are shared: callers must
// not change them.
func (c *codes) get(text, kind string, draw func(*qr.Code) []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := codeKey{text, kind}
	if b, ok := c.drawn[key]; ok {
		return b, nil
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("encode the audience link: %w", err)
	}
	if len(c.drawn) >= mostCodes || c.drawn == nil {
		c.drawn = map[codeKey][]byte{}
	}
	b := draw(code)
	c.drawn[key] = b
	return b, nil
}

// drawSVG draws a code with its quiet zone, black on white.
func drawSVG(code *qr.Code) []byte {
	side := code.Size + 2*quietZone
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, side, side, side, side)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quietZone, y+quietZone)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}

// drawPNG draws a code with its quiet zone, large enough for paper.
func drawPNG(code *qr.Code) []byte {
	const scale = 12 // pixels a module
	side := (code.Size + 2*quietZone) * scale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if code.Black(x/scale-quietZone, y/scale-quietZone) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("server: draw a code: " + err.Error()) // to memory: cannot fail
	}
	return b.Bytes()
}
