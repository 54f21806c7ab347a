package moderation

import (
	"slices"
	"strings"

	"danmaku/comment"
)

// This file finds Chinese words by their sound: 煞笔 and shabi for 傻逼. Entries
// of two and more ideographs are kept as syllables in a trie of their own. A
// text is read as syllables, too: of its characters, and of its Latin letters
// where they are pinyin. What sounds the same is held and never refused, since
// every language is full of other words that do. For the same reason it does
// not count where the characters are common words, or part of one.

// Bounds of pinyin without any character beside it.
const (
	leastPinyin = 4  // letters
	surePinyin  = 5  // letters from which a word is spelled, whatever else it may mean in parts
	longestRun  = 60 // letters in a row that are looked at
)

// sonic are the entries of a rule set by their syllables.
type sonic struct {
	trie    *trie
	entries []sounding // in the order of the trie
}

type sounding struct {
	entry uint32
	again bool // sounds the same as the one before it
}

// soundable tells whether an entry has a reading by its sound, and adds its
// syllables.
func soundable(e *entry, key []rune, arena *[]rune) bool {
	if e.how != forbid || e.exact || len(key) < 2 || scriptOf(key[0]) != han {
		return false
	}
	p, from := sounds(), len(*arena)
	for _, r := range key {
		id := p.of(r)
		if id == 0 {
			*arena = (*arena)[:from]
			return false
		}
		*arena = append(*arena, rune(id))
	}
	return true
}

// sonicOf makes the trie of the entries' syllables; nil when none has a sound.
func sonicOf(entries []entry, key func(i int) []rune) *sonic {
	var keys []keyed
	var arena []rune
	for i := range entries {
		from := len(arena)
		if soundable(&entries[i], key(i), &arena) {
			keys = append(keys, keyed{headOf(arena[from:]), uint32(from), uint32(len(arena)), uint32(i)})
		}
	}
	if len(keys) == 0 {
		return nil
	}
	sortKeys(keys, arena)
	s := &sonic{trie: buildTrie(keys, arena), entries: make([]sounding, len(keys))}
	for i, k := range keys {
		s.entries[i].entry = k.index
		s.entries[i].again = i > 0 && slices.Equal(arena[keys[i-1].from:keys[i-1].to], arena[k.from:k.to])
	}
	return s
}

// heard is a letter or digit of a text, with what stands before it.
type heard struct {
	cell  int32
	r     rune
	gap   gapKind
	kind  unitKind
	run   int32 // of a Latin letter: its run
	sound uint16
}

type gapKind uint8

const (
	noGap   gapKind = iota
	loose           // spaces and signs that somebody may have put there
	clauses         // punctuation that ends a clause, or a lot
)

type unitKind uint8

const (
	otherUnit unitKind = iota
	hanUnit
	latinUnit
	kanaUnit
	digitUnit
)

// run is a word of Latin letters.
type run struct {
	from, to int32 // units
	readable bool  // can be pinyin
	foreign  bool  // is a syllable, and a word of another language as well
	toned    bool
}

// ear reads a text as syllables. It is reused from text to text.
type ear struct {
	units    []heard
	runs     []run
	path     []uttered
	steps    int
	japanese bool
	sonic    *sonic
	found    func(entry uint32, from, to int32) // with cells
}

// uttered is one syllable of a match: units from (inclusive) to (exclusive).
type uttered struct{ from, to int32 }

// mostGap is how many signs in a row may stand between two syllables.
const mostGap = 3

// hear reads the cells. It tells whether there is anything to compare.
func (h *ear) hear(cells []cell) bool {
	h.units, h.runs = h.units[:0], h.runs[:0]
	hans, kanas, latins := 0, 0, 0
	p := sounds()
	gap, signs := noGap, 0
	for i := range cells {
		c := &cells[i]
		if c.kind == symbol || c.kind == space {
			if !c.joined && c.kind == symbol {
				signs++
			}
			dot := c.r == '.' && i+1 < len(cells) && cells[i+1].kind == space
			if gap = max(gap, loose); signs > mostGap || isStop(c.r) || dot {
				gap = clauses
			}
			continue
		}
		u := heard{cell: int32(i), r: c.r, gap: gap}
		gap, signs = noGap, 0
		switch {
		case c.kind == digit:
			u.kind = digitUnit
		case c.script == han:
			u.kind, u.sound = hanUnit, p.of(c.r)
			hans++
		case c.script == latin && 'a' <= c.r && c.r <= 'z':
			u.kind = latinUnit
			latins++
		case c.script == kana:
			u.kind = kanaUnit
			kanas++
		}
		h.units = append(h.units, u)
	}
	h.japanese = kanas > 2 && kanas >= hans
	if hans+latins < 2 || h.japanese {
		return false
	}
	if latins > 0 {
		h.spelled()
		h.readRuns(cells)
	}
	return true
}

