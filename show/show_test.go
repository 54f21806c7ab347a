package show_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/show"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

const poll = `{"question":"Which map?","options":["Ice","Fire"],"seconds":60}`

// room holds a room's items, changed by commands.
type room struct {
	t     *testing.T
	items []show.Item
	last  []show.Change
}

func (r *room) mustApply(c show.Command) {
	r.t.Helper()
	if err := r.apply(c); err != nil {
		r.t.Fatalf("%s %s: %v", c.Op, c.ID, err)
	}
}

func (r *room) apply(c show.Command) error {
	if c.At.IsZero() {
		c.At = noon
	}
	changes, err := show.Decide(r.items, c)
	if err != nil {
		return err
	}
	r.last = changes
	for _, ch := range changes {
		r.items = show.Apply(show.Apply(r.items, ch), ch) // applying a change twice equals applying it once
	}
	return nil
}

func (r *room) state(id string) show.State {
	for _, it := range r.items {
		if it.ID == id {
			return it.State
		}
	}
	return ""
}

func (r *room) item(id string) show.Item {
	for _, it := range r.items {
		if it.ID == id {
			return it
		}
	}
	r.t.Fatalf("there is no %s", id)
	return show.Item{}
}

func (r *room) create(id string, kind show.Kind, spec string) {
	r.t.Helper()
	r.mustApply(show.Command{Op: show.Create, ID: id, Kind: kind, Spec: json.RawMessage(spec)})
}

func TestLifeCycleOfAPoll(t *testing.T) {
	r := &room{t: t}
	r.create("p", show.Poll, poll)
	if r.state("p") != show.Draft {
		t.Fatal(r.state("p"))
	}
	if _, visible := show.Public(r.item("p"), nil); visible {
		t.Error("a draft is public")
	}
	r.mustApply(show.Command{Op: show.Start, ID: "p"})
	if it := r.item("p"); it.State != show.Live || !it.Ends.Equal(noon.Add(time.Minute)) || !it.Started.Equal(noon) {
		t.Errorf("started: %+v", it)
	}
	if due := show.Due(r.items, noon.Add(59*time.Second)); len(due) != 0 {
		t.Error(due)
	}
	if due := show.Due(r.items, noon.Add(time.Minute)); len(due) != 1 || due[0] != "p" {
		t.Error(due)
	}
	r.mustApply(show.Command{Op: show.Stop, ID: "p", At: noon.Add(time.Minute), Result: json.RawMessage(`{"counts":[3,4],"people":7}`)})
	if it := r.item("p"); it.State != show.Ended || string(it.Result) != `{"counts":[3,4],"people":7}` {
		t.Errorf("stopped: %+v", it)
	}
	for _, c := range []show.Command{
		{Op: show.Start, ID: "p"}, {Op: show.Stop, ID: "p"}, {Op: show.Edit, ID: "p", Spec: json.RawMessage(poll)}, {Op: show.Queue, ID: "p"},
	} {
		if err := r.apply(c); !errors.Is(err, show.ErrState) {
			t.Errorf("%s after the end: %v", c.Op, err)
		}
	}
	if err := r.apply(show.Command{Op: show.Start, ID: "x"}); !errors.Is(err, show.ErrNotFound) {
		t.Error(err)
	}
	r.mustApply(show.Command{Op: show.Delete, ID: "p"})
	if r.state("p") != "" {
		t.Error("it is still there")
	}
}

func TestASlotHoldsOneItemAndTheNextWaits(t *testing.T) {
	r := &room{t: t}
	r.create("a", show.Card, `{"text":"first","seconds":8}`)
	r.create("b", show.Announcement, `{"text":"second","seconds":0}`)
	r.create("c", show.Card, `{"text":"third","seconds":0}`)
	r.create("t", show.Ticker, `{"texts":["runs along"]}`)
	for _, id := range []string{"a", "b", "c", "t"} {
		r.mustApply(show.Command{Op: show.Start, ID: id})
	}
	want := func(states ...show.State) {
		t.Helper()
		for i, id := range []string{"a", "b", "c", "t"} {
			if r.state(id) != states[i] {
				t.Fatalf("%s is %s, want %s", id, r.state(id), states[i])
			}
		}
	}
	want(show.Live, show.Queued, show.Queued, show.Live)
	r.mustApply(show.Command{Op: show.Order, ID: "c", Rank: 1})
	r.mustApply(show.Command{Op: show.Stop, ID: "a"})
	want(show.Ended, show.Queued, show.Live, show.Live)
	r.mustApply(show.Command{Op: show.Delete, ID: "c"})
	want(show.Ended, show.Live, "", show.Live)
	r.mustApply(show.Command{Op: show.Start, ID: "a"}) // a card can be shown again
	want(show.Queued, show.Live, "", show.Live)
}

