package moderation

import (
	"strings"
)

// entryClass tells where an entry may match.
type entryClass uint8

const (
	wordEntry   entryClass = iota // letters of a script with spaces: whole words
	numberEntry                   // digits only: whole numbers
	freeEntry                     // any other script: anywhere
	aloneEntry                    // a single CJK character: only where it stands alone
	signEntry                     // signs and emoji: literally, anywhere
)

// judge decides whether a path over the cells is a match of an entry.
type judge struct {
	cells []cell
}

// match tells whether the path spells the entry as somebody would who means
// it, and whether that took an aggressive reading.
func (j judge) match(e *entry, path []step) (ok, aggressive bool) {
	if !j.edges(e, path) {
		return false, false
	}
	steps, ok := j.readings(e, path)
	if !ok {
		return false, false
	}
	runs, ok := j.runs(e, path)
	if !ok {
		return false, false
	}
	gaps, ok := j.gaps(e, path)
	return ok, steps || runs || gaps
}

// edges checks that the match begins and ends where a word does.
func (j judge) edges(e *entry, path []step) bool {
	first, last := path[0], path[len(path)-1]
	before, after := j.at(first.cell-1), j.at(last.end)
	switch e.class {
	case signEntry, freeEntry:
		return true
	case aloneEntry:
		return (before == nil || before.kind != letter && before.kind != digit) &&
			(after == nil || after.kind != letter && after.kind != digit)
	case numberEntry:
		return !j.numberGoesOn(before, j.at(first.cell-2)) && !j.numberGoesOn(after, j.at(last.end+1))
	}
	return (e.openStart || !joins(before, &j.cells[first.cell], first.label)) &&
		(e.openEnd || !joins(after, &j.cells[last.end-1], last.label))
}

// numberGoesOn tells whether a number has further digits there, or is part of
// a time, a price, a score or a name such as mp3.
func (j judge) numberGoesOn(next, beyond *cell) bool {
	if next == nil {
		return false
	}
	if next.kind == digit || next.script == latin {
		return true
	}
	return beyond != nil && beyond.kind == digit && strings.ContainsRune(".,:/-%'", next.r)
}

// joins tells whether the cell beside an edge belongs to the same word.
func joins(out, edge *cell, label rune) bool {
	if out == nil {
		return false
	}
	if edge.kind == digit && out.kind == digit {
		return true
	}
	want := scriptOf(label)
	if out.kind != letter || want == common {
		return false
	}
	return out.script == want || edge.kind == letter && out.script == edge.script
}

func (j judge) at(i int32) *cell {
	if i < 0 || int(i) >= len(j.cells) {
		return nil
	}
	return &j.cells[i]
}

// readings weighs how the characters were read.
func (j judge) readings(e *entry, path []step) (aggressive, ok bool) {
	var genuine, glyphs, digits, signs, sounds, wilds, vowels int
	var scripts uint16 // of the glyphs
	for i, s := range path {
		c := &j.cells[s.cell]
		switch s.how {
		case plain:
			if c.kind == letter {
				genuine++
			}
		case glyph:
			glyphs++
			scripts |= 1 << c.script
			if c.script == han && scriptOf(s.label) == kana {
				aggressive = true
				if !j.kanaLike(path, i) {
					return false, false
				}
			}
		case leetDigit:
			digits++
		case leetSymbol:
			signs++
			if i == len(path)-1 && c.r == '!' || i == 0 && strings.ContainsRune("([{<#!", c.r) {
				return false, false
			}
		case sound:
			sounds++
		case wild:
			wilds++
		case wildVowel:
			vowels++
		case parts:
			aggressive = true
			genuine++
		}
	}
	n := len(path)
	if glyphs > 0 && !foreign(scripts, genuine+sounds > 0) {
		if !j.patchwork(path) {
			return false, false
		}
		aggressive = true
	}
	letters := genuine + glyphs + sounds
	if digits+signs+sounds+wilds+vowels == 0 {
		return aggressive, true
	}
	switch {
	case e.letters < 3 && (digits+signs+sounds > 0 || wilds > 0), letters == 0:
		return false, false
	case digits*2 > n, sounds*2 > n && n > sounds, sounds == n:
		return false, false
	case wilds > 0 && !fairStars(path, letters):
		return false, false
	case vowels > 0 && (e.letters < 4 || vowels > 1 || wilds+digits+signs > 0):
		return false, false
	}
	return true, true
}

// foreign tells whether glyphs of these scripts read as letters of another. A
// word that is plainly Cyrillic, Greek or of any other living script is left
// alone, whatever it looks like.
func foreign(scripts uint16, genuine bool) bool {
	if genuine {
		return true
	}
	const japanese = 1<<han | 1<<kana
	if scripts&japanese != 0 {
		scripts = scripts&^japanese | 1<<han
	}
	switch scripts {
	case 1 << cyrillic, 1 << greek, 1 << han, 1 << hangul, 1 << living:
		return false
	}
	return true
}

