package rules

import (
	"strings"

	"danmaku/moderation/fold"
)

// This file reads words with swapped letters, in reverse, letter by letter, or in the
// look-alike letters of another alphabet.

// swaps follows the letters of one word in the trie of entries, with two neighbours swapped.
func (w *respeller) swaps(node uint32, at int32, t *token, depth int, done bool) {
	tr := w.rules.trie
	if !w.budget.spendGuess() {
		return
	}
	if e := tr.entry[node]; e > 0 && done {
		w.arriveRaw(e-1, t, t.end-at, swapped)
	}
	if at >= t.end {
		return
	}
	if child, ok := tr.child(node, w.raw[at]); ok {
		w.swaps(child, at+1, t, depth+1, done)
	}
	if depth == 0 && at+1 < t.end && (isVowel(w.raw[at]) || isVowel(w.raw[at+1])) {
		return // only a beginning that no word has: hsit, but not uhren
	}
	if done || at+1 >= t.end || w.raw[at] == w.raw[at+1] {
		return
	}
	if child, ok := tr.child(node, w.raw[at+1]); ok {
		if child, ok = tr.child(child, w.raw[at]); ok {
			w.swaps(child, at+2, t, depth+2, true)
		}
	}
}

// arriveRaw judges entries that were read letter by letter in one word; behind is the number
// of letters after them.
func (w *respeller) arriveRaw(index uint32, t *token, behind int32, how change) {
	entries := w.rules.entries
	for i := index; int(i) < len(entries) && (i == index || entries[i].again); i++ {
		e := &entries[i]
		if !w.budget.spendGuess() {
			return
		}
		k := w.owner[t.raw]
		if e.how != forbid || e.exact || e.class != wordEntry || e.letters < least[how].letters || e.gaps != 0 || behind > 3 || behind > 0 && !e.openEnd {
			continue
		}
		if w.belongs(k) || w.isName(k, e, how) {
			continue
		}
		w.found(i, t.from, t.to)
	}
}

// backwards reads the words up to word k from the end: one word, single letters, or two words,
// one of which is not a word by itself.
func (w *respeller) backwards(k int32) {
	tr, node := w.rules.trie, uint32(0)
	t := &w.tokens[k]
	singles, words := true, 1
	for i := t.end - 1; i >= 0; i-- {
		o := w.owner[i]
		if o != w.owner[min(i+1, t.end-1)] {
			words++
		}
		b := &w.tokens[o]
		if o < k && !w.tokens[o+1].soft {
			return
		}
		singles = singles && b.end-b.raw == 1
		if words > 2 && !singles || !w.budget.spendGuess() {
			return
		}
		child, ok := tr.child(node, w.raw[i])
		if !ok {
			return
		}
		node = child
		if e := tr.entry[node]; e == 0 || i > b.raw {
			continue
		} else if words == 1 && !w.isEveryday(k) || singles && words > 1 && !w.singleBefore(o) || words == 2 && !singles && w.strangers(o, k) {
			for j := e - 1; int(j) < len(w.rules.entries) && (j == e-1 || w.rules.entries[j].again); j++ {
				en := &w.rules.entries[j]
				if en.how == forbid && !en.exact && en.class == wordEntry && en.letters >= least[reversed].letters && en.gaps == 0 && !palindrome(w.raw[i:t.end]) {
					w.found(j, b.from, t.to)
				}
			}
		}
	}
}

// cyrillicTwins are the Cyrillic letters that Latin ones look like, from a to z; 0 means none.
var cyrillicTwins = [26]rune{
	0: 'а', 1: 'в', 2: 'с', 4: 'е', 7: 'н', 10: 'к', 12: 'м', 13: 'п', 14: 'о', 15: 'р', 17: 'г', 19: 'т', 20: 'и', 23: 'х', 24: 'у',
}

// twins reads a word of Latin letters as the Cyrillic one that it looks like, for example cyka
// for сука.
func (w *respeller) twins(k int32) {
	t := &w.tokens[k]
	if t.script != fold.Latin || t.end-t.raw < 4 {
		return
	}
	tr, node := w.rules.trie, uint32(0)
	for i := t.raw; i < t.end; i++ {
		l := w.raw[i]
		if l < 'a' || l > 'z' || cyrillicTwins[l-'a'] == 0 || !w.budget.spendGuess() {
			return
		}
		child, ok := tr.child(node, cyrillicTwins[l-'a'])
		if !ok {
			return
		}
		node = child
		if e := tr.entry[node]; e > 0 {
			w.arriveRaw(e-1, t, t.end-i-1, swapped)
		}
	}
}

