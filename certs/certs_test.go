package certs_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"

	"danmaku/certs"
)

// write makes a certificate for a name and writes it with its key.
func write(t *testing.T, cert, key, name string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: encoded}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A renewed certificate is in force without a restart; half-written or missing files leave
// the earlier one in force, and the log says so once.
func TestFilesAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	write(t, cert, key, "first.test")
	var logged strings.Builder
	f, err := certs.Open(cert, key, slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	var passed time.Duration
	certs.SetClock(f, func() time.Time { return time.Unix(1_800_000_000, 0).Add(passed) })
	name := func() string {
		t.Helper()
		passed += time.Minute
		c, err := f.Config().GetCertificate(&tls.ClientHelloInfo{})
		if err != nil {
			t.Fatal(err)
		}
		return c.Leaf.DNSNames[0]
	}
	if got := name(); got != "first.test" {
		t.Fatalf("it is %s", got)
	}
	half := filepath.Join(dir, "other.pem")
	write(t, half, filepath.Join(dir, "other-key.pem"), "second.test")
	data, err := os.ReadFile(half)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cert, data, 0o600); err != nil { // the key is still the old one
		t.Fatal(err)
	}
	for range 3 {
		if got := name(); got != "first.test" {
			t.Errorf("with a key of another certificate it is %s", got)
		}
	}
	if n := strings.Count(logged.String(), "stays in force"); n != 1 {
		t.Errorf("the log says %d times that the files do not fit:\n%s", n, &logged)
	}
	write(t, cert, key, "second.test")
	if got := name(); got != "second.test" {
		t.Errorf("after the renewal it is %s", got)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if got := name(); got != "second.test" {
		t.Errorf("without the key it is %s", got)
	}
	if _, err := certs.Open(cert, key, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a start without the key is taken")
	}
}

// A self-signed certificate is stored, so that browsers recognize it, until it ends soon or
// an address is new.
func TestSelfSigned(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "certificates")
	home, cafe := netip.MustParseAddr("192.168.1.20"), netip.MustParseAddr("10.0.0.7")
	now := time.Now()
	made := func(now time.Time, addresses ...netip.Addr) *tls.Certificate {
		t.Helper()
		c, err := certs.SelfSigned(dir, addresses, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range []string{"localhost", "127.0.0.1", addresses[0].String()} {
			if err := c.Leaf.VerifyHostname(host); err != nil {
				t.Error(err)
			}
		}
		if days := c.Leaf.NotAfter.Sub(c.Leaf.NotBefore).Hours() / 24; days > 398 {
			t.Errorf("it is valid for %.0f days, which Apple's systems refuse", days)
		}
		return c
	}
	first := made(now, home)
	if again := made(now.Add(300*24*time.Hour), home); certs.Fingerprint(again) != certs.Fingerprint(first) {
		t.Error("a restart makes another certificate")
	}
	if later := made(now.Add(340*24*time.Hour), home); certs.Fingerprint(later) == certs.Fingerprint(first) {
		t.Error("a certificate that ends within a month is kept")
	}
	second := made(now, cafe, home)
	if err := os.WriteFile(filepath.Join(dir, "selfsigned.pem"), []byte("spoilt"), 0o600); err != nil {
		t.Fatal(err)
	}
	if third := made(now, home); certs.Fingerprint(third) == certs.Fingerprint(second) {
		t.Error("a spoilt file is used")
	}
	info, err := os.Stat(filepath.Join(dir, "selfsigned.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has the mode %v, %v", info.Mode(), err)
	}
}

// authority is an ACME server (RFC 8555) with one challenge, which it checks from outside,
// like a real one. It does not verify signatures.
type authority struct {
	*httptest.Server
	t         *testing.T
	challenge string
	check     func(a *authority, name, token, answer string) error

	key  *ecdsa.PrivateKey
	root *x509.Certificate

	mu         sync.Mutex
	name       string
	thumbprint string
	valid      bool
	fault      string
	issued     [][]byte
	orders     int
}

