package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"danmaku/e2e/browser"
)

// screen is the overlay in its own Chromium, 1920 by 1080, transparent as in OBS.
type screen struct {
	ctx   context.Context
	close func()
}

func openScreen(ctx context.Context, url string) (*screen, error) {
	path, err := browser.Path()
	if err != nil {
		return nil, err
	}
	// An interrupted demo still saves its picture.
	alloc, stopAlloc := chromedp.NewExecAllocator(context.WithoutCancel(ctx), browser.Options(path)...)
	tab, stopTab := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	s := &screen{ctx: tab, close: func() { stopTab(); stopAlloc() }}
	err = chromedp.Do(tab)
	if err == nil {
		_, err = chromedp.Call(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: height, DeviceScaleFactor: 1,
		})
	}
	if err == nil {
		_, err = chromedp.Call(tab, emulation.SetDefaultBackgroundColorOverride, emulation.SetDefaultBackgroundColorOverrideParams{
			Color: &cdp.RGBA{A: 1e-6}, // a plain 0 is omitted from the frame and means 1
		})
	}
	if err == nil {
		err = chromedp.Do(tab, chromedp.Navigate(url))
	}
	if err != nil {
		s.close()
		return nil, fmt.Errorf("open the overlay in Chromium: %w", err)
	}
	return s, nil
}

// watch takes a screenshot every second and returns the fullest one, once done has reported
// the end of the replay.
func (s *screen) watch(done <-chan error) ([]byte, error) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var fullest []byte
	most := -1
	for {
		select {
		case err := <-done:
			if err != nil {
				err = fmt.Errorf("the replay ended with: %w", err)
			}
			if most <= 0 {
				err = errors.Join(err, errors.New("nothing was ever on the overlay"))
			}
			return fullest, err
		case <-tick.C:
			shot, err := chromedp.Call(s.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{})
			if err != nil {
				return fullest, fmt.Errorf("take a picture: %w", err)
			}
			ink, err := inked(shot.Data)
			if err != nil {
				return fullest, err
			}
			if ink > most {
				most, fullest = ink, shot.Data
			}
		}
	}
}

// inked counts the pixels that are not transparent.
func inked(shot []byte) (n int, err error) {
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return 0, fmt.Errorf("read a screenshot: %w", err)
	}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if _, _, _, a := img.At(x, y).RGBA(); a > 0x1000 {
				n++
			}
		}
	}
	return n, nil
}
