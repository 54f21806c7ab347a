package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// The record has every act with its author and object, and can be searched, exported, and
// undone.
func TestAudit(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	l := p.console().call("POST", "/api/links", map[string]any{"room": "live", "role": "moderator", "label": "=cmd()"}, 201)
	mod := p.browser()
	mod.do("GET", "/console/live?key="+l.Key, nil, nil)
	s := p.phone().open("audience", "")
	me := s.next("hello").User.ID
	one := s.say("one")
	mod.call("PATCH", liveRoom, map[string]any{"title": "New", "delay_ms": 0}, 200)
	mod.call("PATCH", liveRoom, map[string]any{"title": "New"}, 200) // changes nothing
	mod.call("POST", liveRoom+"/comments/"+one.ID+"/pin", nil, 204)
	mod.call("POST", liveRoom+"/bans", map[string]any{"user": me, "kind": "mute", "reason": "rude"}, 201)
	mod.call("POST", liveRoom+"/comments/"+one.ID+"/remove", nil, 204)
	mod.call("POST", liveRoom+"/comments/"+one.ID+"/remove", nil, 204) // is down already
	acts := mod.call("GET", liveRoom+"/audit", nil, 200).Acts
	var kinds []string
	for _, a := range acts {
		kinds = append(kinds, a.Act)
		if a.By != "=cmd()" && a.Act != "link" || a.At == 0 {
			t.Errorf("%+v", a)
		}
	}
	if got := strings.Join(kinds, " "); got != "remove mute pin settings link" {
		t.Fatalf("acts: %s", got)
	}
	if a := acts[0]; a.About != one.ID || a.Detail != "one" || a.Undo {
		t.Errorf("the removal: %+v", a)
	}
	if a := acts[1]; a.User != me || a.Detail != "rude" || !a.Undo {
		t.Errorf("the mute: %+v", a)
	}
	if a := acts[3]; string(a.Before["title"]) != `"live"` || string(a.After["title"]) != `"New"` || len(a.After) != 1 {
		t.Errorf("the settings: %+v", a)
	}
	if found := mod.call("GET", liveRoom+"/audit?q=rude", nil, 200).Acts; len(found) != 1 || found[0].Act != "mute" {
		t.Errorf("search: %+v", found)
	}
	if page := mod.call("GET", liveRoom+"/audit?limit=2", nil, 200); len(page.Acts) != 2 || page.Next != page.Acts[1].ID {
		t.Errorf("a page: %+v", page)
	}
	_, csv := mod.do("GET", liveRoom+"/audit?format=csv", nil, nil)
	if lines := strings.Split(strings.TrimSpace(csv), "\r\n"); len(lines) != 6 || !strings.HasPrefix(lines[0], "id,at,by") || strings.Contains(csv, ",=cmd") {
		t.Errorf("CSV:\n%s", csv)
	}
	_, jsonl := mod.do("GET", liveRoom+"/audit?format=jsonl&act=mute", nil, nil)
	var a act
	if err := json.Unmarshal([]byte(jsonl), &a); err != nil || a.Act != "mute" {
		t.Errorf("JSON lines: %v\n%s", err, jsonl)
	}
	mod.call("GET", liveRoom+"/audit?format=pdf", nil, 422)
	undo := func(id int64, status int) {
		mod.call("POST", fmt.Sprint(liveRoom, "/audit/", id, "/undo"), nil, status)
	}
	undo(acts[1].ID, 204)
	undo(acts[1].ID, 410)
	undo(acts[0].ID, 410)
	undo(acts[3].ID, 204)
	undo(9999, 404)
	if r := mod.call("GET", liveRoom, nil, 200); r.Title != "live" {
		t.Errorf("the title is %q", r.Title)
	}
	if n := len(mod.call("GET", liveRoom+"/bans", nil, 200).Bans); n != 0 {
		t.Errorf("%d bans", n)
	}
	undone := mod.call("GET", liveRoom+"/audit?act=mute", nil, 200).Acts[0]
	if !undone.Undone || undone.Undo {
		t.Errorf("%+v", undone)
	}
	// An undo is an act that can itself be undone.
	newest := func(kind string) act {
		t.Helper()
		return mod.call("GET", liveRoom+"/audit?limit=1&act="+kind, nil, 200).Acts[0]
	}
	undo(newest("unban").ID, 204)
	bans := mod.call("GET", liveRoom+"/bans", nil, 200).Bans
	if len(bans) != 1 || bans[0].User != me || bans[0].Kind != "mute" || bans[0].Reason != "rude" || bans[0].By != "=cmd()" {
		t.Errorf("muted again: %+v", bans)
	}
	if a := s.say("two"); a.Code != "muted" {
		t.Errorf("muted again: %+v", a)
	}
	undo(newest("unban").ID, 410)
	undo(newest("mute").ID, 204)
	if a := s.say("three"); a.Outcome != "shown" {
		t.Errorf("lifted again: %+v", a)
	}
	mod.call("POST", liveRoom+"/lockdown", nil, 200)
	undo(newest("lockdown").ID, 204)
	undo(newest("unlock").ID, 204)
	if r := mod.call("GET", liveRoom, nil, 200); !r.Locked {
		t.Errorf("locked down again: %+v", r)
	}
}
