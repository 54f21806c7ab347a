package emote_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"danmaku/room"
	"danmaku/server/emote"
)

// pngOf returns a picture, half of which is transparent.
func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w / 2 {
			img.Set(x, y, color.NRGBA{uint8(x), uint8(y), 80, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gifOf returns an animation in which a block moves over a transparent background.
func gifOf(t testing.TB, w, h, frames int, change func(*gif.GIF)) []byte {
	t.Helper()
	g := &gif.GIF{Config: image.Config{Width: w, Height: h}}
	for i := range frames {
		at := i * w / frames
		img := image.NewPaletted(image.Rect(at, 0, min(w, at+max(1, w/4)), h), color.Palette{color.Transparent, color.NRGBA{255, uint8(i), 0, 255}})
		for j := range img.Pix {
			img.Pix[j] = 1
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, img), append(g.Delay, 5+i), append(g.Disposal, gif.DisposalBackground)
	}
	if change != nil {
		change(g)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// vp8l returns the chunk of a lossless WebP of one colour: 14 bytes, whatever its size.
func vp8l(w, h int) []byte {
	b := []byte{'V', 'P', '8', 'L', 13, 0, 0, 0, 0x2f, 0, 0, 0, 0, 0x07, 0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 0x07, 0}
	binary.LittleEndian.PutUint32(b[9:], uint32(w-1)|uint32(h-1)<<14|1<<28)
	return b
}

func riff(chunks ...[]byte) []byte {
	all := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(all))), all...)
}

// vp8x returns the head of a WebP with more than one chunk.
func vp8x(flags byte, w, h int) []byte {
	b := append([]byte("VP8X\x0a\x00\x00\x00"), flags, 0, 0, 0)
	return append(b, byte(w-1), byte((w-1)>>8), byte((w-1)>>16), byte(h-1), byte((h-1)>>8), byte((h-1)>>16))
}

// animatedWebP returns a WebP with two frames.
func animatedWebP(w, h int, frame []byte) []byte {
	anmf := append(make([]byte, 6), vp8x(0, w, h)[12:]...)
	anmf = append(append(anmf, 100, 0, 0, 0), frame...)
	chunk := append(binary.LittleEndian.AppendUint32([]byte("ANMF"), uint32(len(anmf))), anmf...)
	return riff(vp8x(2, w, h), []byte("ANIM\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00"), chunk, chunk)
}

func TestDraw(t *testing.T) {
	for _, tt := range []struct {
		name     string
		b        []byte
		w, h     int
		animated bool
	}{
		{"a PNG", pngOf(t, 64, 32), 64, 32, false},
		{"a large PNG", pngOf(t, 1024, 256), 128, 32, false},
		{"a thin PNG", pngOf(t, 1, 1024), 1, 128, false},
		{"bytes behind it", append(pngOf(t, 64, 32), "<script>alert(1)</script>"...), 64, 32, false},
		{"a WebP", riff(vp8l(300, 150)), 128, 64, false},
		{"an animated WebP", animatedWebP(40, 20, vp8l(40, 20)), 40, 20, false},
		{"a GIF of one frame", gifOf(t, 200, 100, 1, func(g *gif.GIF) { g.Image[0] = image.NewPaletted(image.Rect(0, 0, 200, 100), g.Image[0].Palette) }), 128, 64, false},
		{"an animated GIF", gifOf(t, 64, 64, 12, nil), 64, 64, true},
		{"a large animated GIF", gifOf(t, 400, 200, 12, nil), 128, 64, true},
		{"with too many frames", gifOf(t, 8, 8, 121, nil), 2, 8, false}, // its first frame has the same width
		{"that lasts too long", gifOf(t, 8, 8, 2, func(g *gif.GIF) { g.Delay[0] = 6001 }), 2, 8, false},
		{"that unpacks to too much", gifOf(t, 1024, 1024, 16, nil), 32, 128, false},
	} {
		p, err := emote.Draw(tt.b)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		size, kind, err := image.DecodeConfig(bytes.NewReader(p.Bytes))
		if err != nil || "image/"+kind != p.MediaType || p.Animated != tt.animated || p.Animated != (kind == "gif") || size.Width != tt.w || size.Height != tt.h {
			t.Errorf("%s: %s of %d by %d, animated %v, %v", tt.name, p.MediaType, size.Width, size.Height, p.Animated, err)
		}
		if bytes.Contains(p.Bytes, []byte("script")) || len(p.Bytes) > emote.MostBytes {
			t.Errorf("%s: %d bytes %.40q", tt.name, len(p.Bytes), p.Bytes)
		}
	}
}

// An animation keeps its times, its colours and its transparency, for all disposal methods.
func TestAnimationStays(t *testing.T) {
	b := gifOf(t, 40, 40, 8, func(g *gif.GIF) {
		g.LoopCount = 3
		g.Disposal[1] = gif.DisposalNone
		g.Disposal[2] = gif.DisposalPrevious
	})
	p, err := emote.Draw(b)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(p.Bytes))
	if err != nil || len(g.Image) != 8 || g.LoopCount != 0 {
		t.Fatalf("%v, %d frames, loops %d", err, len(g.Image), g.LoopCount)
	}
	for i, f := range g.Image {
		if g.Delay[i] != 5+i || f.Bounds() != image.Rect(0, 0, 40, 40) {
			t.Errorf("frame %d lasts %d and covers %v", i, g.Delay[i], f.Bounds())
		}
		red := func(x int) bool { r, _, _, a := f.At(x, 20).RGBA(); return a == 0xffff && r == 0xffff }
		for x := range 40 {
			own := x >= i*5 && x < i*5+10
			left := i >= 2 && x >= 5 && x < 15 // what the second frame has left
			if red(x) != (own || left) {
				t.Errorf("frame %d at %d: red is %v", i, x, red(x))
			}
		}
	}
}

// The colours of a picture with few of them stay the same, and many become similar ones.
func TestColoursOfAnAnimation(t *testing.T) {
	g := &gif.GIF{Config: image.Config{Width: 96, Height: 96}}
	for i := range 3 {
		img := image.NewPaletted(image.Rect(0, 0, 96, 96), nil)
		for j := range 256 {
			img.Palette = append(img.Palette, color.NRGBA{uint8(j), uint8(255 - j), uint8(i * 100), 255})
		}
		for j := range img.Pix {
			img.Pix[j] = uint8(j % 96 * 255 / 95)
		}
		g.Image, g.Delay = append(g.Image, img), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	p, err := emote.Draw(b.Bytes())
	if err != nil || !p.Animated {
		t.Fatal(err, p.Animated)
	}
	out, err := gif.DecodeAll(bytes.NewReader(p.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range out.Image {
		for x := range 96 {
			r1, g1, b1, _ := g.Image[i].At(x, 9).RGBA()
			r2, g2, b2, _ := f.At(x, 9).RGBA()
			for _, pair := range [][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}} {
				if d := int(pair[0]>>8) - int(pair[1]>>8); max(d, -d) > 8 {
					t.Fatalf("frame %d, pixel %d: %d becomes %d", i, x, pair[0]>>8, pair[1]>>8)
				}
			}
		}
	}
}

// For any upload, the error names the exceeded limit, and nothing beyond a limit is
// unpacked.
func TestHostilePictures(t *testing.T) {
	good, animation := pngOf(t, 64, 64), gifOf(t, 32, 32, 4, nil)
	jpg := func() []byte {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}()
	wide := bytes.Clone(animation) // a screen of 65,535 pixels a side, in a few hundred bytes
	for i := 6; i < 10; i++ {
		wide[i] = 0xff
	}
	outside := bytes.Clone(animation) // a frame larger than the screen
	binary.LittleEndian.PutUint16(outside[6:], 8)
	for _, tt := range []struct {
		name, code string
		b          []byte
	}{
		{"nothing", room.FaultEmoteKind, nil},
		{"a page", room.FaultEmoteKind, []byte("<!doctype html><script>alert(1)</script>")},
		{"a drawing with scripts", room.FaultEmoteKind, []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		{"a JPEG", room.FaultEmoteKind, jpg},
		{"too many bytes", room.FaultEmoteBytes, append(bytes.Clone(good), make([]byte, emote.MostBytes)...)},
		{"half a picture", room.FaultEmoteDamaged, good[:len(good)/2]},
		{"its first bytes", room.FaultEmoteDamaged, good[:10]},
		{"half an animation", room.FaultEmoteDamaged, animation[:len(animation)/2]},
		{"a PNG that is too wide", room.FaultEmotePixels, pngOf(t, 1025, 4)},
		{"a WebP bomb", room.FaultEmotePixels, riff(vp8l(16384, 16384))},
		{"a WebP bomb behind a small head", room.FaultEmoteDamaged, riff(vp8x(0, 16, 16), vp8l(16384, 16384))},
		{"a WebP whose animation hides one", room.FaultEmoteDamaged, animatedWebP(16, 16, vp8l(16384, 16384))},
		{"a WebP without a picture", room.FaultEmoteDamaged, riff(vp8x(2, 16, 16))},
		{"a GIF bomb", room.FaultEmotePixels, wide},
		{"a GIF whose frame is larger than itself", room.FaultEmoteDamaged, outside},
		{"a GIF with an unknown block", room.FaultEmoteDamaged, append(bytes.Clone(animation[:len(animation)-1]), 0x99, 0x3b)},
	} {
		p, err := emote.Draw(tt.b)
		var why *room.ExplainedError
		if !errors.As(err, &why) || why.Fault == nil || why.Fault.Code != tt.code || !errors.Is(err, room.ErrInvalid) {
			t.Errorf("%s: %+v, %v; want %s", tt.name, p, err, tt.code)
			continue
		}
		if !strings.Contains(why.Detail, "send") {
			t.Errorf("%s: %q does not say what to do", tt.name, why.Detail)
		}
	}
}

// FuzzDraw checks that no upload brings the server down, and that the result is small and
// readable.
func FuzzDraw(f *testing.F) {
	for _, seed := range [][]byte{pngOf(f, 20, 10), gifOf(f, 16, 16, 3, nil), riff(vp8l(20, 10)), animatedWebP(8, 8, vp8l(8, 8)), riff(vp8x(16, 8, 8), []byte("ALPH\x01\x00\x00\x00\x00\x00"))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := emote.Draw(b)
		if err != nil {
			if !errors.Is(err, room.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		size, kind, err := image.DecodeConfig(bytes.NewReader(p.Bytes))
		if err != nil || "image/"+kind != p.MediaType || max(size.Width, size.Height) > 128 || len(p.Bytes) > emote.MostBytes {
			t.Fatalf("%s of %d by %d, %d bytes, %v", kind, size.Width, size.Height, len(p.Bytes), err)
		}
	})
}
