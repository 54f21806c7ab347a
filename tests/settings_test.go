package tests

import (
	"fmt"
	"strings"
	"testing"
)

// A change of settings reaches the sockets of every role, and survives a restart; a refused
// one has a reason. The effects of settings, and their bounds, are tested in live.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	mod := p.moderator()
	phone, overlay, console := p.phone().open("audience", ""), p.overlaySocket(""), mod.open("console", "")
	for _, s := range []*socket{phone, overlay, console} {
		s.next("hello")
	}
	if r := mod.call("PATCH", liveRoom, map[string]any{"state": "paused", "slow_ms": 120_000, "title": "  Friday\nnight "}, 200); r.State != "paused" || r.SlowMS != 120_000 || r.Title != "Friday night" {
		t.Errorf("%+v", r)
	}
	for _, s := range []*socket{phone, overlay, console} {
		if e := s.until("the change", isEvent("room", "")); e.State != "paused" || e.SlowMS != 120_000 {
			t.Errorf("%+v", e)
		}
	}
	if a := phone.say("now?"); a.Code != "room_paused" {
		t.Errorf("%+v", a)
	}
	mod.call("PATCH", liveRoom, map[string]any{"state": "open"}, 200)
	if a := phone.say("now!"); a.Outcome != "shown" {
		t.Errorf("%+v", a)
	}
	if a := phone.say("too soon"); a.Code != "slow_down" || a.WaitMS <= 0 || a.WaitMS > 120_000 {
		t.Errorf("slow mode: %+v", a)
	}
	for word, body := range map[string]any{
		"delay": map[string]any{"delay_ms": 10_001}, "slow_ms": map[string]any{"slow_ms": "soon"}, "stat": map[string]any{"stat": "open"}, "settings": []int{1},
	} {
		if r := mod.call("PATCH", liveRoom, body, 422); !strings.Contains(r.Message, word) {
			t.Errorf("%s: %+v", word, r)
		}
	}
	mod.call("PATCH", liveRoom, map[string]any{"archived": true}, 403)
	p.console().call("PATCH", "/api/rooms/nowhere", map[string]any{"title": "x"}, 404)
	p.stop()
	p = start(t, dir)
	if r := p.phone().open("audience", "").next("hello").Room; r.Title != "Friday night" || r.State != "open" {
		t.Errorf("after a restart: %+v", r)
	}
}

// A lock-down reaches the sockets and is ended and undone over HTTP. Its settings and
// their restoration are tested in live.
func TestLockdown(t *testing.T) {
	p := start(t, t.TempDir())
	mod := p.moderator()
	overlay := p.overlaySocket("")
	overlay.next("hello")
	if r := mod.call("POST", liveRoom+"/lockdown", nil, 200); r.State != "paused" || r.SlowMS != 30_000 || !r.Locked {
		t.Errorf("%+v", r)
	}
	overlay.until("the screens are empty", isEvent("clear", ""))
	acts := mod.call("GET", liveRoom+"/audit?act=lockdown", nil, 200).Acts
	if len(acts) != 1 || !acts[0].Undo || acts[0].Undone {
		t.Fatalf("%+v", acts)
	}
	mod.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, 204)
	mod.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, 410)
	mod.call("POST", liveRoom+"/lockdown", nil, 200)
	if r := mod.call("DELETE", liveRoom+"/lockdown", nil, 200); r.Locked || r.State != "open" || r.SlowMS != 0 {
		t.Errorf("%+v", r)
	}
}

