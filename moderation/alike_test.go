package moderation_test

import (
	"testing"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/room"
)

// Comments that say the same thing form one group, and comments that only look similar do not.
func TestSimilarCommentsAreOneGroup(t *testing.T) {
	said := func(text string) (comment.Comment, room.Entry) { return comment.Comment{Text: text}, room.Entry{} }
	one := moderation.New(moderation.Options{})
	again := moderation.New(moderation.Options{}) // after a restart
	group := func(c *moderation.Chain, text string) string { return c.Group(said(text)) }
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"buy followers now", "buy followers now", true},
		{"buy followers now", "BUY  Followers now!!", true},
		{"buy followers now 1", "buy followers now 4711", true},
		{"buy followers now", "ｂｕｙ ｆｏｌｌｏｗｅｒｓ ｎｏｗ", true},
		{"buy followers now 🔥", "buy followers now 🎉🎉", true},
		{"加群领福利 88123", "加群领福利 90001", true},
		{"goooooal team", "gooooooooooal team", true},
		{"啊啊啊啊", "啊啊啊啊啊啊啊啊啊", true},
		{"hahahaha no", "hahaha no", false},
		{"buy followers now", "buy followers", false},
		{"good game", "god game", false},
		{"1", "2", false},
		{"A 1", "A 2", false},
		{"boss 1", "boss 2", false},
		{"100", "1000", false},
		{"👍", "👎", false},
		{"?", "!", false},
		{"red team", "blue team", false},
		{"我喜欢你", "我讨厌你", false},
	} {
		if got := group(one, tt.a) == group(again, tt.b); got != tt.want {
			t.Errorf("%q and %q: alike %t, want %t", tt.a, tt.b, got, tt.want)
		}
	}
	if group(one, "") == "" {
		t.Error("a group has no name")
	}
}

// A raid is grouped by its URL, whatever the text around it; comments with a bad name are not
// grouped by their innocent text.
func TestRaidsAndNamesMakeGroups(t *testing.T) {
	c := moderation.New(moderation.Options{})
	raid := room.Entry{Rule: moderation.RuleRaid}
	first := c.Group(comment.Comment{Text: "come to a1.evil-shop.com/x now"}, raid)
	if second := c.Group(comment.Comment{Text: "free skins: b2.evil-shop.com?i=7"}, raid); second != first {
		t.Error("another text with the URL of the raid is another group")
	}
	if other := c.Group(comment.Comment{Text: "come to a1.other-shop.com/x now"}, raid); other == first {
		t.Error("another URL is the same group")
	}
	named := room.Entry{Rule: "words", InName: true}
	bad := c.Group(comment.Comment{Text: "hello there", Name: "bad name"}, named)
	if bad == c.Group(comment.Comment{Text: "hello there"}, room.Entry{}) {
		t.Error("a comment with a bad name is in the group of others with the same text")
	}
	if bad == c.Group(comment.Comment{Text: "hello there", Name: "worse name"}, named) {
		t.Error("two names are one group")
	}
	if bad != c.Group(comment.Comment{Text: "hello there", Name: "BAD name"}, named) {
		t.Error("the same name twice is two groups")
	}
}