// spelled closes the gaps between letters that stand singly, all with a gap
// before them: s h a b i.
func (h *ear) spelled() {
	for i := 0; i < len(h.units); {
		end := i + 1
		for end < len(h.units) && h.units[end].kind == latinUnit && h.units[end].gap == loose {
			end++
		}
		// The last one is the beginning of a word when a letter follows directly.
		if end < len(h.units) && end > i+1 && h.units[end].kind == latinUnit && h.units[end].gap == noGap {
			end--
		}
		alone := h.units[i].kind == latinUnit && (h.units[i].gap != noGap || i == 0)
		if alone && end-i >= leastPinyin {
			for k := i + 1; k < end; k++ {
				h.units[k].gap = noGap
			}
		}
		i = max(end, i+1)
	}
}

// readRuns finds the Latin words and tells which can be pinyin.
func (h *ear) readRuns(cells []cell) {
	p := sounds()
	var word [longestRun]byte
	for i := 0; i < len(h.units); {
		if h.units[i].kind != latinUnit {
			i++
			continue
		}
		r := run{from: int32(i), readable: true}
		k := i
		for ; k < len(h.units) && h.units[k].kind == latinUnit && (k == i || h.units[k].gap == noGap); k++ {
			h.units[k].run = int32(len(h.runs))
			if k-i < longestRun {
				word[k-i] = byte(h.units[k].r)
			}
			marked, other := toneOf(cells[h.units[k].cell].raw)
			r.toned = r.toned || marked
			r.readable = r.readable && !other
		}
		r.to = int32(k)
		_, digit := h.tone(r.to)
		r.toned = r.toned || digit
		if r.readable = r.readable && k-i <= longestRun; r.readable && !r.toned {
			text := string(word[:k-i])
			r.foreign = p.isForeign(text)
			r.readable = !r.foreign || k-i <= longestSyllable && p.spelled[lettersOf(text)][0] != 0
		}
		h.runs = append(h.runs, r)
		i = k
	}
}

func lettersOf(text string) (l letters) {
	for _, r := range text {
		l = l.and(r)
	}
	return l
}

// tone gives the unit behind a tone that is written as a digit.
func (h *ear) tone(at int32) (next int32, ok bool) {
	if int(at) >= len(h.units) || h.units[at].kind != digitUnit || h.units[at].gap != noGap || h.units[at].r < '1' || h.units[at].r > '5' {
		return at, false
	}
	if beyond := at + 1; int(beyond) < len(h.units) && h.units[beyond].kind == digitUnit && h.units[beyond].gap == noGap {
		return at, false
	}
	return at + 1, true
}

// listen compares the text with the entries. It gives false when it gave up.
func (h *ear) listen(s *sonic) bool {
	h.sonic, h.steps, h.path = s, 0, h.path[:0]
	for i := range h.units {
		u := &h.units[i]
		if u.kind == latinUnit && (int32(i) != h.runs[u.run].from || i > 0 && u.gap == noGap && h.units[i-1].kind == digitUnit) {
			continue // in the middle of a word, or of a name such as mp3
		}
		h.next(0, int32(i))
	}
	return h.steps < maxSteps
}

// next goes on with the syllables that begin at unit i.
func (h *ear) next(node uint32, i int32) {
	t := h.sonic.trie
	if int(i) >= len(h.units) || t.first[node] == t.first[node+1] {
		return
	}
	if h.steps++; h.steps >= maxSteps {
		return
	}
	u := &h.units[i]
	if len(h.path) > 0 && u.gap == clauses {
		return
	}
	switch {
	case u.kind == hanUnit && u.sound != 0:
		h.take(node, i, i+1, u.sound)
	case u.kind == latinUnit && h.runs[u.run].readable:
		p, l := sounds(), letters(0)
		end := min(h.runs[u.run].to, i+longestSyllable)
		for k := i; k < end; k++ {
			l = l.and(h.units[k].r)
			for _, id := range p.spelled[l] {
				if id == 0 {
					break
				}
				to, _ := h.tone(k + 1)
				h.take(node, i, to, id)
			}
		}
	}
}

func (h *ear) take(node uint32, from, to int32, id uint16) {
	child, ok := h.sonic.trie.child(node, rune(id))
	if !ok {
		return
	}
	h.path = append(h.path, uttered{from, to})
	if e := h.sonic.trie.entry[child]; e > 0 && h.ends(to) {
		first, last := h.path[0], h.path[len(h.path)-1]
		for i := e - 1; int(i) < len(h.sonic.entries) && (i == e-1 || h.sonic.entries[i].again); i++ {
			h.found(h.sonic.entries[i].entry, h.units[first.from].cell, h.units[last.to-1].cell+1)
		}
	}
	h.next(child, to)
	h.path = h.path[:len(h.path)-1]
}

// ends tells whether a match may end before unit i: not within a Latin word.
func (h *ear) ends(i int32) bool {
	if int(i) >= len(h.units) || h.units[i].gap != noGap || h.units[i-1].kind == hanUnit {
		return true
	}
	return h.units[i].kind != latinUnit && h.units[i].kind != digitUnit
}

