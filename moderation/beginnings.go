package moderation

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// beginnings are the strings with which matches of some expressions begin. A text that
// contains none of them matches none of the expressions. Most texts contain none, and
// looking for them is much faster than running an expression. They are derived from the
// expressions, so the two cannot differ.
type beginnings struct {
	seen [1024 / 64]uint64 // a bit for each first rune, by its last ten bits
	list map[rune][]string // by first rune
}

const (
	beginningRunes = 5   // the longest beginning
	mostBeginnings = 512 // the most beginnings of an expression
)

// beginningsOf returns the beginnings of expressions, which are constants of the program.
// It panics if one may match anything, or has too many beginnings.
func beginningsOf(expressions ...string) *beginnings {
	b := &beginnings{list: map[rune][]string{}}
	for _, expression := range expressions {
		re, err := syntax.Parse(expression, syntax.Perl)
		if err != nil {
			panic("moderation: " + err.Error())
		}
		list, ok := startsOf(re.Simplify())
		if !ok || slices.Contains(list, "") {
			panic("moderation: no beginnings for " + expression)
		}
		for _, s := range list {
			r, _ := utf8.DecodeRuneInString(s)
			b.list[r] = append(b.list[r], s)
			b.seen[r/64%16] |= 1 << (r % 64)
		}
	}
	return b
}

// in reports whether a text contains a beginning. If it does not, no expression matches.
func (b *beginnings) in(text string) bool {
	for i, r := range text {
		if b.seen[r/64%16]>>(r%64)&1 == 0 {
			continue
		}
		for _, s := range b.list[r] {
			if strings.HasPrefix(text[i:], s) {
				return true
			}
		}
	}
	return false
}

// startsOf returns the strings with which the matches of an expression begin, after a
// border if it has one. ok is false if there are none, or too many.
func startsOf(re *syntax.Regexp) (list []string, ok bool) {
	switch re.Op {
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			some, ok := startsOf(sub)
			if !ok {
				return nil, false
			}
			list = append(list, some...)
		}
	case syntax.OpCapture:
		return startsOf(re.Sub[0])
	case syntax.OpConcat:
		list = startsOfSequence(re.Sub)
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return nil, false
		}
		list = []string{string(re.Rune)}
	case syntax.OpCharClass:
		if list, ok = charactersOf(re.Rune); !ok {
			return nil, false
		}
	case syntax.OpQuest:
		list, ok = startsOf(re.Sub[0])
		if !ok {
			return nil, false
		}
		list = append(list, "")
	case syntax.OpEmptyMatch:
		list = []string{""}
	default:
		return nil, false
	}
	for i, s := range list {
		if runes := []rune(s); len(runes) > beginningRunes {
			list[i] = string(runes[:beginningRunes])
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return list, len(list) <= mostBeginnings
}

// startsOfSequence returns the strings with which the matches of several expressions in a row
// begin, after a border.
func startsOfSequence(subs []*syntax.Regexp) []string {
	if isBorder(subs[0]) { // the text contains the rest of the match anyway
		subs = subs[1:]
	}
	list := []string{""}
	for _, sub := range subs {
		more, ok := startsOf(sub)
		if !ok || isBorder(sub) {
			break // the list so far is a beginning
		}
		var joined []string
		for _, s := range list {
			if utf8.RuneCountInString(s) >= beginningRunes {
				joined = append(joined, s)
				continue
			}
			for _, m := range more {
				joined = append(joined, s+m)
			}
		}
		if len(joined) > mostBeginnings {
			break
		}
		list = joined
	}
	return list
}

// charactersOf returns the characters of a class, given as pairs of its first and last ones; ok
// is false if there are too many.
func charactersOf(pairs []rune) (list []string, ok bool) {
	for i := 0; i < len(pairs); i += 2 {
		if int(pairs[i+1]-pairs[i])+len(list) > mostBeginnings {
			return nil, false
		}
		for r := pairs[i]; r <= pairs[i+1]; r++ {
			list = append(list, string(r))
		}
	}
	return list, true
}

// isBorder recognizes (?:^|[^a-z]) and (?:$|[^a-z]).
func isBorder(re *syntax.Regexp) bool {
	return re.Op == syntax.OpAlternate && len(re.Sub) == 2 && re.Sub[1].Op == syntax.OpCharClass &&
		(re.Sub[0].Op == syntax.OpBeginText || re.Sub[0].Op == syntax.OpEndText)
}
