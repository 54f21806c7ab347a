package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed watch.js
var watchJS string

// watched is one page of the show, in its own Chromium.
type watched struct {
	name, how string
	tab       context.Context
	pid       int
	began     time.Time
	cpu       time.Duration // before it was measured
	frames    []float64     // ms between displayed frames, of all measurements
	heaps     []float64     // bytes after a collection, one for each measurement
	looked    []float64     // minutes since the start, of the same measurements
	look      sight
	stats     stageStats
	mu        sync.Mutex
	faults    []string // exceptions of the page
}

// sight is what watch.js has observed.
type sight struct {
	Samples, Most, Reactions, Overlaps, Cards int
	First                                     string
}

type stageStats struct {
	Placed  int
	Dropped struct{ Full, Late int }
}

// watch opens a page and starts observing it.
func watch(ctx context.Context, name, how, url string) (*watched, func(), error) {
	tab, stop, err := open(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	w := &watched{name: name, how: how, tab: tab, pid: chromedp.FromContext(tab).Browser.Process().Pid}
	err = chromedp.Listen(tab, func(ev any) {
		if e, ok := ev.(*runtime.EventExceptionThrown); ok {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.faults = append(w.faults, e.ExceptionDetails.Text)
		}
	})
	if err == nil {
		err = eval(tab, fmt.Sprintf("(%s)(%q)", watchJS, how))
	}
	if err == nil {
		w.began = time.Now()
		w.cpu, err = treeCPU(w.pid)
	}
	if err != nil {
		stop()
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return w, stop, nil
}

// measure follows the frames for a time, then reads the page's observations so far and its
// memory.
func (w *watched) measure(ctx context.Context, window time.Duration) error {
	swaps, err := newSwaps(w.tab)
	if err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	waited := wait(ctx, window)
	frames, err := swaps.stop(w.tab)
	if err = errors.Join(waited, err); err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	w.frames = append(w.frames, frames...)
	heap, err := heapAfterGC(w.tab)
	if err == nil {
		w.heaps = append(w.heaps, heap)
		w.looked = append(w.looked, time.Since(w.began).Minutes())
		err = w.read()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	return nil
}

// read asks the page for its observations so far.
func (w *watched) read() (err error) {
	if w.look, err = chromedp.Run(w.tab, chromedp.Evaluate[sight]("look")); err == nil {
		w.stats, err = chromedp.Run(w.tab, chromedp.Evaluate[stageStats]("(document.querySelector('#overlay')?.contentWindow ?? window).danmaku.stats()"))
	}
	return err
}

// cards returns how many cards the page has drawn.
func (w *watched) cards() (int, error) {
	return chromedp.Run(w.tab, chromedp.Evaluate[int]("look.cards"))
}

// growth returns the growth of the heap in bytes a minute. The first measurement is warm-up:
// it fills pools and compiles code.
func (w *watched) growth() float64 {
	if len(w.heaps) < 3 {
		return 0
	}
	return slope(w.looked[1:], w.heaps[1:])
}

const pagesHead = "| page | % of a core | frames a second | p50 ms | p95 ms | p99 ms | over 33 ms | longest ms | heap MB, first and last | a minute, kB | most at once | overlaps |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n"

// row writes the cost and the output of a page; window is how long each measurement followed
// its frames.
func (w *watched) row(out io.Writer, window time.Duration) error {
	cpu, err := treeCPU(w.pid)
	if err != nil {
		return err
	}
	slices.Sort(w.frames)
	at := func(q float64) float64 {
		if len(w.frames) == 0 {
			return math.NaN()
		}
		return w.frames[max(0, int(math.Ceil(q*float64(len(w.frames))))-1)]
	}
	late := 0
	for _, ms := range w.frames {
		if ms > 33.4 {
			late++
		}
	}
	fmt.Fprintf(out, "| %s | %.0f | %.1f | %.1f | %.1f | %.1f | %d of %d | %.0f | %.2f, %.2f | %+.1f | %d | %d in %d looks |\n", w.name,
		100*(cpu-w.cpu).Seconds()/time.Since(w.began).Seconds(), float64(len(w.frames))/(window.Seconds()*float64(len(w.heaps))), at(0.5), at(0.95), at(0.99),
		late, len(w.frames), at(1), w.heaps[0]/1e6, w.heaps[len(w.heaps)-1]/1e6, w.growth()/1000, w.look.Most, w.look.Overlaps, w.look.Samples)
	return nil
}
