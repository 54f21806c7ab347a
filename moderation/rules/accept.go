package rules

import (
	"strings"

	"danmaku/moderation/fold"
)

// entryClass says where an entry may match.
type entryClass uint8

const (
	wordEntry   entryClass = iota // letters of a script with spaces: whole words
	numberEntry                   // digits only: whole numbers
	freeEntry                     // any other script: anywhere
	aloneEntry                    // a single CJK character: only by itself
	signEntry                     // signs and emoji: literally, anywhere
)

// acceptor decides whether a path over the folded runes is a match of an entry.
type acceptor struct {
	runes []fold.Rune
}

// acceptMatch reports whether the path plausibly spells the entry, and whether that needed an
// aggressive reading.
func (a acceptor) acceptMatch(e *entry, path []step) (ok, aggressive bool) {
	if !a.edges(e, path) {
		return false, false
	}
	steps, ok := a.readings(e, path)
	if !ok {
		return false, false
	}
	runs, ok := a.runs(e, path)
	if !ok {
		return false, false
	}
	gaps, ok := a.gaps(e, path)
	if !ok || e.marks == nil {
		return ok, steps || runs || gaps
	}
	bare, ok := a.marks(e, path, steps || runs || gaps)
	return ok, steps || runs || gaps || bare
}

// leastBare is the least number of letters of a word that is recognized without the marks that
// make other letters. A shorter one is another word without them: pic for piç, lon for lồn.
const leastBare = 5

// leastDisguised is the least number of letters of such a word if it is disguised otherwise,
// too. Signs beside two letters are only punctuation: đi! for đĩ.
const leastDisguised = 3

// marks compares the marks of the letters with those of the entry. A word without some of them
// is a guess: bare is true, and the word must be long, several words or disguised otherwise. In
// Vietnamese, an author who writes some marks means exactly those.
func (a acceptor) marks(e *entry, path []step, disguised bool) (bare, ok bool) {
	missing, other, marked := 0, false, false
	for i, s := range path {
		have := fold.MarksOf(a.runes[s.from].Written)
		marked = marked || have != 0
		if i >= len(e.marks.Of) || s.how != fold.Plain && e.marks.Of[i] != 0 {
			missing++
			continue
		}
		want := e.marks.Of[i]
		switch {
		case have == want || !e.marks.Vietnamese && have&want == want:
		case have == 0:
			missing++
		case want != 0 || e.marks.Vietnamese:
			other = true
		}
	}
	switch {
	case e.marks.Vietnamese && other:
		return false, false
	case e.marks.Vietnamese && marked && missing > 0 && !disguised:
		return true, e.gaps != 0 && (missing == 1 || missing == 2 && e.letters >= leastBare) // in a phrase, some may be forgotten
	case missing == 0 && !other:
		return false, true
	}
	return true, disguised && e.letters >= leastDisguised || e.gaps != 0 || e.letters >= leastBare
}

// edges checks that the match begins and ends at the edge of a word.
func (a acceptor) edges(e *entry, path []step) bool {
	first, last := path[0], path[len(path)-1]
	before, after := a.at(first.from-1), a.at(last.to)
	if e.reading && (isLetter(before) || isLetter(after)) {
		return false // 楽しいしね
	}
	switch e.class {
	case signEntry, freeEntry:
		return true
	case aloneEntry:
		return (before == nil || before.Kind != fold.Letter && before.Kind != fold.Digit) &&
			(after == nil || after.Kind != fold.Letter && after.Kind != fold.Digit || fold.IsSyllable(first.label) && fold.IsSyllable(after.R) && !fold.BeginsKorean(first.label))
	case numberEntry:
		return !a.numberGoesOn(before, a.at(first.from-2)) && !a.numberGoesOn(after, a.at(last.to+1))
	}
	return (e.openStart || !joins(before, &a.runes[first.from], first.label)) &&
		(e.openEnd || !joins(after, &a.runes[last.to-1], last.label)) || a.again(e, path)
}

// leastAgain is the least number of letters of a word that is recognized if its repetitions
// are written as one word.
const leastAgain = 3

// again reports whether the word around a match is nothing but the match, several times:
// nmslnmsl.
func (a acceptor) again(e *entry, path []step) bool {
	n := int32(len(path))
	from := path[0].from
	if n < leastAgain || path[n-1].to-from != n || isLetter(a.at(from-1)) || !isLetter(a.at(from+n)) {
		return false
	}
	i := from + n
	for ; isLetter(a.at(i)) || a.at(i) != nil && a.at(i).Kind == fold.Digit; i++ {
		if a.runes[i].R != path[(i-from)%n].label {
			return false
		}
	}
	return (i-from)%n == 0
}

// numberGoesOn reports whether a number has further digits there, or is part of a time, a
// price, a score or a name such as mp3.
func (a acceptor) numberGoesOn(next, beyond *fold.Rune) bool {
	if next == nil {
		return false
	}
	if next.Kind == fold.Digit || next.Script == fold.Latin {
		return true
	}
	return beyond != nil && beyond.Kind == fold.Digit && strings.ContainsRune(".,:/-%'", next.R)
}

