package tests

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What is alike is one row with a count and has one decision, which each author hears
// and which is undone as a whole, over a restart, too.
func TestAGroupIsDecidedAtOnce(t *testing.T) {
	p := start(t, t.TempDir(), behindProxy...)
	owner, mod := hands(p)
	mod.holdsLemons()
	console := mod.open("console", "")
	console.next("hello")
	ids, sockets := lemons(p, mod.browser, 6)
	other := p.at("203.0.113.9")
	otherID := other.says("one lemon, please").ID
	last := console.until("the last of the group", isEvent("held", ids[5]))
	if last.Group == "" || last.Count != 6 {
		t.Errorf("the console is told %+v", last)
	}
	group := last.Group
	console.until("the other", isEvent("held", otherID))

	page := mod.review("")
	if page.Total != 7 || len(page.Comments) != 7 || len(page.Groups) != 2 || page.Groups[0].Group != group || page.Groups[0].Count != 6 || page.Comments[6].ID != otherID || page.Comments[0].Status != "held" {
		t.Errorf("%+v", page)
	}
	if two := mod.review("?limit=2"); len(two.Comments) != 2 || two.Next != page.Comments[1].Seq || mod.review(fmt.Sprint("?after=", two.Next)).Comments[0].ID != ids[2] {
		t.Errorf("pages: %+v", two)
	}

	// Nobody decides about what came after they looked.
	overlay := p.overlaySocket("")
	overlay.next("hello")
	path := liveRoom + "/review/" + group
	r := mod.call("POST", path+"/approve", map[string]any{"up_to": page.Comments[4].Seq}, 200)
	if r.Count != 5 || len(r.Results) != 5 {
		t.Fatalf("%+v", r)
	}
	for i := range 5 {
		if r.Results[i].ID != ids[i] || r.Results[i].Status != "shown" || r.Results[i].Again {
			t.Errorf("decision %d: %+v", i, r.Results[i])
		}
		if a := sockets[i].next("ack"); a.Outcome != "shown" || a.ID != ids[i] {
			t.Errorf("author %d hears %+v", i, a)
		}
	}
	var drawn []string
	for len(drawn) < 5 {
		for _, e := range overlay.next("events").Events {
			if e.Type == "comment" {
				drawn = append(drawn, e.ID)
			}
		}
	}
	if !slices.Equal(drawn, ids[:5]) {
		t.Errorf("the overlay gets %v, want %v", drawn, ids[:5])
	}
	if e := console.until("the fifth", isEvent("comment", ids[4])); e.From != "held" || e.Group != group || e.Count != 1 || e.By != "Mo" {
		t.Errorf("the console is told %+v", e)
	}
	if left := mod.review("?group=" + group).Comments; len(left) != 1 || left[0].ID != ids[5] {
		t.Errorf("what waits is %+v", left)
	}

	// One act, undone as one.
	acts := mod.call("GET", liveRoom+"/audit?limit=5&act=approve", nil, 200).Acts
	if len(acts) != 1 || acts[0].Count != 5 || !acts[0].Undo || acts[0].About != ids[0] || acts[0].By != "Mo" {
		t.Fatalf("%+v", acts)
	}
	owner.call("POST", liveRoom+"/comments/"+ids[2]+"/remove", nil, 204) // somebody changes one
	mod.undoOf(acts[0], 204)
	down := console.until("the others go", func(e event) bool { return e.Type == "remove" && len(e.IDs) > 1 })
	if !slices.Equal(down.IDs, []string{ids[0], ids[1], ids[3], ids[4]}) {
		t.Errorf("the undo takes down %v", down.IDs)
	}
	mod.undoOf(acts[0], 410)

	// Refused, shown again, taken down again.
	r = mod.call("POST", path+"/refuse", nil, 200)
	if r.Count != 1 || mod.newest("refuse").Count != 0 {
		t.Errorf("%+v", r)
	}
	if a := sockets[5].next("ack"); a.Outcome != "refused" || a.ID != ids[5] {
		t.Errorf("the last author hears %+v", a)
	}
	mod.call("POST", path+"x/refuse", nil, 404)
	mod.call("POST", path+"/refuse", map[string]any{"up_to": -1}, 422)
	if r := owner.call("POST", path+"/refuse", nil, 200); r.Count != 0 || len(r.Results) != 6 || !r.Results[0].Again || r.Results[0].By != "Mo" {
		t.Errorf("who comes too late is told %+v", r)
	}
}

