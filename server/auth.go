package server

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// This file signs and reads cookies and keys, and establishes who is asking.
// What somebody may do is decided in package live.

const (
	identityCookie = "danmaku_id"
	sessionCookie  = "danmaku_session"
	identityAge    = 365 * 24 * time.Hour
	sessionAge     = 30 * 24 * time.Hour
)

// identity is an audience member: a random name and when it was given.
type identity struct {
	id       string
	made     time.Time
	fleeting bool // it did not come in a cookie
}

func newIdentity(now time.Time) identity {
	var b [12]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return identity{id: hex.EncodeToString(b[:]), made: now.Truncate(time.Second)}
}

// sign writes fields and a keyed hash over them: a.b.c.MAC.
func (s *Server) sign(purpose string, fields ...string) string {
	text := strings.Join(fields, ".")
	return text + "." + base64.RawURLEncoding.EncodeToString(s.hall.Keys().Mac(purpose, text)[:18])
}

// unsign gives the fields back when nobody changed them.
func (s *Server) unsign(purpose, signed string, n int) ([]string, bool) {
	i := strings.LastIndexByte(signed, '.')
	if i < 0 || len(signed) > 256 {
		return nil, false
	}
	mac, err := base64.RawURLEncoding.DecodeString(signed[i+1:])
	if err != nil || !hmac.Equal(mac, s.hall.Keys().Mac(purpose, signed[:i])[:18]) {
		return nil, false
	}
	fields := strings.Split(signed[:i], ".")
	return fields, len(fields) == n
}

func (s *Server) identityToken(id identity) string {
	return s.sign("identity", id.id, strconv.FormatInt(id.made.Unix(), 10))
}

func (s *Server) readIdentity(token string) (identity, bool) {
	f, ok := s.unsign("identity", token, 2)
	if !ok {
		return identity{}, false
	}
	made, err := strconv.ParseInt(f[1], 10, 64)
	return identity{id: f[0], made: time.Unix(made, 0)}, err == nil
}

// tokenHeader carries the identity where cookies are blocked, in requests that
// our scripts make; tokenField does in the form without scripts.
const (
	tokenHeader = "X-Danmaku-Identity"
	tokenField  = "token"
)

// audience gives the identity in the request's cookie, else in its header. One
// that did not come in a cookie is fleeting: whoever throws it away gets the
// next for nothing.
func (s *Server) audience(r *http.Request) (id identity, ok bool) {
	if c, err := r.Cookie(s.cookieName(r, identityCookie)); err == nil {
		if id, ok = s.readIdentity(c.Value); ok {
			return id, true
		}
	}
	return s.fleeting(r.Header.Get(tokenHeader))
}

// fleeting reads an identity that the page kept itself.
func (s *Server) fleeting(token string) (identity, bool) {
	id, ok := s.readIdentity(token)
	id.fleeting = true
	return id, ok
}

// ensureAudience gives the request's identity, or a new one in a cookie. Where
// cookies are blocked the form brings it back.
func (s *Server) ensureAudience(c echo.Context) identity {
	if id, ok := s.audience(c.Request()); ok {
		return id
	}
	if c.Request().Method == http.MethodPost {
		if id, ok := s.fleeting(c.FormValue(tokenField)); ok {
			return id
		}
	}
	id := newIdentity(s.now())
	id.fleeting = true // until its cookie comes back
	s.setCookie(c, identityCookie, s.identityToken(id), identityAge)
	return id
}

// setCookie sets one that scripts cannot read. Lax, since a link in a chat must
// open with it; what changes state is guarded besides.
func (s *Server) setCookie(c echo.Context, name, value string, age time.Duration) {
	r := c.Request()
	c.SetCookie(&http.Cookie{
		Name: s.cookieName(r, name), Value: value, Path: "/", MaxAge: int(age.Seconds()),
		HttpOnly: true, Secure: s.isHTTPS(r), SameSite: http.SameSiteLaxMode,
	})
}