func TestSpecs(t *testing.T) {
	long := strings.Repeat("x", 600)
	for _, row := range []struct {
		kind show.Kind
		spec string
		good bool
	}{
		{show.Poll, poll, true},
		{show.Poll, `{"question":"?","options":["a"]}`, false},
		{show.Poll, `{"question":"?","options":["a","b","c","d","e","f","g","h","i","j","k"]}`, false},
		{show.Poll, `{"question":"?","options":["a"," A "]}`, false},
		{show.Poll, `{"question":"","options":["a","b"]}`, false},
		{show.Poll, `{"question":"?","options":["a","b"],"votes":3}`, false},
		{show.Poll, `{"question":"?","options":["a","b"],"seconds":1}`, false},
		{show.Poll, `{"question":"?","options":["a","b"],"colour":"red"}`, false},
		{show.Poll, `{"question":"` + long + `","options":["a","b"]}`, false},
		{show.Questions, `{"title":"Ask Mika","anonymous":true}`, true},
		{show.Questions, `{"title":"\u200b"}`, false},
		{show.Draw, `{"title":"A shirt","winners":2,"word":"me"}`, true},
		{show.Draw, `{"title":"A shirt","winners":0}`, false},
		{show.Draw, `{"title":"A shirt","winners":21}`, false},
		{show.Card, `{"text":"hi","seconds":12,"name":"Mika","source":"twitch"}`, true},
		{show.Card, `{"text":"` + long + `","seconds":12}`, false},
		{show.Card, `{"text":"hi","seconds":1}`, false},
		{show.Countdown, `{"seconds":300}`, true},
		{show.Countdown, `{"seconds":0}`, false},
		{show.Announcement, `{"text":"Pause","seconds":30}`, true},
		{show.Ticker, `{"texts":[]}`, false},
		{show.Ticker, `{"texts":["a",""]}`, false},
		{"dance", `{}`, false},
		{show.Poll, `null`, false}, {show.Poll, ``, false}, {show.Card, `[]`, false},
	} {
		_, err := show.Decide(nil, show.Command{Op: show.Create, ID: "x", Kind: row.kind, Spec: json.RawMessage(row.spec), At: noon})
		if (err == nil) != row.good || err != nil && !errors.Is(err, show.ErrInvalid) {
			t.Errorf("%s %.60s: %v", row.kind, row.spec, err)
		}
	}
}

func TestALivePollKeepsItsOptions(t *testing.T) {
	r := &room{t: t}
	r.create("p", show.Poll, poll)
	r.mustApply(show.Command{Op: show.Start, ID: "p"})
	if err := r.apply(show.Command{Op: show.Edit, ID: "p", Spec: json.RawMessage(`{"question":"Which map?","options":["Fire","Ice"]}`)}); !errors.Is(err, show.ErrState) {
		t.Error(err)
	}
	r.mustApply(show.Command{Op: show.Edit, ID: "p", Spec: json.RawMessage(`{"question":"Which map?","options":["Ice","Fire"],"seconds":60,"hidden":true}`)})
}

func TestPublic(t *testing.T) {
	r := &room{t: t}
	r.create("p", show.Poll, poll)
	r.create("h", show.Poll, `{"question":"?","options":["a","b"],"hidden":true}`)
	var tally show.Tally
	for i := range 5 {
		if _, err := tally.Add(show.Entry{Person: fmt.Sprint(i), Choice: fmt.Sprint(i % 2)}, 1, false); err != nil {
			t.Fatal(err)
		}
	}
	r.mustApply(show.Command{Op: show.Start, ID: "p"})
	if it, ok := show.Public(r.item("p"), &tally); !ok || string(it.Result) != `{"counts":[3,2],"people":5}` {
		t.Errorf("%s", it.Result)
	}
	r.mustApply(show.Command{Op: show.Stop, ID: "p", Result: json.RawMessage(`{"counts":[3,2],"people":5}`)})
	r.mustApply(show.Command{Op: show.Start, ID: "h"})
	if it, ok := show.Public(r.item("h"), &tally); !ok || string(it.Result) != `{"counts":null,"people":5}` {
		t.Errorf("hidden: %s", it.Result)
	}
}