// A restart keeps groups, their names and their counts.
func TestGroupsOverARestart(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, behindProxy...)
	mod := p.moderator()
	mod.holdsLemons()
	ids, _ := lemons(p, mod, 6)
	before := mod.review("")
	group := before.Groups[0].Group
	p.stop()
	p = start(t, dir, behindProxy...)
	mod = p.moderator()
	if again := mod.review("?group=" + group); len(again.Comments) != 6 || again.Groups[0].Count != 6 || again.Comments[0].ID != ids[0] {
		t.Errorf("after a restart: %+v", again)
	}
	if h := mod.open("console", "").next("hello"); len(h.HeldGroups) != 1 || h.HeldGroups[0] != (groupCount{group, 6}) || h.HeldTotal != 6 || h.HeldSeq == 0 || h.Held[0].Group != group {
		t.Errorf("a console starts from %+v, %d in all, up to %d", h.HeldGroups, h.HeldTotal, h.HeldSeq)
	}
	if r := mod.call("POST", liveRoom+"/review/"+group+"/approve", nil, 200); r.Count != 6 {
		t.Errorf("%+v", r)
	}
}

// Approving a group ends the wait of its authors as newcomers, and of nobody else.
func TestAGroupOfNewcomersIsLetIn(t *testing.T) {
	p := start(t, t.TempDir(), behindProxy...)
	mod := p.moderator()
	mod.call("PATCH", liveRoom, map[string]any{"newcomers": "held"}, 200)
	console := mod.open("console", "")
	console.next("hello")
	var people []someone
	last := ""
	for i := range 3 {
		who := p.at(fmt.Sprint("198.51.100.", 1+i))
		a := who.says(fmt.Sprint("hello everybody ", i))
		if last = a.ID; a.Outcome != "held" {
			t.Fatalf("%+v", a)
		}
		people = append(people, who)
	}
	console.until("the last one", isEvent("held", last))
	group := mod.review("").Groups[0].Group
	if r := mod.call("POST", liveRoom+"/review/"+group+"/approve", nil, 200); r.Count != 3 {
		t.Fatalf("%+v", r)
	}
	for i, who := range people {
		if a := who.says(fmt.Sprint("something else ", i)); a.Outcome != "shown" {
			t.Errorf("somebody who was let in: %+v", a)
		}
	}
	if a := p.at("203.0.113.5").says("hello everybody 3"); a.Outcome != "held" {
		t.Errorf("somebody else: %+v", a)
	}
}

// A refused group is shown by the undo, and what was shown by it goes by the undo of
// that.
func TestARefusedGroupIsUndone(t *testing.T) {
	p := start(t, t.TempDir(), behindProxy...)
	owner, mod := hands(p)
	mod.holdsLemons()
	ids, sockets := lemons(p, mod.browser, 4)
	group := mod.review("").Groups[0].Group
	if r := mod.call("POST", liveRoom+"/review/"+group+"/refuse", nil, 200); r.Count != 4 {
		t.Fatalf("%+v", r)
	}
	for _, s := range sockets {
		if a := s.next("ack"); a.Outcome != "refused" {
			t.Errorf("an author hears %+v", a)
		}
	}
	refused := mod.newest("refuse")
	owner.call("POST", liveRoom+"/comments/"+ids[1]+"/approve", map[string]any{"from": "refused"}, 200)
	owner.undoOf(refused, 204)
	shown := owner.newest("approve")
	if shown.Count != 3 || !shown.Undo {
		t.Fatalf("%+v", shown)
	}
	for _, s := range sockets {
		if a := s.next("ack"); a.Outcome != "shown" {
			t.Errorf("an author hears %+v", a)
		}
	}
	owner.undoOf(shown, 204)
	if status, body := mod.do("GET", liveRoom+"/comments?status=shown", nil, ours); status != 200 || !strings.Contains(body, ids[1]) || strings.Contains(body, ids[0]) {
		t.Errorf("%d %s", status, body)
	}
	if n := len(mod.call("GET", liveRoom+"/audit?act=refuse", nil, 200).Acts); n != 1 {
		t.Errorf("%d acts of refusing", n)
	}
}