// patchwork tells a word that is all Cyrillic but of several languages at once:
// nobody but a forger takes dze, shha and dotted i together.
func (j judge) patchwork(path []step) bool {
	seen, odd := "", 0
	for _, s := range path {
		r := j.cells[s.cell].r
		if strings.ContainsRune("ԁԛԝ", r) {
			return true
		}
		if strings.ContainsRune("ѕһјіӏү", r) && !strings.ContainsRune(seen, r) {
			seen, odd = seen+string(r), odd+1
		}
	}
	return odd >= 2
}

// kanaLike tells whether an ideograph may be read as the kana it looks like:
// not beside another ideograph, where it is one itself.
func (j judge) kanaLike(path []step, i int) bool {
	isHan := func(c *cell) bool { return c != nil && c.script == han }
	if i == 0 && isHan(j.at(path[0].cell-1)) {
		return false
	}
	return i < len(path)-1 || !isHan(j.at(path[i].end))
}

// fairStars tells whether enough letters stand beside the asterisks: the first
// one, and half of all or the last.
func fairStars(path []step, letters int) bool {
	stars := 0
	for _, s := range path {
		if s.how == wild {
			stars++
		}
	}
	last := path[len(path)-1].how
	if path[0].how == wild || letters < 2 {
		return false
	}
	return stars*2 <= len(path) || last != wild && len(path) <= 6
}

// runs compares how often letters are repeated in the text and in the entry.
// Three and more of a letter are a stretched one. A doubled one is another
// word (god, good), except where letters are never doubled, or several are.
func (j judge) runs(e *entry, path []step) (aggressive, ok bool) {
	doubled, odd := 0, false
	for i := 0; i < len(path); {
		asked, said := 0, int32(0)
		label := path[i].label
		for ; i < len(path) && path[i].label == label; i++ {
			asked++
			said += 1 + path[i].stays
		}
		switch {
		case said == int32(asked):
		case (said >= 3 || label == 'ー') && e.how != exception:
		case e.how == exception, scriptOf(label).cjk():
			return false, false
		default:
			doubled++
			odd = odd || !strings.ContainsRune("aihjkquvwxyуыэюяйьъщжцхф", label)
		}
	}
	return doubled > 0, doubled == 0 || !odd || doubled > 1
}

// gaps weighs what stands between the characters of a match.
func (j judge) gaps(e *entry, path []step) (aggressive, ok bool) {
	var p pieces
	p.next(path[0].label)
	gapped := false
	for i := 1; i < len(path); i++ {
		from, to := path[i-1].end, path[i].cell
		free := e.gapAt(i)
		switch {
		case from == to && !free:
			p.grow(path[i].label)
			continue
		case free && to > from && j.blank(from, to):
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
		p.cut(j, from, to)
		p.next(path[i].label)
		if scriptOf(path[i-1].label).cjk() || scriptOf(path[i].label).cjk() {
			if !j.gapInCJK(e, path, from, to) {
				return false, false
			}
			p.cjk = true
		}
	}
	if !gapped || p.cjk {
		return gapped, true
	}
	return true, p.cuts == 0 || p.fair(e) && j.spelledAlone(path, &p)
}

// blank tells whether only spaces and punctuation stand between two cells.
func (j judge) blank(from, to int32) bool {
	for i := from; i < to; i++ {
		if k := j.cells[i].kind; k != space && k != symbol {
			return false
		}
	}
	return true
}

// gapInCJK tells whether a gap between characters is one that somebody made to
// hide a word, and not the grammar of two clauses or of a number.
func (j judge) gapInCJK(e *entry, path []step, from, to int32) bool {
	before, after := j.at(path[0].cell-1), j.at(path[len(path)-1].end)
	inside := isLetter(before) && isLetter(after)
	if e.kanaOnly {
		inside = isLetter(before) || isLetter(after)
	}
	stop, spaced, dash := false, false, false
	for i := from; i < to; i++ {
		c := &j.cells[i]
		stop = stop || isStop(c.r)
		spaced = spaced || c.kind == space
		dash = dash || c.r == '-' || c.r == '–' || c.r == '—'
		if c.kind == digit && before != nil && before.kind == digit {
			return false // 1日2本 counts something
		}
	}
	// A comma between every two characters is no comma.
	natural := stop || spaced && dash
	return !natural || !inside || len(path) > 2 && j.everyGap(path)
}

func isLetter(c *cell) bool { return c != nil && c.kind == letter }

// everyGap tells whether something stands between all characters of a match.
func (j judge) everyGap(path []step) bool {
	for i := 1; i < len(path); i++ {
		if path[i].cell == path[i-1].end {
			return false
		}
	}
	return true
}

// isStop tells the punctuation that ends a clause.
func isStop(r rune) bool {
	return strings.ContainsRune(",、;:!?。，；：！？…「」『』（）()", r)
}
