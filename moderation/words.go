package moderation

import (
	"cmp"
	"slices"
)

// trie is the automaton that all entries of a rule set are matched with: their
// folded forms as a tree in three flat arrays, the children of a node side by
// side and sorted. It is walked over the readings of a text from each of its
// characters. That is not one pass, as with failure links, but a text's
// characters have several readings and gaps, over which failure links are not
// defined; and since a walk ends at the first character that no entry goes on
// with, its length hardly depends on the number of entries (see the benchmark).
type trie struct {
	label []rune
	first []uint32 // of the children; they end where the next node's begin
	entry []uint32 // 1 + index of the first entry that ends here; 0 for none
}

// keyed is a folded entry on its way into the trie.
type keyed struct {
	head  uint64 // the first three characters, to sort by without looking further
	from  uint32 // of its runes in the arena
	to    uint32
	index uint32 // of the entry
}

func headOf(runes []rune) uint64 {
	var h uint64
	for i := range 3 {
		h <<= 21
		if i < len(runes) {
			h |= uint64(runes[i])
		}
	}
	return h
}

// sortKeys orders keys by their runes, and equal ones by their entry.
func sortKeys(keys []keyed, arena []rune) {
	slices.SortFunc(keys, func(a, b keyed) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		if c := slices.Compare(arena[a.from:a.to], arena[b.from:b.to]); c != 0 {
			return c
		}
		return cmp.Compare(a.index, b.index)
	})
}

// buildTrie makes a trie of sorted keys; the entry at place i of the keys is
// entry i of the trie. It is built level by level, so that the children of a
// node lie side by side.
func buildTrie(keys []keyed, arena []rune) *trie {
	type part struct{ lo, hi uint32 } // of the keys below a node
	nodes := countNodes(keys, arena)
	t := &trie{label: make([]rune, 1, nodes), first: make([]uint32, 0, nodes+1), entry: make([]uint32, 0, nodes)}
	level, below := []part{{0, uint32(len(keys))}}, []part{}
	for depth := uint32(0); len(level) > 0; depth++ {
		for _, s := range level {
			ends := uint32(0)
			for s.lo < s.hi && keys[s.lo].to-keys[s.lo].from == depth {
				if ends == 0 {
					ends = s.lo + 1
				}
				s.lo++
			}
			t.entry = append(t.entry, ends)
			t.first = append(t.first, uint32(len(t.label)))
			for s.lo < s.hi {
				r, mid := arena[keys[s.lo].from+depth], s.lo
				for mid < s.hi && arena[keys[mid].from+depth] == r {
					mid++
				}
				t.label = append(t.label, r)
				below = append(below, part{s.lo, mid})
				s.lo = mid
			}
		}
		level, below = below, level[:0]
	}
	t.first = append(t.first, uint32(len(t.label)))
	return t
}

// countNodes counts the different beginnings of sorted keys.
func countNodes(keys []keyed, arena []rune) int {
	n := 1
	var last []rune
	for _, k := range keys {
		key := arena[k.from:k.to]
		same := 0
		for same < min(len(key), len(last)) && key[same] == last[same] {
			same++
		}
		n += len(key) - same
		last = key
	}
	return n
}

// child gives the node behind r.
func (t *trie) child(node uint32, r rune) (uint32, bool) {
	lo, hi := t.first[node], t.first[node+1]
	for hi-lo > 8 {
		mid := (lo + hi) / 2
		if t.label[mid] <= r {
			lo = mid
		} else {
			hi = mid
		}
	}
	for ; lo < hi; lo++ {
		if t.label[lo] == r {
			return lo, true
		}
	}
	return 0, false
}

// step is one character of a match: the cells it was read from.
type step struct {
	cell  int32 // the first cell
	end   int32 // behind the last, repetitions included
	label rune
	how   how
	stays int32 // repetitions of the same letter behind it
}

// maxSteps bounds the work on one text. An ordinary comment needs some
// hundreds; what needs more is made to be ambiguous.
const maxSteps = 20_000

// walker matches one folded text against one trie.
type walker struct {
	trie  *trie
	cells []cell
	arcs  []arc
	path  []step
	steps int
	found func(entry uint32, path []step) // called for each way that spells an entry
}

// run walks from every cell. It gives false when it gave up.
func (w *walker) run() bool {
	w.steps = 0
	w.path = w.path[:0]
	for i := range w.cells {
		if w.cells[i].kind == space {
			continue
		}
		w.next(0, int32(i))
	}
	return w.steps < maxSteps
}

// next tries every reading of the cell at pos.
func (w *walker) next(node uint32, pos int32) {
	if pos >= int32(len(w.cells)) || w.trie.first[node] == w.trie.first[node+1] {
		return
	}
	if w.steps++; w.steps >= maxSteps {
		return
	}
	c := &w.cells[pos]
	w.take(node, pos, arc{c.r, 1, plain})
	for _, a := range w.arcs[c.lo:c.hi] {
		w.take(node, pos, a)
	}
	if c.kind == symbol && len(w.path) > 0 && !c.joined {
		w.wildcard(node, pos)
	}
}

func (w *walker) take(node uint32, pos int32, a arc) {
	if child, ok := w.trie.child(node, a.r); ok {
		w.path = append(w.path, step{cell: pos, end: pos + int32(a.width), label: a.r, how: a.how})
		w.arrive(child)
		w.path = w.path[:len(w.path)-1]
	}
}

