package fold

import (
	"compress/gzip"
	"io"
	"slices"
	"strings"
)

// unpack decompresses an embedded text. Tests read each of them, so a build cannot contain a
// damaged one.
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

// packedWords returns the keys of the words in texts, sorted and without duplicates. It skips
// words with the key 0.
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
