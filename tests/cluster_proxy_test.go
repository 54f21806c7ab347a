package tests

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// backends are three machines behind a proxy; each answers with its name.
type backends struct {
	servers []*httptest.Server
	refuse  atomic.Bool // they answer 503
	asked   atomic.Int32
}

func newBackends(t *testing.T) *backends {
	b := &backends{}
	for i := range 3 {
		b.servers = append(b.servers, httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b.asked.Add(1)
			if b.refuse.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			fmt.Fprintf(w, "%d %s %s", i, r.Header.Get("X-Forwarded-Proto"), body)
		})))
		t.Cleanup(b.servers[i].Close)
	}
	return b
}

// fillAddresses puts the addresses of the backends into a configuration.
func (b *backends) fillAddresses(t *testing.T, conf string) string {
	t.Helper()
	for i, s := range b.servers {
		placeholder := fmt.Sprintf("10.0.0.%d:2333", i+1)
		if !strings.Contains(conf, placeholder) {
			t.Fatalf("the configuration lacks %s", placeholder)
		}
		conf = strings.ReplaceAll(conf, placeholder, s.Listener.Addr().String())
	}
	return conf
}

// tryProxy checks that a proxy keeps each browser at one machine, uses another one when that
// is gone, and passes on that a machine cannot write.
func tryProxy(t *testing.T, b *backends, client func(identity string) *http.Client) {
	const people = 24
	ask := func(c *http.Client, identity, method string) (status int, answer string) {
		t.Helper()
		r, err := http.NewRequest(method, "https://"+publicHost+"/api/rooms/live/comments", strings.NewReader("text of "+identity))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", "other=1; __Host-danmaku_id="+identity+"; last=2")
		resp, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	clients, at := map[string]*http.Client{}, map[string]byte{}
	used := map[byte]bool{}
	for i := range people {
		identity := fmt.Sprintf("person%d.signature", i)
		clients[identity] = client(identity)
		for range 3 {
			status, answer := ask(clients[identity], identity, "POST")
			if status != http.StatusOK || answer[1:] != " https text of "+identity {
				t.Fatalf("%d %q", status, answer)
			}
			if machine, known := at[identity]; known && machine != answer[0] {
				t.Errorf("%s came to machine %c, and then to %c", identity, machine, answer[0])
			}
			at[identity] = answer[0]
		}
		used[at[identity]] = true
	}
	if len(used) != 3 {
		t.Errorf("%d people came to %d machines alone", people, len(used))
	}

	b.refuse.Store(true)
	b.asked.Store(0)
	for identity, c := range clients {
		if status, _ := ask(c, identity, "POST"); status != http.StatusServiceUnavailable {
			t.Errorf("a machine that cannot write: %d", status)
		}
	}
	if n := b.asked.Load(); n != people {
		t.Errorf("%d requests were made of %d", n, people)
	}
	b.refuse.Store(false)

	b.servers[1].Listener.Close()
	b.servers[1].CloseClientConnections()
	for identity, c := range clients {
		status, answer := ask(c, identity, "POST")
		if status == http.StatusBadGateway { // it went into a connection that ended just then; pages send it again
			status, answer = ask(c, identity, "POST")
		}
		if status != http.StatusOK || answer[0] == '1' {
			t.Errorf("%s, without the second machine: %d %q", identity, status, answer)
		}
		if at[identity] != '1' && at[identity] != answer[0] {
			t.Errorf("%s was at machine %c, which lives, and came to %c", identity, at[identity], answer[0])
		}
	}
}

// clientThrough returns a client that reaches publicHost at an address, and keeps cookies.
func clientThrough(t *testing.T, address string, roots *x509.CertPool) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := clientFrom(t, "127.0.0.1", address, roots).http
	c.Jar = jar
	return c
}

