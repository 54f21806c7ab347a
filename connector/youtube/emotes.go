package youtube

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"danmaku/connector"
)

// shortcut matches YouTube's form of an emote: :name: for its own, :_name: for those of the
// channel's members. The API provides no pictures of them. A time such as 12:30:45 does not
// match. It is compiled for the first comment: 64 sets of letters take a megabyte.
var shortcut = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`:_?[\p{L}][\p{L}\p{N}_-]{0,63}:`) })

// emotesOf finds the emotes of a text. It removes the underscore that marks a member's
// emote.
func emotesOf(text string) (plain string, emotes []connector.Emote) {
	var b strings.Builder
	runes, rest := 0, text
	write := func(s string) {
		b.WriteString(s)
		runes += utf8.RuneCountInString(s)
	}
	for {
		at := shortcut().FindStringIndex(rest)
		if at == nil {
			break
		}
		write(rest[:at[0]])
		name := strings.TrimPrefix(strings.Trim(rest[at[0]:at[1]], ":"), "_")
		from := runes
		write(":" + name + ":")
		emotes = append(emotes, connector.Emote{From: from, To: runes, Name: name})
		rest = rest[at[1]:]
	}
	write(rest)
	return b.String(), emotes
}
