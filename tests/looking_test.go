package tests

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"danmaku/server"
)

// looked is the answer to a request, without following redirects.
type looked struct {
	status int
	header http.Header
	body   string
}

// getUnfollowed sends a request without following redirects.
func (b *browser) getUnfollowed(method, path string, header map[string]string) looked {
	b.t.Helper()
	req, err := http.NewRequest(method, b.p.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	for _, c := range b.http.Jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	resp, err := b.http.Transport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	if method == http.MethodGet && resp.Header.Get("Content-Type") == "text/event-stream" {
		return looked{resp.StatusCode, resp.Header, ""} // it has no end
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return looked{resp.StatusCode, resp.Header, string(body)}
}

// prefetches are the headers that browsers send with a prefetch.
var prefetches = []map[string]string{
	{"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Sec-Purpose": "prefetch;anonymous-client-ip"},
	{"Purpose": "prefetch"}, {"X-Purpose": "preview"}, {"X-Moz": "prefetch"},
}

// HEAD is answered on every route of GET, with the same status and headers and no body, and
// neither it nor a prefetch sets a cookie.
func TestHeadOnEveryRoute(t *testing.T) {
	p := start(t, t.TempDir())
	owner := p.console()
	s := p.phone().open("audience", "")
	user := s.next("hello").User.ID
	s.send("c1", "something")
	id := s.next("ack").ID
	who := map[string]*browser{"nobody": p.browser(), "owner": owner}
	seen := 0
	for _, route := range server.Routes() {
		if route.Method != http.MethodGet {
			continue
		}
		seen++
		path := strings.NewReplacer(":room", "live", ":id", id, ":user", user, ":hash", "0", "*", "shared/mark.svg", ":file", "0.jpg", ":act", "clear").Replace(route.Path)
		paths := []string{path}
		switch {
		case strings.HasSuffix(path, "/export"):
			paths = append(paths, path+"?format=csv")
		case strings.HasSuffix(path, "/audit"):
			paths = append(paths, path+"?format=csv", path+"?format=jsonl")
		case strings.HasSuffix(path, "/socket"):
			paths = append(paths, path+"?role=audience")
		}
		for name, b := range who {
			for _, path := range paths {
				got, want := b.getUnfollowed("HEAD", path, nil), b.getUnfollowed("GET", path, nil)
				if got.status != want.status || got.status == http.StatusMethodNotAllowed {
					t.Errorf("HEAD %s by %s: %d, GET %d", path, name, got.status, want.status)
				}
				if got.body != "" || got.header.Get("Set-Cookie") != "" {
					t.Errorf("HEAD %s by %s: %q, cookie %q", path, name, got.body, got.header.Get("Set-Cookie"))
				}
				for _, h := range []string{"Content-Type", "Cache-Control", "Content-Disposition", "Location", "Content-Security-Policy"} {
					if got.header.Get(h) != want.header.Get(h) {
						t.Errorf("HEAD %s by %s: %s %q, GET %q", path, name, h, got.header.Get(h), want.header.Get(h))
					}
				}
				for _, purpose := range prefetches {
					if got := b.getUnfollowed("GET", path, purpose); got.header.Get("Set-Cookie") != "" || got.status >= 500 {
						t.Errorf("%v of %s by %s: %d, cookie %q", purpose, path, name, got.status, got.header.Get("Set-Cookie"))
					}
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d routes of GET", seen)
	}
}

// tradedOn are the pages that exchange a key or a code for a session.
var tradedOn = []string{"/console", "/console/live", "/dock/live", "/welcome/live", "/builder/live"}

// A request that only looks exchanges nothing: the code stays valid.
func TestReadingALinkDoesNotUseIt(t *testing.T) {
	p := start(t, t.TempDir())
	path := "/console/live?code=" + p.code
	looks := append([]map[string]string{}, prefetches...)
	for _, method := range []string{"HEAD", "GET"} {
		for _, purpose := range looks {
			if got := p.browser().getUnfollowed(method, path, purpose); got.status != http.StatusNoContent || got.header.Get("Set-Cookie") != "" || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %v: %d, %v", method, purpose, got.status, got.header)
			}
		}
	}
	if got := p.browser().getUnfollowed("HEAD", path, nil); got.status != http.StatusNoContent || got.header.Get("Set-Cookie") != "" {
		t.Errorf("HEAD: %d, %v", got.status, got.header)
	}
	if got := p.browser().getUnfollowed("GET", path, nil); got.status != http.StatusSeeOther || got.header.Get("Set-Cookie") == "" {
		t.Errorf("the code does not open any more: %d", got.status)
	}
	key := p.link("owner").Key
	for _, page := range tradedOn {
		if got := p.browser().getUnfollowed("HEAD", page+"?key="+key, nil); got.header.Get("Set-Cookie") != "" {
			t.Errorf("HEAD %s: %q", page, got.header.Get("Set-Cookie"))
		}
	}
	guest := p.link("audience").Key
	for _, purpose := range append(prefetches, nil) {
		method := "GET"
		if purpose == nil {
			method = "HEAD"
		}
		if got := p.browser().getUnfollowed(method, "/r/live?key="+guest, purpose); got.status != http.StatusNoContent || got.header.Get("Set-Cookie") != "" {
			t.Errorf("a guest's key, %s %v: %d", method, purpose, got.status)
		}
	}
}

// A key is exchanged when a browser navigates to the page, and not when a page loads its URL
// as a resource.
func TestKeysAreExchangedOnlyByNavigation(t *testing.T) {
	p := start(t, t.TempDir())
	key, guest := p.link("owner").Key, p.link("audience").Key
	for _, dest := range []string{"", "document", "image", "iframe", "frame", "embed", "object", "empty", "script", "style", "fencedframe", "Document "} {
		header := map[string]string{"Sec-Fetch-Dest": dest}
		if dest == "" {
			header = nil
		}
		for _, path := range append(slices.Clone(tradedOn), "/r/live") {
			k := key
			if path == "/r/live" {
				k = guest
			}
			got := p.browser().getUnfollowed("GET", path+"?key="+k, header)
			traded := dest == "" || dest == "document"
			if (got.header.Get("Set-Cookie") != "") != traded || (got.status == http.StatusSeeOther) != traded {
				t.Errorf("%s as %q: %d, cookie %q", path, dest, got.status, got.header.Get("Set-Cookie"))
			}
			if got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s as %q: %q", path, dest, got.header.Get("Cache-Control"))
			}
		}
	}
}

// A session with the rights of a key stays; one without them is replaced; an invalid key
// renews nothing.
func TestSessionsAndKeys(t *testing.T) {
	p := start(t, t.TempDir())
	owner := p.console()
	owner.call("POST", "/api/rooms", map[string]any{"id": "other"}, 201)
	key := map[string]string{
		"owner": p.link("owner").Key, "another owner": p.link("owner").Key,
		"moderator": p.link("moderator").Key, "another moderator": p.link("moderator").Key,
		"other room": owner.call("POST", "/api/links", map[string]any{"room": "other", "role": "moderator"}, 201).Key,
		"overlay":    p.overlay, "audience": p.link("audience").Key, "sender": p.link("sender").Key, "garbage": "garbage", "empty": "",
	}
	for _, tt := range []struct {
		has, opens string
		stays      bool
		status     int
	}{
		{has: "owner", opens: "another owner", stays: true}, {has: "owner", opens: "moderator", stays: true},
		{has: "owner", opens: "owner", stays: true}, {has: "owner", opens: "garbage", stays: true}, {has: "owner", opens: "empty", stays: true},
		{has: "owner", opens: "overlay", stays: true}, {has: "owner", opens: "audience", stays: true}, {has: "owner", opens: "sender", stays: true},
		{has: "moderator", opens: "another moderator", stays: true}, {has: "moderator", opens: "garbage", stays: true},
		{has: "moderator", opens: "owner"}, {has: "moderator", opens: "other room"}, {has: "other room", opens: "moderator"},
		{opens: "garbage", status: 401, stays: true}, {opens: "overlay", status: 401, stays: true}, {opens: "sender", status: 401, stays: true}, {opens: "moderator"},
	} {
		b := p.browser()
		if tt.has != "" {
			b.do("GET", "/console?key="+key[tt.has], nil, nil)
		}
		got := b.getUnfollowed("GET", "/console?key="+key[tt.opens], map[string]string{"Sec-Fetch-Dest": "document"})
		if set := got.header.Get("Set-Cookie"); (set == "") != tt.stays {
			t.Errorf("%q opens %q: cookie %q", tt.has, tt.opens, set)
		}
		if tt.status == 0 {
			tt.status = http.StatusSeeOther
		}
		if got.status != tt.status || strings.Contains(got.header.Get("Location"), "key=") {
			t.Errorf("%q opens %q: %d to %q", tt.has, tt.opens, got.status, got.header.Get("Location"))
		}
		if got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q opens %q: %q", tt.has, tt.opens, got.header.Get("Cache-Control"))
		}
	}
}

// Two servers on one host have separate cookies, and the cookies of a version without the port
// in their names are migrated: the same person, the same session, once.
func TestCookiesOfTwoServers(t *testing.T) {
	one, two := start(t, t.TempDir()), start(t, t.TempDir())
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	in := func(p *program) *browser {
		b := p.browser()
		b.http.Jar = jar
		return b
	}
	in(one).do("GET", "/console?key="+one.link("owner").Key, nil, nil)
	in(two).do("GET", "/console?key="+two.link("owner").Key, nil, nil)
	for name, p := range map[string]*program{"the first": one, "the second": two} {
		in(p).do("GET", "/r/live", nil, nil)
		if status, _ := in(p).do("GET", "/api/rooms", nil, nil); status != 200 {
			t.Errorf("%s has signed its visitor out: %d", name, status)
		}
	}
	user := in(one).open("audience", "").next("hello").User.ID
	in(two).do("GET", "/r/live", nil, nil)
	if again := in(one).open("audience", "").next("hello").User.ID; again != user {
		t.Errorf("the second has made %s of %s", again, user)
	}

	at, err := url.Parse(one.base)
	if err != nil {
		t.Fatal(err)
	}
	former := one.browser()
	for _, c := range jar.Cookies(at) {
		if name, ok := strings.CutSuffix(c.Name, "_"+one.port()); ok {
			former.http.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: c.Value, Path: "/"}})
		}
	}
	if got := former.open("audience", "").next("hello").User.ID; got != user {
		t.Errorf("an old cookie is %s, not %s", got, user)
	}
	if status, _ := former.do("GET", "/api/rooms", nil, nil); status != 200 {
		t.Errorf("an old session answers %d", status)
	}
	former.do("GET", "/r/live", nil, nil)
	former.do("GET", "/console/live", nil, nil)
	for _, c := range former.http.Jar.Cookies(at) {
		if !strings.HasSuffix(c.Name, "_"+one.port()) {
			t.Errorf("%s is left", c.Name)
		}
	}
	if got := former.open("audience", "").next("hello").User.ID; got != user {
		t.Errorf("after the move it is %s, not %s", got, user)
	}
	if status, _ := former.do("GET", "/api/rooms", nil, nil); status != 200 {
		t.Errorf("after the move the session answers %d", status)
	}
	// A cookie that another server signed under an old name stays that server's.
	foreign := two.browser()
	to, err := url.Parse(two.base)
	if err != nil {
		t.Fatal(err)
	}
	foreign.http.Jar.SetCookies(to, []*http.Cookie{{Name: "danmaku_session", Value: "of.another.server.x", Path: "/"}})
	got := foreign.getUnfollowed("GET", "/console/live", nil)
	if cookies := got.header["Set-Cookie"]; len(cookies) != 0 {
		t.Errorf("another server's session: %v", cookies)
	}
}

