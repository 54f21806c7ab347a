package export

import (
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/text/width"
)

// textWidth estimates the drawn width of a line, in em. The browser measures it; here the
// player's font is not known. Every letter counts with its width in the wider of the usual
// bold sans-serif fonts (Arial, Noto Sans, DejaVu Sans), so that a text is hardly ever wider
// than its estimate, and lanes keep comments apart. A narrower text only leaves a larger gap.
func textWidth(s string) float64 {
	em := 0.0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		em += graphemeWidth(g.Runes())
	}
	return em
}

// graphemeWidth returns the width of one character with its combining marks: that of the
// widest of its runes, because marks stand over it and an emoji sequence is one picture.
func graphemeWidth(runes []rune) float64 {
	em := 0.0
	for _, r := range runes {
		em = max(em, runeWidth(r))
	}
	return em
}

// asciiWidths are the widths from U+0020 to U+007E, in hundredths of an em:
// the wider of Arial Bold and Noto Sans Bold, rounded up.
var asciiWidths = [...]uint8{
	28, 34, 48, 65, 58, 91, 76, 28, 36, 36, 56, 59, 32, 38, 32, 42, // space to /
	58, 58, 58, 58, 58, 58, 58, 58, 58, 58, 34, 34, 59, 59, 59, 62, // 0 to ?
	98, 74, 73, 73, 75, 67, 62, 78, 78, 39, 56, 73, 62, 95, 82, 81, // @ to O
	67, 81, 73, 67, 64, 76, 70, 99, 70, 67, 62, 36, 42, 36, 59, 56, // P to _
	36, 61, 64, 56, 64, 60, 40, 64, 67, 32, 32, 64, 32, 100, 67, 63, // ` to o
	64, 64, 47, 56, 45, 67, 59, 88, 60, 59, 52, 41, 56, 41, 59, // p to ~
}

func runeWidth(r rune) float64 {
	switch {
	case r >= ' ' && r <= '~':
		return float64(asciiWidths[r-' ']) / 100
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Me, r), r >= 0xFE00 && r <= 0xFE0F:
		if r == 0xFE0F {
			return 1.3 // what it follows is drawn as a picture
		}
		return 0
	case r >= 0x1F000 && r <= 0x1FAFF:
		return 1.3 // emoji are wider than an em in most fonts
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 1
	case width.EastAsianHalfwidth:
		return 0.5
	case width.EastAsianAmbiguous:
		return 1 // wide in an East Asian font, and some are in any
	}
	switch {
	case unicode.In(r, unicode.Thai, unicode.Lao, unicode.Hebrew, unicode.Arabic):
		return 0.75
	case unicode.IsUpper(r):
		return 0.9
	case unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic):
		return 0.75
	}
	return 1.1
}
