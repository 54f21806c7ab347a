package rules

import (
	"cmp"
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sync"
	"unicode"
)

// This file matches all regular expressions of a rule set at once. Package regexp would run
// each of them over each text, and each costs time in proportion to its size, even without a
// match. Here their programs are one automaton. It computes states when texts need them and
// keeps them, so that a text costs one look-up for each character, however many expressions
// there are. Computing states counts against the budget of the decision.

// machine is the programs of all expressions of a rule set. It is immutable after it was
// built, so any number of goroutines may use it.
type machine struct {
	insts   []syntax.Inst // Out and Arg of jumps are indexes in this slice
	ends    []int32       // for an InstMatch: its expression
	starts  []uint32
	borders []rune // the first characters of the classes that all programs treat alike
	ascii   [128]uint32
	dfas    sync.Pool
}

// The classes of the character before a position, as far as assertions need them.
const (
	atStart uint8 = iota
	afterWord
	afterLine
	afterOther
)

func beforeRune(class uint8) rune {
	switch class {
	case atStart:
		return -1
	case afterWord:
		return 'a'
	case afterLine:
		return '\n'
	}
	return ' '
}

func classOfBefore(r rune) uint8 {
	switch {
	case syntax.IsWordChar(r):
		return afterWord
	case r == '\n':
		return afterLine
	}
	return afterOther
}

// newMachine is a machine without expressions.
func newMachine() *machine {
	m := &machine{borders: []rune{0, '\n', '\n' + 1, '0', '9' + 1, 'A', 'Z' + 1, '_', '_' + 1, 'a', 'z' + 1}}
	m.finish()
	return m
}

// with returns a machine with one more expression.
func (m *machine) with(p *syntax.Prog) *machine {
	next := &machine{
		insts: slices.Clip(m.insts), ends: slices.Clip(m.ends), starts: slices.Clip(m.starts), borders: slices.Clip(m.borders),
	}
	base := uint32(len(m.insts))
	next.starts = append(next.starts, base+uint32(p.Start))
	seen := map[*rune]bool{} // repetitions of a class share its characters
	for _, in := range p.Inst {
		end := int32(-1)
		switch in.Op {
		case syntax.InstMatch:
			end = int32(len(m.starts))
		case syntax.InstAlt, syntax.InstAltMatch:
			in.Out, in.Arg = in.Out+base, in.Arg+base
		default:
			in.Out += base
		}
		if in.Op == syntax.InstRune1 || in.Op == syntax.InstRune {
			if many := len(in.Rune) > 8; !many || !seen[&in.Rune[0]] {
				next.borders = appendBorders(next.borders, in)
				seen[&in.Rune[0]] = many
			}
		}
		next.insts, next.ends = append(next.insts, in), append(next.ends, end)
	}
	next.finish()
	return next
}

func (m *machine) finish() {
	slices.Sort(m.borders)
	m.borders = slices.Compact(m.borders)
	for r := range m.ascii {
		m.ascii[r] = m.search(rune(r))
	}
	m.dfas.New = func() any { return newDFA(m) }
}

// appendBorders appends where the ranges of characters that an instruction matches begin, and
// where they end.
func appendBorders(borders []rune, in syntax.Inst) []rune {
	if len(in.Rune) != 1 {
		for i := 0; i+1 < len(in.Rune); i += 2 {
			borders = append(borders, in.Rune[i], in.Rune[i+1]+1)
		}
		return borders
	}
	r := in.Rune[0]
	borders = append(borders, r, r+1)
	if syntax.Flags(in.Arg)&syntax.FoldCase != 0 {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			borders = append(borders, f, f+1)
		}
	}
	return borders
}

// search returns the class of a character: the index of the last border that is not after it.
func (m *machine) search(r rune) uint32 {
	i, found := slices.BinarySearch(m.borders, r)
	if !found {
		i--
	}
	return uint32(i)
}

func (m *machine) class(r rune) uint32 {
	if r < 128 {
		return m.ascii[r]
	}
	return m.search(r)
}

// Bounds of the states kept by one automaton; beyond them it starts again.
const (
	maxDFAMoves = 20_000
	maxDFAKept  = 200_000 // instructions of its states
)

// dfa has the states of a machine that were computed so far. One goroutine uses it at a time.
type dfa struct {
	*machine
	ids    map[string]int32
	states []dfaState
	moves  map[uint64]move
	kept   int // instructions of all states

	opened map[uint64]*restart
	seen   []uint32 // the mark of the closure in which an instruction was last visited
	mark   uint32
	stack  []uint32
	set    []uint32
	ends   []int32
	work   int // instructions visited so far
}

// dfaState is the position of all expressions after a character: the instructions that come
// next, without those at which every expression starts again.
type dfaState struct {
	pcs    []uint32
	before uint8
}

// move is a step of the automaton.
type move struct {
	to   int32
	ends []int32 // expressions that match before the character
}

// restart is the result of starting every expression again at one class of characters.
type restart struct {
	pcs  []uint32
	ends []int32
}

// atEnd stands for the end of the text among the classes.
const atEnd = 1<<32 - 1

func newDFA(m *machine) *dfa {
	d := &dfa{machine: m, seen: make([]uint32, len(m.insts))}
	d.reset()
	return d
}

