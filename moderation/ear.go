package moderation

// heard is a letter or digit of a text, with what stands before it.
type heard struct {
	cell  int32
	r     rune
	gap   gapKind
	kind  unitKind
	run   int32 // of a Latin letter: its run
	sound uint16
}

// gapKind is what stands between two letters.
type gapKind uint8

const (
	noGap   gapKind = iota
	loose           // spaces and signs that somebody may have put there
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
	foreign  bool  // is a syllable, and a word of another language as well
	toned    bool
}

// ear reads a text as syllables. It is reused from text to text.
type ear struct {
	units []heard
	runs  []run
	path  []uttered
	steps int
	sonic *sonic
	found func(entry uint32, from, to int32) // with cells
}

// uttered is one syllable of a match: units from (inclusive) to (exclusive).
type uttered struct{ from, to int32 }

// Bounds of what is read as syllables.
const (
	mostGap    = 3  // signs in a row between two of them
	longestRun = 60 // Latin letters in a row
)

// hear reads the cells. It tells whether there is anything to compare: Japanese
// reads its ideographs in its own way.
func (h *ear) hear(cells []cell) bool {
	h.units, h.runs = h.units[:0], h.runs[:0]
	hans, kanas, latins := 0, 0, 0
	p := sounds()
	gap, signs := noGap, 0
	for i := range cells {
		c := &cells[i]
		if c.kind == symbol || c.kind == space {
			if !c.joined && c.kind == symbol {
				signs++
			}
			dot := c.r == '.' && i+1 < len(cells) && cells[i+1].kind == space
			if gap = max(gap, loose); signs > mostGap || isStop(c.r) || dot {
				gap = clauses
			}
			continue
		}
		u := heard{cell: int32(i), r: c.r, gap: gap}
		gap, signs = noGap, 0
		switch {
		case c.kind == digit:
			u.kind = digitUnit
		case c.script == han:
			u.kind, u.sound = hanUnit, p.of(c.r)
			hans++
		case c.script == latin && 'a' <= c.r && c.r <= 'z':
			u.kind = latinUnit
			latins++
		case c.script == kana:
			kanas++
		}
		h.units = append(h.units, u)
	}
	japanese := kanas > 2 && kanas >= hans
	if hans+latins < 2 || japanese {
		return false
	}
	if latins > 0 {
		h.spelled()
		h.readRuns(cells)
	}
	return true
}

// spelled closes the gaps between letters that stand singly, all with a gap
// before them: s h a b i.
func (h *ear) spelled() {
	for i := 0; i < len(h.units); {
		end := i + 1
		for end < len(h.units) && h.units[end].kind == latinUnit && h.units[end].gap == loose {
			end++
		}
		// The last one is the beginning of a word when a letter follows directly.
		if end < len(h.units) && end > i+1 && h.units[end].kind == latinUnit && h.units[end].gap == noGap {
			end--
		}
		alone := h.units[i].kind == latinUnit && (h.units[i].gap != noGap || i == 0)
		if alone && end-i >= leastPinyin {
			for k := i + 1; k < end; k++ {
				h.units[k].gap = noGap
			}
		}
		i = max(end, i+1)
	}
}

// readRuns finds the Latin words and tells which can be pinyin.
func (h *ear) readRuns(cells []cell) {
	p := sounds()
	var word [longestRun]byte
	for i := 0; i < len(h.units); {
		if h.units[i].kind != latinUnit {
			i++
			continue
		}
		r := run{from: int32(i), readable: true}
		k := i
		for ; k < len(h.units) && h.units[k].kind == latinUnit && (k == i || h.units[k].gap == noGap); k++ {
			h.units[k].run = int32(len(h.runs))
			if k-i < longestRun {
				word[k-i] = byte(h.units[k].r)
			}
			marked, other := toneOf(cells[h.units[k].cell].raw)
			r.toned = r.toned || marked
			r.readable = r.readable && !other
		}
		r.to = int32(k)
		_, digit := h.tone(r.to)
		r.toned = r.toned || digit
		if r.readable = r.readable && k-i <= longestRun; r.readable && !r.toned {
			text := string(word[:k-i])
			r.foreign = p.isForeign(text)
			r.readable = !r.foreign || k-i <= longestSyllable && p.spelled[lettersOf(text)][0] != 0
		}
		h.runs = append(h.runs, r)
		i = k
	}
}

func lettersOf(text string) (l letters) {
	for _, r := range text {
		l = l.and(r)
	}
	return l
}

// tone gives the unit behind a tone that is written as a digit.
func (h *ear) tone(at int32) (next int32, ok bool) {
	if int(at) >= len(h.units) || h.units[at].kind != digitUnit || h.units[at].gap != noGap || h.units[at].r < '1' || h.units[at].r > '5' {
		return at, false
	}
	if beyond := at + 1; int(beyond) < len(h.units) && h.units[beyond].kind == digitUnit && h.units[beyond].gap == noGap {
		return at, false
	}
	return at + 1, true
}

// listen compares the text with the entries. It gives false when it gave up.
func (h *ear) listen(s *sonic) bool {
	h.sonic, h.steps, h.path = s, 0, h.path[:0]
	for i := range h.units {
		u := &h.units[i]
		if u.kind == latinUnit && (int32(i) != h.runs[u.run].from || i > 0 && u.gap == noGap && h.units[i-1].kind == digitUnit) {
			continue // in the middle of a word, or of a name such as mp3
		}
		h.next(0, int32(i))
	}
	return h.steps < maxSteps
}

// next goes on with the syllables that begin at unit i.
func (h *ear) next(node uint32, i int32) {
	t := h.sonic.trie
	if int(i) >= len(h.units) || t.first[node] == t.first[node+1] {
		return
	}
	if h.steps++; h.steps >= maxSteps {
		return
	}
	u := &h.units[i]
	if len(h.path) > 0 && u.gap == clauses {
		return
	}
	switch {
	case u.kind == hanUnit && u.sound != 0:
		h.take(node, i, i+1, u.sound)
	case u.kind == latinUnit && h.runs[u.run].readable:
		p, l := sounds(), letters(0)
		end := min(h.runs[u.run].to, i+longestSyllable)
		for k := i; k < end; k++ {
			l = l.and(h.units[k].r)
			for _, id := range p.spelled[l] {
				if id == 0 {
					break
				}
				to, _ := h.tone(k + 1)
				h.take(node, i, to, id)
			}
		}
	}
}

func (h *ear) take(node uint32, from, to int32, id uint16) {
	child, ok := h.sonic.trie.child(node, rune(id))
	if !ok {
		return
	}
	h.path = append(h.path, uttered{from, to})
	if e := h.sonic.trie.entry[child]; e > 0 && h.ends(to) {
		first, last := h.path[0], h.path[len(h.path)-1]
		for i := e - 1; int(i) < len(h.sonic.entries) && (i == e-1 || h.sonic.entries[i].again); i++ {
			h.found(h.sonic.entries[i].entry, h.units[first.from].cell, h.units[last.to-1].cell+1)
		}
	}
	h.next(child, to)
	h.path = h.path[:len(h.path)-1]
}

// ends tells whether a match may end before unit i: not within a Latin word.
func (h *ear) ends(i int32) bool {
	if int(i) >= len(h.units) || h.units[i].gap != noGap || h.units[i-1].kind == hanUnit {
		return true
	}
	return h.units[i].kind != latinUnit && h.units[i].kind != digitUnit
}
