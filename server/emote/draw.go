// Package emote decodes the pictures of rooms' own emotes and redraws them, so that screens
// get their pixels and no other bytes of the file: a picture becomes a small PNG, an
// animation a small GIF.
package emote

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // formats that may be sent
	"image/png"
	"strings"
	"sync"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"danmaku/room"
)

// Bounds of an upload. A few bytes may unpack to very many pixels, so all bounds are
// checked before anything is decoded.
const (
	MostBytes  = 256 << 10
	MostSide   = 1_024      // pixels
	mostFrames = 120        // of a GIF that stays an animation
	mostPixels = 16_000_000 // of all frames together
)

// Bounds of the stored picture.
const (
	side       = 128 // pixels; an emote is 1.2 times as high as the letters
	mostGIF    = 256 << 10
	mostMillis = 60_000 // of an animation
)

// Picture is an emote that this package has drawn.
type Picture struct {
	Bytes     []byte
	MediaType string
	Animated  bool
}

// drawing lets one picture at a time be decoded, which bounds the memory.
var drawing sync.Mutex

// Draw decodes a PNG, a WebP or a GIF and redraws it, at most 128 pixels wide and high. A
// GIF stays an animation if its frames are within bounds; of other animations it keeps the
// first frame. Errors: room.ErrInvalid with a fault that names the exceeded limit.
func Draw(b []byte) (Picture, error) {
	if len(b) > MostBytes {
		return Picture{}, room.EmoteFault(room.FaultEmoteBytes, "", MostBytes>>10, "the picture has %d KB; send at most %d", (len(b)+1023)>>10, MostBytes>>10)
	}
	drawing.Lock()
	defer drawing.Unlock()
	b = firstFrame(b)
	size, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil && sniff(b) == "" || err == nil && kind != sniff(b) {
		return Picture{}, room.EmoteFault(room.FaultEmoteKind, "", 0, "this is not a picture that can be an emote; send a PNG, a WebP or a GIF")
	}
	if err == nil && (max(size.Width, size.Height) > MostSide || min(size.Width, size.Height) < 1) {
		return Picture{}, room.EmoteFault(room.FaultEmotePixels, "", MostSide, "%d by %d pixels; send 1 to %d a side, best %d by %d", size.Width, size.Height, MostSide, side, side)
	}
	var p Picture
	if err == nil {
		p, err = redraw(b, kind)
	}
	if err != nil {
		return Picture{}, room.EmoteFault(room.FaultEmoteDamaged, "", 0, "this %s is damaged; save it again and send the new file", strings.ToUpper(sniff(b)))
	}
	return p, nil
}

// redraw draws a picture that is within bounds.
func redraw(b []byte, kind string) (Picture, error) {
	if kind == "gif" {
		frames, err := count(b)
		if err != nil {
			return Picture{}, err
		}
		if frames.n > 1 && frames.n <= mostFrames && frames.pixels <= mostPixels {
			if p, err := animate(b); err != nil || p.Animated {
				return p, err
			}
		}
	}
	img, _, err := image.Decode(bytes.NewReader(b)) // of a GIF the first frame
	if err != nil {
		return Picture{}, err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, fit(img)); err != nil {
		return Picture{}, fmt.Errorf("encode an emote: %w", err)
	}
	return Picture{out.Bytes(), "image/png", false}, nil
}

// fit draws a picture at its stored size: it becomes smaller, never larger.
func fit(img image.Image) *image.NRGBA {
	out := image.NewNRGBA(fitted(img.Bounds()))
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// fitted returns the stored size of a picture.
func fitted(b image.Rectangle) image.Rectangle {
	w, h := b.Dx(), b.Dy()
	if most := max(w, h); most > side {
		w, h = max(1, (w*side+most/2)/most), max(1, (h*side+most/2)/most)
	}
	return image.Rect(0, 0, w, h)
}

// sniff returns the kind of a picture by its first bytes, as package image calls it.
func sniff(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "gif"
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "webp"
	}
	return ""
}
