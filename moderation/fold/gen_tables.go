//go:build ignore

// Gen_tables generates data/fold.txt and data/looks.txt from the Unicode tables of x/text and
// the sources in data/. Run it with `go generate`.
package main

import (
	"bufio"
	"fmt"
	"log"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/unicode/runenames"
)

var (
	caser       = cases.Fold()
	simplified  = map[rune]rune{}   // traditional to simplified
	confusables = map[rune]string{} // to the prototype of UTS #39
	keepMarks   = []*unicode.RangeTable{
		unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
		unicode.Tibetan, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
		unicode.Hangul,
	}
)

func main() {
	lines("data/TSCharacters.txt", func(f []string) {
		from, to := []rune(f[0]), []rune(f[1])
		if len(from) == 1 && len(to) == 1 {
			simplified[from[0]] = to[0]
		}
	})
	lines("data/confusables.txt", func(f []string) {
		var to strings.Builder
		for _, h := range f[2:] {
			to.WriteRune(hex(h))
		}
		confusables[hex(f[0])] = to.String()
	})
	folds := map[rune]string{}
	for r := rune(0); r <= 0x2FA1F; r++ {
		if s, ok := fold(r); ok && s != string(r) {
			folds[r] = s
		}
	}
	for r := rune(0xE0000); r <= 0xE0FFF; r++ {
		folds[r] = ""
	}
	for settled := false; !settled; { // the result of a fold may fold again
		settled = true
		for r, s := range folds {
			var b strings.Builder
			for _, c := range s {
				if f, ok := folds[c]; ok {
					b.WriteString(f)
				} else {
					b.WriteRune(c)
				}
			}
			if b.String() != s {
				folds[r], settled = b.String(), false
			}
		}
	}
	write("data/fold.txt", "What each character becomes when text is folded; - is nothing.", folds)
	write("data/looks.txt", "The letters that each character can be taken for.", looks(folds))
}

// fold returns the folded form of one character; ok is false for an unassigned one.
func fold(r rune) (string, bool) {
	switch {
	case ignorable(r):
		return "", true
	case unicode.Is(unicode.Me, r), 0x1F3FB <= r && r <= 0x1F3FF: // enclosing marks, skin tones
		return "", true
	case r == 0xFF9E, r == 0x309B: // a separate voiced mark
		return "\u3099", true
	case r == 0xFF9F, r == 0x309C:
		return "\u309A", true
	case unicode.In(r, unicode.Mn, unicode.Cc, unicode.Cs, unicode.Co):
		return string(r), true
	case unicode.Is(unicode.Zs, r), r == '\u2028', r == '\u2029':
		return " ", true
	case r == 'ı': // a Turkish i; marks.go distinguishes it from an i
		return "i", true
	case 0x13A0 <= r && r <= 0x13F5: // Cherokee, which x/text folds back and forth
		return string(r), true
	case 0xAB70 <= r && r <= 0xABBF:
		return string(0x13A0 + r - 0xAB70), true
	case 0x13F8 <= r && r <= 0x13FD:
		return string(0x13F0 + r - 0x13F8), true
	case 0x1CCD6 <= r && r <= 0x1CCEF: // outlined letters, newer than x/text's tables
		return string('a' + r - 0x1CCD6), true
	case 0x1CCF0 <= r && r <= 0x1CCF9:
		return string('0' + r - 0x1CCF0), true
	case !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S):
		return "", false
	}
	if s, ok := named(r); ok {
		return s, true
	}
	if d, ok := digit(r); ok {
		return d, true
	}
	s := norm.NFKC.String(string(r))
	s = norm.NFD.String(caser.String(s))
	s = norm.NFKD.String(s)
	if strings.HasPrefix(s, " ") { // a spacing accent stays a symbol
		return string(r), true
	}
	runes := []rune(s)
	if len(runes) > 2 && runes[0] == '(' && runes[len(runes)-1] == ')' {
		runes = runes[1 : len(runes)-1]
	}
	if n := len(runes); n > 1 && (runes[n-1] == ',' || runes[n-1] == '.') && unicode.IsDigit(runes[0]) {
		runes = runes[:n-1]
	}
	if !unicode.In(runes[0], keepMarks...) {
		runes = slices.DeleteFunc(runes, func(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me) })
	}
	runes = []rune(norm.NFC.String(string(runes)))
	for i, c := range runes {
		if unicode.Is(unicode.Han, c) {
			c = radical(c)
			if t, ok := simplified[c]; ok {
				c = t
			}
		}
		runes[i] = kana(c)
	}
	return string(runes), true
}

