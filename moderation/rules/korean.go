package rules

import (
	"danmaku/comment"
	"danmaku/moderation/fold"
)

// This file finds respelled Korean words: 씨빠 and 시ㅂ for 시발. A separate trie has the entries of
// two and more syllables by the classes of their letters, and entries of initials by
// themselves. A match is held, and does not count if it is an everyday word or the beginning
// of one.

// korean are the entries of a rule set by the classes of their letters.
type korean struct {
	trie    *trie
	entries []sounding // in the order of the trie
	latin   *koreanLatin
}

// initialLabel is added to an initial that is a separate element of the trie.
const initialLabel = 1 << 16

func syllableLabel(s fold.Syllable) rune {
	return rune(s.Lead)<<8 | rune(s.Vowel)<<4 | rune(s.Final) | 1<<12
}

// koreanOf builds the trie; nil if no entry has a form in it.
func koreanOf(entries []entry, key func(i int) []rune) *korean {
	var keys []keyed
	var arena []rune
	for i := range entries {
		e, k, from := &entries[i], key(i), len(arena)
		if e.how != forbid || e.exact || len(k) < 2 && !soundsRare(k) || e.gaps != 0 {
			continue
		}
		for _, r := range k {
			if s, ok := fold.ClassesOf(r); ok {
				arena = append(arena, syllableLabel(s))
			} else if n := fold.InitialOf(r); n >= 0 {
				arena = append(arena, rune(n)|initialLabel)
			} else {
				arena = arena[:from]
				break
			}
		}
		if len(arena) > from {
			keys = append(keys, keyed{headOf(arena[from:]), uint32(from), uint32(len(arena)), uint32(i)})
		}
	}
	if len(keys) == 0 {
		return nil
	}
	latin := koreanLatinOf(entries, key)
	fold.IsKorean(nil) // load the words now, and not at the first comment
	sortKeys(keys, arena)
	s := &korean{trie: buildTrie(keys, arena), entries: soundingOf(keys, arena), latin: latin}
	return s
}

// soundsRare reports whether an entry is one syllable with a final that begins no everyday word:
// such a syllable is recognized by its sound, too (좃 for 좆).
func soundsRare(key []rune) bool {
	if len(key) != 1 {
		return false
	}
	s, ok := fold.ClassesOf(key[0])
	return ok && s.Final != 0 && !fold.BeginsKorean(key[0])
}

// koreanReader reads a text as respelled Korean. It is reused for many texts.
type koreanReader struct {
	runes  []fold.Rune
	korean *korean
	start  int32
	at     []int32 // where each character of the path begins
	found  func(entry uint32, from, to int32, how koreanPath)
	budget *Budget
}

// koreanPath counts the changes that a path needed to spell an entry.
type koreanPath struct {
	initials int // consonants in place of a whole syllable
	latins   int // of these or of the entry's own initials, Latin letters
	finals   int // l left out
	added    int // finals
	vowels   int // of another class
	rare     int // of these, rarely confused ones
	carried  int // finals moved to the next syllable, and lengthened vowels
}

// match compares the text with the entries from every beginning of a word.
func (kr *koreanReader) match(k *korean, runes []fold.Rune) {
	kr.korean, kr.runes = k, runes
	for i := range runes {
		if kr.budget.spent() {
			return
		}
		c := &runes[i]
		if c.Kind != fold.Letter || i > 0 && runes[i-1].Kind == fold.Letter && (runes[i-1].Script == fold.Hangul || c.Script == fold.Latin) {
			continue
		}
		if c.Script == fold.Hangul || c.Script == fold.Latin && i+1 < len(runes) && runes[i+1].Script == fold.Hangul {
			kr.start, kr.at = int32(i), kr.at[:0]
			kr.next(0, int32(i), koreanPath{})
		}
	}
}

// next goes on with the syllable that is written at i.
func (kr *koreanReader) next(node uint32, i int32, p koreanPath) {
	t := kr.korean.trie
	if i > kr.start {
		if e := t.entry[node]; e > 0 {
			for k := e - 1; int(k) < len(kr.korean.entries) && (k == e-1 || kr.korean.entries[k].again); k++ {
				if !kr.budget.spend(2) {
					return
				}
				kr.found(kr.korean.entries[k].entry, kr.start, i, p)
			}
		}
	}
	if int(i) >= len(kr.runes) || t.first[node] == t.first[node+1] || !kr.budget.spend(1) {
		return
	}
	c := &kr.runes[i]
	if s, ok := fold.ClassesOf(c.R); ok {
		kr.syllable(node, i, s, p)
		return
	}
	if n := fold.InitialOf(c.R); n >= 0 {
		kr.initial(node, i, n, p)
		return
	}
	if c.Script == fold.Latin && c.Written == c.R {
		p.latins++
		for _, n := range fold.LatinInitials(c.R) {
			kr.initial(node, i, n, p)
		}
	}
}

// enter continues at rune next, after a character of the path that begins at i.
func (kr *koreanReader) enter(child uint32, i, next int32, p koreanPath) {
	kr.at = append(kr.at, i)
	kr.next(child, next, p)
	kr.at = kr.at[:len(kr.at)-1]
}

