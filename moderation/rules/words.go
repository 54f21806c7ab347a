package rules

import (
	"strings"
	"unicode"

	"danmaku/moderation/fold"
)

// This file reads a text as words of letters, for the search for respellings.

// token is a word of the text.
type token struct {
	from, to   int32 // folded runes
	raw, end   int32 // its letters, in respeller.raw
	phones     int32 // the first of its sounds
	last       int32 // after the last of them
	pure       bool  // no sign or digit stands for a letter
	title      bool  // begins with a capital, and has a small letter
	capitals   bool  // has capitals only
	soft       bool  // the gap before it may have been inserted to split a word
	digits     bool
	marks      bool        // some letter has a mark
	script     fold.Script // of most letters
	looked     bool
	everydayIn fold.Languages
}

// shortForms are common short forms of words.
var shortForms = map[string]string{"u": "you", "ur": "your", "yr": "your", "urself": "yourself", "yourslf": "yourself", "ya": "you"}

// read reads the folded runes. It reports whether there is a word of letters.
func (w *respeller) read(f *fold.Text) bool {
	w.tokens, w.raw, w.owner, w.sounds, w.scores = w.tokens[:0], w.raw[:0], w.owner[:0], w.sounds[:0], w.scores[:0]
	runes := f.Runes
	w.runes = runes
	soft, gap := true, 0
	for i := 0; i < len(runes); {
		end := i
		for end < len(runes) && w.partOfWord(runes, i, end) {
			end++
		}
		if end == i {
			c := &runes[i]
			if gap++; gap > 3 || c.Kind == fold.Letter || c.Kind == fold.Digit || isStop(c.R) || c.R == '.' && i+1 < len(runes) && runes[i+1].Kind == fold.Space {
				soft = false
			}
			i++
			continue
		}
		if w.word(f, int32(i), int32(end), soft) {
			soft, gap = true, 0
		} else {
			soft = false
		}
		i = end
	}
	return len(w.tokens) > 0
}

// partOfWord reports whether the rune at i belongs to the word that begins at from: a letter,
// or a digit or a sign in place of a letter.
func (w *respeller) partOfWord(runes []fold.Rune, from, i int) bool {
	c := &runes[i]
	isPart := func(k int) bool {
		return k >= 0 && k < len(runes) && (runes[k].Kind == fold.Digit || runes[k].Kind == fold.Letter && spelledScript(&runes[k]))
	}
	switch c.Kind {
	case fold.Letter:
		return spelledScript(c)
	case fold.Digit:
		return true
	case fold.Symbol:
		return c.Hi > c.Lo && !c.Joined && c.R != '!' && c.R != '|' && c.R != '+' && c.R != '(' && c.R != '<' && c.R != '[' && c.R != '{' &&
			isPart(i+1) && (i == from || isPart(i-1)) && c.R != '#'
	}
	return false
}

// spelledScript reports whether words are spelled with a character, by itself or by its look.
func spelledScript(c *fold.Rune) bool {
	return c.Script.Spaced() || !c.Script.CJK() && c.Script != fold.Living
}

// word adds the word of these runes. It returns false if they are not one.
func (w *respeller) word(f *fold.Text, from, to int32, soft bool) bool {
	runes := f.Runes
	latin, cyrillic, digits := 0, 0, 0
	for i := from; i < to; i++ {
		switch {
		case runes[i].Kind == fold.Digit:
			digits++
		case runes[i].Script == fold.Latin:
			latin++
		case runes[i].Script == fold.Cyrillic:
			cyrillic++
		}
	}
	// A number after a word does not belong to it.
	for to-from > 3 && runes[to-1].Kind == fold.Digit && latin+cyrillic >= 3 && digits > 0 {
		to, digits = to-1, digits-1
	}
	if latin+cyrillic == 0 || digits > 4 {
		return false
	}
	want := fold.Latin
	if cyrillic > latin {
		want = fold.Cyrillic
	}
	t := token{from: from, to: to, raw: int32(len(w.raw)), pure: true, soft: soft, digits: digits > 0, script: want}
	n, upper, lower := int32(len(w.tokens)), 0, 0
	for i := from; i < to; i++ {
		c := &runes[i]
		r := c.R
		if c.Kind != fold.Letter || c.Script != want {
			t.pure = false
			r = w.meant(f, c, want)
		}
		if fold.KindOf(r) != fold.Letter {
			w.raw, w.owner = w.raw[:t.raw], w.owner[:t.raw] // no word owns these
			return false
		}
		t.marks = t.marks || c.Written >= 0x80 && c.R < 0x80 && unicode.Is(unicode.Latin, c.Written) && c.Written < 0x1F00
		switch {
		case unicode.IsUpper(c.Written):
			upper++
			t.title = t.title || i == from
		case unicode.IsLower(c.Written):
			lower++
		}
		w.raw, w.owner = append(w.raw, r), append(w.owner, n)
	}
	t.end = int32(len(w.raw))
	t.capitals, t.title = lower == 0 && upper > 0, t.title && upper == 1 && lower > 0
	word := w.raw[t.raw:]
	if t.pure && len(word) <= 7 {
		if long, ok := shortForms[string(word)]; ok {
			w.other = append(w.other[:0], []rune(long)...)
			word = w.other
		}
	}
	t.phones = int32(len(w.sounds))
	w.phones = fold.AppendPhones(w.phones[:0], word)
	for _, p := range w.phones {
		w.sounds = append(w.sounds, sound{p.R, n})
	}
	t.last = int32(len(w.sounds))
	w.tokens = append(w.tokens, t)
	return true
}

// latinShapes are the Cyrillic letters that look exactly like a Latin one.
const latinShapes = "аеорсухквмнтіѕјһԁԛԝ"

// meant returns the letter that a rune stands for in a word of the wanted script. A Latin
// letter in a Cyrillic word keeps its own sound, and so does a Cyrillic one in a Latin word
// unless it looks the same as a Latin one (pizда): other looks are read elsewhere.
func (w *respeller) meant(f *fold.Text, c *fold.Rune, want fold.Script) rune {
	if c.Script == fold.Latin || c.Script == fold.Cyrillic && !strings.ContainsRune(latinShapes, c.R) {
		return c.R
	}
	latin := c.R
	for _, a := range f.Alternatives[c.Lo:c.Hi] {
		switch {
		case a.Width != 1:
		case fold.ScriptOf(a.R) == want:
			return a.R
		case latin == c.R && fold.ScriptOf(a.R) == fold.Latin:
			latin = a.R
		}
	}
	return latin
}
