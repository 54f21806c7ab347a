package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"danmaku/comment"
	"danmaku/live"
)

// Pages are the HTML templates in every language, and the assets beside them.
// They never change, so that several servers may share them.
type Pages struct {
	assets  *assets
	langs   []string
	matcher language.Matcher
	byName  map[string]map[string]*template.Template // page file -> language
	modules map[string][]string                      // page folder -> module addresses
	loader  *template.Template
}

// pageFiles are the templates and the locale files each takes its words from.
var pageFiles = map[string]string{
	"audience/index.html": "audience", "audience/rooms.html": "audience", "shared/notice.html": "audience",
	"console/index.html": "console", "overlay/index.html": "overlay",
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
	if err := a.bundle("audience", "shared/tokens.css", "shared/base.css", "audience/audience.css"); err != nil {
		return nil, fmt.Errorf("bundle the audience page: %w", err)
	}
	p := &Pages{assets: a, byName: map[string]map[string]*template.Template{}, modules: map[string][]string{}}
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
		folder := path.Dir(name)
		for _, m := range a.modules(folder + "/main.js") {
			if !slices.Contains(p.modules[folder], a.base+"/"+m) {
				p.modules[folder] = append(p.modules[folder], a.base+"/"+m)
			}
		}
	}
	return p, nil
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
	Lang    string
	Langs   []string
	Modules []string
	Room    comment.Room
	Rooms   []comment.Room
	View    string
	Signed  bool
	Role    comment.Role
	Me      string // the name under which this session's acts stand
	Outcome *pageOutcome
	Notice  pageNotice
	Token   string // the identity, for a form whose browser sent no cookie
	Key     string // of the audience link, where no cookie keeps it
	Origin  string // of the audience's address
	Hall    *hallPage
}

type pageOutcome struct {
	Kind  comment.Status
	Code  string
	Wait  int // seconds, rounded up
	Mute  pageMute
	Draft string
}

// pageMute says for how long somebody cannot write: the message and its number.
// A page without JavaScript does not know the person's clock, so it counts.
type pageMute struct {
	Words string
	N     int
}

// muteFor puts a wait into words; one that has no end, or none that a person
// would wait for, has no number. It is rounded up: then it is over for sure.
func muteFor(wait time.Duration) pageMute {
	const day = 24 * time.Hour
	up := func(unit time.Duration) int { return int((wait + unit - 1) / unit) }
	switch {
	case wait <= 0 || wait > 366*day:
		return pageMute{Words: "muted_ever"}
	case wait <= 90*time.Minute:
		return pageMute{"muted_minutes", up(time.Minute)}
	case wait <= 2*day:
		return pageMute{"muted_hours", up(time.Hour)}
	}
	return pageMute{"muted_days", up(day)}
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
	d.Modules = s.opt.Pages.modules[path.Dir(name)]
	d.Origin = s.opt.PublicURL
	var b bytes.Buffer
	if err := s.opt.Pages.byName[name][d.Lang].Execute(&b, d); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Content-Security-Policy", s.policy(c.Request(), name))
	return sendPage(c, status, b.Bytes())
}

// policy is the page's Content-Security-Policy. The overlay must let OBS put
// its custom CSS into the page, with fonts that lie in the CSS itself; nothing
// else may carry inline styles. Older
// Safari does not take 'self' for sockets, so the host is named.
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
	return "default-src 'none'; " + framed + "script-src 'self'; style-src " + style + "; img-src " + images + "; font-src " + fonts + "; " +
		"connect-src " + connect + "; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors " + frames
}

// front is GET /: the one open room, else a short list.
func (s *Server) front(c echo.Context) error {
	open := slices.DeleteFunc(s.hall.RoomList(), func(r comment.Room) bool { return r.State == comment.Closed || r.Secret })
	if len(open) == 1 {
		return c.Redirect(http.StatusFound, "/r/"+open[0].ID)
	}
	return s.render(c, http.StatusOK, "audience/rooms.html", pageData{Rooms: open})
}

// audiencePage is GET /r/{room}.
func (s *Server) audiencePage(c echo.Context) error {
	r, err := s.hall.Room(c.Param("room"))
	if err != nil {
		return err
	}
	var key string
	if c.QueryParams().Has("key") {
		if key, err = s.welcomeGuest(c, r); err != nil || key == "" {
			return err
		}
	} else if _, err := s.guest(c, r.ID); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "audience/index.html", pageData{Room: r, Key: key, Token: s.formToken(s.ensureAudience(c))})
}

