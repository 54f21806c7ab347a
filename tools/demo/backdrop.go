package main

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
)

// The overlay's canvas, as in OBS by default.
const width, height = 1920, 1080

// overBackdrop lays a screenshot with alpha over a landscape, as OBS lays the overlay over a
// game. Day is on the left and night on the right, so that one picture shows whether text is
// readable on both.
func overBackdrop(overlay []byte) (image.Image, error) {
	top, err := png.Decode(bytes.NewReader(overlay))
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, landscape(float64(x)/width, float64(y)/height))
		}
	}
	draw.Draw(img, img.Bounds(), top, top.Bounds().Min, draw.Over)
	return img, nil
}

// Colours of the landscape by day and by night.
var (
	skyHigh  = [2]color.RGBA{{0x6F, 0xB4, 0xE8, 255}, {0x0B, 0x12, 0x2E, 255}}
	skyLow   = [2]color.RGBA{{0xF4, 0xE6, 0xC8, 255}, {0x3A, 0x2C, 0x5A, 255}}
	hills    = [3][2]color.RGBA{{{0xA9, 0xC4, 0xCF, 255}, {0x24, 0x2A, 0x4A, 255}}, {{0x7F, 0xA8, 0x8E, 255}, {0x18, 0x22, 0x38, 255}}, {{0x5C, 0x8C, 0x58, 255}, {0x0E, 0x18, 0x22, 255}}}
	sunlight = color.RGBA{0xFF, 0xF6, 0xD8, 255}
	moon     = color.RGBA{0xE8, 0xEC, 0xF6, 255}
)

// The landscape looks like a game: squares of one colour, in few steps. In a gradient,
// compression would show blocks.
const cellsWide, cellsHigh = 192, 108

// landscape returns the colour at a place, both from 0 to 1.
func landscape(x, y float64) color.RGBA {
	column, row := math.Floor(x*cellsWide), math.Floor(y*cellsHigh)
	x, y = (column+0.5)/cellsWide, (row+0.5)/cellsHigh
	night := 1 - step(0.5-x-0.12*(y-0.5)) // a slanting edge
	at := func(c [2]color.RGBA) color.RGBA { return mix(c[0], c[1], night) }
	for i := len(hills) - 1; i >= 0; i-- {
		k := float64(i)
		ridge := 0.62 + 0.12*k - 0.05*math.Sin(7*x+2.1*k) - 0.03*math.Sin(17*x+1.3*k) - 0.008*math.Sin(61*x+k)
		if y > ridge {
			return mix(at(hills[i]), at(skyLow), 0.25*inSteps(math.Max(0, 1-(y-ridge)*9), 3)*(1-k/3))
		}
	}
	sky := mix(at(skyHigh), at(skyLow), inSteps(smooth(y/0.75), 8))
	const aspect = float64(width) / height
	disc := func(cx, cy, r float64) float64 {
		return math.Hypot((x-cx)*aspect, y-cy) - r
	}
	if d := disc(0.18, 0.22, 0.06); d < 0.12 {
		sky = mix(sky, sunlight, math.Min(1, 0.45*inSteps(math.Exp(-math.Max(d, 0)*24), 4)+step(-d)))
	}
	if disc(0.84, 0.2, 0.055) < 0 && disc(0.815, 0.185, 0.055) > 0 {
		return moon
	}
	if star(column, row) < night {
		return mix(sky, moon, 0.8*(1-y))
	}
	return sky
}

// star is below 1 in a few cells, always the same ones.
func star(column, row float64) float64 {
	h := math.Sin(column*127.1+row*311.7) * 43758.5453
	return (h - math.Floor(h)) * 220
}

// inSteps rounds a value from 0 to 1.
func inSteps(t, steps float64) float64 { return math.Round(t*steps) / steps }

func smooth(t float64) float64 {
	t = math.Min(1, math.Max(0, t))
	return t * t * (3 - 2*t)
}

func step(t float64) float64 {
	if t > 0 {
		return 1
	}
	return 0
}

func mix(a, b color.RGBA, t float64) color.RGBA {
	m := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*t + 0.5) }
	return color.RGBA{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
}
