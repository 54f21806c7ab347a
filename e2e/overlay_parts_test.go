package e2e

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"danmaku/e2e/browser"
)

// parts are faults of a connection to the files of the overlay's pages.
var parts = []struct {
	name string
	hits func(path string) bool
	with string // instead of a 502
}{
	{"a script", func(path string) bool {
		return strings.HasSuffix(path, "/main.js") || strings.HasSuffix(path, "/chat.js")
	}, ""},
	{"a script's part", func(path string) bool { return strings.HasSuffix(path, "/shared/socket.js") }, ""},
	{"a style", func(path string) bool { return strings.HasSuffix(path, "/overlay.css") }, ""},
	{"all", func(path string) bool { return strings.HasPrefix(path, "/a/") }, ""},
	{"a login", func(path string) bool { return strings.HasPrefix(path, "/a/") }, "<html><title>Welcome</title>Please sign in</html>"},
}

// An overlay of which a part has not arrived shows nothing, not even the texts that it
// measures, and loads again by itself. While a proxy answers for the server, it does not go
// to the proxy's page.
func TestAnOverlayWithoutAPartLoadsAgain(t *testing.T) {
	p := startProduct(t)
	query := strings.TrimPrefix(p.overlay, "http://"+p.host()+"/overlay/")
	for _, page := range []string{"/overlay/", "/chat/"} {
		for i, part := range parts {
			if page == "/chat/" && i > 0 {
				continue // the same script recovers both
			}
			t.Run(page+part.name, func(t *testing.T) {
				const lost, away, back = 0, 1, 2
				var state atomic.Int32
				asked := make(chan struct{}, 1000)
				proxy := proxyReplacing(t, "http://"+p.host(), func(path string, body []byte) ([]byte, int) {
					switch {
					case state.Load() == lost && part.hits(path) && part.with != "":
						return []byte(part.with), http.StatusOK
					case state.Load() == lost && part.hits(path):
						return []byte("502 Bad Gateway"), http.StatusBadGateway
					case state.Load() == away && strings.HasPrefix(path, page):
						asked <- struct{}{}
						return []byte("<h1>502 Bad Gateway</h1>"), http.StatusBadGateway
					}
					return body, 0
				})
				obs := browser.New(t)
				obs.Ignore("log: ") // Chromium reports each lost file
				obs.Goto(proxy + page + query)
				obs.Wait(`getComputedStyle(document.documentElement).display === "none"`)
				if isTrue(obs, `document.body && document.body.offsetHeight > 0`) {
					t.Error("the page shows something")
				}
				state.Store(away)
				<-asked
				if isTrue(obs, `document.body.textContent.includes("Bad Gateway")`) {
					t.Error("it went to the proxy's page")
				}
				state.Store(back)
				obs.Wait(`typeof danmaku === "object" && getComputedStyle(document.documentElement).display !== "none"`)
			})
		}
	}
}

// The loader does not take a proxy's answer for the server's.
func TestTheLoaderWaitsBehindAProxy(t *testing.T) {
	p := startProduct(t)
	var back atomic.Bool
	asked := make(chan struct{}, 1000)
	proxy := proxyReplacing(t, "http://"+p.host(), func(path string, body []byte) ([]byte, int) {
		if back.Load() {
			return body, 0
		}
		asked <- struct{}{}
		return []byte("502 Bad Gateway"), http.StatusBadGateway
	})
	file := filepath.Join(t.TempDir(), "overlay-loader.html")
	saveLoader(t, p.overlay, file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.ReplaceAll(text, []byte(p.host()), []byte(strings.TrimPrefix(proxy, "http://"))), 0o600); err != nil {
		t.Fatal(err)
	}
	obs := browser.New(t)
	obs.Ignore("log: ")           // Chromium reports each 502
	obs.Ignore("blocked by CORS") // and that the proxy's answer may not be read
	obs.Goto("file://" + file)
	for range 3 {
		<-asked
	}
	if !isTrue(obs, `location.protocol === "file:"`) {
		t.Error("it went to the proxy's page")
	}
	back.Store(true)
	obs.Wait(`typeof danmaku === "object"`)
}
