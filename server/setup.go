package server

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/room"
)

// This file serves pages around a stream: a poster, a second screen for a projector, and
// the file that waits for the server in OBS.

// setupPage is a room's data for the poster, the second screen, the welcome page and the
// builder.
type setupPage struct {
	Overlay string       // URL of the overlay with its key
	Short   string       // the audience's URL in the form to type
	Query   template.URL // query of the code's URL, "?at=…", "?key=…" or empty
	// SameNetwork is true when phones must be in this machine's network.
	SameNetwork bool
	Ways        []entryURL
	OnlyHere    bool      // no phone can reach the server
	OBS         bool      // the page has a button that uses OBS
	Modules     int       // side length of the audience's code, without the white border
	Distances   []float64 // distances in metres that the poster offers
	WiFi        *wifiCard
	Look        room.Look // the room's, safe to load
}

// entryURL is a URL for the audience.
type entryURL struct {
	Base, Short string
	Here        bool // works on this machine alone
}

// entryURLs lists the audience's URLs of a room, the likeliest first. It lists one that
// works only on this machine if there is no other.
func (s *Server) entryURLs(room string) (out []entryURL) {
	for _, base := range s.audienceBases() {
		out = append(out, entryURL{Base: base, Short: short(base) + "/r/" + room, Here: local(base)})
	}
	return out
}

// audienceBases returns the bases that may be shown to an audience.
func (s *Server) audienceBases() []string {
	if elsewhere := slices.DeleteFunc(slices.Clone(s.opt.Bases), local); len(elsewhere) > 0 {
		return elsewhere
	}
	return s.opt.Bases
}

// sameNetwork reports whether phones must be in this machine's network to reach a base: its
// address is private, or only such a network resolves its name. Phones reach any other base
// from anywhere.
func sameNetwork(base string) bool {
	u, err := url.Parse(base)
	if err != nil || local(base) {
		return false
	}
	name := hostName(u.Host)
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	return name != "" && localName(name)
}

// short removes the scheme, which browsers add themselves.
func short(base string) string {
	return strings.TrimPrefix(strings.TrimPrefix(base, "http://"), "https://")
}

// local reports whether a base names the machine itself.
func local(base string) bool {
	u, err := url.Parse(base)
	return err == nil && (u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.") || u.Hostname() == "::1")
}

// audienceBase returns the base of the audience's link: the one in ?at, if it is one of
// ours, otherwise the likeliest.
func (s *Server) audienceBase(c echo.Context) string {
	if at := c.QueryParam("at"); slices.Contains(s.audienceBases(), at) {
		return at
	}
	return s.opt.PublicURL
}

// moderatedRoom returns the room of the path, for a session that may run it.
func (s *Server) moderatedRoom(c echo.Context) (room.Room, room.AccessLink, error) {
	l, err := s.session(c.Request())
	if err != nil {
		return room.Room{}, l, err
	}
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		return r, l, err
	}
	if !l.Can(room.WatchConsole, r.ID) {
		return r, l, room.ErrNotAllowed
	}
	return r, l, nil
}

// hostPage sends a page on which hosts put their room's overlay on air. Like the console it
// exchanges a key or a one-time code for a session.
func (s *Server) hostPage(c echo.Context, page string) error {
	if done, err := s.signIn(c); done {
		return err
	}
	r, l, err := s.moderatedRoom(c)
	if err != nil {
		return err
	}
	key, err := s.live.ScreenKey(r.ID, room.Overlay)
	if err != nil {
		return err
	}
	p := &setupPage{
		Overlay: s.overlayURL(c, r.ID, url.Values{"key": {key}}), SameNetwork: sameNetwork(s.opt.PublicURL), Ways: s.entryURLs(r.ID),
		OBS: s.opt.OBS != nil && l.Role.Can(room.ControlOBS),
	}
	p.OnlyHere = len(p.Ways) == 1 && p.Ways[0].Here
	return s.render(c, http.StatusOK, page, pageData{Room: r, Setup: p, Role: l.Role})
}

// distances are the reading distances of a poster, in metres.
var distances = []float64{0.5, 1, 1.5, 2, 3, 4, 5, 7.5, 10}

// posterPage handles GET /poster/{room}: title, code and URL for the wall. It shows what
// the audience sees anyway; a secret room's poster is for those who are admitted.
func (s *Server) posterPage(c echo.Context) error {
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	to, err := s.audienceURL(c) // it checks who may have a secret room's
	if err != nil {
		return err
	}
	base := s.audienceBase(c)
	p := &setupPage{Short: short(base) + "/r/" + r.ID, SameNetwork: sameNetwork(base), OnlyHere: local(base), Look: r.WithoutForeignPicture().Look, Distances: distances}
	if p.Modules, err = modules(to); err != nil {
		return err
	}
	// Everybody may load the page, also over the internet; the password is for the wall.
	if _, _, err := s.moderatedRoom(c); err == nil {
		if p.WiFi, err = s.wifiCard(c, r.ID); err != nil {
			return err
		}
	}
	if r.Secret {
		p.Short = "" // useless without its key
	}
	if base != s.opt.PublicURL {
		p.Query = template.URL("?at=" + url.QueryEscape(base))
	}
	return s.render(c, http.StatusOK, "poster/index.html", pageData{Room: r, Setup: p})
}

