package comment

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// Draft is a comment on its way in: what somebody wrote, and who it was, as
// far as limits and checks need to know.
type Draft struct {
	Room   string
	Text   string
	Name   string
	Mode   Mode
	Color  string
	Size   Size
	Ref    string // 1–64 printable ASCII, or empty
	Source Source
	Badge  Badge

	User     string    // pseudonym: keyed hash of the author's identity and the room
	Address  string    // keyed hash of the masked address (/32, /64); empty for a sender link
	Identity time.Time // when the author's identity was made; zero when unknown
	At       time.Time // when it arrived
}

// Normalize brings a draft into the form in which it is checked, stored and
// shown: NFC, line breaks and tabs as single spaces, controls and direction
// controls dropped (zero-width joiners stay: emoji and Persian need them),
// spaces trimmed, style filled in. What the room does not allow becomes the
// default.
//
// Errors: [ErrBadFrame] for text that is not UTF-8 or a ref that is malformed,
// [ErrBadStyle] for a malformed mode, colour or size, [ErrEmpty] when nothing
// in the text can be seen, [ErrTooLong] beyond the room's length or
// [MaxTextBytes], or for a name of more than [MaxNameLen].
func (d Draft) Normalize(room Room) (Draft, error) {
	if !utf8.ValidString(d.Text) || !utf8.ValidString(d.Name) || !validRef(d.Ref) {
		return d, ErrBadFrame
	}
	// The byte limit comes first, so that nothing below works on a long text.
	if len(d.Text) > 4*MaxTextBytes || len(d.Name) > MaxTextBytes {
		return d, ErrTooLong
	}
	d.Text, d.Name = clean(d.Text), clean(d.Name)
	if !Visible(d.Text) {
		return d, ErrEmpty
	}
	if !Visible(d.Name) {
		d.Name = ""
	}
	if len(d.Text) > MaxTextBytes || Graphemes(d.Text) > room.MaxLength ||
		len(d.Name) > MaxTextBytes/4 || Graphemes(d.Name) > MaxNameLen {
		return d, ErrTooLong
	}
	return d.normalizeStyle(room)
}

func (d Draft) normalizeStyle(room Room) (Draft, error) {
	d.Color = strings.ToLower(d.Color)
	d.Mode, d.Size, d.Color = orElse(d.Mode, Scroll), orElse(d.Size, Medium), orElse(d.Color, White)
	if !slices.Contains(Modes, d.Mode) || !slices.Contains(Sizes, d.Size) || !rgb.MatchString(d.Color) {
		return d, ErrBadStyle
	}
	if !slices.Contains(room.Modes, d.Mode) {
		d.Mode = Scroll
	}
	if !slices.Contains(room.Sizes, d.Size) {
		d.Size = Medium
	}
	if len(room.Colors) > 0 && !slices.Contains(room.Colors, d.Color) {
		d.Color = White
	}
	return d, nil
}

func orElse[T ~string](v, other T) T {
	if v == "" {
		return other
	}
	return v
}

func validRef(ref string) bool {
	if len(ref) > 64 {
		return false
	}
	for i := range len(ref) {
		if ref[i] <= ' ' || ref[i] > '~' {
			return false
		}
	}
	return true
}

// clean drops what has no place in one line of shown text. Tag characters stay
// only inside an emoji flag, which begins with a black flag.
func clean(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := true // swallow leading spaces
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			if !space {
				// A full-width space is a letter of the text, others are one blank.
				if r != '\u3000' {
					r = ' '
				}
				b.WriteRune(r)
			}
			space = true
			continue
		case unicode.IsControl(r), isDirectionControl(r):
			continue
		}
		space = false
		b.WriteRune(r)
	}
	// Composing comes last: what was dropped may have stood between a letter and
	// its mark.
	return norm.NFC.String(strings.TrimRightFunc(b.String(), unicode.IsSpace))
}

// isDirectionControl tells the invisible characters of UAX #9 that turn the
// direction of the text around them. The two overrides (U+202D, U+202E) are not
// among them: they have no honest use in a comment, so they stay for the filter
// to refuse.
func isDirectionControl(r rune) bool {
	return r == '\u061C' || r == '\u200E' || r == '\u200F' ||
		r == '\u202A' || r == '\u202B' || r == '\u202C' || '\u2066' <= r && r <= '\u2069'
}

// Visible tells whether anything of s leaves ink on the screen.
func Visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return !Invisible(r) })
}

// Invisible tells whether r shows nothing by itself: spaces, controls, format
// characters, default-ignorable code points (DerivedCoreProperties of Unicode),
// and the blanks that Unicode counts as letters or symbols.
func Invisible(r rune) bool {
	switch {
	case r == 0x2800: // Braille blank
		return true
	case r == 0x034F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x3164, r == 0xFFA0:
		return true // joiners and fillers
	case 0x180B <= r && r <= 0x180F, 0xFE00 <= r && r <= 0xFE0F, 0xE0000 <= r && r <= 0xE0FFF, 0xFFF0 <= r && r <= 0xFFFB:
		return true // variation selectors, tags, interlinear marks
	case r == 0x1D159, 0x1D173 <= r && r <= 0x1D17A: // musical formats, null note head
		return true
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
		return true // a mark without a base
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Z, r) || !assigned(r)
}

// assigned is false for code points that have no meaning and so no glyph.
// Private use counts as unassigned: it looks different everywhere. The emoji
// blocks count as assigned whole, since phones learn new ones before Go does.
func assigned(r rune) bool {
	return 0x1F000 <= r && r <= 0x1FAFF ||
		unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf)
}

// Graphemes counts what a person would call characters (UAX #29 extended
// grapheme clusters), as Intl.Segmenter does in the browser.
func Graphemes(s string) int { return uniseg.GraphemeClusterCount(s) }

// OneLine brings a text into the form of a title: NFC, without line breaks and
// controls, and without spaces at its ends.
func OneLine(s string) string { return clean(s) }