// cookieName binds the cookie to this host under https, where browsers heed it.
func (s *Server) cookieName(r *http.Request, name string) string {
	if s.isHTTPS(r) {
		return "__Host-" + name
	}
	return name
}

// isHTTPS tells whether the browser speaks https, here or to a trusted proxy.
func (s *Server) isHTTPS(r *http.Request) bool {
	// In a chain of proxies the first word is the browser's.
	proto, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return r.TLS != nil || s.fromProxy(r) && strings.EqualFold(strings.TrimSpace(proto), "https")
}

// openSession remembers in the browser which link it came with.
func (s *Server) openSession(c echo.Context, l live.Link) {
	s.setCookie(c, sessionCookie, s.sign("session", strconv.FormatInt(l.ID, 10), generation(l),
		strconv.FormatInt(s.now().Unix(), 10)), sessionAge)
}

// generation tells apart two lives of a link: a session does not outlive the
// key it was opened with.
func generation(l live.Link) string { return hex.EncodeToString(l.Hash[:6]) }

// session gives the link of the request's console session.
func (s *Server) session(r *http.Request) (live.Link, error) {
	c, err := r.Cookie(s.cookieName(r, sessionCookie))
	if err != nil {
		return live.Link{}, errNoKey
	}
	f, ok := s.unsign("session", c.Value, 3)
	if !ok {
		return live.Link{}, errNoKey
	}
	id, err1 := strconv.ParseInt(f[0], 10, 64)
	at, err2 := strconv.ParseInt(f[2], 10, 64)
	if err1 != nil || err2 != nil || s.now().Sub(time.Unix(at, 0)) > sessionAge {
		return live.Link{}, errNoKey
	}
	l, err := s.hall.LinkByID(id)
	if err != nil || generation(l) != f[1] {
		return live.Link{}, errNoKey
	}
	return l, nil
}

// link gives the link of the request: of its bearer key, else of its session.
// A session that changes something must come from our own scripts, which say
// so in a header that a form elsewhere cannot send.
func (s *Server) link(r *http.Request) (live.Link, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		key, ok := strings.CutPrefix(h, "Bearer ")
		if !ok {
			return live.Link{}, errNoKey
		}
		l, err := s.hall.Open(r.Context(), strings.TrimSpace(key))
		if err != nil {
			return live.Link{}, errNoKey
		}
		return l, nil
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("X-Requested-With") != "danmaku" {
		return live.Link{}, errNoKey
	}
	return s.session(r)
}

// moderator gives who acts on the room in the path, or why nobody may.
func (s *Server) moderator(c echo.Context) (live.Actor, error) {
	l, err := s.link(c.Request())
	if err != nil {
		return live.Actor{}, err
	}
	if !l.Role.Moderates() || !l.On(c.Param("room")) {
		return live.Actor{}, comment.ErrNotAllowed
	}
	return live.Actor{Role: l.Role, Label: l.Label, Link: l.ID}, nil
}

// owner gives the owner who asks, or why nobody may.
func (s *Server) owner(c echo.Context) (live.Actor, error) {
	l, err := s.link(c.Request())
	if err != nil {
		return live.Actor{}, err
	}
	if l.Role != comment.Owner {
		return live.Actor{}, comment.ErrNotAllowed
	}
	return live.Actor{Role: l.Role, Label: l.Label, Link: l.ID}, nil
}

// address is where the request comes from: the peer, or what a trusted proxy
// says of it.
func (s *Server) address(c echo.Context) netip.Addr {
	a, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return netip.Addr{}
	}
	return a
}

// fromProxy tells whether the peer is a proxy that the config trusts.
func (s *Server) fromProxy(r *http.Request) bool {
	p, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && s.proxy(p.Addr())
}

// proxy tells whether an address is that of a proxy that the config trusts.
func (s *Server) proxy(a netip.Addr) bool {
	return slices.ContainsFunc(s.opt.TrustedProxies, func(net netip.Prefix) bool { return net.Contains(a.Unmap()) })
}