// wildcard lets a sign stand for a letter: an asterisk for any, others for a
// vowel.
func (w *walker) wildcard(node uint32, pos int32) {
	wilds := 0
	for _, s := range w.path {
		if s.how == wild || s.how == wildVowel {
			wilds++
		}
	}
	if wilds >= 3 {
		return
	}
	star := w.cells[pos].r == '*'
	if !star && !(w.isLetter(pos-1) && w.isLetter(pos+1)) {
		return // only inside a word can a sign be a vowel
	}
	for child := w.trie.first[node]; child < w.trie.first[node+1]; child++ {
		r := w.trie.label[child]
		how := wildVowel
		switch {
		case star && scriptOf(r).spaced():
			how = wild
		case wilds > 0 || !isVowel(r):
			continue
		}
		w.path = append(w.path, step{cell: pos, end: pos + 1, label: r, how: how})
		w.arrive(child)
		w.path = w.path[:len(w.path)-1]
	}
}

// arrive is called with a path that leads to node: it reports the entries that
// end there, then goes on behind repetitions, directly, and over gaps.
func (w *walker) arrive(node uint32) {
	if e := w.trie.entry[node]; e > 0 {
		w.found(e-1, w.path)
	}
	last := &w.path[len(w.path)-1]
	pos := last.end
	if pos >= int32(len(w.cells)) {
		return
	}
	c := &w.cells[pos]
	if w.repeats(last, c) {
		kept := *last
		last.end, last.stays = last.end+1, last.stays+1
		w.arrive(node)
		w.path[len(w.path)-1] = kept
	}
	if w.spelledAgain(last, pos) {
		kept := *last
		last.end, last.stays = last.end+2, last.stays+1
		w.arrive(node)
		w.path[len(w.path)-1] = kept
	}
	if w.trie.first[node] == w.trie.first[node+1] {
		return
	}
	w.next(node, pos)
	if last.how == wild || last.how == wildVowel {
		return
	}
	w.gap(node, pos, scriptOf(w.path[len(w.path)-1].label))
}

// repeats tells whether c says the letter of the step once more.
func (w *walker) repeats(s *step, c *cell) bool {
	if s.how == wild || s.how == wildVowel || '0' <= s.label && s.label <= '9' || kindOf(s.label) != letter {
		return false
	}
	if c.r == s.label {
		return true
	}
	for _, a := range w.arcs[c.lo:c.hi] {
		if a.r == s.label && a.width == 1 {
			return true
		}
	}
	return false
}

// spelledAgain tells whether a letter of a spelled word comes once more behind
// the sign that parts its letters: f.u.u.u.c.k.
func (w *walker) spelledAgain(last *step, pos int32) bool {
	if int(pos)+1 >= len(w.cells) || last.how != plain || !scriptOf(last.label).spaced() {
		return false
	}
	sign, c := &w.cells[pos], &w.cells[pos+1]
	if sign.kind != symbol && sign.kind != space || c.r != last.label {
		return false
	}
	before := w.path[0].cell
	if n := len(w.path); n > 1 {
		before = w.path[n-2].end
	}
	// The same sign must stand before the letter, or behind the repeated one.
	return last.cell > before && w.cells[last.cell-1].r == sign.r || int(pos)+2 < len(w.cells) && w.cells[pos+2].r == sign.r
}

// gap goes on behind characters that only separate: up to two between
// characters of scripts without spaces, three between letters. A run of one
// sign counts once, and spaces around a sign do not count.
func (w *walker) gap(node uint32, pos int32, after script) {
	most := 3
	if after.cjk() {
		most = 2
	}
	for n := 0; pos < int32(len(w.cells)); pos++ {
		c := &w.cells[pos]
		if after == kana && c.r == 'ー' && (w.cells[pos-1].r == 'ー' || int(pos)+1 < len(w.cells) && w.cells[pos+1].r == 'ー') {
			w.next(node, pos+1) // a vowel that is drawn out
			continue
		}
		if !separates(c, after) || c.kind == digit && !after.cjk() && (n > 0 || w.digitAt(pos+1)) {
			return
		}
		beside := c.kind == space && (w.cells[pos-1].kind == symbol || w.symbolAt(pos+1))
		if !c.joined && !beside && w.cells[pos-1].from != c.from && (w.cells[pos-1].r != c.r || c.kind == letter || c.kind == digit) {
			n++
		}
		if n > most {
			return
		}
		w.next(node, pos+1)
	}
}

func (w *walker) isLetter(pos int32) bool {
	return pos >= 0 && int(pos) < len(w.cells) && w.cells[pos].kind == letter
}

func (w *walker) symbolAt(pos int32) bool {
	return int(pos) < len(w.cells) && w.cells[pos].kind == symbol
}

func (w *walker) digitAt(pos int32) bool {
	return int(pos) < len(w.cells) && w.cells[pos].kind == digit
}

// separates tells whether a cell may stand between the letters of a match.
func separates(c *cell, after script) bool {
	switch c.kind {
	case symbol, space:
		return true
	case digit:
		return true
	}
	if after.cjk() {
		return c.script == latin || c.script == han && c.r >= 0x20000 || c.r < 0x3200 && isJamo(c.r)
	}
	return false
}

func isVowel(r rune) bool {
	switch r {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'а', 'е', 'и', 'о', 'у', 'ы', 'э', 'ю', 'я', 'і', 'α', 'ε', 'η', 'ι', 'ο', 'υ', 'ω':
		return true
	}
	return false
}
