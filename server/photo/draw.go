// Package photo decodes the photos of an audience and redraws them, so that screens get
// their pixels and nothing else of the file: no location, no camera name, no bytes after
// the picture. A photo becomes an upright JPEG.
package photo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // formats that may be sent
	"image/jpeg"
	_ "image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"danmaku/room"
)

// Bounds of an upload. A few bytes may unpack to very many pixels, so these are checked
// before anything is decoded. Phones send about 300 KB.
const (
	MostBytes  = 4 << 20
	MostPixels = 16_000_000
	LeastSide  = 48 // pixels
)

// Bounds of the stored picture.
const (
	side      = 1280 // pixels
	keptBytes = 300 << 10
)

// qualities are tried in order until a picture is small enough; the last one is used
// however large the result is.
var qualities = []int{82, 70, 55, 40}

// Picture is a photo that this package has drawn: a JPEG.
type Picture struct {
	Bytes         []byte
	Width, Height int
}

// drawing lets one picture at a time be decoded, and a few wait, which bounds the memory.
var (
	drawing = make(chan struct{}, 1)
	waiting = make(chan struct{}, 16)
)

// Draw decodes a JPEG, a PNG, a WebP or the first frame of a GIF, turns it upright, and
// redraws it, at most 1280 pixels wide and high. Errors: room.ErrInvalid with a fault that
// names the exceeded limit, room.ErrBusy when too many pictures wait, that of ctx.
func Draw(ctx context.Context, b []byte) (Picture, error) {
	if len(b) > MostBytes {
		return Picture{}, fault(room.FaultPhotoBytes, MostBytes>>10, "the photo has %d KB; send at most %d", (len(b)+1023)>>10, MostBytes>>10)
	}
	select {
	case waiting <- struct{}{}:
		defer func() { <-waiting }()
	default:
		return Picture{}, room.ErrBusy
	}
	select {
	case drawing <- struct{}{}:
		defer func() { <-drawing }()
	case <-ctx.Done():
		return Picture{}, ctx.Err()
	}
	return redraw(b)
}

func redraw(b []byte) (Picture, error) {
	kind := sniff(b)
	switch kind {
	case "":
		return Picture{}, fault(room.FaultPhotoKind, 0, "this is not a picture that can be a photo; send a JPEG, a PNG, a WebP or a GIF")
	case "heic":
		return Picture{}, fault(room.FaultPhotoHEIC, 0, "this is a HEIC picture, which browsers do not show; send it as a JPEG")
	}
	size, found, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || found != kind || kind == "jpeg" && Endless(b) {
		return Picture{}, damaged(kind)
	}
	switch {
	case size.Width > MostPixels/max(1, size.Height):
		return Picture{}, fault(room.FaultPhotoPixels, MostPixels/1_000_000, "%d by %d pixels; send at most %d million", size.Width, size.Height, MostPixels/1_000_000)
	case min(size.Width, size.Height) < LeastSide:
		return Picture{}, fault(room.FaultPhotoSmall, LeastSide, "%d by %d pixels; send at least %d a side", size.Width, size.Height, LeastSide)
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil || img.Bounds().Dx()*img.Bounds().Dy() > MostPixels || img.Bounds().Empty() {
		return Picture{}, damaged(kind)
	}
	out := shrink(img)
	if kind == "jpeg" {
		out = upright(out, orientation(b))
	}
	p := Picture{Width: out.Bounds().Dx(), Height: out.Bounds().Dy()}
	for _, q := range qualities {
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, out, &jpeg.Options{Quality: q}); err != nil {
			return Picture{}, fmt.Errorf("encode a photo: %w", err)
		}
		if p.Bytes = buf.Bytes(); len(p.Bytes) <= keptBytes {
			break
		}
	}
	return p, nil
}

func fault(code string, n int, format string, args ...any) error {
	return room.PhotoFault(room.ErrInvalid, code, n, format, args...)
}

func damaged(kind string) error {
	return fault(room.FaultPhotoDamaged, 0, "this %s is damaged; save it again and send the new file", kind)
}

// ground is the colour behind transparent pixels.
var ground = image.NewUniform(color.Gray{0x13})

// shrink draws a picture at its stored size: it becomes smaller, never larger. It first
// halves it as often as possible: that averages four pixels and needs little memory.
func shrink(img image.Image) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if most := max(w, h); most > side {
		w, h = max(1, (w*side+most/2)/most), max(1, (h*side+most/2)/most)
	}
	for b.Dx() >= 2*w && b.Dy() >= 2*h {
		half := image.NewRGBA(image.Rect(0, 0, b.Dx()/2, b.Dy()/2))
		draw.ApproxBiLinear.Scale(half, half.Bounds(), img, b, draw.Src, nil)
		img, b = half, half.Bounds()
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), ground, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return out
}

// sniff returns the kind of a picture by its first bytes, as package image calls it, and
// heic for the format of iPhones, which this program cannot read.
func sniff(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "gif"
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "webp"
	case len(b) > 12 && string(b[4:8]) == "ftyp":
		switch string(b[8:12]) {
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif":
			return "heic"
		}
	}
	return ""
}
