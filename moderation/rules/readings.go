package rules

import (
	"math/bits"
	"strings"
	"unicode"

	"danmaku/moderation/fold"
)

// readings judges how the characters were read.
func (a acceptor) readings(e *entry, path []step) (aggressive, ok bool) {
	var genuine, glyphs, digits, signs, sounds, wilds, vowels, romaji int
	var scripts uint16 // of the glyphs
	for i, s := range path {
		c := &a.runes[s.from]
		switch s.how {
		case fold.Plain:
			if c.Kind == fold.Letter {
				genuine++
			}
		case fold.LookAlike:
			glyphs++
			scripts |= 1 << c.Script
			if c.Script == fold.Han && fold.ScriptOf(s.label) == fold.Kana {
				aggressive = true
				if !a.kanaLike(path, i) {
					return false, false
				}
			}
		case fold.LeetDigit:
			digits++
		case fold.LeetSymbol:
			signs++
			if i == len(path)-1 && c.R == '!' || i == 0 && strings.ContainsRune("([{<#!", c.R) && !a.unclosed(path) {
				return false, false
			}
		case fold.SoundAlike:
			if vietnameseSound(c.R, s.label) && (e.marks == nil || !e.marks.Vietnamese) {
				return false, false
			}
			if fold.ScriptOf(s.label) == fold.Living && a.goesOn(path) {
				return false, false
			}
			sounds++
		case fold.Wild:
			wilds++
		case fold.WildVowel:
			vowels++
		case fold.Parts, fold.Beside:
			aggressive = true
			genuine++
		case fold.InRomaji:
			aggressive = true
			romaji++
		}
	}
	n := len(path)
	if romaji > 0 && (romaji == n || !a.romajiApart(path)) {
		return false, false
	}
	if glyphs > 0 && !foreign(scripts, genuine+sounds > 0) {
		if !a.patchwork(path) {
			return false, false
		}
		aggressive = true
	}
	letters := genuine + glyphs + sounds
	if digits+signs+sounds+wilds+vowels == 0 {
		return aggressive, true
	}
	switch {
	case e.letters < 3 && (digits+signs+sounds > 0 || wilds > 0):
		return false, false
	case letters == 0:
		return true, signs+digits == n && digits <= 1 && a.joined(path) && (n >= 4 || n == 3 && a.onlySigns(path, "@$"))
	case wilds == n-1 && letters == 1 && n >= 4 && e.openEnd && path[0].how == fold.Plain && isEnding(a.lettersAt(path[n-1].to)):
		return true, true // f***ing
	case digits*2 > n, sounds*2 > n && n > sounds, sounds == n:
		return false, false
	case wilds > 0 && !fairStars(path, letters):
		return false, false
	case vowels > 0 && (e.letters < 4 || vowels > 1 || wilds+digits+signs > 0):
		return false, false
	}
	return true, true
}

// unclosed reports whether a match begins with a bracket that encloses nothing: a letter
// follows it, and nothing closes it. (unt has one, (it is) has none.
func (a acceptor) unclosed(path []step) bool {
	first := path[0]
	k := strings.IndexRune("([{<", a.runes[first.from].R)
	if k < 0 || len(path) < 4 || !isLetter(a.at(first.to)) || isLetter(a.at(first.from-1)) {
		return false
	}
	for _, c := range a.runes[first.to:] {
		if c.R == rune(")]}>"[k]) {
			return false
		}
	}
	return true
}

// joined reports whether there are no gaps in a match.
func (a acceptor) joined(path []step) bool {
	for i := 1; i < len(path); i++ {
		if path[i].from != path[i-1].to {
			return false
		}
	}
	return path[len(path)-1].stays == 0
}

// onlySigns reports whether all characters of a match are these signs.
func (a acceptor) onlySigns(path []step, signs string) bool {
	for _, s := range path {
		if !strings.ContainsRune(signs, a.runes[s.from].R) {
			return false
		}
	}
	return true
}

