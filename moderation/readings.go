package moderation

import "strings"

// leet lists what digits and signs stand for in spelled words.
var leet = [128]string{
	'0': "o", '1': "il", '2': "z", '3': "e", '4': "a", '5': "s", '6': "gb", '7': "t", '8': "b", '9': "gq",
	'@': "a", '$': "s", '!': "il", '|': "il", '+': "t", '(': "c", '<': "c", '{': "c", '[': "c", '#': "h",
}

// figures are letters drawn with several signs, the longest of a beginning first.
var figures = []struct{ drawn, letter string }{
	{`\/\/`, "w"}, {`/\/\`, "m"}, {`|\/|`, "m"}, {`/v\`, "m"}, {`|\|`, "n"}, {`/\/`, "n"}, {`|-|`, "h"}, {`/-/`, "h"},
	{`|_|`, "u"}, {`(_)`, "u"}, {`|3`, "b"}, {`|)`, "d"}, {`|<`, "k"}, {`|{`, "k"}, {`/\`, "a"}, {`/-\`, "a"},
	{`\/`, "v"}, {`()`, "o"}, {`[]`, "o"}, {`|_`, "l"}, {`|=`, "f"}, {`|2`, "r"}, {`><`, "x"}, {`vv`, "w"},
	{`13`, "b"}, {`ph`, "f"},
}

// read gives the cells their other readings. It is done for texts only: an
// entry means what it says.
func (f *folding) read() {
	t := tables()
	number := 0 // behind the run of digits that was measured last
	long := false
	for i := range f.cells {
		c := &f.cells[i]
		c.lo, c.hi = int32(len(f.arcs)), int32(len(f.arcs))
		if c.kind == digit {
			if i >= number {
				number = f.digitsEnd(i)
				long = number-i > maxLeetRun
			}
			if long {
				continue
			}
		}
		if c.kind == symbol && f.inRow(i) {
			continue
		}
		if c.raw < 0x80 || c.kind != letter || c.script == latin {
			f.readASCII(i)
		}
		if c.raw >= 0x80 {
			as, _ := t.looks.of(c.raw)
			how := glyph
			if c.kind == symbol {
				how = leetSymbol
			}
			for _, r := range as {
				if r != c.r {
					f.arcs = append(f.arcs, arc{r, 1, how})
				}
			}
			// The lower case of a letter may look like what its capital does not.
			if c.r != c.raw && c.kind == letter {
				as, _ := t.looks.of(c.r)
				for _, r := range as {
					f.arcs = append(f.arcs, arc{r, 1, glyph})
				}
			}
		}
		if c.script == han && i+1 < len(f.cells) {
			for _, p := range t.parts[c.r] {
				if f.cells[i+1].r == p.right {
					f.arcs = append(f.arcs, arc{p.whole, 2, parts})
				}
			}
		}
		if f.mixed && c.script != cyrillic && c.script != greek {
			how := glyph
			switch c.kind {
			case digit:
				how = leetDigit
			case symbol:
				how = leetSymbol
			}
			for _, r := range t.back[c.r] {
				f.arcs = append(f.arcs, arc{r, 1, how})
			}
		}
		c.hi = int32(len(f.arcs))
	}
}

// inRow tells whether cell i is one of three equal ones in a row: so many of a
// sign are no letters.
func (f *folding) inRow(i int) bool {
	same := func(k int) bool { return k >= 0 && k < len(f.cells) && f.cells[k].r == f.cells[i].r }
	return same(i-1) && (same(i+1) || same(i-2)) || same(i+1) && same(i+2)
}

// maxLeetRun is how many digits in a row may be letters: more are a number, or
// laughter.
const maxLeetRun = 4

// digitsEnd gives the end of the run of digits at i.
func (f *folding) digitsEnd(i int) int {
	for i < len(f.cells) && f.cells[i].kind == digit {
		i++
	}
	return i
}

// readASCII adds leet readings of cell i.
func (f *folding) readASCII(i int) {
	c := &f.cells[i]
	if c.r >= 0x80 {
		return
	}
	switch c.kind {
	case digit, symbol:
		how := leetDigit
		if c.kind == symbol {
			how = leetSymbol
		}
		for _, r := range leet[c.r] {
			f.arcs = append(f.arcs, arc{r, 1, how})
		}
	case letter:
		switch {
		case c.raw == 'I', c.raw == 'Ｉ':
			f.arcs = append(f.arcs, arc{'l', 1, sound})
		case c.r == 'l':
			f.arcs = append(f.arcs, arc{'i', 1, sound})
		case c.r == 'v':
			f.arcs = append(f.arcs, arc{'u', 1, sound})
		case c.r == 'q':
			f.arcs = append(f.arcs, arc{'g', 1, sound})
		case c.r == 'z':
			f.arcs = append(f.arcs, arc{'s', 1, sound})
		}
	}
	if !strings.ContainsRune(`\/|([>v1p`, c.r) {
		return
	}
	for _, fig := range figures {
		if f.drawn(i, fig.drawn) {
			how := leetSymbol
			if c.kind == letter {
				how = sound
			} else if c.kind == digit {
				how = leetDigit
			}
			f.arcs = append(f.arcs, arc{rune(fig.letter[0]), int8(len(fig.drawn)), how})
		}
	}
}

// drawn tells whether the cells from i on are exactly these signs.
func (f *folding) drawn(i int, signs string) bool {
	if i+len(signs) > len(f.cells) {
		return false
	}
	for k := range len(signs) {
		if f.cells[i+k].r != rune(signs[k]) {
			return false
		}
	}
	return true
}
