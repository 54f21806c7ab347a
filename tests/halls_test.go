package tests

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The access to the pages beside the stream.
func TestVenuePages(t *testing.T) {
	p := start(t, t.TempDir())
	key := "?key=" + p.overlay
	audience := p.link("audience").Key
	stranger, console := p.browser(), p.console()
	for _, row := range []struct {
		who    *browser
		path   string
		status int
		has    string
		lacks  string
	}{
		{stranger, "/poster/live", 200, "only-here", p.overlay},
		{stranger, "/poster/nowhere", 404, "", p.overlay},
		{stranger, "/poster/live?at=" + url.QueryEscape("http://evil.example"), 200, "only-here", "evil"},
		{stranger, "/poster/live?at=" + url.QueryEscape(p.base), 200, "only-here", strings.TrimPrefix(p.base, "http://") + "/r/live"}, // no phone can come there
		{stranger, "/screen/live", 401, "", p.overlay},
		{stranger, "/screen/live?key=wrong", 403, "", p.overlay},
		{stranger, "/screen/live?key=" + audience, 403, "", p.overlay},
		{stranger, "/screen/live" + key + "&qr=1&color=204060", 200, p.overlay + "&amp;qr=1", "color=204060"},
		{stranger, "/screen/nowhere" + key, 403, "", ""},
		{console, "/screen/live", 200, p.overlay, ""},
		{stranger, "/overlay-loader/live", 401, "", p.overlay},
		{stranger, "/overlay-loader/live" + key, 200, p.base + "/overlay/live?key=" + p.overlay, ""},
		{console, "/overlay-loader/live?size=48", 200, "size=48", ""},
		{console, "/overlay-loader/live?theme=" + url.QueryEscape(`"><script>alert(1)</script>`), 200, "data-overlay", "<script>alert"},
		{console, "/overlay-loader/nowhere", 404, "", p.overlay},
	} {
		status, text := row.who.do("GET", row.path, nil, nil)
		if status != row.status || !strings.Contains(text, row.has) || row.lacks != "" && strings.Contains(text, row.lacks) {
			t.Errorf("GET %s: %d, want %d with %q and without %q:\n%s", row.path, status, row.status, row.has, row.lacks, text)
		}
	}
}

// Screen and poster ask people to join the Wi-Fi only if necessary: a public address is
// reachable from anywhere.
func TestWhichPagesShowTheWiFi(t *testing.T) {
	for address, want := range map[string]bool{"http://192.168.1.20:2333": true, "http://studio.local:2333": true, "http://192.0.2.2:2333": false, "https://live.example.org": false} {
		listen := freePort(t)
		p := start(t, t.TempDir(), "--listen", listen, "--public-url", address)
		p.base = "http://" + listen
		for _, path := range []string{"/poster/live", "/screen/live?key=" + p.overlay} {
			_, page := p.browser().do("GET", path, nil, nil)
			if got := strings.Contains(page, "must be in the same Wi-Fi"); got != want || !strings.Contains(page, "/r/live") {
				t.Errorf("%s of %s has the sentence: %v, want %v", path, address, got, want)
			}
		}
	}
}

// A page in a file may detect that there is a server, and read nothing else from it.
func TestOtherOriginsReadOnlyHealth(t *testing.T) {
	p := start(t, t.TempDir())
	for path, want := range map[string]string{"/healthz": "cross-origin", "/readyz": "same-origin", "/r/live": "same-origin"} {
		resp, err := p.browser().http.Get(p.base + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Cross-Origin-Resource-Policy"); resp.StatusCode != http.StatusOK || got != want {
			t.Errorf("%s: %d, %q, want %q", path, resp.StatusCode, got, want)
		}
	}
}
