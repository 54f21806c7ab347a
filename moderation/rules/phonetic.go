package rules

import (
	"danmaku/moderation/fold"
)

// unit is one letter or digit of a text, with the gap before it.
type unit struct {
	at    int32
	r     rune
	raw   rune // as written
	gap   gapKind
	kind  unitKind
	run   int32 // of a Latin letter: its run
	sound uint16
}

// gapKind is the kind of gap between two letters.
type gapKind uint8

const (
	noGap   gapKind = iota
	loose           // spaces and signs that may have been inserted
	clauses         // punctuation that ends a clause, or a lot
)

type unitKind uint8

const (
	otherUnit unitKind = iota
	hanUnit
	latinUnit
	digitUnit
)

// run is a word of Latin letters.
type run struct {
	from, to int32 // units
	readable bool  // can be pinyin
	foreign  bool  // a syllable, and also a word of another language
	toned    bool
}

// phoneticReader reads a text as syllables. It is reused for many texts.
type phoneticReader struct {
	units []unit
	runs  []run
	path  []syllable
	text  []rune // of the clause around a match
	sonic *sonic
	// pinyin reports whether the text was written in Bopomofo, where two initials
	// are enough for a word.
	bopomofo bool
	found    func(entry uint32, from, to int32) // with folded runes

	budget *Budget
}

// syllable is one syllable of a match: units from (inclusive) to (exclusive).
type syllable struct {
	from, to int32
	initial  bool // written with only its first letter
}

// Bounds of what is read as syllables.
const (
	mostGap    = 3  // signs in a row between two of them
	longestRun = 60 // Latin letters in a row
)

// read reads the folded runes. It reports whether there is anything to compare: Japanese
// pronounces its ideographs differently.
func (pr *phoneticReader) read(runes []fold.Rune) bool {
	pr.units, pr.runs = pr.units[:0], pr.runs[:0]
	hans, kanas, latins := 0, 0, 0
	p := fold.Chinese()
	gap, signs := noGap, 0
	for i := range runes {
		c := &runes[i]
		emoji := rune(0)
		if c.Kind == fold.Symbol {
			emoji = fold.Depicted(runes, i)
		}
		if emoji == 0 && c.Kind >= fold.Symbol {
			if !c.Joined && c.Kind == fold.Symbol {
				signs++
			}
			dot := c.R == '.' && i+1 < len(runes) && runes[i+1].Kind == fold.Space
			if gap = max(gap, loose); signs > mostGap || isStop(c.R) || dot {
				gap = clauses
			}
			continue
		}
		u := unit{at: int32(i), r: c.R, raw: c.Written, gap: gap}
		gap, signs = noGap, 0
		switch {
		case emoji != 0:
			u.r, u.kind, u.sound = emoji, hanUnit, p.Syllable(emoji)
			hans++
		case c.Kind == fold.Digit:
			u.kind = digitUnit
		case c.Script == fold.Han:
			u.kind, u.sound = hanUnit, p.Syllable(c.R)
			hans++
		case c.Script == fold.Latin && 'a' <= c.R && c.R <= 'z':
			u.kind = latinUnit
			latins++
		case c.Script == fold.Kana:
			kanas++
		}
		pr.units = append(pr.units, u)
	}
	japanese := kanas > 2 && kanas >= hans
	if hans+latins < 2 && (hans == 0 || len(pr.units) < 2) || japanese {
		return false
	}
	if latins > 0 {
		pr.spelled()
		pr.readRuns(runes)
	}
	return true
}

// spelled joins single letters that all have a gap before them: s h a b i.
func (pr *phoneticReader) spelled() {
	for i := 0; i < len(pr.units); {
		end := i + 1
		for end < len(pr.units) && pr.units[end].kind == latinUnit && pr.units[end].gap == loose {
			end++
		}
		// The last one is the beginning of a word if a letter follows directly.
		if end < len(pr.units) && end > i+1 && pr.units[end].kind == latinUnit && pr.units[end].gap == noGap {
			end--
		}
		alone := pr.units[i].kind == latinUnit && (pr.units[i].gap != noGap || i == 0)
		if alone && end-i >= leastPinyin {
			for k := i + 1; k < end; k++ {
				pr.units[k].gap = noGap
			}
		}
		i = max(end, i+1)
	}
}

// readRuns finds the Latin words and reports which can be pinyin.
func (pr *phoneticReader) readRuns(runes []fold.Rune) {
	p := fold.Chinese()
	var word [longestRun]byte
	for i := 0; i < len(pr.units); {
		if pr.units[i].kind != latinUnit {
			i++
			continue
		}
		r := run{from: int32(i), readable: true}
		k := i
		for ; k < len(pr.units) && pr.units[k].kind == latinUnit && (k == i || pr.units[k].gap == noGap); k++ {
			pr.units[k].run = int32(len(pr.runs))
			if k-i < longestRun {
				word[k-i] = byte(pr.units[k].r)
			}
			marked, other := fold.ToneOf(runes[pr.units[k].at].Written)
			r.toned = r.toned || marked
			r.readable = r.readable && !other
		}
		r.to = int32(k)
		_, digit := pr.tone(r.to)
		r.toned = r.toned || digit
		if r.readable = r.readable && k-i <= longestRun; r.readable && !r.toned {
			text := string(word[:k-i])
			r.foreign = !pr.bopomofo && p.IsForeign(text)
			r.readable = !r.foreign || k-i <= fold.LongestSyllable && p.Spelled[lettersOf(text)][0] != 0
		}
		pr.runs = append(pr.runs, r)
		i = k
	}
}

