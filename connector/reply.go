package connector

import (
	"strings"
	"unicode/utf8"
)

// StripReply returns the text of a reply without the name of the person it answers, which
// platforms put before it as "@Name ". names are the possible forms of that name; without
// any, the first word that begins with @ is cut. removed is the number of removed runes, by
// which emotes must be shifted. A text that begins otherwise, or that is only the name,
// stays as it is.
func StripReply(text string, names ...string) (rest string, removed int) {
	if !strings.HasPrefix(text, "@") {
		return text, 0
	}
	known := false
	for _, name := range names {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		known = true
		if n := len(name) + 1; len(text) > n && strings.EqualFold(text[1:n], name) && strings.IndexByte(" ,:", text[n]) >= 0 {
			return stripReply(text, n)
		}
	}
	if known {
		return text, 0
	}
	if n := strings.IndexByte(text, ' '); n > 0 {
		return stripReply(text, n)
	}
	return text, 0
}

// stripReply cuts n bytes and the separators after them.
func stripReply(text string, n int) (rest string, removed int) {
	rest = strings.TrimLeft(text[n:], " ,:")
	if rest == "" {
		return text, 0
	}
	return rest, utf8.RuneCountInString(text[:len(text)-len(rest)])
}

// ShiftEmotes shifts emotes by the runes that were cut off at the start. It drops emotes
// that were there.
func ShiftEmotes(emotes []Emote, removed int) []Emote {
	if removed == 0 {
		return emotes
	}
	var out []Emote
	for _, e := range emotes {
		if e.From >= removed {
			e.From, e.To = e.From-removed, e.To-removed
			out = append(out, e)
		}
	}
	return out
}