// screenOwn are the second screen's own options; the overlay gets the rest.
var screenOwn = []string{"color", "code", "at", "picture", "wifi", "distance", "wide"}

// screenPage handles GET /screen/{room}: the overlay over a colour or a picture. A
// projector's machine may use the overlay's key instead of a session.
func (s *Server) screenPage(c echo.Context) error {
	r, key, err := s.screenKey(c)
	if err != nil {
		return err
	}
	query := c.QueryParams()
	for _, own := range screenOwn {
		query.Del(own)
	}
	query.Set("key", key)
	if !query.Has("wall") { // photos are behind the comments; wall=0 omits them
		query.Set("wall", "1")
	}
	p := &setupPage{
		Overlay: airPath(r.ID, query),
		Short:   short(s.audienceBase(c)) + "/r/" + r.ID, SameNetwork: sameNetwork(s.audienceBase(c)), Look: r.WithoutForeignPicture().Look,
	}
	code := url.Values{}
	if at := c.QueryParam("at"); at != "" {
		code.Set("at", at)
	}
	if r.Secret {
		p.Short = ""
		code.Set("key", key)
	}
	if len(code) > 0 {
		p.Query = template.URL("?" + code.Encode())
	}
	if to, err := s.audienceURL(c); err == nil { // otherwise its picture is not there either
		if p.Modules, err = modules(to); err != nil {
			return err
		}
	}
	if p.WiFi, err = s.wifiCard(c, r.ID); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "screen/index.html", pageData{Room: r, Setup: p})
}

// screenKey returns the room of the path and the key of its overlay, for a request with
// that key or with a session.
func (s *Server) screenKey(c echo.Context) (room.Room, string, error) {
	if key := c.QueryParam("key"); key != "" {
		l, err := s.live.Open(key)
		if err != nil || l.Role != room.Overlay || !l.On(c.Param("room")) {
			return room.Room{}, "", room.ErrNotAllowed
		}
		r, err := s.live.Room(c.Param("room"))
		return r, key, err
	}
	r, _, err := s.moderatedRoom(c)
	if err != nil {
		return r, "", err
	}
	key, err := s.live.ScreenKey(r.ID, room.Overlay)
	return r, key, err
}

// overlayURL returns the overlay's complete URL, on the host that the browser uses.
func (s *Server) overlayURL(c echo.Context, room string, query url.Values) string {
	scheme := "http://"
	if s.isHTTPS(c.Request()) {
		scheme = "https://"
	}
	return scheme + c.Request().Host + airPath(room, query)
}

// airPath returns the path of the page on air with its query: the chat box's, if the
// options say so, otherwise the overlay's.
func airPath(room string, query url.Values) string {
	page := "/overlay/"
	if query.Get("box") != "" {
		page = "/chat/"
	}
	return page + room + "?" + query.Encode()
}

// loader handles GET /overlay-loader/{room}: a file to store beside OBS. It contains the
// overlay's options from the query.
func (s *Server) loader(c echo.Context) error {
	r, key, err := s.screenKey(c)
	if err != nil {
		return err
	}
	query := c.QueryParams()
	query.Set("key", key)
	var b bytes.Buffer
	if err := s.opt.Pages.loader.Execute(&b, setupPage{Overlay: s.overlayURL(c, r.ID, query)}); err != nil {
		return fmt.Errorf("write the loader: %w", err)
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="overlay-loader.html"`)
	return c.HTMLBlob(http.StatusOK, b.Bytes())
}

// readLoader reads the template of [Server.loader], which is not one of our pages: it is
// opened from a disk.
func readLoader(tree fs.FS) (*template.Template, error) {
	t, err := template.ParseFS(tree, "overlay/loader.html")
	if err != nil {
		return nil, fmt.Errorf("read the loader: %w", err)
	}
	return t, nil
}

// addresses handles GET /api/rooms/{room}/addresses: the overlay's URL with its key, and
// the audience's URLs, the likeliest first.
func (s *Server) addresses(c echo.Context) error {
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	out := wireAddresses{Audience: []wireWay{}, SameNetwork: sameNetwork(s.opt.PublicURL)}
	if key, err := s.live.ScreenKey(r.ID, room.Overlay); err == nil { // otherwise its link was revoked
		out.Overlay = s.overlayURL(c, r.ID, url.Values{"key": {key}})
	}
	query := ""
	if r.Secret {
		key, err := s.live.ScreenKey(r.ID, room.Audience)
		if err != nil {
			return c.JSON(http.StatusOK, out) // the audience's link was revoked
		}
		query = "?" + url.Values{"key": {key}}.Encode()
	}
	for _, w := range s.entryURLs(r.ID) {
		out.Audience = append(out.Audience, wireWay{At: w.Base, URL: w.Base + "/r/" + r.ID + query, Here: w.Here})
	}
	return c.JSON(http.StatusOK, out)
}

type wireAddresses struct {
	Overlay     string    `json:"overlay,omitempty"`
	Audience    []wireWay `json:"audience"`
	SameNetwork bool      `json:"same_network"` // phones must be in the network of the server's machine
}

type wireWay struct {
	At   string `json:"at"` // value for ?at of codes and posters
	URL  string `json:"url"`
	Here bool   `json:"here,omitempty"` // works on the server's machine alone
}