func lettersOf(text string) (l fold.Letters) {
	for _, r := range text {
		l = l.And(r)
	}
	return l
}

// tone returns the unit after a tone written as a digit.
func (pr *phoneticReader) tone(at int32) (next int32, ok bool) {
	if int(at) >= len(pr.units) || pr.units[at].kind != digitUnit || pr.units[at].gap != noGap || pr.units[at].r < '1' || pr.units[at].r > '5' {
		return at, false
	}
	if beyond := at + 1; int(beyond) < len(pr.units) && pr.units[beyond].kind == digitUnit && pr.units[beyond].gap == noGap {
		return at, false
	}
	return at + 1, true
}

// match compares the text with the entries, within the budget. It needs no memo: two readings
// of the same letters that lead to the same node have the same syllables, and a syllable has
// one length.
func (pr *phoneticReader) match(s *sonic) {
	pr.sonic, pr.path = s, pr.path[:0]
	for i := range pr.units {
		if pr.budget.spent() {
			return
		}
		u := &pr.units[i]
		if u.kind == latinUnit && (int32(i) != pr.runs[u.run].from || i > 0 && u.gap == noGap && pr.units[i-1].kind == digitUnit) {
			continue // in the middle of a word, or of a name such as mp3
		}
		pr.next(0, int32(i))
	}
}

// next continues with the syllables that begin at unit i.
func (pr *phoneticReader) next(node uint32, i int32) {
	t := pr.sonic.trie
	if int(i) >= len(pr.units) || t.first[node] == t.first[node+1] || !pr.budget.spend(1) {
		return
	}
	u := &pr.units[i]
	if len(pr.path) > 0 && u.gap == clauses {
		return
	}
	switch {
	case u.kind == hanUnit && u.sound != 0:
		pr.take(node, syllable{i, i + 1, false}, u.sound)
	case u.kind == digitUnit && pr.loneDigit(i):
		pr.take(node, syllable{i, i + 1, false}, fold.Chinese().Digit(u.r))
	case u.kind == latinUnit && pr.runs[u.run].readable:
		p, l := fold.Chinese(), fold.Letters(0)
		end := min(pr.runs[u.run].to, i+fold.LongestSyllable)
		for k := i; k < end; k++ {
			l = l.And(pr.units[k].r)
			for _, id := range p.Spelled[l] {
				if id == 0 {
					break
				}
				if !pr.budget.spend(1) {
					return
				}
				to, _ := pr.tone(k + 1)
				pr.take(node, syllable{i, to, false}, id)
			}
		}
	}
	if u.kind == latinUnit {
		pr.initial(node, i)
	}
}

// mostInitials is how many initials may stand for syllables side by side.
const mostInitials = 3

// initial continues with every syllable that begins with the letter of unit i, if it belongs
// to a short run beside an ideograph: 草nm.
func (pr *phoneticReader) initial(node uint32, i int32) {
	r := &pr.runs[pr.units[i].run]
	beside := r.from > 0 && pr.units[r.from].gap == noGap && pr.units[r.from-1].kind == hanUnit ||
		int(r.to) < len(pr.units) && pr.units[r.to].gap == noGap && pr.units[r.to].kind == hanUnit
	if r.to-r.from > mostInitials || !beside && !pr.bopomofo || i > r.from && len(pr.path) == 0 {
		return
	}
	t, p := pr.sonic.trie, fold.Chinese()
	if !pr.budget.spend(int(t.first[node+1]-t.first[node]) / 32) {
		return
	}
	for child := t.first[node]; child < t.first[node+1]; child++ {
		if p.Initial(uint16(t.label[child])) == pr.units[i].r {
			pr.enter(child, syllable{i, i + 1, true})
		}
	}
}

// loneDigit reports whether a digit may be a syllable: one beside an ideograph, and
// beside no letter or other digit.
func (pr *phoneticReader) loneDigit(i int32) bool {
	other := func(k int32) bool { return pr.units[k].kind == digitUnit || pr.units[k].kind == latinUnit }
	han := false
	if i > 0 && pr.units[i].gap == noGap {
		if other(i - 1) {
			return false
		}
		han = pr.units[i-1].kind == hanUnit
	}
	if next := i + 1; int(next) < len(pr.units) && pr.units[next].gap == noGap {
		if other(next) {
			return false
		}
		han = han || pr.units[next].kind == hanUnit
	}
	return han
}

func (pr *phoneticReader) take(node uint32, s syllable, id uint16) {
	if child, ok := pr.sonic.trie.child(node, rune(id)); ok {
		pr.enter(child, s)
	}
}

// enter continues from a child with the syllable that leads there.
func (pr *phoneticReader) enter(child uint32, s syllable) {
	to := s.to
	pr.path = append(pr.path, s)
	if e := pr.sonic.trie.entry[child]; e > 0 && pr.ends(to) {
		first, last := pr.path[0], pr.path[len(pr.path)-1]
		for i := e - 1; int(i) < len(pr.sonic.entries) && (i == e-1 || pr.sonic.entries[i].again); i++ {
			if !pr.budget.spend(1 + len(pr.path)) {
				break
			}
			pr.found(pr.sonic.entries[i].entry, pr.units[first.from].at, pr.units[last.to-1].at+1)
		}
	}
	pr.next(child, to)
	pr.path = pr.path[:len(pr.path)-1]
}

// ends reports whether a match may end before unit i: not within a Latin word.
func (pr *phoneticReader) ends(i int32) bool {
	if int(i) >= len(pr.units) || pr.units[i].gap != noGap || pr.units[i-1].kind == hanUnit {
		return true
	}
	return pr.units[i].kind != latinUnit && pr.units[i].kind != digitUnit
}