// singleBefore reports whether a single letter stands before word k.
func (w *respeller) singleBefore(k int32) bool {
	return k > 0 && w.tokens[k].soft && w.tokens[k-1].end-w.tokens[k-1].raw == 1
}

func palindrome(s []rune) bool {
	for i := range len(s) / 2 {
		if s[i] != s[len(s)-1-i] {
			return false
		}
	}
	return true
}

// Bounds of words with one letter apart, in letters.
const (
	leastOneApart = 4 // of the entry
	leastRest     = 3 // of the other part
)

// oneLetterWords are the languages in which a single consonant is a word or the rest of one: w and
// z of Polish, l' and d' of French.
var oneLetterWords = func() map[rune]fold.Languages {
	out := map[rune]fold.Languages{}
	for codes, letters := range map[string]string{"cs sk sr mk bg": "ksvz", "pl": "zw", "ru uk bg mk sr": "квсбжз", "fr it ca": "cdjlmnst"} {
		for code := range strings.FieldsSeq(codes) {
			for _, r := range letters {
				out[r] |= fold.LanguageOf(code)
			}
		}
	}
	return out
}()

// oneApart reads word k and the next as one whose first or last letter, a consonant, was split
// off: f uck, dic k. The rest must be no English word (s hit may be he's hit) and no word of a
// language in which the letter is one.
func (w *respeller) oneApart(k int32) {
	if int(k)+1 >= len(w.tokens) || !w.tokens[k+1].soft {
		return
	}
	a, b := &w.tokens[k], &w.tokens[k+1]
	letter, rest := a, k+1
	if b.end-b.raw == 1 {
		letter, rest = b, k
	}
	t := &w.tokens[rest]
	if letter.end-letter.raw != 1 || t.end-t.raw < leastRest || !letter.pure || !t.pure || isVowel(w.raw[letter.raw]) || w.singleBefore(k) || t.title {
		return
	}
	if w.everyday(rest)&(fold.LanguageOf("en")|oneLetterWords[w.raw[letter.raw]]) != 0 {
		return
	}
	tr, node := w.rules.trie, uint32(0)
	for i := a.raw; i < b.end; i++ {
		child, ok := tr.child(node, w.raw[i])
		if !ok || !w.budget.spendGuess() {
			return
		}
		node = child
		behind := string(w.raw[i+1 : b.end])
		for j := tr.entry[node]; j > 0 && i >= b.raw && int(j) <= len(w.rules.entries) && (j == tr.entry[node] || w.rules.entries[j-1].again); j++ {
			e := &w.rules.entries[j-1]
			if e.how == forbid && !e.exact && e.class == wordEntry && e.letters >= leastOneApart && e.gaps == 0 && (behind == "" || e.openEnd && isEnding(behind)) {
				w.found(j-1, a.from, b.to)
			}
		}
	}
}

// leastSingly is the least number of single letters that form one word by its sound.
const leastSingly = 4

// singly reads single letters, from word k on, by the sounds of the word that they spell: s u
// k a for сука.
func (w *respeller) singly(k int32) {
	single := func(i int32) bool { return w.tokens[i].pure && w.tokens[i].end-w.tokens[i].raw == 1 }
	if !single(k) || k > 0 && w.tokens[k].soft && single(k-1) {
		return
	}
	end := k + 1
	for int(end) < len(w.tokens) && single(end) && w.tokens[end].soft {
		end++
	}
	last := &w.tokens[end-1]
	if end-k < leastSingly || int(end) < len(w.tokens) && w.tokens[end].soft && w.tokens[end].end-w.tokens[end].raw < 3 {
		return
	}
	t, node := w.set.trie, uint32(0)
	w.phones = fold.AppendPhones(w.phones[:0], w.raw[w.tokens[k].raw:last.end])
	for _, p := range w.phones {
		child, ok := t.child(node, p.R)
		if !ok || !w.budget.spendGuess() {
			return
		}
		node = child
	}
	if e := t.entry[node]; e > 0 {
		for i := e - 1; int(i) < len(w.set.entries) && (i == e-1 || w.set.entries[i].again) && w.budget.spendGuess(); i++ {
			if w.set.entries[i].gaps == 0 {
				w.found(w.set.entries[i].entry, w.tokens[k].from, last.to)
			}
		}
	}
}
