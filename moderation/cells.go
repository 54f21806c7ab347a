package moderation

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// kind is what a folded character can do in a match.
type kind uint8

const (
	letter kind = iota
	digit
	symbol // punctuation, signs, emoji: may separate, may stand for a letter
	space
)

// cell is one folded character with its place in the text. A character that
// folds to several gives several cells of the same place; one that folds to
// nothing gives none.
type cell struct {
	r        rune  // folded
	raw      rune  // as written
	from, to int32 // runes of the text
	lo, hi   int32 // its other readings, in folding.arcs
	kind     kind
	script   script
	joined   bool // belongs to the emoji before it
}

// how tells by which licence an arc reads what it reads.
type how uint8

const (
	plain      how = iota // folded, nothing more
	glyph                 // a letter that looks like it
	leetDigit             // a digit for a letter
	leetSymbol            // a sign, or a group of signs, for a letter
	sound                 // ph for f, v for u, a capital I for l
	wild                  // an asterisk for any letter
	wildVowel             // any sign for a vowel
	parts                 // two characters for one that is made of them
)

// arc is another way of reading a cell: as the letter r, using width cells.
type arc struct {
	r     rune
	width int8
	how   how
}

// maxRun is how many equal letters in a row are kept: more say nothing new.
const maxRun = 8

// folding is a text as the matcher reads it. It is reused from text to text.
type folding struct {
	cells []cell
	arcs  []arc
	mixed bool // holds Cyrillic or Greek letters
}

// fold reads text into cells, without other readings.
func (f *folding) fold(text []rune) {
	f.cells, f.arcs, f.mixed = f.cells[:0], f.arcs[:0], false
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
		if n := len(f.cells); joiner && n > 0 {
			f.cells[n-1].joined = f.cells[n-1].kind == symbol
		}
		joiner = false
	}
}

// add appends one folded character.
func (f *folding) add(r, raw rune, from, to int) {
	n := len(f.cells)
	c := cell{r: r, raw: raw, from: int32(from), to: int32(to), kind: kindOf(r)}
	if c.kind == letter {
		c.script = scriptOf(r)
	}
	f.mixed = f.mixed || c.script == cyrillic || c.script == greek
	if r >= 0x300 && unicode.Is(unicode.Mn, r) {
		if n == 0 {
			return
		}
		prev := &f.cells[n-1]
		if prev.script == kana && (r == 0x3099 || r == 0x309A) {
			if s := []rune(norm.NFC.String(string(prev.r) + string(r))); len(s) == 1 {
				prev.r, prev.to = s[0], int32(to)
			}
			return
		}
		if prev.kind != letter || !prev.script.keepsMarks(r) || r < 0x0590 {
			prev.to = int32(to)
			return
		}
		c.kind, c.script = letter, prev.script
	}
	if n >= maxRun && c.kind != digit && f.runLength(r) >= maxRun {
		f.cells[n-1].to = int32(to)
		return
	}
	f.cells = append(f.cells, c)
}

// runLength counts the equal cells at the end.
func (f *folding) runLength(r rune) int {
	n := 0
	for i := len(f.cells) - 1; i >= 0 && f.cells[i].r == r; i-- {
		n++
	}
	return n
}

func kindOf(r rune) kind {
	switch {
	case '0' <= r && r <= '9':
		return digit
	case 'a' <= r && r <= 'z':
		return letter
	case r == ' ':
		return space
	case r < 0x80:
		return symbol
	case unicode.IsLetter(r), unicode.IsMark(r) && (r < 0x1D100 || r > 0x1D1FF): // stems of notes are no letters
		return letter
	case unicode.IsSpace(r):
		return space
	}
	return symbol
}

func isFlagLetter(r rune) bool { return 0x1F1E6 <= r && r <= 0x1F1FF }

// flags reads a run of regional indicators that begins at i, and gives the
// index behind it. Where every pair is the flag of a country they are flags;
// otherwise somebody is spelling.
func (f *folding) flags(text []rune, i int) int {
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
			f.cells[len(f.cells)-1].joined = (k-i)%2 == 1
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
