package photo_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"

	"danmaku/room"
	"danmaku/server/photo"
)

// corners returns a picture whose upper left quarter is red and whose upper right one is
// green, which shows its orientation.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0, 0, 255, 255}
			switch {
			case y < h/2 && x < w/2:
				c = color.RGBA{255, 0, 0, 255}
			case y < h/2:
				c = color.RGBA{0, 255, 0, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif inserts an EXIF block after a JPEG's first bytes: an orientation, and a
// location.
func withExif(b []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	tiff := []byte("II*\x00")
	if order == binary.BigEndian {
		tiff = []byte("MM\x00*")
	}
	entry := func(tag, kind uint16, value uint16) {
		tiff = order.AppendUint16(tiff, tag)
		tiff = order.AppendUint16(tiff, kind)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, value)
		tiff = order.AppendUint16(tiff, 0)
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	entry(0x0100, 3, 7)
	entry(0x0112, 3, orientation)
	tiff = append(tiff, "\x00\x00\x00\x00GPS 48.1374N 11.5755E Phone 15"...)
	return segment(b, append([]byte("Exif\x00\x00"), tiff...))
}

func segment(b, body []byte) []byte {
	out := append([]byte{}, b[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), b[2:]...)
}

func vp8l(w, h int) []byte {
	b := []byte{'V', 'P', '8', 'L', 13, 0, 0, 0, 0x2f, 0, 0, 0, 0, 0x07, 0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 0x07, 0}
	binary.LittleEndian.PutUint32(b[9:], uint32(w-1)|uint32(h-1)<<14|1<<28)
	return b
}

func riff(chunks ...[]byte) []byte {
	all := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(all))), all...)
}

func vp8x(w, h int) []byte {
	b := []byte("VP8X\x0a\x00\x00\x00\x00\x00\x00\x00")
	return append(b, byte(w-1), byte((w-1)>>8), byte((w-1)>>16), byte(h-1), byte((h-1)>>8), byte((h-1)>>16))
}

func gifOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, corners(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDraw(t *testing.T) {
	for _, tt := range []struct {
		name string
		b    []byte
		w, h int
	}{
		{"a JPEG", jpegOf(t, corners(640, 480)), 640, 480},
		{"a large JPEG", jpegOf(t, corners(2560, 1600)), 1280, 800},
		{"a tall PNG", pngOf(t, corners(60, 3000)), 26, 1280},
		{"a GIF", gifOf(t, 100, 80), 100, 80},
		{"a WebP", riff(vp8l(300, 150)), 300, 150},
		{"with bytes behind it", append(jpegOf(t, corners(64, 64)), "<script>GPS</script>"...), 64, 64},
		{"with a place in it", withExif(jpegOf(t, corners(64, 64)), binary.LittleEndian, 1), 64, 64},
		{"with a remark", segment(jpegOf(t, corners(64, 64)), []byte("http://ns.adobe.com/xap/1.0/\x00GPS")), 64, 64},
	} {
		p, err := photo.Draw(t.Context(), tt.b)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		size, kind, err := image.DecodeConfig(bytes.NewReader(p.Bytes))
		if err != nil || kind != "jpeg" || size.Width != tt.w || size.Height != tt.h || p.Width != tt.w || p.Height != tt.h {
			t.Errorf("%s: %s of %d by %d, said to be %d by %d, %v", tt.name, kind, size.Width, size.Height, p.Width, p.Height, err)
		}
		for _, trace := range []string{"Exif", "GPS", "script", "adobe", "Phone"} {
			if bytes.Contains(p.Bytes, []byte(trace)) {
				t.Errorf("%s: %q is still in it", tt.name, trace)
			}
		}
	}
}

// A photo becomes upright, however the camera was held.
func TestUpright(t *testing.T) {
	type place struct{ x, y int } // in quarters
	for o, where := range map[uint16]struct{ red, green place }{
		0: {place{0, 0}, place{1, 0}}, 1: {place{0, 0}, place{1, 0}}, 2: {place{1, 0}, place{0, 0}},
		3: {place{1, 1}, place{0, 1}}, 4: {place{0, 1}, place{1, 1}}, 5: {place{0, 0}, place{0, 1}},
		6: {place{1, 0}, place{1, 1}}, 7: {place{1, 1}, place{1, 0}}, 8: {place{0, 1}, place{0, 0}},
		9: {place{0, 0}, place{1, 0}},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			p, err := photo.Draw(t.Context(), withExif(jpegOf(t, corners(200, 100)), order, o))
			if err != nil {
				t.Fatal(err)
			}
			if lies := o >= 5 && o <= 8; lies != (p.Width == 100 && p.Height == 200) || !lies && p.Width != 200 {
				t.Errorf("%d: %d by %d", o, p.Width, p.Height)
			}
			img, err := jpeg.Decode(bytes.NewReader(p.Bytes))
			if err != nil {
				t.Fatal(err)
			}
			at := func(q place) (r, g uint32) {
				r, g, _, _ = img.At(p.Width/4+q.x*p.Width/2, p.Height/4+q.y*p.Height/2).RGBA()
				return r >> 8, g >> 8
			}
			if r, g := at(where.red); r < 200 || g > 50 {
				t.Errorf("%v %d: red is not at %v: %d %d", order, o, where.red, r, g)
			}
			if r, g := at(where.green); r > 50 || g < 200 {
				t.Errorf("%v %d: green is not at %v: %d %d", order, o, where.green, r, g)
			}
		}
	}
}

