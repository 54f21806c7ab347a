package tests

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// erased is the answer to a deletion, and personal is a person's own data.
type (
	erased struct {
		Erased int `json:"erased"`
	}
	personal struct {
		User     string
		Comments []struct{ Text, Original, Status, Rule string }
		Votes    []struct{ Item, Title, Choice string }
		Bans     []struct{ Kind, Reason string }
	}
)

func decoded[T any](t *testing.T, body string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

// When a moderator deletes a person's comments, they disappear from every screen and list,
// from exports, the record and resumes, also after a restart; no undo and no resume restores
// them, and a ban in force stays.
func TestErasingAPerson(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	phone, bystander := p.phone(), p.phone()
	s, other := phone.open("audience", ""), bystander.open("audience", "")
	me := s.next("hello").User.ID
	other.next("hello")
	owner, mod := newOperators(p)
	overlay, console := p.overlaySocket(""), mod.open("console", "")
	before := overlay.next("hello").Position
	console.next("hello")

	shown := s.say("zebra shown")
	s.say("zebra front")
	poll := mod.call("POST", liveRoom+"/items", map[string]any{"kind": "poll", "spec": map[string]any{"question": "Which zebra?", "options": []string{"a", "b"}}}, 201)
	mod.call("POST", liveRoom+"/items/"+poll.ID+"/start", nil, 200)
	if a := s.takePart(poll.ID, "0"); a.Outcome != "counted" {
		t.Fatalf("the vote: %+v", a)
	}
	mod.call("POST", liveRoom+"/comments/"+shown.ID+"/feature", map[string]any{"seconds": 0}, 201)
	mod.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
	held := s.say("zebra held")
	mod.call("POST", liveRoom+"/comments/"+held.ID+"/refuse", nil, 200)
	refusal := mod.newestEntry("refuse")
	s.say("zebra waits")
	mod.call("PATCH", liveRoom, map[string]any{"review": "off"}, 200)
	other.say("a bystander")
	mod.call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "mute", "seconds": 0, "reason": "spam"}, 201)

	status, body := mod.do("GET", liveRoom+"/users/"+me+"/data", nil, ours)
	if d := decoded[personal](t, body); status != http.StatusOK || d.User != me || len(d.Comments) != 4 || len(d.Votes) != 1 || d.Votes[0].Title != "Which zebra?" || len(d.Bans) != 1 || d.Bans[0].Reason != "spam" {
		t.Errorf("the export of a person: %d %s", status, body)
	}
	status, body = phone.do("GET", liveRoom+"/me", nil, nil)
	if d := decoded[personal](t, body); status != http.StatusOK || d.User != me || len(d.Comments) != 4 || len(d.Bans) != 1 || d.Bans[0].Reason != "" {
		t.Errorf("one's own export: %d %s", status, body)
	}

	status, body = mod.do("DELETE", liveRoom+"/users/"+me, nil, ours)
	if n := decoded[erased](t, body).Erased; status != http.StatusOK || n != 4 {
		t.Errorf("the deletion: %d %s", status, body)
	}
	e := overlay.until("the removal", func(e event) bool { return e.Type == "remove" && slices.Contains(e.IDs, shown.ID) })
	if !e.Erased || e.User != "" {
		t.Errorf("the overlay gets %+v", e)
	}
	if e := console.until("the removal", func(e event) bool { return e.Type == "remove" && e.Erased }); e.User != me || len(e.IDs) != 4 || e.By != "Mo" {
		t.Errorf("the console gets %+v", e)
	}
	if a := other.say("another"); a.Outcome != "shown" {
		t.Errorf("a bystander: %+v", a)
	}
	gone := func(p *program, owner *browser) {
		t.Helper()
		for _, path := range []string{"/comments?limit=200", "/comments?q=zebra", "/review", "/export?format=jsonl&status=shown,held,refused,removed", "/audit?limit=200", "/items"} {
			if status, body := owner.do("GET", liveRoom+path, nil, ours); status != http.StatusOK || strings.Contains(body, "zebra shown") || strings.Contains(body, "zebra held") || strings.Contains(body, "zebra front") || strings.Contains(body, "zebra waits") {
				t.Errorf("GET %s: %d %s", path, status, body)
			}
		}
		for _, role := range []string{"audience", "console"} {
			if h := owner.at(p).open(role, "").next("hello"); strings.Contains(string(h.raw), "zebra shown") || strings.Contains(string(h.raw), "zebra waits") {
				t.Errorf("hello of a new %s: %s", role, h.raw)
			}
		}
		resumed := p.overlaySocket(before)
		if h := resumed.next("hello"); !h.Resumed {
			t.Errorf("no resume: %+v", h)
		}
		if f := resumed.next("events"); strings.Contains(string(f.raw), "zebra shown") || !strings.Contains(string(f.raw), "a bystander") {
			t.Errorf("a resume: %s", f.raw)
		}
		if bans := owner.call("GET", liveRoom+"/bans", nil, 200).Bans; len(bans) != 1 || bans[0].User != me {
			t.Errorf("the ban in force: %+v", bans)
		}
	}
	gone(p, owner.browser)
	if r := mod.undoEntry(refusal, 410); r.Code != "expired" || !strings.Contains(r.Message, "deleted permanently") {
		t.Errorf("undo of a decision: %+v", r)
	}
	if a := mod.newestEntry("erase"); a.By != "Mo" || a.User != "" || a.Undo {
		t.Errorf("the record: %+v", a)
	}
	if status, body := phone.post("again"); status != http.StatusForbidden || !strings.Contains(body, `"muted"`) {
		t.Errorf("the muted one writes again: %d %s", status, body)
	}
	status, body = mod.do("DELETE", liveRoom+"/users/"+me, nil, ours)
	if n := decoded[erased](t, body).Erased; status != http.StatusOK || n != 0 {
		t.Errorf("a second deletion: %d %s", status, body)
	}
	p.stop()
	restarted := start(t, dir, "--user-rate", "0")
	gone(restarted, restarted.console())
}

