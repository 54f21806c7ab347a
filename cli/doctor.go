package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"danmaku/client"
	"danmaku/config"
	"danmaku/connector"
	"danmaku/obs"
	"danmaku/store"
)

// doctorWithin bounds each network request.
const doctorWithin = 3 * time.Second

// The limits for warnings.
const (
	littleSpace    = 200 << 20 // bytes; an evening of a large show is some ten MB
	noSpace        = 10 << 20
	fewSockets     = 500
	certificateEnd = 14 * 24 * time.Hour // both authorities and we renew before that
	clockAhead     = time.Minute
)

// severity is how bad a finding is.
type severity string

// The severities, as printed at the start of each line.
const (
	good  severity = "ok"
	note  severity = "note"  // nothing is wrong, but it explains something that may surprise
	warn  severity = "warn"  // something does not work, or soon will not
	fault severity = "FAULT" // the server does not run, or loses data
)

// examination collects the doctor's findings.
type examination struct {
	cfg      config.Config
	env      Env
	lang     config.Lang
	findings int
	worst    bool // a fault was found
	base     string
}

func (x *examination) find(s severity, words config.Sentence, args ...any) {
	x.findings++
	x.worst = x.worst || s == fault
	fmt.Fprintf(x.env.Out, "%-6s %s\n", s, config.Faultf(words, args...).In(x.lang))
}

// doctorCommand is `danmaku doctor`.
func doctorCommand() command {
	return command{
		name: "doctor", summary: "find problems, and say how to fix them",
		about: "Checks the data folder, the disk, the port, the network, the clock, the certificate, OBS\n" +
			"and the chats, with or without a running server. Each line is a finding: ok, note, warn\n" +
			"or FAULT. It changes nothing, and exits with 1 if there is a fault.",
		folder: true, also: []string{"lang", "listen", "obs", "domain", "tls-cert", "tls-key", "self-signed", "tls-listen", "http-listen", "public-url", "max-sockets"},
		run: doctor,
	}
}

func doctor(ctx context.Context, env Env, in input) error {
	x := &examination{cfg: in.cfg, env: env, lang: spokenLang(in.cfg.Lang, env.Environ)}
	x.folder(ctx)
	x.server(ctx)
	x.network(ctx)
	x.descriptors()
	x.certificate()
	x.askOBS(ctx)
	x.chats(ctx)
	if x.worst {
		return errReported
	}
	return nil
}

// folder checks the data folder, its disk, its database and the clock.
func (x *examination) folder(ctx context.Context) {
	dir := x.cfg.Data
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		x.find(note, doctorNoFolder, dir)
		return
	}
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		x.find(fault, doctorNotWritable, dir, err)
	} else {
		_ = errors.Join(probe.Close(), os.Remove(probe.Name())) // it was empty
		x.find(good, doctorFolder, dir)
	}
	if free, err := diskFree(dir); err == nil {
		switch {
		case free < noSpace:
			x.find(fault, doctorNoSpace, free>>20)
		case free < littleSpace:
			x.find(warn, doctorLittleSpace, free>>20)
		default:
			x.find(good, doctorSpace, float64(free)/1e9)
		}
	}
	if !store.Exists(dir) {
		x.find(note, doctorNoDatabase)
		return
	}
	found, err := store.Inspect(ctx, dir)
	switch {
	case err != nil:
		x.find(fault, doctorBadDatabase, err)
	case found.Problem != nil:
		x.find(fault, doctorBadDatabase, errors.New(config.Localize(spoken(found.Problem), x.lang)))
	case found.Older:
		x.find(note, doctorOlder, found.Path)
	default:
		x.find(good, doctorDatabase, float64(found.Size)/1e6)
	}
	if found.Photos > 0 {
		x.find(note, doctorPhotos, found.Photos, float64(found.PhotoBytes)/1e6)
	}
	switch ahead := time.Until(found.Newest); {
	case time.Now().Year() < 2024:
		x.find(warn, doctorClockOld, time.Now().Format(time.DateTime))
	case !found.Newest.IsZero() && ahead > clockAhead:
		x.find(warn, doctorClockBack, found.Newest.Local().Format(time.DateTime))
	default:
		x.find(good, doctorClock, time.Now().Format("2006-01-02 15:04:05 MST"))
	}
}

// server asks the running server, or checks that its port is free.
func (x *examination) server(ctx context.Context) {
	if x.base = answering(ctx, x.cfg.Data); x.base != "" {
		code, said := ready(ctx, x.base)
		if code != 200 {
			x.find(fault, doctorNotReady, x.base, said)
			return
		}
		x.find(good, doctorRunning, x.base)
		return
	}
	l, err := net.Listen("tcp", x.cfg.Listen)
	if err != nil {
		x.find(fault, doctorPort, errors.New(config.Localize(explainListen(x.cfg, err), x.lang)))
		return
	}
	_ = l.Close() // no client has connected
	x.find(note, doctorNotRunning, x.cfg.Listen)
}

