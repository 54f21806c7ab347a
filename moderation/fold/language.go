package fold

import (
	_ "embed"
	"strings"
	"sync"
)

// languageCodes are the languages of everyday words, in the order of their bits.
var languageCodes = strings.Fields("en es fr de it pt pl tr vi id nl sv da no fi cs ro hu sk sr ca sq ru uk bg mk et lt lv af")

// Named is the set of all languages of everyday words, names left out.
const Named Languages = 1<<30 - 1

// LanguageOf returns the set of one language, by its code; 0 for a language without known
// words.
func LanguageOf(code string) Languages {
	for i, c := range languageCodes {
		if c == code {
			return 1 << i
		}
	}
	return 0
}

// LanguageCode returns the code of the language at a bit of [Languages].
func LanguageCode(bit int) string { return languageCodes[bit] }

//go:embed data/languages.txt
var languagesText string

//go:embed data/friends.txt
var friendsText string

//go:embed data/innocent.txt
var innocentText string

// frequent are the most frequent words of each language.
var frequent = sync.OnceValue(func() map[string]Languages {
	out := map[string]Languages{}
	for line := range tableLines(languagesText) {
		f := strings.Fields(line)
		for _, w := range f[1:] {
			out[w] |= LanguageOf(f[0])
		}
	}
	return out
})

// Frequent returns the languages of which a folded word is one of the hundred most
// frequent ones.
func Frequent(word []rune) Languages { return frequent()[string(word)] }

// friend is a word that insults in one language and not in others.
type friend struct{ insults, everyday Languages }

var falseFriends = sync.OnceValue(func() map[string]friend {
	out := map[string]friend{}
	for line := range tableLines(friendsText) {
		f := strings.Fields(line)
		w := friend{insults: LanguageOf(f[1])}
		for _, code := range f[2:] {
			w.everyday |= LanguageOf(code)
		}
		out[f[0]] = w
	}
	return out
})

// FalseFriend returns the language in which a folded word is an insult, and those in which it
// is an everyday word; 0 for words in no such list.
func FalseFriend(word []rune) (insults, everyday Languages) {
	w := falseFriends()[string(word)]
	return w.insults, w.everyday
}

// innocent are the beginnings of words that contain another word by chance.
var innocent = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for line := range tableLines(innocentText) {
		for w := range strings.FieldsSeq(line) {
			out[w] = true
		}
	}
	return out
})

// Innocent reports whether the apparent other word in a folded word, from letter from on, is
// there by chance: the word begins as such words do, or has such a beginning inside, around
// that position (physiotherapist).
func Innocent(word []rune, from int) bool {
	for i := 0; i <= from && i < len(word); i++ {
		for n := 5; i+n <= len(word) && n <= LongestInnocent; n++ {
			if (i == 0 || i+n > from) && innocent()[string(word[i:i+n])] {
				return true
			}
		}
	}
	return false
}

// LongestInnocent is the length of the longest such beginning.
const LongestInnocent = 12
