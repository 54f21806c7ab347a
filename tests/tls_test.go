package tests

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"danmaku/freeport"

	"github.com/gorilla/websocket"
)

var secureLine = regexp.MustCompile(`(?m)^Secure +https://[^\s/]+:(\d+)/r/live$`)

// plainBase is the address at which a server answers commands of this machine.
func plainBase(t *testing.T, data string) string {
	t.Helper()
	local, err := os.ReadFile(filepath.Join(data, "address"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(local))
}

// waitUntil waits until a condition holds.
func waitUntil(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); !is(); <-tick {
		if time.Now().After(deadline) {
			t.Fatalf("%s does not happen", what)
		}
	}
}

// With a certificate in files, pages and sockets use https, comments reach
// plain sockets and back, plain http is redirected, and a renewed certificate is served.
func TestCertificateInFiles(t *testing.T) {
	dir := t.TempDir()
	roots := certify(t, dir, publicHost)
	p := start(t, t.TempDir(), "--tls-cert", filepath.Join(dir, "fullchain.pem"), "--tls-key", filepath.Join(dir, "privkey.pem"),
		"--tls-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0")
	port, ok := strings.CutPrefix(p.base, "https://"+publicHost+":")
	if !ok {
		t.Fatalf("the banner says %s", p.base)
	}
	secure := net.JoinHostPort("127.0.0.1", port)
	phone := clientFrom(t, "127.0.0.2", secure, roots)
	phone.http.Transport.(*http.Transport).ForceAttemptHTTP2 = true
	phone.dial.TLSClientConfig = phone.dial.TLSClientConfig.Clone() // sockets need HTTP/1.1
	page, err := phone.http.Get(p.base + "/r/live")
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	if page.StatusCode != 200 || page.ProtoMajor != 2 || page.TLS.Version < tls.VersionTLS12 {
		t.Errorf("the page answers %d by %s", page.StatusCode, page.Proto)
	}
	if set := page.Cookies(); len(set) != 1 || !strings.HasPrefix(set[0].Name, "__Host-danmaku_id") || !set[0].Secure {
		t.Errorf("the page sets %v", set)
	}
	conn, _, err := phone.dial.Dial("wss://"+publicHost+":"+port+"/api/rooms/live/socket?role=audience", http.Header{"Origin": {p.base}, "Sec-WebSocket-Protocol": {"danmaku.v1"}})
	if err != nil {
		t.Fatal(err)
	}
	s := &socket{t: t, conn: conn, frames: make(chan *frame, 1000), closed: make(chan error, 1)}
	defer conn.Close()
	go s.read()
	s.next("hello")
	local := *p
	local.base = plainBase(t, p.data)
	overlay := local.overlaySocket("")
	overlay.next("hello")
	for i := range 20 { // more than one frame by each path of writing
		s.send(fmt.Sprint("c", i), fmt.Sprintf("by https, number %d %s", i, strings.Repeat("x", i*7)))
		if i < 3 {
			if got := s.next("ack"); got.Outcome != "shown" {
				t.Errorf("the ack is %+v", got)
			}
			overlay.until("the comment", func(e event) bool { return strings.HasPrefix(e.Text, fmt.Sprintf("by https, number %d", i)) })
		}
	}
	if conn, err := tls.Dial("tcp", secure, &tls.Config{ServerName: publicHost, RootCAs: roots, MaxVersion: tls.VersionTLS11}); err == nil {
		conn.Close()
		t.Error("the server accepts TLS 1.1")
	}

	renewed := certify(t, dir, publicHost)
	waitUntil(t, "the renewed certificate", func() bool {
		conn, err := tls.Dial("tcp", secure, &tls.Config{ServerName: publicHost, RootCAs: renewed})
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// Plain http is redirected to the same page over https, and never to a foreign name.
func TestPlainHTTPIsRedirected(t *testing.T) {
	dir := t.TempDir()
	certify(t, dir, publicHost)
	free := freePort(t)
	p := start(t, t.TempDir(), "--tls-cert", filepath.Join(dir, "fullchain.pem"), "--tls-key", filepath.Join(dir, "privkey.pem"),
		"--tls-listen", "127.0.0.1:0", "--http-listen", free)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: patience}
	defer client.CloseIdleConnections()
	for _, tt := range []struct {
		method, host, path string
		status             int
		to                 string
	}{
		{"GET", publicHost, "/r/live?x=1", 301, p.base + "/r/live?x=1"},
		{"HEAD", publicHost + ":80", "/", 301, p.base + "/"},
		{"GET", "elsewhere.test", "/r/live", 301, p.base + "/r/live"},
		{"GET", publicHost, "//elsewhere.test/", 301, p.base + "//elsewhere.test/"},
		{"POST", publicHost, "/api/rooms/live/comments", 400, ""},
	} {
		r, err := http.NewRequest(tt.method, "http://"+free, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = tt.host
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(tt.path, "?")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tt.status || resp.Header.Get("Location") != tt.to {
			t.Errorf("%s %s of %s answers %d with the location %q", tt.method, tt.path, tt.host, resp.StatusCode, resp.Header.Get("Location"))
		}
	}
}

// freePort returns an address at which nothing listens.
func freePort(t testing.TB) string { return freePorts(t, 1) }

// freePorts returns an address with n consecutive free ports.
func freePorts(t testing.TB, n int) string {
	t.Helper()
	address, err := freeport.Next(n)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// A generated certificate serves https beside plain http, and the terminal
// shows its fingerprint.
func TestSelfSignedCertificate(t *testing.T) {
	p := start(t, t.TempDir(), "--self-signed", "--tls-listen", "127.0.0.1:0")
	var conn *tls.Conn
	waitUntil(t, "the address in the terminal", func() bool {
		m := secureLine.FindStringSubmatch(p.output())
		if m == nil {
			return false
		}
		var err error
		conn, err = tls.Dial("tcp", "127.0.0.1:"+m[1], &tls.Config{InsecureSkipVerify: true})
		return err == nil
	})
	defer conn.Close()
	sum := sha256.Sum256(conn.ConnectionState().PeerCertificates[0].Raw)
	waitUntil(t, "the fingerprint", func() bool { return strings.Contains(p.output(), "Ctrl-C") })
	shown := regexp.MustCompile(`[^0-9A-F:]`).ReplaceAllString(p.output()[strings.Index(p.output(), "SHA-256"):], "")
	if want := strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":"); !strings.Contains(shown, want) {
		t.Errorf("the terminal does not show the fingerprint %s:\n%s", want, p.output())
	}
	want := strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
	for lang, word := range map[string]string{"en": "warn you once", "zh-CN": "警告一次", "ja": "一度警告"} {
		status, page := p.browser().do("GET", "/secure/live", nil, map[string]string{"Accept-Language": lang})
		_, port, _ := net.SplitHostPort(conn.RemoteAddr().String())
		if status != 200 || !strings.Contains(page, want) || !strings.Contains(page, word) || !strings.Contains(page, `href="https://127.0.0.1:`+port+`/r/live"`) {
			t.Errorf("the page about the warning in %s answers %d:\n%s", lang, status, page)
		}
	}
	if status, _ := start(t, t.TempDir()).browser().do("GET", "/secure/live", nil, nil); status != 404 {
		t.Errorf("without such a certificate it answers %d", status)
	}
	if status, _ := p.browser().do("GET", "/r/live", nil, nil); status != 200 {
		t.Errorf("plain http answers %d", status)
	}
}

// Options that conflict, or files that cannot be read, are reported before anything is opened.
func TestCertificateFaults(t *testing.T) {
	dir := t.TempDir()
	certify(t, dir, publicHost)
	chain, key := filepath.Join(dir, "fullchain.pem"), filepath.Join(dir, "privkey.pem")
	for _, tt := range []struct{ args, want string }{
		{"--tls-cert " + chain, "--tls-cert and --tls-key belong together"},
		{"--tls-cert " + chain + " --tls-key " + chain, "the certificate cannot be used"},
		{"--tls-cert " + chain + " --tls-key /nowhere.pem", "the certificate cannot be used"},
		{"--self-signed --tls-cert " + chain + " --tls-key " + key, "use one of --domain, --tls-cert and --self-signed"},
		{"--domain a.test --self-signed=true", "use one of"},
		{"--tls-listen :8443", "need a certificate"},
		{"--domain https://a.test", "is not a name that leads here"},
		{"--domain 192.168.1.2", "is not a name that leads here"},
		{"--domain localhost", "is not a name that leads here"},
		{"--self-signed=perhaps", "true, false"},
		{"--unix-socket " + chain, "is a file and not a socket"},
	} {
		code, _, errs, _ := startSecond(t, &program{data: filepath.Join(t.TempDir(), "data")}, false, append(strings.Fields(tt.args), "--listen", "127.0.0.1:0")...)
		if code == exitDone || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: ended with %d: %s", tt.args, code, errs)
		}
	}
}

// A proxy on a Unix socket passes the client's address; a socket file left by an earlier run
// is replaced, one in use is not.
func TestUnixSocket(t *testing.T) {
	file := filepath.Join(t.TempDir(), "danmaku.sock")
	left, err := net.Listen("unix", file)
	if err != nil {
		t.Fatal(err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false)
	left.Close()
	p := start(t, t.TempDir(), "--unix-socket", file, "--max-sockets-per-address", "1")
	dial := func(address string) (*socket, int) {
		t.Helper()
		d := websocket.Dialer{HandshakeTimeout: patience, NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", file)
		}}
		conn, resp, err := d.Dial("ws://danmaku.test/api/rooms/live/socket?role=audience", http.Header{"Sec-WebSocket-Protocol": {"danmaku.v1"}, "X-Forwarded-For": {address}})
		if err != nil {
			if resp == nil {
				t.Fatal(err)
			}
			return nil, resp.StatusCode
		}
		s := &socket{t: t, conn: conn, frames: make(chan *frame, 1000), closed: make(chan error, 1)}
		t.Cleanup(func() { conn.Close() })
		go s.read()
		return s, resp.StatusCode
	}
	for _, ip := range []string{"203.0.113.7", "203.0.113.8"} {
		s, status := dial(ip)
		if status != 101 {
			t.Fatalf("%s gets status %d", ip, status)
		}
		s.next("hello")
	}
	if s, _ := dial("203.0.113.7"); s.closeCode() != websocket.CloseTryAgainLater {
		t.Error("a second socket of one address is accepted")
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("the socket has the mode %v, %v", info.Mode().Perm(), err)
	}
	if code, _, errs, _ := startSecond(t, &program{data: t.TempDir()}, false, "--listen", "127.0.0.1:0", "--unix-socket", file); code == exitDone || !strings.Contains(errs, "another program listens on the socket") {
		t.Errorf("a second server on it ended with %d: %s", code, errs)
	}
	if p.stop() != exitDone {
		t.Error("it did not exit cleanly")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the socket is left behind")
	}
}
