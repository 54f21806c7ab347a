package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// question is a question on the wire.
type question struct {
	ID, Text, Name, User, Into string
	Votes                      int
	Answered                   int64
	Hidden                     bool
}

// questions reads a list of questions as "text votes", with the marks of each.
func (b *browser) questions(list, query string) string {
	b.t.Helper()
	status, body := b.do("GET", "/api/rooms/live/items/"+list+"/questions"+query, nil, nil)
	if status != http.StatusOK {
		b.t.Fatalf("the questions answer %d: %s", status, body)
	}
	var page struct{ Questions []question }
	decode(b.t, body, &page)
	out := []string{}
	for _, q := range page.Questions {
		line := fmt.Sprint(q.Text, " ", q.Votes)
		for word, is := range map[string]bool{" answered": q.Answered != 0, " hidden": q.Hidden, " merged": q.Into != ""} {
			if is {
				line += word
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

// askQuestion sends a question and returns the answer.
func (s *socket) askQuestion(list, ref, text string, more map[string]any) frame {
	s.t.Helper()
	f := map[string]any{"type": "send", "ref": ref, "text": text, "item": list}
	for k, v := range more {
		f[k] = v
	}
	s.write(f)
	return s.next("ack")
}

// markQuestion sets a mark of a question.
func (b *browser) markQuestion(list, id string, what map[string]any) question {
	b.t.Helper()
	status, body := b.do("PATCH", "/api/rooms/live/items/"+list+"/questions/"+id, what, ours)
	if status != http.StatusOK {
		b.t.Fatalf("%v answers %d: %s", what, status, body)
	}
	var q question
	decode(b.t, body, &q)
	return q
}

// A question is a comment: it is filtered, reviewed and taken down like any other. It flies
// over no overlay; people vote for it, moderators answer, hide, merge and feature it, and
// all of it survives a restart and can be undone.
func TestQuestions(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	boss := p.console()
	console, overlay := boss.open("console", ""), p.overlaySocket("")
	console.next("hello")
	overlay.next("hello")
	list := newItem(boss, "questions", `{"title":"Ask the team","anonymous":true}`)
	ann, bob := p.phone(), p.phone()
	phone, second := ann.open("audience", ""), bob.open("audience", "")
	me := phone.next("hello").User.ID
	second.next("hello")

	// Asked like any comment: a text that the filter refuses is not asked.
	asked := phone.askQuestion(list.ID, "a1", "When does it ship?", map[string]any{"name": "Ann"})
	if asked.Outcome != "shown" || asked.Comment == nil || asked.Comment.Text != "When does it ship?" {
		t.Fatalf("a question gets the answer %+v", asked)
	}
	if again := phone.askQuestion(list.ID, "a1", "When does it ship?", nil); again.ID != asked.ID {
		t.Errorf("sent again: %+v", again)
	}
	if a := second.askQuestion(list.ID, "b1", "buy it at https://bad.example", nil); a.Outcome == "shown" {
		t.Errorf("a question that the filter refuses is asked: %+v", a)
	}
	if a := second.askQuestion("nothing", "b2", "Where?", nil); a.Code != "not_found" {
		t.Errorf("in no list: %+v", a)
	}
	nameless := second.askQuestion(list.ID, "b3", "Is it free?", map[string]any{"name": "Bob", "anonymous": true})
	if nameless.Outcome != "shown" || nameless.Comment.Name != "" {
		t.Fatalf("without a name: %+v", nameless)
	}
	e := phone.until("the question", func(e event) bool { return e.Type == "comment" && e.Text == "Is it free?" })
	if e.Item != list.ID || e.Name != "" || e.User != "" {
		t.Errorf("phones receive %+v about the author", e)
	}
	if e := console.until("the question", func(e event) bool { return e.Type == "comment" && e.Text == "Is it free?" }); e.User == "" {
		t.Error("moderators cannot see the author")
	}

	// Held, and approved by a moderator.
	boss.do("PATCH", liveRoom, map[string]any{"review": "all"}, ours)
	third := p.phone().open("audience", "")
	third.next("hello")
	held := third.askQuestion(list.ID, "c1", "Held?", nil)
	if held.Outcome != "held" || strings.Contains(ann.questions(list.ID, ""), "Held?") {
		t.Fatalf("%+v; the list is %s", held, ann.questions(list.ID, ""))
	}
	boss.do("POST", liveRoom+"/comments/"+held.ID+"/approve", nil, ours)
	boss.do("PATCH", liveRoom, map[string]any{"review": "held"}, ours)
	if got := ann.questions(list.ID, "?sort=new"); got != "Held? 0, Is it free? 0, When does it ship? 0" {
		t.Errorf("the list is %s", got)
	}

	// Votes: once a person, can be withdrawn, sent to phones as they change.
	for _, s := range []*socket{phone, second} {
		if a := s.takePart(list.ID, nameless.ID); a.Outcome != "counted" || !slices.Equal(a.Choices, []string{nameless.ID}) {
			t.Fatalf("a vote gets the answer %+v", a)
		}
	}
	if a := phone.takePart(list.ID, nameless.ID); a.Outcome != "counted" {
		t.Errorf("the same again: %+v", a)
	}
	if a := phone.takePart(list.ID, "0"); a.Code != "bad_frame" {
		t.Errorf("for no question: %+v", a)
	}
	for {
		var r struct{ Votes map[string]int }
		if f := phone.next("tally"); json.Unmarshal(f.Items[0].Result, &r) == nil && r.Votes[nameless.ID] == 2 {
			break
		}
	}
	if got, want := ann.questions(list.ID, ""), "Is it free? 2, When does it ship? 0, Held? 0"; got != want {
		t.Errorf("by votes: %s, want %s", got, want)
	}
	// The first counts may be from before the questions.
	for f := overlay.next("tally"); !strings.Contains(string(f.Items[0].Result), `"top":[{"id"`); f = overlay.next("tally") {
	}
	if status, body := boss.do("GET", "/api/rooms/live/items/"+list.ID+"/questions?sort=best", nil, nil); status != http.StatusUnprocessableEntity || !strings.Contains(body, "votes, new or old") {
		t.Errorf("an unknown order answers %d: %s", status, body)
	}

	// Marks: two at once are refused, a merge adds up the voters.
	if status, body := boss.do("PATCH", "/api/rooms/live/items/"+list.ID+"/questions/"+held.ID, map[string]any{"answered": true, "hidden": true}, ours); status != http.StatusUnprocessableEntity {
		t.Errorf("two at once answer %d: %s", status, body)
	}
	boss.markQuestion(list.ID, asked.ID, map[string]any{"answered": true})
	boss.markQuestion(list.ID, held.ID, map[string]any{"into": nameless.ID})
	phone.until("the merge", func(e event) bool { return e.Type == "question" && e.ID == held.ID && e.Into == nameless.ID })
	if a := phone.takePart(list.ID, held.ID); !slices.Equal(a.Choices, []string{nameless.ID}) {
		t.Errorf("a vote for a merged question: %+v", a)
	}
	want := "Is it free? 2, When does it ship? 0 answered"
	if got := ann.questions(list.ID, ""); got != want {
		t.Errorf("the list is %s, want %s", got, want)
	}

	p.stop()
	p = start(t, dir)
	boss, ann = p.console(), ann.at(p)
	if got := ann.questions(list.ID, ""); got != want {
		t.Errorf("after a restart the list is %s, want %s", got, want)
	}
	phone = ann.open("audience", "")
	if h := phone.next("hello"); !slices.Equal(h.User.Took[list.ID], []string{nameless.ID}) || strings.Contains(string(h.Items[0].Result), "top") {
		t.Errorf("hello has %v, %s", h.User.Took, h.Items[0].Result)
	}
	undoAct(boss, "question_merged")
	undoAct(boss, "question_answered")
	if got, want := ann.questions(list.ID, "?sort=old"), "When does it ship? 0, Is it free? 2, Held? 0"; got != want {
		t.Errorf("undone, the list is %s, want %s", got, want)
	}
	boss.markQuestion(list.ID, held.ID, map[string]any{"hidden": true})
	if got := ann.questions(list.ID, ""); strings.Contains(got, "Held") {
		t.Errorf("hidden, the list is %s", got)
	}
	if got := boss.questions(list.ID, ""); !strings.Contains(got, "Held? 0 hidden") {
		t.Errorf("moderators see %s", got)
	}

	// Featured, and removed everywhere.
	overlay = p.overlaySocket("")
	overlay.next("hello")
	var card item
	if _, body := boss.do("POST", liveRoom+"/comments/"+nameless.ID+"/feature", map[string]any{"start": true, "seconds": 0}, ours); true {
		decode(t, body, &card)
	}
	overlay.until("the card", itemIs(card.ID, "live"))
	boss.do("POST", liveRoom+"/comments/"+nameless.ID+"/remove", nil, ours)
	overlay.until("the card to go", func(e event) bool { return e.Type == "item_gone" && e.ID == card.ID })
	if got, want := ann.questions(list.ID, ""), "When does it ship? 0"; got != want {
		t.Errorf("removed, the list is %s, want %s", got, want)
	}
	if a := phone.takePart(list.ID, nameless.ID); a.Code != "bad_frame" {
		t.Errorf("a vote for a removed question: %+v", a)
	}

	// An export of them, without pseudonyms; exports of comments have none.
	if _, body := boss.do("GET", "/api/rooms/live/items/export?format=csv&kind=questions", nil, nil); !strings.Contains(body, "When does it ship?,0,open,,,audience") || strings.Contains(body, me) {
		t.Errorf("the table is %s", body)
	}
	if _, body := boss.do("GET", liveRoom+"/export?format=jsonl", nil, nil); strings.Contains(body, "ship") {
		t.Errorf("the export of comments has %s", body)
	}

	// Closed: votes still count; stopped and started again: everything is there.
	boss.item("PATCH", list.ID, map[string]any{"spec": map[string]any{"title": "Ask the team", "closed": true}})
	if a := phone.askQuestion(list.ID, "c1", "Too late?", map[string]any{"name": "Ann"}); a.Code != "not_live" {
		t.Errorf("closed: %+v", a)
	}
	if a := phone.takePart(list.ID, asked.ID); a.Outcome != "counted" {
		t.Errorf("a vote while it is closed: %+v", a)
	}
	boss.item("POST", list.ID+"/stop", nil)
	if got := boss.questions(list.ID, ""); !strings.HasPrefix(got, "When does it ship? 1") {
		t.Errorf("stopped, the list is %s", got)
	}
}

// Names can be required.
func TestQuestionsWithNames(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	list := newItem(boss, "questions", `{"title":"?"}`)
	phone := p.phone().open("audience", "")
	phone.next("hello")
	for _, more := range []map[string]any{{}, {"name": " "}, {"name": "Ann", "anonymous": true}} {
		if a := phone.askQuestion(list.ID, "", "Why?", more); a.Outcome != "refused" || a.Code != "bad_frame" {
			t.Errorf("%v: %+v", more, a)
		}
	}
	if a := phone.askQuestion(list.ID, "x", "Why?", map[string]any{"name": "Ann"}); a.Outcome != "shown" {
		t.Errorf("with a name: %+v", a)
	}
	// A question asked during a poll does not count as a vote.
	newItem(boss, "poll", mapPoll)
	if a := phone.askQuestion(list.ID, "y", "2", map[string]any{"name": "Ann"}); a.Outcome == "counted" {
		t.Errorf("a question is counted as a vote: %+v", a)
	}
}

// A stopped list continues with its questions and votes, and a deleted one
// is restored with them.
func TestQuestionsGoOn(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	boss := p.console()
	list := newItem(boss, "questions", `{"title":"?","anonymous":true}`)
	phone := p.phone().open("audience", "")
	phone.next("hello")
	asked := phone.askQuestion(list.ID, "a", "Why?", nil)
	phone.takePart(list.ID, asked.ID)
	boss.item("POST", list.ID+"/stop", nil)
	if a := phone.takePart(list.ID, asked.ID); a.Code != "not_live" {
		t.Errorf("a vote while it is stopped: %+v", a)
	}
	boss.item("POST", list.ID+"/start", nil)
	if got := boss.questions(list.ID, ""); got != "Why? 1" {
		t.Errorf("started again, the list is %s", got)
	}
	boss.do("POST", liveRoom+"/clear", nil, ours) // clears the screens; a list is not on them
	if got := boss.questions(list.ID, ""); got != "Why? 1" {
		t.Errorf("after a clear the list is %s", got)
	}
	if status, _ := boss.do("DELETE", "/api/rooms/live/items/"+list.ID, nil, ours); status != http.StatusNoContent {
		t.Fatal(status)
	}
	p.stop()
	p = start(t, dir)
	boss = p.console()
	undoItem(boss)
	if got := boss.questions(list.ID, ""); got != "Why? 1" {
		t.Errorf("back after a restart, the list is %s", got)
	}
}

// A deleted poll is restored with its votes, over a restart, and continues.
func TestDeletedPollComesBackWithItsVotes(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	boss, ann := p.console(), p.phone()
	poll := newItem(boss, "poll", mapPoll)
	phone := ann.open("audience", "")
	phone.next("hello")
	phone.takePart(poll.ID, "1")
	if status, _ := boss.do("DELETE", "/api/rooms/live/items/"+poll.ID, nil, ours); status != http.StatusNoContent {
		t.Fatal(status)
	}
	p.stop()
	p = start(t, dir)
	boss = p.console()
	undoItem(boss)
	phone = ann.at(p).open("audience", "")
	if h := phone.next("hello"); len(h.Items) != 1 || !slices.Equal(h.Items[0].poll(t).Counts, []int{0, 1, 0}) || !slices.Equal(h.User.Took[poll.ID], []string{"1"}) {
		t.Fatalf("restored is %+v, took %v", h.Items, h.User.Took)
	}
	if a := phone.takePart(poll.ID, "0"); a.Code != "voted" {
		t.Errorf("another vote: %+v", a)
	}
	second := p.phone().open("audience", "")
	second.next("hello")
	second.takePart(poll.ID, "0")
	if it := boss.item("POST", poll.ID+"/stop", nil); !slices.Equal(it.poll(t).Counts, []int{1, 1, 0}) {
		t.Errorf("its result is %s", it.Result)
	}
}

// Moving an item in the queue is one command with one undo, and so is a change of text and
// rank together.
func TestOneCommandOneUndo(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	var ids []string
	for _, text := range []string{"a", "b", "c"} {
		_, body := boss.do("POST", "/api/rooms/live/items", map[string]any{"kind": "card", "rank": 1, "spec": map[string]any{"text": text, "seconds": 0}}, ours)
		var it item
		decode(t, body, &it)
		ids = append(ids, it.ID)
	}
	queue := func() string {
		_, body := boss.do("GET", "/api/rooms/live/items", nil, nil)
		var page struct{ Items []item }
		decode(t, body, &page)
		out := ""
		for _, it := range page.Items {
			out += strings.NewReplacer(`{"text":"`, "", `","seconds":0}`, "").Replace(string(it.Spec))
		}
		return out
	}
	was := queue()
	if status, body := boss.do("POST", "/api/rooms/live/items/order", map[string]any{"ids": []string{ids[2], ids[1], ids[0]}}, ours); status != http.StatusOK || queue() != "cba" {
		t.Fatalf("order answers %d: %s; the queue is %s", status, body, queue())
	}
	undoItem(boss)
	if got := queue(); got != was {
		t.Errorf("undone, the queue is %s, want %s", got, was)
	}
	boss.item("PATCH", ids[0], map[string]any{"rank": 50, "spec": map[string]any{"text": "z", "seconds": 0}})
	if got := queue(); !strings.HasSuffix(got, "z") {
		t.Errorf("last with another text: %s", got)
	}
	undoItem(boss)
	if got := queue(); got != was {
		t.Errorf("undone at once, the queue is %s, want %s", got, was)
	}
	if status, body := boss.do("POST", "/api/rooms/live/items/order", map[string]any{"ids": []string{ids[0], "nothing"}}, ours); status != http.StatusNotFound {
		t.Errorf("an unknown item answers %d: %s", status, body)
	}
}