// A person of the audience gets and deletes only their own comments, also without a cookie and
// while banned. A stranger gets nothing.
func TestErasingOneself(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	phone, bystander := p.phone(), p.phone()
	s, other, overlay := phone.open("audience", ""), bystander.open("audience", ""), p.overlaySocket("")
	me := s.next("hello").User.ID
	other.next("hello")
	one := s.say("mine")
	kept := other.say("theirs")
	p.console().call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "ban", "seconds": 0, "reason": "spam"}, 201)
	if status, body := phone.do("DELETE", liveRoom+"/me", nil, ours); status != http.StatusOK || decoded[erased](t, body).Erased != 1 {
		t.Errorf("the deletion: %d %s", status, body)
	}
	if e := overlay.until("the removal", isEvent("remove", one.ID)); !e.Erased || slices.Contains(e.IDs, kept.ID) {
		t.Errorf("the overlay gets %+v", e)
	}
	if status, body := phone.do("GET", liveRoom+"/me", nil, nil); status != http.StatusOK || len(decoded[personal](t, body).Comments) != 0 {
		t.Errorf("the export after it: %d %s", status, body)
	}
	if b := phone.open("audience", "").next("bye"); b.Code != "banned" {
		t.Errorf("the ban has to survive: %+v", b)
	}
	if status, body := bystander.do("GET", liveRoom+"/me", nil, nil); status != http.StatusOK || len(decoded[personal](t, body).Comments) != 1 {
		t.Errorf("a bystander's: %d %s", status, body)
	}
	stranger := p.browser()
	for _, method := range []string{"GET", "DELETE"} {
		if status, body := stranger.do(method, liveRoom+"/me", nil, ours); status != http.StatusNotFound {
			t.Errorf("%s of a stranger: %d %s", method, status, body)
		}
	}
	if status, body := phone.do("DELETE", liveRoom+"/me", nil, map[string]string{"Sec-Fetch-Site": "cross-site"}); status != http.StatusForbidden {
		t.Errorf("from another site: %d %s", status, body)
	}
}
