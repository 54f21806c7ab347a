package tests

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A skipped test, and a disabled check, must give the reason in a sentence of at
// least this many words.
const wordsOfAReason = 4

var (
	// markOff matches a comment that disables a check for a line or a file.
	markOff = regexp.MustCompile(`(?i)(?://\s*nolint(?::\S*)?|//lint:\S+\s+\S+|#nosec(?:\s+G\d+)*|eslint-disable\S*(?:\s+[\w/-]+)?|stylelint-disable\S*(?:\s+[\w/-]+)?|@ts-(?:ignore|nocheck|expect-error)|shellcheck\s+disable=\S+|prettier-ignore|biome-ignore\s+\S+)(.*)`)
	// skipOfNode matches calls that skip or postpone a test of Node's runner.
	skipOfNode = regexp.MustCompile(`\b(?:test|it|describe|suite)\.(?:skip|todo)\((.*)|\b(?:skip|todo)\s*[:=](.*)|\bt\.(?:skip|todo)\((.*)`)
	onlyOfNode = regexp.MustCompile(`\b(?:test|it|describe|suite)\.only\(|\bonly\s*:`)
	quoted     = regexp.MustCompile("'[^']*'|\"[^\"]*\"|`[^`]*`")
	wordOf     = regexp.MustCompile(`[\pL\d%][\pL\d%'’-]*`)
)

// TestSkipsSayWhy checks all tests, pages and scripts.
func TestSkipsSayWhy(t *testing.T) {
	seen := map[string]int{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"node_modules", ".git", "testdata", "data", "dist"}, d.Name()):
			return fs.SkipDir
		case d.IsDir() || name == filepath.Join("tests", "skips_test.go"):
			return nil
		}
		kind := filepath.Ext(name)
		if !slices.Contains([]string{".go", ".js", ".mjs", ".ts", ".css", ".html", ".sh", ""}, kind) {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		seen[kind]++
		for _, fault := range skipsWithoutReason(name, string(text)) {
			t.Error(fault)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen[".go"] < 100 || seen[".js"] < 50 || seen[".sh"] == 0 {
		t.Errorf("it read only these files: %v", seen)
	}
}

func TestAMissingReasonIsFound(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		faults     int
	}{
		{"a_test.go", "package a\nfunc f(t T) { t.Skip() }", 1},
		{"a_test.go", "package a\nfunc f(t T) { t.SkipNow() }", 1},
		{"a_test.go", "package a\nfunc f(t T) { t.Skip(err) }", 1},
		{"a_test.go", "package a\nfunc f(t T) { t.Skip(\"slow\") }", 1},
		{"a_test.go", "package a\nfunc f(t T) { t.Skip(\"this machine has \" + \"no printer\") }", 0},
		{"a_test.go", "package a\nfunc f(t T) { p.t.Skipf(\"%s has no clipboard here\", name) }", 0},
		{"a_test.go", "package a\nvar a = 1 //nolint:gosec", 1},
		{"a_test.go", "package a\nvar a = 1 //nolint:gosec // the number is no secret", 0},
		{"a_test.go", "package a\n//lint:ignore SA1019\nvar a = 1", 1},
		{"a_test.go", "package a\n//lint:ignore SA1019 the old name is on the wire\nvar a = 1", 0},
		{"a.js", "// eslint-disable-next-line no-console", 1},
		{"a.js", "// @ts-expect-error the browser's own types lack it", 0},
		{"a.js", "// @ts-ignore", 1},
		{"a.test.js", "test.skip('draws', () => {});", 1},
		{"a.test.js", "test('draws', { skip: true }, () => {});", 1},
		{"a.test.js", "test('draws', { skip: tools ? false : 'npm ci has not run' }, () => {});", 0},
		{"a.test.js", "test.only('draws', () => {});", 1},
		{"a.js", "reader.skip(); const list = { only: 'this' };", 0},
		{"a.sh", "# shellcheck disable=SC2086", 1},
		{"a.sh", "# shellcheck disable=SC2086 # a list of words", 0},
	} {
		if got := skipsWithoutReason(tt.name, tt.text); len(got) != tt.faults {
			t.Errorf("%s %q: %q, want %d", tt.name, tt.text, got, tt.faults)
		}
	}
}

// skipsWithoutReason lists the skips and marks of a file without a reason.
func skipsWithoutReason(name, text string) (faults []string) {
	add := func(line int, what string) {
		faults = append(faults, fmt.Sprintf("%s:%d: %s needs its reason, in %d words or more", name, line, strings.TrimSpace(what), wordsOfAReason))
	}
	testOfNode := strings.HasSuffix(name, ".test.js")
	marked := hasMark(text)
	for i, line := range strings.Split(text, "\n") {
		if !marked && !testOfNode {
			break
		}
		if m := markOff.FindStringSubmatch(line); m != nil && !isReason(m[1]) {
			add(i+1, m[0])
		}
		if !testOfNode {
			continue
		}
		if onlyOfNode.MatchString(line) {
			add(i+1, "a test that keeps the others from running")
		}
		if m := skipOfNode.FindStringSubmatch(line); m != nil && !slices.ContainsFunc(quoted.FindAllString(m[1]+m[2]+m[3], -1), isReason) {
			add(i+1, m[0])
		}
	}
	if filepath.Ext(name) == ".go" && strings.Contains(text, ".Skip") {
		skipsOfGo(name, text, add)
	}
	return faults
}

// hasMark reports quickly whether a text may contain a mark: most have none.
func hasMark(text string) bool {
	return slices.ContainsFunc([]string{"lint", "nosec", "@ts-", "disable", "-ignore"}, func(part string) bool { return strings.Contains(text, part) })
}

// skipsOfGo reports the calls of t.Skip, t.Skipf and t.SkipNow that give no reason.
func skipsOfGo(name, text string, add func(line int, what string)) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil {
		add(1, err.Error())
		return
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !strings.HasPrefix(sel.Sel.Name, "Skip") || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == "testrace" {
			return true // testrace.Skip has the reason
		}
		if len(call.Args) == 0 || !isReason(literal(call.Args[0])) {
			add(files.Position(call.Pos()).Line, sel.Sel.Name)
		}
		return true
	})
}

// literal returns the text of a string literal, or of several joined ones.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return ""
		}
		return text
	case *ast.BinaryExpr:
		return literal(e.X) + literal(e.Y)
	}
	return ""
}

func isReason(text string) bool {
	return len(wordOf.FindAllString(text, wordsOfAReason)) == wordsOfAReason
}
