package moderation

import (
	"unicode"

	"danmaku/comment"

	"github.com/rivo/uniseg"
)

// Bounds of what a comment may look like.
const (
	maxRepeats  = 50 // of one character in a row, beyond which it is only noise
	capsLetters = 60 // a text with fewer letters may be all capitals
	capsShare   = 0.9
)

// repeats holds a comment that says one character many times in a row. It
// counts what people see as characters.
func repeats(text string) comment.Verdict {
	if len(text) <= maxRepeats {
		return comment.Verdict{}
	}
	run, at, from, last := 0, 0, 0, ""
	for g := uniseg.NewGraphemes(text); g.Next(); {
		s := g.Str()
		if s != last {
			run, from, last = 0, at, s
		}
		run++
		at += len(g.Runes())
		if run > maxRepeats {
			return comment.Verdict{
				Action: comment.Hold, Rule: "repeats", Detail: "one character many times in a row",
				Spans: []span{{From: from, To: at}},
			}
		}
	}
	return comment.Verdict{}
}

// capitals holds a long comment that is shouted.
func capitals(text string) comment.Verdict {
	if len(text) < capsLetters {
		return comment.Verdict{}
	}
	upper, all := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsUpper(r):
			upper++
			all++
		case unicode.IsLower(r):
			all++
		}
	}
	if all >= capsLetters && float64(upper) >= capsShare*float64(all) {
		return comment.Verdict{Action: comment.Hold, Rule: "capitals", Detail: "a long text in capitals"}
	}
	return comment.Verdict{}
}
