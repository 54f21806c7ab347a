package comment

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// Limits that apply everywhere.
const (
	MaxTextBytes = 1024 // of a text, whatever else is allowed
	MaxNameLen   = 20   // graphemes
)

var color = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// Draft is an incoming comment: the author's content, and the data about the author that
// limits and checks need.
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
	Paid   *Paid   // nil for most; an invalid one is dropped
	Emotes []Emote // in code points of Text, in order
	Item   string  // see [Comment.Item]
	Photo  *Photo  // nil for most

	Standing Standing // an unknown one is dropped
	// Picture is that of Photo, after this program has redrawn it.
	Picture []byte
	// Anonymous hides the name, and the pseudonym, which would reveal which other comments
	// are by the same person.
	Anonymous bool

	User     string    // pseudonym: keyed hash of the author's identity and the room
	Address  string    // keyed hash of the masked address (/32, /64); empty for a sender link
	Networks []string  // keyed hashes of the networks that share limits, the narrowest first; none for a program
	Identity time.Time // when the author's identity was made; zero when unknown
	At       time.Time // when it arrived
	Link     int64     // that it came with; 0 for the audience
	Chat     string    // the connected chat that brought it; empty for none

	// Elapsed is At by a clock that is never set: the time since one moment for all drafts
	// of a process. Zero: unknown, use At.
	Elapsed time.Duration
}

// Limits are a place's limits for comments.
type Limits struct {
	MaxLength int      // of the text, in graphemes
	Modes     []Mode   // besides Scroll
	Colors    []string // besides White; empty allows any
	Sizes     []Size   // besides Medium
}

// Normalize converts a draft into the form in which it is checked, stored and shown: NFC,
// line breaks and tabs as single spaces, controls and direction controls dropped
// (zero-width joiners stay: emoji and Persian need them), spaces trimmed, style filled in.
// A style that the limits do not allow becomes the default.
//
// Errors: [ErrBadFrame] for text that is not UTF-8 or a malformed ref, [ErrBadStyle] for a
// malformed mode, colour or size, [ErrEmpty] when nothing in the text is visible,
// [ErrTooLong] beyond the length or [MaxTextBytes], or for a name of more than
// [MaxNameLen]. Each has a sentence that names the field and its limit.
func (d Draft) Normalize(l Limits) (Draft, error) {
	switch {
	case !utf8.ValidString(d.Text):
		return d, refuse(ErrBadFrame, "text: not valid UTF-8")
	case !utf8.ValidString(d.Name):
		return d, refuse(ErrBadFrame, "name: not valid UTF-8")
	case !validRef(d.Ref):
		return d, refuse(ErrBadFrame, "ref: at most 64 printable ASCII characters, without spaces")
	// The byte limit comes first, so that nothing below works on a long text.
	case len(d.Text) > 4*MaxTextBytes:
		return d, refuse(ErrTooLong, "text: %d bytes, at most %d", len(d.Text), MaxTextBytes)
	case len(d.Name) > MaxTextBytes:
		return d, refuse(ErrTooLong, "name: %d bytes, at most %d", len(d.Name), MaxNameBytes)
	}
	raw := d.Text
	d.Text, d.Name = clean(d.Text), clean(d.Name)
	d.Emotes = moveEmotes(d.Emotes, raw, d.Text)
	if d.Paid != nil && !d.Paid.Valid() {
		d.Paid = nil
	}
	if !slices.Contains(Standings, d.Standing) {
		d.Standing = NoStanding
	}
	if d.Photo != nil && !Visible(d.Text) {
		d.Text = PhotoText
	}
	if !Visible(d.Text) {
		return d, refuse(ErrEmpty, "text: nothing in it can be seen")
	}
	if !Visible(d.Name) {
		d.Name = ""
	}
	for _, f := range []struct {
		name, value   string
		letters, most int
	}{{"text", d.Text, l.MaxLength, MaxTextBytes}, {"name", d.Name, MaxNameLen, MaxNameBytes}} {
		if len(f.value) > f.most {
			return d, refuse(ErrTooLong, "%s: %d bytes, at most %d", f.name, len(f.value), f.most)
		}
		if n := Graphemes(f.value); n > f.letters {
			return d, refuse(ErrTooLong, "%s: %d characters, at most %d", f.name, n, f.letters)
		}
	}
	return d.normalizeStyle(l)
}

