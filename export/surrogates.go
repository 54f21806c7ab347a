package export

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// joinSurrogates returns s with the characters beyond U+FFFF in UTF-8 that a program wrote as
// two halves of three bytes each. That is CESU-8, which old databases and Java write. Java also
// writes NUL as two bytes, which is dropped. Half a pair becomes U+FFFD.
func joinSurrogates(s string) string {
	const nul = "\xc0\x80"
	if strings.IndexByte(s, 0xed) < 0 && !strings.Contains(s, nul) {
		return s
	}
	var out strings.Builder
	for len(s) > 0 {
		if rest, ok := strings.CutPrefix(s, nul); ok {
			s = rest
			continue
		}
		first, ok := surrogate(s)
		if !ok {
			_, n := utf8.DecodeRuneInString(s)
			out.WriteString(s[:n])
			s = s[n:]
			continue
		}
		s = s[surrogateSize:]
		joined := rune(utf8.RuneError)
		if second, ok := surrogate(s); ok {
			if joined = utf16.DecodeRune(first, second); joined != utf8.RuneError {
				s = s[surrogateSize:]
			}
		}
		out.WriteRune(joined)
	}
	return out.String()
}

// surrogateSize is how many bytes half a pair takes in CESU-8.
const surrogateSize = 3

// surrogate returns the half of a pair that s begins with.
func surrogate(s string) (rune, bool) {
	if len(s) < surrogateSize || s[0] != 0xed || s[1]&0xe0 != 0xa0 || s[2]&0xc0 != 0x80 {
		return 0, false
	}
	return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f), true
}
