package rules

import "danmaku/moderation/fold"

// leastBackward is the least number of ideographs of an entry that is recognized from its end:
// two characters are words in both orders too often.
const leastBackward = 3

// backward finds entries of ideographs that are written from the end: 妈你操. It does not count
// where the characters are words of the clause, as in 妈你操心.
func (m *matcher) backward() {
	runes, tr := m.fold.Runes, m.rules.trie
	for last := len(runes) - 1; last >= leastBackward-1; last-- {
		if runes[last].Script != fold.Han {
			continue
		}
		node := uint32(0)
		for i := last; i >= 0 && runes[i].Script == fold.Han; i-- {
			child, ok := tr.child(node, runes[i].R)
			if !ok || !m.budget.spend(1) {
				break
			}
			node = child
			if index := tr.entry[node]; index > 0 && last-i+1 >= leastBackward {
				m.foundBackward(index-1, int32(i), int32(last+1))
			}
		}
	}
}

// foundBackward judges the entries that runes from (inclusive) to (exclusive) spell from the
// end.
func (m *matcher) foundBackward(index uint32, from, to int32) {
	left, right, judged := false, false, false
	for i := index; int(i) < len(m.rules.entries) && (i == index || m.rules.entries[i].again); i++ {
		e := &m.rules.entries[i]
		if e.how != forbid || e.exact || e.class != freeEntry || e.until != 0 && m.now >= e.until || len(m.hits) >= maxHits || m.off(e.language) || !m.budget.spend(1) {
			continue
		}
		if !judged {
			c := m.clauseAround(from, to)
			left, right, _ = c.crossed(fold.Guess{})
			judged = true
		}
		if !left && !right && !m.reads(from, to) {
			m.guess(e, from, to)
		}
	}
}

// reads reports whether the runes are the same from both ends.
func (m *matcher) reads(from, to int32) bool {
	for i, k := from, to-1; i < k; i, k = i+1, k-1 {
		if m.fold.Runes[i].R != m.fold.Runes[k].R {
			return false
		}
	}
	return true
}

// clauseAround returns the ideographs around runes from (inclusive) to (exclusive).
func (m *matcher) clauseAround(from, to int32) clause {
	isHan := func(i int32) bool {
		c := m.accept.at(i)
		return c != nil && c.Script == fold.Han
	}
	lo, hi := from, to
	for from-lo < aroundMatch && isHan(lo-1) {
		lo--
	}
	for hi-to < aroundMatch && isHan(hi) {
		hi++
	}
	m.text = m.text[:0]
	for _, c := range m.fold.Runes[lo:hi] {
		m.text = append(m.text, c.R)
	}
	m.budget.spend(len(m.text) * 2)
	return clause{m.text, int(from - lo), int(to - lo)}
}
