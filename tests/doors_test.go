package tests

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/live/access"
	"danmaku/store"
)

// get fetches a page without following redirects.
func (b *browser) get(path string, header map[string]string) *http.Response {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.p.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := b.http.Transport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

// The headers of every answer, and the policy of each kind of page.
func TestHeadersOfEveryAnswer(t *testing.T) {
	p := start(t, t.TempDir())
	b := p.browser()
	for _, tt := range []struct {
		path, policy, style, frames, cache string
	}{
		{path: "/r/live", policy: "default-src 'none'; script-src 'self' 'sha256-", frames: "frame-ancestors 'none'", cache: "private, no-cache"},
		{path: "/console/live", policy: "default-src 'none'; script-src 'self' 'sha256-", style: "'; style-src 'self'; ", frames: "frame-ancestors 'self'", cache: "private, no-cache"},
		{path: "/overlay/live", policy: "default-src 'none'; script-src 'self' 'sha256-", style: "'; style-src 'self' 'unsafe-inline'; ", frames: "frame-ancestors 'self'", cache: "private, no-cache"},
		{path: "/nowhere", policy: "default-src 'none'; ", frames: "frame-ancestors 'none'", cache: "private, no-cache"},
		{path: "/healthz", policy: "default-src 'none'; ", frames: "frame-ancestors 'none'"},
		{path: "/api/rooms", policy: "default-src 'none'; ", frames: "frame-ancestors 'none'", cache: "no-store"},
		{path: "/api/rooms/live/qr.svg", policy: "default-src 'none'; ", frames: "frame-ancestors 'none'", cache: "no-store"},
	} {
		h := b.get(tt.path, nil).Header
		policy := h.Get("Content-Security-Policy")
		// A streamer's CSS may include its fonts.
		if got := strings.Contains(policy, "font-src 'self' data:;"); got != (tt.path == "/overlay/live") {
			t.Errorf("%s: fonts in %q", tt.path, policy)
		}
		if !strings.HasPrefix(policy, tt.policy) || !strings.Contains(policy, tt.style) || strings.Contains(policy, "script-src 'self' 'unsafe") || !strings.Contains(policy, tt.frames) {
			t.Errorf("%s: policy %q", tt.path, policy)
		}
		if got := h.Get("Cache-Control"); got != tt.cache {
			t.Errorf("%s: Cache-Control %q, want %q", tt.path, got, tt.cache)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if tt.path == "/healthz" && name == "Cross-Origin-Resource-Policy" {
				want = "cross-origin" // the file in OBS that waits for the server requests this
			}
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", tt.path, name, got, want)
			}
		}
	}
}

// The policy allows inline content of the audience page by its hash, and nothing else.
func TestInlineScriptsAreAllowedByHash(t *testing.T) {
	p := start(t, t.TempDir())
	b := p.browser()
	policy := b.get("/r/live", nil).Header.Get("Content-Security-Policy")
	_, page := b.do("GET", "/r/live", nil, nil)
	if strings.Contains(policy, "unsafe") || strings.Count(policy, "sha256-") != 2 {
		t.Errorf("policy %q", policy)
	}
	for element, directive := range map[string]string{"style": "style-src", "script": "script-src"} {
		m := regexp.MustCompile(`(?s)<` + element + `>(.+?)</` + element + `>`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("the page holds no %s", element)
		}
		sum := sha256.Sum256([]byte(m[1]))
		if want := directive + " 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("%s is not in %q", want, policy)
		}
	}
}

// Assets are cached forever under the hash of their tree, and under no other.
func TestAssetsAreKept(t *testing.T) {
	p := start(t, t.TempDir())
	b := p.browser()
	_, page := b.do("GET", "/r/live", nil, nil)
	_, rest, ok := strings.Cut(page, `src="/a/`)
	path, _, ok2 := strings.Cut(rest, `"`)
	if !ok || !ok2 {
		t.Fatal("the page names no asset")
	}
	if r := b.get("/a/"+path, nil); r.StatusCode != 200 || r.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("under its hash: %d, Cache-Control %q", r.StatusCode, r.Header.Get("Cache-Control"))
	}
	_, name, _ := strings.Cut(path, "/")
	if r := b.get("/a/older/"+name, nil); r.StatusCode != 200 || r.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("under another hash: %d, Cache-Control %q", r.StatusCode, r.Header.Get("Cache-Control"))
	}
	for _, hidden := range []string{"../go.mod", "%2e%2e/go.mod", "_test/fakes.js", "audience/index.html", "vendor/README.md"} {
		if r := b.get("/a/x/"+hidden, nil); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", hidden, r.StatusCode)
		}
	}
}

// Scripts and requests of other sites cannot use the cookies, which are bound to the host if
// the browser uses https; only a trusted proxy may report that.
func TestCookies(t *testing.T) {
	https := map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1"}
	for _, tt := range []struct {
		args   []string
		header map[string]string
		name   string
		secure bool
	}{
		{name: "danmaku_id"},
		{header: https, name: "danmaku_id"},
		{args: []string{"--trusted-proxy", "127.0.0.0/8"}, header: https, name: "__Host-danmaku_id", secure: true},
	} {
		p := start(t, t.TempDir(), tt.args...)
		tt.name += "_" + p.port()
		cookies := p.browser().get("/r/live", tt.header).Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%d cookies", len(cookies))
		}
		c := cookies[0]
		if c.Name != tt.name || c.Secure != tt.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%v %v: %s", tt.args, tt.header, c)
		}
	}
}