// Links are made, listed and revoked; keys of moderators and owners are
// shown once.
func TestLinks(t *testing.T) {
	p := start(t, t.TempDir())
	owner, mod := p.console(), p.moderator()
	for _, path := range []string{"/api/links"} {
		mod.call("GET", path, nil, 403)
		mod.call("POST", path, map[string]any{"role": "owner"}, 403)
	}
	for name, bad := range map[string]map[string]any{
		"king":  {"room": "live", "role": "king"},
		"label": {"room": "live", "role": "sender", "label": strings.Repeat("x", 61)},
	} {
		if r := owner.call("POST", "/api/links", bad, 422); !strings.Contains(r.Message, name) {
			t.Errorf("%+v", r)
		}
	}
	owner.call("POST", "/api/links", map[string]any{"room": "nowhere", "role": "moderator"}, 404)
	l := owner.call("POST", "/api/links", map[string]any{"room": "live", "role": "moderator", "label": "Ann <script>"}, 201)
	if len(l.Key) != 24 || !strings.Contains(l.URL, "/console/live?key="+l.Key) || !strings.HasPrefix(l.QR, "<svg") {
		t.Errorf("%+v", l)
	}
	ann := p.browser()
	if status, _ := ann.do("GET", "/console/live?key="+l.Key, nil, nil); status != 200 {
		t.Fatalf("the new link gets status %d", status)
	}
	console := ann.open("console", "")
	console.next("hello")
	_, body := owner.do("GET", "/api/links", nil, nil)
	var got struct {
		Links []struct {
			ID, Role, Label, URL, Key string
			LastUsed                  int64 `json:"last_used"`
		}
	}
	decode(t, body, &got)
	overlay := ""
	for _, link := range got.Links {
		switch {
		case link.ID == l.ID && (link.URL != "" || link.Key != "" || link.Label != "Ann <script>" || link.LastUsed == 0):
			t.Errorf("the moderator's: %+v", link)
		case link.Role == "overlay":
			overlay = link.ID
			if !strings.HasPrefix(link.URL, p.base+"/overlay/live?key="+p.overlay) {
				t.Errorf("the overlay's: %+v", link)
			}
		}
	}
	if status, svg := owner.do("GET", "/api/links/"+overlay+"/qr.svg", nil, nil); status != 200 || !strings.HasPrefix(svg, "<svg") {
		t.Errorf("%d %s", status, svg)
	}
	owner.call("GET", "/api/links/"+l.ID+"/qr.svg", nil, 404)
	mod.call("DELETE", "/api/links/"+l.ID, nil, 403)
	owner.call("DELETE", "/api/links/"+l.ID, nil, 204)
	if f := console.next("bye"); f.Code != "revoked" || console.closeCode() != 4001 {
		t.Errorf("%+v", f)
	}
	ann.call("GET", liveRoom, nil, 401)
	owner.call("DELETE", "/api/links/999", nil, 404)
	// Somebody must be able to enter.
	_, body = owner.do("GET", "/api/links", nil, nil)
	decode(t, body, &got)
	refused := 0
	for _, link := range got.Links {
		if link.Role != "owner" {
			continue
		}
		status, text := owner.do("DELETE", "/api/links/"+link.ID, nil, ours)
		if status == 403 {
			refused++
			if !strings.Contains(text, "last owner") {
				t.Errorf("%s", text)
			}
		}
		if status == 401 { // this session has ended
			refused++
		}
	}
	if refused == 0 {
		t.Error("every owner's link could be revoked")
	}
}

// A pin reaches overlays, and those that open later. Pinning and unpinning are
// tested in live.
func TestPin(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	mod := p.moderator()
	s, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	one := s.say("one")
	mod.call("POST", liveRoom+"/comments/"+one.ID+"/pin", nil, 204)
	if e := overlay.until("the pin", isEvent("pin", one.ID)); e.Comment == nil || e.Comment.Text != "one" {
		t.Errorf("%+v", e)
	}
	if h := p.overlaySocket("").next("hello"); h.Pin == nil || h.Pin.ID != one.ID {
		t.Errorf("a late overlay: %+v", h.Pin)
	}
	mod.call("DELETE", liveRoom+"/comments/"+one.ID+"/pin", nil, 204)
	overlay.until("unpinned", func(e event) bool { return e.Type == "pin" && e.ID == "" })
	mod.call("POST", liveRoom+"/comments/"+one.ID+"/remove", nil, 204)
	mod.call("POST", liveRoom+"/comments/"+one.ID+"/pin", nil, 410)
}