// A picture that is too big at its size becomes smaller by lower quality.
func TestSmallEnough(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 1280, 1280))
	seed := uint32(1)
	for i := range img.Pix {
		seed = seed*1664525 + 1013904223
		img.Pix[i] = byte(seed >> 24)
	}
	p, err := photo.Draw(t.Context(), jpegOf(t, img))
	if err != nil || len(p.Bytes) > 900<<10 {
		t.Errorf("noise becomes %d KB, %v", len(p.Bytes)>>10, err)
	}
}

// progressive returns a black JPEG with the given number of passes over its pixels, of
// which all but the first change nothing.
func progressive(side uint16, scans int) []byte {
	b := []byte("\xff\xd8\xff\xdb\x00\x43\x00")
	b = append(b, bytes.Repeat([]byte{1}, 64)...)
	b = append(b, "\xff\xc2\x00\x0b\x08"...)
	b = binary.BigEndian.AppendUint16(b, side)
	b = binary.BigEndian.AppendUint16(b, side)
	b = append(b, "\x01\x01\x11\x00"...)
	for _, table := range []string{"\x00\x00", "\x10\xe0"} { // one code of one bit: no difference; 16,384 blocks without anything
		b = append(b, "\xff\xc4\x00\x14"...)
		b = append(b, table[0], 1)
		b = append(append(b, make([]byte, 15)...), table[1])
	}
	blocks := (int(side) + 7) / 8 * ((int(side) + 7) / 8)
	b = append(append(b, "\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00"...), make([]byte, blocks/8+1)...)
	for range scans - 1 {
		b = append(append(b, "\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00"...), make([]byte, blocks/16384*2+2)...)
	}
	return append(b, "\xff\xd9"...)
}

