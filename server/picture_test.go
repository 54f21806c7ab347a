package server

import (
	"image"
	"image/color"
	"testing"
)

// A picture is stored at a phone's size, with its colours, and on the page's background
// where it is transparent.
func TestShrink(t *testing.T) {
	red, none := color.RGBA{0xc0, 0x20, 0x40, 0xff}, color.RGBA{}
	for _, row := range []struct {
		name        string
		w, h        int
		left, right color.RGBA
		wantW       int
		wantH       int
		wantRight   color.RGBA
	}{
		{"small: as it is", 640, 200, red, red, 640, 200, red},
		{"wide", 8000, 1000, red, red, 1280, 160, red},
		{"high", 1000, 4000, red, red, 160, 640, red},
		{"a line", 20000, 16, red, red, 1280, 1, red},
		{"half transparent", 4000, 2000, red, none, 1280, 640, color.RGBA{0x13, 0x13, 0x13, 0xff}},
		{"fine stripes are mixed", 4096, 2048, color.RGBA{}, color.RGBA{}, 1280, 640, color.RGBA{0x7f, 0x7f, 0x7f, 0xff}},
	} {
		t.Run(row.name, func(t *testing.T) {
			img := image.NewRGBA(image.Rect(7, 9, 7+row.w, 9+row.h)) // bounds need not begin at 0
			for x := range row.w {
				c := row.left
				if x >= row.w/2 {
					c = row.right
				}
				if row.name == "fine stripes are mixed" {
					v := uint8(255 * (x % 2))
					c = color.RGBA{v, v, v, 0xff}
				}
				img.SetRGBA(7+x, 9, c)
			}
			for y := 1; y < row.h; y++ { // all lines are equal
				copy(img.Pix[y*img.Stride:], img.Pix[:img.Stride])
			}
			out := shrink(img)
			if b := out.Bounds(); b.Dx() != row.wantW || b.Dy() != row.wantH {
				t.Fatalf("%v, want %d by %d", b, row.wantW, row.wantH)
			}
			got := color.RGBAModel.Convert(out.At(row.wantW*3/4, row.wantH/2)).(color.RGBA)
			for i, d := range []int{int(got.R) - int(row.wantRight.R), int(got.G) - int(row.wantRight.G), int(got.B) - int(row.wantRight.B), int(got.A) - 0xff} {
				if d < -2 || d > 2 {
					t.Errorf("channel %d is %d off: %v, want %v", i, d, got, row.wantRight)
				}
			}
		})
	}
}
