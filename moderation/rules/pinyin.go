package rules

import (
	"slices"
	"strings"

	"danmaku/moderation/fold"
)

// This file finds Chinese words by their sound: 煞笔 and shabi for 傻逼. A separate trie has the
// entries of two and more ideographs as syllables. A text is read as syllables, too: those of
// its characters, and of its Latin letters if they are pinyin. A match by sound is held and
// never refused, because every language has many other words with the same sounds. For the
// same reason it does not count if the characters are common words, or part of one.

// Bounds of pinyin without any character beside it.
const (
	leastPinyin = 4 // letters
	surePinyin  = 5 // letters from which a word counts as spelled, whatever its parts may mean
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

// soundable reports whether an entry can be matched by its sound, and adds its syllables.
func soundable(e *entry, key []rune, arena *[]rune) bool {
	if e.how != forbid || e.exact || len(key) < 2 || fold.ScriptOf(key[0]) != fold.Han {
		return false
	}
	p, from := fold.Chinese(), len(*arena)
	for _, r := range key {
		id := p.Syllable(r)
		if id == 0 {
			*arena = (*arena)[:from]
			return false
		}
		*arena = append(*arena, rune(id))
	}
	return true
}

// sonicOf builds the trie of the entries' syllables; nil if none has a sound.
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
	return &sonic{trie: buildTrie(keys, arena), entries: soundingOf(keys, arena)}
}

// soundingOf lists the entries of sorted keys.
func soundingOf(keys []keyed, arena []rune) []sounding {
	out := make([]sounding, len(keys))
	for i, k := range keys {
		out[i] = sounding{k.index, i > 0 && slices.Equal(arena[keys[i-1].from:keys[i-1].to], arena[k.from:k.to])}
	}
	return out
}

// means reports whether the path of a match is likely to mean an entry, given its
// characters.
func (pr *phoneticReader) means(key []rune) bool {
	if len(key) != len(pr.path) {
		return false
	}
	first, last := pr.path[0], pr.path[len(pr.path)-1]
	hans, exact, latins, loosened, foreign, toned := 0, 0, 0, false, 0, false
	initials, digits := 0, 0
	for i, s := range pr.path {
		u := &pr.units[s.from]
		loosened = loosened || i > 0 && u.gap == loose
		if u.kind == hanUnit {
			hans++
			if u.r == key[i] {
				exact++
			}
			continue
		}
		if u.kind == digitUnit {
			digits++
			continue
		}
		if s.initial {
			initials++
			continue
		}
		r := &pr.runs[u.run]
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
	case initials+digits > 0:
		return latins == 0 && !loosened && pr.abbreviates(key, hans, exact, initials, digits)
	case exact == len(key):
		return false // the literal match has found it, or it is not meant
	case hans == 0:
		return pr.spells(latins, foreign, toned)
	case latins > 0:
		// A syllable that is a word of another language (he, long, ping) counts if it is
		// directly beside two of the entry's own characters.
		surely := foreign == 1 && !loosened && exact == hans && (hans >= 2 || pr.inOneWord())
		return (foreign == 0 || surely) && !pr.partOfWord(key)
	case loosened && !pr.alone(first, last):
		return false
	}
	text := make([]rune, len(key))
	for i, s := range pr.path {
		text[i] = pr.units[s.from].r
	}
	if grammar(text, key, exact) || fold.Chinese().ComposedOf(text) || pr.partOfWord(key) {
		return false
	}
	c := pr.clause(first.from, last.to)
	return loosened || !c.explainsSound(key)
}

// inOneWord reports whether the Latin letters of a match of two syllables are small ones that
// belong to its character and to nothing else: dai练 and 脑can, not 脑CAN or 脑can do.
func (pr *phoneticReader) inOneWord() bool {
	if len(pr.path) != 2 {
		return false
	}
	for k, s := range pr.path {
		if pr.units[s.from].kind != latinUnit {
			c := pr.clause(s.from, s.to)
			if left, right, _ := c.crossed(fold.Guess{}); left || right {
				return false // 大脑can
			}
			continue
		}
		for i := s.from; i < s.to; i++ {
			if pr.units[i].raw != pr.units[i].r {
				return false
			}
		}
		beside := s.from - 1 // a Latin word on the other side
		if k == 1 {
			beside = s.to
		}
		if beside >= 0 && int(beside) < len(pr.units) && pr.units[beside].kind == latinUnit {
			return false
		}
	}
	return true
}

// clause returns the ideographs around units from (inclusive) to (exclusive), as long as they
// are adjacent.
func (pr *phoneticReader) clause(from, to int32) clause {
	lo, hi := from, to
	for lo > 0 && from-lo < aroundMatch && pr.units[lo].gap == noGap && pr.units[lo-1].kind == hanUnit {
		lo--
	}
	for int(hi) < len(pr.units) && hi-to < aroundMatch && pr.units[hi].gap == noGap && pr.units[hi].kind == hanUnit {
		hi++
	}
	pr.text = pr.text[:0]
	for _, u := range pr.units[lo:hi] {
		pr.text = append(pr.text, u.r)
	}
	pr.budget.spend(len(pr.text) * 2)
	return clause{pr.text, int(from - lo), int(to - lo)}
}

