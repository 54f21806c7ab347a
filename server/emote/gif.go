package emote

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"

	"golang.org/x/image/draw"
)

// frames holds the number of frames of a GIF, and the pixels that they unpack to, each
// drawn on the whole screen.
type frames struct{ n, pixels int }

var errShort = errors.New("the GIF ends within a block")

// count walks through the blocks of a GIF without decoding any, since the decoder keeps
// every frame in memory. It ignores bytes after the end.
func count(b []byte) (f frames, err error) {
	at := 6
	take := func(n int) []byte {
		if at+n > len(b) {
			err, n = errShort, max(0, len(b)-at)
		}
		at += n
		return b[at-n : at]
	}
	table := func(flags byte) { // of colours
		if flags&0x80 != 0 {
			take(3 << (1 + flags&7))
		}
	}
	screen := take(7)
	if err != nil {
		return f, err
	}
	table(screen[4])
	area := (int(screen[0]) | int(screen[1])<<8) * (int(screen[2]) | int(screen[3])<<8)
	for err == nil {
		kind := take(1)
		if err != nil {
			break
		}
		switch kind[0] {
		case 0x3b: // the end
			return f, nil
		case 0x21: // an extension: its label
			take(1)
		case 0x2c: // a frame
			head := take(9)
			if err != nil {
				return f, err
			}
			f.n++
			f.pixels += area // no frame is larger: the decoder checks that
			table(head[8])
			take(1) // the size of a code
		default:
			return f, fmt.Errorf("unknown GIF block %#x", kind[0])
		}
		for err == nil { // its sub-blocks, up to an empty one
			size := take(1)
			if err != nil || size[0] == 0 {
				break
			}
			take(int(size[0]))
		}
	}
	return f, err
}

// animate redraws every frame of a GIF: whole, small, and in the colours of one palette.
// When the result is too large or lasts too long, the emote is not animated.
func animate(b []byte) (Picture, error) {
	src, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil {
		return Picture{}, err
	}
	screen := image.Rect(0, 0, src.Config.Width, src.Config.Height)
	canvas := image.NewNRGBA(screen)
	var whole []*image.NRGBA
	lasts := 0
	for i, frame := range src.Image {
		var before *image.NRGBA
		if src.Disposal[i] == gif.DisposalPrevious {
			before = image.NewNRGBA(screen)
			copy(before.Pix, canvas.Pix)
		}
		draw.Draw(canvas, frame.Bounds(), frame, frame.Bounds().Min, draw.Over)
		whole = append(whole, fit(canvas))
		switch src.Disposal[i] {
		case gif.DisposalBackground:
			draw.Draw(canvas, frame.Bounds(), image.Transparent, image.Point{}, draw.Src)
		case gif.DisposalPrevious:
			canvas = before
		}
		lasts += 10 * src.Delay[i]
	}
	if lasts > mostMillis {
		return Picture{}, nil
	}
	colours := newPalette(whole)
	out := &gif.GIF{LoopCount: 0, Config: image.Config{ColorModel: colours.list, Width: whole[0].Rect.Dx(), Height: whole[0].Rect.Dy()}}
	for i, frame := range whole {
		out.Image = append(out.Image, colours.paint(frame))
		out.Delay = append(out.Delay, src.Delay[i])
		out.Disposal = append(out.Disposal, gif.DisposalBackground) // each frame covers the whole picture, including its transparent pixels
	}
	var drawn bytes.Buffer
	if err := gif.EncodeAll(&drawn, out); err != nil {
		return Picture{}, fmt.Errorf("encode an emote: %w", err)
	}
	if drawn.Len() > mostGIF {
		return Picture{}, nil
	}
	return Picture{drawn.Bytes(), "image/gif", true}, nil
}
