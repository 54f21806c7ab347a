package server

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// This file writes and reads cookies. Browsers send them to every port of a host,
// so that their names have the port: two servers on one machine would else sign
// each other out.

// setCookie sets one that scripts cannot read. Lax, since a link in a chat must
// open with it; what changes state is guarded besides. Who only looks, see
// [looking], gets none.
func (s *Server) setCookie(c echo.Context, name, value string, age time.Duration) {
	r := c.Request()
	if looking(r) {
		return
	}
	c.SetCookie(s.newCookie(r, s.cookieName(r, name), value, int(age.Seconds())))
}

func (s *Server) newCookie(r *http.Request, name, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: s.isHTTPS(r), SameSite: http.SameSiteLaxMode,
	}
}

// cookieName is the name with the port, and bound to this host under https, where
// browsers heed it. The default port is left out.
func (s *Server) cookieName(r *http.Request, name string) string {
	if port := s.port(r); port != "" {
		name = withPort(name, port)
	}
	return s.formerName(r, name)
}

// withPort puts the port into a name. Rooms have names that end in numbers, so that
// it stands before them, with a dot, which no room has.
func withPort(name, port string) string {
	if room, ok := strings.CutPrefix(name, guestPrefix); ok {
		return guestPrefix + port + "." + room
	}
	return name + "_" + port
}

// isPort reports whether full is a name with some port.
func isPort(full, name string) bool {
	before, after, _ := strings.Cut(withPort(name, "0"), "0")
	port, ok1 := strings.CutPrefix(full, before)
	port, ok2 := strings.CutSuffix(port, after)
	return ok1 && ok2 && port != "" && strings.Trim(port, "0123456789") == ""
}

// formerName is what a cookie was called before its name had the port.
func (s *Server) formerName(r *http.Request, name string) string {
	if s.isHTTPS(r) {
		return "__Host-" + name
	}
	return name
}

// port is that of the address in the browser's bar; empty for the default one.
// Where a proxy does not pass it on with the Host it may say so beside.
func (s *Server) port(r *http.Request) string {
	port := r.Host[strings.LastIndexAny(r.Host, ":]")+1:]
	if port == r.Host || strings.HasSuffix(r.Host, "]") {
		port = ""
		if s.fromProxy(r) {
			port, _, _ = strings.Cut(r.Header.Get("X-Forwarded-Port"), ",")
			port = strings.TrimSpace(port)
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 80 && !s.isHTTPS(r) || n == 443 && s.isHTTPS(r) {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// cookie reads one that this server signed: under its name, else as it is called
// without a port, by older versions, or with another one, where the server listened
// before. Others on this host have signed theirs with other keys.
func (s *Server) cookie(r *http.Request, name string, good func(value string) bool) (value string, ok bool) {
	if c, err := r.Cookie(s.cookieName(r, name)); err == nil && good(c.Value) {
		return c.Value, true
	}
	bound := s.formerName(r, "")
	for _, c := range r.Cookies() {
		plain, ok := strings.CutPrefix(c.Name, bound)
		if ok && (plain == name || isPort(plain, name)) && good(c.Value) {
			return c.Value, true
		}
	}
	return "", false
}

// moveCookies renames cookies that a browser has under older names, so that an
// update or another port signs no person out and makes no person a new one.
func (s *Server) moveCookies(c echo.Context) {
	r := c.Request()
	if looking(r) {
		return
	}
	left := map[string]func(value string) time.Duration{
		identityCookie: func(value string) time.Duration {
			if _, ok := s.readIdentity(value); ok {
				return identityAge
			}
			return 0
		},
		sessionCookie: func(value string) time.Duration {
			if f, ok := s.readSession(value); ok {
				return s.left(f[2], sessionAge)
			}
			return 0
		},
	}
	if room := c.Param("room"); room != "" {
		left[guestCookie(room)] = func(value string) time.Duration {
			f, ok := s.readGuest(value)
			switch {
			case !ok:
				return 0
			case len(f) == 3:
				return s.left(f[2], guestAge)
			}
			return guestAge
		}
	}
	for name, age := range left {
		now, former := s.cookieName(r, name), s.formerName(r, name)
		good := func(value string) bool { return age(value) > 0 }
		if own, err := r.Cookie(now); err == nil && good(own.Value) {
			continue
		}
		value, ok := s.cookie(r, name, good)
		if !ok {
			continue
		}
		s.setCookie(c, name, value, age(value))
		if old, err := r.Cookie(former); err == nil && former != now && old.Value == value {
			c.SetCookie(s.newCookie(r, former, "", -1))
		}
	}
}

// looking reports whether a request only looks: HEAD, and what a browser fetches in
// advance because somebody might go there. Nothing may come of either.
func looking(r *http.Request) bool { return r.Method == http.MethodHead || prefetching(r) }

// prefetching reports whether a browser fetches in advance, by the header of the
// Fetch standard or by those that browsers had before.
func prefetching(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		for _, value := range r.Header[name] {
			for item := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ';' }) {
				switch strings.ToLower(strings.TrimSpace(item)) {
				case "prefetch", "prerender", "preview":
					return true
				}
			}
		}
	}
	return false
}

// topLevel reports whether a browser goes to a page, as opposed to loading a part of
// another one: a picture's address must not sign anyone in. Older browsers and programs
// do not say.
func topLevel(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return dest == "" || dest == "document"
}
