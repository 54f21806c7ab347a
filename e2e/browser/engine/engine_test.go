package engine_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"danmaku/e2e/browser/engine"
)

const pageText = `<!doctype html><meta charset="utf-8"><title>one</title><style>body { margin: 0 } input, button { position: absolute; left: 10px; width: 200px; height: 40px } button { top: 60px }</style>
<input autofocus><button onclick="document.title = 'pressed'">press</button>`

// Every engine performs each operation of the tests: load, evaluate, point, click, type, go
// back and draw. So a test that passes on an engine has really run there.
func TestEnginesDoWhatTestsNeed(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(pageText))
	}))
	defer srv.Close()
	engine.Each(t, []string{engine.Chromium79, engine.Chromium90, engine.Chromium103, engine.WPE}, func(t *testing.T, name string) {
		p := engine.New(t, name)
		p.Goto(srv.URL + "/one")
		p.Size(640, 480)
		if got := engine.Value[string](p, `Promise.resolve(document.title)`); got != "one" {
			t.Errorf("the title is %q", got)
		}
		p.Eval(`document.addEventListener("pointermove", (e) => { document.body.dataset.over = e.target.tagName; })`)
		p.Point("button")
		p.Wait(`document.body.dataset.over === "BUTTON"`)
		p.Click("button")
		p.Wait(`document.title === "pressed"`)
		p.Click("input")
		p.Type("ab c")
		p.Wait(`document.querySelector("input").value === "ab c"`)
		p.Goto(srv.URL + "/two")
		p.Wait(`location.pathname === "/two"`)
		p.Back()
		p.Wait(`location.pathname === "/one" && document.readyState === "complete"`)
		if picture := p.Screenshot(); string(picture[1:4]) != "PNG" {
			t.Errorf("the picture begins with %q", picture[:8])
		}
		t.Log(engine.Value[string](p, `navigator.userAgent + " " + innerWidth + "x" + innerHeight`))
	})
}
