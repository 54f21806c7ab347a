package rules

import (
	"math/bits"
	"strings"
	"unicode"

	"danmaku/moderation/fold"
)

// This file judges whether a spelling that resembles an entry is likely to mean it.

// arrive judges the entries that end before the sound at pos.
func (w *respeller) arrive(index uint32, pos int32, how change) {
	for i := index; int(i) < len(w.set.entries) && (i == index || w.set.entries[i].again); i++ {
		if !w.budget.spendGuess() {
			return
		}
		r := &w.set.entries[i]
		if e := &w.rules.entries[r.entry]; e.letters >= least[how].letters && r.size >= least[how].sounds && w.means(e, r, pos, how) {
			first, last := &w.tokens[w.sounds[w.start].token], &w.tokens[w.sounds[pos-1].token]
			w.found(r.entry, first.from, last.to)
		}
	}
}

// means reports whether the sounds from start to pos are likely to mean the entry.
func (w *respeller) means(e *entry, r *respelledEntry, pos int32, how change) bool {
	from, to := w.sounds[w.start].token, w.sounds[pos-1].token
	first, last := &w.tokens[from], &w.tokens[to]
	before, behind := w.start-first.phones, last.last-pos
	switch {
	case before > 0 && (!e.openStart || how != unchanged || before > 6):
		return false
	case behind > 0 && (!e.openEnd || !w.inflection(e, pos, last.last, how)):
		return false
	case (how == droppedVowel || how == droppedLetter || how == twice) && w.missing == r.size && (e.letters < 6 || behind > 0):
		return false // without the end, it is the beginning of another word
	case how != unchanged && w.changed >= 0 && w.tokens[w.changed].marks && !(spelledWithMarks(e) && how <= hiddenVowel):
		return false // the spelling of a language, and not a disguise
	case how != unchanged && from == to && !first.pure && fold.Everyday(w.raw[first.raw:first.end]) != 0:
		return false // p0rk is pork
	case how == hiddenVowel && r.size < 4 && !w.sameEdges(e, first):
		return false
	case (how == likeVowel && e.letters < 5 && !manyConsonants(e) || how == otherVowel && e.letters < 5 || (how == likeVowel || how == otherVowel) && r.size < 4) &&
		(before > 0 || first.title || !first.pure || first.end-first.raw < 4 || !w.sameEdges(e, first)):
		return false
	case how == addedVowel && r.size < 4 && behind > 0:
		return false
	}
	if entry := fold.ScriptOf([]rune(e.text)[0]); entry != first.script && !w.transliterated(e, r, before, behind, how) {
		return false
	}
	if (before > 0 || behind > 0) && from == to && fold.Innocent(w.raw[first.raw:first.end], int(before)) {
		return false
	}
	if from == to && r.gaps == 0 {
		return !w.isName(from, e, how) && !w.belongs(from) && first.end-first.raw >= 3
	}
	return w.meansPhrase(e, r, from, to, how)
}

// spelledWithMarks reports whether an entry itself has letters with marks, such as enculé.
func spelledWithMarks(e *entry) bool {
	return strings.ContainsFunc(e.text, func(r rune) bool { return r >= 0x80 && unicode.Is(unicode.Latin, r) })
}

// manyConsonants reports whether an entry has three consonants: then few other words differ from
// it by a vowel.
func manyConsonants(e *entry) bool {
	n := 0
	for _, r := range e.text {
		if unicode.IsLetter(r) && !isVowel(unicode.ToLower(r)) {
			n++
		}
	}
	return n >= 3
}

// sameEdges reports whether a word has the first and the last letter of an entry.
func (w *respeller) sameEdges(e *entry, t *token) bool {
	word := []rune(e.text)
	return w.raw[t.raw] == unicode.ToLower(word[0]) && w.raw[t.end-1] == unicode.ToLower(word[len(word)-1])
}

// transliterated reports whether a word in another alphabet than the entry's is likely to mean
// it: suka for сука, курва for kurwa. Each alphabet has too many words that sound like short
// words of the other.
func (w *respeller) transliterated(e *entry, r *respelledEntry, before, behind int32, how change) bool {
	t := &w.tokens[w.sounds[w.start].token]
	switch {
	case how != unchanged && how != voiced || r.gaps != 0:
		return false
	case r.size >= 4:
		return before == 0 && (behind == 0 || behind <= 2 && fold.ScriptOf([]rune(e.text)[0]) == fold.Cyrillic) && !t.title
	case fold.ScriptOf([]rune(e.text)[0]) != fold.Cyrillic || behind > 0 || t.title:
		return false
	case before == 0:
		return true
	}
	prefix := string(w.raw[t.raw:min(t.raw+2, t.end)])
	return before == 2 && (prefix == "na" || prefix == "po" || prefix == "ni" || prefix == "do")
}

