package rules

import (
	"strings"

	"danmaku/moderation/fold"
)

// This file finds entries of kana in Latin letters: kimoi and kimoy for きもい, chinko and tinko
// for ちんこ. They are guesses.

// Bounds of these guesses: shorter words are words of many languages.
const (
	leastRomajiKana = 3
	leastRomaji     = 4 // letters without doubled ones
	leastRomajiWord = 5 // letters as written
)

// romajiIn are the entries of kana by their plain Latin letters.
type romajiIn map[string][]uint32

// romajiInOf lists the entries; nil if there are none.
func romajiInOf(entries []entry, key func(i int) []rune) romajiIn {
	var out romajiIn
	for i := range entries {
		e, k := &entries[i], key(i)
		if e.how != forbid || e.exact || !e.kanaOnly || e.gaps != 0 || len(k) < leastRomajiKana {
			continue
		}
		if s := fold.Romaji(k); len(s) >= leastRomaji {
			if out == nil {
				out = romajiIn{}
			}
			out[s] = append(out[s], uint32(i))
		}
	}
	return out
}

// matchRomaji compares the words of Latin letters with entries of kana.
func (w *respeller) matchRomaji(r *Rules) {
	w.rules = r
	for i := range w.tokens {
		t := &w.tokens[i]
		if t.script != fold.Latin || t.marks || t.title || t.end-t.raw < leastRomajiWord-1 || !w.budget.spendGuess() {
			continue
		}
		word, to := string(w.raw[t.raw:t.end]), t.to
		if v := w.lastVowel(t); v != "" {
			word, to = word+v, to+1
		}
		if len(word) < leastRomajiWord {
			continue
		}
		if !t.pure {
			word = strings.ReplaceAll(word, "l", "i") // Japanese has no l: t1nk0
		}
		for _, index := range r.romaji[fold.RomajiWord(word)] {
			if w.isEveryday(int32(i)) || !w.budget.spendGuess() {
				break
			}
			w.found(index, t.from, to)
		}
	}
}

// lastVowel returns the vowel that one digit behind a disguised word stands for; "" if there is
// none.
func (w *respeller) lastVowel(t *token) string {
	if t.pure || int(t.to) >= len(w.runes) || int(t.to)+1 < len(w.runes) && w.runes[t.to+1].Kind <= fold.Digit {
		return ""
	}
	switch w.runes[t.to].R {
	case '0':
		return "o"
	case '1':
		return "i"
	case '3':
		return "e"
	case '4':
		return "a"
	}
	return ""
}
