package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"danmaku/room"
)

// Pages are the HTML templates in every language, and the assets beside them.
// They never change, so that several servers may share them.
type Pages struct {
	assets  *assets
	langs   []string
	matcher language.Matcher
	byName  map[string]map[string]*template.Template // page file -> language
	modules map[string][]string                      // page file -> module addresses
	inline  map[string]inline                        // page file -> what stands in it
	loader  *template.Template
}

// pageFiles are the templates and the locale files each takes its words from.
var pageFiles = map[string]string{
	"audience/index.html": "audience", "audience/rooms.html": "audience", "about/secure.html": "about", "about/privacy.html": "about", "shared/notice.html": "audience", "shared/press.html": "welcome",
	"console/index.html": "console", "overlay/index.html": "overlay", "overlay/chat.html": "overlay",
	"welcome/index.html": "welcome", "poster/index.html": "welcome", "screen/index.html": "welcome",
	"builder/index.html": "builder",
}

// ReadPages reads the tree of assets. The languages are those audience words
// exist in; the first is what everybody else gets.
func ReadPages(tree fs.FS) (*Pages, error) {
	a, err := readAssets(tree)
	if err != nil {
		return nil, err
	}
	in, err := a.bundle("audience", "shared/tokens.css", "shared/base.css", "audience/audience.css", "shared/first.js", "audience/early.js")
	if err != nil {
		return nil, fmt.Errorf("bundle the audience page: %w", err)
	}
	p := &Pages{assets: a, inline: map[string]inline{"audience/index.html": in}, byName: map[string]map[string]*template.Template{}, modules: map[string][]string{}}
	if p.loader, err = readLoader(tree); err != nil {
		return nil, err
	}
	p.langs = []string{"en"}
	var tags []language.Tag
	for name := range a.files {
		if lang, ok := strings.CutPrefix(name, "locales/audience."); ok && lang != "en.json" {
			p.langs = append(p.langs, strings.TrimSuffix(lang, ".json"))
		}
	}
	slices.Sort(p.langs[1:])
	for _, l := range p.langs {
		tags = append(tags, language.Make(l))
	}
	p.matcher = language.NewMatcher(tags)
	for name, words := range pageFiles {
		p.byName[name] = map[string]*template.Template{}
		for _, lang := range p.langs {
			if p.byName[name][lang], err = p.parse(tree, name, words, lang); err != nil {
				return nil, err
			}
		}
		for _, m := range a.modules(mainOf(a, name)) {
			p.modules[name] = append(p.modules[name], a.base+"/"+m)
		}
	}
	return p, nil
}

// mainOf is the module that a page starts with: the one of its own name, where a
// folder has several pages, else the folder's.
func mainOf(a *assets, page string) string {
	if own := strings.TrimSuffix(page, ".html") + ".js"; a.files[own].plain != nil {
		return own
	}
	return path.Dir(page) + "/main.js"
}

func (p *Pages) parse(tree fs.FS, name, words, lang string) (*template.Template, error) {
	messages := map[string]any{}
	for _, l := range []string{"en", lang} { // what a language lacks is English
		f, ok := p.assets.files["locales/"+words+"."+l+".json"]
		if !ok {
			continue // a page without words, as the overlay
		}
		if err := json.Unmarshal(f.plain, &messages); err != nil {
			return nil, fmt.Errorf("locales/%s.%s.json: %w", words, l, err)
		}
	}
	tag := language.Make(lang)
	page := template.New(name).Funcs(template.FuncMap{
		"t": func(key string, args ...any) (string, error) { return say(tag, messages[key], key, args) },
	})
	for _, file := range []string{"shared/plain.html", name} {
		text, err := fs.ReadFile(tree, file)
		if err != nil {
			return nil, err
		}
		if page, err = page.Parse(string(text)); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// say puts parameters into a message; "n" chooses its plural form.
func say(lang language.Tag, message any, key string, args []any) (string, error) {
	var pairs []string
	n := 0
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
		if v, ok := args[i+1].(int); ok && args[i] == "n" {
			n = v
		}
	}
	if forms, ok := message.(map[string]any); ok {
		names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
		if message = forms[names[plural.Cardinal.MatchPlural(lang, n, 0, 0, 0, 0)]]; message == nil {
			message = forms["other"]
		}
	}
	text, ok := message.(string)
	if !ok {
		return "", fmt.Errorf("there is no message %q", key)
	}
	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(text)), nil
}

