//go:build ignore

// Gen_sounds makes data/syllables.txt and data/words.txt, which the sounds of
// Chinese words are compared with, out of two modules that are not in the
// program. Run it with `go generate`, after gen_tables.go.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	readings = "github.com/mozillazg/go-pinyin@v0.21.0"
	wordList = "github.com/yanyiwu/gojieba@v1.4.6"
)

// How often the word list must count a word for it to be a common one.
const (
	pairsFrom   = 20  // of two characters
	triplesFrom = 100 // of three
)

// Words of our own that the list is too old, or too serious, to have as common.
const ownWords = "独播 嫁我 沙比利 见人 大骂"

// A word of the list that was made up to be read as another.
const insult = "草泥马"

// Syllables that the dictionary has for interjections and dialects alone.
var noSyllables = []string{"m", "n", "ng", "hm", "hng", "ei", "eng", "lo", "fiao", "rua", "chua"}

func main() {
	folds := map[rune]string{}
	lines("data/fold.txt", func(line string) {
		f := strings.Fields(line)
		var to strings.Builder
		for _, h := range f[1:] {
			if h != "-" {
				to.WriteRune(hex(h))
			}
		}
		folds[hex(f[0])] = to.String()
	})
	fold := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			if to, ok := folds[r]; ok {
				b.WriteString(to)
			} else {
				b.WriteRune(r)
			}
		}
		return b.String()
	}

	entry := regexp.MustCompile(`^\s*0x([0-9A-F]+): "([^,"]+)`)
	sounds := map[string]string{}
	lines(filepath.Join(module(readings), "pinyin_dict.go"), func(line string) {
		m := entry.FindStringSubmatch(line)
		if m == nil {
			return
		}
		r := hex(m[1])
		if s := plain(m[2]); ideographs(string(r)) && fold(string(r)) == string(r) && !slices.Contains(noSyllables, s) {
			sounds[s] += string(r)
		}
	})
	var out strings.Builder
	out.WriteString("# Made by gen_sounds.go; do not edit. The characters of each syllable; v is ü.\n")
	for _, s := range slices.Sorted(maps.Keys(sounds)) {
		fmt.Fprintln(&out, s, sounds[s])
	}
	write("data/syllables.txt", out.String())

	pairs, triples := map[rune]map[string]bool{}, map[rune]map[string]bool{}
	add := func(word []rune) {
		words := pairs
		if len(word) == 3 {
			words = triples
		}
		if words[word[0]] == nil {
			words[word[0]] = map[string]bool{}
		}
		words[word[0]][string(word[1:])] = true
	}
	lines(filepath.Join(module(wordList), "deps/cppjieba/dict/jieba.dict.utf8"), func(line string) {
		f := strings.Fields(line)
		n, err := strconv.Atoi(f[1])
		if err != nil {
			log.Fatal(err)
		}
		word := []rune(fold(f[0]))
		if ideographs(string(word)) && string(word) != insult && (len(word) == 2 && n >= pairsFrom || len(word) == 3 && n >= triplesFrom) {
			add(word)
		}
	})
	for word := range strings.FieldsSeq(ownWords) {
		add([]rune(word))
	}
	out.Reset()
	out.WriteString("# Made by gen_sounds.go; do not edit. A character, with what it makes common words of two with, and of three.\n")
	for r := rune(first); r <= last; r++ {
		two, three := slices.Sorted(maps.Keys(pairs[r])), slices.Sorted(maps.Keys(triples[r]))
		if len(two)+len(three) > 0 {
			fmt.Fprintf(&out, "%c %s %s\n", r, strings.Join(two, ""), strings.Join(three, ""))
		}
	}
	write("data/words.txt", out.String())
}

// The characters that have readings here.
const first, last = 0x4E00, 0x9FFF

func ideographs(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < first || r > last }) < 0
}

// plain takes the tone off a syllable.
func plain(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ReplaceAll(norm.NFC.String(s), "ɡ", "g")) {
		switch {
		case r == 0x308:
			t := strings.TrimSuffix(b.String(), "u")
			b.Reset()
			b.WriteString(t + "v")
		case !unicode.Is(unicode.Mn, r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// module gives the folder of a module, which it fetches where it has to.
func module(at string) string {
	out, err := exec.Command("go", "mod", "download", "-json", at).Output()
	if err != nil {
		log.Fatalf("%s: %v", at, err)
	}
	var m struct{ Dir string }
	if err := json.Unmarshal(out, &m); err != nil {
		log.Fatal(err)
	}
	return m.Dir
}

func lines(name string, each func(line string)) {
	f, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if line := strings.TrimSpace(s.Text()); line != "" && line[0] != '#' {
			each(line)
		}
	}
	if err := s.Err(); err != nil {
		log.Fatal(err)
	}
}

func hex(s string) rune {
	n, err := strconv.ParseInt(s, 16, 32)
	if err != nil {
		log.Fatal(err)
	}
	return rune(n)
}

func write(name, text string) {
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}
