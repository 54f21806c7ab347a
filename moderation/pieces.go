package moderation

// pieces describes how a spelled word was taken apart: f.u.c.k has four pieces
// of one letter, fu-ck has two.
type pieces struct {
	list   []piece
	store  [16]piece
	cuts   int
	spaced bool // some cut has a space or a digit in it
	apos   bool // some cut is just an apostrophe
	cjk    bool
}

type piece struct {
	letters int
	vowel   bool
	first   rune
}

func (p *pieces) grow(r rune) {
	last := &p.list[len(p.list)-1]
	if last.first != r || last.letters > 1 {
		last.letters++
	}
	last.vowel = last.vowel || isVowel(r)
}

func (p *pieces) next(r rune) {
	if p.list == nil {
		p.list = p.store[:0]
	}
	p.list = append(p.list, piece{letters: 1, vowel: isVowel(r), first: r})
}

// cut notes a gap.
func (p *pieces) cut(j judge, from, to int32) {
	p.cuts++
	for i := from; i < to; i++ {
		switch c := &j.cells[i]; {
		case c.kind == space, c.kind == digit:
			p.spaced = true
		case (c.r == '\'' || c.r == '’' || c.r == '`' || c.r == 'ʼ') && to-from == 1:
			p.apos = true
		}
	}
}

// fair tells whether words that merely stand beside each other can be ruled
// out: pen is, he'll, as sure.
func (p *pieces) fair(e *entry) bool {
	singles, vowelless := 0, false
	for _, q := range p.list {
		if q.letters == 1 {
			singles++
		} else if !q.vowel {
			vowelless = true
		}
	}
	n := len(p.list)
	switch {
	case singles == n && (n >= 3 || e.letters == 2):
		return true
	case n >= 3 && singles >= n-1:
		return true
	case p.spaced:
		return n == 2 && e.letters >= 4 && vowelless
	case p.apos:
		return n >= 3
	}
	return e.letters >= 3
}

// spelledAlone tells whether letters that stand singly are all of a spelled
// word: in "h e l l o" there is no other word, and "b a s s" is a fish.
func (j judge) spelledAlone(path []step, p *pieces) bool {
	for _, q := range p.list {
		if q.letters > 1 {
			return true
		}
	}
	if r := j.single(path[0].cell, -1); r != 0 {
		// An article may stand before it: "a b i t c h", unless that is spelled, too.
		if len(path) < 4 || r != 'a' && r != 'i' && r != 'u' && r != 'o' || j.single(path[0].cell-2, -1) != 0 {
			return false
		}
	}
	end := path[len(path)-1].end
	r := j.single(end-1, +1)
	if r == 0 {
		return true
	}
	// What often follows such a word, spelled in the same way: u, you, off, it …
	return len(path) >= 4 && (r == 'u' || r == 'y' || r == 'i' || r == 't')
}

// single gives the letter that stands alone beside the cell at i, in the
// direction given, with the same kind of gap; 0 when there is none.
func (j judge) single(i, way int32) rune {
	gap := j.at(i + way)
	c := j.at(i + 2*way)
	if gap == nil || c == nil || gap.kind == letter || gap.kind == digit || c.kind != letter || c.script != j.cells[i].script {
		return 0
	}
	if out := j.at(i + 3*way); out != nil && out.kind == letter {
		return 0
	}
	return c.r
}
