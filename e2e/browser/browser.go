// Package browser drives a real Chromium for tests: one process per test
// binary, a fresh profile per page, and every fault that a page reports
// (an exception, an error on the console, a Content-Security-Policy report)
// fails its test.
package browser

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// deadline is how long one page may live; a hanging test fails instead of
// stopping the whole run. It measures nothing: a busy machine may be slow.
const deadline = 15 * time.Minute

// names are the programs that count as Chromium; the first one found is used. The
// headless shell is the same engine without the user interface (toolbars,
// extensions, a process for each service): a page costs a third of the processor's
// time.
var names = []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"}

var shared struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

// Main runs the tests of a package and closes the browser that they may have
// started; call it from TestMain as os.Exit(browser.Main(m)).
func Main(m *testing.M) int {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	return code
}

// Path finds Chromium. The variable CHROMIUM names one elsewhere.
func Path() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Chromium found (looked for %s)", strings.Join(names, ", "))
}

// Options are the flags of every Chromium: no window and no
// own network. (The flag default-background-color is not among them: with
// it Chromium takes one screenshot and exits.)
func Options(path string) []chromedp.ExecAllocatorOption {
	return append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
	)
}

func start() {
	path, err := Path()
	if err != nil {
		shared.err = err
		return
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), Options(path)...)
	// Events that this chromedp does not know yet are not our fault.
	ctx, stop := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}), chromedp.WithLogf(log.Printf))
	shared.ctx = ctx
	shared.stop = func() { stop(); stopAlloc() }
	if err := chromedp.Do(ctx); err != nil {
		shared.err = fmt.Errorf("start %s: %w", path, err)
	}
}

// Page is one tab with its own profile.
type Page struct {
	// Ctx runs chromedp actions in the tab.
	Ctx context.Context
	t   testing.TB

	mu      sync.Mutex
	faults  []string
	ignored []string
}

// New opens an empty tab of 1920 by 1080 CSS pixels that lives as long as the
// test. Without Chromium the test is skipped, or fails if CI is "true".
func New(t testing.TB) *Page {
	t.Helper()
	shared.once.Do(start)
	if shared.err != nil {
		if os.Getenv("CI") != "true" && shared.ctx == nil {
			t.Skipf("browser test skipped: %v; install it (Debian: apt-get install chromium-headless-shell) or set CHROMIUM", shared.err)
		}
		t.Fatalf("browser tests need Chromium: %v", shared.err)
	}
	tab, closeTab := chromedp.NewContext(shared.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	ctx, cancel := context.WithTimeout(tab, deadline)
	p := &Page{Ctx: ctx, t: t}
	t.Cleanup(func() {
		p.check()
		cancel()
	})
	if err := chromedp.Listen(tab, p.listen); err != nil {
		t.Fatalf("listen to a tab: %v", err)
	}
	Call(p, audits.Enable, cdp.Empty{})
	Call(p, cdplog.Enable, cdp.Empty{})
	Call(p, emulation.SetDefaultBackgroundColorOverride, emulation.SetDefaultBackgroundColorOverrideParams{
		// Screenshots keep their alpha. A plain 0 would be omitted from the frame
		// and mean 1.
		Color: &cdp.RGBA{A: 1e-6},
	})
	p.Size(1920, 1080, 1)
	return p
}

// Open opens a tab at an address and waits until it has loaded.
func Open(t testing.TB, url string) *Page {
	t.Helper()
	p := New(t)
	p.Goto(url)
	return p
}

// Goto takes the tab to an address and waits until it has loaded.
func (p *Page) Goto(url string) {
	p.t.Helper()
	p.Do(chromedp.Navigate(url))
}

// Do runs chromedp actions in order and fails the test if one of them fails.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.must(chromedp.Do(p.Ctx, actions...))
}

// Call runs a command of the DevTools protocol and fails the test if it fails.
func Call[P, R any](p *Page, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	result, err := chromedp.Call(p.Ctx, command, params)
	p.must(err)
	return result
}