func (d *dfa) reset() {
	d.ids, d.moves, d.opened = map[string]int32{}, map[uint64]move{}, map[uint64]*restart{}
	d.states, d.kept = nil, 0
	d.state(nil, atStart)
}

// state returns the number of a state, and creates the state if necessary.
func (d *dfa) state(pcs []uint32, before uint8) int32 {
	slices.Sort(pcs)
	key := make([]byte, 0, 4*len(pcs)+1)
	for _, pc := range pcs {
		key = binary.LittleEndian.AppendUint32(key, pc)
	}
	key = append(key, before)
	if id, ok := d.ids[string(key)]; ok {
		return id
	}
	id := int32(len(d.states))
	d.states = append(d.states, dfaState{slices.Clone(pcs), before})
	d.ids[string(key)] = id
	d.kept += 8 + len(pcs)
	return id
}

// maxWork bounds the cost of the expressions in one decision, in instructions visited. A
// character of a text whose states are known costs one.
const maxWork = 150_000

// match returns the numbers of the expressions that match somewhere in text, in
// order. It ends early when the budget is used up.
func (d *dfa) match(text []rune, b *Budget) []int32 {
	if len(d.moves) > maxDFAMoves || d.kept > maxDFAKept {
		d.reset()
	}
	var found []int32
	at := int32(0)
	for i := 0; i <= len(text); i++ {
		class, r := uint32(atEnd), rune(-1)
		if i < len(text) {
			r = text[i]
			class = d.class(r)
		}
		key := uint64(at)<<32 | uint64(class)
		next, ok := d.moves[key]
		if !ok {
			before := d.work
			next = d.step(at, class, r)
			d.moves[key] = next
			b.work += d.work - before
		}
		if b.work++; b.work >= maxWork {
			break
		}
		if len(next.ends) > 0 {
			found = append(found, next.ends...)
		}
		at = next.to
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// step computes where a state leads at a character of a class; r is -1 at the end.
func (d *dfa) step(id int32, class uint32, r rune) move {
	s := &d.states[id]
	before := s.before
	flags := syntax.EmptyOpContext(beforeRune(before), r)
	open := d.open(before, class, r)
	d.begin()
	d.close(s.pcs, flags, r)
	ends := slices.Concat(d.ends, open.ends)
	set := append(slices.Clone(d.set), open.pcs...)
	if r < 0 {
		return move{to: id, ends: ends}
	}
	slices.Sort(set)
	return move{to: d.state(slices.Compact(set), classOfBefore(r)), ends: ends}
}

// open computes the part of a step that is the same in all states: every expression may begin
// anywhere.
func (d *dfa) open(before uint8, class uint32, r rune) *restart {
	key := uint64(before)<<32 | uint64(class)
	if o := d.opened[key]; o != nil {
		return o
	}
	d.begin()
	d.close(d.starts, syntax.EmptyOpContext(beforeRune(before), r), r)
	slices.Sort(d.set)
	o := &restart{slices.Clone(slices.Compact(d.set)), slices.Clone(d.ends)}
	d.opened[key] = o
	d.kept += 8 + len(o.pcs)
	return o
}

func (d *dfa) begin() {
	d.set, d.ends = d.set[:0], d.ends[:0]
	if d.mark++; d.mark == 0 {
		clear(d.seen)
		d.mark = 1
	}
}

// close follows everything that needs no character, records the expressions that end, and
// consumes the character r.
func (d *dfa) close(pcs []uint32, flags syntax.EmptyOp, r rune) {
	d.stack = append(d.stack[:0], pcs...)
	for len(d.stack) > 0 {
		pc := d.stack[len(d.stack)-1]
		d.stack = d.stack[:len(d.stack)-1]
		if d.seen[pc] == d.mark {
			continue
		}
		d.seen[pc] = d.mark
		in := &d.insts[pc]
		if in.Op != syntax.InstMatch {
			d.work++
		}
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			d.stack = append(d.stack, in.Arg, in.Out)
		case syntax.InstCapture, syntax.InstNop:
			d.stack = append(d.stack, in.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^flags == 0 {
				d.stack = append(d.stack, in.Out)
			}
		case syntax.InstMatch:
			d.ends = append(d.ends, d.machine.ends[pc])
		case syntax.InstFail:
		default:
			if r >= 0 && in.MatchRune(r) {
				d.set = append(d.set, in.Out)
			}
		}
	}
}

// sizeOf counts the instructions that an expression compiles to, before compiling it:
// compiling expands repetitions, and a kilobyte can become a gigabyte. Large classes of
// characters count by the memory that they need.
func sizeOf(re *syntax.Regexp) int {
	insts, ranges := measure(re)
	return insts + ranges/32
}

func measure(re *syntax.Regexp) (insts, ranges int) {
	const most = 1 << 30
	insts = 1
	switch re.Op {
	case syntax.OpLiteral:
		insts = max(1, len(re.Rune))
	case syntax.OpCharClass:
		ranges = len(re.Rune) / 2
	case syntax.OpCapture:
		insts = 2
	}
	for _, sub := range re.Sub {
		i, r := measure(sub)
		insts, ranges = min(insts+i, most), min(ranges+r, most)
	}
	if re.Op == syntax.OpRepeat {
		times := cmp.Or(max(re.Max, re.Min), 1)
		insts = min(insts*times+times, most)
	}
	return insts, ranges
}
