package export

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// entities are the named characters that files of comments use: those of XML, and the common
// one of HTML.
var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'", "nbsp": "\u00a0"}

// longestReference is the most bytes of a reference.
const longestReference = 12

// reference returns the character that a reference names and the length of the reference: ""
// for a character that XML forbids, length 0 if raw begins with no reference.
func reference(raw []byte) (string, int) {
	end := bytes.IndexByte(raw[:min(len(raw), longestReference)], ';')
	if end < 2 {
		return "", 0
	}
	name := string(raw[1:end])
	if name[0] != '#' {
		text, ok := entities[name]
		if !ok {
			return "", 0
		}
		return text, end + 1
	}
	n, ok := numbered(name[1:])
	switch {
	case !ok:
		return "", 0
	case n <= utf8.MaxRune && utf16.IsSurrogate(rune(n)):
		// Programs that write each half of a pair: &#55357;&#56832; is 😀.
		if other, size := half(raw[end+1:]); size > 0 {
			if r := utf16.DecodeRune(rune(n), other); r != utf8.RuneError {
				return string(r), end + 1 + size
			}
		}
		return "", end + 1
	case n > utf8.MaxRune || !legal(rune(n)):
		return "", end + 1
	}
	return string(rune(n)), end + 1
}

// half returns the half of a surrogate pair that a reference at the start of raw names, and the
// length of the reference: 0 if there is none.
func half(raw []byte) (rune, int) {
	if !bytes.HasPrefix(raw, []byte("&#")) {
		return 0, 0
	}
	end := bytes.IndexByte(raw[:min(len(raw), longestReference)], ';')
	if end < 3 {
		return 0, 0
	}
	n, ok := numbered(string(raw[2:end]))
	if !ok || n > utf8.MaxRune {
		return 0, 0
	}
	return rune(n), end + 1
}

// numbered parses the number of a character in a reference. One that is too large for any
// character is a number, too.
func numbered(digits string) (uint64, bool) {
	base := 10
	if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
		digits, base = digits[1:], 16
	}
	for _, b := range digits {
		if !strings.ContainsRune("0123456789abcdefABCDEF", b) {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(digits, base, 64)
	switch {
	case digits == "" || err != nil && base == 10 && strings.ContainsAny(digits, "abcdefABCDEF"):
		return 0, false
	case err != nil:
		return math.MaxUint64, true
	}
	return n, true
}
