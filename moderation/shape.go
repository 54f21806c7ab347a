package moderation

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"danmaku/comment"

	"github.com/rivo/uniseg"
)

// Bounds of the look of a comment.
const (
	maxRepeats  = 50 // of one character in a row; more is noise
	keptRepeats = 20 // how many of these are shown
	capsLetters = 60 // a text with fewer letters may be all capitals
	capsShare   = 0.9
	capsNew     = 40 // of different words, each letter of a word once
)

// repeats shortens a comment that repeats one character many times: people cheer like that,
// but it fills the screen. It counts visible characters.
func repeats(t *Text) comment.Verdict {
	text := t.Written
	if len(text) <= maxRepeats {
		return comment.Verdict{}
	}
	v := comment.Verdict{Action: comment.Mask}
	var short strings.Builder
	run, at, from, out, last := 0, 0, 0, 0, ""
	end := func() {
		width := utf8.RuneCountInString(last)
		if run > maxRepeats {
			v.Spans = append(v.Spans, comment.Span{From: from, To: at})
			run = keptRepeats
			v.Shown = append(v.Shown, comment.Span{From: out, To: out + run*width})
		}
		out += run * width
		short.WriteString(strings.Repeat(last, run))
	}
	for g := uniseg.NewGraphemes(text); g.Next(); {
		s := g.Str()
		if s != last {
			end()
			run, from, last = 0, at, s
		}
		run++
		at += len(g.Runes())
	}
	end()
	if v.Spans == nil {
		return comment.Verdict{}
	}
	v.Text = short.String()
	return v.Because(comment.ReasonRepeats, comment.FormWritten)
}

// capitals holds a long shouted comment. Different words count, and the different letters in
// each: POG POG POG and HAHAHAHA are cheers.
func capitals(t *Text) comment.Verdict {
	text := t.Written
	if len(text) < capsLetters {
		return comment.Verdict{}
	}
	upper, all := 0, 0
	last := rune(0)
	for _, r := range text {
		again := r == last // a stretched letter counts once: GOOOAL is GOAL
		last = r
		switch {
		case again:
		case unicode.IsUpper(r):
			upper++
			all++
		case unicode.IsLower(r):
			all++
		}
	}
	if all < capsLetters || float64(upper) < capsShare*float64(all) || newLetters(text) < capsNew {
		return comment.Verdict{}
	}
	return comment.Verdict{Action: comment.Hold}.Because(comment.ReasonCapitals, comment.FormWritten)
}

// newLetters counts the letters of the different words of a text, each letter
// once in a word.
func newLetters(text string) int {
	seen := map[string]bool{}
	n := 0
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if seen[word] {
			continue
		}
		seen[word] = true
		letters := map[rune]bool{}
		for _, r := range word {
			letters[r] = true
		}
		n += len(letters)
	}
	return n
}
