package server

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"danmaku/room"
)

// Any number of page requests is accepted. An identity beyond the rate of its address has
// no age; it gets one, and keeps its name, with the first page after a comment of it was
// shown.
func TestIdentitiesBeyondTheRateHaveNoAge(t *testing.T) {
	h := newTestServer(t)
	var shown string // a user with a shown comment
	minted := 0
	h.OnVouch = func(k room.LimitKey) bool {
		if k.User != "" {
			return k.User == shown
		}
		if len(k.Networks) != 1 {
			t.Errorf("an identity is minted for the networks %q", k.Networks)
		}
		minted++
		return minted <= 3
	}
	at := &url.URL{Scheme: "http", Host: h.base, Path: "/r/live"}
	page := func(c *http.Client) identity {
		t.Helper()
		resp, err := c.Get(at.String())
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("a page is answered %d", resp.StatusCode)
		}
		for _, cookie := range c.Jar.Cookies(at) {
			if !strings.Contains(cookie.Name, identityCookie) {
				continue
			}
			if id, ok := h.readIdentity(cookie.Value); ok {
				return id
			}
		}
		t.Fatal("no identity came with the page")
		return identity{}
	}
	fresh := func() *http.Client {
		jar, _ := cookiejar.New(nil) // never fails, see cookiejar
		return &http.Client{Jar: jar, Timeout: patience}
	}
	for i := range 3 {
		if id := page(fresh()); id.made.IsZero() {
			t.Errorf("identity %d has no age", i)
		}
	}
	c := fresh()
	id := page(c)
	if !id.made.IsZero() {
		t.Fatalf("one too many was made at %v", id.made)
	}
	if again := page(c); again != id {
		t.Errorf("the next page makes %+v of %+v", again, id)
	}
	shown = h.Service.Keys().Pseudonym("live", id.id)
	if again := page(c); again.id != id.id || again.made.IsZero() {
		t.Errorf("after a comment was shown it is %+v", again)
	}
	if minted != 4 {
		t.Errorf("%d identities were asked for, want 4", minted)
	}
}
