package server

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"danmaku/room"

	"github.com/pires/go-proxyproto"
)

// logs is a log that tests read.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logs) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), what)
}

func loggedTo(l *logs) *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// Headers as proxies write them, and as clients write them to pass as somebody else.
func TestClientIP(t *testing.T) {
	const (
		xff = "X-Forwarded-For"
		std = "Forwarded"
		bad = "names a client that is no IP address"
		two = "contradict each other"
	)
	for _, tt := range []struct {
		name   string
		peer   string // 10.0.0.1:80 by default
		header [][2]string
		want   string
		warns  string
	}{
		{name: "nothing said", want: "10.0.0.1"},
		{name: "IPv4", header: [][2]string{{xff, "203.0.113.9"}}, want: "203.0.113.9"},
		{name: "IPv4 and port", header: [][2]string{{xff, "203.0.113.9:50123"}}, want: "203.0.113.9"},
		{name: "IPv6", header: [][2]string{{xff, "2001:db8::9"}}, want: "2001:db8::9"},
		{name: "IPv6 in brackets", header: [][2]string{{xff, "[2001:db8::9]"}}, want: "2001:db8::9"},
		{name: "IPv6 and port", header: [][2]string{{xff, "[2001:db8::9]:50123"}}, want: "2001:db8::9"},
		{name: "IPv6 with a zone", header: [][2]string{{xff, "fe80::1%eth0"}}, want: "fe80::1"},
		{name: "IPv4 as IPv6", header: [][2]string{{xff, "::ffff:203.0.113.9"}}, want: "203.0.113.9"},
		{name: "IPv4 as IPv6 and port", header: [][2]string{{xff, "[::ffff:203.0.113.9]:1"}}, want: "203.0.113.9"},
		{name: "IPv6 with a zone and port", header: [][2]string{{xff, "[fe80::1%25eth0]:50123"}}, want: "fe80::1"},
		{name: "IPv6 in full and port, without brackets", header: [][2]string{{xff, "2001:db8:1:2:3:4:5:6:50123"}}, want: "2001:db8:1:2:3:4:5:6"},
		{name: "a port that is empty", header: [][2]string{{xff, "203.0.113.9:"}}, want: "203.0.113.9"},
		{name: "tabs and many blanks", header: [][2]string{{xff, "198.51.100.1,\t 203.0.113.9:1 \t"}}, want: "203.0.113.9"},
		{name: "a proxy with a port behind the client", header: [][2]string{{xff, "203.0.113.9, [fd00::2]:443,10.2.2.2:80"}}, want: "203.0.113.9"},
		{name: "an address with a mask", header: [][2]string{{xff, "203.0.113.0/24"}}, want: "10.0.0.1", warns: bad},
		{name: "a number", header: [][2]string{{xff, "3405803785"}}, want: "10.0.0.1", warns: bad},
		{name: "Forwarded, hidden with a port", header: [][2]string{{std, `for="_secret:4711"`}}, want: "10.0.0.1", warns: bad},
		{name: "Forwarded, blanks around signs", header: [][2]string{{std, `FOR = "203.0.113.9" ; proto = https`}}, want: "203.0.113.9"},
		{name: "in quotes", header: [][2]string{{xff, `"203.0.113.9:1"`}}, want: "203.0.113.9"},
		{name: "what the client wrote before", header: [][2]string{{xff, "198.51.100.1, 203.0.113.9:1"}}, want: "203.0.113.9"},
		{name: "nonsense that the client wrote", header: [][2]string{{xff, "nonsense, <b>, 203.0.113.9"}}, want: "203.0.113.9"},
		{name: "two lines", header: [][2]string{{xff, "198.51.100.1"}, {xff, "203.0.113.9:1"}}, want: "203.0.113.9"},
		{name: "empty entries", header: [][2]string{{xff, "203.0.113.9, ,"}}, want: "203.0.113.9"},
		{name: "two proxies", header: [][2]string{{xff, "203.0.113.9:1, 10.9.8.7:443"}}, want: "203.0.113.9"},
		{name: "all are proxies", header: [][2]string{{xff, "10.3.3.3, 10.2.2.2"}}, want: "10.3.3.3"},
		{name: "no address", header: [][2]string{{xff, "unknown"}}, want: "10.0.0.1", warns: bad},
		{name: "a name", header: [][2]string{{xff, "203.0.113.9, client.example:80"}}, want: "10.0.0.1", warns: bad},
		{name: "no address behind a proxy", header: [][2]string{{xff, "203.0.113.9, -, 10.2.2.2"}}, want: "10.2.2.2", warns: bad},
		{name: "half a bracket", header: [][2]string{{xff, "[2001:db8::9"}}, want: "10.0.0.1", warns: bad},
		{name: "words behind a bracket", header: [][2]string{{xff, "[2001:db8::9]x"}}, want: "10.0.0.1", warns: bad},
		{name: "Forwarded", header: [][2]string{{std, "for=203.0.113.9"}}, want: "203.0.113.9"},
		{name: "Forwarded in full", header: [][2]string{{std, `for="203.0.113.9:4711";by=10.0.0.1;host=live.example;proto=https`}}, want: "203.0.113.9"},
		{name: "Forwarded, IPv6", header: [][2]string{{std, `proto=http; For="[2001:db8:cafe::17]:4711"`}}, want: "2001:db8:cafe::17"},
		{name: "Forwarded, several", header: [][2]string{{std, "for=198.51.100.1, for=203.0.113.9;proto=https"}, {std, "for=10.2.2.2"}}, want: "203.0.113.9"},
		{name: "Forwarded, a comma in quotes", header: [][2]string{{std, `for=203.0.113.9;host="a, for=198.51.100.1"`}}, want: "203.0.113.9"},
		{name: "Forwarded, an escaped quote", header: [][2]string{{std, `for=203.0.113.9;host="a\", for=198.51.100.1"`}}, want: "203.0.113.9"},
		{name: "Forwarded, hidden", header: [][2]string{{std, "for=_hidden"}}, want: "10.0.0.1", warns: bad},
		{name: "Forwarded, unknown", header: [][2]string{{std, "for=unknown"}}, want: "10.0.0.1", warns: bad},
		{name: "Forwarded without a client", header: [][2]string{{std, "for=203.0.113.9, proto=https"}}, want: "10.0.0.1", warns: bad},
		{name: "Forwarded, an open quote", header: [][2]string{{std, `for="203.0.113.9`}}, want: "10.0.0.1", warns: bad},
		{name: "both, and agreed", header: [][2]string{{xff, "203.0.113.9:1"}, {std, "for=203.0.113.9"}}, want: "203.0.113.9"},
		{name: "both, one of them the client's", header: [][2]string{{xff, "203.0.113.9"}, {std, "for=198.51.100.1"}}, want: "10.0.0.1", warns: two},
		{name: "no proxy", peer: "203.0.113.7:1", header: [][2]string{{xff, "198.51.100.1"}, {std, "for=198.51.100.1"}}, want: "203.0.113.7"},
		{name: "an IPv4 proxy over IPv6", peer: "[::ffff:10.0.0.1]:1", header: [][2]string{{xff, "203.0.113.9:1"}}, want: "203.0.113.9"},
		{name: "an IPv6 proxy", peer: "[fd00::1%eth0]:1", header: [][2]string{{xff, "203.0.113.9:1"}}, want: "203.0.113.9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out logs
			s := &Server{opt: Options{TrustedProxies: prefixes("10.0.0.0/8", "fd00::/8")}, log: loggedTo(&out)}
			r := &http.Request{RemoteAddr: "10.0.0.1:80", Header: http.Header{}}
			if tt.peer != "" {
				r.RemoteAddr = tt.peer
			}
			for _, h := range tt.header {
				r.Header.Add(h[0], h[1])
			}
			for range 3 {
				if got := s.clientIP(r); got != netip.MustParseAddr(tt.want) {
					t.Errorf("the client is %v, want %s", got, tt.want)
				}
			}
			if n := out.count("level=WARN"); (n != 0) != (tt.warns != "") || n > 1 || out.count(tt.warns) == 0 {
				t.Errorf("the log has %d warnings, want one that says %q: %s", n, tt.warns, &out.b)
			}
		})
	}
}

