package rules

import (
	"math/bits"
	"slices"
	"strings"

	"danmaku/moderation/fold"
)

// This file knows of languages: slut is the end of something in Swedish, and
// retard a delay in French. An entry can say of which language it is, and a room
// can leave the entries of a language out.

// languages are how many languages of everyday words there are.
const languages = 30

// leastTelling is how many points another language needs, and how many more than
// that of the entry, for the word to be one of it. A word of the language counts
// one, a frequent one three.
const (
	leastTelling = 3
	moreTelling  = 2
)

// points counts what a word says for each language.
func (w *respeller) points(i int32, each func(language, points int)) {
	t := &w.tokens[i]
	if !t.pure {
		return
	}
	most := fold.Frequent(w.raw[t.raw:t.end])
	named := fold.Named
	if t.marks {
		named &^= fold.LanguageOf("en") // which has none
	}
	for set := (w.everyday(i) | most) & named; set != 0; set &= set - 1 {
		k, n := bits.TrailingZeros32(uint32(set)), 1
		if most>>k&1 == 1 {
			n = 3
		}
		each(k, n)
	}
}

// otherLanguage reports whether the word in which these runes stand is an everyday
// one of another language than the entry's, and the rest of the text is in that
// language. An entry that does not tell its language has the one in which the
// word is known to insult.
func (w *respeller) otherLanguage(own fold.Languages, from, to int32) bool {
	i := w.tokenAt(from, to)
	if i < 0 || len(w.tokens) < 2 {
		return false
	}
	insults, candidates := fold.FalseFriend(w.raw[w.tokens[i].raw:w.tokens[i].end])
	if own == 0 {
		own = insults
	}
	if candidates &^= own; candidates == 0 {
		return false
	}
	scores := w.scoresBeside(i)
	at := 0
	if own != 0 {
		at = scores[bits.TrailingZeros32(uint32(own))]
	}
	for set := candidates; set != 0; set &= set - 1 {
		k := bits.TrailingZeros32(uint32(set))
		if n := scores[k]; n >= leastTelling && (n >= at+moreTelling || n > at && w.allIn(i, 1<<k, own)) {
			return true
		}
	}
	return false
}

// allIn reports whether all words but one are of a language, and a longer one of
// them is not of the other: slut for i dag.
func (w *respeller) allIn(but int32, language, other fold.Languages) bool {
	missing := false
	for k := range w.tokens {
		t := &w.tokens[k]
		if int32(k) == but {
			continue
		}
		in := w.everyday(int32(k)) | fold.Frequent(w.raw[t.raw:t.end])
		if !t.pure || in&language == 0 {
			return false
		}
		missing = missing || in&other == 0 && t.end-t.raw >= 3
	}
	return missing
}

// scoresBeside returns how many points each language has from all words but one.
func (w *respeller) scoresBeside(i int32) [languages]int {
	if len(w.scores) == 0 {
		w.scores = append(w.scores, make([]int, languages)...)
		for k := range w.tokens {
			w.points(int32(k), func(l, n int) { w.scores[l] += n })
		}
	}
	scores := [languages]int(w.scores)
	w.points(i, func(l, n int) { scores[l] -= n })
	return scores
}

// families are groups of languages that share or borrow many words: an everyday word
// of one may stand in a text of another.
var families = familiesOf("es pt it ca fr ro", "sv da no fi", "de nl af", "pl cs sk sr", "ru uk bg mk", "lt lv et")

func familiesOf(codes ...string) (out [languages]fold.Languages) {
	for k := range out {
		out[k] = 1 << k
	}
	for _, family := range codes {
		set := fold.Languages(0)
		for code := range strings.FieldsSeq(family) {
			set |= fold.LanguageOf(code)
		}
		for k := range out {
			if set>>k&1 == 1 {
				out[k] = set
			}
		}
	}
	return out
}

// belongs reports whether a word is an everyday one that may stand in this text: of
// any language where the text does not tell its own, and else of that, of its
// family, of English, which all borrow from, and every name. So suka is a word
// beside Indonesian ones, and beside Russian ones what it sounds like.
func (w *respeller) belongs(i int32) bool {
	set := w.everyday(i)
	if set == 0 || len(w.tokens) < 2 || set&(fold.LanguageOf("en")|nameLanguage) != 0 {
		return set != 0
	}
	scores := w.scoresBeside(i)
	most := 0
	for k, n := range scores {
		if n > scores[most] {
			most = k
		}
	}
	if scores[most] < leastTelling || families[most]&set != 0 {
		return true
	}
	for own := set & fold.Named; own != 0; own &= own - 1 {
		if scores[bits.TrailingZeros32(uint32(own))]+moreTelling > scores[most] {
			return true
		}
	}
	return false
}

// innocent reports whether a match that is only a part of a word stands there by
// chance.
func (w *respeller) innocent(from, to int32) bool {
	if i := w.tokenAt(from, to); i >= 0 {
		t := &w.tokens[i]
		return (t.from < from || to < t.to) && fold.Innocent(w.raw[t.raw:t.end], int(from-t.from))
	}
	return false
}

// inName reports whether these runes are the beginning of a word that stands as a
// name does, with a capital beside another word with one, and goes on as no form of
// the entry would: Peter Shitara.
func (w *respeller) inName(from, to int32) bool {
	i := w.tokenAt(from, to)
	if i < 0 || !w.tokens[i].title || !w.tokens[i].pure || w.tokens[i].from != from || w.tokens[i].to-to < 2 {
		return false
	}
	rest := w.raw[w.tokens[i].raw+to-from : w.tokens[i].end]
	if len(rest) < 2 || isEnding(string(rest)) || rest[0] == w.raw[w.tokens[i].raw+to-from-1] || fold.Everyday(rest)&fold.LanguageOf("en") != 0 {
		return false // a form or a compound of it: Shitty, Shithead
	}
	return i > 0 && w.tokens[i-1].title || int(i)+1 < len(w.tokens) && w.tokens[i+1].title
}

// ordinary reports whether these runes are in an everyday word that is written with
// nothing but its letters: flicker is not a drawn-out fick.
func (w *respeller) ordinary(from, to int32) bool {
	i := w.tokenAt(from, to)
	return i >= 0 && w.tokens[i].pure && !w.tokens[i].marks && w.isEveryday(i)
}

// abbreviation reports whether a word of capitals stands beside a name: SB Nation
// is not sb.
func (w *respeller) abbreviation(from, to int32) bool {
	i := w.tokenAt(from, to)
	return i >= 0 && w.tokens[i].capitals && (i > 0 && w.tokens[i-1].title || int(i)+1 < len(w.tokens) && w.tokens[i+1].title && w.tokens[i+1].soft)
}

// tokenAt returns the word that these runes are in; -1 when they are not in one.
func (w *respeller) tokenAt(from, to int32) int32 {
	i, _ := slices.BinarySearchFunc(w.tokens, from, func(t token, at int32) int { return int(t.to - 1 - at) })
	if i < len(w.tokens) && w.tokens[i].from <= from && to <= w.tokens[i].to {
		return int32(i)
	}
	return -1
}

// LeaveOut returns rules that leave all entries of these languages out, those of
// other lists, too. The codes are not checked; one that no entry has does nothing.
func LeaveOut(languages []string) *Rules { return &Rules{off: languages} }

// readLanguage reads the code of a language.
func readLanguage(s string) (string, bool) {
	if len(s) < 2 || len(s) > 3 {
		return "", false
	}
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return "", false
		}
	}
	return s, true
}
