package tests

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// oldScriptWords are names in the JavaScript that a reader had to
// guess. The names of elements, messages and frames are strings, and do not count.
var oldScriptWords = []string{
	"tell", "told", "TOLD", "tellAir", "tellDecisions", "dress", "entitle", "equip", "wear", "settle", "SETTLE", "SETTLES", "patience", "PATIENCE",
	"seat", "showSeat", "geometry", "steer", "stir", "forgo", "twin", "lacking", "kin", "SAID", "HANGS", "SLIP", "slid", "SLID", "Sayings", "sayings",
	"lose", "unsay", "waved", "unwake", "hear", "came", "sought", "lay", "laid", "hang", "veiled", "yields", "peek", "spelled", "meant", "matters",
	"MATTERS", "EVER", "WORTH", "LOOKS", "MAKES", "steady", "tried", "parted", "young", "blame", "Small", "oldWay", "openWays", "makeWay", "giveBack",
	"anew", "further", "swept", "pump", "crowd", "Crowd", "lifeline", "desk", "farewell", "pulse", "studio", "Tape", "Reel", "Told",
}

// TestVocabularyOfScripts looks for such names in the JavaScript of pages and tools.
func TestVocabularyOfScripts(t *testing.T) {
	seen := 0
	for _, folder := range []string{"assets", "e2e", "tools", "tests"} {
		err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(p) != ".js" && filepath.Ext(p) != ".mjs" {
				return err
			}
			source, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			seen++
			names := scriptNames(string(source))
			for _, word := range oldScriptWords {
				if slices.Contains(names, word) {
					t.Errorf("%s has the name %s; choose the word of docs/dev/glossary.md, or one that describes its function", p, word)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if seen < 200 {
		t.Errorf("it read only %d scripts", seen)
	}
}

// oldStyleWords are classes and ids of elements that docs/dev/glossary.md has replaced.
var oldStyleWords = []string{"desk", "told", "dress", "dressed", "clash", "clashing", "sought", "studio", "crowd", "tape", "shelf", "lifeline", "seat"}

// styleName is a class or an id in a selector.
var styleName = regexp.MustCompile(`[.#]([a-z][a-z0-9-]*)`)

// TestVocabularyOfStyles looks for such names in the selectors of all style sheets.
func TestVocabularyOfStyles(t *testing.T) {
	sheets, err := filepath.Glob("assets/*/*.css")
	if err != nil || len(sheets) < 20 {
		t.Fatalf("%d style sheets, %v", len(sheets), err)
	}
	for _, sheet := range sheets {
		source, err := os.ReadFile(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range styleName.FindAllStringSubmatch(string(source), -1) {
			if slices.Contains(oldStyleWords, name[1]) {
				t.Errorf("%s has the name %s; choose the word of docs/dev/glossary.md, or one that describes its function", sheet, name[1])
			}
		}
	}
}

// TestVocabularyOfScriptsBites finds a name wherever it can occur, and none in comments
// and texts.
func TestVocabularyOfScriptsBites(t *testing.T) {
	for source, want := range map[string]bool{
		"function told() {}": true, "const told = 1": true, "class X { #told = 1; }": true, "class X { told() {} }": true, "f((told) => 1)": true,
		"const { told } = x": true, "x.told = 1": true, "`a ${told} b`": true, "`${`${told}`}`": true, "/['\"]/.test(told)": true, "a / b; told()": true,
		"// told\nx()": false, "/* told */ x()": false, "x('told')": false, "x(\"it's told\")": false, "`told ${x} told`": false, "x(/told/)": false, "toldOf()": false,
		"a = b / told / c": true, "f(/[/] told/u)": false, `x('\'', "told")`: false, "`${{ a: '}' }} told`": false,
	} {
		if got := slices.Contains(scriptNames(source), "told"); got != want {
			t.Errorf("%s: seen %v", source, got)
		}
	}
}

var (
	scriptName = regexp.MustCompile(`[\p{L}_$][\p{L}\p{N}_$]*`)
	// A slash begins a regular expression if no value precedes it.
	noValueBefore = regexp.MustCompile(`(?:^|[(,=:\[!&|?{};+*%<>~^-]|\b(?:return|typeof|case|of|in|await))\s*$`)
)

// scriptNames returns the identifiers of a script, without those in comments, texts and
// regular expressions.
func scriptNames(source string) []string {
	var code strings.Builder
	scriptCode(source, &code, false)
	return scriptName.FindAllString(code.String(), -1)
}

// scriptCode writes the code without comments, texts and regular expressions, and returns
// how far it read; inside means the code of a template, which ends with its brace.
func scriptCode(s string, out *strings.Builder, inside bool) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch rest := s[i:]; {
		case strings.HasPrefix(rest, "//"):
			i += lengthTo(rest, "\n") - 1
		case strings.HasPrefix(rest, "/*"):
			i += 2 + lengthTo(rest[2:], "*/") + 1
		case rest[0] == '\'' || rest[0] == '"':
			i += quotedEnd(rest)
			out.WriteString(" 0 ")
		case rest[0] == '`':
			i += templateEnd(rest, out)
			out.WriteString(" 0 ")
		case rest[0] == '/' && noValueBefore.MatchString(lastOf(out.String())):
			i += patternEnd(rest)
			out.WriteString(" 0 ")
		case inside && rest[0] == '}' && depth == 0:
			return i
		default:
			if rest[0] == '{' {
				depth++
			} else if rest[0] == '}' {
				depth--
			}
			out.WriteByte(rest[0])
		}
	}
	return len(s)
}

// lastOf returns enough of the code to see what precedes a slash.
func lastOf(code string) string { return code[max(0, len(code)-40):] }

// lengthTo returns the position of end, or the whole length.
func lengthTo(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i
	}
	return len(s)
}

// quotedEnd returns the end of the quoted text that s begins with.
func quotedEnd(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if s[i] == s[0] {
			return i
		}
	}
	return len(s)
}

// templateEnd writes the code within the template that s begins with, and returns where it ends.
func templateEnd(s string, out *strings.Builder) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '`':
			return i
		case strings.HasPrefix(s[i:], "${"):
			out.WriteString(" (")
			i += 2 + scriptCode(s[i+2:], out, true)
			out.WriteString(") ")
		}
	}
	return len(s)
}

// patternEnd returns the end of the regular expression that s begins with, with its flags.
func patternEnd(s string) int {
	class := false
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '[':
			class = true
		case s[i] == ']':
			class = false
		case s[i] == '/' && !class:
			for i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z' {
				i++
			}
			return i
		}
	}
	return len(s)
}
