package moderation

import (
	"math/bits"
	"strings"
	"unicode"

	"danmaku/moderation/fold"
)

// scriptLanguages are the languages that a script identifies by itself.
var scriptLanguages = []struct {
	script *unicode.RangeTable
	code   string
}{
	{unicode.Hangul, "ko"}, {unicode.Thai, "th"}, {unicode.Arabic, "ar"}, {unicode.Hebrew, "he"}, {unicode.Devanagari, "hi"}, {unicode.Greek, "el"},
}

// Language guesses the language of a text by its letters, and in Latin and Cyrillic by its
// everyday words. It returns the code, or "" when it does not know.
func Language(text string) string {
	kana, han, spelled, all := 0, 0, 0, 0
	others := make([]int, len(scriptLanguages))
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		all++
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana++
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.In(r, unicode.Latin, unicode.Cyrillic):
			spelled++
		default:
			for i, s := range scriptLanguages {
				if unicode.Is(s.script, r) {
					others[i]++
				}
			}
		}
	}
	// A Latin word in a Chinese sentence does not make it English: a character says more than
	// a letter.
	switch {
	case all == 0:
		return ""
	case kana > 0 && 4*(kana+han) >= spelled:
		return "ja"
	case han > 0 && 4*han >= spelled:
		return "zh"
	}
	for i, n := range others {
		if 2*n >= spelled && n > 0 {
			return scriptLanguages[i].code
		}
	}
	return spelledLanguage(text)
}

// spelledLanguage returns the language in which most words of a text are everyday words, where
// the most frequent ones count three times; "" in a tie.
func spelledLanguage(text string) string {
	points := map[int]int{}
	for word := range strings.FieldsFuncSeq(fold.String(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' }) {
		runes := []rune(word)
		most := fold.Frequent(runes)
		for set := (fold.Everyday(runes) | most) & fold.Named; set != 0; set &= set - 1 {
			k := bits.TrailingZeros32(uint32(set))
			points[k]++
			if most>>k&1 == 1 {
				points[k] += 2
			}
		}
	}
	if !strings.ContainsAny(text, "іїєґІЇЄҐ") { // everyday words of Ukrainian texts are Russian, too
		delete(points, bits.TrailingZeros32(uint32(fold.LanguageOf("uk"))))
	}
	best, alone := -1, false
	for k, n := range points {
		switch {
		case best < 0 || n > points[best]:
			best, alone = k, true
		case n == points[best]:
			alone = false
		}
	}
	if !alone {
		return ""
	}
	return fold.LanguageCode(best)
}
