package rules

import (
	"strings"
	"unicode"

	"danmaku/moderation/fold"
)

// fragments describes how a spelled word was split: f.u.c.k has four of one letter, fu-ck has
// two.
type fragments struct {
	list   []fragment
	store  [16]fragment
	cuts   int
	spaced bool // some cut has a space in it
	digit  bool // some cut has a digit in it
	apos   bool // some cut is just an apostrophe
	cjk    bool
}

type fragment struct {
	letters int
	vowel   bool
	first   rune
}

// grow adds a letter to the last fragment. A vowel that is a mark on a letter belongs to it: ति
// is one letter.
func (f *fragments) grow(r rune) {
	if unicode.IsMark(r) {
		return
	}
	last := &f.list[len(f.list)-1]
	if last.first != r || last.letters > 1 {
		last.letters++
	}
	last.vowel = last.vowel || isVowel(r)
}

func (f *fragments) next(r rune) {
	if f.list == nil {
		f.list = f.store[:0]
	}
	f.list = append(f.list, fragment{letters: 1, vowel: isVowel(r), first: r})
}

// cut notes a gap.
func (f *fragments) cut(a acceptor, from, to int32) {
	f.cuts++
	for i := from; i < to; i++ {
		switch c := &a.runes[i]; {
		case c.Kind == fold.Space:
			f.spaced = true
		case c.Kind == fold.Digit:
			f.digit = true
		case isApostrophe(c.R) && to-from == 1:
			f.apos = true
		}
	}
}

// fair reports whether words that are merely neighbours can be ruled out: pen is, he'll, as
// sure.
func (f *fragments) fair(e *entry) bool {
	singles, vowelless := 0, false
	for _, part := range f.list {
		if part.letters == 1 {
			singles++
		} else if !part.vowel {
			vowelless = true
		}
	}
	n := len(f.list)
	switch {
	case singles == n && (n >= 3 || e.letters == 2):
		return true
	case n >= 3 && singles >= n-1:
		return true
	case f.spaced:
		return n == 2 && e.letters >= 4 && vowelless
	case f.digit:
		return n == 2 && e.letters >= 4
	case f.apos: // fu'ck, but not un'ora
		return n >= 3 || e.letters >= 4 && vowelless
	}
	return e.letters >= 3
}

// spelledAlone reports whether single letters are all of a spelled word: "h e l l o" contains
// no other word, and "b a s s" is a fish. Letters before or after an entry that is open on
// that side do not count against it: "k u r w a".
func (a acceptor) spelledAlone(e *entry, path []step, f *fragments) bool {
	for _, part := range f.list {
		if part.letters > 1 {
			return true
		}
	}
	if r := a.single(path[0].from, -1); r != 0 && !e.openStart {
		// An article may precede it: "a b i t c h", unless that is spelled, too.
		if len(path) < 4 || r != 'a' && r != 'i' && r != 'u' && r != 'o' || a.single(path[0].from-2, -1) != 0 {
			return false
		}
	}
	end := path[len(path)-1].to
	r := a.single(end-1, +1)
	if r == 0 || e.openEnd {
		return true
	}
	// Initials of a phrase may have one more: c n m b.
	if len(path) >= 3 && a.single(end+1, +1) == 0 && !strings.ContainsFunc(e.text, isVowel) {
		return true
	}
	// Words that often follow such a word, spelled in the same way: u, you, off, it …
	return len(path) >= 4 && (r == 'u' || r == 'y' || r == 'i' || r == 't')
}

// single returns the single letter beside the rune at i, in the direction given, with the same
// kind of gap; 0 if there is none.
func (a acceptor) single(i, way int32) rune {
	gap := a.at(i + way)
	c := a.at(i + 2*way)
	if gap == nil || c == nil || gap.Kind == fold.Letter || gap.Kind == fold.Digit || c.Kind != fold.Letter || c.Script != a.runes[i].Script {
		return 0
	}
	if out := a.at(i + 3*way); out != nil && out.Kind == fold.Letter {
		return 0
	}
	return c.R
}
