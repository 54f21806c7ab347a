package testrace_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestOneGoroutine looks through the tests that the race detector does not see:
// none may start a goroutine.
func TestOneGoroutine(t *testing.T) {
	found := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			if d != nil && d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || !contains(f, isSkip) {
				continue
			}
			found++
			if contains(f, isConcurrent) {
				t.Errorf("%s: %s starts goroutines, so the race detector has to see it", path, f.Name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no test was found")
	}
}

func contains(f *ast.FuncDecl, is func(ast.Node) bool) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		found = found || is(n)
		return !found
	})
	return found
}

func isSkip(n ast.Node) bool { return isCall(n, "testrace", "Skip") }

func isConcurrent(n ast.Node) bool {
	_, starts := n.(*ast.GoStmt)
	return starts || isCall(n, "t", "Parallel") || isCall(n, "wg", "Go")
}

func isCall(n ast.Node, of, name string) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == of
}
