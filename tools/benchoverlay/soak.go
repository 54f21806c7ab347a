package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// feedJS pushes comments evenly at a rate and checks every 200 ms, by brute force over the
// elements' positions, whether any two overlap.
const feedJS = `(rate) => {
	const lines = ['这一段配乐太好听了', '前方高能，非战斗人员撤离', 'that dodge was clean', 'first time here, hello from Lyon', 'ここの音楽ほんと好き', '초견입니다 잘 부탁드려요', '主播稳住，我们能赢', 'phase two has HOW much health', '哈哈哈哈哈哈', 'is this the hard route?', '666', 'lol'];
	const began = performance.now();
	let sent = 0;
	window.soak = { overlaps: 0, samples: 0, most: 0, first: '' };
	setInterval(() => {
		const due = Math.floor((performance.now() - began) * rate / 1000);
		for (; sent < due; sent++) danmaku.push({ text: lines[(sent * 7) % lines.length] });
	}, 100);
	setInterval(() => {
		const rects = danmaku.rects();
		soak.samples++;
		soak.most = Math.max(soak.most, rects.length);
		rects.forEach((a, i) => { for (let j = i + 1; j < rects.length; j++) {
			const b = rects[j];
			// A comment that has left the screen may pass an earlier one, until the next tick removes both.
			const left = Math.max(a.x, b.x, 0), right = Math.min(a.x + a.w, b.x + b.w, innerWidth);
			if (right - left <= 0.1 || Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y) <= 0.1) continue;
			soak.overlaps++;
			soak.first ||= JSON.stringify([a, b]);
		} });
	}, 200);
}`

// account is the result of a soak so far.
type account struct {
	Overlaps, Samples, Most int
	First                   string // the first overlap
	Stats                   struct {
		Received, Placed, Active, Pool int
		Dropped                        struct{ Full, Late int }
	}
}

// soak runs the overlay's engine for a long time at a rate that it must handle, and fails if a
// comment is dropped, two overlap, or its memory grows.
func soak(ctx context.Context, s settings, out, errs io.Writer) error {
	s.modules = "." // no library takes part
	site, err := serve(ctx, s, errs)
	if err != nil {
		return err
	}
	defer site.Close()
	tab, stop, err := open(ctx, site.URL+"/overlay?bench=1&"+s.query)
	if err != nil {
		return err
	}
	defer stop()
	if err := eval(tab, "danmaku.ready"); err != nil {
		return err
	}
	if err := eval(tab, fmt.Sprintf("(%s)(%v)", feedJS, s.rate)); err != nil {
		return err
	}
	const looks = 10
	var a account
	var heaps, at []float64 // bytes, and minutes since the start
	began := time.Now()
	for range looks {
		if err := chromedp.Do(tab, chromedp.Sleep(s.soak/looks)); err != nil {
			return err
		}
		if a, err = chromedp.Run(tab, chromedp.Evaluate[account]("({ ...soak, stats: danmaku.stats() })")); err != nil {
			return err
		}
		heap, err := heapAfterGC(tab)
		if err != nil {
			return err
		}
		heaps, at = append(heaps, heap), append(at, time.Since(began).Minutes())
		fmt.Fprintf(errs, "heap %.2f MB, %+v\n", heap/1e6, a)
	}
	// The first measurement is warm-up: it fills pools and compiles code.
	grown := slope(at[1:], heaps[1:])
	fmt.Fprintf(out, "%s at %v a second (%s): %d placed, at most %d on screen, dropped %d full and %d late, %d overlaps in %d looks, heap %+.1f kB a minute\n",
		s.soak, s.rate, s.query, a.Stats.Placed, a.Most, a.Stats.Dropped.Full, a.Stats.Dropped.Late, a.Overlaps, a.Samples, grown/1000)
	if a.Overlaps > 0 || a.Stats.Dropped.Full+a.Stats.Dropped.Late > 0 {
		return errors.New("comments were dropped or overlapped: " + a.First)
	}
	if s.soak >= 5*time.Minute && grown > 50_000 {
		return fmt.Errorf("the heap grows by %.0f bytes a minute", grown)
	}
	return nil
}

// heapAfterGC returns the JavaScript heap in use after a garbage collection, in bytes.
func heapAfterGC(tab context.Context) (float64, error) {
	if _, err := chromedp.Call(tab, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
		return 0, err
	}
	usage, err := chromedp.Call(tab, runtime.GetHeapUsage, cdp.Empty{})
	return usage.UsedSize, err
}

// slope returns the slope of a line through points, by least squares.
func slope(x, y []float64) float64 {
	n := float64(len(y))
	var sx, sy, sxy, sxx float64
	for i, v := range y {
		sx, sy, sxy, sxx = sx+x[i], sy+v, sxy+x[i]*v, sxx+x[i]*x[i]
	}
	if d := n*sxx - sx*sx; d != 0 {
		return (n*sxy - sx*sy) / d
	}
	return 0
}
