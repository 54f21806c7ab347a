package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// deadline is how long one page may live. It measures nothing: a busy machine may be
// slow.
const deadline = 15 * time.Minute

// Page is a tab of a test, which fails if the browser does.
type Page struct {
	Engine string
	Tab    Tab
	t      testing.TB
	ctx    context.Context
}

// Each runs a test on some engines, as subtests. The variable ENGINES
// chooses others: names by commas, or "all" for [All] and those that the test
// names itself. An engine that is not installed is skipped with a message; if CI is
// "true" the test fails instead.
func Each(t *testing.T, names []string, test func(t *testing.T, name string)) {
	t.Helper()
	switch wish := os.Getenv("ENGINES"); wish {
	case "":
	case "all":
		names = slices.Clone(names)
		for _, name := range All {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	default:
		names = slices.DeleteFunc(strings.Split(wish, ","), func(name string) bool { return !slices.Contains(All, name) && !slices.Contains(Packed, name) })
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

// New opens an empty tab that lives as long as the test.
func New(t testing.TB, name string) *Page {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	tab, err := Open(ctx, name)
	if err != nil {
		cancel()
		if errors.Is(err, ErrMissing) && os.Getenv("CI") != "true" {
			t.Skipf("skipped without this engine: %v", err)
		}
		t.Fatal(err)
	}
	t.Cleanup(func() {
		tab.Close()
		cancel()
	})
	return &Page{Engine: name, Tab: tab, t: t, ctx: ctx}
}

func (p *Page) must(err error) {
	if err != nil {
		p.t.Helper()
		p.t.Fatalf("%s: %v", p.Engine, err)
	}
}

// Goto loads an address and waits until it has loaded.
func (p *Page) Goto(url string) { p.t.Helper(); p.must(p.Tab.Goto(p.ctx, url)) }

// Size sets the viewport in CSS pixels, as near as the engine allows: WPE's
// window has a fixed size.
func (p *Page) Size(width, height int) { p.t.Helper(); p.must(p.Tab.Size(p.ctx, width, height)) }

// Eval evaluates an expression for its effect, waiting for a promise.
func (p *Page) Eval(js string) { p.t.Helper(); Value[any](p, js) }

// Value evaluates an expression, waiting for a promise, and reads its JSON.
func Value[T any](p *Page, js string) (v T) {
	p.t.Helper()
	raw, err := p.Tab.Eval(p.ctx, js)
	p.must(err)
	if len(raw) > 0 {
		p.must(json.Unmarshal(raw, &v))
	}
	return v
}

// Wait waits until an expression is true, at most three minutes, also over a change of
// page. The page evaluates it itself.
func (p *Page) Wait(js string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 3*time.Minute)
	defer cancel()
	look := fmt.Sprintf(`new Promise((done) => { const until = Date.now() + 2000; const look = () => ((%s) ? done(true) : Date.now() > until ? done(false) : setTimeout(look, 20)); look(); })`, js)
	var last error
	for ctx.Err() == nil {
		raw, err := p.Tab.Eval(ctx, look)
		if err == nil && string(raw) == "true" {
			return
		}
		if err != nil { // the evaluating page may be gone: evaluate in the new one
			last = err
		}
	}
	p.t.Fatalf("%s: never true: %s (%v)", p.Engine, js, last)
}

// middle returns the middle of an element in the viewport.
func (p *Page) middle(selector string) (x, y int) {
	p.t.Helper()
	at := Value[[]float64](p, `((r) => [r.left + r.width / 2, r.top + r.height / 2])(document.querySelector(`+strconv.Quote(selector)+`).getBoundingClientRect())`)
	return int(at[0]), int(at[1])
}

// Click clicks an element in its middle, with a real mouse.
func (p *Page) Click(selector string) {
	p.t.Helper()
	x, y := p.middle(selector)
	p.must(p.Tab.Click(p.ctx, x, y))
}

// Point moves the mouse to an element's middle.
func (p *Page) Point(selector string) {
	p.t.Helper()
	x, y := p.middle(selector)
	p.must(p.Tab.Move(p.ctx, x, y))
}

// Move moves the mouse to a place of the viewport.
func (p *Page) Move(x, y int) { p.t.Helper(); p.must(p.Tab.Move(p.ctx, x, y)) }

// Type sends keys to the element that has the focus.
func (p *Page) Type(text string) { p.t.Helper(); p.must(p.Tab.Type(p.ctx, text)) }

// Paste pastes the clipboard into the element that has the focus.
func (p *Page) Paste() { p.t.Helper(); p.must(p.Tab.Paste(p.ctx)) }

// Back goes back in the history.
func (p *Page) Back() { p.t.Helper(); p.must(p.Tab.Back(p.ctx)) }

// Screenshot returns the viewport as PNG.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	picture, err := p.Tab.Screenshot(p.ctx)
	p.must(err)
	return picture
}

// Print prints on A4 with margins in centimetres, if the engine can.
func (p *Page) Print(margin float64) []byte {
	p.t.Helper()
	printer, ok := p.Tab.(Printer)
	if !ok {
		p.t.Skipf("%s does not print by its driver", p.Engine)
	}
	pdf, err := printer.Print(p.ctx, margin)
	p.must(err)
	return pdf
}
