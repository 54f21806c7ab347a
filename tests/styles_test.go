package tests

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// keptStyle is a style as the API returns it.
type keptStyle struct {
	Name, CSS string
	Options   map[string]string
	Changed   int64
}

func (b *browser) styles() []keptStyle {
	b.t.Helper()
	status, body := b.do("GET", liveRoom+"/styles", nil, ours)
	if status != http.StatusOK {
		b.t.Fatalf("%d: %s", status, body)
	}
	var got struct{ Styles []keptStyle }
	decode(b.t, body, &got)
	return got.Styles
}

// A style is saved under its name for all moderators, over a
// restart, until it is deleted.
func TestStylesAreKept(t *testing.T) {
	data := t.TempDir()
	p := start(t, data)
	owner, mod := p.console(), p.moderator()
	if got := mod.styles(); len(got) != 0 {
		t.Errorf("a new room has %v", got)
	}
	const name = `a/b "夜" <b>?`
	owner.call("PUT", liveRoom+"/styles", map[string]any{"name": name, "options": map[string]string{"size": "44", "font": "Noto Serif"}, "css": ".dm { color: red }\n"}, 200)
	mod.call("PUT", liveRoom+"/styles", map[string]any{"name": "plain"}, 200)
	mod.call("PUT", liveRoom+"/styles", map[string]any{"name": name, "options": map[string]string{"size": "50"}, "css": "x"}, 200)
	p.stop()
	p = start(t, data)
	mod = p.moderator()
	got := mod.styles()
	if len(got) != 2 || got[0].Name != name || got[0].CSS != "x" || len(got[0].Options) != 1 || got[0].Options["size"] != "50" || got[0].Changed == 0 || got[1].Name != "plain" || got[1].Options == nil {
		t.Errorf("%+v", got)
	}
	mod.call("DELETE", liveRoom+"/styles/"+url.PathEscape(name), nil, 204)
	mod.call("DELETE", liveRoom+"/styles/"+url.PathEscape(name), nil, 404)
	if got := mod.styles(); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

// An invalid style is refused with a sentence.
func TestBadStyles(t *testing.T) {
	p := start(t, t.TempDir())
	mod := p.moderator()
	many := map[string]string{}
	for i := range 61 {
		many[fmt.Sprintf("o%c%c", 'a'+i/26, 'a'+i%26)] = "1"
	}
	for what, bad := range map[string]map[string]any{
		"no name":        {"css": "x"},
		"long name":      {"name": strings.Repeat("名", 41)},
		"two lines":      {"name": "a\nb"},
		"long css":       {"name": "a", "css": strings.Repeat("x", 32<<10+1)},
		"odd option":     {"name": "a", "options": map[string]string{"Size!": "1"}},
		"long value":     {"name": "a", "options": map[string]string{"font": strings.Repeat("x", 801)}},
		"value of lines": {"name": "a", "options": map[string]string{"font": "a\nb"}},
		"many options":   {"name": "a", "options": many},
	} {
		if r := mod.call("PUT", liveRoom+"/styles", bad, 422); r.Message == "" {
			t.Errorf("%s: no sentence", what)
		}
	}
	for i := range 60 {
		mod.call("PUT", liveRoom+"/styles", map[string]any{"name": fmt.Sprint("style ", i)}, 200)
	}
	mod.call("PUT", liveRoom+"/styles", map[string]any{"name": "one too many"}, 422)
	mod.call("PUT", liveRoom+"/styles", map[string]any{"name": "style 7", "css": "y"}, 200) // replaces another
}

// A style at its limits is saved, though its request is far longer than a form.
func TestTheLargestStyle(t *testing.T) {
	p := start(t, t.TempDir())
	options := map[string]string{}
	for i := range 60 {
		options[fmt.Sprintf("%s%c%c", strings.Repeat("o", 18), 'a'+i/26, 'a'+i%26)] = strings.Repeat("<", 800) // six bytes each as JSON
	}
	css := strings.Repeat("\n", 32<<10)
	mod := p.moderator()
	mod.call("PUT", liveRoom+"/styles", map[string]any{"name": strings.Repeat("名", 40), "options": options, "css": css}, 200)
	if got := mod.styles(); len(got) != 1 || len(got[0].Options) != 60 || got[0].CSS != css {
		t.Errorf("%d styles are saved", len(got))
	}
}

// Only moderators and owners may use the builder and its styles.
func TestTheBuilderIsForThoseWhoRunTheRoom(t *testing.T) {
	p := start(t, t.TempDir())
	for _, tt := range []struct {
		who    string
		b      *browser
		page   int
		styles int
	}{
		{"a stranger", p.browser(), 401, 401},
		{"the audience", p.phone(), 401, 401},
		{"a moderator", p.moderator(), 200, 200},
		{"the owner", p.console(), 200, 200},
	} {
		status, page := tt.b.do("GET", "/builder/live", nil, nil)
		if status != tt.page || strings.Contains(page, p.overlay) != (tt.page == 200) {
			t.Errorf("%s: the page answers %d, with the overlay's key: %v", tt.who, status, strings.Contains(page, p.overlay))
		}
		for _, r := range []struct {
			method, path string
			body         any
		}{{"GET", "/styles", nil}, {"PUT", "/styles", map[string]any{"name": "x"}}, {"DELETE", "/styles/x", nil}} {
			if status, _ := tt.b.do(r.method, liveRoom+r.path, r.body, ours); (status < 300) != (tt.styles == 200) {
				t.Errorf("%s: %s %s answers %d", tt.who, r.method, r.path, status)
			}
		}
	}
	mod := p.moderator()
	if status, _ := mod.do("GET", "/builder/nowhere", nil, nil); status != http.StatusNotFound {
		t.Errorf("no such room: %d", status)
	}
	_, header := mod.fetch("/builder/live")
	policy := header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-src 'self'") || !strings.Contains(policy, "style-src 'self'; ") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("its policy is %q", policy)
	}
	// A key in the address is exchanged for a session and dropped.
	b := p.browser()
	if status, page := b.do("GET", "/builder/live?key="+p.link("moderator").Key, nil, nil); status != http.StatusOK || !strings.Contains(page, "id=\"editor\"") {
		t.Errorf("with a moderator's key: %d", status)
	}
}
