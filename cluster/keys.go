//go:build !nocluster

package cluster

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// The machines of a cluster authenticate each other with certificates. The machine that
// founds the cluster makes an authority, which signs one for each machine. Every machine
// has the authority's key, so each can admit another one. Anyone who has one machine's
// folder has secret.key as well, so this gives nothing more away.

// The files of the keys, beside the configuration.
const (
	caFile, caKeyFile     = "ca.crt", "ca.key"
	certFile, certKeyFile = "machine.crt", "machine.key"
)

// machineHost is in every machine's certificate, and is the name that the others expect,
// since addresses may change.
const machineHost = "machine.danmaku.internal"

// keysLast is how long certificates are valid. A new cluster has new ones.
const keysLast = 20 * 365 * 24 * time.Hour

// authority signs the certificates of machines.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newAuthority(log string, now time.Time) (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "danmaku cluster " + log},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(keysLast), // machines' clocks differ
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return authority{cert, key}, err
}

func serial() *big.Int {
	b := make([]byte, 16)
	rand.Read(b) // never fails
	return new(big.Int).SetBytes(b)
}

// fingerprint returns the hash by which an invitation names the authority.
func fingerprint(cert *x509.Certificate) [sha256.Size]byte { return sha256.Sum256(cert.Raw) }

// sign makes the certificate of a machine, as DER.
func (a authority) sign(name string, public crypto.PublicKey, now time.Time) ([]byte, error) {
	return x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name}, DNSNames: []string{machineHost},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(keysLast),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert, public, a.key)
}

// keys holds all keys of a machine.
type keys struct {
	authority
	certDER []byte
	certKey crypto.Signer
}

// write writes the keys into a data folder.
func (k keys) write(dir string) error {
	caKey, err := x509.MarshalPKCS8PrivateKey(k.key)
	if err != nil {
		return err
	}
	certKey, err := x509.MarshalPKCS8PrivateKey(k.certKey)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name, kind string
		der        []byte
	}{
		{caFile, "CERTIFICATE", k.cert.Raw}, {caKeyFile, "PRIVATE KEY", caKey},
		{certFile, "CERTIFICATE", k.certDER}, {certKeyFile, "PRIVATE KEY", certKey},
	} {
		text := pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: f.der})
		if err := writeFile(filepath.Join(dir, folder, f.name), text); err != nil {
			return fmt.Errorf("write the cluster's keys: %w", err)
		}
	}
	return nil
}

func readKeys(dir string) (k keys, err error) {
	read := func(name string) (der []byte) {
		if err != nil {
			return nil
		}
		path := filepath.Join(dir, folder, name)
		var text []byte
		if text, err = os.ReadFile(path); err != nil {
			return nil
		}
		block, _ := pem.Decode(text)
		if block == nil {
			err = fmt.Errorf("%s is damaged", path)
			return nil
		}
		return block.Bytes
	}
	key := func(name string) crypto.Signer {
		der := read(name)
		if err != nil {
			return nil
		}
		var any any
		if any, err = x509.ParsePKCS8PrivateKey(der); err != nil {
			return nil
		}
		signer, ok := any.(crypto.Signer)
		if !ok {
			err = errors.New("a key of the cluster cannot sign")
		}
		return signer
	}
	caDER := read(caFile)
	k.key, k.certDER, k.certKey = key(caKeyFile), read(certFile), key(certKeyFile)
	if err == nil {
		k.cert, err = x509.ParseCertificate(caDER)
	}
	if err != nil {
		return keys{}, fmt.Errorf("read the cluster's keys: %w", err)
	}
	return k, nil
}

// tls returns the configuration with which machines talk: both sides present their
// certificates. The authority's certificate is included for a machine that knows only its
// fingerprint.
func (k keys) tls() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(k.cert)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{k.certDER, k.cert.Raw}, PrivateKey: k.certKey}},
		RootCAs:      pool, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
		ServerName: machineHost, MinVersion: tls.VersionTLS13,
	}
}

// pinned returns the configuration with which a joining machine authenticates the one it
// asks: by the authority's fingerprint.
func pinned(want [sha256.Size]byte) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: machineHost,
		InsecureSkipVerify: true, // VerifyConnection verifies instead
		VerifyConnection: func(s tls.ConnectionState) error {
			pool := x509.NewCertPool()
			for _, cert := range s.PeerCertificates {
				if fingerprint(cert) == want {
					pool.AddCert(cert)
				}
			}
			_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: pool, DNSName: machineHost})
			if err != nil {
				return ErrOtherCluster
			}
			return nil
		},
	}
}

// ErrOtherCluster means that the answering machine does not belong to the inviting cluster.
var ErrOtherCluster = errors.New("the machine that answers does not belong to the cluster of this invitation")
