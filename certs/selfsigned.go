package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A self-signed certificate is valid for a year and is renewed a month before its end.
// Apple's systems accept none of more than 398 days from anybody
// (https://support.apple.com/en-us/102028).
const (
	selfSignedFor = 365 * 24 * time.Hour
	renewBefore   = 30 * 24 * time.Hour
)

// SelfSigned returns a self-signed certificate for addresses and localhost, with its
// private key. It is stored in dir, as selfsigned.pem, so that browsers which have accepted
// it recognize it; a new one is made when it ends within a month or lacks an address.
func SelfSigned(dir string, addresses []netip.Addr, now time.Time) (*tls.Certificate, error) {
	file := filepath.Join(dir, "selfsigned.pem")
	kept, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		if c, err := tls.X509KeyPair(kept, kept); err == nil && fits(c.Leaf, addresses, now) {
			return &c, nil
		}
	}
	text, err := selfSign(addresses, now)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	c, err := tls.X509KeyPair(text, text)
	return &c, err
}

// fits reports whether a stored certificate can still be used.
func fits(c *x509.Certificate, addresses []netip.Addr, now time.Time) bool {
	if c == nil || now.Before(c.NotBefore) || now.Add(renewBefore).After(c.NotAfter) {
		return false
	}
	return !slices.ContainsFunc(addresses, func(a netip.Addr) bool { return c.VerifyHostname(a.String()) != nil })
}

func selfSign(addresses []netip.Addr, now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: pkix.Name{CommonName: "danmaku on this network"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(selfSignedFor), // the hour is for phones whose clocks are behind
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, a := range addresses {
		template.IPAddresses = append(template.IPAddresses, a.AsSlice())
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...), nil
}

// Config returns the TLS configuration for a fixed certificate.
func Config(c *tls.Certificate) *tls.Config {
	return base(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c, nil })
}
