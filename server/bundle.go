package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"path"
	"regexp"
	"slices"
	"strings"
)

// For a phone in a dark hall, every request costs a round trip and half a kilobyte of
// headers. So the audience page contains its stylesheets and the scripts that must not
// wait, and loads its modules as one file. This file builds it from the same sources that
// tests and other pages read, without comments. It accepts modules as ours are written:
// imports by name, one on a line; exports before const, function or class.

var (
	importLine = regexp.MustCompile(`(?m)^import \{([^}]*)\} from '(\.[^']+)';$`)
	exportName = regexp.MustCompile(`(?m)^export (?:const|class|(?:async )?function) (\w+)`)
	otherWays  = regexp.MustCompile(`(?m)^(?:import\b|export\b)`)

	endComment  = regexp.MustCompile(`(?m)([;{}(),]) // [^'"\x60/\n]*$`)      // after code; one with a quote stays, since it might be a string
	codeComment = regexp.MustCompile(`(?m)(^|[;{}] )/\*+[^*'"\x60/\n]*\*/ ?`) // beside code, under the same condition
	typeComment = regexp.MustCompile(`/\*\* @(?:type|param|returns)\b[^\n]*?\*/ ?`)
	blankLine   = regexp.MustCompile(`\n{2,}`)
)

// inline is the content of the page itself: a slow phone paints and opens its socket before
// anything else has arrived.
type inline struct {
	Style  template.CSS
	Script template.JS
}

// bundle adds the page folder's main.js with all modules that it needs as all.js. It
// returns the named stylesheets and classic scripts as inline content.
func (a *assets) bundle(folder string, names ...string) (in inline, err error) {
	script, err := a.joinModules(folder + "/main.js")
	if err != nil {
		return in, err
	}
	a.files[folder+"/all.js"] = file{mime: types[".js"], body: pack(script)}
	return a.within(names...)
}

// styleSpaces removes the spaces of a style that mean nothing.
var styleSpaces = strings.NewReplacer(": ", ":", ", ", ",", "; }", "}", " }", "}", "; ", ";", " { ", "{", " {", "{")

// within returns the named stylesheets and classic scripts as inline content.
func (a *assets) within(names ...string) (in inline, err error) {
	var style, classic bytes.Buffer
	for _, name := range names {
		f, ok := a.files[name]
		if !ok {
			return in, fmt.Errorf("no such file: %s", name)
		}
		into, text := &style, withoutBlockComments(string(f.plain))
		if path.Ext(name) == ".js" {
			into, text = &classic, typeComment.ReplaceAllString(withoutLineComments(text), "")
		}
		lines := strings.SplitAfter(text, "\n")
		for i, line := range lines {
			lines[i] = withoutCodeComments(strings.TrimLeft(line, " \t"))
			if into == &style && !strings.ContainsAny(line, `"'`) {
				lines[i] = styleSpaces.Replace(lines[i])
			}
		}
		into.WriteString(blankLine.ReplaceAllString(strings.Join(lines, ""), "\n"))
	}
	for _, text := range []string{style.String(), classic.String()} {
		if strings.Contains(text, "</") || strings.Contains(text, "<!--") || strings.Contains(text, "url(.") {
			return in, fmt.Errorf("a page cannot hold %s: it has an end of an element or an address beside it", strings.Join(names, ", "))
		}
	}
	return inline{template.CSS(style.String()), template.JS(classic.String())}, nil
}

