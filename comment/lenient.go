package comment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Note names a change to a draft that made it acceptable.
type Note struct {
	Field   string // as on the wire
	Message string // one English sentence
}

// Loose converts other programs' values into this one's, and returns what it changed: it
// cuts a name to its length, and replaces an unknown style by the default. With clip it
// cuts a text to its length, too. Call Normalize afterwards.
func (d Draft) Loose(l Limits, clip bool) (Draft, []Note) {
	var notes []Note
	note := func(field, format string, args ...any) {
		notes = append(notes, Note{field, fmt.Sprintf(format, args...)})
	}
	if name := Clip(OneLine(cutBytes(d.Name, MaxTextBytes)), MaxNameLen, MaxNameBytes); name != OneLine(d.Name) {
		d.Name = name
		note("name", "Cut to %d characters.", MaxNameLen)
	}
	if clip {
		text := cutBytes(d.Text, 4*MaxTextBytes)
		if kept := Clip(clean(text), l.MaxLength, MaxTextBytes); len(text) < len(d.Text) || kept != clean(text) {
			d.Text = kept
			note("text", "Cut to %d characters.", min(l.MaxLength, Graphemes(kept)))
		}
	}
	if m, ok := looseMode(string(d.Mode)); !ok {
		note("mode", "%.40q is unknown; scroll, reverse, top or bottom.", d.Mode)
		d.Mode = Scroll
	} else {
		d.Mode = m
	}
	if s, ok := looseSize(string(d.Size)); !ok {
		note("size", "%.40q is unknown; small, medium or big.", d.Size)
		d.Size = Medium
	} else {
		d.Size = s
	}
	if c, ok := LooseColor(d.Color); !ok {
		note("color", "%.40q is unknown; write #rrggbb.", d.Color)
		d.Color = White
	} else {
		d.Color = c
	}
	return d, notes
}

// MaxNameBytes bounds a name whatever its graphemes: one letter can carry many marks.
const MaxNameBytes = MaxTextBytes / 4

// cutBytes cuts a text to at most n bytes, between two runes, so that nothing works on a
// text longer than any acceptable one.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Clip cuts a text to at most the given graphemes and bytes, whichever comes first, and
// trims the spaces at its new end.
func Clip(s string, graphemes, bytes int) string {
	end, n := 0, 0
	for g := uniseg.NewGraphemes(s); n < graphemes && g.Next(); n++ {
		_, to := g.Positions()
		if to > bytes {
			break
		}
		end = to
	}
	if end == len(s) {
		return s
	}
	return strings.TrimRight(s[:end], " \u3000")
}

// looseModes and looseSizes map other programs' names to ours, including those of niconico,
// Bilibili, DPlayer and ArtPlayer.
var (
	looseModes = map[string]Mode{
		"": Scroll, "rtl": Scroll, "right": Scroll, "normal": Scroll, "rolling": Scroll, "naka": Scroll, "0": Scroll, "1": Scroll,
		"ltr": Reverse, "left": Reverse, "6": Reverse,
		"ue": Top, "5": Top, "shita": Bottom, "4": Bottom,
	}
	looseSizes = map[string]Size{
		"": Medium, "normal": Medium, "default": Medium, "25": Medium, "m": Medium, "middle": Medium,
		"large": Big, "36": Big, "l": Big, "xl": Big, "huge": Big, "18": Small, "s": Small, "tiny": Small,
	}
)

func looseMode(s string) (Mode, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if slices.Contains(Modes, Mode(s)) {
		return Mode(s), true
	}
	m, ok := looseModes[s]
	return m, ok
}

func looseSize(s string) (Size, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if slices.Contains(Sizes, Size(s)) {
		return Size(s), true
	}
	z, ok := looseSizes[s]
	return z, ok
}

// looseColors are the sixteen names of HTML 4 and the further names in chats and on
// niconico, as CSS or niconico defines them.
var looseColors = map[string]string{
	"": White, "white": White, "black": "#000000", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080", "red": "#ff0000",
	"maroon": "#800000", "yellow": "#ffff00", "olive": "#808000", "lime": "#00ff00", "green": "#008000", "aqua": "#00ffff",
	"teal": "#008080", "blue": "#0000ff", "navy": "#000080", "fuchsia": "#ff00ff", "purple": "#800080",
	"orange": "#ffa500", "pink": "#ffc0cb", "cyan": "#00ffff", "magenta": "#ff00ff", "gold": "#ffd700", "violet": "#ee82ee",
	"brown": "#a52a2a", "coral": "#ff7f50", "tomato": "#ff6347", "salmon": "#fa8072", "crimson": "#dc143c", "indigo": "#4b0082",
	"skyblue": "#87ceeb", "dodgerblue": "#1e90ff", "royalblue": "#4169e1", "hotpink": "#ff69b4", "springgreen": "#00ff7f",
	"yellowgreen": "#9acd32", "blueviolet": "#8a2be2", "cadetblue": "#5f9ea0", "chocolate": "#d2691e", "firebrick": "#b22222",
	"goldenrod": "#daa520", "orangered": "#ff4500", "seagreen": "#2e8b57", "turquoise": "#40e0d0", "lightblue": "#add8e6",
	"lightgreen": "#90ee90", "lightpink": "#ffb6c1", "lavender": "#e6e6fa", "khaki": "#f0e68c", "beige": "#f5f5dc",
}

// betweenWords removes the separators between the words of a name.
var betweenWords = strings.NewReplacer(" ", "", "-", "", "_", "")

// LooseColor parses a colour in other programs' forms: #rrggbb, #rgb, with or without the
// sign or 0x, with an opacity, which it ignores, in any case; a name; or a number as on
// Bilibili, with red in the upper byte. ok is false for anything else.
func LooseColor(s string) (color string, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if c, ok := looseColors[betweenWords.Replace(s)]; ok {
		return c, true
	}
	digits, signed := strings.CutPrefix(s, "#")
	if !signed {
		digits, signed = strings.CutPrefix(s, "0x")
	}
	if _, err := strconv.ParseUint(digits, 16, 32); err != nil {
		return "", false
	}
	switch {
	case len(digits) == 6, len(digits) == 8 && signed:
		return "#" + digits[:6], true
	case len(digits) == 3, len(digits) == 4 && signed:
		d := digits
		return "#" + string([]byte{d[0], d[0], d[1], d[1], d[2], d[2]}), true
	}
	// Bilibili's numbers have up to eight digits; those of six or three look like hex.
	if n, err := strconv.ParseUint(s, 10, 32); err == nil && n <= 0xffffff {
		return fmt.Sprintf("#%06x", n), true
	}
	return "", false
}
