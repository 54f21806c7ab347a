package tests

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestPartsListNamesExistingTests looks up each row of scripts/parts.txt: a renamed test
// would fall back into `make test`, and its row would name nothing.
func TestPartsListNamesExistingTests(t *testing.T) {
	parts := map[string]string{} // each with the packages for which test.sh runs it
	for _, p := range []string{"pages", "details", "engines"} {
		parts[p] = "e2e"
	}
	parts["kills"], parts["cluster"] = "tests", "e2e tests cluster"
	tests := map[string]map[string]bool{"e2e": testsOf(t, "e2e"), "tests": testsOf(t, "tests"), "cluster": testsOf(t, "cluster")}
	file, err := os.Open("scripts/parts.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, used := map[string]bool{}, map[string]bool{}
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		if text := lines.Text(); text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		row := strings.Fields(lines.Text())
		if len(row) != 4 {
			t.Fatalf("line %d has %d fields, want package, part, seconds and test", n, len(row))
		}
		name, part, test := row[0], row[1], row[3]
		if part != "core" && !slices.Contains(strings.Fields(parts[part]), name) {
			t.Errorf("line %d: test.sh runs no part %s of %s", n, part, name)
		}
		if _, err := strconv.ParseUint(row[2], 10, 16); err != nil {
			t.Errorf("line %d: %s is not a number of seconds", n, row[2])
		}
		if !tests[name][test] {
			t.Errorf("line %d: %s has no test %s", n, name, test)
		}
		if rows[name+" "+test] {
			t.Errorf("line %d: %s is listed twice", n, test)
		}
		rows[name+" "+test], used[part] = true, true
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	makefile := readPage(t, "Makefile")
	for part := range parts {
		if !used[part] {
			t.Errorf("the part %s has no test", part)
		}
		if !strings.Contains(makefile, "\ntest-"+part+":") {
			t.Errorf("there is no make test-%s", part)
		}
	}
}

// testsOf returns the names of the tests in a folder.
func testsOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	names, err := filepath.Glob(folder + "/*_test.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(names), err)
	}
	found := map[string]bool{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && f.Name.Name != "TestMain" {
				found[f.Name.Name] = true
			}
		}
	}
	return found
}

// TestLongTestsOfChangedFiles changes files in a temporary repository and asks which long
// tests continuous integration would run.
func TestLongTestsOfChangedFiles(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", dir, "-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	changed := func(base string) string {
		t.Helper()
		cmd := exec.Command(filepath.Join(dir, "scripts", "changed.sh"))
		cmd.Env = append(os.Environ(), "BASE="+base)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	files := []string{"docs/api.md", "README.md", "assets/console/main.js", "tests/kill_test.go", "store/open.go", "cluster/log.go", "server/server.go", "go.mod", "newcomer/new.go"}
	for _, name := range files {
		write(name, "before")
	}
	write("scripts/changed.sh", readPage(t, "scripts/changed.sh"))
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "all of it")

	const all = "pages details engines kills cluster"
	for _, base := range []string{"", strings.Repeat("0", 40), "no-such-branch"} {
		if got := changed(base); got != all {
			t.Errorf("with the base %q: %q, want all", base, got)
		}
	}
	if got := changed("HEAD"); got != "" {
		t.Errorf("without a change: %q", got)
	}
	for file, want := range map[string]string{
		"docs/api.md":            "",
		"README.md":              "",
		"assets/console/main.js": "details engines pages",
		"tests/kill_test.go":     "cluster kills",
		"cluster/log.go":         "cluster",
		"server/server.go":       "cluster details engines pages",
		"store/open.go":          "cluster details kills",
		"go.mod":                 "cluster details engines kills pages",
		"newcomer/new.go":        "cluster details engines kills pages",
	} {
		write(file, "after")
		if got := changed("HEAD"); got != want {
			t.Errorf("after a change of %s: %q, want %q", file, got, want)
		}
		git("checkout", "-q", "--", file)
	}
	write("docs/api.md", "after")
	write("tests/kill_test.go", "after")
	if got := changed("HEAD"); got != "cluster kills" {
		t.Errorf("after two changes: %q", got)
	}
}
