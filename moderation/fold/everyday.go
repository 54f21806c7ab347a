package fold

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:generate go run gen_everyday.go

//go:embed data/everyday.txt.gz
var everydayPacked string

// Languages is the set of languages of a word; 0 for a word of none. Names count as a
// language.
type Languages uint32

// Bare marks a word that some language writes without any mark.
const Bare Languages = 1 << 31

// everydayWords holds the hashes of the words, sorted, and their languages. Of 13,000 words in
// no list, two have the hash of a listed one: to mistake a word for an everyday one does no
// harm.
type everydayWords struct {
	hash      []uint32
	languages []Languages
	first     [1<<16 + 1]int32 // of the hashes with these upper bits
}

// everyday is loaded at the first use, in some 50 ms.
var everyday = sync.OnceValue(func() *everydayWords {
	type item struct {
		hash      uint32
		languages Languages
	}
	var items []item
	word := make([]byte, 0, 64)
	for line := range strings.Lines(unpack("everyday words", everydayPacked)) {
		line = strings.TrimSuffix(line, "\n")
		rest, set, _ := strings.Cut(line[1:], " ")
		word = append(word[:line[0]-'A'], rest...)
		n, err := strconv.ParseUint(set, 36, 32)
		if err != nil {
			panic("fold: everyday words: " + err.Error())
		}
		h := emptyWord
		for _, r := range string(word) {
			h = h.and(r)
		}
		items = append(items, item{h.sum(), Languages(n)})
	}
	slices.SortFunc(items, func(a, b item) int { return int(int64(a.hash) - int64(b.hash)) })
	w := &everydayWords{hash: make([]uint32, len(items)), languages: make([]Languages, len(items))}
	at := 0
	for i, it := range items {
		w.hash[i], w.languages[i] = it.hash, it.languages
		for ; at <= int(it.hash>>16); at++ {
			w.first[at] = int32(i)
		}
	}
	for ; at < len(w.first); at++ {
		w.first[at] = int32(len(items))
	}
	return w
})

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
	w, sum := everyday(), h.sum()
	for i := w.first[sum>>16]; i < w.first[sum>>16+1]; i++ {
		if w.hash[i] == sum {
			return w.languages[i]
		}
	}
	return 0
}
