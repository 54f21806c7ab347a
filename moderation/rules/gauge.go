package rules

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"unicode"
)

// toldLength is the length of the texts for measuring the cost of expressions, in characters.
const toldLength = 1024

// gauge measures the cost of a rule set's expressions on texts that are constructed to be as
// costly as possible. It counts instructions and measures no time, so the same list is always
// accepted or always refused.
type gauge struct {
	most    int // that all may cost together on one text
	machine *machine
	progs   []*syntax.Prog
	texts   [][]rune // the costly text of each expression
	worst   []rune   // the most costly of them so far
	effort  int      // cost of measuring so far
}

// maxEffort bounds the cost of measuring the expressions of one rule set. Further ones are
// refused unmeasured.
const maxEffort = 5_000_000

// add adds one more expression. It returns the cost of all together or, if that exceeds the
// bound, at least the bound, and leaves the expression out.
func (g *gauge) add(p *syntax.Prog) (cost int) {
	if g.effort > maxEffort {
		return g.most + 1
	}
	alone := newDFA(newMachine().with(p))
	text := alone.costly()
	g.effort += alone.work
	m := g.machine.with(p)
	cost = g.run(m, text)
	worst := text
	if g.worst != nil {
		if c := g.run(m, g.worst); c > cost {
			cost, worst = c, g.worst
		}
	}
	if cost <= g.most {
		g.machine, g.worst = m, worst
		g.progs, g.texts = append(g.progs, p), append(g.texts, text)
	}
	return cost
}

// excess returns how many of the last expressions must go so that the rest stays within the
// bound on all texts, and the cost with these.
func (g *gauge) excess() (n, cost int) {
	for _, text := range g.texts {
		for c := g.run(g.machine, text); c > g.most; c = g.run(g.machine, text) {
			n, cost = n+1, max(cost, c)
			g.machine = newMachine()
			for _, p := range g.progs[:len(g.progs)-n] {
				g.machine = g.machine.with(p)
			}
		}
	}
	return n, cost
}

// run counts the cost of a text on a new machine. It stops when the cost exceeds the bound.
func (g *gauge) run(m *machine, text []rune) int {
	b := &Budget{work: maxWork - g.most - 1}
	newDFA(m).match(text, b)
	cost := b.work - (maxWork - g.most - 1)
	g.effort += cost
	return cost
}

// Bounds of the search for a costly text.
const (
	mostLetters  = 16  // characters that are tried at each place
	searchLength = 256 // places; the rest is made of parts of these
)

// costly returns a text that keeps as many instructions busy as possible: at each position one
// of the characters after which most are active. The choice between them is random, because a
// repetitive text is cheap, but the same expression always produces the same text.
func (d *dfa) costly() []rune {
	d.work = 0
	chance := rand.New(rand.NewPCG(1, 2))
	letters := d.letters()
	text := make([]rune, 0, toldLength)
	var pcs []uint32
	before := atStart
	next := make([][]uint32, len(letters))
	for len(text) < searchLength {
		most := 0
		for i, r := range letters {
			next[i] = d.follow(next[i][:0], pcs, before, r)
			most = max(most, len(next[i]))
		}
		var good []int
		least := most
		if chance.IntN(4) == 0 {
			least = most * 7 / 8
		}
		for i := range letters {
			if len(next[i]) >= least {
				good = append(good, i)
			}
		}
		k := good[chance.IntN(len(good))]
		text = append(text, letters[k])
		pcs, before = slices.Clone(next[k]), classOfBefore(letters[k])
	}
	for len(text) < toldLength {
		at, n := chance.IntN(searchLength-8), 1+chance.IntN(8)
		text = append(text, text[at:at+n]...)
	}
	return text[:toldLength]
}

// follow appends the instructions after a character to next.
func (d *dfa) follow(next, pcs []uint32, before uint8, r rune) []uint32 {
	next = append(next, d.open(before, d.class(r), r).pcs...)
	if len(pcs) == 0 {
		return next
	}
	d.begin()
	d.close(pcs, syntax.EmptyOpContext(beforeRune(before), r), r)
	if len(d.set) == 0 {
		return next
	}
	next = append(next, d.set...)
	slices.Sort(next)
	return slices.Compact(next)
}

// letters returns a character for each instruction that consumes one, those of most
// instructions first.
func (d *dfa) letters() []rune {
	count := map[rune]int{' ': 1, 'a': 1}
	for i := range d.insts {
		switch in := &d.insts[i]; in.Op {
		case syntax.InstRune, syntax.InstRune1:
			count[unicode.ToLower(in.Rune[0])]++
		}
	}
	out := slices.SortedFunc(maps.Keys(count), func(a, b rune) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	return out[:min(len(out), mostLetters)]
}
