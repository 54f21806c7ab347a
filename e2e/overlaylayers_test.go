package e2e_test

import (
	"math"
	"testing"

	"danmaku/e2e/browser"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/layertree"
	"github.com/chromedp/chromedp"
)

// The browser's compositor has each comment at exactly a whole pixel: a layer that is a
// ten-thousandth off is sampled pixel by pixel.
func TestOverlayLayersAreAtExactPixels(t *testing.T) {
	t.Parallel()
	for _, dots := range []float64{1, 2} {
		r := newRoom(t)
		p := browser.New(t)
		p.Size(1920, 1080, dots)
		p.Goto(r.URL + "/overlay/live?bench=1&duration=8")
		p.Eval("danmaku.ready")
		trees := layerTrees(t, p)
		p.Eval(mix + `(40, 3)`)
		p.Wait(`danmaku.stats().active > 10`)
		for moving := 0; moving < 100; {
			// A change of the page, so that the browser sends its layers.
			p.Eval(`danmaku.push({ text: 'one more' })`)
			for _, layer := range <-trees {
				if !layer.DrawsContent || len(layer.Transform) != 16 {
					continue
				}
				moving++
				for _, at := range []float64{layer.Transform[12] * dots, layer.Transform[13] * dots} {
					if at != math.Round(at) {
						t.Fatalf("at %v dots a pixel, a layer of %v x %v is at %v, %v", dots, layer.Width, layer.Height, layer.Transform[12], layer.Transform[13])
					}
				}
			}
		}
	}
}

// layerTrees follows the layers that the compositor has after each change of the page.
func layerTrees(t *testing.T, p *browser.Page) <-chan []*layertree.Layer {
	t.Helper()
	trees := make(chan []*layertree.Layer, 1)
	if err := chromedp.Listen(p.Ctx, func(ev any) {
		change, ok := ev.(*layertree.EventLayerTreeDidChange)
		if !ok || len(change.Layers) == 0 {
			return
		}
		select { // only the newest
		case <-trees:
		default:
		}
		trees <- change.Layers
	}); err != nil {
		t.Fatal(err)
	}
	browser.Call(p, layertree.Enable, cdp.Empty{})
	return trees
}