// The port in a cookie's name is that of the address bar.
func TestPortOfCookies(t *testing.T) {
	p := start(t, t.TempDir(), "--trusted-proxy", "127.0.0.0/8")
	for _, tt := range []struct {
		host, proto, port, name string
	}{
		{"example.org:8080", "", "", "danmaku_id_8080"},
		{"example.org", "", "", "danmaku_id"},
		{"example.org:80", "", "", "danmaku_id"},
		{"example.org:443", "", "", "danmaku_id_443"},
		{"example.org:443", "https", "", "__Host-danmaku_id"},
		{"example.org:8443", "https", "", "__Host-danmaku_id_8443"},
		{"example.org", "https", "8443", "__Host-danmaku_id_8443"},
		{"example.org", "https", "443", "__Host-danmaku_id"},
		{"example.org", "https", "8443, 443", "__Host-danmaku_id_8443"},
		{"example.org", "", "nonsense", "danmaku_id"},
		{"[::1]:8080", "", "", "danmaku_id_8080"},
		{"[::1]", "", "", "danmaku_id"},
	} {
		req, err := http.NewRequest("GET", p.base+"/r/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = tt.host
		req.Header.Set("X-Forwarded-For", "203.0.113.1")
		if tt.proto != "" {
			req.Header.Set("X-Forwarded-Proto", tt.proto)
		}
		if tt.port != "" {
			req.Header.Set("X-Forwarded-Port", tt.port)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if c := resp.Cookies(); len(c) != 1 || c[0].Name != tt.name {
			t.Errorf("%+v: %v", tt, fmt.Sprint(c))
		}
	}
}
