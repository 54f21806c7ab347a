package server

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/room"
)

// The machines of a cluster may have their own addresses (--machine-url). Pages that
// have lost their machine continue at those of the others: with their sockets, their API
// requests, and pictures. Only origins on the cluster's list may take part in that.

// elsewhere lists the origins of other machines of the cluster; up omits those that
// do not answer now.
func (s *Server) elsewhere(up bool) (origins []string) {
	if s.cluster == nil {
		return nil
	}
	for _, m := range s.cluster.Machines() {
		if m.Here || m.Witness || up && !m.Up || !isOrigin(m.URL) || m.URL == s.opt.MachineURL || slices.Contains(origins, m.URL) {
			continue
		}
		origins = append(origins, m.URL)
	}
	return origins
}

// isOrigin reports whether an address is an origin in the browsers' spelling. The address
// comes from another machine, and goes into a policy.
func isOrigin(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		address == u.Scheme+"://"+u.Host && !strings.ContainsAny(u.Host, " ;,'\"*@")
}

// addressesFor returns the other addresses for a page of a view, in random order,
// so that pages whose machine is gone spread over the others.
func (s *Server) addressesFor(view room.View) []string {
	if view == room.ViewConsole { // its session is bound to its host
		return nil
	}
	origins := s.elsewhere(true)
	rand.Shuffle(len(origins), func(i, j int) { origins[i], origins[j] = origins[j], origins[i] })
	return origins
}

// ofMachine reports whether an origin belongs to a machine of the cluster, or is the one that
// all of them share.
func (s *Server) ofMachine(origin string) bool {
	others := s.elsewhere(false)
	return len(others) > 0 && slices.Contains(append(others, s.opt.MachineURL, s.opt.PublicURL), origin)
}

// mayConnect reports whether a socket comes from one of our own pages, including those of other
// machines of the cluster. A console's session works only for pages of its own host.
func (s *Server) mayConnect(r *http.Request) bool {
	origins := r.Header["Origin"]
	return s.sameOrigin(r) || len(origins) == 1 && r.URL.Query().Get("role") != string(room.ViewConsole) && s.ofMachine(origins[0])
}

// shared lets pages of other machines read the answers of the API, and answers the
// browsers' preflight requests. Such a request has no cookies; its identity is in
// a header that only a script can send.
func (s *Server) shared(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.cluster == nil {
			return next(c)
		}
		r, h := c.Request(), c.Response().Header()
		if isPicture(c.Path()) && len(s.elsewhere(false)) > 0 {
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		if !s.fromPageElsewhere(r) || !strings.HasPrefix(r.URL.Path, "/api/rooms/") {
			return next(c)
		}
		h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		h.Add("Vary", "Origin")
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			return next(c)
		}
		h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
		h.Set("Access-Control-Allow-Headers", "Content-Type, X-Requested-With, "+tokenHeader)
		h.Set("Access-Control-Max-Age", "600")
		return c.NoContent(http.StatusNoContent)
	}
}

// fromPageElsewhere reports whether a page of another machine made a request, by the
// browser's Origin header, without cookies.
func (s *Server) fromPageElsewhere(r *http.Request) bool {
	origins := r.Header["Origin"]
	if len(origins) != 1 || len(r.Header["Cookie"]) > 0 {
		return false
	}
	u, err := url.Parse(origins[0])
	return err == nil && !strings.EqualFold(u.Host, r.Host) && s.ofMachine(origins[0])
}

// isPicture reports whether a route serves pictures, which pages of other machines may show.
func isPicture(path string) bool {
	switch path {
	case "/emotes/:name", "/photos/:key", "/r/:room/picture/:file", "/api/rooms/:room/qr.svg":
		return true
	}
	return false
}
