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

// alikeWidth is the width from which texts are compared by their letters alone (Han and kana
// count twice): in a shorter text a digit, a sign or an emoji carries the meaning.
const alikeWidth = 8

// alikeRun is the number of repetitions from which a letter counts once.
const alikeRun = 3

var groupEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Group names what similar comments that wait for a moderator share. It normalizes them as the
// duplicate check does, and ignores counters, signs and the length of a cheer, too. Comments
// of a raid are grouped by their URL, as in the raid check. Every photo is its own group. A
// comment held for its author's name is also grouped by the name. The result depends only on
// the comment, so it is the same after a restart.
func (c *Chain) Group(about comment.Comment, e room.Entry) string {
	key := "text\x00" + alike(about.Text)
	if about.Photo != nil { // moderators review each photo
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

// alike reduces a text to the part that stays the same when it is said again.
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
