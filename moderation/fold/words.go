package fold

import (
	"compress/gzip"
	"io"
	"slices"
	"strings"
)

// unpack returns an embedded text. Tests read each of them, so a damaged one does
// not get into a build.
func unpack(name, packed string) string {
	z, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		panic("fold: " + name + ": " + err.Error())
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic("fold: " + name + ": " + err.Error())
	}
	return string(text)
}

// packedWords returns the keys of the words in texts, sorted and each once. A word
// with the key 0 is left out.
func packedWords(key func(word string) uint64, texts ...string) []uint64 {
	var keys []uint64
	for _, text := range texts {
		for word := range strings.FieldsSeq(text) {
			if k := key(word); k != 0 {
				keys = append(keys, k)
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
