package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unwanted are words of one language that the glossary replaces.
type unwanted struct {
	language string
	pattern  *regexp.Regexp
	use      string
}

// unwantedWords reads the last table of the glossary.
func unwantedWords(t *testing.T) []unwanted {
	t.Helper()
	page, err := os.ReadFile("docs/dev/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| (en|zh-CN|ja|zh-TW|ko|es) \\| `(.+)` \\| (.+) \\|$")
	var words []unwanted
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		p, err := regexp.Compile(m[2])
		if err != nil {
			t.Fatalf("docs/dev/glossary.md: %v", err)
		}
		words = append(words, unwanted{m[1], p, m[3]})
	}
	per := map[string]int{}
	for _, w := range words {
		per[w.language]++
	}
	for _, language := range []string{"en", "zh-CN", "ja", "zh-TW", "ko", "es"} {
		if per[language] < 6 {
			t.Fatalf("docs/dev/glossary.md lists %d words of %s", per[language], language)
		}
	}
	return words
}

var overlayWords = regexp.MustCompile(`(?m)^  '?([a-z]{2}(?:-[a-z]{2})?)'?: (\{ .* \}),$`)

// TestTheGlossaryHasItsWords checks that each table has enough rows, all complete.
func TestTheGlossaryHasItsWords(t *testing.T) {
	page, err := os.ReadFile("docs/dev/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	for head, want := range map[string]int{"| English | 简体中文 | 日本語 | meaning |": 60, "| English | 繁體中文 | 한국어 | Español |": 28} {
		_, table, ok := strings.Cut(string(page), head+"\n")
		if !ok {
			t.Fatalf("the glossary has no table %s", head)
		}
		table, _, _ = strings.Cut(table, "\n\n")
		rows := strings.Split(strings.TrimSpace(table), "\n")[1:]
		if len(rows) < want {
			t.Errorf("%s has %d words", head, len(rows))
		}
		for _, row := range rows {
			cells := strings.Split(strings.Trim(row, "|"), "|")
			if len(cells) != 4 {
				t.Errorf("%q has %d cells", row, len(cells))
			}
			for _, cell := range cells[:3] {
				if strings.TrimSpace(cell) == "" {
					t.Errorf("%q lacks a word", row)
				}
			}
		}
	}
}

// TestOneWordForOneThing checks users' texts against the glossary.
func TestOneWordForOneThing(t *testing.T) {
	words := unwantedWords(t)
	check := func(where, language, text string) {
		for _, w := range words {
			if w.language != language {
				continue
			}
			if hit := w.pattern.FindString(text); hit != "" {
				t.Errorf("%s: %q; the glossary says %s", where, hit, w.use)
			}
		}
	}
	locales, _ := filepath.Glob("assets/locales/*.json")
	for _, name := range locales {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]json.RawMessage
		if err := json.Unmarshal(raw, &texts); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		language := strings.Split(filepath.Base(name), ".")[1]
		for key, text := range texts {
			check(name+": "+key, language, string(text))
		}
	}
	// The overlay has its few words in its scripts, a language a line.
	said := 0
	for _, name := range []string{"assets/overlay/text.js", "assets/overlay/show-words.js"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range overlayWords.FindAllStringSubmatch(string(raw), -1) {
			language := m[1]
			if base, region, ok := strings.Cut(language, "-"); ok {
				language = base + "-" + strings.ToUpper(region)
			}
			check(name, language, m[2])
			said++
		}
	}
	if said < 12 {
		t.Fatalf("%d lines of words in the overlay", said)
	}
	var pages []string
	for _, pattern := range []string{"README*.md", "docs/*.md", "docs/*/*.md", "cli/*.go", "config/*.go"} {
		found, _ := filepath.Glob(pattern)
		pages = append(pages, found...)
	}
	if len(locales) < 12 || len(pages) < 20 {
		t.Fatalf("%d locales and %d pages", len(locales), len(pages))
	}
	han, kana := regexp.MustCompile(`\p{Han}`), regexp.MustCompile(`[\p{Hiragana}\p{Katakana}]`)
	// Command line and config have all languages on one line, each in quotes.
	quoted := regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	for _, name := range pages {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(filepath.ToSlash(name), "docs/dev/") {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(raw), "\n") {
			parts := []string{line}
			if strings.HasSuffix(name, ".go") {
				parts = quoted.FindAllString(line, -1)
			}
			for _, part := range parts {
				switch {
				case kana.MatchString(part):
					check(name, "ja", part)
				case han.MatchString(part):
					check(name, "zh-CN", part)
				default:
					check(name, "en", part)
				}
			}
		}
	}
}
