package rules

import (
	"strings"
	"unicode"

	"danmaku/moderation/fold"
)

// This file decides what may be between the letters of a match.

// repeats reports whether c repeats the letter of the step.
func (w *walker) repeats(s *step, c *fold.Rune) bool {
	if s.how == fold.Wild || s.how == fold.WildVowel || '0' <= s.label && s.label <= '9' || fold.KindOf(s.label) != fold.Letter {
		return false
	}
	if c.R == s.label {
		return true
	}
	for _, a := range w.alternatives[c.Lo:c.Hi] {
		if a.R == s.label && a.Width == 1 {
			return true
		}
	}
	return false
}

// spelledAgain reports whether a letter of a spelled word comes again after the sign that
// separates its letters: f.u.u.u.c.k.
func (w *walker) spelledAgain(last *step, pos int32) bool {
	if int(pos)+1 >= len(w.runes) || last.how != fold.Plain || !fold.ScriptOf(last.label).Spaced() {
		return false
	}
	sign, c := &w.runes[pos], &w.runes[pos+1]
	if sign.Kind != fold.Symbol && sign.Kind != fold.Space || c.R != last.label {
		return false
	}
	before := w.path[0].from
	if n := len(w.path); n > 1 {
		before = w.path[n-2].to
	}
	// The same sign must be before the letter, or after the repeated one.
	return last.from > before && w.runes[last.from-1].R == sign.R || int(pos)+2 < len(w.runes) && w.runes[pos+2].R == sign.R
}

// gap continues after characters that only separate: up to two between characters of scripts
// without spaces, three between letters. A run of one sign counts once, and spaces around a
// sign do not count.
func (w *walker) gap(node uint32, pos int32, after fold.Script) {
	most := 3
	if after.CJK() {
		most = 2
	}
	if after.CJK() {
		if end := w.aside(pos); end > pos && w.budget.spend(1) {
			w.next(node, end)
		}
	}
	for n := 0; pos < int32(len(w.runes)); pos++ {
		c := &w.runes[pos]
		if after == fold.Kana && c.R == 'ー' && (w.runes[pos-1].R == 'ー' || int(pos)+1 < len(w.runes) && w.runes[pos+1].R == 'ー') {
			w.next(node, pos+1) // a lengthened vowel
			continue
		}
		if after == fold.Kana && n == 0 && (c.R == 'ー' || c.R == 'っ' || fold.DrawsOut(w.runes[pos-1].R, c.Written)) {
			w.next(node, pos+1)
			continue
		}
		doubled := pos > 0 && (isToneMark(c.R) && unicode.Is(unicode.Mn, w.runes[pos-1].R) || isDot(c.R))
		if !separates(c, after) && !doubled || c.Kind == fold.Digit && !after.CJK() && (n > 0 || w.digitAt(pos+1)) {
			return
		}
		beside := c.Kind == fold.Space && (w.runes[pos-1].Kind == fold.Symbol || w.symbolAt(pos+1))
		if !c.Joined && !beside && w.runes[pos-1].From != c.From && (w.runes[pos-1].R != c.R || c.Kind == fold.Letter && c.R != 'ー' || c.Kind == fold.Digit) {
			n++
		}
		if n > most || !w.budget.spend(1) {
			return
		}
		w.next(node, pos+1)
	}
}

// same reports whether there is a rune at i that equals the one at k.
func (w *walker) same(i, k int32) bool {
	return i >= 0 && int(i) < len(w.runes) && w.runes[i].R == w.runes[k].R
}

func (w *walker) isLetter(pos int32) bool {
	return pos >= 0 && int(pos) < len(w.runes) && w.runes[pos].Kind == fold.Letter
}

func (w *walker) symbolAt(pos int32) bool {
	return int(pos) < len(w.runes) && w.runes[pos].Kind == fold.Symbol
}

func (w *walker) digitAt(pos int32) bool {
	return int(pos) < len(w.runes) && w.runes[pos].Kind == fold.Digit
}

// mostAside is the most characters in brackets between those of a word.
const mostAside = 2

// aside returns the end of a few letters in brackets at pos, or pos if there are none: 死（笑）ね.
func (w *walker) aside(pos int32) int32 {
	if int(pos) >= len(w.runes) {
		return pos
	}
	closing := closingOf(w.runes[pos].R)
	if closing == 0 {
		return pos
	}
	for i := pos + 1; int(i) < len(w.runes) && i-pos <= mostAside+1; i++ {
		if w.runes[i].R == closing {
			return i + 1
		}
	}
	return pos
}

// closingOf returns the closing bracket of r; 0 for any other character.
func closingOf(r rune) rune {
	switch r {
	case '(':
		return ')'
	case '[':
		return ']'
	case '{':
		return '}'
	case '<':
		return '>'
	case '「':
		return '」'
	case '【':
		return '】'
	}
	return 0
}

// separates reports whether a rune may be between the letters of a match.
func separates(c *fold.Rune, after fold.Script) bool {
	switch c.Kind {
	case fold.Symbol, fold.Space:
		return true
	case fold.Digit:
		return true
	}
	if after.CJK() {
		return c.Script == fold.Latin || c.Script == fold.Han && (c.R >= 0x20000 || strings.ContainsRune(strokes, c.R)) || c.R < 0x3200 && fold.IsJamo(c.R) ||
			c.Script == fold.Living || after == fold.Han && c.R == 'ー'
	}
	return strings.ContainsRune(dashes, c.Written)
}

// dashes are letters that look like a dash or a bar between letters of scripts with spaces:
// nㅡmㅡsㅡl.
const dashes = "ーㅡ一丨"

// strokes are lines, parts of ideographs and ornaments, which are not words by themselves.
const strokes = "丨丶丿亅乀乁乚乛亠亻冂冖冫勹卩阝厶囗夂夊宀巛廴廾彐彡彳忄扌攵灬爫爿犭疒癶礻禸纟罒罓耂艹衤覀讠辶釒钅飠饣卍卐"

// isDot recognizes the dot and the stroke of Devanagari that hardly change the sound of a letter.
func isDot(r rune) bool { return r == 0x093C || r == 0x093D }

// isToneMark recognizes the Thai marks that a doubled mark adds: they change no letter that
// already has one.
func isToneMark(r rune) bool { return 0x0E47 <= r && r <= 0x0E4E }
