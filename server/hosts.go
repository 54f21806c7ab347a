package server

import (
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// maxUnknownHosts is how many unknown host names are logged, so that a scanner cannot fill
// the log.
const maxUnknownHosts = 8

// hosts knows the names of this server. It refuses none: tunnels and names of a local
// network need no option. A page of a foreign name that leads here (DNS rebinding) gets no
// cookie of ours, so it may do what a visitor may, and no more; the log names it once.
type hosts struct {
	known []string // from the options, in lower case
	log   *slog.Logger

	mu  sync.Mutex
	met []string
}

// newHosts takes the URLs in the options.
func newHosts(log *slog.Logger, urls ...string) *hosts {
	h := &hosts{log: log}
	for _, s := range urls {
		if u, err := url.Parse(s); err == nil && u.Hostname() != "" {
			h.known = append(h.known, strings.ToLower(u.Hostname()))
		}
	}
	return h
}

// localSuffixes are the suffixes of names that no public name server resolves: RFC 6761,
// 6762 and 8375, .internal (ICANN, 2024), and routers' defaults.
var localSuffixes = []string{".localhost", ".local", ".home.arpa", ".internal", ".lan", ".home", ".fritz.box"}

// hostName returns the name in a Host header: in lower case, without a port, and without a
// final dot.
func hostName(host string) string {
	name := strings.ToLower(host)
	if n, _, err := net.SplitHostPort(name); err == nil {
		name = n
	}
	return strings.TrimSuffix(strings.Trim(name, "[]"), ".")
}

// localName reports whether only a local network resolves a name, in the form of hostName.
func localName(name string) bool {
	return !strings.Contains(name, ".") ||
		slices.ContainsFunc(localSuffixes, func(end string) bool { return strings.HasSuffix(name, end) })
}

// knows reports whether a Host header names this server by an IP, which cannot be rebound,
// by a name of the local network, or by one from the options.
func (h *hosts) knows(host string) bool {
	name := hostName(host)
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return slices.Contains(h.known, name) || localName(name)
}

// note logs an unknown name once, whatever its port, and the option that makes it known.
func (h *hosts) note(host string) {
	if h.knows(host) {
		return
	}
	name := hostName(host)
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.met) >= maxUnknownHosts || slices.Contains(h.met, name) {
		return
	}
	h.met = append(h.met, name)
	h.log.Warn("a request came for a host name that no option names. If it is yours, say so with --public-url https://NAME, "+
		"or with --origin https://NAME beside another public address", "host", clip(name, 100))
}
