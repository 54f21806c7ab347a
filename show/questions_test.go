package show_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/show"
)

// newQuestion returns the question with a number, asked the given seconds after noon.
func newQuestion(n int, text string) comment.Comment {
	at := noon.Add(time.Duration(n) * time.Second)
	return comment.Comment{ID: comment.NewID(at, 0), At: at, Text: text, User: "u" + text, Item: "q"}
}

// newBoard makes a list of the questions a, b, c and so on, in order.
func newBoard(texts string) (b *show.Board, id func(string) string) {
	b = show.NewBoard(show.Questions, &show.Tally{})
	ids := map[string]string{}
	for i, r := range texts {
		c := newQuestion(i, string(r))
		ids[string(r)] = c.ID.String()
		b.Put(c, int64(i+1))
	}
	return b, func(text string) string { return ids[text] }
}

func vote(b *show.Board, person, id string) {
	b.Enter(show.Entry{Item: "q", Person: person, Choice: id})
}

// readBoard lists a board as "text votes".
func readBoard(b *show.Board, all bool, by show.Sorting) string {
	var out []string
	for _, q := range b.List(all, by) {
		out = append(out, fmt.Sprint(q.Comment.Text, " ", q.Votes))
	}
	return strings.Join(out, ", ")
}

func TestQuestionsAreSorted(t *testing.T) {
	b, id := newBoard("abcd")
	vote(b, "ann", id("b"))
	vote(b, "bob", id("b"))
	vote(b, "ann", id("c"))
	b.Mark(id("d"), show.Mark{Hidden: true})
	for by, want := range map[show.Sorting]string{
		show.ByVotes: "b 2, c 1, a 0", show.Newest: "c 1, b 2, a 0", show.Oldest: "a 0, b 2, c 1",
	} {
		if got := readBoard(b, false, by); got != want {
			t.Errorf("by %s: %s, want %s", by, got, want)
		}
	}
	b.Mark(id("b"), show.Mark{Answered: noon})
	if got, want := readBoard(b, false, show.ByVotes), "c 1, a 0, b 2"; got != want {
		t.Errorf("answered questions come last: %s, want %s", got, want)
	}
	if got, want := readBoard(b, true, show.ByVotes), "c 1, a 0, b 2, d 0"; got != want {
		t.Errorf("moderators see %s, want %s", got, want)
	}
}

// Votes for merged questions count once for each person, whichever came first, and separate
// again with the questions.
func TestMergedQuestionsCountEachVoterOnce(t *testing.T) {
	b, id := newBoard("abc")
	for person, for_ := range map[string]string{"ann": "ab", "bob": "a", "cat": "b", "dan": "c"} {
		for _, text := range for_ {
			vote(b, person, id(string(text)))
		}
	}
	b.Mark(id("a"), show.Mark{Into: id("b")})
	if got, want := readBoard(b, false, show.ByVotes), "b 3, c 1"; got != want {
		t.Errorf("merged: %s, want %s", got, want)
	}
	b.Mark(id("b"), show.Mark{Into: id("c")})
	if got, want := readBoard(b, false, show.ByVotes), "c 4"; got != want {
		t.Errorf("merged twice: %s, want %s", got, want)
	}
	if got := b.Of("ann"); !slices.Equal(got, []string{id("c")}) {
		t.Errorf("ann has voted for %v, want the one that represents all", got)
	}
	vote(b, "eve", id("c"))
	b.Enter(show.Entry{Item: "q", Person: "ann", Choice: id("a"), Withdraw: true})
	if got, want := readBoard(b, false, show.ByVotes), "c 5"; got != want {
		t.Errorf("ann has still a vote for b: %s, want %s", got, want)
	}
	b.Mark(id("b"), show.Mark{})
	b.Mark(id("a"), show.Mark{})
	if got, want := readBoard(b, false, show.ByVotes), "b 2, c 2, a 1"; got != want {
		t.Errorf("taken apart: %s, want %s", got, want)
	}
}

// A second screen gets the best open questions, phones the changed votes.
func TestTallyOfQuestionsByView(t *testing.T) {
	b, id := newBoard("abcdefg")
	for i, text := range "gfedcba" {
		for n := range 7 - i {
			vote(b, fmt.Sprint(n), id(string(text)))
		}
	}
	b.Mark(id("g"), show.Mark{Answered: noon})
	it := show.Item{ID: "q", Kind: show.Questions, State: show.Live, Spec: json.RawMessage(`{"title":"?"}`)}
	var r show.QuestionsResult
	if err := json.Unmarshal(b.Counted(it).Result, &r); err != nil {
		t.Fatal(err)
	}
	var top []string
	for _, q := range r.Top {
		top = append(top, fmt.Sprint(q.Text, q.Votes))
	}
	if got := strings.Join(top, " "); r.Questions != 7 || r.Open != 6 || r.People != 7 || got != "f6 e5 d4 c3 b2" || r.Votes != nil {
		t.Errorf("it comes to %+v, the top to %s", r, got)
	}
	b.Delivered(7)
	vote(b, "new", id("a"))
	b.Mark(id("b"), show.Mark{Into: id("c")})
	r = show.QuestionsResult{}
	if err := json.Unmarshal(b.News(it).Result, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Votes) != 2 || r.Votes[id("a")] != 2 || r.Votes[id("c")] != 3 {
		t.Errorf("the news are %v", r.Votes)
	}
	if phone := show.ForPhones(b.Counted(it)); strings.Contains(string(phone.Result), "top") {
		t.Errorf("a phone gets %s", phone.Result)
	}
}

