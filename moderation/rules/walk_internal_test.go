package rules

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"danmaku/comment"
	"danmaku/moderation/fold"
	"danmaku/testrace"
)

// Real comments stay far from the bound on steps, with the largest lists.
func TestRealCommentsAreNotTangled(t *testing.T) {
	testrace.Skip(t)
	r := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	for range 50_000 {
		for range 3 + r.IntN(5) {
			b.WriteRune('a' + rune(r.IntN(26)))
		}
		fmt.Fprintf(&b, "\n%c%c%c\n", 0x4E00+rune(r.IntN(3000)), 0x4E00+rune(r.IntN(3000)), 0x4E00+rune(r.IntN(3000)))
	}
	rules, _ := Compile([]List{{Name: "l", Text: b.String(), On: true}})
	most, worst, heard := 0, "", 0
	e := phoneticReader{found: func(uint32, int32, int32) {}}
	for _, name := range []string{"comment.xml", "boss.xml"} {
		xml, err := os.ReadFile("../../testdata/replay/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`<d p="[^,]*,[1-6],[^>]*>([^<]*)</d>`).FindAllStringSubmatch(string(xml), -1) {
			var f fold.Text
			f.Fold([]rune(m[1]))
			f.AddAlternatives()
			w := walker{trie: rules.trie, runes: f.Runes, alternatives: f.Alternatives, budget: &Budget{}, found: func(uint32, []step) {}}
			w.run()
			if e.budget = (&Budget{}); e.read(f.Runes) {
				e.match(rules.sonic)
				heard = max(heard, e.budget.moves)
			}
			if w.budget.moves > most {
				most, worst = w.budget.moves, m[1]
			}
		}
	}
	t.Logf("at most %d moves, for %q, and %d by sound", most, worst, heard)
	if most > maxMoves/2 || heard > maxMoves/2 || heard == 0 {
		t.Errorf("%d moves for %q, %d by sound", most, worst, heard)
	}
}

// tricky is a list whose entries repeat letters, so that a text of few
// different characters can be read as many of them.
const tricky = `ss
sss
ass
asses
assassin
aabb
abab
ababab
aaaa
*aa*
moo
llll
ill
*illi*
it it
he he he
ababababababababababababababab
傻傻
哈哈哈
ししし
`

// moves counts the moves of a decision about a text with these lists.
func moves(text string, sets ...*Rules) int {
	b := &Budget{}
	Match(sets, text, 0, b)
	return b.moves
}

func trickyRules(t testing.TB) []*Rules {
	t.Helper()
	starter, faults := Compile([]List{Starter()})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	own, _ := Compile([]List{{Name: "own", Text: tricky, On: true}})
	return []*Rules{starter, own}
}

// overrun is how far a walk may exceed the budget while it unwinds.
const overrun = 512

// Every sign and letter in the tables, fifty times, and every pair of those on a keyboard, in
// both orders. Before the moves were counted and states remembered, "s$" fifty times never
// ended.
func TestEveryWalkIsBounded(t *testing.T) {
	testrace.Skip(t)
	sets := trickyRules(t)
	worst, most, texts, tangled := "", 0, 0, 0
	try := func(unit string) {
		text := strings.Repeat(unit, 50)
		if n := moves(text, sets...); n > most {
			worst, most = unit, n
		}
		if texts++; moves(text, sets[0]) >= maxMoves {
			tangled++
		}
	}
	for _, r := range fold.Known() {
		try(string(r))
	}
	for a := '!'; a < 0x7F; a++ {
		for b := '!'; b < 0x7F; b++ {
			if a|0x20 == b|0x20 && a != b || 'A' <= a && a <= 'Z' && a != 'I' || 'A' <= b && b <= 'Z' && b != 'I' {
				continue // reads like its small letter
			}
			try(string([]rune{a, b}))
		}
	}
	t.Logf("%d texts; at most %d moves, for %q fifty times; %d are too much for the shipped list", texts, most, worst, tangled)
	if most > maxMoves+overrun {
		t.Errorf("%q fifty times takes %d moves, want at most %d", worst, most, maxMoves+overrun)
	}
	if tangled*100 > texts {
		t.Errorf("%d of %d texts cannot be read with the shipped list, want at most 1 in 100", tangled, texts)
	}
}

// Every cycle of up to four of the runes with the most readings, to the length of the longest
// comment. The guesses have a separate bound.
func TestShortCyclesAreBounded(t *testing.T) {
	testrace.Skip(t)
	sets := trickyRules(t)
	runes := []rune("sai1$ 傻")
	most, guesses, texts := 0, 0, 0
	var try func(unit []rune)
	try = func(unit []rune) {
		if len(unit) > 0 {
			b := &Budget{}
			Match(sets, strings.Repeat(string(unit), 100/len(unit)), 0, b)
			texts, most, guesses = texts+1, max(most, b.moves), max(guesses, b.guesses)
		}
		if len(unit) < 4 {
			for _, r := range runes {
				try(append(unit[:len(unit):len(unit)], r))
			}
		}
	}
	try(nil)
	t.Logf("%d texts; at most %d moves and %d guesses", texts, most, guesses)
	if most > maxMoves+overrun || guesses > maxGuesses+overrun {
		t.Errorf("at most %d moves and %d guesses, want %d and %d", most, guesses, maxMoves+overrun, maxGuesses+overrun)
	}
}

// Texts that cannot be read within the budget are reported, and the walk ends
// soon after it is used up.
func TestSpentBudgetEndsEveryWalk(t *testing.T) {
	testrace.Skip(t)
	var list strings.Builder
	for i := range 1 << 12 { // every word of twelve letters i and l
		for k := range 12 {
			list.WriteByte("il"[i>>k&1])
		}
		list.WriteString("\n")
	}
	for range 300 {
		list.WriteString("ill\n傻逼\n")
	}
	rules, _ := Compile([]List{{Name: "l", Text: list.String(), On: true}})
	for _, text := range []string{
		strings.Repeat("!1|", 100), strings.Repeat("1.", 200), strings.Repeat("ill ", 100), strings.Repeat("煞笔", 200),
		strings.Repeat("shabi", 100), strings.Repeat("l i ", 120),
	} {
		b := &Budget{}
		_, _, tangled := Match([]*Rules{rules, rules}, text, 0, b)
		if tangled != b.spent() || b.moves > maxMoves+overrun {
			t.Errorf("%.20q: %d moves, tangled %v", text, b.moves, tangled)
		}
	}
}

// FuzzMoves looks for texts whose walks do not end with the budget, and for
// work that is not counted: every entry that is weighed costs a move.
func FuzzMoves(f *testing.F) {
	for _, s := range []string{"s$", "$s", "c(", "h#", "a@", "t+", "()", `|\|`, "a.", "ass as s", "傻 傻", "哈", "ㅅㅂ", "<b>&#115;$", "ɐsS$"} {
		f.Add(s, uint8(50))
	}
	sets := trickyRules(f)
	f.Fuzz(func(t *testing.T, unit string, times uint8) {
		text := strings.Repeat(unit, int(times))
		if len(text) > comment.MaxTextBytes {
			return
		}
		b := &Budget{}
		if _, _, tangled := Match(sets, text, 0, b); b.moves > maxMoves+overrun || b.guesses > maxGuesses+overrun || tangled != (b.moves >= maxMoves) {
			t.Errorf("%q × %d takes %d moves and %d guesses, want at most %d and %d (tangled %v)", unit, times, b.moves, b.guesses, maxMoves+overrun, maxGuesses+overrun, tangled)
		}
	})
}

// BenchmarkWorstWalk decides about texts that use up the budget.
func BenchmarkWorstWalk(b *testing.B) {
	sets := trickyRules(b)
	for _, unit := range []string{"a@", "a4@", "ɐ.Z$", "b@"} {
		text := strings.Repeat(unit, 50)
		b.Run(unit, func(b *testing.B) {
			for b.Loop() {
				moves(text, sets...)
			}
		})
	}
}