// radical returns the ideograph that a CJK radical looks like.
func radical(c rune) rune {
	if 0x2E80 <= c && c <= 0x2FDF {
		if to := []rune(confusables[c]); len(to) == 1 && unicode.Is(unicode.Han, to[0]) {
			return to[0]
		}
	}
	return c
}

// kana turns katakana into hiragana and small kana into full ones. The small tsu stays,
// because it has its own sound.
func kana(c rune) rune {
	if 0x30A1 <= c && c <= 0x30F6 {
		c -= 0x60
	}
	if i := strings.IndexRune("ぁぃぅぇぉゃゅょゎゕゖ", c); i >= 0 {
		c = []rune("あいうえおやゆよわかけ")[i/3]
	}
	return c
}

func ignorable(r rune) bool {
	switch {
	case r == 0x2800, r == 0x034F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFFA0,
		r == 0x1D159, r == 0x0640: // blanks, fillers, and the Arabic stretching bar
		return true
	case 0xFFF0 <= r && r <= 0xFFFB, 0x1D165 <= r && r <= 0x1D172: // the latter are stems and flags of notes
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// digit folds the decimal digits of every script; they come in tens.
func digit(r rune) (string, bool) {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return string('0' + (r-rune(t.Lo))%10), true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return string('0' + (r-rune(t.Lo))%10), true
		}
	}
	return "", false
}

var numbers = strings.Fields("ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN SEVENTEEN EIGHTEEN NINETEEN TWENTY")

// named folds letters and numbers that Unicode names but does not decompose.
func named(r rune) (string, bool) {
	if r < 0x80 {
		return "", false
	}
	name := runenames.Name(r)
	words := strings.Fields(name)
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	for _, p := range []string{
		"NEGATIVE CIRCLED LATIN CAPITAL LETTER ", "NEGATIVE SQUARED LATIN CAPITAL LETTER ",
		"CROSSED NEGATIVE SQUARED LATIN CAPITAL LETTER ", "SQUARED LATIN CAPITAL LETTER ",
		"CIRCLED LATIN CAPITAL LETTER ", "PARENTHESIZED LATIN SMALL LETTER ", "PARENTHESIZED LATIN CAPITAL LETTER ",
		"TORTOISE SHELL BRACKETED LATIN CAPITAL LETTER ", "CIRCLED ITALIC LATIN CAPITAL LETTER ",
		"LATIN LETTER SMALL CAPITAL ", "MODIFIER LETTER SMALL CAPITAL ", "SMALL CAPITAL ",
		"RAISED-UP LATIN", "BLANKED",
	} {
		if rest, ok := strings.CutPrefix(name, p); ok && len(rest) == 1 && rest[0] >= 'A' && rest[0] <= 'Z' {
			return strings.ToLower(rest), true
		}
	}
	for _, p := range []string{"NEGATIVE SQUARED ", "SQUARED "} {
		if rest, ok := strings.CutPrefix(name, p); ok && 0x1F100 <= r && r <= 0x1F1FF && len(words) <= 3 &&
			len(last) <= 4 && len(rest) == len(last) {
			return strings.ToLower(last), true
		}
	}
	// Letters with a hook, stroke, bar or tail, which do not decompose.
	for _, p := range []string{"LATIN SMALL LETTER ", "LATIN CAPITAL LETTER "} {
		rest, ok := strings.CutPrefix(name, p)
		if ok && len(rest) > 7 && strings.HasPrefix(rest[1:], " WITH ") {
			return strings.ToLower(rest[:1]), true
		}
	}
	if strings.Contains(name, "CIRCLED") && (strings.Contains(name, "DIGIT") || strings.Contains(name, "NUMBER")) {
		if i := slices.Index(numbers, last); i >= 0 {
			return strconv.Itoa(i), true
		}
	}
	return "", false
}