func (d Draft) normalizeStyle(l Limits) (Draft, error) {
	d.Color = strings.ToLower(d.Color)
	d.Mode, d.Size, d.Color = orElse(d.Mode, Scroll), orElse(d.Size, Medium), orElse(d.Color, White)
	switch {
	case !slices.Contains(Modes, d.Mode):
		return d, refuse(ErrBadStyle, "mode %.40q: scroll, reverse, top or bottom", d.Mode)
	case !slices.Contains(Sizes, d.Size):
		return d, refuse(ErrBadStyle, "size %.40q: small, medium or big", d.Size)
	case !color.MatchString(d.Color):
		return d, refuse(ErrBadStyle, "color %.40q: write #rrggbb", d.Color)
	}
	if !slices.Contains(l.Modes, d.Mode) {
		d.Mode = Scroll
	}
	if !slices.Contains(l.Sizes, d.Size) {
		d.Size = Medium
	}
	if len(l.Colors) > 0 && !slices.Contains(l.Colors, d.Color) {
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

// clean drops characters that do not belong in one line of shown text. Tag characters stay
// only inside an emoji flag, which begins with a black flag.
func clean(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	keep(s, func(_ int, r rune) { b.WriteRune(r) })
	// Composing comes last: a dropped character may have been between a letter and its
	// mark.
	return norm.NFC.String(strings.TrimRightFunc(b.String(), unicode.IsSpace))
}

// keep calls fn for each character that clean keeps, with its rune index in s.
func keep(s string, fn func(at int, r rune)) {
	space, at := true, -1 // skip leading spaces
	for _, r := range s {
		at++
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			if !space {
				// A full-width space is a letter of the text, others become one space.
				if r != '\u3000' {
					r = ' '
				}
				fn(at, r)
			}
			space = true
			continue
		case unicode.IsControl(r), isDirectionControl(r):
			continue
		}
		space = false
		fn(at, r)
	}
}

// TypedSpans converts spans in a normalised text, see [Draft.Normalize], to spans in the
// typed text. Both count in runes. It drops parts outside the normalised text.
func TypedSpans(typed string, spans []Span) []Span {
	var b strings.Builder
	var places []int // of the kept characters
	keep(typed, func(at int, r rune) {
		b.WriteRune(r)
		places = append(places, at)
	})
	var from, to []int // of the normalised characters
	rest := strings.TrimRightFunc(b.String(), unicode.IsSpace)
	for at := 0; rest != ""; {
		segment := rest[:norm.NFC.NextBoundaryInString(rest, true)]
		rest = rest[len(segment):]
		n, composed := utf8.RuneCountInString(segment), utf8.RuneCountInString(norm.NFC.String(segment))
		for i := range composed {
			first, last := at, at+n-1
			if n == composed {
				first, last = at+i, at+i
			}
			from, to = append(from, places[first]), append(to, places[last]+1)
		}
		at += n
	}
	var out []Span
	for _, s := range spans {
		if s = (Span{max(s.From, 0), min(s.To, len(from))}); s.From < s.To {
			out = append(out, Span{from[s.From], to[s.To-1]})
		}
	}
	return out
}

// isDirectionControl reports whether r is one of the invisible characters of UAX #9 that
// turn the direction of the text around them. The two overrides (U+202D, U+202E) are not
// included: they have no honest use in a comment, so the filter refuses them.
func isDirectionControl(r rune) bool {
	return r == '\u061C' || r == '\u200E' || r == '\u200F' ||
		r == '\u202A' || r == '\u202B' || r == '\u202C' || '\u2066' <= r && r <= '\u2069'
}

// Visible reports whether any part of s is visible on the screen.
func Visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return !Invisible(r) })
}

// Invisible reports whether r shows nothing by itself: spaces, controls, format characters,
// default-ignorable code points (DerivedCoreProperties of Unicode), and the blanks that
// Unicode counts as letters or symbols.
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

// assigned returns false for code points that have no meaning and so no glyph. Private use
// counts as unassigned: it looks different everywhere. The emoji blocks count as assigned
// as a whole, since phones learn new ones before Go does.
func assigned(r rune) bool {
	return 0x1F000 <= r && r <= 0x1FAFF ||
		unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf)
}

// Graphemes counts user-perceived characters (UAX #29 extended grapheme clusters), like
// Intl.Segmenter in the browser.
func Graphemes(s string) int { return uniseg.GraphemeClusterCount(s) }

// OneLine converts a text into the form of a title: NFC, without line breaks, controls and
// the overrides that turn the direction of a terminal's line, and without spaces at its
// ends.
func OneLine(s string) string {
	return clean(strings.Map(func(r rune) rune {
		if r == '\u202D' || r == '\u202E' {
			return -1
		}
		return r
	}, s))
}

// Label converts a text into the form of a name that people distinguish by looking at it:
// as [OneLine], and without invisible characters. Those that join letters and emoji, and
// marks on them, stay where they are effective.
func Label(s string) string {
	var out []rune
	letters := []rune(OneLine(s))
	for i, r := range letters {
		before := i > 0 && joins(letters[i-1])
		switch {
		case r == '\u200C' || r == '\u200D':
			if !before || i+1 == len(letters) || !joins(letters[i+1]) {
				continue
			}
		case r == ' ', r == '\u3000':
		case isTag(r): // part of an emoji flag
			if i == 0 || letters[i-1] != '\U0001F3F4' && !isTag(letters[i-1]) {
				continue
			}
		case unicode.Is(unicode.M, r) && r != '\u034F' && i > 0 && !unicode.IsSpace(letters[i-1]):
		case Invisible(r):
			continue
		}
		out = append(out, r)
	}
	return OneLine(string(out))
}

func isTag(r rune) bool { return 0xE0020 <= r && r <= 0xE007F }

// joins reports whether a joiner beside r has an effect: beside letters of scripts that use
// joiners, their marks, and emoji.
func joins(r rune) bool {
	return r > unicode.MaxLatin1 && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r)
}
