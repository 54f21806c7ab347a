package rules

import (
	"danmaku/moderation/fold"
)

// This file judges apparent Korean entries by the words around them.

// foundKorean is called for every way in which Korean letters spell an entry.
func (m *matcher) foundKorean(index uint32, from, to int32, p koreanPath) {
	e := &m.rules.entries[index]
	if e.until != 0 && m.now >= e.until || len(m.hits) >= maxHits {
		return
	}
	key := m.keyOf(e)
	runes := m.fold.Runes[from:to]
	if len(key) != len(m.hangul.at) || !m.koreanMeans(key, from, to, p) {
		return
	}
	after := m.accept.at(to)
	if runes[len(runes)-1].Script == fold.Latin && after != nil && (after.Kind == fold.Letter || after.Kind == fold.Digit) {
		return
	}
	if p.initials == 0 && p.latins == 0 && m.everydayKorean(from, to, p.carried > 0) {
		return
	}
	m.guess(e, from, to)
}

// koreanMeans reports whether a respelling of an entry is likely to be meant.
func (m *matcher) koreanMeans(key []rune, from, to int32, p koreanPath) bool {
	if len(key) == 1 {
		r := m.fold.Runes[from].R
		return p == koreanPath{} && r != key[0] && fold.IsSyllable(r) && !fold.BeginsKorean(r)
	}
	same, other, vowels := 0, 0, 0 // syllables as in the entry, different ones, and those with only another vowel
	for i, at := range m.hangul.at {
		switch r := m.fold.Runes[at].R; {
		case r == key[i]:
			same++
		case fold.IsSyllable(r):
			if other++; fold.SameConsonants(r, key[i]) {
				vowels++
			}
		}
	}
	alone := m.accept.at(to) == nil || !fold.IsSyllable(m.accept.at(to).R)
	slight := p.finals + p.added + p.vowels
	if p.rare > 0 && !alone && len(key) < 3 {
		return false
	}
	switch {
	case same == len(key) && p.carried == 0:
		return false // the literal match has found it
	case p.initials > 1:
		return same > 0 && same == len(key)-2 && alone && p.latins == 0 // 느ㄱㅁ
	case p.initials > 0:
		return same == len(key)-1 // 시ㅂ, but not 씨ㅂ
	case p.latins > 0:
		return same > 0 // bㅅ for ㅂㅅ
	case p.carried > 0:
		return slight == 0 && alone
	}
	if slight > 1 && len(key) < 3 && other < 2 {
		return false
	}
	// A missing final or another vowel makes another word, unless more was changed, or it
	// stands by itself and is not in the dictionary.
	return slight == 0 || other > 1 || len(key) > 2 && p.finals == 0 || slight == 1 && vowels+p.added == 1 && alone
}

// everydayKorean reports whether a match at the beginning of a word is an everyday word or
// part of one. With a lengthened vowel, the word has to reach its end.
func (m *matcher) everydayKorean(from, to int32, drawn bool) bool {
	m.text = m.text[:0]
	for i := from; int(i) < len(m.fold.Runes) && int(i-from) < int(to-from)+fold.LongestKorean && fold.IsSyllable(m.fold.Runes[i].R); i++ {
		m.text = append(m.text, m.fold.Runes[i].R)
	}
	n := int(to - from)
	m.budget.spend(len(m.text))
	least := max(2, n-1)
	if drawn {
		least = n
	}
	for i := range min(n, len(m.text)) {
		for k := 2; k <= fold.LongestKorean && i+k <= len(m.text); k++ {
			if (i == 0 && k >= least || i > 0 && i+k > n) && fold.IsKorean(m.text[i:i+k]) {
				return true
			}
		}
	}
	return false
}

// weighKorean judges an entry of syllables by the words around it. An entry that begins inside
// a word is held at most: 다시발매 is not a curse.
func (m *matcher) weighKorean(e *entry, path []step) writing {
	if e.class != freeEntry || e.openStart || len(path) < 2 {
		return meant
	}
	for _, s := range path {
		if !fold.IsSyllable(s.label) || s.how != fold.Plain {
			return meant
		}
	}
	isSyllable := func(i int32) bool {
		c := m.accept.at(i)
		return c != nil && fold.IsSyllable(c.R)
	}
	from, to := path[0].from, path[len(path)-1].to
	inside := isSyllable(from - 1)
	if int(to-from) == len(path)+1 && !inside || int(to-from) > len(path)+1 {
		return m.weighGap(path)
	}
	if int(to-from) == len(path)+1 { // with one gap: 다시 발로
		for i := from; i < to; i++ {
			if m.fold.Runes[i].Kind == fold.Space {
				return chance
			}
		}
		return meant
	}
	left, right, long := false, false, false
	word := func(i, k int32) bool { return m.isKorean(i, k) }
	for k := int32(2); k <= fold.LongestKorean; k++ {
		for i := from - k + 1; i < to; i++ {
			switch end := i + k; {
			case i < from && end > from && word(i, k):
				left = true
			case i > from && end > to && word(i, k):
				right = true
				long = long || k > 2
			case i == from && end > to && fold.OwnKorean(m.syllables(i, k)):
				return chance // 새끼손가락
			}
		}
	}
	switch {
	case left && right, long:
		return chance
	case inside || right:
		return unclear
	}
	return meant
}

// weighGap judges a match with a gap: 시 발매 continues with an everyday word.
func (m *matcher) weighGap(path []step) writing {
	last := path[len(path)-1]
	begin := last.from
	for i := len(path) - 1; i > 0 && path[i-1].to == path[i].from; i-- {
		begin = path[i-1].from
	}
	if begin == path[0].from || m.fold.Runes[begin-1].Kind != fold.Space {
		return meant
	}
	for k := last.to - begin + 1; k <= fold.LongestKorean; k++ {
		if m.isKorean(begin, k) {
			return chance
		}
	}
	return meant
}

// isKorean reports whether k runes from i on are an everyday word.
func (m *matcher) isKorean(i, k int32) bool { return fold.IsKorean(m.syllables(i, k)) }

// syllables returns k folded characters from i on; nil if there are fewer.
func (m *matcher) syllables(i, k int32) []rune {
	m.text = m.text[:0]
	if i < 0 || int(i+k) > len(m.fold.Runes) || !m.budget.spend(1) {
		return nil
	}
	for _, c := range m.fold.Runes[i : i+k] {
		m.text = append(m.text, c.R)
	}
	return m.text
}
