package webhook_test

import (
	"context"
	"log"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"danmaku/room"
)

// names is a DNS server whose answers a test chooses.
type names struct {
	mu        sync.Mutex
	addresses map[string][]string // by name
	asked     map[string]int
}

// startNames starts a DNS server on loopback, which all dialers of the process ask.
func startNames(t *testing.T) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{addresses: map[string][]string{}, asked: map[string]int{}}
	var done sync.WaitGroup
	done.Go(func() { n.serve(conn) })
	was := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = was
		conn.Close()
		done.Wait()
	})
	return n
}

// set chooses the addresses of a name.
func (n *names) set(name string, addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addresses[name+"."] = addresses
}

func (n *names) serve(conn net.PacketConn) {
	packet := make([]byte, 1500)
	for {
		length, from, err := conn.ReadFrom(packet)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(packet[:length]) != nil || len(m.Questions) != 1 {
			continue
		}
		n.answer(&m)
		if b, err := m.Pack(); err == nil {
			_, _ = conn.WriteTo(b, from)
		}
	}
}

// answer turns a question into its answer.
func (n *names) answer(m *dnsmessage.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := m.Questions[0]
	name := strings.ToLower(q.Name.String())
	n.asked[name]++
	addresses, ok := n.addresses[name]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	if !ok {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, text := range addresses {
		ip := netip.MustParseAddr(text)
		header := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, Type: q.Type}
		switch {
		case ip.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: ip.As4()}})
		case ip.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}})
		}
	}
}

// Whatever a name resolves to, and however an address is spelled, a webhook reaches only
// what its owner may reach. A name that resolves differently the next time is checked
// again.
func TestANameDoesNotLeadToAnotherNetwork(t *testing.T) {
	dns := startNames(t)
	r, _ := startRunner(t, time.Hour)
	to := newReceiver(t)
	close(to.answer)
	to.Config.SetKeepAlivesEnabled(false) // each request connects
	port := to.URL[strings.LastIndexByte(to.URL, ':'):]
	check := func(host string, local bool, faults ...string) {
		t.Helper()
		w := hookTo("http://" + host + port + "/?key=secret")
		w.ID, w.Local, w.Off = strings.Join(append(faults, t.Name(), host, time.Now().String()), " "), local, true
		r.Set(w)
		d, err := r.Test(t.Context(), w)
		if err != nil || !slices.Contains(faults, d.Fault) {
			t.Errorf("%s, local %v: %+v, %v; want one of %q", host, local, d, err, faults)
		}
		if strings.Contains(d.Detail, "secret") {
			t.Errorf("the detail has the address: %s", d.Detail)
		}
	}
	for name, addresses := range map[string][]string{
		"loopback.example": {"127.0.0.1"}, "loopback6.example": {"::1"}, "mapped.example": {"::ffff:127.0.0.1"}, "compatible.example": {"::127.0.0.1"},
		"translated.example": {"64:ff9b::7f00:1"}, "six-to-four.example": {"2002:7f00:1::1"}, "private.example": {"10.0.0.1"}, "unique.example": {"fd12:3456::1"},
		"zero.example": {"0.0.0.0"}, "unspecified.example": {"::"}, "keys.example": {"169.254.169.254"}, "azure.example": {"168.63.129.16"},
		"several.example": {"10.0.0.1", "127.0.0.1", "::1", "fe80::1"},
	} {
		dns.set(name, addresses...)
		check(name, false, room.DeliveryLocal)
	}
	for name, address := range map[string]string{
		"keys6.example": "fd00:ec2::254", "pods.example": "fd00:ec2::23", "google.example": "fd20:ce::254", "alibaba.example": "100.100.100.200", "link.example": "fe80::1",
		"mapped-keys.example": "::ffff:169.254.169.254", "translated-keys.example": "64:ff9b::a9fe:a9fe",
	} {
		dns.set(name, address)
		check(name, true, room.DeliveryLocal)
	}
	// Some systems read these as addresses; here they are names that nobody has.
	for _, host := range []string{"0x7f.1", "0x7f000001", "2130706433", "017700000001", "127.1"} {
		check(host, false, room.DeliveryLocal, room.DeliveryName)
	}

	// A name moves after a request went through.
	dns.set("moves.example", "127.0.0.1")
	check("moves.example", true, "")
	dns.set("moves.example", "169.254.169.254")
	check("moves.example", true, room.DeliveryLocal)
	dns.set("moves.example", "127.0.0.1")
	check("moves.example", false, room.DeliveryLocal)
	if n := len(to.got); n != 1 {
		t.Errorf("%d requests arrived instead of the one to an allowed address", n)
	}
	dns.mu.Lock()
	defer dns.mu.Unlock()
	if dns.asked["moves.example."] < 6 {
		t.Errorf("a name was not resolved for each connection: %v", slices.Sorted(maps.Keys(dns.asked)))
	}
}

// A proxy of the environment, which would connect to any address, is not used. TestMain
// names one.
func TestNoProxyConnectsInstead(t *testing.T) {
	startNames(t)
	r, _ := startRunner(t, time.Hour)
	w := hookTo("http://nowhere.example/")
	w.Local, w.Off = true, true
	r.Set(w)
	if d, err := r.Test(t.Context(), w); err != nil || d.Fault != room.DeliveryName {
		t.Errorf("%+v, %v; want a name that is not known", d, err)
	}
}

// TestMain names a proxy for the whole process, since net/http reads the environment once.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		if err := os.Setenv(name, "http://127.0.0.1:1"); err != nil {
			log.Fatal(err)
		}
	}
	os.Exit(m.Run())
}
