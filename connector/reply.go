package connector

import (
	"strings"
	"unicode/utf8"
)

// CutReply returns the text of a reply without the name of the one who is answered,
// which platforms put before it as "@Name ". names are what that one may be called
// there; without any the first word that begins with @ is cut. cut is how many runes
// went, by which emotes are to be moved. A text that begins otherwise, or that is
// nothing but the name, stays as it is.
func CutReply(text string, names ...string) (rest string, cut int) {
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
			return cutReply(text, n)
		}
	}
	if known {
		return text, 0
	}
	if n := strings.IndexByte(text, ' '); n > 0 {
		return cutReply(text, n)
	}
	return text, 0
}

// cutReply cuts n bytes and what parts them from the words behind them.
func cutReply(text string, n int) (rest string, cut int) {
	rest = strings.TrimLeft(text[n:], " ,:")
	if rest == "" {
		return text, 0
	}
	return rest, utf8.RuneCountInString(text[:len(text)-len(rest)])
}

// ShiftEmotes moves emotes by as many runes as were cut off in front. Those that stood
// there are left out.
func ShiftEmotes(emotes []Emote, cut int) []Emote {
	if cut == 0 {
		return emotes
	}
	var out []Emote
	for _, e := range emotes {
		if e.From >= cut {
			e.From, e.To = e.From-cut, e.To-cut
			out = append(out, e)
		}
	}
	return out
}
