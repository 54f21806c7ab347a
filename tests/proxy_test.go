package tests

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"image"
	"image/png"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// publicHost is the name in the snippets of docs/proxies.md.
const publicHost = "danmaku.your-domain.net"

// nginx starts Debian's nginx with the snippet of docs/proxies.md in front of a
// server, and returns its address and its certificate. It changes only the
// port, the place of the certificate and the server's address in the snippet. The
// port is opened here and passed on, so that it accepts connections from the
// start.
func nginx(t *testing.T, upstream string) (address string, roots *x509.CertPool) {
	t.Helper()
	program := proxyProgram(t, "nginx", "nginx-light")
	dir := t.TempDir()
	roots = certify(t, dir, publicHost)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address = listener.Addr().String()
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()

	snippet := fenced(readPage(t, "docs/proxies.md"), "nginx")[0]
	for old, now := range map[string]string{
		"listen 443 ssl;":                           "listen " + address + " ssl;",
		"http://127.0.0.1:2333":                     upstream,
		"/etc/letsencrypt/live/" + publicHost + "/": dir + "/",
	} {
		if !strings.Contains(snippet, old) {
			t.Fatalf("the snippet lacks %q", old)
		}
		snippet = strings.ReplaceAll(snippet, old, now)
	}
	conf := filepath.Join(dir, "nginx.conf")
	err = os.WriteFile(conf, []byte("daemon off;\nworker_processes 1;\n"+nginxUser()+"pid "+dir+"/pid;\nerror_log "+dir+"/error.log info;\nevents {}\nhttp {\naccess_log off;\n"+nginxTemp(dir)+snippet+"}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(program, "-p", dir, "-c", conf, "-e", filepath.Join(dir, "error.log"))
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Env = append(os.Environ(), "NGINX=3;") // takes over descriptor 3, like a replacement process
	cmd.ExtraFiles = []*os.File{socket}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		ended := cmd.Wait()
		if log, _ := os.ReadFile(filepath.Join(dir, "error.log")); t.Failed() {
			t.Logf("nginx ended with %v: %s%s", ended, &said, log)
		}
	})
	return address, roots
}

// nginxTemp makes nginx write its temporary files to a folder.
func nginxTemp(dir string) string {
	var temp strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	return temp.String()
}

// nginxUser returns the user that nginx runs as when root starts it: its
// default user may not read the test's folder.
func nginxUser() string {
	if os.Getuid() == 0 {
		return "user root;\n"
	}
	return ""
}

// certify makes a certificate for a host where the snippet expects it.
func certify(t *testing.T, dir, host string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	card := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, card, card, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"fullchain.pem": {Type: "CERTIFICATE", Bytes: der}, "privkey.pem": {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roots := x509.NewCertPool()
	roots.AddCert(must(x509.ParseCertificate(der)))
	return roots
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// remote is a client elsewhere that comes through the proxy.
type remote struct {
	http *http.Client
	dial *websocket.Dialer
}

// clientFrom returns a client with its own address, as the proxy sees it.
func clientFrom(t *testing.T, own, proxy string, roots *x509.CertPool) remote {
	d := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(own)}, Timeout: patience}
	secure := &tls.Config{RootCAs: roots, ServerName: publicHost}
	transport := &http.Transport{TLSClientConfig: secure}
	t.Cleanup(transport.CloseIdleConnections)
	r := remote{http: &http.Client{Transport: transport, Timeout: patience}, dial: &websocket.Dialer{TLSClientConfig: secure, HandshakeTimeout: patience}}
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return d.DialContext(ctx, network, proxy)
	}
	r.dial.NetDialContext = transport.DialContext
	return r
}

// TestNginx runs the configuration in docs/proxies.md, with the command
// beside it.
func TestNginx(t *testing.T) {
	_, after, found := strings.Cut(readPage(t, "docs/proxies.md"), "```nginx")
	command := regexp.MustCompile("\n(danmaku --.*)\n").FindStringSubmatch(after)
	if !found || command == nil {
		t.Fatal("docs/proxies.md has no command after the snippet")
	}
	args := strings.Fields(strings.ReplaceAll(command[1], "--listen 127.0.0.1:2333", ""))[1:]
	p := start(t, t.TempDir(), append(args, "--max-sockets-per-address", "1")...)
	local, err := os.ReadFile(filepath.Join(p.data, "address"))
	if err != nil {
		t.Fatal(err)
	}
	proxy, roots := nginx(t, strings.TrimSpace(string(local)))
	const base = "https://" + publicHost
	alice, bob := clientFrom(t, "127.0.0.2", proxy, roots), clientFrom(t, "127.0.0.3", proxy, roots)

	page, err := alice.http.Get(base + "/r/live")
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	if set := page.Cookies(); page.StatusCode != 200 || len(set) != 1 || set[0].Name != "__Host-danmaku_id" || !set[0].Secure {
		t.Errorf("the page answers %d with the cookies %v", page.StatusCode, set)
	}

	open := func(r remote, header http.Header) (*socket, int) {
		t.Helper()
		header.Set("Sec-WebSocket-Protocol", "danmaku.v1")
		conn, resp, err := r.dial.Dial("wss://"+publicHost+"/api/rooms/live/socket?role=audience", header)
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
	ours := func() http.Header { return http.Header{"Origin": {base}} }
	a, status := open(alice, ours())
	if status != 101 {
		t.Fatalf("the upgrade gets status %d", status)
	}
	b, _ := open(bob, ours())
	for _, s := range []*socket{a, b} { // two addresses, one socket each
		s.next("hello")
	}
	a.send("c1", "through the proxy")
	if got := a.next("ack"); got.Outcome != "shown" {
		t.Errorf("the comment's ack is %+v", got)
	}
	b.until("the comment", func(e event) bool { return e.Text == "through the proxy" })

	// A second socket of one address exceeds the limit, whatever header its owner sends.
	forged := ours()
	forged.Set("X-Forwarded-For", "203.0.113.9")
	if again, _ := open(bob, forged); again.closeCode() != websocket.CloseTryAgainLater {
		t.Error("a forged address is accepted")
	}
	if _, status := open(alice, http.Header{"Origin": {"https://elsewhere.example"}}); status != 403 {
		t.Errorf("a foreign page gets status %d", status)
	}

	if status := sendPicture(t, alice, base, p.link("owner").Key); status != 200 {
		t.Errorf("a large picture gets status %d", status)
	}
}

// sendPicture uploads a picture of the largest size that the server accepts.
func sendPicture(t *testing.T, r remote, base, key string) int {
	t.Helper()
	noise := image.NewGray(image.Rect(0, 0, 1400, 1350))
	rand.Read(noise.Pix)
	var b bytes.Buffer
	if err := png.Encode(&b, noise); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPut, base+"/api/rooms/live/picture", &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}