// proxyProgram finds a program of Debian's.
func proxyProgram(t *testing.T, name, debian string) string {
	t.Helper()
	for _, dir := range []string{"", "/usr/sbin/"} { // the latter is not in the path of those who are not root
		if path, err := exec.LookPath(dir + name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("there is no %s; Debian: apt-get install %s", name, debian)
	}
	t.Skipf("there is no %s; Debian: apt-get install %s", name, debian)
	return ""
}

// caddyProgram finds a Caddy that sends the body of a request again if a machine was not
// reached; versions before 2.9 (Debian has 2.6) give up, and treat the next machine as
// dead. scripts/test.sh installs one in CI, where go install puts programs.
func caddyProgram(t *testing.T) string {
	t.Helper()
	const hint = "go install github.com/caddyserver/caddy/v2/cmd/caddy@v2.11.9 gets one"
	var places []string
	for _, args := range [][]string{{"env", "GOBIN"}, {"env", "GOPATH"}} {
		out, err := exec.Command("go", args...).Output()
		if err != nil {
			continue // a test may run where no Go is
		}
		if dir := strings.TrimSpace(string(out)); dir != "" && args[1] == "GOPATH" {
			places = append(places, filepath.Join(dir, "bin", "caddy"))
		} else if dir != "" {
			places = append(places, filepath.Join(dir, "caddy"))
		}
	}
	old := ""
	for _, name := range append([]string{"caddy"}, places...) {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		out, err := exec.Command(path, "version").Output()
		if err != nil {
			t.Fatal(err)
		}
		var minor int // one that was built from its source may not know its version
		if _, err := fmt.Sscanf(strings.TrimPrefix(string(out), "v"), "2.%d", &minor); err != nil || minor >= 9 {
			return path
		}
		old = strings.TrimSpace(string(out))
	}
	if old != "" {
		t.Skipf("Caddy %s is too old: it does not send a body again, and docs/cluster.md asks for 2.9; %s", old, hint)
	}
	t.Skipf("there is no Caddy in the path or where go install puts programs; %s", hint)
	return ""
}

// runProxy runs a proxy until the test ends, and waits until it listens.
func runProxy(t *testing.T, address string, cmd *exec.Cmd) {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it ends by a signal
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		<-ended
		if t.Failed() {
			t.Logf("the proxy said: %s", &said)
		}
	})
	for deadline := time.Now().Add(patience); ; {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the proxy does not listen: %v", err)
		}
		select {
		case <-ended:
			t.Fatal("the proxy has ended")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// The configuration of nginx for several machines.
func TestNginxOfSeveralMachines(t *testing.T) {
	program := proxyProgram(t, "nginx", "nginx-light")
	b := newBackends(t)
	dir := t.TempDir()
	roots := certify(t, dir, publicHost)
	address := freePort(t)
	conf := b.fillAddresses(t, readPage(t, "deploy/nginx-cluster.conf"))
	for old, now := range map[string]string{
		"listen 443 ssl;": "listen " + address + " ssl;", "listen 80;": "listen unix:" + dir + "/plain;",
		"/certificates/": dir + "/", "http {\n": "http {\naccess_log off;\n" + nginxTemp(dir),
		"worker_rlimit_nofile 20000;": "daemon off;\nworker_processes 1;\npid " + dir + "/pid;\n" + nginxUser(),
		"worker_connections 8192":     "worker_connections 512",
	} {
		if !strings.Contains(conf, old) {
			t.Fatalf("the configuration lacks %q", old)
		}
		conf = strings.ReplaceAll(conf, old, now)
	}
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	runProxy(t, address, exec.Command(program, "-p", dir, "-c", path, "-e", filepath.Join(dir, "error.log")))
	tryProxy(t, b, func(string) *http.Client { return clientThrough(t, address, roots) })
}

// The configuration of Caddy for several machines.
func TestCaddyOfSeveralMachines(t *testing.T) {
	program := caddyProgram(t)
	b := newBackends(t)
	dir := t.TempDir()
	roots := certify(t, dir, publicHost)
	address := freePort(t)
	conf := b.fillAddresses(t, readPage(t, "deploy/Caddyfile-cluster"))
	site := "\n" + publicHost + " {\n"
	if !strings.Contains(conf, site) {
		t.Fatalf("the configuration has no %q", site)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	// Without HTTP/3: its port is the mark by which freeport keeps the address.
	conf = "{\n\tadmin off\n\tauto_https off\n\tservers {\n\t\tprotocols h1 h2\n\t}\n}\n" + strings.Replace(conf, site,
		"\nhttps://"+publicHost+":"+port+" {\n\ttls "+dir+"/fullchain.pem "+dir+"/privkey.pem\n", 1)
	path := filepath.Join(dir, "Caddyfile")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "run", "--config", path, "--adapter", "caddyfile")
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	runProxy(t, address, cmd)
	tryProxy(t, b, func(string) *http.Client { return clientThrough(t, address, roots) })
}
