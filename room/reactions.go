package room

import (
	"time"
	"unicode"

	"danmaku/comment"
)

// MaxReactions is the most reactions that a room offers.
const MaxReactions = 8

// maxReactionLen bounds one reaction, in bytes: an emoji of a family with skin tones
// has 41.
const maxReactionLen = 48

// IsReaction reports whether a text is one emoji, or another symbol that is not a letter,
// digit or punctuation: one that fits on a phone's key and an overlay.
func IsReaction(s string) bool {
	if len(s) > maxReactionLen || comment.Graphemes(s) != 1 || !comment.Visible(s) {
		return false
	}
	for _, r := range s {
		keycap := r == '\u20e3'
		if keycap || r > unicode.MaxASCII && unicode.In(r, unicode.So, unicode.Sm) || 0x1F000 <= r && r <= 0x1FAFF || r == '‼' || r == '⁉' || r == '〰' {
			return true
		}
	}
	return false
}

// ReactionMinute is how often people of a room reacted within a minute.
type ReactionMinute struct {
	At     time.Time      // its beginning
	Counts map[string]int // by emoji
}
