package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A change of settings holds at once, reaches everybody, and survives a restart.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	mod := p.moderator()
	phone, overlay, console := p.phone().open("audience", ""), p.overlaySocket(""), mod.open("console", "")
	for _, s := range []*socket{phone, overlay, console} {
		s.next("hello")
	}
	if r := mod.call("PATCH", liveRoom, map[string]any{"state": "paused", "slow_ms": 5000, "title": "  Friday\nnight "}, 200); r.State != "paused" || r.SlowMS != 5000 || r.Title != "Friday night" {
		t.Errorf("%+v", r)
	}
	for _, s := range []*socket{phone, overlay, console} {
		if e := s.until("the change", isEvent("room", "")); e.State != "paused" || e.SlowMS != 5000 {
			t.Errorf("%+v", e)
		}
	}
	if a := phone.say("now?"); a.Code != "room_paused" {
		t.Errorf("%+v", a)
	}
	if status, body := mod.do("POST", liveRoom+"/comments", map[string]string{"text": "a word from us"}, ours); status != 201 {
		t.Errorf("who runs the room may write: %d %s", status, body)
	}
	mod.call("PATCH", liveRoom, map[string]any{"state": "open"}, 200)
	if a := phone.say("now!"); a.Outcome != "shown" {
		t.Errorf("%+v", a)
	}
	if a := phone.say("too soon"); a.Code != "slow_down" || a.WaitMS <= 0 || a.WaitMS > 5000 {
		t.Errorf("slow mode: %+v", a)
	}
	mod.call("PATCH", liveRoom, map[string]any{"slow_ms": 0}, 200)
	if a := phone.say("now!"); a.Outcome != "shown" { // the same ref: the same comment
		t.Errorf("%+v", a)
	}
	phone.send("another", "now!")
	if a := phone.next("ack"); a.Code != "duplicate" || a.Ref != "another" {
		t.Errorf("a duplicate: %+v", a)
	}
	_, body := mod.do("GET", liveRoom+"/comments?status=refused", nil, nil)
	if !strings.Contains(body, `"comments":[]`) {
		t.Errorf("limits are counted, not kept: %s", body)
	}
	p.stop()
	p = start(t, dir)
	if r := p.phone().open("audience", "").next("hello").Room; r.Title != "Friday night" || r.State != "open" {
		t.Errorf("after a restart: %+v", r)
	}
}