func TestDrawCanBeRepeatedByAnyone(t *testing.T) {
	seed := sha256.Sum256([]byte("an invented seed"))
	r := &room{t: t}
	r.create("d", show.Draw, `{"title":"A shirt","winners":2}`)
	if err := r.apply(show.Command{Op: show.Start, ID: "d"}); !errors.Is(err, show.ErrInvalid) {
		t.Errorf("without a seed: %v", err)
	}
	r.mustApply(show.Command{Op: show.Start, ID: "d", Seed: seed[:]})
	public, _ := show.Public(r.item("d"), nil)
	hash := sha256.Sum256(seed[:])
	if string(public.Result) != `{"hash":"`+hex.EncodeToString(hash[:])+`"}` {
		t.Fatalf("before the draw everybody sees %s", public.Result)
	}
	r.mustApply(show.Command{Op: show.Stop, ID: "d", Result: json.RawMessage(`{"entries":["c","a","b","a","d"]}`)})
	public, _ = show.Public(r.item("d"), nil)
	var got show.DrawResult
	if err := json.Unmarshal(public.Result, &got); err != nil {
		t.Fatal(err)
	}
	back, err := hex.DecodeString(got.Seed)
	if err != nil || sha256.Sum256(back) != hash || got.People != 4 {
		t.Fatalf("after the draw: %+v, %v", got, err)
	}
	if again := show.Winners(back, got.Entries, 2); fmt.Sprint(again) != fmt.Sprint(got.Winners) || len(again) != 2 {
		t.Errorf("repeated: %v, drawn: %v", again, got.Winners)
	}
	if all := show.Winners(back, []string{"a"}, 3); fmt.Sprint(all) != "[a]" {
		t.Error(all)
	}
}

func TestDrawIsFair(t *testing.T) {
	entries := strings.Split("abcdefghij", "")
	won := map[string]int{}
	source := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		seed := make([]byte, show.SeedSize)
		for i := range seed {
			seed[i] = byte(source.Uint32())
		}
		won[show.Winners(seed, entries, 1)[0]]++
	}
	for name, n := range won {
		if n < 400 || n > 600 {
			t.Errorf("%s won %d of 5,000", name, n)
		}
	}
}

func TestTally(t *testing.T) {
	var tally show.Tally
	add := func(person, choice string, most int, changeable bool) error {
		_, err := tally.Add(show.Entry{Person: person, Choice: choice}, most, changeable)
		return err
	}
	if err := add("a", "0", 1, false); err != nil {
		t.Fatal(err)
	}
	if added, err := tally.Add(show.Entry{Person: "a", Choice: "0"}, 1, false); added || err != nil {
		t.Errorf("the same again: %v, %v", added, err)
	}
	if err := add("a", "1", 1, false); !errors.Is(err, show.ErrVoted) {
		t.Error(err)
	}
	if err := add("a", "1", 1, true); err != nil || tally.Count("0") != 0 || tally.Count("1") != 1 {
		t.Errorf("changed: %v %v", err, tally.Counts())
	}
	if err := add("a", "2", 2, true); err != nil || fmt.Sprint(tally.Of("a")) != "[1 2]" {
		t.Error(tally.Of("a"))
	}
	if err := add("a", "0", 2, true); err != nil || fmt.Sprint(tally.Of("a")) != "[2 0]" {
		t.Error(tally.Of("a"))
	}
	if tally.People() != 1 {
		t.Error(tally.People())
	}
	tally.Remove("a")
	if tally.People() != 0 || len(tally.Counts()) != 0 {
		t.Error(tally.Counts())
	}
}

