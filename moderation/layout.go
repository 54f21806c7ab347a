package moderation

import (
	"unicode"

	"danmaku/comment"
)

// Bounds of the layout of a comment.
const (
	maxMarks      = 3  // on one character; some scripts need more, see marksOf
	maxMarksDeep  = 6  // Tibetan, Myanmar, Khmer: stacked letters are marks there
	maxBlockRun   = 11 // of box, block and Braille characters in a row
	maxSameBlock  = 8  // of the same character in a row
	maxBlockTotal = 24
)

// layout refuses text that leaves its line, covers the screen or changes the direction of
// neighbouring text.
func layout(t *Text) comment.Verdict {
	text := t.Written
	refuse := func(r comment.Reason) comment.Verdict {
		return comment.Verdict{Action: comment.Refuse}.Because(r, comment.FormWritten)
	}
	if !comment.Visible(text) {
		return refuse(comment.ReasonUnseen)
	}
	var marks, limit, blocks, run, same, wide int
	var prev rune
	for _, r := range text {
		switch {
		case r == '\u202D' || r == '\u202E':
			return refuse(comment.ReasonDirection)
		case r < 0x300:
			marks, run, same = 0, 0, 0
			prev = r
			continue
		case isMark(r):
			marks++
			limit = maxMarks
			if deepMark(r) {
				limit = maxMarksDeep
			}
			if marks > limit {
				return refuse(comment.ReasonMarks)
			}
			continue
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
			continue
		}
		marks = 0
		if isWide(r) {
			if wide++; wide > 1 {
				return refuse(comment.ReasonWide)
			}
		}
		if !isBlockArt(r) {
			run, same, prev = 0, 0, r
			continue
		}
		if r != prev {
			same = 0
		}
		prev = r
		blocks, run, same = blocks+1, run+1, same+1
		if run > maxBlockRun || blocks > maxBlockTotal || same >= maxSameBlock && !isLine(r) {
			return refuse(comment.ReasonBlocks)
		}
	}
	return comment.Verdict{}
}

// isMark reports marks that stack on a character. Variation selectors and the keycap are not
// among them.
func isMark(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me) && !unicode.Is(unicode.Variation_Selector, r) && r != 0x20E3 && r != 0x034F
}

func deepMark(r rune) bool {
	return unicode.In(r, unicode.Tibetan, unicode.Myanmar, unicode.Khmer, unicode.Balinese, unicode.Javanese, unicode.Tai_Tham, unicode.Hebrew)
}

// isBlockArt recognizes characters that draw walls: boxes, blocks, Braille, squares.
func isBlockArt(r rune) bool {
	return 0x2500 <= r && r <= 0x25A1 || 0x25A3 <= r && r <= 0x25A9 || 0x2801 <= r && r <= 0x28FF ||
		r == 0x2B1B || r == 0x2B1C || 0x1FB00 <= r && r <= 0x1FBAF || 0x1CC00 <= r && r <= 0x1CCCF
}

// isLine recognizes the thin lines that people draw under a title.
func isLine(r rune) bool { return 0x2500 <= r && r <= 0x2503 }

// isWide recognizes single characters as wide as a sentence.
func isWide(r rune) bool {
	switch r {
	case 0xFDFD, 0x1242B, 0x12219, 0x12031, 0x1201A, 0xA9C5, 0x2E3A, 0x2E3B, 0x102A, 0x0BF5:
		return true
	}
	return 0x12000 <= r && r <= 0x1254F || 0xFDFA <= r && r <= 0xFDFB
}
