package config_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

var verb = regexp.MustCompile(`%(?:\[\d+\])?[a-z]`)

// TestSentences compares the languages of every sentence in the program: each exists and
// has the same parameters, in the same order or numbered.
func TestSentences(t *testing.T) {
	n := 0
	for _, pattern := range []string{"*.go", "../cli/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(node ast.Node) bool {
				parts, ok := sentence(node)
				if !ok {
					return true
				}
				n++
				var texts []string
				for _, e := range parts {
					text := ""
					if basic, ok := e.(*ast.BasicLit); ok {
						text, err = strconv.Unquote(basic.Value)
					}
					if err != nil || text == "" {
						t.Errorf("%s: a language is not a plain text", fset.Position(e.Pos()))
					}
					texts = append(texts, text)
				}
				for _, text := range texts[min(1, len(texts)):] {
					got, want := verb.FindAllString(text, -1), verb.FindAllString(texts[0], -1)
					if len(texts) != 3 || !slices.Equal(got, want) {
						t.Errorf("%s: %q has the parameters %v, the English one %v", fset.Position(node.Pos()), text, got, want)
					}
				}
				return true
			})
		}
	}
	if n < 30 {
		t.Errorf("only %d sentences were found", n)
	}
}

// sentence returns the languages of a sentence: of a literal, or of a call of Say with
// texts.
func sentence(node ast.Node) ([]ast.Expr, bool) {
	switch node := node.(type) {
	case *ast.CompositeLit:
		name, ok := node.Type.(*ast.Ident)
		if !ok || name.Name != "Sentence" || len(node.Elts) == 0 {
			return nil, false
		}
		_, text := node.Elts[0].(*ast.BasicLit)
		return node.Elts, text
	case *ast.CallExpr:
		fn, ok := node.Fun.(*ast.SelectorExpr)
		return node.Args, ok && fn.Sel.Name == "Say"
	}
	return nil, false
}
