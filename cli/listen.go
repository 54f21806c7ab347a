package cli

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"golang.org/x/net/netutil"

	"danmaku/certs"
	"danmaku/config"
	"danmaku/server"
)

// listenerSet holds the sockets that a server listens on. Unused ones are nil.
type listenerSet struct {
	plain    net.Listener // http, also for commands on this machine
	secure   net.Listener // https
	redirect net.Listener // http that redirects to https
	unix     net.Listener // for a proxy on this machine

	tls         *tls.Config
	names       []string     // that the certificate is valid for
	challenge   http.Handler // answers the authority's challenges and redirects all other requests
	warm        func()       // gets the first certificates; nil if there are none to get
	fingerprint string       // of a self-signed certificate
}

// close closes the opened sockets, for a start that fails.
func (ls *listenerSet) close() {
	for _, l := range []net.Listener{ls.plain, ls.secure, ls.redirect, ls.unix} {
		if l != nil {
			_ = l.Close() // one that was served is already closed
		}
	}
}

// openListeners opens the sockets that the options name, or takes those that systemd passes:
// by the names http, https and redirect, a Unix socket by its kind, and the first without such
// a name as http.
func openListeners(cfg config.Config, lan []netip.Addr, log *slog.Logger) (_ *listenerSet, err error) {
	d := &listenerSet{}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	if err := d.fromSystemd(); err != nil {
		return nil, err
	}
	if err := d.certify(cfg, lan, log); err != nil {
		return nil, err
	}
	for _, one := range []struct {
		listener *net.Listener
		address  string
	}{{&d.plain, cfg.Listen}, {&d.secure, cfg.TLSListen}, {&d.redirect, cfg.HTTPListen}} {
		if *one.listener != nil || one.address == "" {
			continue
		}
		if *one.listener, err = net.Listen("tcp", one.address); err != nil {
			asked := cfg
			asked.Listen = one.address
			return nil, explainListen(asked, err)
		}
	}
	if cfg.UnixSocket != "" && d.unix == nil {
		if d.unix, err = listenUnix(cfg.UnixSocket); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// fromSystemd takes the sockets of a .socket unit, see sd_listen_fds(3).
func (ls *listenerSet) fromSystemd() error {
	handed, err := activation.ListenersWithNames()
	if err != nil {
		return fmt.Errorf("take the sockets of systemd: %w", err)
	}
	byName := map[string]*net.Listener{"http": &ls.plain, "https": &ls.secure, "redirect": &ls.redirect}
	for name, sockets := range handed {
		for _, l := range sockets {
			listener := byName[name]
			switch {
			case l == nil:
				return fmt.Errorf("systemd hands over a socket %q that takes no connections; write ListenStream= in its unit", name)
			case listener == nil && l.Addr().Network() == "unix":
				listener = &ls.unix
			case listener == nil:
				listener = &ls.plain
			}
			if *listener != nil {
				return fmt.Errorf("systemd hands over two sockets for the same; name them with FileDescriptorName=http, https or redirect")
			}
			*listener = l
		}
	}
	return nil
}

// listenUnix listens on a Unix socket and replaces one left by an earlier run. Its group may
// connect.
func listenUnix(file string) (net.Listener, error) {
	if info, err := os.Lstat(file); err == nil {
		if info.Mode().Type() != fs.ModeSocket {
			return nil, config.Faultf(notASocket, file)
		}
		if conn, err := net.Dial("unix", file); err == nil {
			_ = conn.Close()
			return nil, config.Faultf(socketInUse, file)
		}
		if err := os.Remove(file); err != nil {
			return nil, fmt.Errorf("remove the socket that an earlier run has left: %w", err)
		}
	}
	l, err := net.Listen("unix", file)
	if err != nil {
		return nil, config.Faultf(cannotListen, file, err)
	}
	if err := os.Chmod(file, 0o660); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// certify loads or creates the certificate that the options name.
func (ls *listenerSet) certify(cfg config.Config, lan []netip.Addr, log *slog.Logger) error {
	switch {
	case len(cfg.Domains) > 0:
		m := certs.ACME(cfg.Domains, filepath.Join(cfg.Data, "certificates"), cfg.ACME)
		ls.tls, ls.names = certs.ACMEConfig(m, cfg.Domains, log), cfg.Domains
		ls.challenge = m.HTTPHandler(http.HandlerFunc(ls.leadOn))
		ls.warm = func() {
			for _, name := range cfg.Domains {
				if c, err := ls.tls.GetCertificate(&tls.ClientHelloInfo{ServerName: name, CipherSuites: ecdsaSuites}); err == nil {
					log.Info("the certificate is in force", "name", name, "until", c.Leaf.NotAfter.Format(time.DateOnly))
				}
			}
		}
	case cfg.TLSCert != "":
		files, err := certs.Open(cfg.TLSCert, cfg.TLSKey, log)
		if err != nil {
			return config.Faultf(badCertificate, err)
		}
		ls.tls = files.Config()
		for _, name := range files.Names() {
			if !strings.HasPrefix(name, "*.") {
				ls.names = append(ls.names, name)
			}
		}
		if len(ls.names) == 0 && cfg.PublicURL == nil {
			return config.Faultf(namelessCertificate, cfg.TLSCert)
		}
		ls.challenge = http.HandlerFunc(ls.leadOn)
	case cfg.SelfSigned:
		c, err := certs.SelfSigned(filepath.Join(cfg.Data, "certificates"), lan, time.Now())
		if err != nil {
			return err
		}
		ls.tls, ls.fingerprint = certs.Config(c), certs.Fingerprint(c)
		ls.challenge = http.HandlerFunc(ls.leadOn)
	}
	return nil
}

// ecdsaSuites make autocert create a certificate with an ECDSA key, which every browser since
// 2014 accepts.
var ecdsaSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}

// securePort returns the port of https.
func (ls *listenerSet) securePort() int { return ls.secure.Addr().(*net.TCPAddr).Port }

// selfSignedPort returns the port of https with a self-signed certificate, or 0.
func (ls *listenerSet) selfSignedPort() int {
	if ls.fingerprint == "" {
		return 0
	}
	return ls.securePort()
}

// publicURL returns the URL that the certificate is valid for; nil without a name.
func (ls *listenerSet) publicURL() *url.URL {
	if ls.secure == nil || len(ls.names) == 0 {
		return nil
	}
	host := ls.names[0]
	if port := ls.securePort(); port != 443 {
		host = net.JoinHostPort(host, strconv.Itoa(port))
	}
	return &url.URL{Scheme: "https", Host: host}
}

// leadOn redirects plain http to the same page at https. A request for another host name goes
// to our first name, never elsewhere.
func (ls *listenerSet) leadOn(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Connection", "close") // its body was already sent in the clear
		http.Error(w, "use https", http.StatusBadRequest)
		return
	}
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if own := len(ls.names) == 0 && err == nil; !own && !slices.Contains(ls.names, host) {
		if len(ls.names) == 0 {
			http.Error(w, "there is no such name here", http.StatusNotFound)
			return
		}
		host = ls.names[0]
	}
	if port := ls.securePort(); port != 443 {
		host = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
	}
	http.Redirect(w, r, "https://"+host+r.URL.RequestURI(), http.StatusMovedPermanently)
}

// redirectConns bounds the connections that are redirected: each lasts for one request.
const redirectConns = 1000

// serve answers on all sockets until the server is shut down, and returns the first error.
// stop ends the redirects.
func (ls *listenerSet) serve(srv *server.Server) (served <-chan error, stop func()) {
	out := make(chan error, 4)
	running := 1
	go func() { out <- srv.Serve(ls.plain) }()
	if ls.secure != nil {
		running++
		go func() { out <- srv.ServeTLS(ls.secure, ls.tls) }()
	}
	if ls.unix != nil {
		running++
		go func() { out <- srv.Serve(ls.unix) }()
	}
	stop = func() {}
	if ls.redirect != nil {
		leading := &http.Server{Handler: ls.challenge, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, IdleTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
		running++
		go func() {
			err := leading.Serve(netutil.LimitListener(ls.redirect, redirectConns))
			if errors.Is(err, http.ErrServerClosed) {
				err = nil
			}
			out <- err
		}()
		stop = func() { _ = leading.Close() }
	}
	all := make(chan error, 1)
	go func() {
		var err error
		for range running {
			if one := <-out; one != nil && err == nil {
				err = one
				all <- err
			}
		}
		if err == nil {
			all <- nil
		}
	}()
	return all, stop
}
