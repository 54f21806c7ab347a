package server

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// This file writes and reads cookies. Browsers send them to every port of a host, so their
// names contain the port: otherwise two servers on one machine would sign each other out.

// setCookie sets a cookie that scripts cannot read. It is Lax, since a link in a chat must
// open with it; other checks protect changes. A request that only looks, see [looking],
// gets no cookie.
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

// cookieName returns the name with the port, and bound to this host under https, where
// browsers enforce it. The default port is left out.
func (s *Server) cookieName(r *http.Request, name string) string {
	if port := s.port(r); port != "" {
		name = withPort(name, port)
	}
	return s.formerName(r, name)
}

// withPort puts the port into a name. Room names may end in numbers, so the port is before
// them, with a dot, which no room name contains.
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

// formerName returns a cookie's name from before names contained the port.
func (s *Server) formerName(r *http.Request, name string) string {
	if s.isHTTPS(r) {
		return "__Host-" + name
	}
	return name
}

// port returns the port of the URL in the browser's address bar; empty for the default one.
// A proxy that does not pass it on in Host may set a separate header.
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

// cookie reads a cookie that this server signed: under its name, otherwise under a name
// without a port, from older versions, or with another port, where the server listened
// before. Other servers on this host have signed theirs with other keys.
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

// moveCookies renames cookies that a browser has under older names, so that an update or
// another port neither signs anybody out nor makes a person a new one.
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

// looking reports whether a request only looks: HEAD, and what a browser fetches in advance
// because somebody might navigate there. Neither may have an effect.
func looking(r *http.Request) bool { return r.Method == http.MethodHead || prefetching(r) }

// prefetching reports whether a browser fetches in advance, by the header of the Fetch
// standard or by earlier browsers' headers.
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

// topLevel reports whether a browser navigates to a page, as opposed to loading a part of
// another one: a picture's URL must not sign anyone in. It returns true for older browsers
// and programs, which do not say.
func topLevel(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return dest == "" || dest == "document"
}
