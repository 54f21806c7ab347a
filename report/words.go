package report

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"

	"danmaku/comment"
	"danmaku/room"
)

// StopWords are words that do not indicate a topic.
type StopWords map[string]bool

// stopList matches a list of words in assets/screen/stop-words.js, which the second screen
// uses, too.
var stopList = regexp.MustCompile("(?m)^ *[a-z]+: `([^`]*)`")

// ReadStopWords reads the words of the pages' module.
func ReadStopWords(module []byte) StopWords {
	out := StopWords{}
	for _, list := range stopList.FindAllSubmatch(module, -1) {
		for _, word := range strings.Fields(string(list[1])) {
			out[word] = true
		}
	}
	return out
}

// notWords matches URLs, and mentions.
var notWords = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+|\S+\.(?:com|net|org|tv|jp|cn|de)\b\S*|[@＠]\S+`)

const (
	mostOfOne  = 60 // words of one comment that count
	longestRun = 8  // letters of a Chinese or Japanese run that counts as a whole
	longestNGr = 4  // letters of a part of a Chinese run
)

// wordsOf returns the words of a comment, each once, in lower case. Runs of Chinese letters
// have no spaces: the run and its parts of two to four letters all count, and [tally.top]
// omits parts of equally frequent texts.
func wordsOf(c comment.Comment, stop StopWords) []string {
	text := notWords.ReplaceAllString(norm.NFKC.String(withoutEmotes(c)), " ")
	var out []string
	add := func(word string) {
		word = strings.NewReplacer("'", "", "’", "").Replace(strings.ToLower(word))
		n := utf8.RuneCountInString(word)
		if n >= 2 && n <= 24 && len(out) < mostOfOne && !stop[word] && strings.ContainsFunc(word, unicode.IsLetter) && !monotone(word) && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	for _, run := range runs(text) {
		letters := []rune(run.text)
		switch run.script {
		case han:
			if len(letters) <= longestRun {
				add(run.text)
			}
			for n := 2; n <= longestNGr; n++ {
				for i := 0; i+n <= len(letters); i++ {
					add(string(letters[i : i+n]))
				}
			}
		case kana:
			if len(letters) >= 3 && len(letters) <= longestRun {
				add(run.text)
			}
		default:
			add(run.text)
		}
	}
	return out
}

// withoutEmotes blanks the names of pictures in the text.
func withoutEmotes(c comment.Comment) string {
	if len(c.Emotes) == 0 {
		return c.Text
	}
	letters := []rune(c.Text)
	for _, e := range c.Emotes {
		for i := max(0, e.From); i < min(e.To, len(letters)); i++ {
			letters[i] = ' '
		}
	}
	return string(letters)
}

// monotone reports whether a word repeats one letter.
func monotone(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return strings.Trim(word, string(first)) == ""
}

// script determines how words are separated in a run of letters.
type script int

const (
	none script = iota
	spaced
	han
	kana
)

// run is a run of letters of one script.
type run struct {
	text   string
	script script
}

// runs splits a text into runs of letters.
func runs(text string) (out []run) {
	for _, r := range text {
		s := scriptOf(r)
		if s == none {
			out = append(out, run{})
			continue
		}
		if n := len(out); n > 0 && out[n-1].script == s {
			out[n-1].text += string(r)
			continue
		}
		out = append(out, run{string(r), s})
	}
	return slices.DeleteFunc(out, func(r run) bool { return r.script == none })
}

func scriptOf(r rune) script {
	switch {
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー':
		return kana
	case unicode.In(r, unicode.L, unicode.M, unicode.N) || r == '\'' || r == '’':
		return spaced
	}
	return none
}

// short returns a comment that several people may have written alike, in lower case: empty
// for a long one.
func short(c comment.Comment) string {
	text := strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(c.Text)), " "))
	if utf8.RuneCountInString(text) > 24 || notWords.MatchString(text) {
		return ""
	}
	return text
}

// holds reports whether a text contains another one.
func holds(text, part string) bool { return strings.Contains(text, part) }

// emojiOf returns the emoji of a text, each once.
func emojiOf(text string) (out []string) {
	if !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxLatin1 }) {
		return nil
	}
	for state, rest := -1, text; rest != ""; {
		var sign string
		sign, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if isEmoji(sign) && !slices.Contains(out, sign) {
			out = append(out, sign)
		}
	}
	return out
}

// isEmoji reports whether a sign is drawn as a picture: a possible reaction in the blocks
// of pictures, or with the emoji variation selector.
func isEmoji(sign string) bool {
	if !room.IsReaction(sign) {
		return false
	}
	return strings.ContainsFunc(sign, func(r rune) bool {
		return r >= 0x1F000 || r == '\ufe0f' || 0x2600 <= r && r <= 0x27BF || r == '⭐' || r == '⭕'
	})
}
