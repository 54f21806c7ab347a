package fold_test

import (
	"testing"
	"unicode/utf8"

	"danmaku/moderation/fold"
)

// Every character has a decoding, even beside letters of Korean, whose blocks have positions
// without a letter: ﾴ and U+FFBF once crashed the program.
func TestEveryCharacterIsDecoded(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		texts := [][]rune{{r, 'a'}}
		if r <= 0xFFFF { // includes all letters of Korean
			texts = append(texts, []rune{'ㅅ', r}, []rune{r, 'ㅏ'}, []rune{'ﾴ', r}, []rune{'ㅅ', 'ㅏ', r})
		}
		for _, text := range texts {
			for _, d := range fold.Decodings(text) {
				if len(d.Runes) == 0 {
					t.Fatalf("%U: %q decodes to nothing", r, string(text))
				}
			}
		}
	}
}
