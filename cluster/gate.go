//go:build !nocluster

package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// gate is the HTTP server where a machine admits others, sends copies of its database, and
// answers the commands of all machines. It uses TLS, at the port after that of the log. A
// client without a certificate of the cluster can only join, with an invitation.
type gate struct {
	c       *Cluster
	srv     *http.Server
	joining sync.Mutex // one at a time
	ended   chan struct{}
}

const (
	gateHeaders = 10 * time.Second // time limit of a request's head
	joinBytes   = 64 << 10         // of a request
)

func openGate(c *Cluster) (*gate, error) {
	address, err := joinAddress(c.config.Listen)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for machines that join: %w", err)
	}
	g := &gate{c: c, ended: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /join", g.join)
	mux.HandleFunc("GET /copy", g.members(g.copy))
	mux.HandleFunc("GET /status", g.members(g.status))
	mux.HandleFunc("POST /expel", g.members(g.expel))
	config := c.keys.tls()
	config.ClientAuth = tls.VerifyClientCertIfGiven
	g.srv = &http.Server{Handler: mux, TLSConfig: config, ReadHeaderTimeout: gateHeaders, ErrorLog: slog.NewLogLogger(c.slog.Handler(), slog.LevelDebug)}
	go func() {
		defer close(g.ended)
		_ = g.srv.Serve(tls.NewListener(l, config)) // returns after close
	}()
	return g, nil
}

func (g *gate) close() {
	_ = g.srv.Close() // clients that were being answered ask another machine
	<-g.ended
}

// members admits only machines of the cluster to a handler.
func (g *gate) members(then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.VerifiedChains) == 0 {
			refuse(w, http.StatusForbidden, errors.New("only machines of the cluster may request this"))
			return
		}
		then(w, r)
	}
}

// application is the request of a joining machine.
type application struct {
	Token   string `json:"token"` // base64
	Name    string `json:"name"`
	Address string `json:"address"` // of its log
	Edge    bool   `json:"edge,omitempty"`
	Witness bool   `json:"witness,omitempty"`
	Schema  int    `json:"schema"`
	Public  []byte `json:"public"` // the key of its certificate, PKIX
}

func (a application) peer() Peer {
	return Peer{Name: a.Name, Address: a.Address, Edge: a.Edge, Witness: a.Witness}
}

// admission is the answer. A copy of the database follows it.
type admission struct {
	Config Config `json:"config"` // of the new machine
	CA     []byte `json:"ca"`
	CAKey  []byte `json:"ca_key"`
	Cert   []byte `json:"cert"`
	Secret []byte `json:"secret,omitempty"` // not for a witness
	Size   int64  `json:"size"`             // of the copy; a witness gets none
}

// fault is the answer when something fails. The code is that of an error of this package.
type fault struct {
	Code string `json:"code,omitempty"`
	Text string `json:"text"`
}

// The reasons why a machine is not admitted, besides faults of its invitation.
var (
	ErrNameTaken = errors.New("the cluster has a machine of this name; give this one another with --name")
	ErrWitness   = errors.New("the machine that answers is a witness, which has no copy to give; invite from another machine of the cluster")
	ErrOlder     = errors.New("the machines of the cluster run a newer version of danmaku; use that one here, too")
)

// codes maps the errors that are sent to other machines.
var codes = map[string]error{
	"wrong_token": ErrWrongToken, "stale": ErrStale, "used": ErrUsed, "name_taken": ErrNameTaken, "older": ErrOlder, "witness": ErrWitness,
	"runs": ErrRuns, "minority": ErrMinority, "no_machine": ErrNoMachine,
}