// lettersAt returns the letters from rune i to the end of the word, "" if these are more than an
// ending.
func (a acceptor) lettersAt(i int32) string {
	const most = 4
	var word [most + 1]rune
	n := 0
	for ; n <= most && isLetter(a.at(i+int32(n))); n++ {
		word[n] = a.runes[i+int32(n)].R
	}
	if n > most {
		return ""
	}
	return string(word[:n])
}

// goesOn reports whether the word continues after a match in the same script: a guess does not
// mean the beginning of a longer word.
func (a acceptor) goesOn(path []step) bool {
	c := a.at(path[len(path)-1].to)
	return isLetter(c) && c.Script == fold.Living && unicode.Is(unicode.Thai, c.R)
}

// vietnameseSound reports whether a letter replaces another only in Vietnamese: djt for địt,
// cak for cặc.
func vietnameseSound(r, label rune) bool { return r == 'j' && label == 'i' || r == 'k' && label == 'c' }

// foreign reports whether glyphs of these scripts are read as letters of another one. A word
// that is plainly Cyrillic, Greek or of any other living script keeps its meaning, whatever it
// looks like.
func foreign(scripts uint16, genuine bool) bool {
	if genuine {
		return true
	}
	const japanese = 1<<fold.Han | 1<<fold.Kana
	if scripts&japanese != 0 {
		scripts = scripts&^japanese | 1<<fold.Han
	}
	switch scripts {
	case 1 << fold.Cyrillic, 1 << fold.Greek, 1 << fold.Han, 1 << fold.Hangul, 1 << fold.Living:
		return false
	}
	return true
}

// patchwork recognizes a word that is all Cyrillic but of several languages at once: only a
// disguise combines dze, shha and dotted i.
func (a acceptor) patchwork(path []step) bool {
	seen := uint8(0)
	for _, s := range path {
		switch k := oddLetter(a.runes[s.from].R); {
		case k == 0:
			return true
		case k > 0:
			seen |= 1 << k
		}
	}
	return bits.OnesCount8(seen) >= 2
}

// oddLetter numbers the Cyrillic letters that no two languages share: 0 for
// those that no living language uses, -1 for every other letter.
func oddLetter(r rune) int {
	switch r {
	case 'ԁ', 'ԛ', 'ԝ':
		return 0
	case 'ѕ':
		return 1
	case 'һ':
		return 2
	case 'ј':
		return 3
	case 'і':
		return 4
	case 'ӏ':
		return 5
	case 'ү':
		return 6
	}
	return -1
}

// kanaLike reports whether an ideograph may be read as the kana it looks like: not beside
// another ideograph, where it is an ideograph.
func (a acceptor) kanaLike(path []step, i int) bool {
	isHan := func(c *fold.Rune) bool { return c != nil && c.Script == fold.Han }
	if i == 0 && isHan(a.at(path[0].from-1)) {
		return false
	}
	return i < len(path)-1 || !isHan(a.at(path[i].to))
}

// romajiApart reports whether the Latin letters of a match are whole words, and not capitals in
// a sentence: アンパンマンKO.
func (a acceptor) romajiApart(path []step) bool {
	first, last := path[0], path[len(path)-1]
	before, after := a.at(first.from-1), a.at(last.to)
	isLatin := func(c *fold.Rune) bool { return c != nil && (c.Script == fold.Latin || c.Kind == fold.Digit) }
	if first.how == fold.InRomaji && isLatin(before) || last.how == fold.InRomaji && isLatin(after) {
		return false
	}
	for _, s := range path {
		if s.how == fold.InRomaji && unicode.IsUpper(a.runes[s.from].Written) {
			return !isLetter(before) && !isLetter(after)
		}
	}
	return true
}

// fairStars reports whether there are enough letters beside the asterisks: the first one, and
// half of all or the last.
func fairStars(path []step, letters int) bool {
	stars := 0
	for _, s := range path {
		if s.how == fold.Wild {
			stars++
		}
	}
	last := path[len(path)-1].how
	if path[0].how == fold.Wild || letters < 2 {
		return false
	}
	return stars*2 <= len(path) || last != fold.Wild && len(path) <= 6
}
