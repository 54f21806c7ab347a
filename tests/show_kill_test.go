package tests

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// killedShow is a show whose program is killed right after each answer.
type killedShow struct {
	*testing.T
	dir  string
	p    *program
	cmd  *exec.Cmd
	boss *browser
	// people are phones; their sockets are of the running program.
	people  []*browser
	sockets []*socket
	ids     []string // of the people
}

// start starts the program, again with the same people.
func (k *killedShow) start() {
	k.Helper()
	k.p, k.cmd = child(k.T, k.dir, withoutRates...)
	if k.boss == nil {
		k.boss = k.p.console()
		for range 3 {
			k.people = append(k.people, k.p.phone())
		}
	}
	k.boss = k.boss.at(k.p)
	k.sockets, k.ids = nil, nil
	for i, b := range k.people {
		k.people[i] = b.at(k.p)
		s := k.people[i].open("audience", "")
		k.ids = append(k.ids, s.next("hello").User.ID)
		k.sockets = append(k.sockets, s)
	}
}

// restart kills the program and starts it again.
func (k *killedShow) restart() {
	k.Helper()
	_ = k.cmd.Process.Kill()
	_ = k.cmd.Wait()
	k.start()
}

// live returns the live item of a place as a new screen gets it.
func (k *killedShow) live(slot string) (it item) {
	k.Helper()
	for _, it := range k.p.overlaySocket("").next("hello").Items {
		if it.Slot == slot && it.State == "live" {
			return it
		}
	}
	k.Errorf("nothing is live in the place %q", slot)
	return it
}

// states returns the items of the console, in the order of the queue, as "text:state".
func (k *killedShow) states(kinds ...string) (out []string) {
	k.Helper()
	_, body := k.boss.do("GET", liveRoom+"/items", nil, nil)
	var list struct{ Items []item }
	decode(k.T, body, &list)
	for _, it := range list.Items {
		var spec struct{ Text string }
		if slices.Contains(kinds, it.Kind) && json.Unmarshal(it.Spec, &spec) == nil {
			out = append(out, spec.Text+":"+it.State)
		}
	}
	return out
}

// After a kill, cards are in their order, a countdown runs to the same end, a ticker goes on, an
// announcement whose time came meanwhile takes its turn, merged questions count each person
// once, and exported reactions stay.
func TestKilledProcessContinuesTheShow(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test kills whole processes, which takes seconds")
	}
	k := &killedShow{T: t, dir: t.TempDir()}
	k.start()
	// Questions, merged.
	list := newItem(k.boss, "questions", `{"title":"Ask"}`)
	first := k.sockets[0].askQuestion(list.ID, "q1", "Where is it?", map[string]any{"name": "Ann"})
	second := k.sockets[1].askQuestion(list.ID, "q2", "Where will it be?", map[string]any{"name": "Bob"})
	for _, vote := range []struct {
		by int
		id string
	}{{1, first.ID}, {2, first.ID}, {2, second.ID}, {0, second.ID}} {
		if a := k.sockets[vote.by].takePart(list.ID, vote.id); a.Outcome != "counted" {
			t.Fatalf("%+v", a)
		}
	}
	k.boss.markQuestion(list.ID, second.ID, map[string]any{"into": first.ID})
	before := k.boss.questions(list.ID, "")
	// What runs, and what waits.
	countdown := newItem(k.boss, "countdown", `{"title":"Pause","seconds":600}`)
	ticker := newItem(k.boss, "ticker", `{"texts":["one","two"]}`)
	for _, text := range []string{"A", "B", "C"} {
		newItem(k.boss, "announcement", fmt.Sprintf(`{"text":%q,"seconds":0}`, text))
	}
	if got := k.states("announcement"); !slices.Equal(got, []string{"A:live", "B:queued", "C:queued"}) {
		t.Fatal(got)
	}
	if status, body := k.boss.do("PATCH", liveRoom, map[string]any{"reactions": []string{"👏"}}, ours); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	overlay := k.p.overlaySocket("")
	k.sockets[0].until("the offer", func(e event) bool { return e.Type == "room" })
	k.sockets[0].sendReactions(map[string]int{"👏": 4})
	overlay.awaitReactions(4)
	reactions := func() int {
		t.Helper()
		_, body := k.boss.do("GET", liveRoom+"/reactions/export?format=jsonl", nil, nil)
		return exported(t, body)["👏"]
	}
	if n := reactions(); n != 4 {
		t.Fatalf("%d reactions are exported", n)
	}
	soon := time.Now().Add(300 * time.Millisecond).UnixMilli()
	if status, body := k.boss.do("POST", liveRoom+"/items", map[string]any{"kind": "announcement", "spec": json.RawMessage(`{"text":"D","seconds":0}`), "starts": soon}, ours); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	k.restart()

	if it := k.live("corner"); it.ID != countdown.ID || it.Ends != countdown.Ends {
		t.Errorf("the countdown %+v continues as %+v", countdown, it)
	}
	if it := k.live("bar"); it.ID != ticker.ID || it.Ends != ticker.Ends {
		t.Errorf("the ticker continues as %+v", it)
	}
	if n := reactions(); n != 4 {
		t.Errorf("%d reactions are exported", n)
	}
	if got := k.boss.questions(list.ID, ""); got != before {
		t.Errorf("the questions were %q, and are %q", before, got)
	}
	waitUntil(t, "the announcement takes its turn", func() bool {
		return slices.Equal(k.states("announcement"), []string{"A:live", "B:queued", "C:queued", "D:queued"})
	})
	for i, want := range []string{"B", "C", "D"} {
		it := k.live("lower")
		k.boss.item("POST", it.ID+"/stop", nil)
		k.restart() // right after the answer
		if now := k.live("lower"); !strings.Contains(string(now.Spec), `"`+want+`"`) {
			t.Errorf("after %d stops the overlay shows %s, want %s", i+1, now.Spec, want)
		}
	}
}

