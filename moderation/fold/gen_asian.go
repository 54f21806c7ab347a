//go:build ignore

// Gen_asian generates data/korean.txt.gz and data/kana.txt.gz, everyday words of Korean and of
// Japanese in kana, from two dictionaries that are not part of the program. Copy it into an
// empty module, `go mod init words && go mod tidy`, and run it there with the folder of the
// data.
package main

import (
	"compress/gzip"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	ko "github.com/ikawaha/kagome-dict-ko" // v0.2.1
	"github.com/ikawaha/kagome-dict/dict"
	"github.com/ikawaha/kagome-dict/ipa" // v1.2.6
)

// The highest cost of a Korean noun without a known meaning: the others were added by machine.
const rareNoun = 2600

// The highest cost of a Japanese noun that is written in ideographs.
const rareReading = 6500

func main() {
	korean, kana := map[string]bool{}, map[string]bool{}
	hangul := regexp.MustCompile("^[가-힣]{2,4}$")
	each(ko.Dict(), func(pos []string, weight int, content []string) {
		if len(content) < 3 || !hangul.MatchString(content[2]) {
			return
		}
		switch pos[0] {
		case "NNG":
			if content[0] == "*" && weight >= rareNoun {
				return
			}
		case "MAG", "VV", "VA", "XR", "VV+EC", "VV+EF", "VV+EP":
		default:
			return
		}
		korean[content[2]] = true
	})
	katakana := regexp.MustCompile("^[ァ-ヶー]{3,8}$")
	each(ipa.Dict(), func(pos []string, weight int, content []string) {
		if pos[0] != "名詞" || pos[1] != "一般" && pos[1] != "サ変接続" && pos[1] != "形容動詞語幹" || len(content) < 4 {
			return
		}
		if katakana.MatchString(content[2]) {
			kana[content[2]] = true
		} else if katakana.MatchString(content[3]) && weight < rareReading {
			kana[content[3]] = true
		}
	})
	write("korean.txt.gz", korean)
	write("kana.txt.gz", kana)
}

func each(d *dict.Dict, f func(pos []string, weight int, content []string)) {
	for i, m := range d.Morphs {
		var pos []string
		for _, p := range d.POSTable.POSs[i] {
			pos = append(pos, d.POSTable.NameList[p])
		}
		f(append(pos, "", ""), int(m.Weight), d.Contents[i])
	}
}

// write packs sorted words, one a line.
func write(name string, words map[string]bool) {
	f, err := os.Create(filepath.Join(os.Args[1], name))
	if err != nil {
		log.Fatal(err)
	}
	z, _ := gzip.NewWriterLevel(f, gzip.BestCompression)
	fmt.Fprint(z, strings.Join(slices.Sorted(maps.Keys(words)), "\n"))
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
	log.Println(name, len(words))
}