func TestAsk(t *testing.T) {
	item := func(state show.State, spec string) show.Item {
		return show.Item{ID: "q", Kind: show.Questions, State: state, Spec: json.RawMessage(spec)}
	}
	for _, tt := range []struct {
		it   show.Item
		want error
	}{
		{item(show.Live, `{"title":"?"}`), nil},
		{item(show.Live, `{"title":"?","closed":true}`), show.ErrState},
		{item(show.Ended, `{"title":"?"}`), show.ErrState},
		{item(show.Draft, `{"title":"?"}`), show.ErrState},
		{show.Item{Kind: show.Poll, State: show.Live}, show.ErrChoice},
	} {
		if _, err := tt.it.Ask(); !errors.Is(err, tt.want) {
			t.Errorf("%s %s: %v, want %v", tt.it.Kind, tt.it.State, err, tt.want)
		}
	}
}

// One command permutes several items, and one undo restores them, also where ranks are
// equal.
func TestOrderOfSeveral(t *testing.T) {
	r := &room{t: t}
	for _, id := range []string{"a", "b", "c", "d"} {
		r.mustApply(show.Command{Op: show.Create, ID: id, Kind: show.Card, Spec: json.RawMessage(`{"text":"x"}`), Rank: 5})
	}
	queue := func() string {
		items := slices.Clone(r.items)
		show.Sort(items)
		var ids []string
		for _, it := range items {
			ids = append(ids, it.ID)
		}
		return strings.Join(ids, "")
	}
	r.mustApply(show.Command{Op: show.Order, ID: "c", IDs: []string{"c", "b"}})
	if got := queue(); got != "acbd" {
		t.Fatalf("the queue is %s, want acbd", got)
	}
	undo := r.last
	r.mustApply(show.Command{Op: show.Revert, ID: "c", Changes: undo})
	if got := queue(); got != "abcd" {
		t.Fatalf("undone, the queue is %s", got)
	}
	r.mustApply(show.Command{Op: show.Order, ID: "d", IDs: []string{"d", "a", "b", "c"}})
	if got := queue(); got != "dabc" {
		t.Errorf("the last first: %s", got)
	}
	for _, ids := range [][]string{{"a", "x"}, {"a", "a"}} {
		if err := r.apply(show.Command{Op: show.Order, ID: "a", IDs: ids}); !errors.Is(err, show.ErrNotFound) {
			t.Errorf("order %v: %v", ids, err)
		}
	}
	rank := 99
	r.mustApply(show.Command{Op: show.Edit, ID: "a", Spec: json.RawMessage(`{"text":"y"}`), Move: &rank})
	if it := r.item("a"); it.Rank != 99 || !strings.Contains(string(it.Spec), "y") || len(r.last) != 1 {
		t.Errorf("another text and rank at once: %+v in %d changes", it, len(r.last))
	}
}

// A paid comment is suggested once; the oldest suggestion is dropped, and one that
// moderators have changed stays.
func TestSuggestions(t *testing.T) {
	r := &room{t: t}
	paid := func(n int) comment.Comment {
		c := newQuestion(n, fmt.Sprint("paid ", n))
		c.Item, c.Paid = "", &comment.Paid{Micros: 5e6, Currency: "USD", Level: 1}
		return c
	}
	first := show.SuggestionOf(paid(0))
	r.mustApply(first)
	if it := r.item(first.ID); it.State != show.Draft || !it.Suggested() || it.Comment() != first.ID || it.Title() != "paid 0" {
		t.Fatalf("the suggestion is %+v", it)
	}
	r.mustApply(first)
	if len(r.items) != 1 {
		t.Fatalf("suggested twice: %d items", len(r.items))
	}
	second := show.SuggestionOf(paid(1))
	r.mustApply(second)
	r.mustApply(show.Command{Op: show.Queue, ID: second.ID})
	for n := 2; n < show.MaxSuggested+3; n++ {
		r.mustApply(show.SuggestionOf(paid(n)))
	}
	waiting := 0
	for _, it := range r.items {
		if it.Suggested() {
			waiting++
		}
	}
	if waiting != show.MaxSuggested || r.state(first.ID) != "" || r.state(second.ID) != show.Queued {
		t.Errorf("%d suggestions wait; the first is %q, the one that was queued %q", waiting, r.state(first.ID), r.state(second.ID))
	}
	r.mustApply(show.Command{Op: show.TakeDown, Comments: []string{second.ID}})
	if r.state(second.ID) != "" {
		t.Error("the card of a comment that was taken down is still there")
	}
}

// Screens that are behind the log receive what they have passed, and the rest later.
func TestBoardOnScreens(t *testing.T) {
	b, id := newBoard("abc")
	it := show.Item{ID: "q", Kind: show.Questions, State: show.Live, Spec: json.RawMessage(`{"title":"?"}`)}
	b.Delivered(1)
	vote(b, "ann", id("c"))
	result := func(it show.Item) string {
		var r show.QuestionsResult
		if err := json.Unmarshal(it.Result, &r); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(r.Questions, len(r.Top), len(r.Votes))
	}
	for _, tt := range []struct {
		passed   int64
		behind   bool
		on, news string
	}{{1, false, "1 1 0", "1 1 0"}, {2, true, "2 2 0", "2 2 0"}, {3, true, "3 3 0", "3 3 1"}} {
		if behind, on, news := b.Behind(tt.passed), result(b.OnScreens(it, tt.passed)), result(b.NewsOnScreens(it, tt.passed)); behind != tt.behind || on != tt.on || news != tt.news {
			t.Errorf("at %d: behind %v, %s, news %s", tt.passed, behind, on, news)
		}
	}
	if got := result(b.Counted(it)); got != "3 3 0" {
		t.Errorf("consoles see %s", got)
	}
	b.Delivered(3)
	if b.Behind(100) {
		t.Error("screens that have received everything are behind")
	}
}
