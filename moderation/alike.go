package moderation

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/moderation/fold"
	"danmaku/room"
)

// alikeWidth is from how many letters on texts are compared by their letters alone
// (Han and kana count twice): in shorter ones a digit, a sign or an emoji is what
// they say.
const alikeWidth = 8

// alikeRun is from how many times in a row on a letter counts once.
const alikeRun = 3

var groupEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Group names what comments that wait for a moderator share when they are alike. They
// are read as the check on duplicates reads them; then a counter, signs and the length
// of a cheer make no difference either. What a raid says is alike by its address, as
// the check on raids has it. A photo is like no other. What is at fault in a name is alike by the name, too. It
// depends on nothing but the comment, so it is the same after a restart.
func (c *Chain) Group(about comment.Comment, e room.Entry) string {
	key := "text\x00" + alike(about.Text)
	if about.Photo != nil { // each is looked at for itself
		key = "photo\x00" + about.ID.String()
	}
	if e.Rule == RuleRaid {
		if address, _ := findLink(about.Text, fold.String(about.Text)); address != "" {
			key = "site\x00" + site(address)
		}
	}
	if e.InName {
		key += "\x00name\x00" + alike(about.Name)
	}
	sum := sha256.Sum256([]byte(key))
	return groupEncoding.EncodeToString(sum[:10])
}

// alike is the gist of a text without what varies when the same is said again.
func alike(text string) string {
	var f fold.Text
	f.Fold([]rune(gist(text)))
	var letters, all strings.Builder
	width := 0
	for i := 0; i < len(f.Runes); {
		r, n := f.Runes[i], 1
		for i+n < len(f.Runes) && f.Runes[i+n].R == r.R {
			n++
		}
		i += n
		if n >= alikeRun && r.Kind != fold.Digit {
			n = 1
		}
		for range n {
			all.WriteRune(r.R)
			if r.Kind == fold.Letter {
				letters.WriteRune(r.R)
				width += 1 + utf8.RuneLen(r.R)/3
			}
		}
	}
	if width < alikeWidth {
		return all.String()
	}
	return letters.String()
}