// pageData is what templates see.
type pageData struct {
	Base    string
	Inline  inline
	Lang    string
	Langs   []string
	Modules []string
	Room    room.Room
	Rooms   []room.Room
	View    string
	Signed  bool
	Role    room.Role
	Me      string // the name under which this session's acts stand
	Outcome *pageOutcome
	Notice  pageNotice
	Token   string // the identity, for a form whose browser sent no cookie
	Key     string // of the audience link, where no cookie keeps it
	Origin  string // of the audience's address
	Secure  securePage
	Press   pressPage
	Erased  *pageErased // of the privacy page: what has just been deleted
	Setup   *setupPage
	Formats string // JSON of a list of [wire.ExportFormat]
}

type pageNotice struct{ Status, Code string }

// language chooses the page's language: ?lang, the cookie that the pages set,
// then what the browser asks for.
func (p *Pages) language(r *http.Request) string {
	wishes := []string{r.URL.Query().Get("lang")}
	if c, err := r.Cookie("danmaku_lang"); err == nil {
		wishes = append(wishes, c.Value)
	}
	wishes = append(wishes, r.Header.Get("Accept-Language"))
	_, i := language.MatchStrings(p.matcher, wishes...)
	return p.langs[i]
}

// render answers with a page. Pages are never kept: the next start may have
// other assets.
func (s *Server) render(c echo.Context, status int, name string, d pageData) error {
	d.Lang, d.Langs, d.Base = s.opt.Pages.language(c.Request()), s.opt.Pages.langs, s.opt.Pages.assets.base
	d.Modules, d.Inline = s.opt.Pages.modules[name], s.opt.Pages.inline[name]
	d.Origin = s.opt.PublicURL
	var b bytes.Buffer
	if err := s.opt.Pages.byName[name][d.Lang].Execute(&b, d); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	s.moveCookies(c)
	h := c.Response().Header()
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Set("Content-Security-Policy", s.policy(c.Request(), name))
	return sendPage(c, status, b.Bytes())
}

// policy is the page's Content-Security-Policy. The overlay must let OBS put
// its custom CSS into the page, with fonts that lie in the CSS itself; nothing
// else may carry inline styles. Older Safari does not take 'self' for sockets, so
// the host is named. What stands in a page itself is named by its hash.
func (s *Server) policy(r *http.Request, name string) string {
	style, fonts, frames := "'self'", "'self'", "'none'"
	if strings.HasPrefix(name, "overlay/") {
		style, fonts, frames = "'self' 'unsafe-inline'", "'self' data:", "'self'"
	}
	connect := "'self'"
	if host := r.Host; host != "" && !strings.ContainsAny(host, " ;,'\"") {
		connect += " ws://" + host + " wss://" + host
	}
	images, framed := "'self' data:", ""
	if strings.HasPrefix(name, "screen/") || strings.HasPrefix(name, "builder/") {
		framed = "frame-src 'self'; " // the overlay
	}
	if strings.HasPrefix(name, "screen/") { // over a picture of this machine
		images += " blob:"
	}
	ownStyle, ownScript := s.opt.Pages.inline[name].sources()
	return "default-src 'none'; " + framed + "script-src 'self'" + ownScript + "; style-src " + style + ownStyle + "; img-src " + images + "; font-src " + fonts + "; " +
		"connect-src " + connect + "; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors " + frames
}

// notice tells a person in words what a status means.
func (s *Server) notice(c echo.Context, status int, code string) error {
	return s.render(c, status, "shared/notice.html", pageData{Notice: pageNotice{Status: fmt.Sprint(status), Code: code}})
}
