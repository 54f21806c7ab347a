package rules

import (
	"slices"
	"strings"

	"danmaku/moderation/fold"
)

// This file finds deliberate respellings: shyt, fagot, phuk, kill urself, пісда. A separate
// trie has the entries of scripts with spaces as sounds, and a text is read as sounds, too. In
// a long entry one sound may be changed, missing or added; short entries resemble too many
// other words for that. Two letters may be swapped, and a whole word may be reversed.
//
// All of these are guesses: they hold and never refuse, and an everyday word of any language
// never counts as one.

// maxGuesses bounds the steps of guessing in one decision. A text that needs more passes:
// guesses never make a text unreadable.
const maxGuesses = 40_000

// respelled are the entries of a rule set by their sounds.
type respelled struct {
	trie    *trie
	entries []respelledEntry // in the order of the trie
	inside  bool             // some of them may begin inside a word
}

type respelledEntry struct {
	entry uint32
	gaps  uint64 // like those of the entry, counted in sounds
	size  uint8  // sounds
	again bool   // sounds the same as the one before it
}

// leastRespelled is the least number of letters of an entry for guesses.
const leastRespelled = 3

// guessable reports whether other spellings of an entry are found.
func guessable(e *entry, key []rune) bool {
	if e.how != forbid || e.exact || e.class != wordEntry || e.letters < leastRespelled || int(e.letters) != len(key) ||
		e.marks != nil && (e.marks.Vietnamese || e.letters < leastBare) {
		return false
	}
	for _, r := range key {
		if s := fold.ScriptOf(r); s != fold.Latin && s != fold.Cyrillic {
			return false
		}
	}
	return true
}

// respelledOf builds the trie of the entries' sounds; nil if none has any.
func respelledOf(entries []entry, key func(i int) []rune) *respelled {
	var keys []keyed
	var arena []rune
	var phones []fold.Phone
	var gaps []uint64
	out := &respelled{}
	for i := range entries {
		e, word := &entries[i], key(i)
		if !guessable(e, word) {
			continue
		}
		from, at, gap := len(arena), 0, uint64(0)
		for end := 1; end <= len(word); end++ {
			if end < len(word) && !e.gapAt(end) {
				continue
			}
			phones = fold.AppendPhones(phones[:0], word[at:end])
			if n := len(arena) - from; at > 0 && n < 64 {
				gap |= 1 << n
			}
			for _, p := range phones {
				arena = append(arena, p.R)
			}
			at = end
		}
		if len(arena)-from < 2 {
			arena = arena[:from]
			continue
		}
		keys = append(keys, keyed{headOf(arena[from:]), uint32(from), uint32(len(arena)), uint32(i)})
		gaps = append(gaps, gap)
		out.inside = out.inside || e.openStart
	}
	if len(keys) == 0 {
		return nil
	}
	order := make(map[uint32]uint64, len(keys))
	for i, k := range keys {
		if gaps[i] != 0 {
			order[k.index] = gaps[i]
		}
	}
	sortKeys(keys, arena)
	out.trie = buildTrie(keys, arena)
	out.entries = make([]respelledEntry, len(keys))
	for i, k := range keys {
		out.entries[i] = respelledEntry{
			entry: k.index, gaps: order[k.index], size: uint8(min(k.to-k.from, 255)),
			again: i > 0 && slices.Equal(arena[keys[i-1].from:keys[i-1].to], arena[k.from:k.to]),
		}
	}
	return out
}

// change is how a spelling changed the sounds of an entry.
type change uint8

const (
	unchanged     change = iota
	voiced               // v, f and w for each other, d and t, g and k, b and p
	likeVowel            // e and i, or o and u, for each other
	otherVowel           // any other vowel for a vowel
	hiddenVowel          // a consonant in place of a vowel
	otherLetter          // any other sound
	droppedVowel         // a vowel is missing
	droppedLetter        // a consonant is missing
	addedVowel
	addedLetter
	swapped  // two letters beside each other
	reversed // all letters, from the end
	twice    // two sounds
)

// least is the least number of letters and sounds of an entry for guessing each change.
var least = [...]struct{ letters, sounds uint8 }{
	unchanged: {3, 2}, voiced: {4, 4}, likeVowel: {4, 3}, otherVowel: {4, 3}, hiddenVowel: {4, 3}, otherLetter: {6, 5}, droppedVowel: {4, 3},
	droppedLetter: {6, 5}, addedVowel: {5, 3}, addedLetter: {5, 4}, swapped: {4, 0}, reversed: {4, 0}, twice: {9, 7},
}

// deepTwice is how many sounds of an entry precede the second changed sound: the first ones
// show that the entry is meant.
const deepTwice = 4

type sound struct {
	r     rune
	token int32
}

// respeller reads a text as words and sounds. It is reused for many texts.
type respeller struct {
	runes  []fold.Rune
	tokens []token
	raw    []rune
	owner  []int32 // the token of each of raw
	sounds []sound
	phones []fold.Phone
	other  []rune
	scores []int // by language, of all tokens; empty until needed

	rules  *Rules
	set    *respelled
	budget *Budget
	found  func(entry uint32, from, to int32) // with folded runes

	start   int32
	missing uint8    // how many sounds of the entry there are up to the missing one
	changed int32    // the token in which a sound was changed
	earlier int32    // of two, the token of the first
	cuts    [4]uint8 // how many sounds of the entry precede each word border
	cut     int
}

