package rules

import (
	"danmaku/comment"
	"danmaku/moderation/fold"
)

type entryHow uint8

const (
	forbid entryHow = iota
	exception
)

// entry is one rule that names a word.
type entry struct {
	text      string // as written, without stars and options
	list      uint16
	line      uint32
	until     int64 // Unix seconds; 0 forever
	gaps      uint64
	action    comment.Action
	letters   uint8
	class     entryClass
	how       entryHow
	stated    bool // the rule sets its action itself
	exact     bool // only as written, no guesses
	openStart bool
	openEnd   bool
	kanaOnly  bool
	reading   bool              // the reading, in kana, of the entry of its line
	again     bool              // has the same folded form as the entry before it
	language  string            // its code; empty when the list does not say
	marks     *fold.LetterMarks // marks that make other letters; nil for none
}

// gapAt reports whether the entry itself has a space before its ith character.
func (e *entry) gapAt(i int) bool { return i < 64 && e.gaps>>i&1 == 1 }

// describe stores the folded entry in the arena and determines its class. It returns the
// number of characters that can be matched.
func (e *entry) describe(runes []fold.Rune, arena *[]rune) int {
	var letters, digits, emoji, cjk, others, kanas int
	from := len(*arena)
	for i, c := range runes {
		switch c.Kind {
		case fold.Space:
			if n := len(*arena) - from; n > 0 && n < 64 && i < len(runes)-1 {
				e.gaps |= 1 << n
			}
			continue
		case fold.Digit:
			digits++
		case fold.Symbol:
			if c.R >= 0x2000 {
				emoji++
			}
		case fold.Letter:
			letters++
			switch {
			case c.Script.CJK():
				cjk++
				if c.Script == fold.Kana {
					kanas++
				}
			case !c.Script.Spaced():
				others++
			}
		}
		*arena = append(*arena, c.R)
	}
	e.letters = uint8(min(letters, 255))
	e.kanaOnly = kanas > 0 && kanas == letters
	switch {
	case letters == 0 && digits > 0:
		e.class = numberEntry
		if e.openStart || e.openEnd {
			e.class = freeEntry
		}
	case letters == 0:
		e.class = signEntry
	case cjk == 1 && letters == 1 && digits == 0 && !e.openStart && !e.openEnd && e.how == forbid:
		e.class = aloneEntry
	case cjk+others > 0:
		e.class = freeEntry
	default:
		e.class = wordEntry
	}
	return letters + digits + emoji
}