// sources returns the policy sources for inline content: the hashes of its style and its
// script.
func (in inline) sources() (style, script string) {
	hash := func(text string) string {
		if text == "" {
			return ""
		}
		sum := sha256.Sum256([]byte(text))
		return " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return hash(string(in.Style)), hash(string(in.Script))
}

// joinModules makes one module of main and its dependencies. Each module but main is a
// function that is called once and returns the module's exports, so its other names stay
// local.
func (a *assets) joinModules(main string) ([]byte, error) {
	order, err := a.inOrder(main, nil, nil)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("// " + main + " and its modules, see server/bundle.go in the source; the modules lie beside this file.\n")
	for _, name := range order {
		code, exports, err := asFunction(name, string(a.files[name].plain))
		if err != nil {
			return nil, err
		}
		if name == main {
			b.WriteString(code)
			continue
		}
		fmt.Fprintf(&b, "const %s = (() => {\n%sreturn { %s };\n})();\n", variable(name), code, strings.Join(exports, ", "))
	}
	return []byte(b.String()), nil
}

// inOrder lists a module after everything that it imports.
func (a *assets) inOrder(name string, order, open []string) ([]string, error) {
	if slices.Contains(order, name) {
		return order, nil
	}
	if slices.Contains(open, name) {
		return nil, fmt.Errorf("%s imports itself by way of %s", name, strings.Join(open, ", "))
	}
	f, ok := a.files[name]
	if !ok {
		return nil, fmt.Errorf("no such module: %s", name)
	}
	var err error
	for line := range strings.Lines(string(f.plain)) {
		if !strings.HasPrefix(line, "import ") {
			continue
		}
		if m := importLine.FindStringSubmatch(line); m != nil {
			if order, err = a.inOrder(path.Join(path.Dir(name), m[2]), order, append(open, name)); err != nil {
				return nil, err
			}
		}
	}
	return append(order, name), nil
}

// asFunction turns a module into the body of a function. It works by lines: regular
// expressions over whole files took half of the program's start.
func asFunction(name, text string) (code string, exports []string, err error) {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if lines[i], exports, err = topLine(name, line, exports); err != nil {
			return "", nil, err
		}
	}
	// URLs relative to a module: all page folders have the same depth.
	text = strings.ReplaceAll(strings.Join(lines, ""), "new URL('./", "new URL('../"+path.Dir(name)+"/")
	text = typeComment.ReplaceAllString(withoutLineComments(withoutBlockComments(text)), "")
	lines = strings.SplitAfter(text, "\n")
	for i, line := range lines {
		lines[i] = withoutCodeComments(strings.TrimLeft(line, " \t"))
	}
	return strings.TrimLeft(blankLine.ReplaceAllString(strings.Join(lines, ""), "\n"), "\n"), exports, nil
}

// topLine returns a line of a module in its form in the function, and adds to the names
// that the module exports.
func topLine(name, line string, exports []string) (string, []string, error) {
	if strings.HasPrefix(line, "import ") {
		line = importLine.ReplaceAllStringFunc(line, func(line string) string {
			m := importLine.FindStringSubmatch(line)
			return "const {" + strings.ReplaceAll(m[1], " as ", ": ") + "} = " + variable(path.Join(path.Dir(name), m[2])) + ";"
		})
	}
	if after, ok := strings.CutPrefix(line, "export "); ok {
		m := exportName.FindStringSubmatch(line)
		if m == nil {
			return "", nil, fmt.Errorf("%s exports in a way that cannot be bundled", name)
		}
		line, exports = after, append(exports, m[1])
	}
	if strings.HasPrefix(line, "import") || strings.HasPrefix(line, "export") {
		if odd := otherWays.FindString(line); odd != "" {
			return "", nil, fmt.Errorf("%s has an %s that cannot be bundled", name, odd)
		}
	}
	return line, exports, nil
}

// withoutCodeComments removes comments beside the code of a line.
func withoutCodeComments(line string) string {
	if strings.Contains(line, " // ") {
		line = endComment.ReplaceAllString(line, "$1")
	}
	if !strings.Contains(line, "/*") {
		return line
	}
	return codeComment.ReplaceAllString(line, "$1")
}

// withoutBlockComments removes block comments on lines of their own.
func withoutBlockComments(text string) string {
	var b strings.Builder
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		if comment, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "/*"); ok {
			if _, after, ended := strings.Cut(text[len(line)-len(comment):], "*/"); ended {
				if behind, next, _ := strings.Cut(after, "\n"); strings.Trim(behind, " \t") == "" {
					text = next
					continue
				}
			}
		}
		b.WriteString(text[:len(text)-len(rest)])
		text = rest
	}
	return b.String()
}

// withoutLineComments removes lines that are only a comment.
func withoutLineComments(text string) string {
	var b strings.Builder
	for line := range strings.SplitAfterSeq(text, "\n") {
		if !strings.HasPrefix(strings.TrimLeft(line, " \t"), "//") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// variable returns the variable for a module's exports.
func variable(name string) string {
	return "m_" + strings.NewReplacer("/", "_", "-", "_", ".", "_").Replace(strings.TrimSuffix(name, ".js"))
}
