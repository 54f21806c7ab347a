package fold

import "encoding/binary"

// sortedKeys are numbers of 8 bytes each, little-endian, in ascending order: a file of the
// program that is searched where it lies, without time at the start and without heap.
type sortedKeys []byte

// find returns the index of a key, and whether it is there.
func (s sortedKeys) find(key uint64) (i int, ok bool) {
	from, to := 0, len(s)/8
	for from < to {
		middle := int(uint(from+to) >> 1)
		if binary.LittleEndian.Uint64(s[8*middle:]) < key {
			from = middle + 1
		} else {
			to = middle
		}
	}
	return from, from < len(s)/8 && binary.LittleEndian.Uint64(s[8*from:]) == key
}

// between reports whether some key is at least from and less than to.
func (s sortedKeys) between(from, to uint64) bool {
	i, _ := s.find(from)
	return i < len(s)/8 && binary.LittleEndian.Uint64(s[8*i:]) < to
}
