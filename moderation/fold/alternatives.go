package fold

import "strings"

// leet lists the letters that digits and signs stand for in spelled words.
var leet = [128]string{
	'0': "o", '1': "il", '2': "z", '3': "e", '4': "a", '5': "s", '6': "gb", '7': "t", '8': "b", '9': "gq",
	'@': "a", '$': "s", '!': "il", '|': "il", '+': "t", '(': "c", '<': "c", '{': "c", '[': "c", '#': "h",
}

// figures are letters drawn with several signs; of those with the same beginning, the longest
// comes first.
var figures = []struct{ drawn, letter string }{
	{`\/\/`, "w"}, {`/\/\`, "m"}, {`|\/|`, "m"}, {`/v\`, "m"}, {`|\|`, "n"}, {`/\/`, "n"}, {`|-|`, "h"}, {`/-/`, "h"}, {`}{`, "h"},
	{`|_|`, "u"}, {`(_)`, "u"}, {`|3`, "b"}, {`|)`, "d"}, {`|<`, "k"}, {`|{`, "k"}, {`/\`, "a"}, {`/-\`, "a"},
	{`\/`, "v"}, {`()`, "o"}, {`[]`, "o"}, {`|_`, "l"}, {`|=`, "f"}, {`|2`, "r"}, {`><`, "x"}, {`vv`, "w"},
	{`13`, "b"}, {`ph`, "f"},
}

// AddAlternatives adds the other readings of the runes. It is only called for texts, because
// an entry is literal.
func (f *Text) AddAlternatives() {
	number := 0 // end of the last measured run of digits
	romaji := 0 // end of the last word of romaji
	long := false
	for i := range f.Runes {
		c := &f.Runes[i]
		c.Lo, c.Hi = int32(len(f.Alternatives)), int32(len(f.Alternatives))
		if c.Kind == Digit {
			if i >= number {
				number = f.digitsEnd(i)
				long = number-i > maxLeetRun
			}
			if long {
				continue
			}
		}
		if c.Kind == Symbol && f.inRow(i) {
			continue
		}
		if c.Kind == Symbol {
			if r := Depicted(f.Runes, i); r != 0 {
				f.Alternatives = append(f.Alternatives, Alternative{r, 1, Beside})
			}
		}
		if c.Written < 0x80 || c.Kind != Letter || c.Script == Latin {
			f.readASCII(i)
		}
		if c.Written >= 0x80 {
			f.readLooks(i)
		}
		if c.Script == Living {
			for _, r := range livingSounds[c.R] {
				f.Alternatives = append(f.Alternatives, Alternative{r, 1, SoundAlike})
			}
		}
		switch {
		case c.Script == Kana, c.R == 'ω':
			f.readKana(i)
		case (c.R == '~' || c.R == '〜') && i > 0 && f.Runes[i-1].Script == Kana:
			f.Alternatives = append(f.Alternatives, Alternative{'ー', 1, SoundAlike})
		case c.Script == Latin:
			f.readLatin(i)
			if i == 0 || f.Runes[i-1].Script != Latin {
				romaji = f.romajiEnd(i)
			}
			if i < romaji {
				f.readRomaji(i)
			}
		}
		if r := f.readBeside(i); r != 0 {
			f.Alternatives = append(f.Alternatives, Alternative{r, 1, Beside})
		}
		if k := hanLooks[c.R]; k != 0 {
			f.Alternatives = append(f.Alternatives, Alternative{k, 1, LookAlike})
		}
		if c.Script == Han && i+1 < len(f.Runes) {
			f.readParts(i)
		}
		if f.mixed && c.Script != Cyrillic && c.Script != Greek {
			f.readOtherAlphabets(i)
		}
		c.Hi = int32(len(f.Alternatives))
	}
}

// readLooks adds the letters that rune i looks like.
func (f *Text) readLooks(i int) {
	c, looks := &f.Runes[i], tables().looks
	as, _ := looks.of(c.Written)
	how := LookAlike
	if c.Kind == Symbol {
		how = LeetSymbol
	}
	width := f.width(i)
	for _, r := range as {
		if r != c.R && width > 0 {
			f.Alternatives = append(f.Alternatives, Alternative{r, width, how})
		}
	}
	// The lower case of a letter may look like other letters than its capital.
	if c.R != c.Written && c.Kind == Letter {
		as, _ := looks.of(c.R)
		for _, r := range as {
			f.Alternatives = append(f.Alternatives, Alternative{r, 1, LookAlike})
		}
	}
}

// readParts adds the ideographs that rune i forms with the next one.
func (f *Text) readParts(i int) {
	for _, p := range tables().parts[f.Runes[i].R] {
		if f.Runes[i+1].R == p.right {
			f.Alternatives = append(f.Alternatives, Alternative{p.whole, 2, Parts})
		} else if f.parted(i, p.right) {
			f.Alternatives = append(f.Alternatives, Alternative{p.whole, 3, Parts})
		}
	}
}

// readOtherAlphabets adds the Cyrillic and Greek letters that rune i can be mistaken for.
func (f *Text) readOtherAlphabets(i int) {
	c, how := &f.Runes[i], LookAlike
	switch c.Kind {
	case Digit:
		how = LeetDigit
	case Symbol:
		how = LeetSymbol
	}
	for _, r := range tables().back[c.R] {
		f.Alternatives = append(f.Alternatives, Alternative{r, 1, how})
	}
}

// besides are characters that are read as another beside certain ones: the name of a chat that
// begins with its letter, ideographs that spell the last sound of a word in kana, and those that
// are written for each other in one verb of Japanese.
var besides = []struct {
	r             rune
	before, after string // one of which is there; empty for anything
	as            rune
}{
	{'v', "", "信", '微'}, {'w', "", "信", '微'},
	{'子', "ん", "", 'こ'}, {'児', "い", "", 'じ'}, {'儿', "い", "", 'じ'},
	{'合', "出", "いっう", '会'}, {'逢', "出", "いっう", '会'}, {'遭', "出", "いっう", '会'},
}

// soundLikeDie are the characters that Japanese reads し, like 死, and writes for it before ね.
const soundLikeDie = "氏市師师四4士詩诗志"

// readDie reports whether rune i is one of these in a word by itself: 氏ね, 市ねよ, but not 田中氏ね.
func (f *Text) readDie(i int) bool {
	if i+1 >= len(f.Runes) || f.Runes[i+1].R != 'ね' || !strings.ContainsRune(soundLikeDie, f.Runes[i].R) {
		return false
	}
	ends := func(k int) bool { return k < 0 || k >= len(f.Runes) || f.Runes[k].Kind >= Symbol }
	return ends(i-1) && (ends(i+2) || strings.ContainsRune("よや", f.Runes[i+2].R) && ends(i+3))
}

// readBeside returns what rune i is read as because of its neighbours; 0 for nothing else.
func (f *Text) readBeside(i int) rune {
	if f.readDie(i) {
		return '死'
	}
	for _, b := range besides {
		if f.Runes[i].R != b.r {
			continue
		}
		before := b.before == "" || i > 0 && strings.ContainsRune(b.before, f.Runes[i-1].R)
		after := b.after == "" || i+1 < len(f.Runes) && strings.ContainsRune(b.after, f.Runes[i+1].R)
		japanese := b.after == "信" && i+2 < len(f.Runes) && f.Runes[i+2].Script == Kana // w信じる
		if before && after && !japanese {
			return b.as
		}
	}
	return 0
}

// width counts the runes that the character of rune i was folded to: ß is two,
// and both of them look like one b. It is 0 for all but the first.
func (f *Text) width(i int) int8 {
	same := func(k int) bool { return k >= 0 && k < len(f.Runes) && f.Runes[k].From == f.Runes[i].From }
	if same(i - 1) {
		return 0
	}
	n := 1
	for same(i + n) {
		n++
	}
	return int8(min(n, 8))
}

// parted reports whether right comes after rune i and one space: 女 支女.
func (f *Text) parted(i int, right rune) bool {
	return i+2 < len(f.Runes) && f.Runes[i+1].Kind == Space && f.Runes[i+2].R == right
}

// livingSounds are the letters and marks of Arabic, Devanagari and Thai that replace each
// other because they sound alike: emphatic and plain consonants, breathed and plain ones, the
// same letter of Persian, long and short vowels, tone marks.
var livingSounds = func() map[rune][]rune {
	out := map[rune][]rune{}
	for _, class := range []string{
		"كقک", "تط", "سصث", "دض", "ذزظ", "هةھہ", "وؤۆ", "يىی",
		"िी", "ुू", "ेैॆ", "ोौॊ", "ंँ", "शषस", "नण", "तथ", "दध", "कख", "गघ", "चछ", "जझ", "टठ", "डढ", "पफ", "बभ",
		"ดตทธถฎฏ", "ยญ", "สศษซ", "นณ", "คฅฆข", "่้๊๋็", "ิี", "ึื", "ุู",
	} {
		for _, a := range class {
			for _, b := range class {
				if a != b {
					out[a] = append(out[a], b)
				}
			}
		}
	}
	return out
}()

// inRow reports whether rune i is one of three equal ones in a row: so repeated, a sign stands
// for no letter.
func (f *Text) inRow(i int) bool {
	same := func(k int) bool { return k >= 0 && k < len(f.Runes) && f.Runes[k].R == f.Runes[i].R }
	return same(i-1) && (same(i+1) || same(i-2)) || same(i+1) && same(i+2)
}

// maxLeetRun is the most digits in a row that may be letters: more are a number, or laughter.
const maxLeetRun = 4

// digitsEnd returns the end of the run of digits at i.
func (f *Text) digitsEnd(i int) int {
	for i < len(f.Runes) && f.Runes[i].Kind == Digit {
		i++
	}
	return i
}

// readASCII adds leet readings of rune i.
func (f *Text) readASCII(i int) {
	c := &f.Runes[i]
	if c.R >= 0x80 {
		return
	}
	switch c.Kind {
	case Digit, Symbol:
		how := LeetDigit
		if c.Kind == Symbol {
			how = LeetSymbol
		}
		for _, r := range leet[c.R] {
			f.Alternatives = append(f.Alternatives, Alternative{r, 1, how})
		}
	case Letter:
		switch {
		case c.Written == 'I', c.Written == 'Ｉ':
			f.Alternatives = append(f.Alternatives, Alternative{'l', 1, SoundAlike})
		case c.R == 'l':
			f.Alternatives = append(f.Alternatives, Alternative{'i', 1, SoundAlike})
		case c.R == 'v':
			f.Alternatives = append(f.Alternatives, Alternative{'u', 1, SoundAlike})
		case c.R == 'j':
			f.Alternatives = append(f.Alternatives, Alternative{'i', 1, SoundAlike})
		case c.R == 'k':
			f.Alternatives = append(f.Alternatives, Alternative{'c', 1, SoundAlike})
		case c.R == 'q':
			f.Alternatives = append(f.Alternatives, Alternative{'g', 1, SoundAlike})
		case c.R == 'z':
			f.Alternatives = append(f.Alternatives, Alternative{'s', 1, SoundAlike})
		}
	}
	if !strings.ContainsRune(`\/|([>v1p}`, c.R) {
		return
	}
	for _, fig := range figures {
		if f.drawn(i, fig.drawn) {
			how := LeetSymbol
			if c.Kind == Letter {
				how = SoundAlike
			} else if c.Kind == Digit {
				how = LeetDigit
			}
			f.Alternatives = append(f.Alternatives, Alternative{rune(fig.letter[0]), int8(len(fig.drawn)), how})
		}
	}
}

// drawn reports whether the runes from i on are exactly these signs.
func (f *Text) drawn(i int, signs string) bool {
	if i+len(signs) > len(f.Runes) {
		return false
	}
	for k := range len(signs) {
		if f.Runes[i+k].R != rune(signs[k]) {
			return false
		}
	}
	return true
}
