package server

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A phone in a dark hall pays for every request with a round trip and half a
// kilobyte of headers. So the audience page gets its stylesheets as one file and
// its modules as one, put together here from the same sources that tests and
// other pages read, comments left out. It takes modules as ours are written:
// imports by name, one on a line; exports in front of const, function or class.

var (
	importLine = regexp.MustCompile(`(?m)^import \{([^}]*)\} from '(\.[^']+)';$`)
	exportName = regexp.MustCompile(`(?m)^export (?:const|class|(?:async )?function) (\w+)`)
	exportWord = regexp.MustCompile(`(?m)^export `)
	otherWays  = regexp.MustCompile(`(?m)^(?:import\b|export\b)`)

	blockComment = regexp.MustCompile(`(?m)^[ \t]*/\*(?:[^*]|\*+[^*/])*\*+/[ \t]*$\n?`) // on lines of their own
	lineComment  = regexp.MustCompile(`(?m)^[ \t]*//.*$\n?`)
	typeComment  = regexp.MustCompile(`/\*\* @(?:type|param|returns)\b[^\n]*?\*/ ?`)
	indent       = regexp.MustCompile(`(?m)^[ \t]+`)
	blankLine    = regexp.MustCompile(`\n{2,}`)
)

// bundle adds the page folder's main.js with all modules that it needs as
// all.js, and the stylesheets that it names as all.css.
func (a *assets) bundle(folder string, styles ...string) error {
	script, err := a.joinModules(folder + "/main.js")
	if err != nil {
		return err
	}
	a.files[folder+"/all.js"] = file{mime: types[".js"], body: pack(script)}
	var css bytes.Buffer
	for _, name := range styles {
		f, ok := a.files[name]
		if !ok {
			return fmt.Errorf("there is no stylesheet %s", name)
		}
		css.Write(blankLine.ReplaceAll(indent.ReplaceAll(blockComment.ReplaceAll(f.plain, nil), nil), []byte("\n")))
	}
	a.files[folder+"/all.css"] = file{mime: types[".css"], body: pack(css.Bytes())}
	return nil
}

// joinModules makes one module of main and what it needs. Each module but main
// is a function that is called once and gives what the module exports, so that
// names inside stay its own.
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
		fmt.Fprintf(&b, "// %s\n", name)
		if name == main {
			b.WriteString(code)
			continue
		}
		fmt.Fprintf(&b, "const %s = (() => {\n%sreturn { %s };\n})();\n", variable(name), code, strings.Join(exports, ", "))
	}
	return []byte(b.String()), nil
}

// inOrder lists a module behind everything that it imports.
func (a *assets) inOrder(name string, order, open []string) ([]string, error) {
	if slices.Contains(order, name) {
		return order, nil
	}
	if slices.Contains(open, name) {
		return nil, fmt.Errorf("%s imports itself by way of %s", name, strings.Join(open, ", "))
	}
	f, ok := a.files[name]
	if !ok {
		return nil, fmt.Errorf("there is no module %s", name)
	}
	var err error
	for _, m := range importLine.FindAllSubmatch(f.plain, -1) {
		if order, err = a.inOrder(path.Join(path.Dir(name), string(m[2])), order, append(open, name)); err != nil {
			return nil, err
		}
	}
	return append(order, name), nil
}

// asFunction turns a module into the body of a function.
func asFunction(name, text string) (code string, exports []string, err error) {
	text = importLine.ReplaceAllStringFunc(text, func(line string) string {
		m := importLine.FindStringSubmatch(line)
		return "const {" + strings.ReplaceAll(m[1], " as ", ": ") + "} = " + variable(path.Join(path.Dir(name), m[2])) + ";"
	})
	for _, m := range exportName.FindAllStringSubmatch(text, -1) {
		exports = append(exports, m[1])
	}
	if n := len(exportWord.FindAllString(text, -1)); n != len(exports) {
		return "", nil, fmt.Errorf("%s exports in a way that cannot be bundled", name)
	}
	text = exportWord.ReplaceAllString(text, "")
	if odd := otherWays.FindString(text); odd != "" {
		return "", nil, fmt.Errorf("%s has an %s that cannot be bundled", name, odd)
	}
	// Addresses beside a module: every page folder is as deep as any other.
	text = strings.ReplaceAll(text, "new URL('./", "new URL('../"+path.Dir(name)+"/")
	for _, comments := range []*regexp.Regexp{blockComment, lineComment, typeComment, indent} {
		text = comments.ReplaceAllString(text, "")
	}
	return strings.TrimLeft(blankLine.ReplaceAllString(text, "\n"), "\n"), exports, nil
}

// variable names what a module exports.
func variable(name string) string {
	return "m_" + strings.NewReplacer("/", "_", "-", "_", ".", "_").Replace(strings.TrimSuffix(name, ".js"))
}
