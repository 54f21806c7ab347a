package tests

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// This file enforces the import law of docs/dev/architecture.md. It covers the code that
// ships; tests may import upward.

// module is the prefix of our own packages.
const module = "danmaku"

// mayImport lists for each folder the folders of ours that it may import. A missing folder is
// a breach: its place must be decided first. The folder "." is main.
var mayImport = map[string][]string{
	".":                {"cli"}, // main starts the program, and nothing else
	"cli":              {},      // wiring: everything
	"server":           {"server/emote", "server/photo", "server/socket", "server/wire", "live", "live/replay", "report", "signature", "show", "room", "comment"},
	"server/socket":    {"server/wire", "live", "live/fanout", "show", "room", "comment"},
	"server/wire":      {"live", "live/fanout", "live/replay", "show", "room", "comment"},
	"server/emote":     {"room"},
	"server/photo":     {"room"},
	"live":             {"cache", "live/access", "live/fanout", "live/replay", "show", "room", "comment"},
	"live/access":      {"room", "comment"},
	"live/fanout":      {"room", "comment"},
	"live/replay":      {"export", "room", "comment"},
	"show":             {"comment"},
	"client":           {"server/wire", "room", "comment"},
	"store":            {"show", "room", "comment"},
	"moderation":       {"cache", "moderation/rules", "moderation/fold", "room", "comment"},
	"metrics":          {"store", "server/socket", "live", "room", "comment"},
	"moderation/rules": {"moderation/fold", "comment"},
	"moderation/fold":  {"comment"},
	"export":           {"report", "show", "room", "comment"},
	"report":           {"show", "room", "comment"},
	"opinion":          {"signature", "room", "comment"},
	"webhook":          {"signature", "room"},
	"signature":        {},
	"connector":        {"room", "comment"},
	"cluster":          {"room", "comment"},
	"obs":              {},
	"certs":            {},
	"ratelimit":        {"cache", "room", "comment"},
	"cache":            {},
	"config":           {},
	"room":             {"show", "comment"},
	"comment":          {},
}

// wiring is the folder that builds and fits together all others, and may import
// them.
const wiring = "cli"

// testSupport are folders that only tests import.
var testSupport = []string{"e2e", "e2e/browser", "e2e/browser/engine", "e2e/smalldisk", "tests", "live/journaltest", "obs/obstest", "server/servertest", "testrace", "freeport"}

// rowFor returns the row of a folder. All platforms below connector/ share one row.
func rowFor(dir string) (allowed []string, known bool) {
	if strings.HasPrefix(dir, "connector/") {
		return []string{"cache", "connector", "room", "comment"}, true
	}
	allowed, known = mayImport[dir]
	return allowed, known
}

// supportsTests reports whether only tests may import a folder: those of
// testSupport, and the fake platforms.
func supportsTests(dir string) bool {
	return slices.Contains(testSupport, dir) || strings.HasPrefix(dir, "connector/") && strings.HasSuffix(dir, "test")
}

// onlyIn lists packages that only some folders may import: technologies that belong in one
// place each.
var onlyIn = []struct {
	path string // and the packages below it
	dirs []string
}{
	{"github.com/labstack/echo", []string{"server"}},
	{"github.com/olahol/melody", []string{"server/socket", "tools/flood"}}, // the flood compares ours with it
	{"github.com/gorilla/websocket", []string{ // release, flood and show use sockets
		"server/socket", "obs", "tools/release", "tools/flood", "tools/benchoverlay", "connector", "connector/twitch", "connector/bridge", "connector/bilibili",
	}},
	{"github.com/pires/go-proxyproto", []string{"server", "server/socket"}},
	{"github.com/prometheus/client_golang", []string{"metrics"}},
	{"github.com/nats-io", []string{"cluster"}},
	{"database/sql", []string{"store", "tools/flood"}}, // the flood compares databases of machines that run as one
	{"github.com/mattn/go-sqlite3", []string{"store"}},
	{"modernc.org/sqlite", []string{"store", "tools/flood"}},
	{"github.com/BurntSushi/toml", []string{"config"}},
}

// leafImports are the modules outside the standard library that comment may use.
var leafImports = []string{"golang.org/x/text", "github.com/rivo/uniseg"}

// environReaders are the functions that read variables.
var environReaders = []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}

