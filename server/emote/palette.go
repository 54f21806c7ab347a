package emote

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// mostColours of an animation; another entry of its 256 is the transparent one.
const mostColours = 255

// cell counts the pixels whose colours agree in the upper five bits of each component.
type cell struct {
	n   int
	sum [3]int // of the components
}

func cellOf(c []byte) int { return int(c[0]>>3)<<10 | int(c[1]>>3)<<5 | int(c[2]>>3) }

func (c *cell) mean(part int) int { return c.sum[part] / c.n }

// palette is at most 255 colours for all frames of an animation, and a transparent one
// before them.
type palette struct {
	list  color.Palette
	place map[int]uint8 // by cell
}

// newPalette chooses colours by median cut: it repeatedly splits the box whose colours are
// the furthest apart at the median of its pixels, until there are enough boxes. A box's
// colour is the mean of its pixels.
func newPalette(frames []*image.NRGBA) palette {
	cells := map[int]*cell{}
	for _, f := range frames {
		for i := 0; i < len(f.Pix); i += 4 {
			c := f.Pix[i : i+4]
			if seeThrough(c) {
				continue
			}
			at := cellOf(c)
			if cells[at] == nil {
				cells[at] = &cell{}
			}
			cells[at].n++
			for part := range 3 {
				cells[at].sum[part] += int(c[part])
			}
		}
	}
	p := palette{list: color.Palette{color.NRGBA{}}, place: map[int]uint8{}}
	if len(cells) == 0 {
		return p
	}
	keys := make([]int, 0, len(cells))
	for at := range cells {
		keys = append(keys, at)
	}
	slices.Sort(keys) // so that the same picture gives the same bytes
	boxes := []box{newBox(cells, keys)}
	for len(boxes) < mostColours {
		widest := slices.MaxFunc(boxes, func(a, b box) int { return cmp.Compare(a.width, b.width) })
		if widest.width == 0 {
			break // each box has one colour
		}
		at := slices.IndexFunc(boxes, func(b box) bool { return &b.cells[0] == &widest.cells[0] })
		left, right := split(cells, widest)
		boxes[at] = newBox(cells, left)
		boxes = append(boxes, newBox(cells, right))
	}
	for _, b := range boxes {
		var all cell
		for _, at := range b.cells {
			p.place[at] = uint8(len(p.list))
			all.n += cells[at].n
			for part := range 3 {
				all.sum[part] += cells[at].sum[part]
			}
		}
		p.list = append(p.list, color.NRGBA{uint8(all.mean(0)), uint8(all.mean(1)), uint8(all.mean(2)), 255})
	}
	return p
}

// box is a set of cells, with the component in which their colours are the furthest apart,
// and the distance.
type box struct {
	cells       []int
	part, width int
}

func newBox(cells map[int]*cell, of []int) box {
	b := box{cells: of}
	for i := range 3 {
		low, high := 255, 0
		for _, at := range of {
			v := cells[at].mean(i)
			low, high = min(low, v), max(high, v)
		}
		if high-low > b.width {
			b.part, b.width = i, high-low
		}
	}
	return b
}

// split splits a box so that half of its pixels are on either side; neither is empty.
func split(cells map[int]*cell, b box) (left, right []int) {
	slices.SortFunc(b.cells, func(x, y int) int {
		return cmp.Or(cmp.Compare(cells[x].mean(b.part), cells[y].mean(b.part)), cmp.Compare(x, y))
	})
	total := 0
	for _, at := range b.cells {
		total += cells[at].n
	}
	n, seen := 1, cells[b.cells[0]].n
	for n < len(b.cells)-1 && 2*seen < total {
		seen += cells[b.cells[n]].n
		n++
	}
	return b.cells[:n:n], b.cells[n:]
}

// seeThrough reports whether a pixel becomes transparent: a GIF has no semitransparent
// pixels.
// so.
func seeThrough(c []byte) bool { return c[3] < 128 }

// paint draws a frame in the palette's colours.
func (p palette) paint(f *image.NRGBA) *image.Paletted {
	out := image.NewPaletted(f.Rect, p.list)
	for i := range out.Pix {
		if c := f.Pix[4*i : 4*i+4]; !seeThrough(c) {
			out.Pix[i] = p.place[cellOf(c)]
		}
	}
	return out
}
