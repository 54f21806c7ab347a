package rules

import (
	"danmaku/moderation/fold"
)

// step is one character of a match with the runes it was read from.
type step struct {
	from  int32 // the first rune
	to    int32 // after the last, including repetitions
	label rune
	how   fold.How
	stays int32 // repetitions of the same letter after it
}

// maxMoves bounds the work on one decision: every attempt to continue a walk, every character
// examined in a gap and every entry judged is one move. An ordinary comment needs some
// hundreds. A text that needs more than the bound was written to be ambiguous and is held
// unread.
const maxMoves = 30_000

// maxStays is how often one letter of an entry may be repeated. Folding keeps [maxRun] equal
// characters in a row; more come from letters with signs between them, or that alternate with
// their look-alikes.
const maxStays = 2 * fold.MaxRun

// freeMoves is how many moves the walk from one character makes before it remembers its
// states. Ordinary walks end earlier and save the cost of the memo.
const freeMoves = 256

// Budget counts the moves of one decision, over all its texts, decodings and rule sets.
type Budget struct {
	moves   int // of walks, at most maxMoves
	work    int // of expressions, at most maxWork
	guesses int // of other spellings, at most maxGuesses
}

// spend counts n moves. It returns false once the budget is used up.
func (b *Budget) spend(n int) bool {
	b.moves += n
	return !b.spent()
}

func (b *Budget) spent() bool { return b.moves >= maxMoves || b.work >= maxWork }

// walker matches one folded text against one trie.
type walker struct {
	trie         *trie
	runes        []fold.Rune
	alternatives []fold.Alternative
	path         []step
	budget       *Budget
	before       int // moves spent when the walk from this character began
	seen         map[state]struct{}
	found        func(entry uint32, path []step) // called for each way that spells an entry
}

// state is what the rest of a walk and the judgement of its path depend on. Paths with the
// same state have the same continuations and the same verdicts, so only the first of them is
// followed.
type state struct {
	node  uint32
	pos   int32
	shape uint64 // see walker.shape
}

// run walks from every rune. It returns false if the budget was used up.
func (w *walker) run() bool {
	w.path = w.path[:0]
	for i := range w.runes {
		if w.budget.spent() {
			return false
		}
		if w.runes[i].Kind == fold.Space {
			continue
		}
		w.before = w.budget.moves
		clear(w.seen)
		w.next(0, int32(i))
	}
	return !w.budget.spent()
}

// next tries every reading of the rune at pos.
func (w *walker) next(node uint32, pos int32) {
	if pos >= int32(len(w.runes)) || w.trie.first[node] == w.trie.first[node+1] || !w.budget.spend(1) {
		return
	}
	c := &w.runes[pos]
	w.take(node, pos, fold.Alternative{R: c.R, Width: 1, How: fold.Plain})
	for _, a := range w.alternatives[c.Lo:c.Hi] {
		w.take(node, pos, a)
	}
	if c.Kind == fold.Symbol && len(w.path) > 0 && !c.Joined {
		w.wildcard(node, pos)
	}
}

func (w *walker) take(node uint32, pos int32, a fold.Alternative) {
	if child, ok := w.trie.child(node, a.R); ok {
		w.enter(child, step{from: pos, to: pos + int32(a.Width), label: a.R, how: a.How})
	}
}

// enter continues from a child with the step that leads there.
func (w *walker) enter(child uint32, s step) {
	w.path = append(w.path, s)
	w.arrive(child)
	w.path = w.path[:len(w.path)-1]
}

// wildcard reads a sign as a letter: an asterisk as any, others as a vowel.
func (w *walker) wildcard(node uint32, pos int32) {
	wilds := 0
	for _, s := range w.path {
		if s.how == fold.Wild || s.how == fold.WildVowel {
			wilds++
		}
	}
	if wilds >= 3 {
		return
	}
	star := w.runes[pos].R == '*'
	mask := fold.IsMask(w.runes[pos].R) && wilds == 0 && !w.same(pos-1, pos) && !w.same(pos+1, pos)
	if !star && !mask && !(w.isLetter(pos-1) && w.isLetter(pos+1)) {
		return // a sign can be a vowel only inside a word
	}
	for child := w.trie.first[node]; child < w.trie.first[node+1]; child++ {
		r := w.trie.label[child]
		how := fold.WildVowel
		switch {
		case star && fold.ScriptOf(r).Spaced(), mask && fold.ScriptOf(r).CJK():
			how = fold.Wild
		case wilds > 0 || !isVowel(r):
			continue
		}
		w.enter(child, step{from: pos, to: pos + 1, label: r, how: how})
	}
}

