//go:build !nocluster

package cluster

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options configure a machine.
type Options struct {
	Name   string   // of this machine: letters, digits and dashes, unique
	Dir    string   // folder of this machine's copy of the log
	Listen string   // host:port where the other machines reach this one
	Peers  []string // host:port of all machines; this one may be among them
	Key    string   // shared secret for admission
	TLS    *tls.Config
	Edge   bool         // it stores no copy of the log, and uses that of the others
	Log    *slog.Logger // nil: nothing is logged
}

// user is the name of machines at each other's servers; systemUser is this process when it
// changes the members of the cluster.
const user, systemUser = "danmaku", "danmaku-system"

// Bounds of the embedded server's resources.
const (
	storeBytes  = 8 << 30
	memoryBytes = 64 << 20
	// startWithin is how long the server's own parts may take to start; it does not wait
	// for other machines.
	startWithin = 20 * time.Second
	// tlsWithin is how long the machines may take for their TLS handshake, which is slow on
	// a machine under load.
	tlsWithin  = 10 * time.Second
	greetEvery = 10 * time.Millisecond
)

// Node is this machine's server, and the connection to it. Its methods are safe for
// concurrent use.
type Node struct {
	name   string
	listen string
	edge   bool
	log    *slog.Logger
	srv    *server.Server
	nc     *nats.Conn
	js     jetstream.JetStream

	password string        // of this process at its server
	sayAfter time.Duration // sayAfter, except in tests
}

// Start starts the embedded server. It does not wait for the other machines. This process
// connects to it through memory.
func Start(o Options) (*Node, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	host, port, err := splitAddress(o.Listen)
	if err != nil {
		return nil, err
	}
	alone := !o.Edge && (len(o.Peers) == 0 || len(o.Peers) == 1 && o.Peers[0] == o.Listen)
	if alone {
		o.Peers = []string{o.Listen} // a server of a cluster needs one
	}
	password := rand.Text()
	opts := o.server(host, port, password)
	if !o.Edge { // otherwise its server forwards requests for the log to the others
		opts.JetStream, opts.StoreDir, opts.JetStreamMaxMemory, opts.JetStreamMaxStore = true, o.Dir, memoryBytes, storeBytes
	}
	for _, peer := range o.Peers {
		if peer == o.Listen && !alone {
			continue
		}
		if _, _, err := splitAddress(peer); err != nil {
			return nil, err
		}
		opts.Routes = append(opts.Routes, o.route(peer))
	}
	srv, err := run(opts, o)
	if err != nil {
		return nil, err
	}
	if alone {
		if err := o.greet(srv); err != nil {
			srv.Shutdown()
			return nil, err
		}
	}
	nc, err := nats.Connect("", nats.InProcessServer(srv), nats.UserInfo(user, password), nats.Name(o.Name), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		srv.Shutdown()
		return nil, fmt.Errorf("connect to the cluster's server: %w", err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		srv.Shutdown()
		return nil, fmt.Errorf("connect to the cluster's log: %w", err)
	}
	return &Node{name: o.Name, listen: o.Listen, edge: o.Edge, log: o.Log, srv: srv, nc: nc, js: js, password: password, sayAfter: sayAfter}, nil
}

// Expel removes a machine that does not run from the list of those that count for a
// majority. Most of the others have to be up. A machine that is not on the list is not an
// error.
func (n *Node) Expel(ctx context.Context, name string) error {
	nc, err := nats.Connect("", nats.InProcessServer(n.srv), nats.UserInfo(systemUser, n.password))
	if err != nil {
		return fmt.Errorf("expel the machine %s: %w", name, err)
	}
	defer nc.Close()
	request, err := json.Marshal(server.JSApiMetaServerRemoveRequest{Server: name})
	if err != nil {
		return fmt.Errorf("expel the machine %s: %w", name, err)
	}
	for {
		err = expel(ctx, nc, request)
		if err == nil || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(publishPause):
		}
	}
	if err != nil {
		return fmt.Errorf("expel the machine %s: %w", name, err)
	}
	return nil
}

// expel sends one request.
func expel(ctx context.Context, nc *nats.Conn, request []byte) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	msg, err := nc.RequestWithContext(ctx, server.JSApiRemoveServer, request)
	if err != nil {
		return err
	}
	var answer server.JSApiMetaServerRemoveResponse
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return err
	}
	if answer.Error != nil && answer.Error.ErrCode != uint16(server.JSClusterServerNotMemberErr) {
		return answer.Error
	}
	return nil
}

// server returns the options of a server, without a log.
func (o Options) server(host string, port int, password string) *server.Options {
	system := server.NewAccount(server.DEFAULT_SYSTEM_ACCOUNT)
	return &server.Options{
		ServerName: o.Name, NoSigs: true,
		// A server of a cluster has to listen for clients, too. Only this process knows the
		// password, and it does not connect that way.
		Host: "127.0.0.1", Port: server.RANDOM_PORT,
		Accounts: []*server.Account{system}, SystemAccount: system.Name,
		Users: []*server.User{{Username: user, Password: password}, {Username: systemUser, Password: password, Account: system}},
		Cluster: server.ClusterOpts{
			Name: "danmaku", Host: host, Port: port, Username: user, Password: o.Key, TLSConfig: o.TLS, TLSTimeout: tlsWithin.Seconds(),
		},
	}
}

