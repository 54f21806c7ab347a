package tests

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Equal comments are one row with a count and get one decision, which each author receives
// and which is undone as a whole, also over a restart.
func TestAGroupIsDecidedAtOnce(t *testing.T) {
	p := start(t, t.TempDir(), behindProxy...)
	owner, mod := newOperators(p)
	mod.holdLemons()
	console := mod.open("console", "")
	console.next("hello")
	ids, sockets := sendLemons(p, mod.browser, 6)
	other := p.newPersonAt("203.0.113.9")
	otherID := other.post("one lemon, please").ID
	last := console.until("the last of the group", isEvent("held", ids[5]))
	if last.Group == "" || last.Count != 6 {
		t.Errorf("the console receives %+v", last)
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

	// A decision does not apply to comments that came after the moderator looked.
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
			t.Errorf("author %d receives %+v", i, a)
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
		t.Errorf("the console receives %+v", e)
	}
	if left := mod.review("?group=" + group).Comments; len(left) != 1 || left[0].ID != ids[5] {
		t.Errorf("the queue is %+v", left)
	}

	// One action, undone as one.
	acts := mod.call("GET", liveRoom+"/audit?limit=5&act=approve", nil, 200).Acts
	if len(acts) != 1 || acts[0].Count != 5 || !acts[0].Undo || acts[0].About != ids[0] || acts[0].By != "Mo" {
		t.Fatalf("%+v", acts)
	}
	owner.call("POST", liveRoom+"/comments/"+ids[2]+"/remove", nil, 204) // somebody changes one of them
	mod.undoEntry(acts[0], 204)
	down := console.until("the others go", func(e event) bool { return e.Type == "remove" && len(e.IDs) > 1 })
	if !slices.Equal(down.IDs, []string{ids[0], ids[1], ids[3], ids[4]}) {
		t.Errorf("the undo takes down %v", down.IDs)
	}
	mod.undoEntry(acts[0], 410)

	// Refused, shown again, removed again.
	r = mod.call("POST", path+"/refuse", nil, 200)
	if r.Count != 1 || mod.newestEntry("refuse").Count != 0 {
		t.Errorf("%+v", r)
	}
	if a := sockets[5].next("ack"); a.Outcome != "refused" || a.ID != ids[5] {
		t.Errorf("the last author receives %+v", a)
	}
	mod.call("POST", path+"x/refuse", nil, 404)
	mod.call("POST", path+"/refuse", map[string]any{"up_to": -1}, 422)
	if r := owner.call("POST", path+"/refuse", nil, 200); r.Count != 0 || len(r.Results) != 6 || !r.Results[0].Again || r.Results[0].By != "Mo" {
		t.Errorf("a late decision gets %+v", r)
	}
}

// The queue is there after a restart, for a new console and for one that
// resumes. Larger queues, and races of decisions, are tested in live.
func TestQueueOverARestart(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, behindProxy...)
	mod := p.moderator()
	mod.holdLemons()
	ids, _ := sendLemons(p, mod, 6)
	group := mod.review("").Groups[0].Group
	at := mod.open("console", "").next("hello").Position
	mod.call("POST", liveRoom+"/comments/"+ids[5]+"/approve", nil, 200)
	p.stop()
	p = start(t, dir, behindProxy...)
	mod = p.moderator()
	if again := mod.review("?group=" + group); len(again.Comments) != 5 || again.Groups[0].Count != 5 || again.Comments[0].ID != ids[0] {
		t.Errorf("after a restart: %+v", again)
	}
	for name, since := range map[string]string{"new": "", "resumed": "&since=" + at} {
		h := mod.open("console", since).next("hello")
		if h.Resumed != (since != "") || len(h.HeldGroups) != 1 || h.HeldGroups[0] != (groupCount{group, 5}) || h.HeldTotal != 5 || h.HeldSeq == 0 || len(h.Held) != 5 {
			t.Errorf("%s: a console starts from %+v, %d of %d in all, up to %d, resumed %v", name, h.HeldGroups, len(h.Held), h.HeldTotal, h.HeldSeq, h.Resumed)
		} else if first := h.Held[0]; first.Type != "held" || first.ID != ids[0] || first.Group != group || first.Rule != "test" {
			t.Errorf("%s: the first is %+v", name, first)
		}
	}
	if r := mod.call("POST", liveRoom+"/review/"+group+"/approve", nil, 200); r.Count != 5 {
		t.Errorf("%+v", r)
	}
}

// A process killed during the decision about a group has decided about all of it or
// about none, and shows its decision.
func TestAKilledProcessDecidesAGroupWholly(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test kills whole processes, which takes seconds")
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
		if page.Total != 150 || len(page.Groups) != 1 {
			t.Fatalf("round %d: %d of 150 wait in the groups %+v before the decision", round, page.Total, page.Groups)
		}
		answered := make(chan struct{})
		u := p.base + liveRoom + "/review/" + url.PathEscape(page.Groups[0].Group) + "/approve"
		go func() { // the answer may never arrive
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
		t.Errorf("%d of the answered decisions were kept", whole)
	}
}

// wordFor returns a word for each number that resembles no other's.
func wordFor(n int) string {
	word := ""
	for _, digit := range fmt.Sprintf("%03d", n) {
		word += []string{"ba", "de", "fi", "go", "ku", "ma", "ne", "pi", "ro", "tu"}[digit-'0']
	}
	return word
}
