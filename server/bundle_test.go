package server

import (
	"strings"
	"testing"
	"testing/fstest"
)

// An unsupported module is an error at start, not a surprise for a phone.
func TestBundleRefusesWhatItCannotTake(t *testing.T) {
	for name, tt := range map[string]struct{ main, other, fault string }{
		"default export":  {"import { a } from './other.js';\n", "export default 1;\n", "cannot be bundled"},
		"list of exports": {"import { a } from './other.js';\n", "const a = 1;\nexport { a };\n", "cannot be bundled"},
		"whole import":    {"import * as o from './other.js';\n", "export const a = 1;\n", "cannot be bundled"},
		"missing":         {"import { a } from './nowhere.js';\n", "", "no such module"},
		"circle":          {"import { a } from './other.js';\n", "import { b } from './main.js';\nexport const a = 1;\n", "imports itself"},
		"fine":            {"import { a as b } from './other.js';\nb();\n", "/** b */\nexport function a() {}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := readAssets(fstest.MapFS{
				"page/main.js": {Data: []byte(tt.main)}, "page/other.js": {Data: []byte(tt.other)},
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.bundle("page")
			if tt.fault == "" && err != nil || tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)) {
				t.Errorf("got %v, want %q", err, tt.fault)
			}
		})
	}
}

// Text that would end its element, or that refers to a file beside it, is refused as inline
// content.
func TestBundleRefusesWhatAPageCannotHold(t *testing.T) {
	for name, text := range map[string]string{
		"page/a.css": "a { content: '</style>' }", "page/a.js": "const a = '</script>', b = '<!--';", "page/b.css": "a { background: url(./a.png) }", "page/none.css": "",
	} {
		a, err := readAssets(fstest.MapFS{"page/main.js": {}, name: {Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		if text == "" {
			name = "page/nowhere.css"
		}
		if _, err := a.bundle("page", name); err == nil {
			t.Errorf("%s: %q is taken", name, text)
		}
	}
}

// Comments are removed, code stays, and no module's names leak into another.
func TestBundleKeepsTheCode(t *testing.T) {
	a, err := readAssets(fstest.MapFS{
		"page/main.js":    {Data: []byte("// A page.\n\nimport { LIST, Box as Other } from '../shared/box.js';\n\n/** @type {any} */ let room = 1;\n/**\n * words\n */\nconst url = 'http://x/*'; // goes\nconst odd = ['a; // b', room]; // it's kept\nnew Other(LIST, room, url);\n")},
		"shared/box.js":   {Data: []byte("// Boxes.\nimport { clock } from './clock.js';\nconst SPRITE = new URL('./icons.svg', import.meta.url).href;\nexport const LIST = [clock, SPRITE];\nexport class Box {\n  /** so wide */ #wide = '/* 1 */';\n  /** @param {string} a\n   * @param {string} b */\n  constructor(a, b) {}\n}\n")},
		"shared/clock.js": {Data: []byte("export async function clock() {}\n")},
		"page/a.css":      {Data: []byte("/* A. */\na {\n  color: red; /* as blood */\n}\n")},
		"page/b.css":      {Data: []byte("b {}\nb::before { content: \"a: b, c\"; }\n")},
		"page/b.js":       {Data: []byte("// B.\n(() => {\n  /** @type {any} */ let a;\n})();\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	in, err := a.bundle("page", "page/a.css", "page/b.js", "page/b.css")
	if err != nil {
		t.Fatal(err)
	}
	if in.Style != "a{\ncolor:red;\n}\nb{}\nb::before { content: \"a: b, c\"; }\n" || in.Script != "(() => {\nlet a;\n})();\n" {
		t.Errorf("the page contains %q and %q", in.Style, in.Script)
	}
	want := `// page/main.js and its modules, see server/bundle.go in the source; the modules lie beside this file.
const m_shared_clock = (() => {
async function clock() {}
return { clock };
})();
const m_shared_box = (() => {
const { clock } = m_shared_clock;
const SPRITE = new URL('../shared/icons.svg', import.meta.url).href;
const LIST = [clock, SPRITE];
class Box {
#wide = '/* 1 */';
constructor(a, b) {}
}
return { LIST, Box };
})();
const { LIST, Box: Other } = m_shared_box;
let room = 1;
const url = 'http://x/*';
const odd = ['a; // b', room]; // it's kept
new Other(LIST, room, url);
`
	if got := string(a.files["page/all.js"].plain); got != want {
		t.Errorf("got:\n%s", got)
	}
}

// The real page's bundle has no comments left for a phone to load.
func TestAudienceBundle(t *testing.T) {
	p := realPages(t)
	script := p.assets.files["audience/all.js"]
	if strings.Contains(string(script.plain), "/**") && strings.Count(string(script.plain), "/**") > 10 || strings.Contains(string(script.plain), "@typedef") {
		t.Errorf("%d comments are left", strings.Count(string(script.plain), "/**"))
	}
	t.Logf("%d bytes, gzip %d, brotli %d", len(script.plain), len(script.gzip()), len(script.brotli()))
}