// A one-time code opens one session; its browser stays signed in.
func TestCodeOpensOnce(t *testing.T) {
	p := start(t, t.TempDir())
	path := "/console/live?code=" + p.code
	first := p.browser()
	for range 2 {
		if status, _ := first.do("GET", path, nil, nil); status != http.StatusOK {
			t.Errorf("the browser that was first: %d", status)
		}
	}
	if status, _ := p.browser().do("GET", path, nil, nil); status != http.StatusUnauthorized {
		t.Errorf("another browser: %d", status)
	}
	if status, _ := p.browser().do("GET", "/console/live?code="+strings.Repeat("A", 24), nil, nil); status != http.StatusUnauthorized {
		t.Errorf("a code that never was: %d", status)
	}
}

// A session must be signed as one, for a valid link.
func TestForgedSessions(t *testing.T) {
	p := start(t, t.TempDir())
	cookie := func(r *http.Response) string {
		if len(r.Cookies()) != 1 {
			t.Fatalf("%d cookies", len(r.Cookies()))
		}
		return r.Cookies()[0].Value
	}
	moderator := p.link("moderator")
	good := cookie(p.browser().get("/console/live?key="+moderator.Key, nil))
	fields := strings.Split(good, ".")
	if len(fields) != 4 {
		t.Fatalf("the session is %q", good)
	}
	identity := cookie(p.browser().get("/r/live", nil))
	ask := func(session string) int {
		return p.browser().get("/api/rooms/live/stats", map[string]string{"Cookie": "danmaku_session=" + session}).StatusCode
	}
	if status := ask(good); status != http.StatusOK {
		t.Fatalf("the good one: %d", status)
	}
	secret, err := store.Secret(p.data)
	if err != nil {
		t.Fatal(err)
	}
	aged := func(days int) string { // signed by us, on another day
		at := strconv.FormatInt(time.Now().AddDate(0, 0, -days).Unix(), 10)
		text := strings.Join([]string{fields[0], fields[1], at}, ".")
		return text + "." + base64.RawURLEncoding.EncodeToString(access.NewKeys(secret).Mac("session", text)[:18])
	}
	if status := ask(aged(29)); status != http.StatusOK {
		t.Errorf("one of 29 days ago: %d", status)
	}
	for name, forged := range map[string]string{
		"one of 31 days ago":   aged(31),
		"the owner's link":     strings.Join(append([]string{"1"}, fields[1:]...), "."),
		"another life of it":   strings.Join([]string{fields[0], "000000000000", fields[2], fields[3]}, "."),
		"a later day":          strings.Join([]string{fields[0], fields[1], fields[2] + "0", fields[3]}, "."),
		"no signature":         strings.Join(fields[:3], "."),
		"an empty signature":   strings.Join(fields[:3], ".") + ".",
		"half a signature":     good[:len(good)-12],
		"a phone's identity":   identity,
		"nothing":              "",
		"four kilobytes of it": good + strings.Repeat("A", 4096),
	} {
		if status := ask(forged); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, status)
		}
	}
}

// A bound ref is answered before the limits are checked, and a refusal by the filter costs two
// tokens.
func TestWhichRequestsCostAToken(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0.001") // nothing is refilled in the meantime
	s := p.phone().open("audience", "")
	for i := range 3 {
		s.send(fmt.Sprint("c", i), fmt.Sprint("comment ", i))
		s.next("ack")
	}
	s.send("c1", "comment 1")
	if a := s.next("ack"); a.Outcome != "shown" {
		t.Errorf("a ref that is bound: %+v", a)
	}
	s = p.phone().open("audience", "")
	s.send("r", "turned \u202e around")
	if a := s.next("ack"); a.Outcome != "refused" || a.Code != "refused" {
		t.Fatalf("the filter: %+v", a)
	}
	s.send("a", "an innocent text")
	if a := s.next("ack"); a.Outcome != "shown" {
		t.Errorf("the third token: %+v", a)
	}
	s.send("b", "another one")
	if a := s.next("ack"); a.Code != "slow_down" {
		t.Errorf("the fourth token: %+v", a)
	}
}

// A browser applies Cross-Origin-Opener-Policy on https and on its own machine, and logs an
// error elsewhere: there it is not sent.
func TestWhichPagesSendTheOpenerPolicy(t *testing.T) {
	p := start(t, t.TempDir(), "--trusted-proxy", "127.0.0.1")
	for _, tt := range []struct {
		host, proto string
		sent        bool
	}{
		{host: "127.0.0.1:2333", sent: true}, {host: "127.9.9.9", sent: true}, {host: "localhost:2333", sent: true}, {host: "LOCALHOST", sent: true},
		{host: "[::1]:2333", sent: true}, {host: "[::1]", sent: true}, {host: "danmaku.localhost", sent: true},
		{host: "192.0.2.7:2333"}, {host: "192.0.2.7"}, {host: "[2001:db8::7]:2333"}, {host: "hall.local"}, {host: "localhost.example.org"}, {host: "notlocalhost"},
		{host: "live.example.org", proto: "http"}, {host: "live.example.org", proto: "https", sent: true}, {host: "192.0.2.7", proto: "https", sent: true},
	} {
		req, err := http.NewRequest(http.MethodGet, p.base+"/r/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = tt.host
		if tt.proto != "" {
			req.Header.Set("X-Forwarded-For", "198.51.100.9")
			req.Header.Set("X-Forwarded-Proto", tt.proto)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Cross-Origin-Opener-Policy") != ""; got != tt.sent {
			t.Errorf("%s %s: sent %v, want %v", tt.host, tt.proto, got, tt.sent)
		}
	}
}