// For any upload, the error names the exceeded limit, and nothing beyond a limit is
// unpacked.
func TestHostilePhotos(t *testing.T) {
	good := jpegOf(t, corners(64, 64))
	wide := bytes.Clone(good) // claims 65,535 pixels a side
	at := bytes.Index(wide, []byte{0xff, 0xc0})
	copy(wide[at+5:], "\xff\xff\xff\xff")
	deep := pngOf(t, corners(64, 64))
	binary.BigEndian.PutUint32(deep[16:], 60_000)
	binary.BigEndian.PutUint32(deep[20:], 60_000)
	screen := gifOf(t, 64, 64)
	copy(screen[6:], "\xff\xff\xff\xff")
	var before, after runtime.MemStats
	for _, tt := range []struct {
		name, code string
		b          []byte
	}{
		{"nothing", room.FaultPhotoKind, nil},
		{"a page", room.FaultPhotoKind, []byte("<!doctype html><script>alert(1)</script>")},
		{"a drawing with scripts", room.FaultPhotoKind, []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		{"a HEIC", room.FaultPhotoHEIC, []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")},
		{"an AVIF", room.FaultPhotoHEIC, []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif")},
		{"a film", room.FaultPhotoKind, []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42")},
		{"too many bytes", room.FaultPhotoBytes, append(bytes.Clone(good), make([]byte, photo.MostBytes)...)},
		{"half a photo", room.FaultPhotoDamaged, good[:len(good)/2]},
		{"its first bytes", room.FaultPhotoDamaged, good[:20]},
		{"too small", room.FaultPhotoSmall, jpegOf(t, corners(47, 300))},
		{"a JPEG bomb", room.FaultPhotoPixels, wide},
		{"a PNG bomb", room.FaultPhotoDamaged, deep}, // its checksum is wrong
		{"a GIF bomb", room.FaultPhotoPixels, screen},
		{"a WebP bomb", room.FaultPhotoPixels, riff(vp8l(16384, 16384))},
		{"a WebP bomb behind a small head", room.FaultPhotoDamaged, riff(vp8x(64, 64), vp8l(16384, 16384))},
		{"a JPEG with endless passes", room.FaultPhotoDamaged, progressive(64, 101)},
		{"a PNG that calls itself a JPEG", room.FaultPhotoDamaged, append([]byte("\xff\xd8\xff"), pngOf(t, corners(64, 64))...)},
	} {
		runtime.ReadMemStats(&before)
		p, err := photo.Draw(t.Context(), tt.b)
		runtime.ReadMemStats(&after)
		var why *room.ExplainedError
		if !errors.As(err, &why) || why.Fault == nil || why.Fault.Code != tt.code || !errors.Is(err, room.ErrInvalid) {
			t.Errorf("%s: %d by %d, %v; want %s", tt.name, p.Width, p.Height, err, tt.code)
			continue
		}
		if !strings.Contains(why.Detail, "send") {
			t.Errorf("%s: %q does not say what to do", tt.name, why.Detail)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
			t.Errorf("%s takes %d MB", tt.name, grown>>20)
		}
	}
}

// A JPEG may have as many passes over its pixels as programs make, padding between them,
// and other pictures after it.
func TestPasses(t *testing.T) {
	b := progressive(64, 100)
	for name, b := range map[string][]byte{
		"a hundred passes": b,
		"filled":           bytes.ReplaceAll(b, []byte("\xff\xda"), []byte("\xff\xff\xff\xda")),
		"a second picture": append(bytes.Clone(b), b...),
	} {
		if _, err := photo.Draw(t.Context(), b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if b := bytes.ReplaceAll(progressive(64, 101), []byte("\xff\xda"), []byte("\xff\xff\xff\xda")); !photo.Endless(b) {
		t.Error("101 passes behind filling are decoded")
	}
}

// Nothing is drawn for a client that has left.
func TestDrawEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 { // both cases are ready: select chooses at random
		if _, err := photo.Draw(ctx, jpegOf(t, corners(64, 64))); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

// FuzzDraw checks that no upload brings the server down, and that the result is a small
// JPEG.
func FuzzDraw(f *testing.F) {
	for _, seed := range [][]byte{jpegOf(f, corners(64, 48)), withExif(jpegOf(f, corners(64, 48)), binary.BigEndian, 6), pngOf(f, corners(64, 48)), gifOf(f, 64, 48), riff(vp8l(64, 48)), riff(vp8x(64, 64), vp8l(64, 64))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := photo.Draw(t.Context(), b)
		if err != nil {
			if !errors.Is(err, room.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		size, kind, err := image.DecodeConfig(bytes.NewReader(p.Bytes))
		if err != nil || kind != "jpeg" || max(size.Width, size.Height) > 1280 {
			t.Fatalf("%s of %d by %d, %d bytes, %v", kind, size.Width, size.Height, len(p.Bytes), err)
		}
	})
}
