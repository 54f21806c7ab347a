package rules

import (
	"math/bits"
	"slices"
	"strings"

	"danmaku/moderation/fold"
)

// This file handles languages: slut is the end of something in Swedish, and retard a delay in
// French. An entry can name its language, and a room can exclude the entries of a language.

// languages is the number of languages with everyday words.
const languages = 30

// leastTelling is how many points another language needs, and how many more than the entry's
// language, for the word to belong to it. A word of the language counts one, a frequent one
// three.
const (
	leastTelling = 3
	moreTelling  = 2
)

// points counts the points of a word for each language.
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

// otherLanguage reports whether the word with these runes is an everyday one of another
// language than the entry's, and the rest of the text is in that language. An entry without a
// language has the one in which the word is known to insult.
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

// allIn reports whether all words but one belong to a language, and a longer one of them does
// not belong to the other: slut for i dag.
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

// scoresBeside returns the points of each language for all words but one.
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

// families are groups of languages that share or borrow many words: an everyday word of one
// may occur in a text of another.
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

// belongs reports whether a word is an everyday one that may occur in this text: of any
// language if the text's language is unknown, otherwise of that language, its family, or
// English, from which all borrow, or a name. So suka is a word beside Indonesian ones, and
// beside Russian ones the word that it sounds like.
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

// innocent reports whether a match that is only a part of a word is there by chance.
func (w *respeller) innocent(from, to int32) bool {
	if i := w.tokenAt(from, to); i >= 0 {
		t := &w.tokens[i]
		return (t.from < from || to < t.to) && fold.Innocent(w.raw[t.raw:t.end], int(from-t.from))
	}
	return false
}

// inName reports whether these runes begin a word that looks like a name, with a capital
// beside another capitalized word, and that continues unlike any form of the entry: Peter
// Shitara.
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

// ordinary reports whether these runes are in an everyday word in its usual letters: flicker
// is not a stretched fick. A word with marks has its usual ones only if no language writes it
// without any (žlutý, but not flíck), and the entry has none itself.
func (w *respeller) ordinary(e *entry, from, to int32) bool {
	i := w.tokenAt(from, to)
	return i >= 0 && w.tokens[i].pure && w.isEveryday(i) && (!w.tokens[i].marks || e.marks == nil && w.everyday(i)&fold.Bare == 0)
}

// abbreviation reports whether a word of capitals stands beside a name: SB Nation
// is not sb.
func (w *respeller) abbreviation(from, to int32) bool {
	i := w.tokenAt(from, to)
	return i >= 0 && w.tokens[i].capitals && (i > 0 && w.tokens[i-1].title || int(i)+1 < len(w.tokens) && w.tokens[i+1].title && w.tokens[i+1].soft)
}

// tokenAt returns the word that contains these runes; -1 if none does.
func (w *respeller) tokenAt(from, to int32) int32 {
	i, _ := slices.BinarySearchFunc(w.tokens, from, func(t token, at int32) int { return int(t.to - 1 - at) })
	if i < len(w.tokens) && w.tokens[i].from <= from && to <= w.tokens[i].to {
		return int32(i)
	}
	return -1
}

// LeaveOut returns rules that exclude all entries of these languages, including those of other
// lists. The codes are not checked; one that no entry has does nothing.
func LeaveOut(languages []string) *Rules { return &Rules{off: languages} }

// readLanguage parses the code of a language.
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
