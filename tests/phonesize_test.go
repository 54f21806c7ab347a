package tests

import (
	"context"
	"io"
	"net"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// mostOverTheWire is the most bytes that the audience page with all its files may take,
// headers included.
const mostOverTheWire = 40 << 10

var loaded = regexp.MustCompile(`(?:href|src)="(/(?:a|r/live/app)[/.][^"#]+)`)

// counted counts the bytes received over a connection.
type counted struct {
	net.Conn
	sum *atomic.Int64
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.sum.Add(int64(n))
	return n, err
}

// The page and all files that it loads, in the compression that browsers accept over
// https (brotli) and over plain http (gzip), in every language.
func TestThePhonePageIsSmall(t *testing.T) {
	p := start(t, t.TempDir())
	for _, coding := range []string{"br", "gzip"} {
		for _, lang := range []string{"en", "zh-CN", "ja", "zh-TW", "ko", "es"} {
			var sum atomic.Int64
			client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
				return counted{c, &sum}, err
			}}}
			get := func(url string) (*http.Response, string) {
				t.Helper()
				req, err := http.NewRequest("GET", p.base+url, nil)
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Accept-Encoding", coding)
				resp, err := client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				if err != nil || resp.StatusCode != http.StatusOK {
					t.Fatalf("%s: %d, %v", url, resp.StatusCode, err)
				}
				return resp, string(body)
			}
			resp, _ := get("/r/live?lang=" + lang)
			if got := resp.Header.Get("Content-Encoding"); got != coding {
				t.Errorf("the page is encoded as %q, requested %s", got, coding)
			}
			page := sum.Load()
			// The names in the page are read from an uncompressed copy, which does not count.
			_, html := p.browser().do("GET", "/r/live?lang="+lang, nil, nil)
			seen := map[string]bool{}
			for _, m := range loaded.FindAllStringSubmatch(html, -1) {
				url := m[1]
				if seen[url] || strings.Contains(html, `rel="apple-touch-icon" href="`+url) {
					continue // requested when the page is added to the home screen
				}
				seen[url] = true
				resp, _ := get(url)
				if packs := path.Ext(url) != ".png"; packs && resp.Header.Get("Content-Encoding") == "" && resp.ContentLength > 600 {
					t.Errorf("%s is not compressed", url)
				}
				if strings.HasPrefix(url, "/a/") && !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
					t.Errorf("%s is not cached: %s", url, resp.Header.Get("Cache-Control"))
				}
			}
			client.CloseIdleConnections()
			if !seen["/r/live/app.webmanifest"] {
				t.Error("the manifest is missing")
			}
			if len(seen) < 5 {
				t.Errorf("the page names only %d files", len(seen))
			}
			if sum.Load() > mostOverTheWire {
				t.Errorf("%s, %s: %d bytes", coding, lang, sum.Load())
			}
			t.Logf("%s, %s: %d bytes in %d files, %d of them the page", coding, lang, sum.Load(), len(seen)+1, page)
		}
	}
}
