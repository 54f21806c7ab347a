package rules

import (
	"slices"

	"danmaku/moderation/fold"
)

// This file finds Korean words in Latin letters: typed with the Korean keyboard switched off
// (tlqkf for 시발), and spelled by their sounds (sibal, byungshin). Both are guesses.

// koreanLatin are the entries of Korean syllables by their keys and by their Latin sounds, in
// one trie: sounds begin with a mark.
type koreanLatin struct {
	trie    *trie
	entries []sounding
}

// soundsMark begins the sounds of an entry in the trie of [koreanLatin].
const soundsMark = '~'

// Bounds of the guesses in Latin letters.
const (
	leastKeys       = 4 // keys of an entry
	leastSounds     = 5 // sounds of an entry, one fewer if the spelling is distinct
	longKeys        = 5 // keys after which a word may continue
	mostKoreanWords = 2 // words that form one together
	longSounds      = 6 // sounds of an entry that two words may form together
)

// koreanLatinOf builds the trie; nil if no entry has a form in it.
func koreanLatinOf(entries []entry, key func(i int) []rune) *koreanLatin {
	var keys []keyed
	var arena []rune
	add := func(from, index int) {
		keys = append(keys, keyed{headOf(arena[from:]), uint32(from), uint32(len(arena)), uint32(index)})
	}
	for i := range entries {
		e, k, ok := &entries[i], key(i), false
		if e.how != forbid || e.exact || len(k) < 2 || e.gaps != 0 {
			continue
		}
		from := len(arena)
		if arena, ok = fold.AppendKeystrokes(arena, k); !ok {
			arena = arena[:from]
			continue
		}
		if len(arena)-from >= leastKeys {
			add(from, i)
			from = len(arena)
		}
		arena = append(arena[:from], soundsMark)
		if arena, _ = fold.AppendKoreanSounds(arena, k); len(arena)-from-1 >= leastSounds-1 {
			add(from, i)
		} else {
			arena = arena[:from]
		}
	}
	if len(keys) == 0 {
		return nil
	}
	sortKeys(keys, arena)
	return &koreanLatin{trie: buildTrie(keys, arena), entries: soundingOf(keys, arena)}
}

// matchKorean compares the words of Latin letters with Korean entries.
func (w *respeller) matchKorean(r *Rules) {
	k := r.korean.latin
	w.rules = r
	for i := range w.tokens {
		if w.budget.guessed() {
			return
		}
		if w.tokens[i].script != fold.Latin {
			continue
		}
		w.typed(k, int32(i))
		if w.tokens[i].pure && !w.tokens[i].marks {
			w.romanized(k, int32(i))
			w.mixed(k, &w.tokens[i])
		}
	}
}

// typed reads the words from word i on as keys of a Korean keyboard: one word, or single keys.
func (w *respeller) typed(k *koreanLatin, i int32) {
	t, node := &w.tokens[i], uint32(0)
	if i > 0 && t.soft && t.end-t.raw == 1 && w.tokens[i-1].end-w.tokens[i-1].raw == 1 {
		return // not the first of the single ones
	}
	for at := t.raw; int(at) < len(w.raw) && w.budget.spendGuess(); at++ {
		o := w.owner[at]
		b := &w.tokens[o]
		if o != i && (b.end-b.raw != 1 || t.end-t.raw != 1 || !b.soft) {
			return
		}
		child, ok := k.trie.child(node, w.raw[at])
		if !ok {
			return
		}
		node = child
		keys := at + 1 - t.raw
		if behind := b.end - at - 1; behind > 0 && (keys < longKeys || behind > 6) || k.trie.entry[node] == 0 {
			continue
		}
		if o == i && w.isEveryday(i) {
			return
		}
		w.foundLatin(k, node, t.from, b.to)
	}
}

// romanized reads word i, or it and the next one, as sounds of Korean.
func (w *respeller) romanized(k *koreanLatin, i int32) {
	for n := int32(1); n <= mostKoreanWords && int(i+n) <= len(w.tokens); n++ {
		last := &w.tokens[i+n-1]
		if n > 1 && (!last.soft || !last.pure || last.marks || last.end-last.raw < 2 || !w.strangers(i, i+n-1)) {
			return
		}
		var distinct, ok bool
		w.other, distinct, ok = fold.AppendRomanizedSounds(w.other[:0], w.raw[w.tokens[i].raw:last.end])
		if !ok || !w.budget.spendGuess() {
			return
		}
		sounds := len(w.other)
		if sounds < leastSounds && !(distinct && sounds == leastSounds-1) || n > 1 && sounds < longSounds {
			continue
		}
		if n == 1 && (w.isEveryday(i) || last.title) {
			continue
		}
		w.spelled(k, w.tokens[i].from, last.to)
	}
}

// spelled reports the entries that the sounds in w.other spell.
func (w *respeller) spelled(k *koreanLatin, from, to int32) {
	node, ok := k.trie.child(0, soundsMark)
	for _, r := range w.other {
		if !ok || !w.budget.spendGuess() {
			return
		}
		node, ok = k.trie.child(node, r)
	}
	if ok {
		w.foundLatin(k, node, from, to)
	}
}

// foundLatin reports the entries that end at a node.
func (w *respeller) foundLatin(k *koreanLatin, node uint32, from, to int32) {
	e := k.trie.entry[node]
	if e == 0 {
		return
	}
	for j := e - 1; int(j) < len(k.entries) && (j == e-1 || k.entries[j].again) && w.budget.spendGuess(); j++ {
		w.found(k.entries[j].entry, from, to)
	}
}

// mostMixed is the most Korean syllables on each side of a Latin one.
const mostMixed = 3

// mixed reads a word of Korean syllables and Latin letters, which spell the rest of it: si발, 시bal.
func (w *respeller) mixed(k *koreanLatin, t *token) {
	from, to := t.from, t.to
	for ; from > 0 && fold.IsSyllable(w.runes[from-1].R); from-- {
		if t.from-from == mostMixed {
			return
		}
	}
	for ; int(to) < len(w.runes) && fold.IsSyllable(w.runes[to].R); to++ {
		if to-t.to == mostMixed {
			return
		}
	}
	if from == t.from && to == t.to || t.end-t.raw < 2 || t.title || t.capitals || !w.budget.spendGuess() {
		return
	}
	ok := true
	w.other = w.other[:0]
	for i := from; i < to && ok; i++ {
		if i == t.from {
			w.other, _, ok = fold.AppendRomanizedSounds(w.other, w.raw[t.raw:t.end])
			i = t.to - 1
			continue
		}
		w.other, ok = fold.AppendKoreanSounds(w.other, []rune{w.runes[i].R})
	}
	w.other = slices.Compact(w.other)
	if !ok || len(w.other) < leastSounds {
		return
	}
	w.spelled(k, from, to)
}