// newProxiedServer returns a house behind a proxy at 127.0.0.9. met returns the networks
// under which identities are made.
func newProxiedServer(t *testing.T) (h *testServer, out *logs, met func() []string) {
	t.Helper()
	out = &logs{}
	h = newTestServerWith(t, func(o *Options) {
		o.TrustedProxies, o.Log = prefixes("127.0.0.9/32"), loggedTo(out)
	})
	var mu sync.Mutex
	var list []string
	h.OnVouch = func(k room.LimitKey) bool {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, k.Networks[0])
		return true
	}
	return h, out, func() []string {
		mu.Lock()
		defer mu.Unlock()
		defer func() { list = nil }()
		return list
	}
}

// A trusted proxy may name the client through the PROXY protocol, which has precedence over
// its headers. What an untrusted peer sends does not count.
func TestProxyProtocol(t *testing.T) {
	h, out, met := newProxiedServer(t)
	ask := func(from string, before []byte, header string) (status int, resp *http.Response) {
		t.Helper()
		v := h.dialRaw(t, from)
		if _, err := v.conn.Write(before); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(v.conn, "GET /r/live HTTP/1.1\r\nHost: x\r\n%s\r\n", header)
		resp, err := http.ReadResponse(v.r, nil)
		if err != nil {
			return 0, nil
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, resp
	}
	client := func(ip string) *net.TCPAddr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 4711} }
	head := func(version byte, ip string, tlvs ...proxyproto.TLV) []byte {
		ph := proxyproto.HeaderProxyFromAddrs(version, client(ip), client(map[bool]string{true: "2001:db8::1", false: "192.0.2.1"}[strings.Contains(ip, ":")]))
		if err := ph.SetTLVs(tlvs); err != nil {
			t.Fatal(err)
		}
		b, err := ph.Format()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	// PP2_TYPE_SSL: the client spoke TLS; see section 2.2.6 of the specification.
	ssl := proxyproto.TLV{Type: proxyproto.PP2_TYPE_SSL, Value: []byte{1, 0, 0, 0, 0, byte(proxyproto.PP2_SUBTYPE_SSL_VERSION), 0, 7, 'T', 'L', 'S', 'v', '1', '.', '3'}}
	local, err := (&proxyproto.Header{Version: 2, Command: proxyproto.LOCAL, TransportProtocol: proxyproto.UNSPEC}).Format()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, from string
		before     []byte
		header     string
		status     int
		want       string // the client that the server sees
		secure     bool
	}{
		{name: "version 1", from: "127.0.0.9", before: head(1, "203.0.113.9"), status: 200, want: "203.0.113.9"},
		{name: "version 1, IPv6", from: "127.0.0.9", before: head(1, "2001:db8:1:2::9"), status: 200, want: "2001:db8:1:2::9"},
		{name: "version 2", from: "127.0.0.9", before: head(2, "203.0.113.9"), status: 200, want: "203.0.113.9"},
		{name: "version 2, IPv6", from: "127.0.0.9", before: head(2, "2001:db8:1:2::9"), status: 200, want: "2001:db8:1:2::9"},
		{name: "version 2, the browser speaks TLS", from: "127.0.0.9", before: head(2, "203.0.113.9", ssl), status: 200, want: "203.0.113.9", secure: true},
		{name: "https said in a header", from: "127.0.0.9", before: head(1, "203.0.113.9"), header: "X-Forwarded-Proto: https\r\n", status: 200, want: "203.0.113.9", secure: true},
		{name: "the client claims to be another", from: "127.0.0.9", before: head(1, "203.0.113.9"), header: "X-Forwarded-For: 198.51.100.1\r\n", status: 200, want: "203.0.113.9"},
		{name: "unknown client", from: "127.0.0.9", before: []byte("PROXY UNKNOWN\r\n"), status: 200, want: "127.0.0.9"},
		{name: "the proxy itself", from: "127.0.0.9", before: local, status: 200, want: "127.0.0.9"},
		{name: "without it", from: "127.0.0.9", header: "X-Forwarded-For: 203.0.113.9:1\r\n", status: 200, want: "203.0.113.9"},
		{name: "Forwarded", from: "127.0.0.9", header: "Forwarded: for=203.0.113.9;proto=https\r\n", status: 200, want: "203.0.113.9", secure: true},
		{name: "malformed", from: "127.0.0.9", before: []byte("PROXY TCP4 nonsense\r\n")},
		{name: "not a proxy", from: "127.0.0.8", before: head(1, "203.0.113.9"), status: 400},
		{name: "not a proxy, version 2", from: "127.0.0.8", before: head(2, "203.0.113.9"), status: 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			met()
			status, resp := ask(tt.from, tt.before, tt.header)
			if status != tt.status {
				t.Fatalf("answered %d, want %d", status, tt.status)
			}
			if status != http.StatusOK {
				return
			}
			want := h.Service.Keys().Networks(netip.MustParseAddr(tt.want))[0]
			if got := met(); len(got) != 1 || got[0] != want {
				t.Errorf("an identity is made for %q, want %q", got, want)
			}
			for _, c := range resp.Cookies() {
				if c.Secure != tt.secure {
					t.Errorf("cookie %s, want secure %v", c, tt.secure)
				}
			}
		})
	}
	if n := out.count("not a trusted proxy"); n != 0 {
		t.Errorf("%d warnings tell of a proxy that is not trusted", n)
	}
}

