package rules

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/testrace"
)

// compileExpressions joins expressions as the compiler of rules does.
func compileExpressions(t testing.TB, sources ...string) *machine {
	t.Helper()
	m := newMachine()
	for _, src := range sources {
		parsed, err := syntax.Parse("(?i:"+src+")", syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := syntax.Compile(parsed.Simplify())
		if err != nil {
			t.Fatal(err)
		}
		m = m.with(prog)
	}
	return m
}

var someExpressions = []string{
	`foo\d+`, `^a`, `a$`, `\bcat\b`, `\Bat\B`, `(?m:^x)`, `(?m:x$)`, `a.c`, `(?s:a.c)`, `[^a-z]{3}`, `加.{0,5}群`, `(?:ab)+`, `a|b|cd`, `\pL\d`, `K`, `ſ`,
	`(?-i:B)`, `(?:a?){20}b`, `x*y`, `[[:punct:]]{2}`, `日本|にほん`, `\A\w+\z`,
}

// The automaton of all expressions matches where package regexp matches each of them.
func FuzzExpressions(f *testing.F) {
	for _, text := range []string{"", "foo12 FOO9", "a cat sat", "concatenate", "a\nx\ny", "aXc a\nc", "加我的群", "KELVIN K k", "ſs", "bB", "aaaaaaab", "!?", "にほん 日本", "xxxy", "é1"} {
		f.Add(text, `a(b|c)*d`)
	}
	f.Fuzz(func(t *testing.T, text, src string) {
		if len(text) > comment.MaxTextBytes || !utf8.ValidString(text) || len(src) > 60 {
			return
		}
		all := someExpressions
		if parsed, err := syntax.Parse("(?i:"+src+")", syntax.Perl); err == nil && sizeOf(parsed) < 300 {
			all = append(slices.Clone(all), src)
		}
		var want []int32
		for i, src := range all {
			if regexp.MustCompile("(?i:" + src + ")").MatchString(text) {
				want = append(want, int32(i))
			}
		}
		d := newDFA(compileExpressions(t, all...))
		for _, run := range []string{"new", "used"} {
			b := &Budget{}
			if got := d.match([]rune(text), b); !slices.Equal(got, want) && b.work < maxWork {
				t.Errorf("%s automaton: %q matches %v, package regexp says %v", run, text, got, want)
			}
		}
	})
}

// The size of an expression is known before it is compiled, and never less than the compiled
// size.
func TestSizeOfExpressions(t *testing.T) {
	for _, src := range append(slices.Clone(someExpressions), `a{500}`, `(?:ab{2,9}){5}`, `[\pL\d]{30}`, `(?:a{10}){10}`, `a{3,}`, `(?:a|b){0,40}`, `abc`) {
		parsed, err := syntax.Parse("(?i:"+src+")", syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		size := sizeOf(parsed)
		prog, err := syntax.Compile(parsed.Simplify())
		if err != nil {
			t.Fatal(err)
		}
		if n := len(prog.Inst) - 2; size < n || size > 3*n+200 { // without match and fail
			t.Errorf("%s: size %d, %d instructions", src, size, n)
		}
	}
}

// A room's expressions are bounded, and the fault of the line beyond the bound has the
// numbers.
func TestExpressionsAreBounded(t *testing.T) {
	testrace.Skip(t)
	lines := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format+"\n", i)
		}
		return b.String()
	}
	const anyLine = -1
	tests := []struct {
		name, text string
		line       int // of the first fault; 0 for none, or anyLine
		code       FaultCode
		kept       int // at least
	}{
		{"a hundred that people write", lines(50, `/加.{0,3}(?:群|薇|v)%d/`) + lines(50, `/\bcheap[ _-]*viewers%d\b/`), 0, "", 100},
		{"a hundred alternations", lines(100, `/(?:buy|sell|get|free|cheap) (?:followers|viewers|likes)%d/`), 0, "", 100},
		{"one beyond a hundred", lines(101, `/word%d/`), 101, TooManyExpressions, 100},
		{"ninety of a kilobyte", lines(90, `/(?:`+strings.Repeat(`x{999}`, 160)+`)%d/`), 1, ExpressionSize, 0},
		{"nested repetitions", `/(?:(?:a{10}){10}){10}b/` + "\n" + `/ab/`, 1, ExpressionCost, 1},
		{"a million by repetition", strings.Repeat(`/(?:[\pL\pN]{30}x{30}){16}/`+"\n", 20), anyLine, ExpressionCost, 0},
		{"one too costly", "/ab/\n/a.{0,300}b/\n/cd/", 2, ExpressionCost, 2},
		{"many that are too costly together", lines(20, `/a.{0,60}b%d/`), anyLine, ExpressionCost, 2},
		{"optional ones, of which the states are few", `/(?:a?){200}b/`, 0, "", 1},
		{"two letters before the gap", `/ab/` + "\n" + `/xy.{900}z/`, 2, ExpressionCost, 1},
	}
	for _, tt := range tests {
		rules, faults := Compile([]List{{Name: "l", Text: tt.text, On: true}})
		var first Fault
		if len(faults) > 0 {
			first = faults[0]
		}
		first.Entry = "" // long
		if len(rules.exprs) < tt.kept {
			t.Errorf("%s: %d are kept, want %d: %v", tt.name, len(rules.exprs), tt.kept, first)
		}
		if tt.line == 0 {
			if len(faults) > 0 {
				t.Errorf("%s: %v", tt.name, first)
			}
			continue
		}
		if len(faults) == 0 || tt.line != anyLine && faults[0].Line != tt.line || faults[0].Code != tt.code || !faults[0].OverBound() || faults[0].Warning() {
			t.Errorf("%s: %v, want %s in line %d", tt.name, first, tt.code, tt.line)
			continue
		}
		if f := faults[0]; f.Code != TooManyExpressions && (f.N <= 0 || f.Of <= f.N) {
			t.Errorf("%s: %d of %d", tt.name, f.Of, f.N)
		}
	}
}

