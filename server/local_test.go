package server

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"danmaku/live/access"
	"danmaku/server/wire"
)

// A command's signature is valid for its request and a minute, on this machine only.
func TestLocalCommands(t *testing.T) {
	h := newTestServerWith(t, func(o *Options) { o.TrustedProxies = prefixes("127.0.0.0/8") })
	keys := h.Service.Keys()
	const method, target = "GET", "/api/local"
	for _, tt := range []struct {
		name   string
		sign   string
		header [2]string
		want   int
	}{
		{name: "good", sign: keys.SignLocal(h.now(), method, target), want: 204},
		{name: "nearly a minute old", sign: keys.SignLocal(h.now().Add(-59*time.Second), method, target), want: 204},
		{name: "old", sign: keys.SignLocal(h.now().Add(-61*time.Second), method, target), want: 401},
		{name: "from the time to come", sign: keys.SignLocal(h.now().Add(61*time.Second), method, target), want: 401},
		{name: "of another method", sign: keys.SignLocal(h.now(), "POST", target), want: 401},
		{name: "of another path", sign: keys.SignLocal(h.now(), method, "/api/links"), want: 401},
		{name: "of another query", sign: keys.SignLocal(h.now(), method, target+"?x=1"), want: 401},
		{name: "by another secret", sign: access.NewKeys([]byte("other")).SignLocal(h.now(), method, target), want: 401},
		{name: "none", want: 401},
		{name: "nonsense", sign: "1.x", want: 401},
		{name: "through a proxy", sign: keys.SignLocal(h.now(), method, target), header: [2]string{"X-Forwarded-For", "203.0.113.9"}, want: 403},
		{name: "through a proxy that says this machine", sign: keys.SignLocal(h.now(), method, target), header: [2]string{"Forwarded", "for=127.0.0.1"}, want: 403},
		{name: "through a cache", sign: keys.SignLocal(h.now(), method, target), header: [2]string{"Via", "1.1 cache"}, want: 403},
	} {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+h.base+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", wire.LocalScheme+" "+tt.sign)
		if tt.header[0] != "" {
			r.Header.Set(tt.header[0], tt.header[1])
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, resp.StatusCode, tt.want)
		}
	}
}

// A request is from this machine if it comes from a loopback address, or from the same
// network address that it arrived at.
func TestRequestsFromThisMachine(t *testing.T) {
	for _, tt := range []struct {
		peer, here string
		want       bool
	}{
		{"127.0.0.1:5000", "127.0.0.1:2333", true},
		{"127.8.0.1:5000", "127.0.0.1:2333", true},
		{"[::1]:5000", "[::1]:2333", true},
		{"[::ffff:127.0.0.1]:5000", "[::ffff:127.0.0.1]:2333", true},
		{"192.168.1.5:5000", "192.168.1.5:2333", true},
		{"[::ffff:192.168.1.5]:5000", "192.168.1.5:2333", true},
		{"192.168.1.6:5000", "192.168.1.5:2333", false},
		{"172.17.0.1:5000", "172.17.0.2:2333", false},
		{"[2001:db8::1]:5000", "[2001:db8::2]:2333", false},
		{"", "192.168.1.5:2333", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		addr, err := net.ResolveTCPAddr("tcp", tt.here)
		if err != nil {
			t.Fatal(err)
		}
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(addr)))
		if got := fromThisMachine(r); got != tt.want {
			t.Errorf("from %s to %s: %v", tt.peer, tt.here, got)
		}
	}
}
