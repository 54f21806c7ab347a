package moderation

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:generate go run gen_sounds.go

//go:embed data/syllables.txt
var syllablesText string

//go:embed data/words.txt
var wordsText string

//go:embed data/foreign.txt
var foreignText string

// The ideographs that have a reading here; folding leaves hardly any others.
const firstIdeograph, lastIdeograph = 0x4E00, 0x9FFF

// longestSyllable is that of zhuang.
const longestSyllable = 6

// phonetics is what the program knows of the sound of Chinese.
type phonetics struct {
	reading  [lastIdeograph - firstIdeograph + 1]uint16 // the number of its syllable, toneless; 0 for none
	spelling []string                                   // of each syllable
	spelled  map[letters]syllables
	pairs    []uint32 // common words of two characters, sorted
	triples  []uint64 // and of three
	foreign  map[string]struct{}
}

// syllables are what a spelling can mean: nu is nu and nü. 0 is none.
type syllables [2]uint16

// letters are up to six Latin ones in one number.
type letters uint32

func (l letters) and(r rune) letters { return l<<5 | letters(r-'a'+1) }

// sounds are read once, at the first rule that has a sound.
var sounds = sync.OnceValue(func() *phonetics {
	p := &phonetics{spelling: []string{""}, spelled: map[letters]syllables{}, foreign: map[string]struct{}{}}
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
	for line := range tableLines(wordsText) {
		fields := strings.Split(line, " ")
		first := []rune(fields[0])[0]
		for _, r := range fields[1] {
			p.pairs = append(p.pairs, uint32(pack(first, r)))
		}
		rest := []rune(fields[2])
		for i := 0; i+1 < len(rest); i += 2 {
			p.triples = append(p.triples, pack(first, rest[i], rest[i+1]))
		}
	}
	slices.Sort(p.pairs)
	slices.Sort(p.triples)
	for line := range tableLines(foreignText) {
		for word := range strings.FieldsSeq(line) {
			p.foreign[word] = struct{}{}
		}
	}
	return p
})

// tableLines gives the lines of a table that say something.
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

func (p *phonetics) spell(spelling string, id uint16) {
	var l letters
	for _, r := range spelling {
		l = l.and(r)
	}
	ids := p.spelled[l]
	if ids[0] == 0 {
		ids[0] = id
	} else {
		ids[1] = id
	}
	p.spelled[l] = ids
}

// of gives the number of a character's syllable, 0 for none.
func (p *phonetics) of(r rune) uint16 {
	if r < firstIdeograph || r > lastIdeograph {
		return 0
	}
	return p.reading[r-firstIdeograph]
}

func pack(word ...rune) uint64 {
	var k uint64
	for _, r := range word {
		k = k<<15 | uint64(r-firstIdeograph)
	}
	return k
}

// common tells whether a word of two or three characters is one that people
// use every day.
func (p *phonetics) common(word ...rune) bool {
	for _, r := range word {
		if r < firstIdeograph || r > lastIdeograph {
			return false
		}
	}
	found := false
	switch len(word) {
	case 2:
		_, found = slices.BinarySearch(p.pairs, uint32(pack(word...)))
	case 3:
		_, found = slices.BinarySearch(p.triples, pack(word...))
	}
	return found
}

// composedOf tells whether text is made of common words and nothing else.
func (p *phonetics) composedOf(text []rune) bool {
	return len(text) == 0 ||
		len(text) >= 2 && p.common(text[:2]...) && p.composedOf(text[2:]) ||
		len(text) >= 3 && p.common(text[:3]...) && p.composedOf(text[3:])
}

// isForeign tells whether Latin letters are a word of another language.
func (p *phonetics) isForeign(word string) bool {
	_, ok := p.foreign[word]
	return ok
}

// toneOf looks at a Latin letter as it was written: marked tells whether it
// carries the tone of a syllable, other whether it has marks that no pinyin has.
func toneOf(raw rune) (marked, other bool) {
	if raw < 0x80 {
		return false, false
	}
	base := rune(0)
	for _, r := range norm.NFD.String(string(raw)) {
		switch {
		case !unicode.Is(unicode.Mn, r):
			base = unicode.ToLower(r)
		case r == 0x300, r == 0x301, r == 0x304, r == 0x306, r == 0x30C: // often a breve stands for the caron
			marked = true
		case base == 'e' && r == 0x302, base == 'u' && r == 0x308:
		default:
			other = true
		}
	}
	return marked, other
}