// abbreviates reports whether initials or digits beside ideographs replace the others of an
// entry: 煞b, 草nm, 法l功, 王8蛋, 去4吧. A letter must be a small one, because capitals name things
// (小S, C位), and a match that ends with a letter must end a clause.
func (pr *phoneticReader) abbreviates(key []rune, hans, exact, initials, digits int) bool {
	n := len(key)
	first, last := pr.path[0], pr.path[n-1]
	closed := int(last.to) >= len(pr.units) || pr.units[last.to].gap != noGap || strings.ContainsRune(closing, pr.units[last.to].r)
	opened := first.from == 0 || pr.units[first.from].gap != noGap
	if pr.units[last.from].kind != hanUnit && !closed || pr.units[first.from].kind == digitUnit && !opened {
		return false
	}
	if digits > 0 {
		return initials == 0 && digits == 1 && exact == n-1
	}
	for _, s := range pr.path {
		if !s.initial {
			continue
		}
		u := &pr.units[s.from]
		if r := &pr.runs[u.run]; u.raw != u.r || r.from < first.from || r.to > last.to {
			return false
		}
	}
	if hans == 0 { // Bopomofo
		return pr.bopomofo && opened && closed && pr.units[first.from].r != pr.units[last.from].r
	}
	p := fold.Chinese()
	for _, s := range pr.path {
		if pr.units[s.from].kind != hanUnit {
			continue
		}
		c := pr.clause(s.from, s.to)
		if left, right, _ := c.crossed(fold.Guess{}); left || right {
			return false
		}
		if hans == 1 && exact == 0 && (p.Cost(pr.units[s.from].r) < rareSound || !opened) {
			return false
		}
	}
	return true
}

// rareSound is the cost from which a character hardly means itself.
const rareSound = 9

// grammar reports whether a match is likely to be only grammar: mostly characters that occur
// beside any other, and none of the entry's own. In a match of two characters, an own character
// must not be one of these either.
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

// alone reports whether a match stands alone between gaps.
func (pr *phoneticReader) alone(first, last syllable) bool {
	return (first.from == 0 || pr.units[first.from].gap != noGap) &&
		(int(last.to) >= len(pr.units) || pr.units[last.to].gap != noGap)
}

// spells reports whether Latin letters alone are a Chinese word.
func (pr *phoneticReader) spells(latins, foreign int, toned bool) bool {
	if toned {
		return true
	}
	if latins < leastPinyin || foreign == len(pr.path) {
		return false
	}
	var b strings.Builder
	for _, s := range pr.path {
		for i := s.from; i < s.to; i++ {
			b.WriteRune(pr.units[i].r)
		}
	}
	return latins >= surePinyin || !fold.Chinese().IsForeign(b.String())
}

// partOfWord reports whether a character at an edge of the match that is not the entry's own
// forms a common word with its neighbours.
func (pr *phoneticReader) partOfWord(key []rune) bool {
	p, n := fold.Chinese(), len(key)
	at := func(i int32) rune { // the character there; 0 if none is directly beside the next
		if i < 0 || int(i) >= len(pr.units) || pr.units[i].kind != hanUnit {
			return 0
		}
		return pr.units[i].r
	}
	beside := func(i int32) bool { return int(i) < len(pr.units) && i >= 0 && pr.units[i].gap == noGap } // and the unit before it
	if i := pr.path[0].from; at(i) != 0 && at(i) != key[0] && i > 0 && beside(i) {
		a, b, c, d := at(i-2), at(i-1), at(i), at(i+1)
		if b != 0 && (p.IsWord(b, c) || d != 0 && beside(i+1) && p.IsWord(b, c, d) || a != 0 && beside(i-1) && p.IsWord(a, b, c)) {
			return true
		}
	}
	if i := pr.path[n-1].from; at(i) != 0 && at(i) != key[n-1] && beside(i+1) {
		a, b, c, d := at(i-1), at(i), at(i+1), at(i+2)
		if c != 0 && (p.IsWord(b, c) || a != 0 && beside(i) && p.IsWord(a, b, c) || d != 0 && beside(i+2) && p.IsWord(b, c, d)) {
			return true
		}
	}
	return false
}

// foundBySound is called for every way in which a text sounds like an entry.
func (m *matcher) foundBySound(index uint32, from, to int32) {
	e := &m.rules.entries[index]
	if e.until != 0 && m.now >= e.until || len(m.hits) >= maxHits || m.off(e.language) {
		return
	}
	key := m.keyOf(e)
	if !m.phonetic.means(key) {
		return
	}
	m.guess(e, from, to)
}
