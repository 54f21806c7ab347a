package fold

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:generate go run ../gen_sounds.go

//go:embed data/syllables.txt
var syllablesText string

//go:embed data/foreign.txt
var foreignText string

// The ideographs with a reading here; folding leaves hardly any others.
const firstIdeograph, lastIdeograph = 0x4E00, 0x9FFF

// LongestSyllable is the length of zhuang.
const LongestSyllable = 6

// Phonetics has the readings and words of Chinese.
type Phonetics struct {
	reading  [lastIdeograph - firstIdeograph + 1]uint16 // the number of its syllable, toneless; 0 for none
	spelling []string                                   // of each syllable
	Spelled  map[Letters]syllables
	words    lexicon // common words
	foreign  map[string]struct{}
}

// syllables are the possible meanings of a spelling: nu is nu and nü. 0 is none.
type syllables [2]uint16

// Letters packs up to six Latin letters into one number.
type Letters uint32

// And returns the letters with one more at the end.
func (l Letters) And(r rune) Letters { return l<<5 | Letters(r-'a'+1) }

// Chinese is loaded once, at the first rule with a sound.
var Chinese = sync.OnceValue(func() *Phonetics {
	p := &Phonetics{spelling: []string{""}, Spelled: map[Letters]syllables{}, foreign: map[string]struct{}{}}
	for line := range tableLines(syllablesText) {
		spelling, characters, _ := strings.Cut(line, " ")
		id := uint16(len(p.spelling))
		p.spelling = append(p.spelling, spelling)
		p.spell(spelling, id)
		if strings.Contains(spelling, "v") { // nv, as it is typed, or nu, as it is written without the dots
			p.spell(strings.Replace(spelling, "v", "u", 1), id)
		}
		for _, r := range characters {
			p.reading[r-firstIdeograph] = id
		}
	}
	p.words = lexiconOf(chineseWords)
	for line := range tableLines(foreignText) {
		for word := range strings.FieldsSeq(line) {
			p.foreign[word] = struct{}{}
		}
	}
	return p
})

// tableLines returns the lines of a table that are not empty or comments.
func tableLines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\r\n")
			if line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}

func (p *Phonetics) spell(spelling string, id uint16) {
	var l Letters
	for _, r := range spelling {
		l = l.And(r)
	}
	ids := p.Spelled[l]
	if ids[0] == 0 {
		ids[0] = id
	} else {
		ids[1] = id
	}
	p.Spelled[l] = ids
}

// Syllable returns the number of a character's syllable, 0 for none.
func (p *Phonetics) Syllable(r rune) uint16 {
	if r < firstIdeograph || r > lastIdeograph {
		return 0
	}
	return p.reading[r-firstIdeograph]
}

// Initial returns the first letter of a syllable.
func (p *Phonetics) Initial(id uint16) rune { return rune(p.spelling[id][0]) }

// digitSounds are the syllables of the digits.
var digitSounds = [10]string{"ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"}

// Digit returns the number of a digit's syllable.
func (p *Phonetics) Digit(r rune) uint16 {
	var l Letters
	for _, c := range digitSounds[r-'0'] {
		l = l.And(c)
	}
	return p.Spelled[l][0]
}

// longestText is the most characters that [phonetics.composedOf] reads.
const longestText = 60

// ComposedOf reports whether text consists only of common words.
func (p *Phonetics) ComposedOf(text []rune) bool {
	var whole [longestText + 1]bool // whole[n]: the first n characters are made of words
	if len(text) >= len(whole) {
		return false
	}
	whole[0] = true
	for n := 2; n <= len(text); n++ {
		whole[n] = whole[n-2] && p.IsWord(text[n-2:n]...) || n > 2 && whole[n-3] && p.IsWord(text[n-3:n]...)
	}
	return whole[len(text)]
}

// IsPinyin reports whether a word of small letters is one syllable of pinyin.
func (p *Phonetics) IsPinyin(word string) bool {
	var l Letters
	for _, r := range word {
		if r < 'a' || r > 'z' {
			return false
		}
		l = l.And(r)
	}
	return word != "" && len(word) <= LongestSyllable && p.Spelled[l][0] != 0
}

// IsForeign reports whether Latin letters are a word of another language.
func (p *Phonetics) IsForeign(word string) bool {
	_, ok := p.foreign[word]
	return ok
}

// ToneOf examines a Latin letter as written: marked reports whether it has the tone mark of a
// syllable, other whether it has marks that pinyin does not use.
func ToneOf(raw rune) (marked, other bool) {
	if raw < 0x80 {
		return false, false
	}
	base := rune(0)
	for _, r := range norm.NFD.String(string(raw)) {
		switch {
		case !unicode.Is(unicode.Mn, r):
			base = unicode.ToLower(r)
		case r == 0x300, r == 0x301, r == 0x304, r == 0x306, r == 0x30C: // a breve often replaces the caron
			marked = true
		case base == 'e' && r == 0x302, base == 'u' && r == 0x308:
		default:
			other = true
		}
	}
	return marked, other
}
