package tests

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// A secret room admits phones only by its audience link, and disconnects those
// that used a revoked link.
func TestSecretRoom(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	owner := p.console()
	before := p.phone().open("audience", "")
	before.next("hello")
	owner.call("PATCH", liveRoom, map[string]any{"secret": true}, 200)
	if f := before.next("bye"); f.Code != "not_allowed" || before.closeCode() != 4001 {
		t.Errorf("a phone that was connected: %+v", f)
	}
	_, body := owner.do("GET", "/api/links", nil, nil)
	var got struct {
		Links []struct{ ID, Role, URL string }
	}
	decode(t, body, &got)
	var id, key string
	for _, l := range got.Links {
		if l.Role == "audience" {
			id = l.ID
			_, key, _ = strings.Cut(l.URL, "?key=")
		}
	}
	if key == "" {
		t.Fatalf("no audience link was made: %s", body)
	}
	stranger := p.browser()
	for _, path := range []string{"/r/live", "/r/live?key=" + strings.Repeat("A", 24), "/r/live?key=" + p.overlay} {
		if status, _ := stranger.do("GET", path, nil, nil); status == http.StatusOK {
			t.Errorf("%s answers %d", path, status)
		}
	}
	if status, body := stranger.do("POST", liveRoom+"/comments", map[string]string{"text": "psst"}, ours); status < 400 {
		t.Errorf("a stranger writes: %d %s", status, body)
	}
	if f := stranger.open("audience", "").next("bye"); f.Code != "not_allowed" {
		t.Errorf("a stranger's socket: %+v", f)
	}
	if status, body := stranger.do("GET", "/", nil, nil); status != 200 || strings.Contains(body, "/r/live") {
		t.Errorf("the front page lists it: %d", status)
	}
	if status, _ := stranger.do("GET", liveRoom+"/qr.svg", nil, nil); status != 403 {
		t.Errorf("its code is public: %d", status)
	}
	for name, path := range map[string]string{"overlay": liveRoom + "/qr.svg?key=" + p.overlay, "guest": liveRoom + "/qr.svg?key=" + key} {
		if status, _ := stranger.do("GET", path, nil, nil); (status == 200) != (name == "overlay") {
			t.Errorf("the code for the %s: %d", name, status)
		}
	}
	guest := p.browser()
	if status, _ := guest.do("GET", "/r/live?key="+key, nil, nil); status != http.StatusOK {
		t.Fatalf("the link answers %d", status)
	}
	if status, _ := guest.do("GET", "/r/live", nil, nil); status != http.StatusOK {
		t.Errorf("the next visit: %d", status)
	}
	s := guest.open("audience", "")
	if a := s.say("psst"); a.Outcome != "shown" {
		t.Errorf("%+v", a)
	}
	owner.call("DELETE", "/api/links/"+id, nil, 204)
	if f := s.next("bye"); f.Code != "revoked" {
		t.Errorf("after the link was revoked: %+v", f)
	}
	if f := guest.open("audience", "").next("bye"); f.Code != "not_allowed" {
		t.Errorf("it reconnects: %+v", f)
	}
	owner.call("PATCH", liveRoom, map[string]any{"secret": false}, 200)
	p.phone().open("audience", "").next("hello")
}

// The addresses that every start prints admit phones to a secret room, too.
func TestSecretRoomIsPrintedWithItsKey(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	p.console().call("PATCH", liveRoom, map[string]any{"secret": true}, 200)
	p.stop()
	p = start(t, dir)
	_, rest, found := strings.Cut(p.banner, "/r/live?key=")
	if !found {
		t.Fatalf("the banner has no key for phones:\n%s", p.banner)
	}
	key, _, _ := strings.Cut(rest, "\n")
	if status, _ := p.browser().do("GET", "/r/live?key="+strings.Fields(key)[0], nil, nil); status != http.StatusOK {
		t.Errorf("the printed address answers %d", status)
	}
}

var formAction = regexp.MustCompile(`action="([^"]+)"`)

// If cookies are blocked, the key stays in the address: the page, its form, its
// socket and its manifest work with it, and stop with the link. With cookies the
// address is clean.
func TestSecretRoomWithoutCookies(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	owner := p.console()
	owner.call("PATCH", liveRoom, map[string]any{"secret": true, "title": "midnight"}, 200)
	link := owner.call("POST", "/api/links", map[string]any{"room": "live", "role": "audience", "label": "guests"}, 201)
	bare := p.browser()
	bare.http.Jar = nil
	visit := func(b *browser, path string) (at *url.URL, status int, page string) {
		t.Helper()
		resp, err := b.http.Get(p.base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.Request.URL, resp.StatusCode, string(text)
	}
	at, status, page := visit(bare, "/r/live?lang=ja&key="+link.Key)
	action := formAction.FindStringSubmatch(page)
	token := hiddenToken.FindStringSubmatch(page)
	if status != 200 || at.Query().Get("key") != link.Key || at.Query().Get("lang") != "ja" || action == nil || token == nil {
		t.Fatalf("%d at %s", status, at)
	}
	for name, path := range map[string]string{"a reload": at.RequestURI(), "another language": "/r/live?lang=zh-CN&key=" + link.Key} {
		if _, status, _ := visit(bare, path); status != 200 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if _, status, text := visit(bare, "/r/live/app.webmanifest?key="+link.Key); status != 200 || !strings.Contains(text, `"start_url":"/r/live?key=`+link.Key) {
		t.Errorf("the manifest: %d %s", status, text)
	}
	resp, err := bare.http.PostForm(p.base+action[1], url.Values{"text": {"by the form"}, "token": {token[1]}})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if again := formAction.FindStringSubmatch(string(answer)); err != nil || resp.StatusCode != 200 || again == nil || again[1] != action[1] {
		t.Errorf("the form: %d, %v", resp.StatusCode, again)
	}
	s := bare.open("audience", "&key="+link.Key)
	if a := s.say("by the socket"); a.Outcome != "shown" {
		t.Errorf("%+v", a)
	}
	// Keys of other roles open nothing, nor does an address without one.
	for _, path := range []string{"/r/live", "/r/live?cookie=1", "/r/live?cookie=1&key=" + p.overlay, "/r/live?cookie=1&key=" + strings.Repeat("A", 24)} {
		if _, status, page := visit(bare, path); status != 403 || strings.Contains(page, "midnight") {
			t.Errorf("%s: %d", path, status)
		}
	}
	keeps := p.browser()
	for range 2 { // first without, then with the cookie
		if at, status, _ := visit(keeps, "/r/live?key="+link.Key); status != 200 || at.RequestURI() != "/r/live" {
			t.Errorf("with cookies the address is %s: %d", at, status)
		}
	}
	owner.call("DELETE", "/api/links/"+link.ID, nil, 204)
	if f := s.next("bye"); f.Code != "revoked" {
		t.Errorf("after the link was revoked: %+v", f)
	}
	if _, status, _ := visit(bare, at.RequestURI()); status != 403 {
		t.Errorf("its page: %d", status)
	}
	if f := bare.open("audience", "&key="+link.Key).next("bye"); f.Code != "revoked" {
		t.Errorf("its socket: %+v", f)
	}
}