// guessed reports whether the guesses are used up.
func (b *Budget) guessed() bool { return b.guesses >= maxGuesses }

// spendGuess counts one step of guessing. It returns false if the guesses are used up.
func (b *Budget) spendGuess() bool {
	b.guesses++
	return !b.guessed()
}

// match compares the text with the entries of a rule set.
func (w *respeller) match(r *Rules) {
	w.rules, w.set = r, r.respelled
	for i := range w.tokens {
		t := &w.tokens[i]
		for at := t.phones; at < t.last; at++ {
			if at > t.phones && !w.set.inside {
				break
			}
			if w.budget.guessed() {
				return
			}
			w.start, w.cut, w.changed = at, 0, -1
			w.next(0, at, 0, unchanged)
		}
		if t.end-t.raw >= 4 {
			w.swaps(0, t.raw, t, 0, false)
		}
		w.backwards(int32(i))
		w.twins(int32(i))
		w.singly(int32(i))
		w.oneApart(int32(i))
	}
}

// next continues with the sound at pos, after depth sounds of the entry.
func (w *respeller) next(node uint32, pos int32, depth uint8, how change) {
	if !w.budget.spendGuess() {
		return
	}
	t := w.set.trie
	if e := t.entry[node]; e > 0 {
		w.arrive(e-1, pos, how)
	}
	if t.first[node] == t.first[node+1] {
		return
	}
	first := &w.tokens[w.sounds[w.start].token]
	free := w.start == first.phones && (how == unchanged || how != twice && depth >= deepTwice && w.long(pos))
	if int(pos) >= len(w.sounds) {
		if free && depth > 1 {
			w.dropped(node, pos, depth, how)
		}
		return
	}
	cut := w.cut
	s := &w.sounds[pos]
	inWord := true
	if pos > w.start && w.sounds[pos-1].token != s.token {
		inWord = false
		if free && depth > 1 {
			w.dropped(node, pos, depth, how)
		}
		if !w.tokens[s.token].soft || w.cut == len(w.cuts) {
			return
		}
		w.cuts[w.cut] = depth
		w.cut++
		if s.r == w.sounds[pos-1].r { // nig ger
			w.next(node, pos+1, depth, how)
		}
	}
	if child, ok := t.child(node, s.r); ok {
		w.next(child, pos+1, depth+1, how)
	}
	if free {
		w.altered(node, pos, depth, inWord, how)
	}
	w.cut = cut
}

// long reports whether the sound at pos, or the last one, is in a word of four letters and
// more: two sounds in a shorter word show nothing.
func (w *respeller) long(pos int32) bool {
	t := &w.tokens[w.sounds[min(int(pos), len(w.sounds)-1)].token]
	return t.end-t.raw >= 4
}

// altered continues as if the sound at pos were another, or superfluous.
func (w *respeller) altered(node uint32, pos int32, depth uint8, inWord bool, how change) {
	t, s := w.set.trie, w.sounds[pos]
	kept := w.changed
	defer func() { w.changed = kept }()
	then := func(next change) change {
		if how != unchanged {
			return twice
		}
		return next
	}
	w.earlier, w.changed = kept, s.token
	if depth == 0 {
		for _, r := range voices(s.r) {
			if child, ok := t.child(node, r); ok && r != s.r {
				w.next(child, pos+1, depth+1, voiced)
			}
		}
		return
	}
	for child := t.first[node]; child < t.first[node+1]; child++ {
		r := t.label[child]
		if r == s.r {
			continue
		}
		to := otherLetter
		switch {
		case strings.ContainsRune(voices(s.r), r):
			to = voiced
		case r == 'e' && s.r == 'i', r == 'i' && s.r == 'e', r == 'o' && s.r == 'u', r == 'u' && s.r == 'o':
			to = likeVowel
		case isVowel(r) && isVowel(s.r):
			to = otherVowel
		case isVowel(r):
			to = hiddenVowel
		}
		w.next(child, pos+1, depth+1, then(to))
	}
	if inWord {
		w.dropped(node, pos, depth, how)
		to := addedLetter
		if isVowel(s.r) {
			to = addedVowel
		}
		w.next(node, pos+1, depth, then(to))
	}
}

// voices returns the sounds that are confused with one, including itself.
func voices(r rune) string {
	switch r {
	case 'f', 'v', 'w':
		return "fvw"
	case 'd', 't':
		return "dt"
	case 'g':
		return "gkj"
	case 'k':
		return "gk"
	case 'j':
		return "gj"
	case 'b', 'p':
		return "bp"
	}
	return ""
}

// dropped continues as if a sound of the entry were missing before pos.
func (w *respeller) dropped(node uint32, pos int32, depth uint8, how change) {
	t, kept := w.set.trie, w.changed
	w.earlier, w.changed = kept, w.sounds[pos-1].token
	for child := t.first[node]; child < t.first[node+1]; child++ {
		w.missing = depth + 1
		to := droppedLetter
		if isVowel(t.label[child]) {
			to = droppedVowel
		}
		if how != unchanged {
			to = twice
		}
		w.next(child, pos, depth+1, to)
	}
	w.changed = kept
}

// foundRespelled is called for every guess.
func (m *matcher) foundRespelled(index uint32, from, to int32) {
	e := &m.rules.entries[index]
	if e.until != 0 && m.now >= e.until || len(m.hits) >= maxHits || m.off(e.language) {
		return
	}
	m.guess(e, from, to)
}
