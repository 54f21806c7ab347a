package browser

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// NewPhone opens an empty tab that behaves like a phone of 390 by 844: the
// page's own viewport applies, and it has touch input.
func NewPhone(t testing.TB) *Page {
	t.Helper()
	p := New(t)
	p.phone()
	return p
}

func (p *Page) phone() {
	p.t.Helper()
	p.Hand(390, 844)
	Call(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	Call(p, network.Enable, network.EnableParams{})
}

// Hand sets the phone's viewport in CSS pixels; an open keyboard leaves
// a lower one.
func (p *Page) Hand(width, height int64) {
	p.t.Helper()
	Call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 2, Mobile: true,
	})
}

// Sibling opens another phone tab with the same cookies and storage.
func (p *Page) Sibling() *Page {
	p.t.Helper()
	tab, closeTab := chromedp.NewContext(p.Ctx)
	if err := chromedp.Do(tab); err != nil {
		p.t.Fatalf("open a second tab: %v", err)
	}
	ctx, cancel := context.WithTimeout(tab, deadline)
	q := &Page{Ctx: ctx, t: p.t}
	p.t.Cleanup(func() {
		q.check()
		cancel()
		closeTab()
	})
	if err := chromedp.Listen(tab, q.listen); err != nil {
		p.t.Fatalf("listen to a second tab: %v", err)
	}
	q.phone()
	return q
}

// Line sets the network's quality: latency of each request in ms and
// kilobits a second; 0 and 0 mean the real network.
func (p *Page) Line(latency, kilobits float64) {
	p.t.Helper()
	through := kilobits * 1000 / 8
	if kilobits == 0 {
		through = -1
	}
	p.conditions(network.Conditions{Latency: latency, DownloadThroughput: through, UploadThroughput: through})
}

// Tunnel takes the network away until Line: requests fail, and the page learns
// that the device is offline. (Chromium leaves open sockets open.)
func (p *Page) Tunnel() {
	p.t.Helper()
	p.conditions(network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
}

func (p *Page) conditions(c network.Conditions) {
	p.t.Helper()
	Call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{&c},
	})
	Call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{
		Offline: c.Offline, Latency: c.Latency, DownloadThroughput: c.DownloadThroughput, UploadThroughput: c.UploadThroughput,
	})
}

// Slow slows the processor down by a factor.
func (p *Page) Slow(times float64) {
	p.t.Helper()
	Call(p, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: times})
}

// Before runs a script in every document before its own scripts.
func (p *Page) Before(js string) {
	p.t.Helper()
	Call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: js})
}

// Key presses and releases a key of the keyboard, as Chromium names it.
func (p *Page) Key(key string, code int64) {
	p.t.Helper()
	text := ""
	if key == "Enter" {
		text = "\r"
	}
	Call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: key, WindowsVirtualKeyCode: code, NativeVirtualKeyCode: code, Text: text})
	Call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key, Code: key, WindowsVirtualKeyCode: code, NativeVirtualKeyCode: code})
}

// Type writes like a keyboard without composition.
func (p *Page) Type(text string) {
	p.t.Helper()
	Call(p, input.InsertText, input.InsertTextParams{Text: text})
}

// Compose writes like an input method with an unfinished composition.
func (p *Page) Compose(text string) {
	p.t.Helper()
	n := int64(len([]rune(text)))
	Call(p, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: n, SelectionEnd: n})
}

// Requests collects the address of every request that the page makes.
func (p *Page) Requests(each func(url string), bytes func(n float64)) {
	p.t.Helper()
	if err := chromedp.Listen(p.Ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			each(e.Request.URL)
		case *network.EventWebSocketCreated:
			each(e.URL)
		case *network.EventLoadingFinished:
			bytes(e.EncodedDataLength)
		}
	}); err != nil {
		p.t.Fatalf("listen to requests: %v", err)
	}
}

// Loaded begins to watch for the end of a load; the returned function waits for it.
func (p *Page) Loaded() (wait func()) {
	p.t.Helper()
	done := make(chan struct{}, 8)
	ctx, stop := context.WithCancel(p.Ctx)
	if err := chromedp.Listen(ctx, func(event any) {
		if _, ok := event.(*page.EventLoadEventFired); ok {
			select {
			case done <- struct{}{}:
			default:
			}
		}
	}); err != nil {
		p.t.Fatalf("listen for a load: %v", err)
	}
	return func() {
		p.t.Helper()
		defer stop()
		select {
		case <-done:
		case <-time.After(time.Minute):
			p.t.Fatal("the page did not load")
		}
	}
}

// Move moves the mouse, without a button, to a place in CSS pixels.
func (p *Page) Move(x, y float64) {
	p.t.Helper()
	Call(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y})
}

// Mouse presses the left button at a place in CSS pixels. The returned function
// releases it.
func (p *Page) Mouse(x, y float64) (release func()) {
	p.t.Helper()
	p.Move(x, y)
	button := func(kind input.DispatchMouseEventType) {
		p.t.Helper()
		Call(p, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1})
	}
	button(input.DispatchMouseEventTypeMousePressed)
	return func() { p.t.Helper(); button(input.DispatchMouseEventTypeMouseReleased) }
}

// Touch puts a finger at a place in CSS pixels. The returned function lifts it.
func (p *Page) Touch(x, y float64) (lift func()) {
	p.t.Helper()
	Call(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: x, Y: y}}})
	return func() {
		p.t.Helper()
		Call(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
	}
}