// Of two moderators who decide about a group at once each comment has one decision,
// both hear which, and its author hears it once.
func TestTwoModeratorsDecideAGroupAtOnce(t *testing.T) {
	p := start(t, t.TempDir(), append(behindProxy, "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")...)
	owner, mod := hands(p)
	mod.holdsLemons()
	console := mod.open("console", "")
	console.next("hello")
	_, sockets := lemons(p, mod.browser, 20)
	for round := range 5 {
		if round > 0 {
			last := ""
			for i, s := range sockets {
				s.send(fmt.Sprint("r", round), fmt.Sprint("fresh lemon for all ", 100*round+i))
				a := s.next("ack")
				if last = a.ID; a.Outcome != "held" {
					t.Fatalf("round %d, author %d: %+v", round, i, a)
				}
			}
			console.until("the last one", isEvent("held", last))
		}
		page := mod.review("?limit=200")
		path := liveRoom + "/review/" + page.Groups[0].Group
		single := page.Comments[len(page.Comments)/2].ID
		var answers [3]reply
		var all sync.WaitGroup
		for i, call := range []struct {
			h    hand
			path string
		}{{owner, path + "/approve"}, {mod, path + "/refuse"}, {owner, liveRoom + "/comments/" + single + "/refuse"}} {
			all.Go(func() {
				_, body := call.h.do("POST", call.path, nil, ours)
				decode(t, body, &answers[i])
			})
		}
		all.Wait()
		stands := map[string]string{}
		for _, a := range answers[:2] {
			for _, d := range a.Results {
				if d.Code != "" || d.Status == "held" {
					t.Errorf("round %d: %+v", round, d)
				}
				if was := stands[d.ID]; was != "" && was != d.Status {
					t.Errorf("round %d: %s is %s and %s", round, d.ID, was, d.Status)
				}
				stands[d.ID] = d.Status
			}
		}
		if stands[single] == "" { // decided before either of the two looked at the group
			stands[single] = answers[2].Status
		}
		if answers[2].Status != stands[single] || answers[0].Count+answers[1].Count < 19 || answers[0].Count+answers[1].Count > 20 {
			t.Errorf("round %d: %d and %d decided, the single one is %s and %s", round, answers[0].Count, answers[1].Count, answers[2].Status, stands[single])
		}
		for i, s := range sockets {
			a := s.next("ack")
			if a.Outcome != stands[a.ID] {
				t.Errorf("round %d: author %d hears %s, it is %q", round, i, a.Outcome, stands[a.ID])
			}
		}
		if left := mod.review(""); left.Total != 0 {
			t.Fatalf("round %d: %d wait", round, left.Total)
		}
	}
}

// A process that is killed while a group is decided has decided about all of it or
// about none, and shows what it decided.
func TestAKilledProcessDecidesAGroupWholly(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	dir := t.TempDir()
	off := append(behindProxy, "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")
	start(t, dir).stop() // makes the folder
	owner := makeLink(t, dir, "owner").Key
	sender := makeLink(t, dir, "sender").Key
	whole := 0
	for round := range 4 {
		p, cmd := child(t, dir, off...)
		mod := p.browser()
		bearer := map[string]string{"Authorization": "Bearer " + owner}
		if status, body := mod.do("PUT", liveRoom+"/rules", map[string]any{"name": "test", "text": "lemon => hold", "on": true}, bearer); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		comments := []map[string]any{}
		for i := range 150 {
			comments = append(comments, map[string]any{"text": fmt.Sprint("fresh lemon for all ", i), "author": fmt.Sprint(round, i)})
		}
		if status, body := mod.do("POST", liveRoom+"/comments/batch", map[string]any{"comments": comments}, map[string]string{"Authorization": "Bearer " + sender}); status != 200 || strings.Count(body, `"held"`) != 150 {
			t.Fatalf("%d %.300s", status, body)
		}
		_, body := mod.do("GET", liveRoom+"/review", nil, bearer)
		var page reviewPage
		decode(t, body, &page)
		answered := make(chan struct{})
		u := p.base + liveRoom + "/review/" + url.PathEscape(page.Groups[0].Group) + "/approve"
		go func() { // the answer may never come
			defer close(answered)
			req, _ := http.NewRequest("POST", u, nil)
			req.Header.Set("Authorization", bearer["Authorization"])
			if resp, err := http.DefaultClient.Do(req); err == nil {
				resp.Body.Close()
			}
		}()
		if round%2 == 0 {
			<-answered
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		<-answered
		p, cmd = child(t, dir, off...)
		mod = p.browser()
		_, body = mod.do("GET", liveRoom+"/review", nil, bearer)
		page = reviewPage{}
		decode(t, body, &page)
		switch page.Total {
		case 0:
			whole++
		case 150:
			_, body = mod.do("POST", liveRoom+"/review/"+page.Groups[0].Group+"/refuse", nil, bearer)
			if !strings.Contains(body, `"count":150`) {
				t.Errorf("%.300s", body)
			}
		default:
			t.Fatalf("round %d: %d of 150 wait", round, page.Total)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	if whole < 2 {
		t.Errorf("%d of the decisions that were answered stand", whole)
	}
}

// spelled is a word for each number that is like no other's.
func spelled(n int) string {
	word := ""
	for _, digit := range fmt.Sprintf("%03d", n) {
		word += []string{"ba", "de", "fi", "go", "ku", "ma", "ne", "pi", "ro", "tu"}[digit-'0']
	}
	return word
}
