package fold

import (
	_ "embed"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

//go:generate go run gen_tables.go

//go:embed data/fold.txt
var foldText string

//go:embed data/looks.txt
var looksText string

//go:embed data/parts.txt
var partsText string

// part is a possible right half of an ideograph, and the whole that it forms.
type part struct{ right, whole rune }

// page holds the mappings of 256 neighbouring characters: 0 means unchanged, anything else is
// an index into pool of a length and that many characters.
type page [256]uint16

// table maps characters to short sequences of characters.
type table struct {
	pages map[rune]*page // of r>>8
	low   [256]*page     // the first 65,536 characters, without a map lookup
	pool  []rune
}

// of returns what r maps to; ok is false if the table does not contain it.
func (t *table) of(r rune) (to []rune, ok bool) {
	var p *page
	if r < 0x10000 {
		p = t.low[r>>8]
	} else {
		p = t.pages[r>>8]
	}
	if p == nil || p[r&0xFF] == 0 {
		return nil, false
	}
	i := int(p[r&0xFF])
	n := int(t.pool[i])
	return t.pool[i+1 : i+1+n], true
}

// parseTable parses the format that gen_tables.go writes. It panics on a fault: the text is
// part of the program.
func parseTable(text string) *table {
	t := &table{pages: map[rune]*page{}, pool: []rune{0}}
	seen := map[string]uint16{}
	for line := range strings.Lines(text) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), " ")
		if from == "#" {
			continue
		}
		at, known := seen[to]
		if !known {
			at = uint16(len(t.pool))
			t.pool = append(t.pool, 0)
			for h := range strings.FieldsSeq(to) {
				if h != "-" {
					t.pool = append(t.pool, hexRune(h))
				}
			}
			t.pool[at] = rune(len(t.pool) - int(at) - 1)
			if len(t.pool) > 1<<16 {
				panic("moderation: the folding table has outgrown 16 bits")
			}
			seen[to] = at
		}
		r := hexRune(from)
		p := t.pages[r>>8]
		if p == nil {
			p = new(page)
			t.pages[r>>8] = p
			if r < 0x10000 {
				t.low[r>>8] = p
			}
		}
		p[r&0xFF] = at
	}
	return t
}

func hexRune(s string) rune {
	n, err := strconv.ParseInt(s, 16, 32)
	if err != nil {
		panic("moderation: folding table: " + err.Error())
	}
	return rune(n)
}

// tables are loaded once, at the first use: a few milliseconds that commands without a filter
// save.
var tables = sync.OnceValue(func() (t struct {
	fold, looks *table
	back        map[rune][]rune // Latin letter to the Cyrillic and Greek ones that it can be mistaken for
	parts       map[rune][]part // left half of an ideograph to the characters that it can be a half of
}) {
	t.fold, t.looks = parseTable(foldText), parseTable(looksText)
	t.back = map[rune][]rune{}
	for _, span := range [][2]rune{{0x0391, 0x03C9}, {0x0400, 0x04FF}} {
		for r := span[0]; r <= span[1]; r++ {
			if _, folded := t.fold.of(r); folded {
				continue // its own folded form is included anyway
			}
			as, _ := t.looks.of(r)
			for _, l := range as {
				t.back[l] = append(t.back[l], r)
			}
		}
	}
	for latin, cyrillic := range map[rune]string{'u': "и", 'n': "п", '3': "з", '6': "б", '4': "ч", '9': "я", '0': "о", '@': "а"} {
		t.back[latin] = append(t.back[latin], []rune(cyrillic)...)
	}
	t.parts = map[rune][]part{}
	for line := range tableLines(partsText) {
		f := []rune(line) // whole, left and right, with spaces between
		t.parts[f[2]] = append(t.parts[f[2]], part{right: f[4], whole: f[0]})
	}
	return t
})

// Known returns the characters that the tables read as something else, one for each different
// set of readings, and all keyboard characters. Tests try them all.
func Known() []rune {
	var out []rune
	for r := rune(' '); r < 0x7F; r++ {
		out = append(out, r)
	}
	seen := map[string]bool{}
	t := tables()
	add := func(r rune) {
		to, _ := t.fold.of(r)
		looks, _ := t.looks.of(r)
		if key := string(to) + "|" + string(looks); !seen[key] {
			seen[key] = true
			out = append(out, r)
		}
	}
	for _, table := range []*table{t.looks, t.fold} {
		for _, high := range slices.Sorted(maps.Keys(table.pages)) {
			for low, at := range table.pages[high] {
				if at != 0 {
					add(high<<8 | rune(low))
				}
			}
		}
	}
	return out
}

// Script groups Unicode's scripts by differences that matter for matching.
type Script uint8

const (
	Common Script = iota // digits, punctuation, symbols, emoji
	Latin
	Cyrillic
	Greek
	Han
	Kana
	Hangul
	Living // any other script in which people write today
	rare   // scripts that comments use only for their shapes
)

// ScriptOf recognizes the script of a letter or mark.
func ScriptOf(r rune) Script {
	switch {
	case r < 0x80:
		if 'a' <= r|0x20 && r|0x20 <= 'z' {
			return Latin
		}
		return Common
	case 0x4E00 <= r && r <= 0x9FFF, 0x3400 <= r && r <= 0x4DBF, 0x20000 <= r && r <= 0x3FFFF:
		return Han
	case 0x3041 <= r && r <= 0x30FF && r != 0x30FB:
		return Kana
	case 0xAC00 <= r && r <= 0xD7A3, 0x1100 <= r && r <= 0x11FF, 0x3131 <= r && r <= 0x318E:
		return Hangul
	case 0x0400 <= r && r <= 0x052F:
		return Cyrillic
	}
	switch {
	case KindOf(r) != Letter:
		return Common
	case unicode.Is(unicode.Latin, r):
		return Latin
	case unicode.Is(unicode.Greek, r):
		return Greek
	case unicode.Is(unicode.Cyrillic, r):
		return Cyrillic
	case unicode.Is(unicode.Han, r):
		return Han
	case unicode.In(r, unicode.Lisu, unicode.Canadian_Aboriginal, unicode.Cherokee, unicode.Coptic, unicode.Yi,
		unicode.Vai, unicode.Deseret, unicode.Gothic, unicode.Old_Italic, unicode.Runic, unicode.Osage,
		unicode.Tifinagh, unicode.Bamum, unicode.Miao, unicode.Warang_Citi, unicode.Lycian, unicode.Carian,
		unicode.Lydian, unicode.Elbasan, unicode.Glagolitic, unicode.Shavian, unicode.Medefaidrin):
		return rare
	}
	return Living
}

// CJK reports whether a script is written without spaces between words; Korean counts because
// its words carry endings.
func (s Script) CJK() bool { return s == Han || s == Kana || s == Hangul }

// Spaced reports whether entries of a script match whole words only.
func (s Script) Spaced() bool { return s == Latin || s == Cyrillic || s == Greek }

// keepsMarks recognizes the scripts whose marks are vowels or sounds of their own.
func (s Script) keepsMarks(r rune) bool {
	switch s {
	case Kana, Hangul:
		return true
	case Living: // all but Arabic, Hebrew, Syriac and Armenian, where they are optional
		return !(0x0530 <= r && r <= 0x08FF)
	}
	return false
}
