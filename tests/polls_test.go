package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// pollResult is the result of a poll on the wire.
type pollResult struct {
	Counts []int `json:"counts"`
	People int   `json:"people"`
}

func (i item) poll(t testing.TB) (r pollResult) {
	t.Helper()
	if len(i.Result) > 0 {
		if err := json.Unmarshal(i.Result, &r); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// newItem creates an item and starts it.
func newItem(boss *browser, kind, spec string) (it item) {
	boss.t.Helper()
	status, body := boss.do("POST", "/api/rooms/live/items", map[string]any{"kind": kind, "spec": json.RawMessage(spec), "start": true}, ours)
	if status != http.StatusCreated {
		boss.t.Fatalf("a new %s answers %d: %s", kind, status, body)
	}
	if err := json.Unmarshal([]byte(body), &it); err != nil {
		boss.t.Fatal(err)
	}
	return it
}

// item performs an action on an item and returns the item.
func (b *browser) item(method, path string, body any) (it item) {
	b.t.Helper()
	status, text := b.do(method, "/api/rooms/live/items/"+path, body, ours)
	if status != http.StatusOK {
		b.t.Fatalf("%s %s answers %d: %s", method, path, status, text)
	}
	if err := json.Unmarshal([]byte(text), &it); err != nil {
		b.t.Fatal(err)
	}
	return it
}

// takePart votes and returns the answer.
func (s *socket) takePart(item, choice string) frame {
	s.t.Helper()
	s.write(map[string]string{"type": "take_part", "ref": "t", "item": item, "choice": choice})
	return s.next("ack")
}

// itemIs matches the event of an item in a state.
func itemIs(id, state string) func(event) bool {
	return func(e event) bool { return e.Type == "item" && e.ID == id && e.State == state }
}

const mapPoll = `{"question":"Which map?","options":["Ice","Fire","Both"],"by_message":true}`

func TestPollFromPhonesMessagesAndOverARestart(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	boss := p.console()
	console, overlay := boss.open("console", ""), p.overlaySocket("")
	console.next("hello")
	overlay.next("hello")
	poll := newItem(boss, "poll", mapPoll)
	overlay.until("the poll", itemIs(poll.ID, "live"))
	console.until("the poll", itemIs(poll.ID, "live"))

	ann, bob := p.phone(), p.phone()
	phone := ann.open("audience", "")
	if h := phone.next("hello"); len(h.Items) != 1 || h.Items[0].ID != poll.ID || h.Items[0].Slot != "lower" {
		t.Fatalf("hello has %+v", h.Items)
	}
	if a := phone.takePart(poll.ID, "0"); a.Outcome != "counted" || a.Item != poll.ID || !slices.Equal(a.Choices, []string{"0"}) {
		t.Fatalf("a vote gets the answer %+v", a)
	}
	if a := phone.takePart(poll.ID, "0"); a.Outcome != "counted" {
		t.Errorf("the same again: %+v", a)
	}
	if a := phone.takePart(poll.ID, "1"); a.Code != "voted" {
		t.Errorf("another one: %+v", a)
	}
	for choice, code := range map[string]string{"3": "bad_frame", "-1": "bad_frame", "01": "bad_frame", "": "bad_frame"} {
		if a := phone.takePart(poll.ID, choice); a.Code != code {
			t.Errorf("the option %q: %+v", choice, a)
		}
	}
	if a := phone.takePart("nothing", "0"); a.Code != "not_found" {
		t.Errorf("no such poll: %+v", a)
	}
	if a := overlay.takePart(poll.ID, "0"); a.Code != "not_allowed" {
		t.Errorf("an overlay votes: %+v", a)
	}
	for f := overlay.next("tally"); ; f = overlay.next("tally") {
		if f.Items[0].poll(t).People == 1 {
			break
		}
	}

	// By message: the vote counts, the text is on no screen.
	second := bob.open("audience", "")
	second.next("hello")
	second.send("c1", "２")
	if a := second.next("ack"); a.Outcome != "counted" || !slices.Equal(a.Choices, []string{"1"}) || a.Comment != nil {
		t.Fatalf("a vote by message gets the answer %+v", a)
	}
	second.send("c1", "２")
	if a := second.next("ack"); a.Outcome != "counted" {
		t.Errorf("sent again: %+v", a)
	}
	second.send("c2", "two of them")
	if a := second.next("ack"); a.Outcome != "shown" {
		t.Errorf("a comment during a poll: %+v", a)
	}
	if status, body := boss.do("GET", "/api/rooms/live/comments", nil, nil); status != http.StatusOK || strings.Contains(body, "２") {
		t.Errorf("history answers %d: %s", status, body)
	}

	p.stop()
	p = start(t, dir)
	boss = p.console()
	phone = ann.at(p).open("audience", "")
	h := phone.next("hello")
	if len(h.Items) != 1 || !slices.Equal(h.Items[0].poll(t).Counts, []int{1, 1, 0}) || !slices.Equal(h.User.Took[poll.ID], []string{"0"}) {
		t.Fatalf("after a restart hello has %+v, took %v", h.Items, h.User.Took)
	}
	if a := phone.takePart(poll.ID, "1"); a.Code != "voted" {
		t.Errorf("another one after a restart: %+v", a)
	}
	if it := boss.item("POST", poll.ID+"/stop", nil); it.State != "ended" || !slices.Equal(it.poll(t).Counts, []int{1, 1, 0}) || it.poll(t).People != 2 {
		t.Errorf("stopped: %+v %s", it, it.Result)
	}
	if e := phone.until("the end", itemIs(poll.ID, "ended")); !slices.Equal(e.item.poll(t).Counts, []int{1, 1, 0}) {
		t.Errorf("the end on a phone: %s", e.Result)
	}
	if a := phone.takePart(poll.ID, "0"); a.Code != "not_live" {
		t.Errorf("a vote after the end: %+v", a)
	}
	if status, body := boss.do("GET", "/api/rooms/live/items/export?format=csv", nil, nil); status != http.StatusOK ||
		!strings.Contains(body, "\n"+poll.ID+",Which map?,ended,") || !strings.Contains(body, ",Ice,1,2\r\n") || !strings.Contains(body, ",Both,0,2\r\n") {
		t.Errorf("the table answers %d: %s", status, body)
	}
	if status, body := boss.do("GET", "/api/rooms/live/items/export?format=jsonl", nil, nil); status != http.StatusOK || !strings.Contains(body, `"option":"Fire","votes":1,"people":2`) {
		t.Errorf("the lines answer %d: %s", status, body)
	}

	// The stop is undone: the poll continues with its votes.
	undoItem(boss)
	phone.until("the poll again", itemIs(poll.ID, "live"))
	third := p.phone().open("audience", "")
	third.next("hello")
	if a := third.takePart(poll.ID, "2"); a.Outcome != "counted" {
		t.Errorf("a vote after the undo: %+v", a)
	}
	if it := boss.item("POST", poll.ID+"/stop", nil); !slices.Equal(it.poll(t).Counts, []int{1, 1, 1}) {
		t.Errorf("stopped again: %s", it.Result)
	}
}

// undoItem undoes the newest action on an item or a question.
func undoItem(boss *browser) { undoAct(boss, "item", "question") }

// undoAct undoes the newest action whose name begins with one of these.
func undoAct(boss *browser, kinds ...string) {
	boss.t.Helper()
	_, body := boss.do("GET", "/api/rooms/live/audit", nil, nil)
	var page struct {
		Acts []struct {
			ID  int64
			Act string
		}
	}
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		boss.t.Fatal(err, body)
	}
	for _, a := range page.Acts {
		if !slices.ContainsFunc(kinds, func(kind string) bool { return strings.HasPrefix(a.Act, kind) }) {
			continue
		}
		if status, body := boss.do("POST", fmt.Sprintf("/api/rooms/live/audit/%d/undo", a.ID), nil, ours); status/100 != 2 {
			boss.t.Fatalf("undo of %+v answers %d: %s", a, status, body)
		}
		return
	}
	boss.t.Fatalf("no action %v: %s", kinds, body)
}

// Overlays and phones receive no counts of a poll that hides them until
// the end; the console receives them.
func TestHiddenPoll(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	poll := newItem(boss, "poll", `{"question":"?","options":["a","b"],"hidden":true,"changeable":true}`)
	phone := p.phone().open("audience", "")
	phone.next("hello")
	overlay, console := p.overlaySocket(""), boss.open("console", "")
	overlay.next("hello")
	console.next("hello")
	if a := phone.takePart(poll.ID, "0"); a.Outcome != "counted" {
		t.Fatalf("%+v", a)
	}
	if a := phone.takePart(poll.ID, "1"); !slices.Equal(a.Choices, []string{"1"}) {
		t.Fatalf("changed: %+v", a)
	}
	for f := console.next("tally"); !slices.Equal(f.Items[0].poll(t).Counts, []int{0, 1}); f = console.next("tally") {
	}
	for who, s := range map[string]*socket{"overlay": overlay, "phone": phone} {
		// The first counts may be from before the votes.
		for told := (pollResult{}); told.People != 1; {
			if told = s.next("tally").Items[0].poll(t); told.Counts != nil {
				t.Fatalf("the %s receives %+v", who, told)
			}
		}
	}
	if h := p.phone().open("audience", "").next("hello"); h.Items[0].poll(t).Counts != nil {
		t.Errorf("hello has %s", h.Items[0].Result)
	}
	boss.item("POST", poll.ID+"/stop", nil)
	if e := overlay.until("the end", itemIs(poll.ID, "ended")); !slices.Equal(e.item.poll(t).Counts, []int{0, 1}) {
		t.Errorf("the end: %s", e.Result)
	}
}

// Only moderators see drafts and the queue. The next in the queue starts when its
// slot is free, also if the one before ends by itself.
func TestQueueOfItems(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	overlay := p.overlaySocket("")
	overlay.next("hello")
	first := newItem(boss, "poll", `{"question":"first","options":["a","b"],"seconds":5}`)
	second := newItem(boss, "card", `{"text":"second","seconds":0}`)
	waits := func() bool { return time.Now().UnixMilli() < first.Ends } // otherwise this machine was too slow to see it
	if first.State != "live" || second.State != "queued" && waits() {
		t.Fatalf("%s, %s", first.State, second.State)
	}
	if h := p.phone().open("audience", "").next("hello"); len(h.Items) != 1 && waits() {
		t.Errorf("a phone sees the queue: %+v", h.Items)
	}
	if h := boss.open("console", "").next("hello"); len(h.Items) != 2 && waits() {
		t.Errorf("a console sees %+v", h.Items)
	}
	overlay.until("the second", itemIs(second.ID, "live"))
	if it := boss.item("GET", first.ID, nil); it.State != "ended" || it.Stopped < first.Ends {
		t.Errorf("the first is %s since %d, its time was over at %d", it.State, it.Stopped, first.Ends)
	}
	if status, body := boss.do("DELETE", "/api/rooms/live/items/"+second.ID, nil, ours); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	overlay.until("the second to go", func(e event) bool { return e.Type == "item_gone" && e.ID == second.ID })
	undoItem(boss)
	overlay.until("the second again", itemIs(second.ID, "live"))
}

// The process is killed several times while hundreds vote at once. Every answered vote
// counts, and counts once.
func TestKilledProcessCountsEveryVoteOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test kills whole processes, which takes seconds")
	}
	dir := t.TempDir()
	p, cmd := child(t, dir)
	boss := p.console()
	poll := newItem(boss, "poll", `{"question":"?","options":["a","b"]}`)
	const rounds, voters = 4, 60
	acked := 0
	for round := range rounds {
		var people []*browser
		var phones []*socket
		for range voters {
			b := p.phone()
			people, phones = append(people, b), append(phones, b.open("audience", ""))
		}
		var all sync.WaitGroup
		answered := make([]bool, voters)
		enough := make(chan struct{}, voters)
		for i, s := range phones {
			s.next("hello")
			all.Go(func() {
				vote := map[string]string{"type": "take_part", "ref": "t", "item": poll.ID, "choice": fmt.Sprint(i % 2)}
				_ = s.tryWrite(vote)
				for f := range s.frames {
					switch {
					case f.Type == "ack" && f.Code == "busy":
						_ = s.tryWrite(vote)
					case f.Type == "ack" && f.Outcome == "counted" && !answered[i]:
						answered[i] = true
						enough <- struct{}{}
					}
				}
			})
		}
		for range 1 + 15*round {
			<-enough
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		all.Wait()
		p, cmd = child(t, dir)
		for i, b := range people { // everybody sends again: counted votes count once
			s := b.at(p).open("audience", "")
			h := s.next("hello")
			if took := len(h.User.Took[poll.ID]) == 1; answered[i] && !took {
				t.Errorf("round %d: the vote of %d was answered but is lost", round, i)
			}
			if a := s.takePart(poll.ID, fmt.Sprint(i%2)); a.Outcome != "counted" {
				t.Errorf("round %d: sent again: %+v", round, a)
			}
			acked++
			_ = s.conn.Close()
		}
	}
	s := p.phone().open("audience", "")
	if r := s.next("hello").Items[0].poll(t); !slices.Equal(r.Counts, []int{acked / 2, acked / 2}) || r.People != acked {
		t.Errorf("%+v, want %d votes", r, acked)
	}
}