func TestVotesByMessage(t *testing.T) {
	options := []string{"Ice", "Fire", "Both of them"}
	for text, want := range map[string]int{
		"1": 0, " 2 ": 1, "３": 2, "a": 0, "B": 1, "Ｃ": 2, "c.": 2, "(b)": 1, "#2": 1, "②": 1, "fire": 1, "ＦＩＲＥ": 1, "both of them": 2,
		"4": -1, "0": -1, "d": -1, "11": -1, "1 2": -1, "fire!!": -1, "": -1, "one": -1, "-1": -1, "ice cream": -1, "10": -1,
	} {
		got, ok := show.Vote(text, options)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if got, ok := show.Vote("10", strings.Split("abcdefghij", "")); !ok || got != 9 {
		t.Error(got)
	}
}

// TestUndo carries out random commands and undoes each, which restores the earlier state.
func TestUndo(t *testing.T) {
	source := rand.New(rand.NewPCG(3, 4))
	r := &room{t: t}
	r.create("p", show.Poll, poll)
	r.create("q", show.Poll, poll)
	r.create("c", show.Card, `{"text":"hi","seconds":0}`)
	for range 2_000 {
		c := show.Command{
			ID: []string{"p", "q", "c"}[source.IntN(3)], Op: []show.Op{show.Queue, show.Start, show.Stop, show.Order, show.Delete}[source.IntN(5)],
			Rank: source.IntN(9), Result: json.RawMessage(`{"counts":[0,0],"people":0}`),
		}
		before := fmt.Sprint(sorted(r.items))
		if r.apply(c) != nil {
			continue
		}
		changes := r.last
		for i := len(changes) - 1; i >= 0; i-- {
			id := ""
			if changes[i].After != nil {
				id = changes[i].After.ID
			} else {
				id = changes[i].Before.ID
			}
			r.mustApply(show.Command{Op: show.Put, ID: id, Item: changes[i].Before})
		}
		if after := fmt.Sprint(sorted(r.items)); after != before {
			t.Fatalf("%s %s undone:\n%s\nwant\n%s", c.Op, c.ID, after, before)
		}
		if source.IntN(4) == 0 {
			_ = r.apply(c) // continues from another state; a refusal is fine
		}
		if r.state("p") == show.Ended || r.state("p") == "" {
			if r.state("p") != "" {
				r.mustApply(show.Command{Op: show.Delete, ID: "p"})
			}
			r.create("p", show.Poll, poll)
		}
		for _, id := range []string{"q", "c"} {
			if r.state(id) == "" {
				r.create(id, show.Card, `{"text":"again","seconds":0}`)
			}
		}
	}
}

func sorted(items []show.Item) map[string]string {
	out := map[string]string{}
	for _, it := range items {
		out[it.ID] = fmt.Sprintf("%+v", it)
	}
	return out
}

func TestBounds(t *testing.T) {
	r := &room{t: t}
	for i := range show.MaxItems {
		r.create(fmt.Sprint(i), show.Card, `{"text":"x","seconds":0}`)
	}
	if err := r.apply(show.Command{Op: show.Create, ID: "one more", Kind: show.Card, Spec: json.RawMessage(`{"text":"x","seconds":0}`)}); !errors.Is(err, show.ErrFull) {
		t.Error(err)
	}
}

// Items of one rank that are made at once keep the order in which they were made, also when
// the log has truncated their times to milliseconds.
func TestItemsCreatedAtOnceKeepTheirOrder(t *testing.T) {
	r := &room{t: t}
	want := []string{"c", "a", "b"}
	for i, id := range want {
		r.mustApply(show.Command{Op: show.Create, ID: id, Kind: show.Card, Rank: 1, Spec: json.RawMessage(`{"text":"x","seconds":0}`), At: noon.Add(time.Duration(10-i) * time.Microsecond)})
	}
	for i := range r.items {
		r.items[i].Created = time.UnixMilli(r.items[i].Created.UnixMilli())
	}
	show.Sort(r.items)
	for i, it := range r.items {
		if it.ID != want[i] {
			t.Errorf("place %d has %s, want %s", i, it.ID, want[i])
		}
	}
}

// A card accepts the longest possible comment, and clips it.
func TestCardOfALongComment(t *testing.T) {
	c := comment.Comment{ID: 7, Text: strings.Repeat("长", 2_000), Name: strings.Repeat("n", 90), Source: comment.FromTwitch, Paid: &comment.Paid{Micros: 5_500_000, Currency: "USD"}}
	r := &room{t: t}
	r.create("c", show.Card, string(show.CardOf(c, 12)))
	var s show.CardSpec
	if err := json.Unmarshal(r.item("c").Spec, &s); err != nil || comment.Graphemes(s.Text) != 500 || len(s.Name) != 40 || s.Amount != "5.5 USD" {
		t.Errorf("%v %+v", err, s)
	}
}