func refuse(w http.ResponseWriter, status int, err error) {
	f := fault{Text: err.Error()}
	for code, known := range codes {
		if errors.Is(err, known) {
			f.Code = code
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(f) // the client may have gone
}

func (g *gate) join(w http.ResponseWriter, r *http.Request) {
	var a application
	// Anybody may ask, so the body has as little time as the head; the copy has all it
	// needs.
	body := http.NewResponseController(w)
	err := body.SetReadDeadline(time.Now().Add(gateHeaders))
	if err == nil {
		err = json.NewDecoder(http.MaxBytesReader(w, r.Body, joinBytes)).Decode(&a)
	}
	if err == nil {
		err = body.SetReadDeadline(time.Time{})
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	g.joining.Lock()
	defer g.joining.Unlock()
	if err := g.admit(r.Context(), w, a); err != nil {
		g.c.slog.Warn("a machine could not join the cluster", "from", r.RemoteAddr, "err", err)
		refuse(w, http.StatusForbidden, err)
	}
}

// admit admits a machine. The invitation counts as used once the copy is being sent; if the
// copy does not arrive, the use is returned.
func (g *gate) admit(ctx context.Context, w http.ResponseWriter, a application) (err error) {
	var token [tokenLen]byte
	if b, err := base64.RawURLEncoding.DecodeString(a.Token); err != nil || copy(token[:], b) != tokenLen {
		return ErrWrongToken
	}
	if g.c.deps.Copy == nil {
		return ErrWitness
	}
	dir := g.c.dir
	if err := redeem(dir, token, 1, time.Now()); err != nil {
		return err
	}
	sent := false
	defer func() {
		if !sent {
			err = errors.Join(err, redeem(dir, token, -1, time.Now()))
		}
	}()
	if !a.Witness && a.Schema < g.c.deps.Schema {
		return ErrOlder
	}
	peers, err := g.agreedPeers(ctx)
	if err != nil {
		return err
	}
	if _, taken := peers[a.Name]; taken {
		return ErrNameTaken
	}
	ad, err := g.admission(a, peers)
	if err != nil {
		return err
	}
	database := io.Reader(http.NoBody)
	if !a.Witness {
		file, size, err := g.makeCopy(ctx)
		if err != nil {
			return err
		}
		defer file.Close()
		ad.Size, database = size, file
	}
	err = json.NewEncoder(w).Encode(ad)
	if err == nil {
		_, err = io.Copy(w, database)
	}
	if err != nil {
		g.c.slog.Warn("a machine left before it had joined the cluster", "name", a.Name, "err", err)
		return nil // the other side notices that it is incomplete
	}
	sent = true
	g.c.slog.Info("a machine joins the cluster", "name", a.Name, "address", a.Address, "edge", a.Edge, "witness", a.Witness)
	if err := g.c.log.setPeer(ctx, a.peer()); err != nil {
		g.c.slog.Warn("the new machine will be on the list once it starts", "err", err)
	}
	return nil
}

// agreedPeers returns the list of machines on which the cluster agrees. It tries until
// agreeWithin is over.
func (g *gate) agreedPeers(ctx context.Context) (peers map[string]Peer, err error) {
	ctx, done := context.WithTimeout(ctx, agreeWithin)
	defer done()
	err = untilDone(ctx, func() (err error) {
		peers, err = g.c.log.peers(ctx)
		return err
	})
	return peers, err
}

// admission returns the answer for a new machine, without the copy.
func (g *gate) admission(a application, peers map[string]Peer) (ad admission, err error) {
	public, err := x509.ParsePKIXPublicKey(a.Public)
	if err != nil {
		return ad, fmt.Errorf("read the key of the machine: %w", err)
	}
	g.c.mu.Lock()
	ad.Config = Config{Name: a.Name, Log: g.c.config.Log, Listen: a.Address, Edge: a.Edge, Witness: a.Witness, Key: g.c.config.Key, Peers: []Peer{a.peer()}}
	g.c.mu.Unlock()
	for _, p := range peers {
		ad.Config.Peers = append(ad.Config.Peers, p)
	}
	if err := ad.Config.check(); err != nil {
		return ad, err
	}
	if ad.CAKey, err = x509.MarshalPKCS8PrivateKey(g.c.keys.key); err != nil {
		return ad, err
	}
	ad.CA = g.c.keys.cert.Raw
	if !a.Witness {
		ad.Secret = g.c.secret
	}
	ad.Cert, err = g.c.keys.sign(a.Name, public, time.Now())
	return ad, err
}

// makeCopy copies the database into a file that is removed when it is closed.
func (g *gate) makeCopy(ctx context.Context) (*copyFile, int64, error) {
	if g.c.deps.Copy == nil {
		return nil, 0, ErrWitness
	}
	dir, err := os.MkdirTemp(filepath.Join(g.c.dir, folder), "copy")
	if err != nil {
		return nil, 0, err
	}
	f := &copyFile{dir: dir}
	path := filepath.Join(dir, "danmaku.db")
	if err = g.c.deps.Copy(ctx, path); err == nil {
		f.File, err = os.Open(path)
	}
	var info os.FileInfo
	if err == nil {
		info, err = f.Stat()
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("copy the database: %w", err), f.Close())
	}
	return f, info.Size(), nil
}

type copyFile struct {
	*os.File
	dir string
}

// Close closes the file and removes it.
func (f *copyFile) Close() (err error) {
	if f.File != nil {
		err = f.File.Close()
	}
	return errors.Join(err, os.RemoveAll(f.dir))
}

// copy serves a machine that was away for longer than the log reaches back.
func (g *gate) copy(w http.ResponseWriter, r *http.Request) {
	if schema, err := strconv.Atoi(r.URL.Query().Get("schema")); err == nil && schema < g.c.deps.Schema {
		refuse(w, http.StatusConflict, ErrOlder)
		return
	}
	file, size, err := g.makeCopy(r.Context())
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Length", fmt.Sprint(size))
	_, _ = io.Copy(w, file) // the other side notices that it is incomplete
}

func (g *gate) status(w http.ResponseWriter, r *http.Request) {
	s, err := g.c.status(r.Context())
	if err != nil {
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s) // the client may have gone
}

// expel removes a machine from the list for good.
func (g *gate) expel(w http.ResponseWriter, r *http.Request) {
	var p Peer
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, joinBytes)).Decode(&p)
	if err == nil {
		err = g.c.expel(r.Context(), p.Name)
	}
	if err != nil {
		refuse(w, http.StatusConflict, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// ask sends a request to a machine with this one's certificate. The caller closes the
// answer.
func (k keys) ask(ctx context.Context, p Peer, method, path string, body any) (*http.Response, error) {
	address, err := joinAddress(p.Address)
	if err != nil {
		return nil, err
	}
	return send(ctx, k.tls(), address, method, path, body)
}

// send sends a request and returns the answer, or its error.
func send(ctx context.Context, config *tls.Config, address, method, path string, body any) (*http.Response, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, "https://"+address+path, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: config, DisableKeepAlives: true, TLSHandshakeTimeout: tlsWithin,
		DialContext: (&net.Dialer{Timeout: dialWithin}).DialContext,
	}}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode < 300 {
		return answer, nil
	}
	defer answer.Body.Close()
	var f fault
	if err := json.NewDecoder(io.LimitReader(answer.Body, joinBytes)).Decode(&f); err != nil {
		return nil, fmt.Errorf("the machine at %s answers %s", address, answer.Status)
	}
	if known := codes[f.Code]; known != nil {
		return nil, known
	}
	return nil, errors.New(f.Text)
}

// dialWithin is how long another machine may take to accept a connection.
const dialWithin = 5 * time.Second
