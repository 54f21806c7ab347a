package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unwanted are words that the glossary replaces, of one language.
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
	row := regexp.MustCompile("(?m)^\\| (en|zh-CN|ja) \\| `(.+)` \\| (.+) \\|$")
	var words []unwanted
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		p, err := regexp.Compile(m[2])
		if err != nil {
			t.Fatalf("docs/dev/glossary.md: %v", err)
		}
		words = append(words, unwanted{m[1], p, m[3]})
	}
	if len(words) < 20 {
		t.Fatalf("docs/dev/glossary.md lists %d words", len(words))
	}
	return words
}

// TestOneWordForOneThing holds what users read to the glossary.
func TestOneWordForOneThing(t *testing.T) {
	words := unwantedWords(t)
	check := func(where, language, text string) {
		for _, w := range words {
			if hit := w.pattern.FindString(text); w.language == language && hit != "" {
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