// A kill between the hash and the winner changes neither: the same people take part, the seed
// fits the hash that was shown, and a winner who was announced stays the winner.
func TestKilledProcessDrawsTheSameWinner(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test kills whole processes, which takes seconds")
	}
	k := &killedShow{T: t, dir: t.TempDir()}
	k.start()
	for round := range 4 {
		it := newItem(k.boss, "draw", `{"title":"A shirt","winners":1,"button":true,"repeat":true}`)
		hash := it.draw(t).Hash
		for _, s := range k.sockets {
			if a := s.takePart(it.ID, ""); a.Outcome != "counted" {
				t.Fatalf("%+v", a)
			}
		}
		k.restart() // the hash is shown
		if now := k.live("corner").draw(t); now.Hash != hash || now.People != len(k.people) || now.Seed != "" {
			t.Errorf("the draw %s goes on as %+v", hash, now)
		}
		answered := make(chan drawResult, 1)
		stopping := k.boss
		go func() { // the answer may never arrive
			_, body := stopping.try("POST", liveRoom+"/items/"+it.ID+"/stop", nil)
			var told item
			var r drawResult
			if json.Unmarshal(body, &told) == nil {
				_ = json.Unmarshal(told.Result, &r)
			}
			answered <- r
		}()
		var told drawResult
		if round%2 == 0 {
			told = <-answered
		}
		k.restart()
		if round%2 == 1 {
			told = <-answered
		}
		now := k.boss.item("GET", it.ID, nil)
		if now.State == "live" && len(told.Winners) == 0 {
			now = k.boss.item("POST", it.ID+"/stop", nil)
		}
		r := now.draw(t)
		seed, err := hex.DecodeString(r.Seed)
		if sum := sha256.Sum256(seed); err != nil || hex.EncodeToString(sum[:]) != hash || len(r.Winners) != 1 || r.People != len(k.people) || !slices.Contains(k.ids, r.Winners[0]) {
			t.Fatalf("round %d: drawn %+v with the hash %s among %v", round, r, hash, k.ids)
		}
		if len(told.Winners) > 0 && !slices.Equal(told.Winners, r.Winners) {
			t.Errorf("round %d: %v were announced, and now %v have won", round, told.Winners, r.Winners)
		}
		again := k.boss.item("POST", it.ID+"/redraw", map[string]any{"person": r.Winners[0]}).draw(t)
		k.restart()
		if kept := k.boss.item("GET", it.ID, nil).draw(t); !slices.Equal(kept.Winners, again.Winners) || !slices.Equal(kept.Absent, r.Winners) {
			t.Errorf("drawn again %+v, after the kill %+v", again, kept)
		}
		if code, out, faults := verifyDraw(t, "", "--data", k.dir, "--item", it.ID); code != exitDone || !strings.Contains(out, "true: A shirt") {
			t.Errorf("the proof: %d %q %q", code, out, faults)
		}
	}
}
