package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// hand is somebody who runs the room live, and undoes things there.
type hand struct {
	*browser
	link reply
}

// hands returns an owner and a moderator, by name.
func hands(p *program) (owner, mod hand) {
	p.t.Helper()
	boss := p.console()
	enter := func(role, room, label string) hand {
		link := boss.call("POST", "/api/links", map[string]any{"room": room, "role": role, "label": label}, 201)
		b := p.browser()
		if status, _ := b.do("GET", "/console/live?key="+link.Key, nil, nil); status != http.StatusOK {
			p.t.Fatalf("the console answers %d", status)
		}
		return hand{b, link}
	}
	return enter("owner", "", "Olga"), enter("moderator", "live", "Mo")
}

// newest returns the last act of a kind.
func (h hand) newest(kind string) act {
	h.t.Helper()
	acts := h.call("GET", liveRoom+"/audit?limit=1&act="+kind, nil, 200).Acts
	if len(acts) == 0 {
		h.t.Fatalf("no act %q", kind)
	}
	return acts[0]
}

// undo undoes the last act of a kind.
func (h hand) undo(kind string, status int) reply {
	h.t.Helper()
	return h.undoOf(h.newest(kind), status)
}

func (h hand) undoOf(a act, status int) reply {
	h.t.Helper()
	return h.call("POST", fmt.Sprint(liveRoom, "/audit/", a.ID, "/undo"), nil, status)
}

// changedBy expects that an undo is refused since somebody changed the same.
func (h hand) changedBy(a act, who string) {
	h.t.Helper()
	if r := h.undoOf(a, 409); r.Code != "changed" || r.By != who || !strings.HasPrefix(r.Message, who+" changed it since,") {
		h.t.Errorf("%s of %s: %+v, want changed by %s", a.Act, a.By, r, who)
	}
	if again := h.call("GET", fmt.Sprint(liveRoom, "/audit?limit=200&act=", a.Act), nil, 200).Acts; len(again) > 0 {
		for _, b := range again {
			if b.ID == a.ID && b.Undone {
				h.t.Errorf("%s counts as undone", a.Act)
			}
		}
	}
}

// A list of rules comes back as it was; what others wrote into it since stays,
// and is not overwritten.
func TestRulesAreUndone(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")
	owner, mod := hands(p)
	s := p.phone().open("audience", "")
	s.next("hello")
	put := func(h hand, text string) {
		t.Helper()
		h.call("PUT", liveRoom+"/rules", map[string]any{"name": "words", "text": text}, 200)
	}
	n := 0
	stops := func(want string) { // of the three words, those that are refused
		t.Helper()
		got := ""
		for _, word := range []string{"pear", "plum", "quince"} {
			n++
			if a := s.say(fmt.Sprint("a ", word, " once more ", n)); a.Outcome != "shown" {
				got += word + " "
			}
		}
		if got != want {
			t.Errorf("stopped: %q, want %q", got, want)
		}
	}
	put(mod, "pear")
	put(mod, "pear\nplum")
	added := mod.newest("rules")
	if added.Detail != "+plum" || fmt.Sprint(added.Changed) != "[text]" || added.About != "words" || !added.Undo {
		t.Errorf("%+v", added)
	}
	put(owner, "quince\npear\nplum")
	stops("pear plum quince ")
	mod.undoOf(added, 204)
	stops("pear quince ")
	mod.undoOf(added, 410)
	owner.undo("rules", 204) // of the undo
	stops("pear plum quince ")
	back := mod.newest("rules")
	put(owner, "quince\npear")
	mod.changedBy(back, "Olga")
	stops("pear quince ")
	mod.call("DELETE", liveRoom+"/rules/words", nil, 204)
	stops("")
	deleted := mod.newest("rules")
	owner.undoOf(deleted, 204)
	stops("pear quince ")
	made := mod.newest("rules")
	put(owner, "plum")
	mod.changedBy(made, "Olga")
	stops("plum ")
	mod.call("DELETE", liveRoom+"/rules/words", nil, 204)
	deleted = mod.newest("rules")
	put(owner, "quince")
	mod.changedBy(deleted, "Olga")
	owner.undo("rules", 204) // it was made anew
	stops("")

	// Those for all rooms are the owner's to undo; a moderator is not told of them.
	owner.call("PUT", liveRoom+"/rules", map[string]any{"name": "starter", "all": true, "on": false}, 200)
	off := owner.newest("rules")
	if a := mod.newest("rules"); a.ID == off.ID {
		t.Errorf("a moderator sees %+v", a)
	}
	mod.undoOf(off, 404)
	owner.undoOf(off, 204)
	if _, body := mod.do("GET", liveRoom+"/rules", nil, nil); !strings.Contains(body, `"shipped":true`) {
		t.Errorf("the shipped list is not back: %s", body)
	}
}