func newAuthority(t *testing.T, challenge string, check func(a *authority, name, token, answer string) error) *authority {
	t.Helper()
	a := &authority{t: t, challenge: challenge, check: check}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test root"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour * 24 * 365), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(a.answer))
	t.Cleanup(a.Close)
	return a
}

const token = "a-token_of-the-authority"

func (a *authority) answer(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Replay-Nonce", rand.Text())
	reply := func(status int, location string, v any) {
		if location != "" {
			w.Header().Set("Location", a.URL+location)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	var jws struct{ Protected, Payload string }
	var head struct{ JWK json.RawMessage }
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&jws); err != nil {
			reply(400, "", map[string]string{"type": "urn:ietf:params:acme:error:malformed"})
			return
		}
		decode(jws.Protected, &head)
	}
	state := map[bool]string{true: "valid", false: "pending"}[a.valid]
	order := func() map[string]any {
		o := map[string]any{"status": map[bool]string{true: "ready", false: "pending"}[a.valid], "identifiers": []map[string]string{{"type": "dns", "value": a.name}},
			"authorizations": []string{a.URL + "/authz"}, "finalize": a.URL + "/finalize"}
		if len(a.issued) == a.orders {
			o["status"], o["certificate"] = "valid", a.URL+"/certificate"
		}
		return o
	}
	switch r.URL.Path {
	case "/directory":
		reply(200, "", map[string]any{"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/order", "meta": map[string]any{"termsOfService": a.URL}})
	case "/nonce":
	case "/account":
		var jwk struct{ Crv, Kty, X, Y string }
		if err := json.Unmarshal(head.JWK, &jwk); err != nil {
			a.t.Error(err)
		}
		sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":%q,"kty":%q,"x":%q,"y":%q}`, jwk.Crv, jwk.Kty, jwk.X, jwk.Y)) // RFC 7638
		a.thumbprint = base64.RawURLEncoding.EncodeToString(sum[:])
		reply(201, "/accounts/1", map[string]string{"status": "valid"})
	case "/order":
		var ask struct{ Identifiers []struct{ Value string } }
		decode(jws.Payload, &ask)
		a.name, a.valid = ask.Identifiers[0].Value, false
		a.orders++
		reply(201, "/orders/1", order())
	case "/orders/1":
		reply(200, "/orders/1", order())
	case "/authz":
		authz := map[string]any{"status": state, "identifier": map[string]string{"type": "dns", "value": a.name}, "challenges": []map[string]string{{"type": a.challenge, "url": a.URL + "/challenge", "token": token, "status": state}}}
		if a.fault != "" {
			authz["status"] = "invalid"
		}
		reply(200, "", authz)
	case "/challenge":
		// The server that we connect to may in turn have to ask us.
		name, answer := a.name, token+"."+a.thumbprint
		a.mu.Unlock()
		err := a.check(a, name, token, answer)
		a.mu.Lock()
		if a.valid = err == nil; err != nil {
			a.fault = err.Error()
		}
		reply(200, "", map[string]string{"type": a.challenge, "url": a.URL + "/challenge", "token": token, "status": "processing"})
	case "/finalize":
		var ask struct{ CSR string }
		decode(jws.Payload, &ask)
		der, err := base64.RawURLEncoding.DecodeString(ask.CSR)
		if err != nil {
			a.t.Error(err)
		}
		csr, err := x509.ParseCertificateRequest(der)
		if err != nil || !a.valid {
			a.t.Errorf("asked to certify %v: %v", a.valid, err)
			return
		}
		leaf := &x509.Certificate{SerialNumber: big.NewInt(int64(a.orders) + 1), DNSNames: csr.DNSNames, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		made, err := x509.CreateCertificate(rand.Reader, leaf, a.root, csr.PublicKey, crypto.Signer(a.key))
		if err != nil {
			a.t.Error(err)
		}
		a.issued = append(a.issued, made)
		reply(200, "/orders/1", order())
	case "/certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		for _, der := range [][]byte{a.issued[len(a.issued)-1], a.root.Raw} {
			_ = pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: der})
		}
	default:
		reply(200, "", map[string]string{}) // deactivated authorizations
	}
}

