package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"danmaku/e2e/browser/engine"
)

// shownFaults is JavaScript that lists the sentences about a page that did not start.
const shownFaults = `[...document.querySelectorAll(".not-started")].filter((p) => p.offsetHeight > 0).map((p) => p.id)`

// A browser that cannot parse the modules shows the form without scripts, which
// sends, and a sentence: here Chromium 79, which supports neither ?. nor private
// methods.
func TestAnOldBrowserGetsTheFormAndASentence(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	phone := engine.New(t, engine.Chromium79)
	phone.Size(390, 844)
	phone.Goto(p.audience)
	phone.Wait(shownFaults + `.join() === "too-old"`)
	if engine.Value[bool](phone, greet) {
		t.Fatal("this browser runs the modules: it is not an old one")
	}
	keepPicture(t, phone, "old-phone.png")
	if over := engine.Value[int](phone, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		t.Errorf("%d px run off the side", over)
	}
	if !engine.Value[bool](phone, `["#text", "#send", "#too-old", "#title"].every((what) => { const r = document.querySelector(what).getBoundingClientRect(); return r.width > 30 && r.height > 10 && r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight; })`) {
		t.Error("field, button, title or sentence is not visible")
	}
	phone.Click("#text")
	phone.Type("from 2019")
	phone.Click("#send")
	phone.Wait(`document.querySelector("#strip.good") !== null && document.querySelector("#strip").offsetHeight > 0`)
	if all := h.do("GET", "/api/rooms/live/comments", nil)["comments"].([]any); len(all) != 1 || all[0].(map[string]any)["text"] != "from 2019" {
		t.Errorf("the room has %v", all)
	}

	// The other pages show it, too.
	address, _ := h.makeLink("owner", "Mika")
	for _, to := range []string{address, h.base + "/welcome/live", h.base + "/builder/live", h.base + "/screen/live"} {
		phone.Goto(to)
		phone.Wait(shownFaults + `.join() === "too-old"`)
		keepPicture(t, phone, "old-"+strings.Split(to[len(h.base):], "/")[1]+".png")
	}
	// The stream never shows our faults.
	phone.Goto(p.overlay)
	if text := engine.Value[string](phone, `document.body.innerText.trim()`); text != "" {
		t.Errorf("the overlay says %q", text)
	}
}

// proxyReplacing runs the program behind a proxy that replaces the bytes of some files.
func proxyReplacing(t *testing.T, target string, change func(path string, body []byte) (changed []byte, status int)) string {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(u)
			r.Out.Header.Del("Accept-Encoding")
		},
		ModifyResponse: func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			body, status := change(r.Request.URL.Path, body)
			if status != 0 {
				r.StatusCode = status
				r.Header.Del("Cache-Control") // it is another's answer
				r.Header.Set("Content-Type", "text/html")
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Del("Content-Length")
			return nil
		},
	}
	srv := httptest.NewServer(proxy)
	t.Cleanup(srv.Close)
	return srv.URL
}

// Each fault that keeps a page's module from starting is reported, in each engine: syntax
// that it cannot parse, a missing member, a file that does not
// arrive. A page that starts reports nothing.
func TestAPageThatFailsToStartShowsAnError(t *testing.T) {
	p := startProduct(t, free...)
	base, room := "http://"+p.host(), strings.TrimPrefix(p.audience, "http://"+p.host())
	engine.Each(t, []string{engine.Chromium103, engine.WPE}, func(t *testing.T, name string) {
		page := engine.New(t, name)
		for _, c := range []struct{ what, with, want string }{
			{"syntax of a day to come", "const next = @@tomorrow;\n", "too-old"},
			{"a member of a day to come", "document.ofTomorrow();\n", "too-old"},
			{"the module is not there", "", "not-loaded"},
			{"nothing", "// nothing\n", ""},
		} {
			page.Goto(proxyReplacing(t, base, func(path string, body []byte) ([]byte, int) {
				if !strings.HasSuffix(path, "/audience/all.js") {
					return body, 0
				}
				if c.with == "" {
					return nil, http.StatusBadGateway
				}
				return append([]byte(c.with), body...), 0
			}) + room)
			page.Wait(`document.readyState === "complete"`)
			if c.want == "" {
				page.Wait(`document.documentElement.hasAttribute("data-started")`)
			} else {
				page.Wait(shownFaults + `.length > 0`)
			}
			if got := strings.Join(engine.Value[[]string](page, shownFaults), " "); got != c.want {
				t.Errorf("%s: it reports %q, want %q", c.what, got, c.want)
			}
			if !engine.Value[bool](page, `document.querySelector("#send").offsetHeight > 0`) {
				t.Errorf("%s: there is no button", c.what)
			}
		}
	})
}
