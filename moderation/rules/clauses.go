package rules

import (
	"slices"
	"strings"

	"danmaku/moderation/fold"
)

// This file judges a match of ideographs by the words of the sentence around it: 口交 is not
// meant in 人口交流, nor 约炮 by 越跑越远. The frequencies of words determine the likeliest words of the
// sentence.

// clause is a run of ideographs with a match from (inclusive) to (exclusive).
type clause struct {
	text     []rune
	from, to int
}

// aroundMatch is how many characters on each side of a match are examined.
const aroundMatch = 12

// Costs of two characters in a row, each a separate word, up to which they are grammar and not
// a word in disguise; see [fold.Phonetics.Cost]. They are grammar more often in the middle of
// a clause than at its beginning, and more often there than at its end.
const (
	grammarInside = 20
	grammarFirst  = 16
	grammarLast   = 15
)

// commonest is the highest cost of a character that is one of the most frequent words.
const commonest = 6

// ownWord is the highest cost of a character that is often a word by itself.
const ownWord = 9

// Costs of an entry as a word of the sentence. One of two characters, the first of them a verb,
// is also a verb and the beginning of its object: 靠|北边, 刷|单机.
const (
	guessCost     = 13
	guessVerbCost = 15
)

// closing are the particles that end a clause and carry no meaning.
const closing = "吧啊吗呢了的呀哦嘛啦哈么"

// inside reports whether the clause continues after the match with more than closing
// particles.
func (c *clause) inside() bool {
	for _, r := range c.text[c.to:] {
		if !strings.ContainsRune(closing, r) {
			return true
		}
	}
	return false
}

// crossed reports which edges of the match lie inside a word of the clause.
func (c *clause) crossed(guess fold.Guess) (left, right bool, starts [fold.LongestClause + 1]bool) {
	starts = fold.Chinese().Segment(c.text, guess)
	return !starts[c.from], !starts[c.to], starts
}

// explainsSound reports whether the characters of a match that sounds like an entry are
// ordinary words of the clause. key has the entry's characters.
func (c *clause) explainsSound(key []rune) bool {
	if len(c.text) > fold.LongestClause {
		return false
	}
	left, right, starts := c.crossed(fold.Guess{})
	if left || right {
		return true
	}
	p := fold.Chinese()
	if len(key) == 3 {
		last := c.text[c.to-1] // 企鹅|好|可爱 is not 企鹅号
		return slices.Equal(c.text[c.from:c.to-1], key[:2]) && p.IsWord(key[:2]...) && starts[c.to-1] && c.inside() && p.Cost(last) <= commonest
	}
	if len(key) != 2 || !starts[c.from+1] {
		return false
	}
	a, b := c.text[c.from], c.text[c.from+1]
	cost := p.Cost(a) + p.Cost(b)
	switch {
	case c.inside() && c.text[c.to] == a:
		return true // 越跑越快
	case c.from > 0 && c.inside():
		return cost <= grammarInside
	case c.inside():
		return cost <= grammarFirst
	case c.from > 0 && c.to == len(c.text) && p.IsVerb(a) && strings.ContainsRune("吗呢吧", b):
		return true // a question: 会死吗
	}
	return c.from > 0 && cost <= grammarLast
}

// writing says how the clause explains an entry that it contains as written.
type writing uint8

const (
	meant   writing = iota
	unclear         // partly in another word
	chance          // formed by words that are merely neighbours
)

// explains reports whether an entry in the clause is only parts of other words.
func (c *clause) explains() writing {
	n := c.to - c.from
	if c.forces() {
		return chance
	}
	if len(c.text) == n || len(c.text) > fold.LongestClause {
		return meant
	}
	p, cost := fold.Chinese(), guessCost
	if n == 2 && p.IsVerb(c.text[c.from]) {
		cost = guessVerbCost
	}
	left, right, starts := c.crossed(fold.Guess{From: c.from, To: c.to, Cost: cost})
	switch {
	case left && right:
		for i := c.from + 1; i < c.to; i++ {
			if starts[i] {
				return chance // 人口|交流
			}
		}
		return unclear // in the middle of one longer word
	case right && n == 2 && starts[c.to-1] && (p.IsVerb(c.text[c.from]) || p.Cost(c.text[c.from]) <= ownWord): // 刷|单词, 口|交代
		return chance
	case n == 2 && (c.tiled() || c.object()): // 打赌|博主, 刷|单人|副本
		return chance
	case left && n == 2 && starts[c.from+1] && p.IsVerb(c.text[c.from+1]) && c.inside(): // 妈妈|逼|我
		return chance
	case left && !starts[c.to-1], right && !starts[c.from+1]:
		return meant // the longer word contains the whole entry
	case left || right:
		return unclear
	}
	return meant
}

// tiled reports whether an entry of two characters lies across the border of two everyday words
// of two characters each.
func (c *clause) tiled() bool {
	p := fold.Chinese()
	return c.from > 0 && c.to < len(c.text) && p.IsWord(c.text[c.from-1:c.from+1]...) && p.IsWord(c.text[c.to-1:c.to+1]...)
}

// object reports whether an entry of two characters is a verb and the beginning of its object,
// which is two everyday words: 刷|单人|副本, but not 刷单|人员.
func (c *clause) object() bool {
	p, rest := fold.Chinese(), c.text[c.to-1:]
	return len(rest) >= 4 && p.IsVerb(c.text[c.from]) && p.IsWord(rest[:2]...) && p.IsWord(rest[2:4]...) && !p.IsWord(rest[1:3]...)
}

// forces recognizes the one clause that everyday speech shares with abuse: a relative forces a
// person to do something, 我妈逼我相亲.
func (c *clause) forces() bool {
	if c.text[c.to-1] != '逼' || c.to-c.from < 2 || !strings.ContainsRune("妈爸爹娘爷奶哥姐", c.text[c.to-2]) {
		return false
	}
	rest := c.text[c.to:]
	return len(rest) > 1 && strings.ContainsRune("我你您他她它着咱", rest[0]) && !strings.ContainsRune(closing, rest[1])
}