// plainForm is POST /r/{room}: the composer without JavaScript.
func (s *Server) plainForm(c echo.Context) error {
	room := c.Param("room")
	r, err := s.hall.Room(room)
	if err != nil {
		return err
	}
	if _, err := s.guest(c, room); err != nil {
		return err
	}
	id := s.ensureAudience(c)
	d := comment.Draft{
		Text: c.FormValue("text"), Name: c.FormValue("name"), Mode: comment.Mode(c.FormValue("mode")),
		Color: c.FormValue("color"), Size: comment.Size(c.FormValue("size")), Source: comment.FromAudience,
	}
	o, err := s.hall.Submit(c.Request().Context(), room, s.audienceAuthor(c, room, id), d)
	if err != nil && faultOf(err).Code == internal.Code {
		return err
	}
	ack := ackOf("", o, err)
	out := &pageOutcome{Kind: ack.Outcome, Code: ack.Code, Wait: int((ack.WaitMS + 999) / 1000), Mute: muteFor(comment.Wait(err))}
	status := http.StatusOK
	if ack.Outcome == comment.Refused {
		out.Draft = d.Text
		status = http.StatusUnprocessableEntity
		if err != nil {
			status = faultOf(err).Status
			retryAfter(c, err)
		}
	}
	return s.render(c, status, "audience/index.html", pageData{Room: r, Key: c.QueryParam("key"), Outcome: out, Token: s.formToken(id)})
}

// formToken is what a form carries whose browser may block cookies.
func (s *Server) formToken(id identity) string {
	if !id.fleeting {
		return ""
	}
	return s.identityToken(id)
}

// overlayPage is GET /overlay/{room}. It is the same for every room and key, an
// unknown one too: on air there is nothing to say about it. The socket knows.
func (s *Server) overlayPage(c echo.Context) error {
	r, err := s.hall.Room(c.Param("room"))
	if err != nil {
		r = comment.Room{ID: c.Param("room")}
	}
	return s.render(c, http.StatusOK, "overlay/index.html", pageData{Room: r})
}

// consolePage is GET /console, /console/{room} and /dock/{room}. A key or a
// one-time code in the address is traded for a session and dropped from it.
func (s *Server) consolePage(c echo.Context) error {
	room, query := c.Param("room"), c.QueryParams()
	if query.Has("key") || query.Has("code") {
		return s.trade(c, query)
	}
	d := pageData{View: "console", Room: comment.Room{ID: room}}
	if strings.HasPrefix(c.Path(), "/dock") {
		d.View = "dock"
	}
	l, err := s.session(c.Request())
	if err != nil || !l.Role.Moderates() {
		return s.render(c, http.StatusUnauthorized, "console/index.html", d)
	}
	if room == "" {
		first, err := s.firstRoom(l)
		if err != nil {
			return err
		}
		return c.Redirect(http.StatusFound, "/console/"+first)
	}
	if d.Room, err = s.hall.Room(room); err != nil {
		return err
	}
	if !l.On(room) {
		return comment.ErrNotAllowed
	}
	d.Signed, d.Role = true, l.Role
	d.Me = live.Actor{Role: l.Role, Label: l.Label, Link: l.ID}.Name()
	return s.render(c, http.StatusOK, "console/index.html", d)
}

// signIn trades a key or a one-time code for a session, as the console's own page
// does, and shows the console's door to whoever has none. Then the request has
// been answered.
func (s *Server) signIn(c echo.Context) (done bool, err error) {
	if query := c.QueryParams(); query.Has("key") || query.Has("code") {
		return true, s.trade(c, query)
	}
	l, err := s.session(c.Request())
	if err != nil || !l.Role.Moderates() {
		return true, s.render(c, http.StatusUnauthorized, "console/index.html",
			pageData{View: "console", Room: comment.Room{ID: c.Param("room")}})
	}
	return false, nil
}

// trade opens a session for a console link or a one-time code.
func (s *Server) trade(c echo.Context, query url.Values) error {
	var l live.Link
	var err error
	if query.Has("code") {
		l, err = s.hall.TradeCode(query.Get("code"))
	} else {
		l, err = s.hall.Open(c.Request().Context(), query.Get("key"))
	}
	if err != nil || !l.Role.Moderates() {
		// An owner who opens his one-time link again is still signed in.
		if kept, kerr := s.session(c.Request()); kerr == nil {
			l, err = kept, nil
		} else {
			return s.render(c, http.StatusUnauthorized, "console/index.html",
				pageData{View: "console", Room: comment.Room{ID: c.Param("room")}, Notice: pageNotice{Code: "expired"}})
		}
	}
	s.openSession(c, l)
	query.Del("key")
	query.Del("code")
	to := *c.Request().URL
	to.RawQuery = query.Encode()
	return c.Redirect(http.StatusSeeOther, to.RequestURI())
}

// firstRoom is where a console without a room goes.
func (s *Server) firstRoom(l live.Link) (string, error) {
	for _, r := range s.hall.RoomList() {
		if l.On(r.ID) {
			return r.ID, nil
		}
	}
	return "", comment.ErrNotFound
}

// notice tells a person in words what a status means.
func (s *Server) notice(c echo.Context, status int, code string) error {
	return s.render(c, status, "shared/notice.html", pageData{Notice: pageNotice{Status: fmt.Sprint(status), Code: code}})
}
