package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// oldWords are names that docs/dev/glossary.md has replaced, by the folder in which they were
// used. A folder covers those below it. Only whole names count.
var oldWords = map[string][]string{
	"live": {
		"Hall", "Parts", "Seat", "Sit", "Steer", "Steering", "Tape", "Said", "Reel", "Wind", "lag", "told", "toldOf", "untold", "flight", "flights",
		"outlaw", "recall", "settle", "Settle", "Fine", "beats", "pulse", "feed", "feeds", "lagPatience", "piece", "Piece", "pieces",
		"hall", "seat", "seats", "sit", "crowd", "Crowd", "Tell", "tell", "Told", "tellWarnings", "Say", "steady", "reel", "Act", "Acts", "AddAct",
		"house", "hears", "settles", "greets", "newCinema", "byItself", "lookAfter", "putBack",
	},
	"server": {
		"Hall", "hall", "hallPage", "sit", "rise", "seat", "seats", "Seat", "talk", "beats", "endings", "farewell", "patiently", "hurry",
		"unstuck", "pulse", "flight", "door", "doors", "waysIn", "Studio", "StudioOrder", "StudioReport", "StudioOutcome", "steerReplay",
		"told", "crowd", "Crowd", "Crowds", "crowds", "Tell", "tell", "cut", "cutOff", "say", "settle", "Settle", "obsTells", "Pieces", "listActs", "exportActs", "house",
	},
	"store": {
		"judge", "told", "Act", "Acts", "AddAct", "ActCounts", "actChange", "decideAct",
		"besides", "unwrite", "handOn", "handBack", "takePlaces", "outOfDraw", "standingBy",
	},
	"cli": {
		"Hall", "hall", "hallOf", "openHall", "studio", "studioBase", "studioWithin", "waysIn", "tape", "tapeOf", "reel", "errSaid",
		"door", "doors", "openDoors", "crowd", "crowds", "heardCrowds", "saidFrame", "saidAlone", "tell", "tellCrowds", "told",
	},
	"room":       {"ActKind", "Gate", "Act", "ActCount"},
	"comment":    {"Gate", "Hall", "settle"},
	"ratelimit":  {"Crowd", "crowd", "Fine", "Passed", "settle", "hand"},
	"moderation": {"cells", "views", "arcs", "ear", "uttered", "habits", "saying", "choir", "surge", "pieces", "judge", "void", "steady", "Settle", "square", "toldLines", "toldBytes"},
	"certs":      {"told", "maxTold"},
	"tests":      {"hall", "seat", "studio", "studio2", "crowd", "door", "wellDone", "someone", "tells", "dressed"},
	"e2e":        {"spoil", "unlike", "dressed", "aPhoto", "joinedBy"},
	"tools":      {"hall", "crowd", "seat", "judge", "steady", "tellWays", "settle"},
}

// Folders that are newer than the glossary never used the old names. TestVocabulary looks in
// them for all that are old everywhere.
var (
	newFolders    = []string{"cache", "client", "cluster", "connector", "export", "metrics", "obs", "opinion", "report", "show", "signature", "webhook"}
	oldEverywhere = []string{
		"Hall", "hall", "Seat", "seat", "studio", "Studio", "ActKind", "outlaw", "Steer", "Tape", "Reel", "farewell", "waysIn", "unstuck", "steady", "toldOf", "uttered",
		"door", "doors", "crowd", "Crowd", "Tell", "tell", "told", "Told", "talk", "talkPrefix", "Desk", "OpenDesk", "errand", "cutOff", "faultGzipCut", "Said", "mostSaid", "mostTold",
	}
)

// TestVocabulary looks for names that the glossary has replaced.
func TestVocabulary(t *testing.T) {
	all := maps.Clone(oldWords)
	for _, folder := range newFolders {
		if _, err := os.Stat(folder); err != nil || all[folder] != nil {
			t.Errorf("%s is missing, or has its own words: %v", folder, err)
		}
		all[folder] = oldEverywhere
	}
	for folder, words := range all {
		err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") {
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
		"func f(Hall int) {}", "func f() (Hall int) { return }", "func f() { Hall := 1 }", "func f() { var Hall int }", "func f() { type Hall int }",
		"func f() { for Hall := range x {} }", "func f() { for _, Hall := range x {} }", "func (Hall y) f() {}", "func f() { func(Hall int) {}(1) }",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(declared(file), "Hall") {
			t.Errorf("%s is not found", source)
		}
	}
}

// declared returns the names that a file declares: types, their fields and methods,
// functions, parameters, variables and constants, also within functions.
func declared(file *ast.File) (names []string) {
	add := func(ids ...*ast.Ident) {
		for _, id := range ids {
			names = append(names, id.Name)
		}
	}
	addExpr := func(list ...ast.Expr) {
		for _, e := range list {
			if id, ok := e.(*ast.Ident); ok {
				add(id)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			add(n.Name)
		case *ast.ValueSpec:
			add(n.Names...)
		case *ast.TypeSpec:
			add(n.Name)
		case *ast.Field: // of structs, interfaces, parameters, results and receivers
			add(n.Names...)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				addExpr(n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				addExpr(n.Key, n.Value)
			}
		}
		return true
	})
	return names
}