// breaches lists the breaches of the law in file, which is in the folder dir.
func breaches(dir, name string, file *ast.File) (out []string) {
	if supportsTests(dir) {
		return nil
	}
	say := func(format string, args ...any) {
		out = append(out, fmt.Sprintf("%s ", path.Join(dir, name))+fmt.Sprintf(format, args...))
	}
	allowed, known := rowFor(dir)
	tool := strings.HasPrefix(dir, "tools/") // a separate program, for developers
	known = known || tool
	if !known {
		say("lies in %s, a folder without a place in the import law: decide its row in architecture_test.go and docs/dev/architecture.md", dir)
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			say("imports %s, which is no path", spec.Path.Value)
			continue
		}
		if below(imported, module) {
			own := strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
			switch {
			case (supportsTests(own) || strings.HasPrefix(own, "tools/")) && tool:
			case supportsTests(own):
				say("imports %s: only tests may import what supports tests", imported)
			case dir == wiring && own != "":
			case known && !slices.Contains(allowed, own):
				say("imports %s: %s", imported, rowOf(dir, allowed))
			}
		}
		for _, rule := range onlyIn {
			if below(imported, rule.path) && !slices.Contains(rule.dirs, dir) {
				say("imports %s: that lives in %s/ only", imported, strings.Join(rule.dirs, "/ and "))
			}
		}
		if dir == "comment" && strings.Contains(strings.Split(imported, "/")[0], ".") &&
			!slices.ContainsFunc(leafImports, func(p string) bool { return below(imported, p) }) {
			say("imports %s: the leaf uses the standard library, %s alone", imported, strings.Join(leafImports, " and "))
		}
	}
	if dir != "config" && dir != "." && !tool {
		for _, fn := range uses(file, "os", environReaders) {
			say("calls os.%s: only config/ and main read the environment", fn)
		}
	}
	for _, fn := range exportedWith(file, "Context", "github.com/labstack/echo/v4") {
		say("has echo.Context in the exported %s: it does not leave server/", fn)
	}
	return out
}

func rowOf(dir string, allowed []string) string {
	if len(allowed) == 0 {
		return dir + " may import nothing of ours"
	}
	return dir + " may import " + strings.Join(allowed, " and ") + " alone of ours"
}

// below reports whether the import path p is root or lies under it.
func below(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

// localName returns the name that file uses for the package at the path; empty if it does not
// import it. plain is its name when the import gives none.
func localName(file *ast.File, importPath, plain string) string {
	for _, spec := range file.Imports {
		if spec.Path.Value == strconv.Quote(importPath) {
			if spec.Name != nil {
				return spec.Name.Name
			}
			return plain
		}
	}
	return ""
}

// uses lists the given names of a package of the standard library that occur in file.
func uses(file *ast.File, pkg string, names []string) (out []string) {
	local := localName(file, pkg, pkg)
	if local == "" {
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && isIdent(sel.X, local) && slices.Contains(names, sel.Sel.Name) {
			out = append(out, sel.Sel.Name)
		}
		return true
	})
	return out
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// exportedWith lists the exported functions, methods of exported types, and
// type declarations of file whose signature names a type of a package.
func exportedWith(file *ast.File, typ, pkg string) (out []string) {
	local := localName(file, pkg, path.Base(path.Dir(pkg)))
	if local == "" {
		return nil
	}
	names := func(n ast.Node) (found bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && isIdent(sel.X, local) && sel.Sel.Name == typ {
				found = true
			}
			return !found
		})
		return found
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && exportedReceiver(d) && names(d.Type) {
				out = append(out, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok && t.Name.IsExported() && names(t.Type) {
					out = append(out, t.Name.Name)
				}
			}
		}
	}
	return out
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	exported := false
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			exported = exported || id.IsExported()
		}
		return true
	})
	return exported
}

