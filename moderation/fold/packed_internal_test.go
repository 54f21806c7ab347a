package fold

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"flag"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the files of words that the program contains")

// TestPackedWords holds the files of words that the program contains to the lists they are
// made of, which the program does not contain. With -update it writes them.
func TestPackedWords(t *testing.T) {
	for name, packed := range map[string]struct {
		want, got []byte
	}{
		"everyday.bin": {packEveryday(t, unpacked(t, "everyday.txt.gz")), everyday},
		"korean.bin":   {packedKeys(koreanKey, unpacked(t, "korean.txt.gz"), ownKorean), koreanWords},
		"kana.bin":     {packedKeys(kanaKey, unpacked(t, "kana.txt.gz"), ownKana), kanaWords},
		"words.bin":    {packChinese(unpacked(t, "words.flate")), chineseWords},
	} {
		if *update {
			if err := os.WriteFile("data/"+name, packed.want, 0o644); err != nil {
				t.Fatal(err)
			}
		} else if !bytes.Equal(packed.want, packed.got) {
			t.Errorf("data/%s is not what its list gives: go test ./moderation/fold -run TestPackedWords -update", name)
		}
	}
}

// unpacked decompresses a list.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open("data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var z io.Reader
	if strings.HasSuffix(name, ".flate") {
		z = flate.NewReader(f)
	} else if z, err = gzip.NewReader(f); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(text)
}

// packEveryday packs the words that gen_everyday.go writes: the length that each shares with
// the word before it, as a letter, the rest, and its languages. Words with the same hash count
// as one word of all their languages.
func packEveryday(t *testing.T, text string) []byte {
	t.Helper()
	languages := map[uint32]Languages{}
	word := make([]byte, 0, 64)
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		rest, set, _ := strings.Cut(line[1:], " ")
		word = append(word[:line[0]-'A'], rest...)
		n, err := strconv.ParseUint(set, 36, 32)
		if err != nil {
			t.Fatalf("everyday words: %v", err)
		}
		h := emptyWord
		for _, r := range string(word) {
			h = h.and(r)
		}
		languages[h.sum()] |= Languages(n)
	}
	sets := slices.Compact(slices.Sorted(maps.Values(languages)))
	hashes := slices.Sorted(maps.Keys(languages))
	var starts, low, numbers, out []byte
	for i, h := range hashes {
		for len(starts)/4 <= int(h>>16) {
			starts = binary.LittleEndian.AppendUint32(starts, uint32(i))
		}
		low = binary.LittleEndian.AppendUint16(low, uint16(h))
		set, _ := slices.BinarySearch(sets, languages[h])
		numbers = binary.LittleEndian.AppendUint16(numbers, uint16(set))
	}
	for len(starts)/4 <= hashRanges {
		starts = binary.LittleEndian.AppendUint32(starts, uint32(len(hashes)))
	}
	out = slices.Concat(starts, low, numbers)
	for _, set := range sets {
		out = binary.LittleEndian.AppendUint32(out, uint32(set))
	}
	return out
}

// koreanKey returns the key of a Korean word, 0 for one that is abuse.
func koreanKey(word string) uint64 {
	if slices.Contains(strings.Fields(notKorean), word) {
		return 0
	}
	return packKorean([]rune(word))
}

// kanaKey returns the key of a Japanese word, 0 for one that is abuse.
func kanaKey(word string) uint64 {
	if slices.Contains(strings.Fields(notKana), word) {
		return 0
	}
	return packKana([]rune(String(word)))
}

// packedKeys returns the keys of the words in texts, sorted and without duplicates. It skips
// words with the key 0.
func packedKeys(key func(word string) uint64, texts ...string) (out []byte) {
	var keys []uint64
	for _, text := range texts {
		for word := range strings.FieldsSeq(text) {
			if k := key(word); k != 0 {
				keys = append(keys, k)
			}
		}
	}
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		out = binary.LittleEndian.AppendUint64(out, k)
	}
	return out
}

// packChinese packs the words that gen_sounds.go writes: a line for each first character, with
// what follows it in words of one to four characters, each with its cost as a letter, in upper
// case for a verb.
func packChinese(text string) (out []byte) {
	costs := map[uint64]uint8{}
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSpace(line), " ")
		word := []rune(fields[0])[:1:1]
		for _, r := range strings.Join(fields[1:], "") {
			switch {
			case 'a' <= r && r <= 'z':
				costs[pack(word...)] = uint8(r - 'a')
				word = word[:1:1]
			case 'A' <= r && r <= 'Z':
				costs[pack(word...)] = uint8(r-'A') | verb
				word = word[:1:1]
			default:
				word = append(word, r)
			}
		}
	}
	keys := slices.Sorted(maps.Keys(costs))
	for _, k := range keys {
		out = binary.LittleEndian.AppendUint64(out, k)
	}
	for _, k := range keys {
		out = append(out, costs[k])
	}
	return out
}