func (o Options) route(peer string) *url.URL {
	return &url.URL{Scheme: "nats-route", User: url.UserPassword(user, o.Key), Host: peer}
}

// run starts a server.
func run(opts *server.Options, o Options) (*server.Server, error) {
	srv, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("start the cluster's server: %w", err)
	}
	srv.SetLoggerV2(serverLog{o.Log}, false, false, false)
	go srv.Start()
	if !srv.ReadyForConnections(startWithin) {
		srv.Shutdown()
		return nil, fmt.Errorf("start the cluster's server: it did not start within %v; is %s taken by another program?", startWithin, o.Listen)
	}
	return srv, nil
}

// greeter returns the options of a second server in this process that connects to o's.
func (o Options) greeter() *server.Options {
	opts := o.server("127.0.0.1", server.RANDOM_PORT, rand.Text())
	opts.ServerName = o.Name + "-" + strings.ToLower(rand.Text())
	opts.Cluster.NoAdvertise = true
	opts.Routes = []*url.URL{o.route(o.Listen)}
	return opts
}

// greet lets the only machine of a cluster begin: its server waits for another one to
// connect, whatever the majority is. So a second server connects briefly.
func (o Options) greet(srv *server.Server) error {
	other, err := run(o.greeter(), o)
	if err != nil {
		return err
	}
	defer func() {
		other.Shutdown()
		other.WaitForShutdown()
	}()
	for end := time.Now().Add(startWithin); !srv.JetStreamIsLeader(); time.Sleep(greetEvery) {
		if time.Now().After(end) {
			return fmt.Errorf("start the cluster's server: it does not lead itself after %v; do other machines belong to this cluster? Their addresses must be in its configuration", startWithin)
		}
	}
	return nil
}

// found makes a cluster of one machine in the folder of o, which [Start] starts from then
// on. A new cluster needs two machines to agree on anything, so a second server in this
// process takes part, and is then expelled.
func (o Options) found(ctx context.Context) (err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	second := o.greeter()
	second.JetStream, second.StoreDir, second.JetStreamMaxMemory, second.JetStreamMaxStore = true, o.Dir+".second", memoryBytes, storeBytes
	defer func() { err = errors.Join(err, os.RemoveAll(second.StoreDir)) }()
	first := o
	first.Peers = []string{o.Listen, net.JoinHostPort(second.Cluster.Host, "1")} // it does not listen there; it connects itself
	n, err := Start(first)
	if err != nil {
		return err
	}
	defer n.Close()
	srv, err := run(second, o)
	if err != nil {
		return err
	}
	defer func() {
		srv.Shutdown()
		srv.WaitForShutdown()
	}()
	for !n.srv.JetStreamIsCurrent() || !srv.JetStreamIsCurrent() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(greetEvery):
		}
	}
	return n.Expel(ctx, second.ServerName)
}

// Name returns this machine's name.
func (n *Node) Name() string { return n.name }

// Close disconnects from the other machines: it hands over its leaderships, and stops the
// server. Everything must have been published before.
func (n *Node) Close() {
	n.nc.Close()
	n.srv.Shutdown()
	n.srv.WaitForShutdown()
}

func splitAddress(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err == nil {
		port, err = strconv.Atoi(text)
	}
	if err == nil && (host == "" || port < 1 || port > 65535) {
		err = errors.New("want host:port, for example 10.0.0.1:6222")
	}
	if err != nil {
		return "", 0, fmt.Errorf("the address %q of a machine: %w", address, err)
	}
	return host, port, nil
}

// serverLog logs the server's faults, and drops the rest.
type serverLog struct{ log *slog.Logger }

func (l serverLog) Noticef(format string, v ...any) {
	l.log.Debug("nats: " + fmt.Sprintf(format, v...))
}

// Warnf logs the server's warnings at debug level: some concern passwords that the operator
// never sees, or other machines that are not there yet.
func (l serverLog) Warnf(format string, v ...any)  { l.log.Debug("nats: " + fmt.Sprintf(format, v...)) }
func (l serverLog) Fatalf(format string, v ...any) { l.log.Error("nats: " + fmt.Sprintf(format, v...)) }

// Errorf logs a fault at debug level. Most are those of connections, which are retried,
// some four a second while a machine is away; [Membership] logs that once.
func (l serverLog) Errorf(format string, v ...any) { l.log.Debug("nats: " + fmt.Sprintf(format, v...)) }
func (l serverLog) Debugf(string, ...any)          {}
func (l serverLog) Tracef(string, ...any)          {}