// Size sets the viewport in CSS pixels and the device pixels of each.
func (p *Page) Size(width, height int64, scale float64) {
	p.t.Helper()
	Call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: scale,
	})
}

// Hide minimizes the tab's window, which hides the page as a browser does; the
// function that it returns shows it again.
func (p *Page) Hide() (show func()) {
	p.t.Helper()
	id := Call(p, cdpbrowser.GetWindowForTarget, cdpbrowser.GetWindowForTargetParams{}).WindowID
	become := func(state cdpbrowser.WindowState) {
		p.t.Helper()
		Call(p, cdpbrowser.SetWindowBounds, cdpbrowser.SetWindowBoundsParams{WindowID: id, Bounds: &cdpbrowser.Bounds{WindowState: state}})
	}
	become(cdpbrowser.WindowStateMinimized)
	p.Wait(`document.hidden`)
	return func() {
		p.t.Helper()
		become(cdpbrowser.WindowStateNormal)
		p.Wait(`!document.hidden`)
	}
}

// Eval evaluates an expression for its effect, waiting for a promise.
func (p *Page) Eval(js string) {
	p.t.Helper()
	p.Do(chromedp.Evaluate[chromedp.Void](js, chromedp.EvalAwaitPromise))
}

// Value evaluates an expression, waiting for a promise, and reads its JSON.
func Value[T any](p *Page, js string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.Ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	p.must(err)
	return v
}

// Wait waits until an expression is true, at most three minutes, also over a change of
// page. The page evaluates it itself, without eval, which its Content-Security-Policy
// forbids.
func (p *Page) Wait(js string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.Ctx, 3*time.Minute)
	defer cancel()
	look := fmt.Sprintf(`new Promise((done) => { const look = () => ((%s) ? done(true) : setTimeout(look, 15)); look(); })`, js)
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](look, chromedp.EvalAwaitPromise))
		switch {
		case err == nil:
			return
		case ctx.Err() == nil && strings.Contains(err.Error(), "navigated"):
			continue // the evaluating page is gone: evaluate in the new one
		}
		p.t.Fatalf("never true: %s (%v); the page reported: %q", js, err, p.Faults())
	}
}

// Screenshot takes a picture of the viewport as PNG, with its alpha.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	return Call(p, page.CaptureScreenshot, page.CaptureScreenshotParams{}).Data
}

func (p *Page) must(err error) {
	if err != nil {
		p.t.Helper()
		p.t.Fatalf("browser: %v; the page reported: %q", err, p.Faults())
	}
}

// Ignore makes faults that contain text acceptable in this test.
func (p *Page) Ignore(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ignored = append(p.ignored, text)
}

// IgnoreAway is for a test whose server goes away: Chromium then reports each
// request and each handshake that it cannot finish.
func (p *Page) IgnoreAway() {
	p.Ignore("net::ERR_CONNECTION_") // refused or reset
	p.Ignore("WebSocket connection to ")
}

// Faults returns the faults reported so far.
func (p *Page) Faults() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.faults)
}

func (p *Page) check() {
	for _, fault := range p.Faults() {
		if !slices.ContainsFunc(p.ignored, func(text string) bool { return strings.Contains(fault, text) }) {
			p.t.Errorf("the page reported: %s", fault)
		}
	}
}

func (p *Page) listen(event any) {
	fault := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		fault = "exception: " + (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error()
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			fault = "console: " + consoleText(e)
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError {
			fault = fmt.Sprintf("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			d := e.Issue.Details.ContentSecurityPolicyIssueDetails
			fault = fmt.Sprintf("content security policy: %s blocked by %s", d.BlockedURL, d.ViolatedDirective)
		}
	}
	if fault != "" {
		p.mu.Lock()
		p.faults = append(p.faults, fault)
		p.mu.Unlock()
	}
}

func consoleText(e *runtime.EventConsoleAPICalled) string {
	var b strings.Builder
	for _, arg := range e.Args {
		if arg.Description != "" {
			b.WriteString(arg.Description)
		} else {
			b.WriteString(string(arg.Value))
		}
		b.WriteByte(' ')
	}
	return b.String()
}