func decode(part string, v any) {
	if b, err := base64.RawURLEncoding.DecodeString(part); err == nil {
		_ = json.Unmarshal(b, v)
	}
}

// alpnID is the extension of RFC 8737.
var alpnID = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}

// Either challenge gets a name's certificate, once; it is stored across a restart, and
// valid for that name only.
func TestACME(t *testing.T) {
	const name = "danmaku.test"
	for _, challenge := range []string{"tls-alpn-01", "http-01"} {
		t.Run(challenge, func(t *testing.T) {
			var secure, plain string // addresses of the server
			a := newAuthority(t, challenge, func(_ *authority, name, token, answer string) error {
				if challenge == "http-01" {
					r, err := http.NewRequest(http.MethodGet, "http://"+plain+"/.well-known/acme-challenge/"+token, nil)
					if err != nil {
						return err
					}
					r.Host = name
					resp, err := http.DefaultClient.Do(r)
					if err != nil {
						return err
					}
					defer resp.Body.Close()
					if b, err := io.ReadAll(resp.Body); err != nil || string(b) != answer {
						return fmt.Errorf("it answers %q, %v", b, err)
					}
					return nil
				}
				conn, err := tls.Dial("tcp", secure, &tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{acme.ALPNProto}})
				if err != nil {
					return err
				}
				defer conn.Close()
				sum := sha256.Sum256([]byte(answer))
				want, err := asn1.Marshal(sum[:])
				if err != nil {
					return err
				}
				for _, e := range conn.ConnectionState().PeerCertificates[0].Extensions {
					if e.Id.Equal(alpnID) && string(e.Value) == string(want) {
						return nil
					}
				}
				return fmt.Errorf("the certificate does not answer the challenge")
			})
			cache := t.TempDir()
			serve := func() {
				m := certs.ACME([]string{name}, cache, a.URL+"/directory")
				m.Client.HTTPClient = a.Client()
				site := httptest.NewUnstartedServer(http.NotFoundHandler())
				site.Listener = tls.NewListener(site.Listener, certs.ACMEConfig(m, []string{name}, slog.New(slog.DiscardHandler)))
				site.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
				site.Start()
				t.Cleanup(site.Close)
				secure = site.Listener.Addr().String()
				lead := httptest.NewServer(m.HTTPHandler(nil))
				t.Cleanup(lead.Close)
				plain = lead.Listener.Addr().String()
			}
			roots := x509.NewCertPool()
			roots.AddCert(a.root)
			dial := func(asked, verified string, version uint16) error {
				d := tls.Dialer{NetDialer: &net.Dialer{}, Config: &tls.Config{ServerName: verified, RootCAs: roots, MaxVersion: version}}
				if asked == "" { // a client that names no host
					d.Config = &tls.Config{InsecureSkipVerify: true, MaxVersion: version, VerifyConnection: func(s tls.ConnectionState) error {
						_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: verified})
						return err
					}}
				}
				conn, err := d.DialContext(context.Background(), "tcp", secure)
				if err == nil {
					err = conn.Close()
				}
				return err
			}
			for range 2 { // again after a restart
				serve()
				for _, asked := range []string{name, ""} {
					if err := dial(asked, name, 0); err != nil {
						t.Errorf("asked for %q: %v (%s)", asked, err, a.fault)
					}
				}
				if err := dial("other.test", "other.test", 0); err == nil {
					t.Error("a certificate for a name that is not ours")
				}
				if err := dial(name, name, tls.VersionTLS11); err == nil {
					t.Error("TLS 1.1 is spoken")
				}
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if a.orders != 1 {
				t.Errorf("the authority was asked %d times", a.orders)
			}
		})
	}
}
