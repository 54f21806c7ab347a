package server

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"danmaku/room"
)

// recover turns a panic into an `internal` answer and a line in the log.
func (s *Server) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.log.Error("a handler failed", "request", requestID(c), "path", c.Path(), "err", err, "stack", string(stack))
			return err
		},
	})(next)
}

// headers sets the headers of every answer, and checks the request's host and forwarding
// headers.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		r := c.Request()
		if s.isHTTPS(r) || isLoopback(r.Host) {
			h.Set("Cross-Origin-Opener-Policy", "same-origin") // elsewhere browsers warn that they ignore it
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		s.warnUntrusted(r)
		s.hosts.note(r.Host)
		return next(c)
	}
}

// isLoopback reports whether a Host header names this machine, whose pages browsers trust
// without https.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// crossOrigin refuses requests that other sites' pages send in a visitor's name.
func (s *Server) crossOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.guard.Check(c.Request()); err != nil && !s.fromPageElsewhere(c.Request()) {
			return room.ErrNotAllowed
		}
		return next(c)
	}
}

// limitBody bounds the size of a request's body. Zero means formBody.
func limitBody(most int64) echo.MiddlewareFunc {
	if most == 0 {
		most = formBody
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.ContentLength > most {
				return &http.MaxBytesError{Limit: most}
			}
			if r.ContentLength != 0 {
				r.Body = http.MaxBytesReader(c.Response().Writer, r.Body, most)
			}
			return next(c)
		}
	}
}

// originOf cuts a URL down to its origin.
func originOf(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	return u.Scheme + "://" + u.Host
}

// sameOrigin reports whether a browser's request comes from one of our own pages or an
// origin in the config. Programs send no Origin and are accepted.
func (s *Server) sameOrigin(r *http.Request) bool {
	values, sent := r.Header["Origin"]
	if !sent {
		return true
	}
	if len(values) != 1 {
		return false
	}
	origin := values[0]
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || origin != u.Scheme+"://"+u.Host {
		return false // including "null"
	}
	if strings.EqualFold(u.Host, r.Host) {
		return true
	}
	return slices.ContainsFunc(append([]string{s.opt.PublicURL}, s.opt.Origins...), func(o string) bool {
		return o != "" && strings.EqualFold(originOf(o), origin)
	})
}