// TestImportLaw reads every Go file of the program, for any system.
func TestImportLaw(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if p != "." && (strings.HasPrefix(name, ".") || slices.Contains([]string{"assets", "node_modules", "testdata", "danmaku-data"}, name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(p))
		seen[dir] = true
		for _, b := range breaches(dir, name, file) {
			t.Error(b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if root, err := filepath.Glob("*.go"); err != nil || !slices.Equal(root, []string{"embed.go", "main.go"}) {
		t.Errorf("the root holds %v, %v; main.go and embed.go are the only files that belong there", root, err)
	}
	for dir := range mayImport {
		if !seen[dir] {
			t.Errorf("the law has a row for %s, where no Go file is", dir)
		}
	}
}

// TestImportLawBites breaks every rule once.
func TestImportLawBites(t *testing.T) {
	for _, row := range []struct{ dir, source, want string }{
		{"live", `import "danmaku/store"`, "live/x.go imports danmaku/store: live may import cache and live/access and live/fanout and live/replay and show and room and comment alone of ours"},
		{"live", `import "danmaku/server"`, "live may import cache and live/access and live/fanout and live/replay and show and room and comment alone"},
		{"comment", `import "danmaku/live"`, "comment may import nothing of ours"},
		{"comment", `import "danmaku"`, "comment may import nothing of ours"},
		{"export", `import "danmaku/moderation"`, "export may import report and show and room and comment alone"},
		{"moderation/fold", `import "danmaku/moderation/rules"`, "moderation/fold may import comment alone"},
		{"moderation/rules", `import "danmaku/moderation"`, "moderation/rules may import moderation/fold and comment alone"},
		{"config", `import "danmaku/comment"`, "config may import nothing of ours"},
		{"server", `import "danmaku/store"`, "server may import server/emote and server/photo and server/socket and server/wire and live and "},
		{".", `import "danmaku/server"`, "x.go imports danmaku/server: . may import cli alone of ours"},
		{"server", `import "danmaku/cli"`, "server/x.go imports danmaku/cli: server may import"},
		{"cli", `import "danmaku"`, "x.go imports danmaku: cli may import nothing"},
		{"cli", `import "danmaku/tests"`, "only tests may import what supports tests"},
		{"cli", `import "database/sql"`, "that lives in store/ and tools/flood/ only"},
		{"cli", `import "github.com/nats-io/nats.go/jetstream"`, "that lives in cluster/ only"},
		{"cluster", `import "danmaku/store"`, "cluster may import room and comment alone of ours"},
		{"cli", `import "os"; var _ = os.Getenv("HOME")`, "cli/x.go calls os.Getenv"},
		{"cli", `import "danmaku/live/journaltest"`, "only tests may import what supports tests"},
		{".", `import "github.com/olahol/melody"`, "x.go imports github.com/olahol/melody: that lives in server/socket/ and tools/flood/ only"},
		{"live", `import "github.com/labstack/echo/v4"`, "that lives in server/ only"},
		{"server", `import "database/sql"`, "that lives in store/ and tools/flood/ only"},
		{"live", `import "database/sql/driver"`, "that lives in store/ and tools/flood/ only"},
		{".", `import _ "modernc.org/sqlite"`, "that lives in store/ and tools/flood/ only"},
		{"comment", `import "github.com/google/uuid"`, "the leaf uses the standard library"},
		{"tools/demo", `import "danmaku/server"`, "tools/demo may import nothing of ours"},
		{"util", ``, "util/x.go lies in util, a folder without a place in the import law"},
		{"store", `import "os"; var _ = os.Getenv("HOME")`, "store/x.go calls os.Getenv: only config/ and main read the environment"},
		{"server", `import sys "os"; var _, _ = sys.LookupEnv("HOME")`, "calls os.LookupEnv"},
		{"live", `import "os"; var read = os.Environ`, "calls os.Environ"},
		{"server", `import "github.com/labstack/echo/v4"; func Handle(c echo.Context) error`, "server/x.go has echo.Context in the exported Handle"},
		{"server", `import e "github.com/labstack/echo/v4"; type Hook struct{ F func(e.Context) }`, "in the exported Hook"},
		{"server", `import "github.com/labstack/echo/v4"; func (s *Server) Get(c echo.Context) error`, "in the exported Get"},

		{"tools/flood", `import "danmaku/tools/about"`, ""},
		{"server", `import "danmaku/tools/about"`, "server may import"},
		{"tools/demo", `import ("github.com/chromedp/chromedp"; "danmaku/e2e/browser")`, ""},
		{".", `import ("os"; "danmaku/cli"); var _ = os.Environ()`, ""},
		{"cli", `import ("danmaku/store"; "danmaku/server"; "danmaku/comment")`, ""},
		{"config", `import "os"; var _ = os.Getenv("HOME")`, ""},
		{"server/socket", `import ("danmaku/live"; "danmaku/comment"; "github.com/olahol/melody")`, ""},
		{"server", `import "github.com/labstack/echo/v4"; func (h *handlers) Get(c echo.Context) error; func get(c echo.Context)`, ""},
		{"store", `import ("database/sql"; "danmaku/comment"; "os"); var _ = os.Open`, ""},
		{"comment", `import ("strings"; "golang.org/x/text/unicode/norm"; "github.com/rivo/uniseg")`, ""},
		{"live/journaltest", `import ("danmaku/live"; "os"); var _ = os.Getenv`, ""},
		{"live", `import "danmakuother/x"`, ""},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+row.source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%s: %v", row.source, err)
		}
		got := strings.Join(breaches(row.dir, "x.go", file), "\n")
		if row.want == "" && got != "" || !strings.Contains(got, row.want) {
			t.Errorf("%s in %s: got %q, want %q", row.source, row.dir, got, row.want)
		}
	}
}
