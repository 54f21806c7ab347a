package rules

import (
	"cmp"
	"slices"
)

// trie is the automaton that matches all entries of a rule set: their folded forms as a tree
// in three flat arrays, with the children of a node adjacent and sorted. A walk over the
// readings of a text starts at each of its characters. That is not one pass, as with failure
// links, but a text's characters have several readings and gaps, for which failure links are
// not defined. Because a walk ends at the first character that continues no entry, its length
// hardly depends on the number of entries (see the benchmark).
type trie struct {
	label []rune
	first []uint32 // of the children; they end where the next node's begin
	entry []uint32 // 1 + index of the first entry that ends here; 0 for none
}

// keyed is a folded entry to be added to the trie.
type keyed struct {
	head  uint64 // the first three characters, for a fast sort
	from  uint32 // of its runes in the arena
	to    uint32
	index uint32 // of the entry
}

func headOf(runes []rune) uint64 {
	var h uint64
	for i := range 3 {
		h <<= 21
		if i < len(runes) {
			h |= uint64(runes[i])
		}
	}
	return h
}

// sortKeys orders keys by their runes, and equal ones by their entry.
func sortKeys(keys []keyed, arena []rune) {
	slices.SortFunc(keys, func(a, b keyed) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		if c := slices.Compare(arena[a.from:a.to], arena[b.from:b.to]); c != 0 {
			return c
		}
		return cmp.Compare(a.index, b.index)
	})
}

// buildTrie builds a trie of sorted keys; the entry at index i of the keys is entry i of the
// trie. It works level by level, so that the children of a node are adjacent.
func buildTrie(keys []keyed, arena []rune) *trie {
	type part struct{ lo, hi uint32 } // of the keys below a node
	nodes := countNodes(keys, arena)
	t := &trie{label: make([]rune, 1, nodes), first: make([]uint32, 0, nodes+1), entry: make([]uint32, 0, nodes)}
	level, below := []part{{0, uint32(len(keys))}}, []part{}
	for depth := uint32(0); len(level) > 0; depth++ {
		for _, s := range level {
			ends := uint32(0)
			for s.lo < s.hi && keys[s.lo].to-keys[s.lo].from == depth {
				if ends == 0 {
					ends = s.lo + 1
				}
				s.lo++
			}
			t.entry = append(t.entry, ends)
			t.first = append(t.first, uint32(len(t.label)))
			for s.lo < s.hi {
				r, mid := arena[keys[s.lo].from+depth], s.lo
				for mid < s.hi && arena[keys[mid].from+depth] == r {
					mid++
				}
				t.label = append(t.label, r)
				below = append(below, part{s.lo, mid})
				s.lo = mid
			}
		}
		level, below = below, level[:0]
	}
	t.first = append(t.first, uint32(len(t.label)))
	return t
}

// countNodes counts the different beginnings of sorted keys.
func countNodes(keys []keyed, arena []rune) int {
	n := 1
	var last []rune
	for _, k := range keys {
		key := arena[k.from:k.to]
		same := 0
		for same < min(len(key), len(last)) && key[same] == last[same] {
			same++
		}
		n += len(key) - same
		last = key
	}
	return n
}

// child returns the child of node for r.
func (t *trie) child(node uint32, r rune) (uint32, bool) {
	lo, hi := t.first[node], t.first[node+1]
	for hi-lo > 8 {
		mid := (lo + hi) / 2
		if t.label[mid] <= r {
			lo = mid
		} else {
			hi = mid
		}
	}
	for ; lo < hi; lo++ {
		if t.label[lo] == r {
			return lo, true
		}
	}
	return 0, false
}
