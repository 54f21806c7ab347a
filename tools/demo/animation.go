package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/animation"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The animation: how much the overlay is slowed down while it is recorded, so that a slow
// machine gets every frame, and which part is recorded, in the overlay's own time.
const (
	slower     = 6
	leadIn     = 9 * time.Second // until the screen is as full as it gets
	animated   = 5 * time.Second
	perSecond  = 12
	frameScale = 0.4 // of the overlay's size
)

// slow slows the overlay's clock down.
func (s *screen) slow(by float64) error {
	if _, err := chromedp.Call(s.ctx, animation.Enable, cdp.Empty{}); err != nil {
		return fmt.Errorf("slow the overlay down: %w", err)
	}
	_, err := chromedp.Call(s.ctx, animation.SetPlaybackRate, animation.SetPlaybackRateParams{PlaybackRate: 1 / by})
	if err != nil {
		return fmt.Errorf("slow the overlay down: %w", err)
	}
	return nil
}

// film takes the frames, each at its time on the overlay's clock, and writes them over the
// backdrop into dir, numbered.
func (s *screen) film(ctx context.Context, dir string) (n int, err error) {
	const now = `document.timeline.currentTime`
	begun, err := chromedp.Run(s.ctx, chromedp.Evaluate[float64](now))
	if err != nil {
		return 0, fmt.Errorf("ask the overlay for its time: %w", err)
	}
	begun += float64(leadIn.Milliseconds())
	wide, high := int(width*frameScale), int(height*frameScale)
	ground := image.NewRGBA(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			ground.SetRGBA(x, y, landscape(float64(x)/float64(wide), float64(y)/float64(high)))
		}
	}
	for ; n < int(animated.Seconds()*perSecond); n++ {
		moment := begun + float64(n)*1000/perSecond
		look := fmt.Sprintf(`new Promise((done) => { const look = () => (%s >= %f ? done(true) : setTimeout(look, 4)); look(); })`, now, moment)
		if _, err := chromedp.Run(s.ctx, chromedp.Evaluate[bool](look, chromedp.EvalAwaitPromise)); err != nil {
			return n, fmt.Errorf("wait for a frame: %w", err)
		}
		shot, err := chromedp.Call(s.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
			Clip: &page.Viewport{Width: width, Height: height, Scale: frameScale},
		})
		if err != nil {
			return n, fmt.Errorf("take a frame: %w", err)
		}
		if err := saveFrame(filepath.Join(dir, fmt.Sprintf("%03d.png", n)), ground, shot.Data); err != nil {
			return n, err
		}
		if ctx.Err() != nil {
			return n, ctx.Err()
		}
	}
	return n, nil
}

func saveFrame(file string, ground image.Image, overlay []byte) error {
	top, err := png.Decode(bytes.NewReader(overlay))
	if err != nil {
		return fmt.Errorf("read a frame: %w", err)
	}
	img := image.NewRGBA(ground.Bounds())
	draw.Draw(img, img.Bounds(), ground, image.Point{}, draw.Src)
	draw.Draw(img, img.Bounds(), top, top.Bounds().Min, draw.Over)
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	return errors.Join(enc.Encode(f, img), f.Close())
}

// animate joins the frames in dir into an endless animation.
func animate(ctx context.Context, dir, file string) error {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-loglevel", "error", "-y", "-framerate", fmt.Sprint(perSecond), "-i", filepath.Join(dir, "%03d.png"),
		"-c:v", "libwebp_anim", "-quality", "50", "-compression_level", "6", "-loop", "0", file)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("join the frames (ffmpeg does it): %w", err)
	}
	return nil
}