func TestSettingsOutOfBounds(t *testing.T) {
	p := start(t, t.TempDir())
	mod := p.moderator()
	for name, tt := range map[string]struct {
		body any
		word string
	}{
		"state":       {map[string]any{"state": "asleep"}, "asleep"},
		"type":        {map[string]any{"slow_ms": "soon"}, "slow_ms"},
		"slow":        {map[string]any{"slow_ms": 121_000}, "slow mode"},
		"delay":       {map[string]any{"delay_ms": 10_001}, "delay"},
		"huge":        {map[string]any{"delay_ms": int64(1) << 62}, "delay_ms"},
		"negative":    {map[string]any{"slow_ms": -1}, "slow_ms"},
		"length":      {map[string]any{"max_length": 0}, "length"},
		"mode":        {map[string]any{"modes": []string{"loop"}}, "loop"},
		"colour":      {map[string]any{"colors": []string{"red"}}, "red"},
		"typo":        {map[string]any{"stat": "open"}, "stat"},
		"name":        {map[string]any{"id": "other"}, "id"},
		"title":       {map[string]any{"title": strings.Repeat("x", 61)}, "title"},
		"no object":   {[]int{1}, "settings"},
		"foreign pic": {map[string]any{"look": map[string]string{"picture": "//evil.example/x.png"}}, "picture"},
		"two faults":  {map[string]any{"review": "maybe", "links": "some"}, "some"},
	} {
		if r := mod.call("PATCH", liveRoom, tt.body, 422); !strings.Contains(r.Message, tt.word) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	mod.call("PATCH", liveRoom, map[string]any{"archived": true}, 403)
	mod.call("PATCH", "/api/rooms/nowhere", map[string]any{"title": "x"}, 403)
	p.console().call("PATCH", "/api/rooms/nowhere", map[string]any{"title": "x"}, 404)
}

// A lock-down is one act and has one undo, also after a restart.
func TestLockdown(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	mod := p.moderator()
	mod.call("PATCH", liveRoom, map[string]any{"links": "allowed", "slow_ms": 3000}, 200)
	s, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	if a := s.say("before"); a.Outcome != "shown" {
		t.Fatalf("%+v", a)
	}
	r := mod.call("POST", liveRoom+"/lockdown", nil, 200)
	if r.State != "paused" || r.SlowMS != 30_000 || !r.Locked {
		t.Errorf("%+v", r)
	}
	overlay.until("the screens are empty", isEvent("clear", ""))
	mod.call("POST", liveRoom+"/lockdown", nil, 200) // it is on already
	if a := s.say("during"); a.Code != "room_paused" {
		t.Errorf("%+v", a)
	}
	acts := mod.call("GET", liveRoom+"/audit?act=lockdown", nil, 200).Acts
	if len(acts) != 1 || !acts[0].Undo || acts[0].Undone {
		t.Fatalf("%+v", acts)
	}
	p.stop()
	p = start(t, dir)
	mod = p.moderator()
	mod.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, 204)
	_, body := mod.do("GET", liveRoom, nil, nil)
	var now struct {
		State, Links, Newcomers string
		SlowMS                  int `json:"slow_ms"`
		Locked                  bool
	}
	decode(t, body, &now)
	if now.State != "open" || now.Links != "allowed" || now.Newcomers != "open" || now.SlowMS != 3000 || now.Locked {
		t.Errorf("after the undo: %s", body)
	}
	mod.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, 410)
	mod.call("POST", liveRoom+"/lockdown", nil, 200)
	if r := mod.call("DELETE", liveRoom+"/lockdown", nil, 200); r.Locked || r.State != "open" || r.SlowMS != 3000 {
		t.Errorf("%+v", r)
	}
}

// Links are made, listed and taken back; keys of those who run the room are
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
		t.Fatalf("the new link answers %d", status)
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
	// Somebody must be able to get in.
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
		if status == 401 { // his own is gone by now
			refused++
		}
	}
	if refused == 0 {
		t.Error("every owner's link could be taken back")
	}
}

// One comment stays on the overlay until it is taken down, also for those who
// come later and over a restart.
func TestPin(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	mod := p.moderator()
	s, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	one, two := s.say("one"), s.say("two")
	mod.call("POST", liveRoom+"/comments/"+one.ID+"/pin", nil, 204)
	if e := overlay.until("the pin", isEvent("pin", one.ID)); e.Comment == nil || e.Comment.Text != "one" {
		t.Errorf("%+v", e)
	}
	mod.call("POST", liveRoom+"/comments/"+two.ID+"/pin", nil, 204)
	mod.call("DELETE", liveRoom+"/comments/"+one.ID+"/pin", nil, 204) // is not pinned any more
	overlay.until("the second pin", isEvent("pin", two.ID))
	if h := p.overlaySocket("").next("hello"); h.Pin == nil || h.Pin.ID != two.ID {
		t.Errorf("a late overlay: %+v", h.Pin)
	}
	p.stop()
	p = start(t, dir)
	mod = p.moderator()
	overlay = p.overlaySocket("")
	if h := overlay.next("hello"); h.Pin == nil || h.Pin.Text != "two" {
		t.Errorf("after a restart: %+v", h.Pin)
	}
	mod.call("POST", liveRoom+"/comments/"+two.ID+"/remove", nil, 204)
	overlay.until("it goes", isEvent("remove", two.ID))
	if h := p.overlaySocket("").next("hello"); h.Pin != nil {
		t.Errorf("it is still pinned: %+v", h.Pin)
	}
	mod.call("POST", liveRoom+"/comments/"+two.ID+"/pin", nil, 410)
	mod.call("POST", liveRoom+"/comments/"+one.ID+"/pin", nil, 204)
	mod.call("DELETE", liveRoom+"/comments/"+one.ID+"/pin", nil, 204)
	overlay.until("unpinned", func(e event) bool { return e.Type == "pin" && e.ID == "" })
}

