package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// oldWords are names that the code had for things which have a word of their own
// in docs/dev/glossary.md, by folder. A folder covers those below it. Only whole
// names count.
var oldWords = map[string][]string{
	"live": {
		"Hall", "Parts", "Seat", "Sit", "Steer", "Steering", "Tape", "Said", "Reel", "Wind", "lag", "told", "toldOf", "flight", "flights",
		"outlaw", "recall", "settle", "Fine", "Passed", "beats", "pulse", "feed", "lagPatience", "piece", "Piece",
	},
	"server": {
		"Hall", "hall", "hallPage", "sit", "rise", "seat", "Seat", "talk", "beats", "endings", "farewell", "patience", "patiently", "hurry", "steady",
		"unstuck", "pulse", "flight", "people", "door", "waysIn", "Studio", "StudioOrder", "StudioReport", "StudioOutcome", "steerReplay",
	},
	"store":      {"judge"},
	"cli":        {"studio", "studioBase", "studioWithin", "waysIn", "tape", "tapeOf", "reel", "errSaid"},
	"room":       {"ActKind", "Gate"},
	"comment":    {"Gate", "Hall"},
	"ratelimit":  {"Crowd", "crowd", "Fine", "Passed"},
	"moderation": {"cells", "views", "arcs", "ear", "heard", "uttered", "habits", "saying", "choir", "surge", "pieces", "judge", "void"},
}

// TestVocabulary finds names that the glossary has replaced.
func TestVocabulary(t *testing.T) {
	for folder, words := range oldWords {
		err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, name := range declared(file) {
				if slices.Contains(words, name) {
					t.Errorf("%s declares %s; docs/dev/glossary.md has another word", path.Clean(p), name)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestVocabularyBites finds each way to declare an old word.
func TestVocabularyBites(t *testing.T) {
	for _, source := range []string{
		"type Hall struct{}", "func Hall() {}", "func (x y) Hall() {}", "var Hall int", "const Hall = 1", "type x struct{ Hall int }", "type x interface{ Hall() }",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(declared(file), "Hall") {
			t.Errorf("%s is not seen", source)
		}
	}
}

// declared are the names that a file declares outside of functions: types, their
// fields and methods, functions, variables and constants.
func declared(file *ast.File) (names []string) {
	add := func(ids ...*ast.Ident) {
		for _, id := range ids {
			names = append(names, id.Name)
		}
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			add(d.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.ValueSpec:
					add(s.Names...)
				case *ast.TypeSpec:
					add(s.Name)
					ast.Inspect(s.Type, func(n ast.Node) bool {
						if f, ok := n.(*ast.Field); ok {
							add(f.Names...)
						}
						_, call := n.(*ast.FuncType) // its parameters are its own affair
						return !call
					})
				}
			}
		}
	}
	return names
}