// inflection reports whether the text after an entry that is open at the end may be an ending
// of it. Short entries begin too many names, and so do entries with a changed sound.
func (w *respeller) inflection(e *entry, pos, end int32, how change) bool {
	if e.letters > 5 && how == unchanged {
		return end-pos <= 5
	}
	if fold.ScriptOf([]rune(e.text)[0]) == fold.Cyrillic {
		return end-pos <= 3 && how == unchanged || end-pos <= 2
	}
	var ending [4]rune
	if end-pos > 4 {
		return false
	}
	title := w.tokens[w.sounds[pos].token].title
	for i := pos; i < end; i++ {
		ending[i-pos] = w.sounds[i].r
	}
	rest := string(ending[:end-pos])
	if isEnding(rest) {
		return true
	}
	switch rest {
	case "s", "d", "t", "n", "r", "e", "a", "i", "o", "u", "en", "et", "it", "as", "os", "is", "ar", "of", "up":
		return !title // Phuket is a place
	}
	return false
}

// isEnding recognizes the endings that English adds to an insult.
func isEnding(rest string) bool {
	switch rest {
	case "ed", "er", "ers", "in", "ing", "ings":
		return true
	}
	return false
}

// isName reports whether a word is likely to be a name or an abbreviation that resembles a
// short entry by chance.
func (w *respeller) isName(i int32, e *entry, how change) bool {
	t := &w.tokens[i]
	if t.digits && unicode.IsUpper(w.runes[t.from].Written) && t.end-t.raw <= 4 {
		return true // A55 is a model
	}
	beside := func(k int32) *token {
		if k < 0 || int(k) >= len(w.tokens) {
			return nil
		}
		return &w.tokens[k]
	}
	if t.title && (e.letters <= 4 || how != unchanged && e.letters <= 6) {
		for _, k := range []int32{i - 1, i + 1} {
			if b := beside(k); b != nil && b.title {
				return true
			}
		}
		return how != unchanged && how != droppedVowel && how != hiddenVowel && how != swapped
	}
	if t.capitals && t.end-t.raw <= 4 {
		for _, k := range []int32{i - 1, i + 1} {
			if b := beside(k); b != nil && !b.capitals {
				return true
			}
		}
	}
	return false
}

// isEveryday reports whether the word is an everyday one of some language.
func (w *respeller) isEveryday(i int32) bool { return w.everyday(i) != 0 }

func (w *respeller) everyday(i int32) fold.Languages {
	t := &w.tokens[i]
	if !t.looked {
		t.looked = true
		if t.pure {
			t.everydayIn = fold.Everyday(w.raw[t.raw:t.end])
		}
	}
	return t.everydayIn
}

// meansPhrase judges a match over several words, or of an entry of several words.
func (w *respeller) meansPhrase(e *entry, r *respelledEntry, from, to int32, how change) bool {
	inside := uint64(0) // word borders of the text within a word of the entry
	for _, k := range w.cuts[:w.cut] {
		if k < 64 && r.gaps>>k&1 == 0 {
			inside |= 1 << k
		}
	}
	split := bits.OnesCount64(inside)
	switch {
	case split > 1 || split == 1 && (how != unchanged || e.letters < 5):
		return false
	case split == 1 && r.gaps == 0:
		return e.letters >= longParted || w.parted(from, to)
	}
	if from == to {
		return how == unchanged && !w.isEveryday(from)
	}
	if e.letters < 8 && how != unchanged {
		return false
	}
	if how != unchanged && w.changed >= 0 && w.isEveryday(w.changed) || how == twice && w.earlier >= 0 && w.isEveryday(w.earlier) {
		return false
	}
	if e.letters < 9 { // "by now" is not a short "bye now"
		for i := from; i <= to; i++ {
			if !w.isEveryday(i) {
				return true
			}
		}
		return false
	}
	return true
}

// longParted is the least number of letters of an entry that is recognized wherever it is
// split in two.
const longParted = 9

// parted reports whether words that form an entry together do not belong together otherwise:
// no language has all of them.
func (w *respeller) parted(from, to int32) bool {
	common := ^fold.Languages(0)
	for i := from; i <= to; i++ {
		t := &w.tokens[i]
		if t.end-t.raw < 2 || !t.pure {
			return false
		}
		common &= w.everyday(i)
	}
	return common&^(fold.Bare|nameLanguage) == 0
}

// nameLanguage is the set of only names.
const nameLanguage fold.Languages = 1 << 30

// strangers reports whether neither word is an everyday one of the same language.
func (w *respeller) strangers(a, b int32) bool {
	return w.everyday(a)&w.everyday(b)&^(fold.Bare|nameLanguage) == 0
}