// joins reports whether the rune beside an edge belongs to the same word.
func joins(out, edge *fold.Rune, label rune) bool {
	if out == nil {
		return false
	}
	if edge.Kind == fold.Digit && out.Kind == fold.Digit {
		return true
	}
	want := fold.ScriptOf(label)
	if out.Kind != fold.Letter || want == fold.Common {
		return false
	}
	return out.Script == want || edge.Kind == fold.Letter && out.Script == edge.Script
}

func (a acceptor) at(i int32) *fold.Rune {
	if i < 0 || int(i) >= len(a.runes) {
		return nil
	}
	return &a.runes[i]
}

// runs compares how often letters are repeated in the text and in the entry. Three and more
// are a stretched letter. A doubled letter makes another word (god, good), unless the letter
// is never doubled, or several are.
func (a acceptor) runs(e *entry, path []step) (aggressive, ok bool) {
	doubled, odd, stuttered := 0, false, false
	for i := 0; i < len(path); {
		asked, steps := 0, int32(0)
		label := path[i].label
		for ; i < len(path) && path[i].label == label; i++ {
			asked++
			steps += 1 + path[i].stays
		}
		switch {
		case steps == int32(asked):
		case (steps >= 3 || label == 'ー') && e.how != exception:
		case e.how != exception && len(path) >= leastStuttered && asked == 1 && stutters(label):
			stuttered = true
		case e.how == exception, fold.ScriptOf(label).CJK():
			return false, false
		default:
			doubled++
			odd = odd || !strings.ContainsRune("aihjkquvwxyуыэюяйьъщжцхф", label) && fold.ScriptOf(label) != fold.Living && (e.marks == nil || !e.marks.Vietnamese)
		}
	}
	return doubled > 0 || stuttered, doubled == 0 || !odd || doubled > 1
}

// leastStuttered is the least number of characters of an entry in which one may be doubled.
const leastStuttered = 3

// stutters reports whether a doubled character says no more than a single one: 操你你妈, but not
// 妈妈.
func stutters(r rune) bool {
	switch fold.ScriptOf(r) {
	case fold.Han:
		return !fold.Chinese().Known(r, r)
	case fold.Hangul:
		return true
	}
	return false
}

// gaps judges the gaps between the characters of a match.
func (a acceptor) gaps(e *entry, path []step) (aggressive, ok bool) {
	var p fragments
	p.next(path[0].label)
	gapped := false
	for i := 1; i < len(path); i++ {
		from, to := path[i-1].to, path[i].from
		free := e.gapAt(i)
		switch {
		case from == to && !free:
			p.grow(path[i].label)
			continue
		case free && to > from && a.blank(from, to):
			p.next(path[i].label)
			continue
		}
		if e.how == exception || e.class == numberEntry || e.class == signEntry {
			return false, false
		}
		gapped = true
		if from == to { // a phrase written as one word
			continue
		}
		p.cut(a, from, to)
		p.next(path[i].label)
		if fold.ScriptOf(path[i-1].label).CJK() || fold.ScriptOf(path[i].label).CJK() {
			if !a.gapInCJK(e, path, from, to) {
				return false, false
			}
			p.cjk = true
		}
	}
	if !gapped || p.cjk {
		return gapped, true
	}
	return true, p.cuts == 0 || p.fair(e) && a.spelledAlone(e, path, &p)
}

// blank reports whether there are only spaces and punctuation between two runes.
func (a acceptor) blank(from, to int32) bool {
	for i := from; i < to; i++ {
		if k := a.runes[i].Kind; k != fold.Space && k != fold.Symbol {
			return false
		}
	}
	return true
}

// gapInCJK reports whether a gap between characters hides a word, and is not the grammar of
// two clauses or of a number.
func (a acceptor) gapInCJK(e *entry, path []step, from, to int32) bool {
	before, after := a.at(path[0].from-1), a.at(path[len(path)-1].to)
	inside := isLetter(before) && isLetter(after)
	if e.kanaOnly {
		inside = isLetter(before) || isLetter(after)
	}
	if to-from == 1 && a.runes[from].R == 'っ' && len(path) < 3 && (isLetter(before) || isLetter(after)) {
		return false // ばっかり
	}
	stop, spaced, dash := false, false, false
	for i := from; i < to; i++ {
		c := &a.runes[i]
		stop = stop || isStop(c.R)
		spaced = spaced || c.Kind == fold.Space
		dash = dash || isDash(c.R)
		if c.Kind == fold.Digit && before != nil && before.Kind == fold.Digit {
			return false // 1日2本 counts something
		}
	}
	// A comma between every two characters does not separate clauses.
	natural := stop || spaced && dash
	return !natural || !inside || len(path) > 2 && a.everyGap(path)
}

func isLetter(c *fold.Rune) bool { return c != nil && c.Kind == fold.Letter }

// everyGap reports whether all characters of a match are separated.
func (a acceptor) everyGap(path []step) bool {
	for i := 1; i < len(path); i++ {
		if path[i].from == path[i-1].to {
			return false
		}
	}
	return true
}

func isDash(r rune) bool { return r == '-' || r == '–' || r == '—' }

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == '`' || r == 'ʼ' }

// isStop recognizes the punctuation that ends a clause.
func isStop(r rune) bool {
	return strings.ContainsRune(",、;:!?。，；：！？…「」『』（）()", r)
}
