package fold

import (
	_ "embed"
	"encoding/binary"
)

//go:generate go run gen_everyday.go

//go:embed data/everyday.bin
var everyday []byte

// Languages is the set of languages of a word; 0 for a word of none. Names count as a
// language.
type Languages uint32

// Bare marks a word that some language writes without any mark.
const Bare Languages = 1 << 31

// The words lie in everyday.bin as the program reads them, so they need no time at the start
// and no heap: the number of hashes below each value of their upper 16 bits, the lower 16 bits
// of the sorted hashes, for each hash the number of its set of languages, and the sets. All
// numbers are little-endian. Of 13,000 words in no list, two have the hash of a listed one: to
// mistake a word for an everyday one does no harm.
const (
	hashRanges     = 1 << 16
	everydayHashes = 4 * (hashRanges + 1)
)

type wordHash uint64

const emptyWord wordHash = 14695981039346656037

func (h wordHash) and(r rune) wordHash { return (h ^ wordHash(r)) * 1099511628211 }

func (h wordHash) sum() uint32 { return uint32(h>>32) ^ uint32(h) }

// Everyday returns the languages in which a folded word is an everyday word.
func Everyday(word []rune) Languages {
	h := emptyWord
	for _, r := range word {
		h = h.and(r)
	}
	sum := h.sum()
	starts := everyday[4*(sum>>16):]
	from, to := int(binary.LittleEndian.Uint32(starts)), int(binary.LittleEndian.Uint32(starts[4:]))
	words := int(binary.LittleEndian.Uint32(everyday[4*hashRanges:]))
	hashes, sets := everyday[everydayHashes:], everyday[everydayHashes+2*words:]
	for i := from; i < to; i++ {
		if binary.LittleEndian.Uint16(hashes[2*i:]) == uint16(sum) {
			set := int(binary.LittleEndian.Uint16(sets[2*i:]))
			return Languages(binary.LittleEndian.Uint32(sets[2*words+4*set:]))
		}
	}
	return 0
}
