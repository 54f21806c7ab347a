package show_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"danmaku/show"
)

func TestWhichTextsEnterADraw(t *testing.T) {
	for _, tt := range []struct {
		word, text string
		want       bool
	}{
		{"", "anything", true},
		{"me", "me", true}, {"me", "ME!", true}, {"me", "pick me please", true}, {"me", "ｍｅ", true},
		{"me", "welcome", false}, {"me", "me2", false}, {"me", "welcome, me", true}, {"me", "memo me", true}, {"me", "", false},
		{"!join", "!join", true}, {"!join", "ok !JOIN", true}, {"!join", "!joined", false},
		{"参加", "参加します", true}, {"参加", "私も参加", true}, {"参加", "不参", false},
		{"7", "77", false}, {"7", "7番", true},
	} {
		if got := (show.DrawSpec{Word: tt.word}).Wrote(tt.text); got != tt.want {
			t.Errorf("%q in %q: %v, want %v", tt.word, tt.text, got, tt.want)
		}
	}
}

func TestWhenADrawsWindowBegins(t *testing.T) {
	began := time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ since, want time.Time }{
		{time.Time{}, began},
		{began.Add(time.Minute), began},
		{began.Add(-time.Hour), began.Add(-time.Hour)},
		{began.Add(-48 * time.Hour), began.Add(-show.DrawWindow)},
	} {
		if got := show.WroteSince(show.Item{Started: began}, show.DrawSpec{Since: tt.since}); !got.Equal(tt.want) {
			t.Errorf("since %v: %v, want %v", tt.since, got, tt.want)
		}
	}
}

// An absent winner is replaced by the next in the seed's order; anybody can repeat the
// result, and a tampered proof fails.
func TestDrawAgainAndItsProof(t *testing.T) {
	seed := sha256.Sum256([]byte("another invented seed"))
	r := &room{t: t}
	r.create("d", show.Draw, `{"title":"A shirt","winners":2,"button":true}`)
	r.mustApply(show.Command{Op: show.Start, ID: "d", Seed: seed[:]})
	if err := r.apply(show.Command{Op: show.Edit, ID: "d", Spec: json.RawMessage(`{"title":"A shirt","winners":3,"button":true}`)}); !errors.Is(err, show.ErrState) {
		t.Errorf("a live draw is changed: %v", err)
	}
	if err := r.apply(show.Command{Op: show.Redraw, ID: "d", Person: "a"}); !errors.Is(err, show.ErrState) {
		t.Errorf("drawn again before it was drawn: %v", err)
	}
	r.mustApply(show.Command{Op: show.Stop, ID: "d"}.DrawAmong([]string{"a", "b", "c", "d"}).WithNames(map[string]string{"a": "Ann", "b": "Bob", "c": "Cat", "d": "Dan"}))
	order := show.Winners(seed[:], []string{"a", "b", "c", "d"}, 4)
	result := func() (got show.DrawResult) {
		t.Helper()
		if err := json.Unmarshal(r.item("d").Result, &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := result(); !slices.Equal(got.Winners, order[:2]) || len(got.Names) != 2 {
		t.Fatalf("drawn: %+v, want %v", got, order)
	}
	if err := r.apply(show.Command{Op: show.Redraw, ID: "d", Person: order[3]}); !errors.Is(err, show.ErrChoice) {
		t.Errorf("a person who has not won: %v", err)
	}
	for i, want := range [][]string{{order[1], order[2]}, {order[2], order[3]}, {order[3]}} {
		gone := result().Winners[0]
		c := show.Command{Op: show.Redraw, ID: "d", Person: gone}
		if got := show.Drawn(r.item("d"), c); !slices.Equal(got, want) {
			t.Errorf("%d: will be drawn %v, want %v", i, got, want)
		}
		r.mustApply(c)
		if got := result(); !slices.Equal(got.Winners, want) || got.Names[gone] != "" || !slices.Equal(got.Absent, order[:i+1]) {
			t.Errorf("%d: drawn again: %+v, want %v", i, got, want)
		}
		if p, ok := show.Proof(r.item("d")); !ok || p.Verify() != nil {
			t.Errorf("%d: the proof: %v %v", i, ok, p.Verify())
		}
	}
	good, _ := show.Proof(r.item("d"))
	for name, change := range map[string]func(*show.DrawProof){
		"another seed":      func(p *show.DrawProof) { p.Seed = "00" + p.Seed[2:] },
		"another hash":      func(p *show.DrawProof) { p.Hash = "00" + p.Hash[2:] },
		"no seed":           func(p *show.DrawProof) { p.Seed = "" },
		"another winner":    func(p *show.DrawProof) { p.Winners = []string{"z"} },
		"one less entry":    func(p *show.DrawProof) { p.Entries = p.Entries[1:] },
		"absent who is not": func(p *show.DrawProof) { p.Absent = []string{order[3]} },
		"nobody wins":       func(p *show.DrawProof) { p.Count = 0 },
	} {
		p := good
		change(&p)
		if p.Verify() == nil {
			t.Errorf("%s is taken for true", name)
		}
	}
}

// The seed is public once a draw is over, so the draw does not become live again.
func TestAFinishedDrawCannotBeUndone(t *testing.T) {
	seed := make([]byte, show.SeedSize)
	r := &room{t: t}
	r.create("d", show.Draw, `{"title":"A shirt","winners":1}`)
	r.mustApply(show.Command{Op: show.Start, ID: "d", Seed: seed})
	before := r.item("d")
	r.mustApply(show.Command{Op: show.Stop, ID: "d"}.DrawAmong([]string{"a"}))
	after := r.item("d")
	if err := r.apply(show.Command{Op: show.Revert, ID: "d", Changes: []show.Change{{Before: &before, After: &after}}}); !errors.Is(err, show.ErrState) {
		t.Errorf("undone: %v", err)
	}
}