// arrive is called with a path that leads to node: it reports the entries that end there, then
// continues after repetitions, directly, and over gaps.
func (w *walker) arrive(node uint32) {
	if !w.budget.spend(1) || w.known(node) {
		return
	}
	if e := w.trie.entry[node]; e > 0 {
		w.found(e-1, w.path)
	}
	last := w.path[len(w.path)-1]
	pos := last.to
	if pos >= int32(len(w.runes)) {
		return
	}
	c := &w.runes[pos]
	again := last.stays < maxStays
	if again && w.repeats(&last, c) {
		w.stay(node, 1)
	}
	if again && w.spelledAgain(&last, pos) {
		w.stay(node, 2)
	}
	if w.trie.first[node] == w.trie.first[node+1] {
		return
	}
	w.next(node, pos)
	if last.how == fold.Wild || last.how == fold.WildVowel {
		return
	}
	w.gap(node, pos, fold.ScriptOf(last.label))
}

// stay reads the next runes as one more repetition of the last letter.
func (w *walker) stay(node uint32, runes int32) {
	last := &w.path[len(w.path)-1]
	kept := *last
	last.to, last.stays = last.to+runes, last.stays+1
	w.arrive(node)
	w.path[len(w.path)-1] = kept
}

// known reports whether the walk has been at node in this state before, and
// remembers it.
func (w *walker) known(node uint32) bool {
	if w.budget.moves-w.before < freeMoves {
		return false
	}
	w.budget.spend(1 + len(w.path)/4)
	s := state{node, w.path[len(w.path)-1].to, w.shape()}
	if _, ok := w.seen[s]; ok {
		return true
	}
	if w.seen == nil {
		w.seen = map[state]struct{}{}
	}
	w.seen[s] = struct{}{}
	return false
}

// shape hashes everything in a path that its continuation and [acceptor.acceptMatch] need,
// apart from the node and the position. It covers the first rune only through the memo, which
// is emptied for each.
//
// The number of uses of each kind of reading counts, but not their positions; for a repeated
// letter, whether it is doubled or stretched, but not which characters are called repetitions:
// these are the ambiguities that grow with the length of a text.
func (w *walker) shape() uint64 {
	var count [fold.InRomaji + 1]uint8
	var scripts uint16
	var odd uint8
	kanaAt := 0
	h := uint64(14695981039346656037)
	mix := func(v uint64) { h = (h ^ v) * 1099511628211; h ^= h >> 29 }
	n := len(w.path)
	for i, run := 0, int32(0); i < n; i++ {
		s := &w.path[i]
		c := &w.runes[s.from]
		if s.how != fold.Plain || c.Kind == fold.Letter {
			count[s.how]++
		}
		if s.how == fold.LookAlike {
			scripts |= 1 << c.Script
			if c.Script == fold.Han && fold.ScriptOf(s.label) == fold.Kana {
				kanaAt = i + 1
			}
		}
		if k := oddLetter(c.R); k >= 0 {
			odd |= 1 << k
		}
		if i > 0 {
			mix(w.between(w.path[i-1].to, s.from))
			if s.label != w.path[i-1].label {
				run = 0
			}
		}
		run += s.stays
		if i == n-1 || w.path[i+1].label != s.label {
			asked := int32(1)
			for k := i; k > 0 && w.path[k-1].label == s.label; k-- {
				asked++
			}
			if run > 0 && run+asked >= 3 {
				run = 3 - asked // stretched, however far
				mix(3)
			}
			mix(uint64(run + 64))
		}
	}
	for _, k := range count {
		mix(uint64(k))
	}
	mix(uint64(scripts)<<8 | uint64(odd))
	last := &w.path[n-1]
	sign, edge := rune(0), uint64(0)
	if n == 1 && last.from > 0 || n > 1 && last.from > w.path[n-2].to {
		sign = w.runes[last.from-1].R // see spelledAgain
	}
	if kanaAt == n || kanaAt == 1 {
		edge = uint64(kanaAt)
	}
	mix(uint64(sign)<<16 | edge<<8 | uint64(last.how))
	mix(uint64(w.runes[last.from].R)<<8 | uint64(w.runes[last.to-1].Kind)<<4 | uint64(w.path[0].how))
	return h
}

// between hashes a gap as far as [acceptor.acceptMatch] examines it.
func (w *walker) between(from, to int32) uint64 {
	if from == to {
		return 0
	}
	g := uint64(1)
	if to-from == 1 {
		g |= 2
	}
	for i := from; i < to; i++ {
		switch c := &w.runes[i]; {
		case c.Kind == fold.Space:
			g |= 4
		case c.Kind == fold.Digit:
			g |= 8
		case c.Kind == fold.Letter:
			g |= 16
		case isApostrophe(c.R):
			g |= 32
		case isStop(c.R):
			g |= 64
		case isDash(c.R):
			g |= 128
		}
	}
	return g
}

func isVowel(r rune) bool {
	switch r {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'а', 'е', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'і', 'α', 'ε', 'η', 'ι', 'ο', 'υ', 'ω':
		return true
	}
	return false
}
