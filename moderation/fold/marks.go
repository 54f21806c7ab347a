package fold

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Marks is the set of marks on a Latin letter that folding removes.
type Marks uint16

const (
	grave Marks = 1 << iota
	acute
	circumflex
	tilde
	macron
	breve
	dotAbove
	diaeresis
	hookAbove
	ring
	doubleAcute
	caron
	horn
	dotBelow
	cedilla // and comma below, which replace each other
	stroke  // of đ; for ı, its missing dot
)

var marksOf = map[rune]Marks{
	0x300: grave, 0x301: acute, 0x302: circumflex, 0x303: tilde, 0x304: macron, 0x306: breve, 0x307: dotAbove, 0x308: diaeresis,
	0x309: hookAbove, 0x30A: ring, 0x30B: doubleAcute, 0x30C: caron, 0x31B: horn, 0x323: dotBelow, 0x327: cedilla, 0x326: cedilla,
}

// MarksOf returns the marks of a written letter.
func MarksOf(r rune) Marks {
	if r < 0x80 {
		return 0
	}
	switch r = unicode.ToLower(r); r {
	case 'đ', 'ı':
		return stroke
	}
	if !unicode.Is(unicode.Latin, r) {
		return 0
	}
	var m Marks
	var buf [16]byte
	for _, c := range string(norm.NFD.AppendString(buf[:0], string(r))) {
		m |= marksOf[c]
	}
	return m
}

// LetterMarks are the marks that turn letters of an entry into other letters: a Turkish ç is
// not a c, and a Vietnamese ơ is not an o. An accent that only shows the stress does not.
type LetterMarks struct {
	Of         []Marks // by letter
	Vietnamese bool    // every mark counts, and so does a missing one
}

// LetterMarksOf returns the marks that matter in an entry of these letters; nil if none does.
// The letters are composed.
func LetterMarksOf(letters []rune) *LetterMarks {
	m := LetterMarks{Of: make([]Marks, len(letters))}
	any := false
	for i, r := range letters {
		r = unicode.ToLower(r)
		of := MarksOf(r)
		twice := of&(of-1) != 0
		if r == 'đ' || of&(hookAbove|horn|dotBelow) != 0 || twice && of&(circumflex|breve) != 0 {
			m.Vietnamese = true
		}
		switch {
		case r == 'ç', r == 'ş', r == 'ș', r == 'ț', r == 'ţ', r == 'ğ', r == 'ı', r == 'ñ', r == 'đ':
			m.Of[i], any = of, true
		}
	}
	if m.Vietnamese {
		any = true
		for i, r := range letters {
			m.Of[i] = MarksOf(r)
		}
	}
	if !any {
		return nil
	}
	return &m
}
