package fold

import _ "embed"

//go:embed data/words.bin
var chineseWords []byte

// wordSize is the bytes of a word in words.bin, which has the sorted keys of all words, and
// then their costs.
const wordSize = 8 + 1

// A lexicon is a set of words of up to four ideographs with a cost each: the negative natural
// logarithm of the word's frequency.
type lexicon struct {
	keys  sortedKeys
	costs []byte // of each key; with verb if a single character is one
}

// lexiconOf returns the lexicon that lies in data.
func lexiconOf(data []byte) lexicon {
	n := len(data) / wordSize
	return lexicon{sortedKeys(data[:8*n]), data[8*n:]}
}

// verb marks the cost of a single character that is mostly a verb.
const verb = 0x80

// unknown is the cost of a character that is not known as a word.
const unknown = 17

// LongestWord is the most characters of a known word.
const LongestWord = 4

func pack(word ...rune) uint64 {
	var k uint64
	for _, r := range word {
		if r < firstIdeograph || r > lastIdeograph {
			return 0
		}
		k = k<<15 | uint64(r-firstIdeograph+1)
	}
	return k
}

// cost returns the cost of a word, and whether it is one.
func (l *lexicon) cost(word ...rune) (cost uint8, ok bool) {
	k := pack(word...)
	if k == 0 || len(word) > LongestWord {
		return 0, false
	}
	if i, ok := l.keys.find(k); ok {
		return l.costs[i], true
	}
	return 0, false
}

// The highest costs of everyday words of two and of three characters.
const (
	everydayPair   = 15
	everydayTriple = 13
)

// IsWord reports whether a word of two or three characters is an
// everyday one.
func (p *Phonetics) IsWord(word ...rune) bool {
	c, ok := p.words.cost(word...)
	return ok && (len(word) == 2 && c <= everydayPair || len(word) == 3 && c <= everydayTriple)
}

// Known reports whether the characters are a word at all, of two to
// [LongestWord].
func (p *Phonetics) Known(word ...rune) bool {
	_, ok := p.words.cost(word...)
	return ok && len(word) > 1
}

// Cost returns how rare a character is as a separate word: the negative natural logarithm of
// its share of all words.
func (p *Phonetics) Cost(r rune) int {
	if c, ok := p.words.cost(r); ok {
		return int(c &^ verb)
	}
	return unknown
}

// IsVerb reports whether a character by itself is mostly a verb.
func (p *Phonetics) IsVerb(r rune) bool {
	c, ok := p.words.cost(r)
	return ok && c&verb != 0
}

// LongestClause is the most characters that [Phonetics.Segment] reads.
const LongestClause = 40

// Guess is a part of a text that counts as one word with the given cost.
type Guess struct{ From, To, Cost int }

// Segment splits a clause of ideographs into its likeliest words and sets starts[i] if one
// begins before character i, or the text ends there. Guess is one more possible word. Segment
// reads [LongestClause] characters.
func (p *Phonetics) Segment(text []rune, guess Guess) (starts [LongestClause + 1]bool) {
	n := min(len(text), LongestClause)
	var best, from [LongestClause + 1]int
	for i := 1; i <= n; i++ {
		best[i], from[i] = best[i-1]+p.Cost(text[i-1]), i-1
		for k := 2; k <= min(i, LongestWord); k++ {
			if c, ok := p.words.cost(text[i-k : i]...); ok && best[i-k]+int(c) < best[i] {
				best[i], from[i] = best[i-k]+int(c), i-k
			}
		}
		if i == guess.To && best[guess.From]+guess.Cost < best[i] {
			best[i], from[i] = best[guess.From]+guess.Cost, guess.From
		}
	}
	for i := n; i > 0; i = from[i] {
		starts[i] = true
	}
	starts[0] = true
	return starts
}
