package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"danmaku/room"
)

// Pages are the HTML templates in every language, and the assets beside them. Several servers
// may share them. A template gets the messages of a language when the first client asks for it
// in that language: most languages of most pages are never asked for.
type Pages struct {
	assets   *assets
	names    map[string]string                                        // language -> its own name
	messages sync.Map                                                 // "<table>.<language>" -> func() (map[string]any, error); see messagesOf
	spoken   map[string]spoken                                        // page file
	byName   map[string]map[string]func() (*template.Template, error) // page file -> language; made at the first use
	modules  map[string][]string                                      // page file -> module addresses
	inline   map[string]inline                                        // page file -> its inline content
	loader   *template.Template
}

// spoken lists the languages of a page; the first is the default.
type spoken struct {
	langs   []string
	matcher language.Matcher
}

// best returns the language of a page for a list of preferences, the most wanted first.
func (s spoken) best(wishes ...string) string {
	_, i := language.MatchStrings(s.matcher, wishes...)
	return s.langs[i]
}

// pageFiles maps the templates to the locale file of each.
var pageFiles = map[string]string{
	"audience/index.html": "audience", "audience/rooms.html": "audience", "about/secure.html": "about", "about/privacy.html": "about", "shared/notice.html": "audience", "shared/press.html": "welcome",
	"console/index.html": "console", "console/beside.html": "console", "overlay/index.html": "audience", "overlay/chat.html": "audience",
	"welcome/index.html": "welcome", "poster/index.html": "venue", "screen/index.html": "venue",
	"builder/index.html": "builder",
}

// ReadPages reads the tree of assets. The audience's pages exist in more languages than
// those of the people who run the room.
func ReadPages(tree fs.FS) (*Pages, error) {
	a, err := readAssets(tree)
	if err != nil {
		return nil, err
	}
	in, err := a.bundle("audience", "shared/tokens.css", "shared/base.css", "audience/audience.css", "shared/first.js", "audience/early.js")
	if err != nil {
		return nil, fmt.Errorf("bundle the audience page: %w", err)
	}
	recovers, err := a.within("shared/recover.js")
	if err != nil {
		return nil, err
	}
	first, err := a.within("shared/first.js")
	if err != nil {
		return nil, err
	}
	p := &Pages{assets: a, inline: map[string]inline{"audience/index.html": in, "overlay/index.html": recovers, "overlay/chat.html": recovers}, names: map[string]string{}, spoken: map[string]spoken{}, byName: map[string]map[string]func() (*template.Template, error){}, modules: map[string][]string{}}
	for _, name := range []string{"console/index.html", "console/beside.html", "welcome/index.html", "screen/index.html", "builder/index.html"} {
		p.inline[name] = first
	}
	if p.loader, err = readLoader(tree); err != nil {
		return nil, err
	}
	for _, lang := range languagesOf(a, "audience").langs {
		var own struct {
			Name string `json:"own_name"`
		}
		if err := json.Unmarshal(a.files["locales/audience."+lang+".json"].plain, &own); err != nil {
			return nil, fmt.Errorf("locales/audience.%s.json: %w", lang, err)
		}
		p.names[lang] = own.Name
	}
	for name, words := range pageFiles {
		page, err := parse(tree, name)
		if err != nil {
			return nil, err
		}
		p.byName[name], p.spoken[name] = map[string]func() (*template.Template, error){}, languagesOf(a, words)
		for _, lang := range p.spoken[name].langs {
			p.byName[name][lang] = sync.OnceValues(func() (*template.Template, error) { return p.inLanguage(page, words, lang) })
		}
		for _, m := range a.modules(mainOf(a, name)) {
			p.modules[name] = append(p.modules[name], a.base+"/"+m)
		}
	}
	return p, nil
}

// languagesOf returns the languages of a locale table.
func languagesOf(a *assets, words string) spoken {
	s := spoken{langs: []string{"en"}}
	for name := range a.files {
		if lang, ok := strings.CutPrefix(name, "locales/"+words+"."); ok && lang != "en.json" {
			s.langs = append(s.langs, strings.TrimSuffix(lang, ".json"))
		}
	}
	slices.Sort(s.langs[1:])
	var tags []language.Tag
	for _, l := range s.langs {
		tags = append(tags, language.Make(l))
	}
	s.matcher = language.NewMatcher(tags)
	return s
}

// mainOf returns the module that a page starts with: the one of the page's name, if a
// folder has several pages, otherwise the folder's.
func mainOf(a *assets, page string) string {
	if own := strings.TrimSuffix(page, ".html") + ".js"; a.files[own].plain != nil {
		return own
	}
	return path.Dir(page) + "/main.js"
}

