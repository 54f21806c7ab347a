package fold

import (
	"compress/flate"
	"io"
	"slices"
	"strings"
)

// A lexicon is a set of words of up to four ideographs with a cost each: the negative natural
// logarithm of the word's frequency.
type lexicon struct {
	keys  []uint64 // sorted
	costs []uint8  // of each key; with verb if a single character is one
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

// unpackWords parses the words that gen_sounds.go packed: a line for each first character,
// with what follows it in words of one to four characters, each with its cost as a letter, in
// upper case for a verb. It panics on a fault: the data is part of the program.
func unpackWords(packed string) lexicon {
	text, err := io.ReadAll(flate.NewReader(strings.NewReader(packed)))
	if err != nil {
		panic("fold: the words of Chinese: " + err.Error())
	}
	type entry struct {
		key  uint64
		cost uint8
	}
	var all []entry
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), " ")
		first := []rune(fields[0])[0]
		word := append(make([]rune, 0, LongestWord), first)
		for _, group := range fields[1:] {
			for _, r := range group {
				switch {
				case 'a' <= r && r <= 'z':
					all = append(all, entry{pack(word...), uint8(r - 'a')})
					word = word[:1]
				case 'A' <= r && r <= 'Z':
					all = append(all, entry{pack(word...), uint8(r-'A') | verb})
					word = word[:1]
				default:
					word = append(word, r)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b entry) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
	l := lexicon{make([]uint64, len(all)), make([]uint8, len(all))}
	for i, e := range all {
		l.keys[i], l.costs[i] = e.key, e.cost
	}
	return l
}

// cost returns the cost of a word, and whether it is one.
func (l *lexicon) cost(word ...rune) (cost uint8, ok bool) {
	k := pack(word...)
	if k == 0 || len(word) > LongestWord {
		return 0, false
	}
	if i, ok := slices.BinarySearch(l.keys, k); ok {
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