// network looks for an address that phones can open, and opens it.
func (x *examination) network(ctx context.Context) {
	if x.cfg.PublicURL != nil {
		x.public(ctx)
		return
	}
	lan := lanAddresses()
	host, port, _ := net.SplitHostPort(x.cfg.Listen)
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() {
		x.find(note, doctorLoopback, port)
		return
	}
	if len(lan) == 0 {
		x.find(warn, doctorNoNetwork)
		return
	}
	if x.base == "" {
		x.find(good, doctorAddress, lan[0])
		return
	}
	if u, err := url.Parse(x.base); err == nil {
		port = u.Port()
	}
	base := "http://" + net.JoinHostPort(lan[0].String(), port)
	if !answers(ctx, base) {
		x.find(warn, doctorFirewall, base)
		return
	}
	x.find(good, doctorReachable, base)
}

func (x *examination) public(ctx context.Context) {
	address := x.cfg.PublicURL.String()
	if _, err := net.DefaultResolver.LookupHost(ctx, x.cfg.PublicURL.Hostname()); err != nil {
		x.find(warn, doctorNoName, x.cfg.PublicURL.Hostname())
		return
	}
	if x.base != "" && !answers(ctx, address) {
		x.find(warn, doctorNotPublic, address)
		return
	}
	x.find(good, doctorPublic, address)
}

func (x *examination) descriptors() {
	if x.cfg.MaxSockets > 0 && x.cfg.MaxSockets < fewSockets {
		x.find(warn, doctorFewSockets, x.cfg.MaxSockets)
		return
	}
	x.find(good, doctorSockets, x.cfg.MaxSockets)
}

// certificate checks how long the current certificate is valid.
func (x *examination) certificate() {
	switch {
	case x.cfg.TLSCert != "":
		c, err := tls.LoadX509KeyPair(x.cfg.TLSCert, x.cfg.TLSKey)
		if err != nil {
			x.find(fault, doctorBadCertificate, err)
			return
		}
		x.ends(x.cfg.TLSCert, c.Leaf)
	case len(x.cfg.Domains) > 0:
		for _, name := range x.cfg.Domains {
			text, err := os.ReadFile(filepath.Join(x.cfg.Data, "certificates", name))
			leaf := firstCertificate(text)
			if err != nil || leaf == nil {
				x.find(note, doctorNoCertificate, name)
				continue
			}
			x.ends(name, leaf)
		}
	}
}

// firstCertificate returns the leaf from autocert's file: a key, then the chain.
func firstCertificate(text []byte) *x509.Certificate {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return nil
		}
		if c, err := x509.ParseCertificate(block.Bytes); block.Type == "CERTIFICATE" && err == nil {
			return c
		}
	}
}

func (x *examination) ends(name string, leaf *x509.Certificate) {
	day := leaf.NotAfter.Local().Format(time.DateOnly)
	switch left := time.Until(leaf.NotAfter); {
	case left <= 0:
		x.find(fault, doctorCertificateOver, name, day)
	case left < certificateEnd:
		x.find(warn, doctorCertificateEnds, name, day)
	default:
		x.find(good, doctorCertificate, name, day)
	}
}

// askOBS asks OBS whether it would accept an overlay.
func (x *examination) askOBS(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, doctorWithin)
	defer cancel()
	c, err := obs.Dial(ctx, x.cfg.OBS, func() (string, error) { return passwordOf(x.env.Environ), nil })
	switch {
	case errors.Is(err, obs.ErrWrongPassword):
		x.find(note, doctorOBSPassword, x.cfg.OBS)
	case err != nil:
		x.find(note, doctorNoOBS, x.cfg.OBS)
	default:
		c.Close()
		x.find(good, doctorOBS, x.cfg.OBS)
	}
}

// chats asks the running server for the state of its chats.
func (x *examination) chats(ctx context.Context) {
	if x.base == "" {
		return
	}
	a, closed, err := connect(ctx, x.cfg)
	if err != nil {
		x.find(warn, doctorNoAnswer, err)
		return
	}
	defer func() { _ = closed() }() // it was only read
	c, ok := a.(*client.Client)
	if !ok { // the server has ended in the meantime
		return
	}
	states, err := c.ChatStates(ctx)
	if err != nil {
		x.find(warn, doctorNoAnswer, err)
		return
	}
	for _, chat := range states {
		switch phase := connector.Phase(chat.State.Phase); phase {
		case connector.Connected:
			x.find(good, doctorChat, chat.Kind, chat.Target)
		case connector.Retrying, connector.Stopped:
			why := chatFaults[connector.Code(chat.State.Fault)]
			x.find(warn, doctorChatFault, chat.Kind, chat.Target, config.Faultf(why))
		default:
			x.find(note, doctorChatWaits, chat.Kind, chat.Target, strconv.Quote(string(phase)))
		}
	}
}