// The queue is in the log: it is there after a restart, for every console, also
// one that resumes.
func TestQueueOverARestart(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0", "--room-rate", "0", "--address-rate", "0", "--trusted-proxy", "127.0.0.1/32")
	mod := p.moderator()
	mod.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
	console := mod.open("console", "")
	console.next("hello")
	var s *socket
	var ids []string
	for i := range 520 {
		if i%30 == 0 { // a phone sends no flood, and an address has 500 waiting at most
			var err error
			s, _, err = p.phone().dial("audience", "", http.Header{"X-Forwarded-For": {fmt.Sprint("203.0.113.", 1+i/30)}})
			if err != nil {
				t.Fatal(err)
			}
			s.next("hello")
		}
		a := s.say(fmt.Sprint("comment number ", i))
		if a.Outcome != "held" {
			t.Fatalf("%d: %+v", i, a)
		}
		ids = append(ids, a.ID)
	}
	var at string
	for seen := false; !seen; {
		f := console.next("events")
		at, seen = f.Position, slices.ContainsFunc(f.Events, isEvent("held", ids[519]))
	}
	mod.call("POST", liveRoom+"/comments/"+ids[519]+"/approve", nil, 200)
	mod.call("POST", liveRoom+"/comments/"+ids[518]+"/refuse", nil, 200)
	p.stop()
	p = start(t, dir)
	mod = p.moderator()
	for name, since := range map[string]string{"new": "", "resumed": "&since=" + at} {
		h := mod.open("console", since).next("hello")
		if h.Resumed != (since != "") || h.HeldTotal != 518 || len(h.Held) != 500 || h.Held[0].ID != ids[0] || h.Held[499].ID != ids[499] || h.Held[0].Type != "held" || h.Held[0].Rule != "review" {
			t.Errorf("%s: %d of %d held, resumed %v", name, len(h.Held), h.HeldTotal, h.Resumed)
		}
	}
	if d := mod.call("POST", liveRoom+"/comments/"+ids[0]+"/approve", nil, 200); d.Status != "shown" {
		t.Errorf("%+v", d)
	}
}

// Of two moderators who decide at once one stands, both hear which, and the
// author hears it once.
func TestTwoConsolesRacing(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--room-rate", "0", "--address-rate", "0")
	a, b := p.moderator(), p.moderator()
	dock := p.browser() // the same link on a second screen
	dock.http.Jar = a.http.Jar
	a.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
	ca := a.open("console", "")
	ca.next("hello")
	for i := range 20 {
		s := p.phone().open("audience", "")
		held := s.say(fmt.Sprint("racing ", i))
		var answers [2]reply
		var wg sync.WaitGroup
		for n, act := range []struct {
			b    *browser
			kind string
		}{{a, "approve"}, {[]*browser{b, dock}[i%2], "refuse"}} {
			wg.Go(func() {
				_, text := act.b.do("POST", liveRoom+"/comments/"+held.ID+"/"+act.kind, nil, ours)
				_ = json.Unmarshal([]byte(text), &answers[n])
			})
		}
		wg.Wait()
		if answers[0].Status != answers[1].Status || answers[0].Again == answers[1].Again || answers[0].By != answers[1].By {
			t.Fatalf("the answers differ: %+v, %+v", answers[0], answers[1])
		}
		if second := s.next("ack"); second.Outcome != answers[0].Status {
			t.Errorf("the author heard %s, it is %s", second.Outcome, answers[0].Status)
		}
		kind := map[string]string{"shown": "comment", "refused": "refused"}[answers[0].Status]
		if e := ca.until("the decision", isEvent(kind, held.ID)); e.From != "held" || e.By != answers[0].By {
			t.Errorf("the consoles see %+v", e)
		}
	}
}
