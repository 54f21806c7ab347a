package tests

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// This file checks every page that we write: its links and pictures exist.
// documents_commands_test.go runs its commands.

// documentNames lists our pages, the notes beside test data among them.
func documentNames(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "dist") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".md") {
			names = append(names, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func readPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var fence = regexp.MustCompile("(?ms)^```([\\w-]*)[^\\n]*\\n(.*?)^```")

// fenced returns the blocks of a page in a language.
func fenced(page, language string) (blocks []string) {
	for _, m := range fence.FindAllStringSubmatch(page, -1) {
		if m[1] == language {
			blocks = append(blocks, m[2])
		}
	}
	return blocks
}

var (
	inlineCode = regexp.MustCompile("`[^`\n]*`")
	// A target in brackets, or of an element of HTML.
	target = regexp.MustCompile(`\]\(<?([^)>\s]+)>?\)|(?:src|href|srcset)="([^"]+)"`)
	title  = regexp.MustCompile(`(?m)^#+\s+(.+?)\s*$`)
)

// anchors are the fragments by which a page's titles are reached, as GitHub
// makes them.
func anchors(page string) (out []string) {
	page = fence.ReplaceAllString(page, "")
	for _, m := range title.FindAllStringSubmatch(page, -1) {
		var b strings.Builder
		for _, r := range strings.ToLower(m[1]) {
			switch {
			case r == ' ':
				b.WriteByte('-')
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
				b.WriteRune(r)
			}
		}
		out = append(out, b.String())
	}
	return out
}

// mergeMark is what git leaves where two changes met.
var mergeMark = regexp.MustCompile(`(?m)^(<<<<<<<|=======|>>>>>>>)( .*)?$`)

// brokenLinks lists the relative links of a page that are broken. read returns
// another page's text, or an error if there is none.
func brokenLinks(name, page string, read func(string) (string, error)) (broken []string) {
	text := inlineCode.ReplaceAllString(fence.ReplaceAllString(page, ""), "")
	for _, m := range target.FindAllStringSubmatch(text, -1) {
		link := m[1] + m[2]
		u, err := url.Parse(link)
		if err != nil {
			broken = append(broken, link)
			continue
		}
		if u.IsAbs() {
			continue
		}
		there := page
		if u.Path != "" {
			if there, err = read(path.Join(path.Dir(name), u.Path)); err != nil {
				broken = append(broken, link)
				continue
			}
		}
		if u.Fragment != "" && !slices.Contains(anchors(there), u.Fragment) {
			broken = append(broken, link)
		}
	}
	return broken
}

func TestLinksLeadSomewhere(t *testing.T) {
	read := func(name string) (string, error) {
		info, err := os.Stat(filepath.FromSlash(name))
		if err != nil || info.IsDir() {
			return "", err
		}
		text, err := os.ReadFile(filepath.FromSlash(name))
		return string(text), err
	}
	for _, name := range documentNames(t) {
		page := readPage(t, name)
		for _, link := range brokenLinks(name, page, read) {
			t.Errorf("%s: %s leads nowhere", name, link)
		}
		if mark := mergeMark.FindString(page); mark != "" {
			t.Errorf("%s: a merge has left %q", name, mark)
		}
	}
}

func TestBrokenLinksAreFound(t *testing.T) {
	files := map[string]string{"docs/a.md": "# One & two\n", "docs/pictures/p.png": ""}
	read := func(name string) (string, error) {
		text, ok := files[name]
		if !ok {
			return "", fs.ErrNotExist
		}
		return text, nil
	}
	for _, tt := range []struct{ page, want string }{
		{"[a](docs/a.md) [b](docs/a.md#one--two) ![p](docs/pictures/p.png) <img src=\"docs/pictures/p.png\"> [w](https://example.org/x)", ""},
		{"[a](docs/b.md)", "docs/b.md"},
		{"![p](docs/pictures/q.png)", "docs/pictures/q.png"},
		{`<img src="pictures/p.png">`, "pictures/p.png"},
		{"[b](docs/a.md#three)", "docs/a.md#three"},
		{"# Here\n[h](#here) [t](#there)", "#there"},
		{"`[a](nowhere)`\n```\n[b](nowhere)\n```\n", ""},
	} {
		if got := strings.Join(brokenLinks("README.md", tt.page, read), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.page, got, tt.want)
		}
	}
}

// The moving picture of the README moves, and does not keep anybody waiting.
func TestMovingPicture(t *testing.T) {
	data, err := os.ReadFile("docs/pictures/flight.webp")
	if err != nil {
		t.Fatal(err)
	}
	if frames := strings.Count(string(data), "ANMF"); !strings.HasPrefix(string(data), "RIFF") || frames < 40 || len(data) > 1_500_000 {
		t.Errorf("it has %d frames and %d bytes; make pictures draws it anew", frames, len(data))
	}
}
