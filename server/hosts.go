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

// maxUnknownHosts is how many unknown host names the log tells of, so that a
// scanner cannot fill it.
const maxUnknownHosts = 8

// hosts knows under which names the server is asked for. It refuses none: tunnels and names
// of a local network need no option. A page of a foreign name that leads here (DNS
// rebinding) is sent no cookie of ours, so that it may do what a visitor may, and no more;
// the log names it once.
type hosts struct {
	known []string // from the options, in lower case
	log   *slog.Logger

	mu  sync.Mutex
	met []string
}

// newHosts takes the URLs that the options name.
func newHosts(log *slog.Logger, urls ...string) *hosts {
	h := &hosts{log: log}
	for _, s := range urls {
		if u, err := url.Parse(s); err == nil && u.Hostname() != "" {
			h.known = append(h.known, strings.ToLower(u.Hostname()))
		}
	}
	return h
}

// localSuffixes end names that no public name server answers for: RFC 6761, 6762
// and 8375, .internal (ICANN, 2024), and what routers are shipped with.
var localSuffixes = []string{".localhost", ".local", ".home.arpa", ".internal", ".lan", ".home", ".fritz.box"}

// hostName is the name in a Host header: in lower case, without a port, and
// without the dot that may end it.
func hostName(host string) string {
	name := strings.ToLower(host)
	if n, _, err := net.SplitHostPort(name); err == nil {
		name = n
	}
	return strings.TrimSuffix(strings.Trim(name, "[]"), ".")
}

// localName reports whether only a local network knows a name, as hostName returns it.
func localName(name string) bool {
	return !strings.Contains(name, ".") ||
		slices.ContainsFunc(localSuffixes, func(end string) bool { return strings.HasSuffix(name, end) })
}

// knows reports whether a Host header names us by an IP, which cannot be
// rebound, by a name of the local network, or by one from the options.
func (h *hosts) knows(host string) bool {
	name := hostName(host)
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return slices.Contains(h.known, name) || localName(name)
}

// note tells once of a name that is not known, whatever its port, and of which
// option makes it known.
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
