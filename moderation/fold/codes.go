package fold

import (
	"strings"

	"danmaku/comment"
)

// leastBraille is how many cells make a text Braille: fewer are dots.
const leastBraille = 3

// brailleLetters holds the letters of the cells from U+2801, by their dots.
var brailleLetters = func() (out [0x40]rune) {
	for i, r := range "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠭⠽⠵⠺" {
		out[r-0x2800] = []rune("abcdefghijklmnopqrstuvxyzw")[i/3]
	}
	return out
}()

// fromBraille reads Braille cells as letters. An empty cell is a space.
func fromBraille(text []rune) *Decoding {
	v := &Decoding{Form: comment.FormBraille}
	for i, r := range text {
		if 0x2800 <= r && r <= 0x283F {
			if l := brailleLetters[r-0x2800]; l != 0 {
				r = l
			} else if r == 0x2800 {
				r = ' '
			}
		}
		v.add(r, i, i+1)
	}
	return v
}

const (
	leastMorse   = 6 // signs that make a text Morse code: fewer are a face or a pause
	leastLetters = 3 // of them in a row
)

// morseLetters holds the letters by their signs.
var morseLetters = func() map[string]rune {
	out := map[string]rune{}
	for i, signs := range strings.Fields(".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..") {
		out[signs] = 'a' + rune(i)
	}
	return out
}()

// fromMorse reads three and more letters of Morse code in a row; nil if there are none. Spaces
// or slashes separate the letters, several of them the words.
func fromMorse(text []rune) *Decoding {
	v := &Decoding{Form: comment.FormMorse}
	found := false
	for i := 0; i < len(text); {
		n, begin := 0, len(v.Runes)
		end, at := i, i
		for at < len(text) && (i == 0 || !isMorse(text[i-1])) {
			letter, next := morseLetter(text, at)
			if letter == 0 {
				break
			}
			if at > end+1 {
				v.add(' ', end, at)
			}
			v.add(letter, at, next)
			n, end, at = n+1, next, next
			for at < len(text) && (text[at] == ' ' || text[at] == '/') {
				at++
			}
		}
		if n >= leastLetters {
			found = true
			i = end
			continue
		}
		v.Runes, v.from, v.to = v.Runes[:begin], v.from[:begin], v.to[:begin]
		v.add(text[i], i, i+1)
		i++
	}
	if !found {
		return nil
	}
	return v
}

// isMorse recognizes the dots and dashes of Morse code.
func isMorse(r rune) bool { return isMorseDot(r) || isMorseDash(r) }

func isMorseDot(r rune) bool {
	switch r {
	case '.', '·', '•', '∙', '・':
		return true
	}
	return false
}

func isMorseDash(r rune) bool {
	switch r {
	case '-', '‐', '–', '—', '−', 'ー':
		return true
	}
	return false
}

// morseLetter reads the letter that begins at rune i, and returns the index behind it; 0 for
// none.
func morseLetter(text []rune, i int) (letter rune, end int) {
	var signs [4]byte
	n := 0
	for end = i; end < len(text) && isMorse(text[end]); end++ {
		if n == len(signs) {
			return 0, 0
		}
		signs[n] = '-'
		if isMorseDot(text[end]) {
			signs[n] = '.'
		}
		n++
	}
	if end < len(text) && text[end] != ' ' && text[end] != '/' {
		return 0, 0 // a sign inside a word
	}
	return morseLetters[string(signs[:n])], end
}