// koreanVowels are vowels that sometimes replace each other, the first commonVowels of them
// more often.
var koreanVowels = [][2]uint8{
	{fold.OpenVowel, fold.BackVowel}, {fold.BackVowel, fold.FrontVowel},
	{fold.OpenVowel, fold.FrontVowel}, {fold.BackVowel, fold.RoundVowel},
	{fold.OpenVowel, fold.RoundVowel}, {fold.RoundVowel, fold.CloseVowel}, {fold.BackVowel, fold.CloseVowel}, {fold.CloseVowel, fold.HighVowel},
}

const commonVowels = 2

func (kr *koreanReader) syllable(node uint32, i int32, s fold.Syllable, p koreanPath) {
	end := i + 1
	take := func(s fold.Syllable, p koreanPath) {
		if child, ok := kr.korean.trie.child(node, syllableLabel(s)); ok {
			kr.enter(child, i, end, p)
		}
	}
	take(s, p)
	if p.carried == 0 && int(end) < len(kr.runes) {
		if next, ok := fold.ClassesOf(kr.runes[end].R); ok {
			kr.carried(node, i, s, next, p)
		}
	}
	if s.Final == 0 && p.finals == 0 {
		left := p
		left.finals++
		take(fold.Syllable{Lead: s.Lead, Vowel: s.Vowel, Final: fold.LiquidFinal}, left)
	}
	if p.added == 0 && s.Final != 0 && kr.needless(i, s.Final) {
		more := p
		more.added++
		take(fold.Syllable{Lead: s.Lead, Vowel: s.Vowel}, more)
	}
	if p.vowels == 0 {
		other := p
		other.vowels++
		for n, v := range koreanVowels {
			if n == commonVowels {
				other.rare++
			}
			for k := range v {
				if s.Vowel == v[k] {
					take(fold.Syllable{Lead: s.Lead, Vowel: v[1-k], Final: s.Final}, other)
				}
			}
		}
	}
}

// carried reads two syllables as they sound: 질알 as 지랄, 시이발 as 시발 and 바알 as 발.
func (kr *koreanReader) carried(node uint32, i int32, s, next fold.Syllable, p koreanPath) {
	p.carried++
	if fold.DrawnOut(s, next) {
		s.Final = next.Final
		if child, ok := kr.korean.trie.child(node, syllableLabel(s)); ok {
			kr.enter(child, i, i+2, p)
		}
		return
	}
	lead, ok := fold.CarriedLead(s.Final, next.Lead)
	if !ok || !kr.budget.spend(1) {
		return
	}
	if node, ok = kr.korean.trie.child(node, syllableLabel(fold.Syllable{Lead: s.Lead, Vowel: s.Vowel})); !ok {
		return
	}
	if child, ok := kr.korean.trie.child(node, syllableLabel(fold.Syllable{Lead: lead, Vowel: next.Vowel, Final: next.Final})); ok {
		kr.at = append(kr.at, i)
		kr.enter(child, i+1, i+2, p)
		kr.at = kr.at[:len(kr.at)-1]
	}
}

// needless reports whether the next syllable repeats a final, or the final is hardly audible.
func (kr *koreanReader) needless(i int32, final uint8) bool {
	if final == fold.NasalFinal || final == fold.StoppedFinal {
		return true
	}
	lead, ok := fold.FinalLead(final)
	if !ok || int(i)+1 >= len(kr.runes) {
		return false
	}
	s, ok := fold.ClassesOf(kr.runes[i+1].R)
	return ok && s.Lead == lead
}

// initial reads a consonant as the syllable that begins with it, or as itself.
func (kr *koreanReader) initial(node uint32, i int32, n int, p koreanPath) {
	t := kr.korean.trie
	if child, ok := t.child(node, rune(n)|initialLabel); ok {
		kr.enter(child, i, i+1, p)
	}
	if p.initials++; p.initials > 2 {
		return
	}
	for child := t.first[node]; child < t.first[node+1]; child++ {
		if l := t.label[child]; l&initialLabel == 0 && uint8(l>>8&0xF) == fold.LeadOf(n) {
			if !kr.budget.spend(1) {
				return
			}
			kr.enter(child, i, i+1, p)
		}
	}
}

// keyOf returns the characters of an entry, folded.
func (m *matcher) keyOf(e *entry) []rune {
	m.key = m.key[:0]
	for _, r := range e.text {
		m.key = append(m.key, r)
	}
	m.entry.Fold(m.key)
	key := m.key[:0]
	for _, c := range m.entry.Runes {
		if c.Kind != fold.Space {
			key = append(key, c.R)
		}
	}
	return key
}

// guess adds a hit that holds at most.
func (m *matcher) guess(e *entry, from, to int32) {
	h := Hit{
		Action: comment.Hold, set: m.set, Rule: m.rules.lists[e.list], list: e.list, line: e.line, Word: e.text,
		Span: m.decoding.Source(m.fold.Runes[from].From, m.fold.Runes[to-1].To), Guess: true, BySound: true, Form: m.decoding.Form,
	}
	if e.stated {
		h.Action = min(h.Action, e.action)
	}
	m.hits = append(m.hits, h)
}
