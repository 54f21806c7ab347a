package e2e

import (
	"net/http"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// A page of which a part has not arrived says so, even if none of its scripts has.
func TestAPageWithoutAPartSaysSo(t *testing.T) {
	p := startProduct(t)
	h := newRunner(t, p.console)
	owner, _ := h.makeLink("owner", "Mika")
	const says = `["not-loaded"].join() === [...document.querySelectorAll(".not-started")].filter((p) => p.offsetHeight > 0).map((p) => p.id).join()`
	for _, part := range []struct {
		name string
		lost func(path string) bool
	}{
		{"a script's part", func(path string) bool { return strings.HasSuffix(path, "/shared/dom.js") }},
		{"a style", func(path string) bool { return strings.HasSuffix(path, "/shared/tokens.css") }},
		{"all", func(path string) bool { return strings.HasPrefix(path, "/a/") }},
	} {
		t.Run(part.name, func(t *testing.T) {
			proxy := proxyReplacing(t, h.base, func(path string, body []byte) ([]byte, int) {
				if part.lost(path) {
					return []byte("502 Bad Gateway"), http.StatusBadGateway
				}
				return body, 0
			})
			page := browser.New(t)
			page.Ignore("log: ") // Chromium reports each lost file
			page.Goto(proxy + strings.TrimPrefix(owner, h.base))
			page.Wait(says)
			for _, path := range []string{"/welcome/live", "/builder/live", "/screen/live"} {
				page.Goto(proxy + path)
				page.Wait(says)
			}
		})
	}
}
