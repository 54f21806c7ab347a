package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// room tests: actions of moderators, and what everybody then sees.

// reply is any answer of the API.
type reply struct {
	List                                        struct{ Version string }
	ID, Status, By, Code, Message, Key, URL, QR string
	Again                                       bool
	Verdict, Rule, Word, Folded                 string
	Kind, User, Address, State, Title, Reason   string
	Until, Next                                 int64
	SlowMS                                      int64 `json:"slow_ms"`
	Locked, Archived                            bool
	SecondOpinion                               bool `json:"second_opinion"`
	Removed, People, Count                      int
	Results                                     []reply
	Bans                                        []reply
	Rooms                                       []reply
	Links                                       json.RawMessage
	Acts                                        []act
	Reactions                                   []string
	Fault                                       struct {
		Line, Column, N        int
		Code, Word, Other, Why string
	}
	Defects, Notes []fileFault
	Faults         []struct {
		Line, N, Of                int
		Entry, Message, Code, Word string
		Warning                    bool
	}
}

type act struct {
	ID                                 int64
	At                                 int64
	By, Role, Act, About, User, Detail string
	Before, After                      map[string]json.RawMessage
	Changed                            []string
	Undo, Undone                       bool
	Count                              int
}

// call sends a request as a console does and expects a status.
func (b *browser) call(method, path string, body any, status int) reply {
	b.t.Helper()
	got, text := b.do(method, path, body, ours)
	if got != status {
		b.t.Fatalf("%s %s answers %d, want %d: %s", method, path, got, status, text)
	}
	var a reply
	if text != "" {
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			b.t.Fatalf("%s %s answers %s: %v", method, path, text, err)
		}
	}
	return a
}

// moderator returns a browser with the session of a new moderator's link.
func (p *program) moderator() *browser {
	p.t.Helper()
	b := p.browser()
	if status, body := b.do("GET", "/console/live?key="+p.link("moderator").Key, nil, nil); status != http.StatusOK {
		p.t.Fatalf("the console answers %d: %s", status, body)
	}
	return b
}

const liveRoom = "/api/rooms/live"

// say sends one comment and returns its first answer.
func (s *socket) say(text string) frame {
	s.t.Helper()
	s.send(fmt.Sprintf("r%d", len(text))+strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r
		}
		return -1
	}, text), text)
	return s.next("ack")
}

func isEvent(kind, id string) func(event) bool {
	return func(e event) bool { return e.Type == kind && (e.ID == id || slices.Contains(e.IDs, id)) }
}

// A held comment flies once approved; the author is notified on the sending socket.
func TestReview(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	boss := p.moderator()
	boss.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
	author, overlay, console := p.phone().open("audience", ""), p.overlaySocket(""), boss.open("console", "")
	for _, s := range []*socket{author, overlay, console} {
		s.next("hello")
	}
	first, second, third := author.say("first"), author.say("second"), author.say("third")
	if first.Outcome != "held" || second.Outcome != "held" {
		t.Fatalf("acks: %+v, %+v", first, second)
	}
	console.until("the held one", isEvent("held", first.ID))
	if d := boss.call("POST", liveRoom+"/comments/"+first.ID+"/approve", nil, 200); d.Status != "shown" || d.Again {
		t.Errorf("approve: %+v", d)
	}
	if a := author.next("ack"); a.Ref != first.Ref || a.Outcome != "shown" || a.ID != first.ID || a.Comment == nil || a.Comment.Text != "first" {
		t.Errorf("the second ack: %+v", a)
	}
	overlay.until("it flies", isEvent("comment", first.ID))
	if again := author.say("first"); again.Outcome != "shown" || again.ID != first.ID {
		t.Errorf("the same ref after the decision: %+v", again)
	}
	if d := boss.call("POST", liveRoom+"/comments/"+second.ID+"/refuse", nil, 200); d.Status != "refused" {
		t.Errorf("refuse: %+v", d)
	}
	if a := author.next("ack"); a.Ref != second.Ref || a.Outcome != "refused" || a.Code != "refused" || a.Comment != nil {
		t.Errorf("the second ack of a refused one: %+v", a)
	}
	// Another moderator who decides meanwhile receives the decision that counts.
	if d := p.moderator().call("POST", liveRoom+"/comments/"+second.ID+"/approve", nil, 200); d.Status != "refused" || !d.Again {
		t.Errorf("a late approval: %+v", d)
	}
	// An undo is an action of its own kind.
	if d := boss.call("POST", liveRoom+"/comments/"+second.ID+"/approve", map[string]string{"from": "refused"}, 200); d.Status != "shown" || d.Again {
		t.Errorf("the undo: %+v", d)
	}
	overlay.until("it flies after all", isEvent("comment", second.ID))
	res := boss.call("POST", liveRoom+"/comments/bulk", map[string]any{"act": "approve", "ids": []string{third.ID, "0000000000001", first.ID}}, 200).Results
	if len(res) != 3 || res[0].Status != "shown" || res[1].Code != "not_found" || res[2].Status != "shown" || !res[2].Again {
		t.Errorf("bulk: %+v", res)
	}
	// A moderator who has seen that another refused several can approve them.
	guest := p.phone().open("audience", "")
	guest.next("hello")
	late := guest.say("fourth")
	if d := boss.call("POST", liveRoom+"/comments/"+late.ID+"/refuse", nil, 200); d.Status != "refused" {
		t.Errorf("refuse: %+v", d)
	}
	other, bulk := p.moderator(), map[string]any{"act": "approve", "ids": []string{late.ID}}
	if r := other.call("POST", liveRoom+"/comments/bulk", bulk, 200).Results; r[0].Status != "refused" || !r[0].Again {
		t.Errorf("a bulk that saw them wait: %+v", r)
	}
	bulk["from"] = "refused"
	if r := other.call("POST", liveRoom+"/comments/bulk", bulk, 200).Results; r[0].Status != "shown" || r[0].Again {
		t.Errorf("a bulk that saw them refused: %+v", r)
	}
	bulk["from"] = "shown"
	other.call("POST", liveRoom+"/comments/bulk", bulk, 422)
	res = boss.call("POST", liveRoom+"/comments/bulk", map[string]any{"act": "remove", "ids": []string{third.ID, first.ID}}, 200).Results
	if len(res) != 2 || res[0].Status != "removed" || res[1].Status != "removed" {
		t.Errorf("bulk: %+v", res)
	}
	e := overlay.until("both go", isEvent("remove", third.ID))
	if !slices.Contains(e.IDs, first.ID) {
		t.Errorf("one removal of both: %+v", e)
	}
}