// Measuring costs no more for a list that was made to be slow to measure.
func TestMeasuringIsBounded(t *testing.T) {
	testrace.Skip(t)
	g := gauge{most: maxCost, machine: newMachine()}
	prog := func(src string) *syntax.Prog {
		parsed, err := syntax.Parse(src, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		p, err := syntax.Compile(parsed.Simplify())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	big := prog(`(?i:a(?:b?c?d?){200}.{300}x)`)
	for range MaxExpressions {
		g.add(big)
	}
	if one := searchLength * mostLetters * len(big.Inst); g.effort > maxEffort+2*one {
		t.Errorf("measuring visits %d instructions, want at most %d", g.effort, maxEffort+2*one)
	}
}

// No text makes accepted expressions exceed their share of a decision.
func TestCostOfAcceptedExpressions(t *testing.T) {
	testrace.Skip(t)
	var list strings.Builder
	for i := range 25 {
		fmt.Fprintf(&list, "/a.{0,%d}b%d/\n/[a-c]{2,%d}x%d/\n/(?:a|b?){%d}y%d/\n/\\w+ %d/\n", i, i, i+2, i, i+1, i, i)
	}
	rules, faults := Compile([]List{{Name: "l", Text: list.String(), On: true}})
	t.Logf("%d accepted, %d not", len(rules.exprs), len(faults))
	if len(rules.exprs) < 20 {
		t.Fatal(faults)
	}
	seed := uint32(1)
	for _, letters := range []string{"a", "ab", "abc", "ab 1", "abcxyz 0123456789"} {
		var text strings.Builder
		for text.Len() < comment.MaxTextBytes {
			seed = seed*1664525 + 1013904223
			text.WriteByte(letters[int(seed>>16)%len(letters)])
		}
		b := &Budget{}
		_, _, tangled := Match([]*Rules{rules}, text.String(), 0, b)
		if b.work > maxWork+MaxInstructions || tangled != b.spent() {
			t.Errorf("%.20q: %d visited, want at most %d (tangled %v)", text.String(), b.work, maxWork+MaxInstructions, tangled)
		}
	}
}

// The active lists of a room are bounded together.
func TestListsAreBoundedTogether(t *testing.T) {
	testrace.Skip(t)
	half := strings.Repeat("some words of a list\n", MaxRuleBytes/2/21)
	lists := []List{{Name: "a", Text: half, On: true}, {Name: "off", Text: half}, {Name: "b", Text: half, On: true}, {Name: "c", Text: "one more line\n" + half[:100], On: true}}
	rules, faults := Compile(lists)
	if len(faults) != 1 || faults[0].List != "c" || faults[0].Code != ListsTooLarge || faults[0].N != MaxRuleBytes || faults[0].Of != 2*len(half)+114 || !faults[0].OverBound() {
		t.Errorf("%v", faults)
	}
	if !slices.Equal(rules.lists, []string{"a", "b"}) {
		t.Errorf("%v are in force", rules.lists)
	}
	faults, _ = Preview(lists[0], lists[1:], nil, time.Now())
	if len(faults) != 1 || faults[0].List != "a" || faults[0].Code != ListsTooLarge {
		t.Errorf("the edited list has to report it: %v", faults)
	}
	lists[0].Room = "other"
	if faults, _ = Preview(lists[0], lists[1:], nil, time.Now()); len(faults) > 0 {
		t.Errorf("lists of another room count: %v", faults)
	}
}

// Of a list with nothing but faults, the first ones are reported with their count, and one
// that exceeds a bound of the room, which keeps the list from being saved, is never lost.
func TestFaultsAreBounded(t *testing.T) {
	testrace.Skip(t)
	for name, tt := range map[string]struct {
		text                       string
		kept, leftOut, warnings    int
		told, over, would, lastOne int
	}{
		"warnings":        {text: strings.Repeat("*\n", 5000), kept: MaxFaults, warnings: 5000, told: MaxFaults, lastOne: 100},
		"lines left out":  {text: strings.Repeat("word => no\n", 5000), kept: MaxFaults, leftOut: 5000, told: MaxFaults, lastOne: 100},
		"both":            {text: strings.Repeat("*\n", 500) + strings.Repeat("word => no\n", 30), kept: MaxFaults + 30, leftOut: 30, warnings: 500, told: MaxFaults, lastOne: 530},
		"one beyond":      {text: strings.Repeat("word => no\n", 500) + strings.Repeat("/x/\n", 103), kept: MaxFaults + 1, leftOut: 503, told: MaxFaults, over: 1, lastOne: 601},
		"all beyond":      {text: strings.Repeat("/x/\n", 300), kept: MaxFaults, leftOut: 200, told: MaxFaults, over: MaxFaults, lastOne: 200},
		"few":             {text: "*\nfine words\n", kept: 1, warnings: 1, told: 1, lastOne: 1},
		"what would stop": {text: strings.Repeat("*\n", 500) + "hello\n", kept: MaxFaults, warnings: 500, told: MaxFaults, would: 1, lastOne: 501},
		"nothing to say":  {text: "fine words\n"},
	} {
		l := List{Name: "l", Text: tt.text, On: true}
		set, kept := Compile([]List{l})
		if len(kept) != tt.kept || set.LeftOut() != tt.leftOut || set.Warnings() != tt.warnings {
			t.Errorf("%s: %d kept, %d left out, %d warnings, want %+v", name, len(kept), set.LeftOut(), set.Warnings(), tt)
		}
		told, total := Preview(l, []List{{Name: "other", Text: strings.Repeat("*\n", 300), On: true}}, []string{"hello"}, time.Now())
		over, would, last := 0, 0, 0
		for _, f := range told {
			if f.OverBound() {
				over++
			}
			if f.Code == WouldStop {
				would++
			}
			last = f.Line
		}
		if len(told) != tt.told || total != tt.leftOut+tt.warnings+tt.would || over != tt.over || would != tt.would || last != tt.lastOne {
			t.Errorf("%s: %d of %d reported, %d beyond, %d would stop, the last at %d, want %+v", name, len(told), total, over, would, last, tt)
		}
	}
}

// Lists that are off are bounded, too: by the stored bytes of a room.
func TestListsThatAreOffAreBounded(t *testing.T) {
	off := List{Room: "r", Text: strings.Repeat("#", MaxStoredBytes/8)}
	others := []List{{Name: "for all", Text: off.Text}}
	for range 8 {
		others = append(others, off)
	}
	edited := List{Room: "r", Name: "mine", Text: "fine words"}
	told, total := Preview(edited, others, nil, time.Now())
	if len(told) != 1 || total != 1 || told[0].Code != StoredTooLarge || !told[0].OverBound() || told[0].N != MaxStoredBytes || told[0].Of != MaxStoredBytes+len(edited.Text) {
		t.Errorf("%d: %v", total, told)
	}
	if told, total = Preview(edited, others[:8], nil, time.Now()); len(told) != 0 || total != 0 {
		t.Errorf("within the bound: %d: %v", total, told)
	}
}

// BenchmarkExpressions decides about a text of 1 KiB with a hundred expressions.
func BenchmarkExpressions(b *testing.B) {
	var list strings.Builder
	for i := range 100 {
		fmt.Fprintf(&list, "/(?:buy|sell|get|free|cheap) (?:followers|viewers|likes)%d/\n", i)
	}
	text := strings.Repeat("buy cheap followers now ", 42)
	b.Run("compile", func(b *testing.B) {
		for b.Loop() {
			Compile([]List{{Name: "l", Text: list.String(), On: true}})
		}
	})
	rules, faults := Compile([]List{{Name: "l", Text: list.String(), On: true}})
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	b.Run("decide", func(b *testing.B) {
		for b.Loop() {
			Match([]*Rules{rules}, text, 0, &Budget{})
		}
	})
}
