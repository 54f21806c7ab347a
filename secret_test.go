package main

import (
	"net/http"
	"strings"
	"testing"
)

// A secret room lets phones in by its audience link alone, and shows out who
// came by a link that is taken back.
func TestSecretRoom(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	owner := p.console()
	before := p.phone().open("audience", "")
	before.next("hello")
	owner.call("PATCH", liveRoom, map[string]any{"secret": true}, 200)
	if f := before.next("bye"); f.Code != "not_allowed" || before.closeCode() != 4001 {
		t.Errorf("who was there: %+v", f)
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
		t.Errorf("the front page tells of it: %d", status)
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
		t.Errorf("after the link was taken back: %+v", f)
	}
	if f := guest.open("audience", "").next("bye"); f.Code != "not_allowed" {
		t.Errorf("it comes back: %+v", f)
	}
	owner.call("PATCH", liveRoom, map[string]any{"secret": false}, 200)
	p.phone().open("audience", "").next("hello")
}

// The addresses that every start prints let phones into a secret room, too.
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
