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
	leastPinyin = 4 // letters
	surePinyin  = 5 // letters from which a word is spelled, whatever else it may mean in parts
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
