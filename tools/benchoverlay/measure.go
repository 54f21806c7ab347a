package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"danmaku/e2e/browser"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// result is one run of one engine.
type result struct {
	shown  float64       // comments on the screen, the mean of the samples
	cpu    time.Duration // of the whole browser
	window time.Duration
	frames []float64                // ms between displayed frames
	parts  map[string]time.Duration // of the cpu, by the name of the thread
}

// percent returns the share of one core.
func (r result) percent() float64 { return 100 * r.cpu.Seconds() / r.window.Seconds() }

// rate returns displayed frames a second.
func (r result) rate() float64 { return float64(len(r.frames)) / r.window.Seconds() }

// perFrame returns core milliseconds for each displayed frame; 0 without frames.
func (r result) perFrame() float64 {
	if len(r.frames) == 0 {
		return 0
	}
	return float64(r.cpu.Milliseconds()) / float64(len(r.frames))
}

// p95 returns the 95th percentile of the time between displayed frames, in ms.
func (r result) p95() float64 {
	if len(r.frames) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.frames))
	return sorted[int(math.Ceil(0.95*float64(len(sorted))))-1]
}

// long counts the frames that came more than 33 ms after the previous one: at 60 Hz, at least
// one frame was missed before each.
func (r result) long() float64 {
	n := 0
	for _, ms := range r.frames {
		if ms > 33 {
			n++
		}
	}
	return float64(n)
}

func (r result) String() string {
	return fmt.Sprintf("shown %3.0f, %3.0f %% of a core, %4.1f frames/s, %5.2f ms a frame, p95 %.1f ms, %v over 33 ms; %s",
		r.shown, r.percent(), r.rate(), r.perFrame(), r.p95(), r.long(), r.threads())
}

// threads lists the threads that used 1 % of a core or more, the most first.
func (r result) threads() string {
	names := slices.SortedFunc(maps.Keys(r.parts), func(a, b string) int { return cmp.Compare(r.parts[b], r.parts[a]) })
	var list []string
	for _, name := range names {
		if percent := 100 * r.parts[name].Seconds() / r.window.Seconds(); percent >= 1 {
			list = append(list, fmt.Sprintf("%s %.1f", name, percent))
		}
	}
	return strings.Join(list, ", ")
}

// measure runs one engine in its own browser.
func measure(ctx context.Context, site string, e engine, load int, s settings) (result, error) {
	url := site + "/engine/" + e.name
	switch e.name {
	case "ours-box":
		url = site + "/chat?bench=1&place=left&lang=en"
	case "ours", "ours-applause", "before", "before-applause":
		// To show all 200, they must be allowed to overlap, as in the libraries.
		if strings.HasPrefix(e.name, "before") {
			site += "/before"
		}
		url = site + "/overlay?bench=1&size=28&stroke=1&duration=8&overlap=1&limit=2000"
	}
	tab, stop, err := open(ctx, url)
	if err != nil {
		return result{}, err
	}
	defer stop()
	if e.ours() {
		if err := eval(tab, "{\n"+string(enginesJS)+"\n}"); err != nil {
			return result{}, err
		}
	}
	if err := eval(tab, fmt.Sprintf("bench.start(%q, %d)", e.name, load)); err != nil {
		return result{}, err
	}
	return window(tab, chromedp.FromContext(tab).Browser.Process().Pid, s)
}

// open starts a browser with one tab of 1920 by 1080 at an address.
func open(ctx context.Context, url string) (tab context.Context, stop func(), err error) {
	path, err := browser.Path()
	if err != nil {
		return nil, nil, err
	}
	// The window is larger than the page, because Chromium does not draw what lies outside it.
	alloc, stopAlloc := chromedp.NewExecAllocator(ctx, append(browser.Options(path), chromedp.WindowSize(2000, 1300))...)
	tab, stopTab := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	stop = func() { stopTab(); stopAlloc() }
	if err = chromedp.Do(tab); err == nil {
		_, err = chromedp.Call(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1920, Height: 1080, DeviceScaleFactor: 1})
	}
	if err == nil {
		err = chromedp.Do(tab, chromedp.Navigate(url))
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	return tab, stop, nil
}

func eval(tab context.Context, js string) error {
	return chromedp.Do(tab, chromedp.Evaluate[chromedp.Void](js, chromedp.EvalAwaitPromise))
}

