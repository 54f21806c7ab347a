// Package certs provides the certificates for https: from files that their owner renews,
// from an authority through ACME, or self-signed.
package certs

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// base returns the common part of all configurations here.
func base(get func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: get}
}

// checkEvery is the least time between two checks of a certificate's files.
const checkEvery = time.Second

// Files is a certificate in two PEM files, as certbot and others write them. It reads them
// again when a file changes. Its methods are safe for concurrent use.
type Files struct {
	cert, key string
	log       *slog.Logger
	now       func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	marks   [2]mark
	checked time.Time
	fault   string // of the current files, already logged
}

// mark detects a changed file.
type mark struct {
	size int64
	at   time.Time
}

// Open reads the two files: chain and key.
func Open(cert, key string, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, log: log, now: time.Now}
	marks, err := f.look()
	if err != nil {
		return nil, err
	}
	f.marks, f.checked = marks, f.now()
	f.current, err = f.read()
	return f, err
}

// Config returns the TLS configuration, for a server.
func (f *Files) Config() *tls.Config { return base(f.get) }

// Names returns the DNS names of the certificate, as they were at the start.
func (f *Files) Names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.current.Leaf.DNSNames
}

func (f *Files) look() (marks [2]mark, err error) {
	for i, name := range []string{f.cert, f.key} {
		info, err := os.Stat(name)
		if err != nil {
			return marks, err
		}
		marks[i] = mark{info.Size(), info.ModTime()}
	}
	return marks, nil
}

func (f *Files) read() (*tls.Certificate, error) {
	c, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return nil, fmt.Errorf("read the certificate %s with the key %s: %w", f.cert, f.key, err)
	}
	if c.Leaf == nil { // GODEBUG=x509keypairleaf=0
		if c.Leaf, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
			return nil, fmt.Errorf("read the certificate %s: %w", f.cert, err)
		}
	}
	return &c, nil
}

// get returns the certificate in force. Files that do not match, as when one of them is
// being written, leave the earlier one in force.
func (f *Files) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now().Sub(f.checked).Abs() < checkEvery {
		return f.current, nil
	}
	f.checked = f.now()
	marks, err := f.look()
	if err == nil && marks == f.marks && f.fault == "" {
		return f.current, nil
	}
	var fresh *tls.Certificate
	if err == nil {
		fresh, err = f.read()
	}
	if err != nil {
		if f.fault != err.Error() {
			f.fault = err.Error()
			f.log.Warn("the changed certificate cannot be used; the previous one stays in force", "err", err)
		}
		return f.current, nil
	}
	f.marks, f.fault, f.current = marks, "", fresh
	f.log.Info("a new certificate is in force", "file", f.cert, "until", fresh.Leaf.NotAfter.Format(time.DateOnly))
	return f.current, nil
}

// ACME gets and renews certificates for names automatically (RFC 8555), and stores them in
// dir. directory is the authority's URL; empty means Let's Encrypt. The authority connects
// back to port 443 (TLS-ALPN-01), or to port 80 where [autocert.Manager.HTTPHandler]
// answers (HTTP-01).
func ACME(names []string, dir, directory string) *autocert.Manager {
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(dir), HostPolicy: autocert.HostWhitelist(names...)}
	if directory != "" {
		m.Client = &acme.Client{DirectoryURL: directory}
	}
	return m
}

// ACMEConfig returns the TLS configuration of a manager. Clients that name no host, or one
// that is not among names, get the certificate of the first. It logs faults, each text
// once.
func ACMEConfig(m *autocert.Manager, names []string, log *slog.Logger) *tls.Config {
	var mu sync.Mutex
	logged := map[string]bool{}
	c := base(func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hello.ServerName == "" {
			hello.ServerName = names[0]
		}
		cert, err := m.GetCertificate(hello)
		if err != nil && !errors.Is(err, autocert.ErrCacheMiss) && m.HostPolicy(hello.Context(), hello.ServerName) == nil {
			mu.Lock()
			defer mu.Unlock()
			if text := err.Error(); !logged[text] && len(logged) < maxLogged {
				logged[text] = true
				log.Error("could not get a certificate; the name must resolve to this machine, and ports 80 and 443 must be reachable from the internet", "name", hello.ServerName, "err", err)
			}
		}
		return cert, err
	})
	c.NextProtos = []string{"h2", "http/1.1", acme.ALPNProto}
	return c
}

// maxLogged bounds the faults that are logged.
const maxLogged = 20

// Fingerprint returns the SHA-256 of a certificate as browsers show it.
func Fingerprint(c *tls.Certificate) string {
	sum := sha256.Sum256(c.Certificate[0])
	return strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
}