// A socket behind the PROXY protocol works like any other, and leaves nothing in the count
// of plain connections.
func TestSocketBehindTheProxyProtocol(t *testing.T) {
	h, _, _ := newProxiedServer(t)
	v := h.dialRaw(t, "127.0.0.9")
	fmt.Fprintf(v.conn, "PROXY TCP4 203.0.113.9 192.0.2.1 4711 80\r\nGET /api/rooms/live/socket?role=audience HTTP/1.1\r\nHost: %s\r\n"+
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", h.base)
	resp, err := http.ReadResponse(v.r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %v, %v", resp, err)
	}
	head := make([]byte, 2)
	if _, err := io.ReadFull(v.r, head); err != nil || head[0] != 0x81 {
		t.Fatalf("the first frame begins with %x, %v", head, err)
	}
	if n := h.socketsFrom(netip.MustParsePrefix("203.0.113.9/32")); n != 1 {
		t.Errorf("%d sockets are counted for the client's address", n)
	}
	if n := h.socketsFrom(netip.MustParsePrefix("127.0.0.9/32")); n != 0 {
		t.Errorf("%d sockets are counted for the proxy", n)
	}
	eventually(t, "no plain connection", func() bool { plain, _ := h.conns.counts(); return plain == 0 })
	v.conn.Close()
	eventually(t, "no socket", func() bool { return h.hub.Len() == 0 })
}