// means tells whether the path of a match is likely to mean an entry, given its
// characters.
func (h *ear) means(key []rune) bool {
	if len(key) != len(h.path) {
		return false
	}
	first, last := h.path[0], h.path[len(h.path)-1]
	hans, exact, latins, loosened, foreign, toned := 0, 0, 0, false, 0, false
	for i, s := range h.path {
		u := &h.units[s.from]
		loosened = loosened || i > 0 && u.gap == loose
		if u.kind == hanUnit {
			hans++
			if u.r == key[i] {
				exact++
			}
			continue
		}
		r := &h.runs[u.run]
		latins += int(s.to - s.from)
		toned = toned || r.toned
		if r.foreign {
			foreign++
		}
		if r.to-r.from < 2 && !r.toned {
			return false // a letter beside a character, or an article
		}
	}
	switch {
	case exact == len(key):
		return false // found as it is written, or not meant
	case hans == 0:
		return h.spells(latins, foreign, toned)
	case latins > 0:
		return foreign == 0 && !h.partOfWord(key)
	case loosened && !h.alone(first, last):
		return false
	}
	text := make([]rune, len(key))
	for i, s := range h.path {
		text[i] = h.units[s.from].r
	}
	return !grammar(text, key, exact) && !sounds().composedOf(text) && !h.partOfWord(key)
}

// grammar tells whether a match is likely to be nothing but grammar: mostly
// characters that stand beside every other one, and none of the entry's own;
// of two characters that one would have to be no such character.
func grammar(text, key []rune, exact int) bool {
	n, telling := 0, false
	for i, r := range text {
		if strings.ContainsRune(particles, r) {
			n++
		} else {
			telling = telling || r == key[i]
		}
	}
	return n*2 >= len(text) && (exact == 0 || len(text) == 2 && !telling)
}

// particles are those characters.
const particles = "的是不了在有我你他她它这那个人们也就都要会能去来上下到说看见又和与而被把得地着过为以于吗吧啊呢么"

// alone tells whether a match stands alone between gaps.
func (h *ear) alone(first, last uttered) bool {
	return (first.from == 0 || h.units[first.from].gap != noGap) &&
		(int(last.to) >= len(h.units) || h.units[last.to].gap != noGap)
}

// spells tells whether Latin letters alone are a Chinese word.
func (h *ear) spells(latins, foreign int, toned bool) bool {
	if toned {
		return true
	}
	if latins < leastPinyin || foreign == len(h.path) {
		return false
	}
	var b strings.Builder
	for _, s := range h.path {
		for i := s.from; i < s.to; i++ {
			b.WriteRune(h.units[i].r)
		}
	}
	return latins >= surePinyin || !sounds().isForeign(b.String())
}

// partOfWord tells whether a character at an edge of the match, which is not
// the entry's own, belongs to a common word with what stands beside it.
func (h *ear) partOfWord(key []rune) bool {
	p, n := sounds(), len(key)
	at := func(i int32) rune { // the character there; 0 where none stands directly beside the next
		if i < 0 || int(i) >= len(h.units) || h.units[i].kind != hanUnit {
			return 0
		}
		return h.units[i].r
	}
	beside := func(i int32) bool { return int(i) < len(h.units) && i >= 0 && h.units[i].gap == noGap } // and what is before it
	if i := h.path[0].from; at(i) != 0 && at(i) != key[0] && i > 0 && beside(i) {
		a, b, c, d := at(i-2), at(i-1), at(i), at(i+1)
		if b != 0 && (p.common(b, c) || d != 0 && beside(i+1) && p.common(b, c, d) || a != 0 && beside(i-1) && p.common(a, b, c)) {
			return true
		}
	}
	if i := h.path[n-1].from; at(i) != 0 && at(i) != key[n-1] && beside(i+1) {
		a, b, c, d := at(i-1), at(i), at(i+1), at(i+2)
		if c != 0 && (p.common(b, c) || a != 0 && beside(i) && p.common(a, b, c) || d != 0 && beside(i+2) && p.common(b, c, d)) {
			return true
		}
	}
	return false
}

// sounded is called for every way in which the sound of a text is that of an
// entry.
func (m *matcher) sounded(index uint32, from, to int32) {
	e := &m.rules.entries[index]
	if e.until != 0 && m.now >= e.until || len(m.hits) >= maxHits {
		return
	}
	m.key = m.key[:0]
	for _, r := range e.text {
		m.key = append(m.key, r)
	}
	m.entry.fold(m.key)
	key := m.key[:0]
	for _, c := range m.entry.cells {
		if c.kind != space {
			key = append(key, c.r)
		}
	}
	if !m.ear.means(key) {
		return
	}
	h := hit{
		action: comment.Hold, rule: m.rules.lists[e.list], list: e.list, line: e.line, word: e.text,
		span: m.view.source(m.fold.cells[from].from, m.fold.cells[to-1].to), aggressive: true, sound: true, view: m.view.name,
	}
	if e.stated {
		h.action = min(h.action, e.action)
	}
	m.hits = append(m.hits, h)
}