// window waits until the engine runs evenly, then counts frames and processor
// time.
func window(tab context.Context, pid int, s settings) (result, error) {
	if err := chromedp.Do(tab, chromedp.Sleep(s.warm)); err != nil {
		return result{}, err
	}
	swaps, err := newSwaps(tab)
	if err != nil {
		return result{}, err
	}
	before, err := treeThreads(pid)
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	var r result
	const samples = 3
	for range samples {
		if err := chromedp.Do(tab, chromedp.Sleep(s.window/samples)); err != nil {
			return result{}, err
		}
		n, err := chromedp.Run(tab, chromedp.Evaluate[float64]("bench.shown()"))
		if err != nil {
			return result{}, err
		}
		r.shown += n / samples
	}
	after, err := treeThreads(pid)
	if err != nil {
		return result{}, err
	}
	r.window = time.Since(began)
	r.parts = map[string]time.Duration{}
	for name, cpu := range after {
		r.parts[name] = cpu - before[name]
		r.cpu += r.parts[name]
	}
	r.frames, err = swaps.stop(tab)
	return r, err
}

// swaps follows the browser's own record of displayed frames: the display compositor's swaps,
// from tracing. It counts frames drawn by scripts and frames moved by the compositor alike.
type swaps struct {
	mu     sync.Mutex
	at     []float64 // µs
	done   chan struct{}
	unhear func()
}

const swapEvent = "Display::DrawAndSwap"

func newSwaps(tab context.Context) (*swaps, error) {
	hearing, unhear := context.WithCancel(tab)
	s := &swaps{done: make(chan struct{}), unhear: unhear}
	err := chromedp.Listen(hearing, func(ev any) {
		switch ev := ev.(type) {
		case *tracing.EventDataCollected:
			s.collect(ev)
		case *tracing.EventTracingComplete:
			close(s.done)
		}
	})
	if err != nil {
		return nil, err
	}
	_, err = chromedp.Call(tab, tracing.Start, tracing.StartParams{
		TransferMode: tracing.StartTransferModeReportEvents,
		TraceConfig:  &tracing.TraceConfig{IncludedCategories: []string{"viz"}, ExcludedCategories: []string{"*"}},
	})
	return s, err
}

func (s *swaps) collect(ev *tracing.EventDataCollected) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, raw := range ev.Value {
		var e struct {
			Name  string  `json:"name"`
			Phase string  `json:"ph"`
			TS    float64 `json:"ts"`
		}
		if json.Unmarshal(raw, &e) == nil && e.Name == swapEvent && (e.Phase == "X" || e.Phase == "B") {
			s.at = append(s.at, e.TS)
		}
	}
}

// stop ends the count and returns the ms between frames.
func (s *swaps) stop(tab context.Context) ([]float64, error) {
	defer s.unhear()
	if _, err := chromedp.Call(tab, tracing.End, cdp.Empty{}); err != nil {
		return nil, err
	}
	select {
	case <-s.done:
	case <-time.After(2 * time.Minute): // for a busy machine
		return nil, errors.New("tracing did not end")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.at)
	frames := make([]float64, 0, len(s.at))
	for i := 1; i < len(s.at); i++ {
		frames = append(frames, (s.at[i]-s.at[i-1])/1000)
	}
	return frames, nil
}

// treeCPU returns the processor time of a process and all its descendants.
func treeCPU(root int) (sum time.Duration, err error) {
	threads, err := treeThreads(root)
	for _, cpu := range threads {
		sum += cpu
	}
	return sum, err
}

// treeThreads returns that time by thread name, from /proc. Chromium starts its processes at
// the beginning, so none that matters ends between two readings.
func treeThreads(root int) (map[string]time.Duration, error) {
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	parents := map[int]int{}
	for _, path := range all {
		if stat, ok := readStat(path); ok {
			parents[stat.id] = stat.parent
		}
	}
	threads := map[string]time.Duration{}
	for pid := range parents {
		p := pid
		for p > 1 && p != root {
			p = parents[p]
		}
		if p != root {
			continue
		}
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		if err != nil {
			return nil, err
		}
		for _, path := range tasks {
			if stat, ok := readStat(path); ok {
				threads[stat.name] += stat.cpu
			}
		}
	}
	if len(threads) == 0 {
		return nil, fmt.Errorf("no process %d", root)
	}
	return threads, nil
}

// procStat is the content of a stat file in /proc, of a process or a thread.
type procStat struct {
	id, parent int
	name       string
	cpu        time.Duration
}

// readStat reads a stat file; it returns false if the process has ended.
func readStat(path string) (procStat, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return procStat{}, false
	}
	text := string(b)
	// The name in parentheses may contain anything; the fields begin after it.
	opens, closes := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	fields := strings.Fields(text[closes+1:])
	stat := procStat{name: text[opens+1 : closes]}
	stat.id, _ = strconv.Atoi(strings.TrimSpace(text[:opens]))
	stat.parent, _ = strconv.Atoi(fields[1])
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	stat.cpu = time.Duration(user+system) * time.Second / 100 // Linux counts in 1/100 s
	return stat, true
}