// looks lists the characters that each character can be mistaken for: Latin letters from UTS
// #39 and from our own list, and ideographs for ideographs and kana.
func looks(folds map[rune]string) map[rune]string {
	out := map[rune]string{}
	add := func(r, as rune) {
		f, ok := folds[r]
		if (ok && f == string(as)) || r == as || strings.ContainsRune(out[r], as) {
			return
		}
		out[r] += string(as)
	}
	for r, proto := range confusables {
		if r < 0x80 || ignorable(r) || unicode.In(r, unicode.Mn, unicode.Me) {
			continue
		}
		if l, ok := letter(folds, proto); ok {
			add(r, l)
			if l == 'l' {
				add(r, 'i')
			}
			continue
		}
		to := []rune(proto)
		if len(to) == 1 && unicode.Is(unicode.Han, r) && unicode.Is(unicode.Han, to[0]) && r > 0x2FFF {
			a, b := foldOne(folds, r), foldOne(folds, to[0])
			if a != b {
				add(a, b)
				add(b, a)
			}
		}
	}
	for _, pair := range strings.Fields("力か 口ろ 二に 工え 夕た 卜と 八は 一ー") {
		p := []rune(pair)
		add(p[0], p[1])
	}
	turned(add)
	lines("data/lookalikes.txt", func(f []string) {
		for _, s := range f[1:] {
			if r := []rune(s); r[0] >= 0x80 {
				add(r[0], []rune(f[0])[0])
			}
		}
	})
	return out
}

// turned adds letters that are turned, mirrored or in another hand: those that Unicode names
// after one Latin letter.
func turned(add func(r, as rune)) {
	for r := rune(0x80); r <= 0x1FBFF; r++ {
		before, rest, ok := strings.Cut(runenames.Name(r), "LETTER ")
		if !ok || !strings.Contains(before, "LATIN") {
			continue
		}
		rest, _, _ = strings.Cut(rest, " WITH ")
		as := rune(0)
		for _, w := range strings.Fields(rest) {
			if len(w) == 1 && 'A' <= w[0] && w[0] <= 'Z' {
				if as != 0 {
					as = 0
					break
				}
				as = rune(w[0]) | 0x20
			}
		}
		if as != 0 {
			add(r, as)
		}
	}
}

// letter returns the Latin letter that a prototype shows, if it shows only one.
func letter(folds map[rune]string, proto string) (rune, bool) {
	if proto == "rn" {
		return 'm', true
	}
	var found rune
	for _, r := range norm.NFD.String(proto) {
		if unicode.In(r, unicode.Mn, unicode.Me) {
			continue
		}
		f := foldOne(folds, r)
		if found != 0 || f < 'a' || f > 'z' {
			return 0, false
		}
		found = f
	}
	return found, found != 0
}

func foldOne(folds map[rune]string, r rune) rune {
	if f, ok := folds[r]; ok {
		if rs := []rune(f); len(rs) == 1 {
			return rs[0]
		}
		return 0
	}
	return r
}

func hex(s string) rune {
	n, err := strconv.ParseInt(s, 16, 32)
	if err != nil {
		log.Fatal(err)
	}
	return rune(n)
}

func lines(name string, each func(fields []string)) {
	f, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if fields := strings.Fields(s.Text()); len(fields) > 1 && fields[0] != "#" {
			each(fields)
		}
	}
}

func write(name, head string, table map[rune]string) {
	f, err := os.Create(name)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintf(f, "# Made by gen_tables.go; do not edit. %s\n", head)
	for _, r := range slices.Sorted(maps.Keys(table)) {
		fmt.Fprintf(f, "%04X", r)
		if table[r] == "" {
			fmt.Fprint(f, " -")
		}
		rs := []rune(table[r])
		if strings.HasSuffix(name, "looks.txt") {
			slices.Sort(rs)
		}
		for _, c := range rs {
			fmt.Fprintf(f, " %04X", c)
		}
		fmt.Fprintln(f)
	}
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
}