// Taking down a person's comments covers all of them: waiting ones are not shown
// later, and their author is notified.
func TestTakingDownAPersonTakesWhatWaits(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	boss := p.moderator()
	phone := p.phone()
	author, console := phone.open("audience", ""), boss.open("console", "")
	console.next("hello")
	me := author.next("hello").User.ID
	shown := author.say("on the screen")
	boss.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
	held := author.say("waits")
	address := author.say("waits, too, and is behind an address")
	console.until("what waits", isEvent("held", held.ID))
	if r := boss.call("POST", liveRoom+"/users/"+me+"/remove", nil, 200); r.Removed != 3 {
		t.Errorf("removed: %+v", r)
	}
	if e := console.until("all go", isEvent("remove", held.ID)); !slices.Contains(e.IDs, shown.ID) || !slices.Contains(e.IDs, address.ID) {
		t.Errorf("one removal of all: %+v", e)
	}
	for _, was := range []frame{held, address} {
		if a := author.next("ack"); a.Ref != was.Ref || a.Outcome != "refused" || a.Code != "refused" {
			t.Errorf("the second ack: %+v", a)
		}
	}
	if d := boss.call("POST", liveRoom+"/comments/"+held.ID+"/approve", nil, 200); d.Status != "removed" || !d.Again {
		t.Errorf("a late approval: %+v", d)
	}
	if h := boss.open("console", "").next("hello"); h.HeldTotal != 0 {
		t.Errorf("%d are left to review", h.HeldTotal)
	}
	// An IP ban does the same.
	last := author.say("the last one")
	if r := boss.call("POST", liveRoom+"/bans", map[string]any{"address_of": last.ID, "kind": "mute", "remove": true}, 201); r.Removed != 1 {
		t.Errorf("removed with the mute: %+v", r)
	}
	console.until("it goes, too", isEvent("remove", last.ID))
}

// History shows for each published comment whether it is still on the screens.
func TestHistoryKnowsOfAClear(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	boss, author := p.moderator(), p.phone().open("audience", "")
	author.next("hello")
	before := author.say("before")
	boss.call("POST", liveRoom+"/clear", nil, 204)
	after := author.say("after")
	var page struct {
		Comments []struct {
			ID, Status string
			Cleared    bool
		}
	}
	_, body := boss.do("GET", liveRoom+"/comments", nil, nil)
	decode(t, body, &page)
	got := map[string]bool{}
	for _, c := range page.Comments {
		if c.Status == "shown" {
			got[c.ID] = c.Cleared
		}
	}
	if want := map[string]bool{before.ID: true, after.ID: false}; !maps.Equal(got, want) {
		t.Errorf("history: %s", body)
	}
}

func decode(t testing.TB, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