// Settings, rooms and their states come back, unless somebody has changed the
// same since.
func TestSettingsAndRoomsAreUndone(t *testing.T) {
	p := start(t, t.TempDir())
	owner, mod := hands(p)
	room := func(want string) {
		t.Helper()
		r := mod.call("GET", liveRoom, nil, 200)
		if got := fmt.Sprint(r.Title, " ", r.State, " ", r.SlowMS, " ", r.Locked, " ", r.Archived); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	set := func(h hand, fields map[string]any) act {
		t.Helper()
		h.call("PATCH", liveRoom, fields, 200)
		return h.newest("settings")
	}
	both := set(mod, map[string]any{"title": "Friday", "slow_ms": 3000})
	slow := set(owner, map[string]any{"slow_ms": 5000})
	mod.changedBy(both, "Olga")
	room("Friday open 5000 false false")
	set(owner, map[string]any{"message": "hello"}) // another setting
	mod.undoOf(slow, 204)
	room("Friday open 3000 false false")
	mod.undoOf(both, 204)
	room("live open 0 false false")

	set(mod, map[string]any{"state": "closed"})
	owner.undo("settings", 204)
	room("live open 0 false false")

	mod.call("POST", liveRoom+"/lockdown", nil, 200)
	down := mod.newest("lockdown")
	set(owner, map[string]any{"slow_ms": 60000})
	mod.changedBy(down, "Olga")
	room("live paused 60000 true false")
	owner.undo("settings", 204)
	owner.call("DELETE", liveRoom+"/lockdown", nil, 200)
	mod.changedBy(down, "Olga")
	room("live open 0 false false")
	up := mod.newest("unlock")
	mod.call("POST", liveRoom+"/lockdown", nil, 200)
	owner.changedBy(up, "Mo")
	mod.undo("lockdown", 204)
	room("live open 0 false false")

	owner.call("DELETE", liveRoom, nil, 204)
	room("live closed 0 false true")
	if a := mod.newest("archive"); a.Undo {
		t.Error("a moderator is offered what only an owner may")
	}
	mod.undo("archive", 403)
	owner.undo("archive", 204)
	room("live open 0 false false")

	owner.call("POST", "/api/rooms", map[string]any{"id": "second"}, 201)
	made := owner.call("GET", "/api/rooms/second/audit?act=room", nil, 200).Acts[0]
	undo := fmt.Sprint("/api/rooms/second/audit/", made.ID, "/undo")
	if owner.call("POST", undo, nil, 204); !owner.call("GET", "/api/rooms/second", nil, 200).Archived {
		t.Error("a room that was made by mistake is still there")
	}
	owner.call("PATCH", "/api/rooms/second", map[string]any{"archived": false}, 200)
	owner.call("POST", undo, nil, 410)
}

// A link that was taken back by mistake is good again for who has it; one that
// was made by mistake is taken back.
func TestLinksAreUndone(t *testing.T) {
	p := start(t, t.TempDir())
	owner, mod := hands(p)
	overlay := p.overlaySocket("")
	overlay.next("hello")
	links := func() (good, all int) {
		return strings.Count(string(owner.call("GET", "/api/links", nil, 200).Links), `"id":`), strings.Count(string(owner.call("GET", "/api/links?revoked=1", nil, 200).Links), `"id":`)
	}
	before, _ := links()
	owner.call("DELETE", "/api/links/"+mod.link.ID, nil, 204)
	mod.call("GET", liveRoom, nil, 401)
	owner.undo("revoke", 204)
	mod.call("GET", liveRoom, nil, 200) // his session goes on
	if restored := owner.newest("restore"); restored.Detail != "moderator Mo" || restored.About != mod.link.ID {
		t.Errorf("%+v", restored)
	}
	owner.undo("revoke", 410)
	mod.undo("restore", 403)
	owner.undo("restore", 204)
	mod.call("GET", liveRoom, nil, 401)
	owner.call("POST", "/api/links/"+mod.link.ID+"/restore", nil, 204)
	owner.call("POST", "/api/links/"+mod.link.ID+"/restore", nil, 409)
	owner.changedBy(owner.newest("revoke"), "Olga")
	mod.call("GET", liveRoom, nil, 200)

	// The overlay's own link: its address in OBS works again.
	var list []reply
	if err := json.Unmarshal(owner.call("GET", "/api/links", nil, 200).Links, &list); err != nil {
		t.Fatal(err)
	}
	first := ""
	for _, l := range list {
		if strings.Contains(l.URL, "/overlay/live") {
			first = l.ID
			break
		}
	}
	owner.call("DELETE", "/api/links/"+first, nil, 204)
	if code := overlay.closeCode(); code != 4001 {
		t.Errorf("the overlay is closed with %d", code)
	}
	owner.undo("revoke", 204)
	p.overlaySocket("").next("hello")

	made := owner.call("POST", "/api/links", map[string]any{"room": "live", "role": "sender", "label": "bot"}, 201)
	owner.undo("link", 204)
	if good, all := links(); good != before || all != before+1 {
		t.Errorf("%d of %d links are good, want %d of %d", good, all, before, before+1)
	}
	owner.call("POST", "/api/links/"+made.ID+"/restore", nil, 204)
	acts := owner.call("GET", liveRoom+"/audit?act=link&q=Olga", nil, 200).Acts
	for _, a := range acts {
		if a.About == owner.link.ID {
			owner.undoOf(a, 403) // he would shut himself out
		}
	}
	owner.call("GET", liveRoom, nil, 200)
}

// Decisions about comments, pins and bans are not undone over somebody else's.
func TestDecisionsAreNotUndoneOverLaterOnes(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")
	owner, mod := hands(p)
	mod.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
	s := p.phone().open("audience", "")
	me := s.next("hello").User.ID
	one, two, three := s.say("one"), s.say("two"), s.say("three")
	at := func(id, act string) string { return liveRoom + "/comments/" + id + "/" + act }
	mod.call("POST", at(one.ID, "approve"), nil, 200)
	approved := mod.newest("approve")
	owner.call("POST", at(one.ID, "remove"), nil, 204)
	mod.changedBy(approved, "Olga")

	mod.call("POST", at(two.ID, "refuse"), nil, 200)
	refused := mod.newest("refuse")
	owner.call("POST", at(two.ID, "approve"), map[string]any{"from": "refused"}, 200)
	mod.changedBy(refused, "Olga")

	mod.call("POST", at(three.ID, "approve"), nil, 200)
	mod.call("POST", at(two.ID, "pin"), nil, 204)
	pinned := mod.newest("pin")
	mod.call("DELETE", at(two.ID, "pin"), nil, 204)
	unpinned := mod.newest("unpin")
	owner.call("POST", at(three.ID, "pin"), nil, 204)
	mod.changedBy(unpinned, "Olga")
	mod.changedBy(pinned, "Olga")

	mod.call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "mute"}, 201)
	muted := mod.newest("mute")
	owner.call("DELETE", liveRoom+"/bans/"+muted.About, nil, 204)
	mod.changedBy(muted, "Olga")
	lifted := mod.newest("unban")
	owner.call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "mute", "seconds": 600}, 201)
	mod.changedBy(lifted, "Olga")
	if n := len(mod.call("GET", liveRoom+"/bans", nil, 200).Bans); n != 1 {
		t.Errorf("%d bans", n)
	}
}