// parse reads a page file. The parsed page has no messages yet, see inLanguage.
func parse(tree fs.FS, name string) (*template.Template, error) {
	page := template.New(name).Funcs(template.FuncMap{
		"t":       func(string, ...any) (string, error) { return "", errNoLanguage },
		"ownName": func(string) (string, error) { return "", errNoLanguage },
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

var errNoLanguage = errors.New("the page has no language")

// inLanguage returns a copy of a parsed page with the messages of a language.
func (p *Pages) inLanguage(page *template.Template, words, lang string) (*template.Template, error) {
	messages, err := p.messagesOf(words, lang)
	if err != nil {
		return nil, err
	}
	if page, err = page.Clone(); err != nil {
		return nil, err
	}
	tag := language.Make(lang)
	return page.Funcs(template.FuncMap{
		"t":       func(key string, args ...any) (string, error) { return format(tag, messages[key], key, args) },
		"ownName": func(lang string) string { return p.names[lang] },
	}), nil
}

// messagesOf returns the messages of a locale table in a language. Several pages share a
// table, so it decodes each once.
func (p *Pages) messagesOf(words, lang string) (map[string]any, error) {
	decode, _ := p.messages.LoadOrStore(words+"."+lang, sync.OnceValues(func() (map[string]any, error) {
		messages := map[string]any{}
		for _, l := range []string{"en", lang} { // messages that a language lacks are English
			if err := json.Unmarshal(p.assets.files["locales/"+words+"."+l+".json"].plain, &messages); err != nil {
				return nil, fmt.Errorf("locales/%s.%s.json: %w", words, l, err)
			}
		}
		return messages, nil
	}))
	return decode.(func() (map[string]any, error))()
}

// format inserts parameters into a message; "n" chooses its plural form.
func format(lang language.Tag, message any, key string, args []any) (string, error) {
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
		return "", fmt.Errorf("no such message: %q", key)
	}
	return strings.TrimSpace(strings.NewReplacer(pairs...).Replace(text)), nil
}

// pageData is the data of templates.
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
	Me      string // the name in audit entries of this session
	Outcome *pageOutcome
	Notice  pageNotice
	Token   string // the identity, for a form whose browser sent no cookie
	Key     string // of the audience link, where no cookie stores it
	Origin  string // of the audience's URL
	Secure  securePage
	Press   pressPage
	Erased  *pageErased // of the privacy page: what was just deleted
	Setup   *setupPage
	Formats string // JSON of a list of [wire.ExportFormat]
}

type pageNotice struct{ Status, Code string }

// language chooses the page's language: ?lang, the cookie that the pages set, then the
// browser's preferences.
func (p *Pages) language(r *http.Request, page string) string {
	wishes := []string{r.URL.Query().Get("lang")}
	if c, err := r.Cookie("danmaku_lang"); err == nil {
		wishes = append(wishes, c.Value)
	}
	wishes = append(wishes, r.Header.Get("Accept-Language"))
	return p.spoken[page].best(wishes...)
}

// render sends a page. Pages are not cacheable: the next start may have other assets.
func (s *Server) render(c echo.Context, status int, name string, d pageData) error {
	d.Lang, d.Langs, d.Base = s.opt.Pages.language(c.Request(), name), s.opt.Pages.spoken[name].langs, s.opt.Pages.assets.base
	d.Modules, d.Inline = s.opt.Pages.modules[name], s.opt.Pages.inline[name]
	d.Origin = s.opt.PublicURL
	page, err := s.opt.Pages.byName[name][d.Lang]()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, d); err != nil {
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

// policy returns the page's Content-Security-Policy. The overlay must let OBS insert its
// custom CSS into the page, with fonts inside the CSS; no other page may have inline
// styles. Older Safari does not accept 'self' for sockets, so the host is named. Hashes
// name the inline content.
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
	if strings.HasPrefix(name, "overlay/") || name == "audience/index.html" { // their sockets may go on at other machines
		for _, origin := range s.elsewhere(false) {
			connect += " " + origin + " ws" + strings.TrimPrefix(origin, "http")
			images += " " + origin
		}
	}
	if name == "console/index.html" { // a page of ours shows two consoles
		frames = "'self'"
	}
	if name == "console/beside.html" {
		framed = "frame-src 'self'; "
	}
	if strings.HasPrefix(name, "screen/") || strings.HasPrefix(name, "builder/") || strings.HasPrefix(name, "welcome/") {
		framed = "frame-src 'self'; " // the overlay
	}
	if strings.HasPrefix(name, "screen/") { // over a picture of this machine
		images += " blob:"
	}
	ownStyle, ownScript := s.opt.Pages.inline[name].sources()
	return "default-src 'none'; " + framed + "script-src 'self'" + ownScript + "; style-src " + style + ownStyle + "; img-src " + images + "; font-src " + fonts + "; " +
		"connect-src " + connect + "; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors " + frames
}

// notice returns the words that explain a status to a person.
func (s *Server) notice(c echo.Context, status int, code string) error {
	return s.render(c, status, "shared/notice.html", pageData{Notice: pageNotice{Status: fmt.Sprint(status), Code: code}})
}
