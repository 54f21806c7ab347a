// Package fold converts a text for a matcher: characters without case, width, accents and
// disguise, the other readings of each of them, and the possible decodings of a whole text. It
// also has the sounds of Chinese. It makes no decisions.
package fold

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Kind is what a folded character can do in a match.
type Kind uint8

const (
	Letter Kind = iota
	Digit
	Symbol // punctuation, signs, emoji: may separate, may stand for a letter
	Space
)

// Rune is one folded character with its position in the text. A character that folds to
// several becomes several runes with the same position; one that folds to nothing becomes
// none.
type Rune struct {
	R        rune  // folded
	Written  rune  // as written
	From, To int32 // runes of the text
	Lo, Hi   int32 // its other readings, in Text.Alternatives
	Kind     Kind
	Script   Script
	Joined   bool // belongs to the emoji before it
}

// How is the kind of reading of an alternative.
type How uint8

const (
	Plain      How = iota // folded, nothing more
	LookAlike             // a letter that looks like it
	LeetDigit             // a digit for a letter
	LeetSymbol            // a sign, or a group of signs, for a letter
	SoundAlike            // ph for f, v for u, a capital I for l
	Wild                  // an asterisk for any letter
	WildVowel             // any sign for a vowel
	Parts                 // two characters for one that is made of them
	Beside                // a character that is read as another because of its neighbour
	InRomaji              // Latin letters beside Japanese for the kana that they spell
)

// Alternative is another way of reading a rune: as the letter R, using Width runes.
type Alternative struct {
	R     rune
	Width int8
	How   How
}

// MaxRun is how many equal letters in a row are kept: more add no meaning.
const MaxRun = 8

// Text is a text as the matcher reads it. It is reused for many texts.
type Text struct {
	Runes        []Rune
	Alternatives []Alternative
	mixed        bool // holds Cyrillic or Greek letters
}

// Fold reads text into runes, without alternatives.
func (f *Text) Fold(text []rune) {
	f.Runes, f.Alternatives, f.mixed = f.Runes[:0], f.Alternatives[:0], false
	t := tables()
	joiner := false
	for i := 0; i < len(text); i++ {
		r := text[i]
		if isFlagLetter(r) {
			i = f.flags(text, i) - 1
			continue
		}
		if r < 0x80 {
			joiner = false
			if 'A' <= r && r <= 'Z' {
				f.add(r|0x20, r, i, i+1)
			} else {
				f.add(r, r, i, i+1)
			}
			continue
		}
		to, folded := t.fold.of(r)
		if folded && len(to) == 0 {
			joiner = joiner || r == '\u200D'
			continue
		}
		if !folded {
			to = text[i : i+1]
		}
		for _, c := range to {
			f.add(c, r, i, i+1)
		}
		if n := len(f.Runes); joiner && n > 0 {
			f.Runes[n-1].Joined = f.Runes[n-1].Kind == Symbol
		}
		joiner = false
	}
}

// add appends one folded character.
func (f *Text) add(r, raw rune, from, to int) {
	n := len(f.Runes)
	c := Rune{R: r, Written: raw, From: int32(from), To: int32(to), Kind: KindOf(r)}
	if c.Kind == Letter {
		c.Script = ScriptOf(r)
	}
	f.mixed = f.mixed || c.Script == Cyrillic || c.Script == Greek
	if r >= 0x300 && unicode.Is(unicode.Mn, r) {
		if n == 0 {
			return
		}
		prev := &f.Runes[n-1]
		if prev.Script == Kana && (r == 0x3099 || r == 0x309A) {
			if s := []rune(norm.NFC.String(string(prev.R) + string(r))); len(s) == 1 {
				prev.R, prev.To = s[0], int32(to)
			}
			return
		}
		switch {
		case prev.Kind != Letter && r >= 0x0900 && c.Script == Living && c.Script.keepsMarks(r):
			// a sign separates it from its letter, as in ส.ั.ส
		case prev.Kind != Letter || !prev.Script.keepsMarks(r) || r < 0x0590:
			prev.To = int32(to)
			return
		default:
			c.Script = prev.Script
		}
		c.Kind = Letter
	}
	if n >= MaxRun && c.Kind != Digit && f.runLength(r) >= MaxRun {
		f.Runes[n-1].To = int32(to)
		return
	}
	f.Runes = append(f.Runes, c)
}

// runLength counts the equal runes at the end.
func (f *Text) runLength(r rune) int {
	n := 0
	for i := len(f.Runes) - 1; i >= 0 && f.Runes[i].R == r; i-- {
		n++
	}
	return n
}

// KindOf returns the kind of a character.
func KindOf(r rune) Kind {
	switch {
	case '0' <= r && r <= '9':
		return Digit
	case 'a' <= r && r <= 'z':
		return Letter
	case r == ' ':
		return Space
	case r < 0x80:
		return Symbol
	case unicode.IsLetter(r), unicode.IsMark(r) && (r < 0x1D100 || r > 0x1D1FF): // stems of notes are not letters
		return Letter
	case unicode.IsSpace(r):
		return Space
	}
	return Symbol
}

func isFlagLetter(r rune) bool { return 0x1F1E6 <= r && r <= 0x1F1FF }

// flags reads a run of regional indicators that begins at i, and returns the index after it.
// If every pair is the flag of a country they are flags; otherwise the letters spell
// something.
func (f *Text) flags(text []rune, i int) int {
	end := i
	for end < len(text) && isFlagLetter(text[end]) {
		end++
	}
	real := (end-i)%2 == 0
	for k := i; real && k+1 < end; k += 2 {
		real = isCountry(text[k]-0x1F1E6, text[k+1]-0x1F1E6)
	}
	for k := i; k < end; k++ {
		if real {
			f.add(text[k], text[k], k, k+1)
			f.Runes[len(f.Runes)-1].Joined = (k-i)%2 == 1
		} else {
			f.add('a'+text[k]-0x1F1E6, text[k], k, k+1)
		}
	}
	return end
}

// countries has one bit for each second letter of the flags in emoji 16.
var countries = func() (bits [26]uint32) {
	const codes = "AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
		"CA CC CD CF CG CH CI CK CL CM CN CO CP CQ CR CU CV CW CX CY CZ DE DG DJ DK DM DO DZ EA EC EE EG EH ER ES ET EU FI FJ FK FM FO FR " +
		"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
		"KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
		"NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
		"SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ " +
		"UA UG UM UN US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
	for i := 0; i < len(codes); i += 3 {
		bits[codes[i]-'A'] |= 1 << (codes[i+1] - 'A')
	}
	return bits
}()

func isCountry(a, b rune) bool { return countries[a]&(1<<b) != 0 }

// String returns the folded text.
func String(text string) string {
	var f Text
	f.Fold([]rune(text))
	return f.String()
}

// String returns the folded text.
func (f *Text) String() string {
	b := make([]byte, 0, 4*len(f.Runes))
	for _, c := range f.Runes {
		b = utf8.AppendRune(b, c.R)
	}
	return string(b)
}
