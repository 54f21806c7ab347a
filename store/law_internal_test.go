package store

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The functions that may write rows: changes when they are applied, their helpers, each
// database's own work, and what runs before there is a log.
var writers = []string{
	"apply", "writeEffect", "keepItem", "keepMark", "keepNote", "insertComment", "removeComments", "user", "linkUser", "dropUser", "note", "recordNumber", "eraseComments", "eraseItems", "eraseNotes", "erasePerson", // changes
	"flush", "publish", "setPosition", "probe", // the transaction itself
	"forgetEvents", "forgetComments", "forgetAudit", "forgetBans", "forgetNotes", "forgetItems", "forgetMarks", "forgetReactions", "forgetUsers", // --keep-days
	"markCopy", "MemberCopy", "nameLog", "renumber", "drawEpochs", "dropPhoto", // backups
	"setMeta", // readings of this machine's clock, which no other database may have
}

// A row that is written elsewhere would be missing in every other database.
func TestRowsAreWrittenByChangesAlone(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	found := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				lit, ok := n.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					return true
				}
				text := strings.TrimSpace(strings.Trim(lit.Value, "`\""))
				for _, verb := range []string{"INSERT ", "UPDATE ", "DELETE "} {
					if !strings.HasPrefix(text, verb) {
						continue
					}
					found[fn.Name.Name] = true
					if !slices.Contains(writers, fn.Name.Name) {
						t.Errorf("%s: %s writes rows; decide a change and write them when it is applied", fset.Position(lit.Pos()), fn.Name.Name)
					}
				}
				return true
			})
		}
	}
	if !found["apply"] || !found["insertComment"] || len(found) < 12 {
		t.Errorf("the test has found too little: %v", found)
	}
}

// Each step's file name has the version that it leads to.
func TestStepsAreNumberedByTheirVersions(t *testing.T) {
	list, err := scripts()
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	for i, s := range list {
		if want := fmt.Sprintf("%04d_", i+1); !strings.HasPrefix(s.name, want) {
			t.Errorf("the step to version %d is %s, not %s…", i+1, s.name, want)
		}
	}
}
