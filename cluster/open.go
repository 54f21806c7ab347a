//go:build !nocluster

package cluster

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Cluster is this machine's connection to its cluster. Its methods are safe for concurrent
// use.
type Cluster struct {
	dir    string
	secret []byte
	slog   *slog.Logger
	keys   keys
	node   *Node
	log    *Log

	gone atomic.Bool // it was removed from the list

	mu     sync.Mutex
	config Config

	// Set by Start.
	deps       Deps
	gate       *gate
	reader     *Reader
	membership *Membership
	forwarder  *Forwarder
	stop       context.CancelFunc
	done       sync.WaitGroup
}

// Deps is what this machine contributes in its cluster.
type Deps struct {
	DB     Database
	Schema int // of the database: a machine with an older program gets no copy of it
	// Copy copies the database into a new file, for a machine that joins.
	Copy func(ctx context.Context, path string) error
	// Fit returns why this machine must not be home now, or nil. It is called four times a
	// second. If it is nil, the machine always may be.
	Fit func() error
	// Handle carries out a command on the home.
	Handle Handler
	// URL is the origin at which pages of other machines reach this one; empty: they do not.
	URL string
	// Silence is how long another machine may be silent before it counts as dead; 0: 1.5 s.
	// The machines should agree about it.
	Silence time.Duration
}

// Open connects this machine with the others of the cluster that a data folder belongs to,
// and waits until ctx ends for most of them and their log. secret is that of the data
// folder. A nil log logs nothing. Call [Cluster.Check] next, with the database, then
// [Cluster.Start]; [Cluster.Close] ends it. Errors: [ErrNoCluster], [ErrOtherSecret],
// [ErrLost], [ErrExpelled].
func Open(ctx context.Context, dir string, secret []byte, log *slog.Logger) (*Cluster, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	config, err := ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	k, err := readKeys(dir)
	if err != nil {
		return nil, err
	}
	node, err := Start(config.options(dir, k, log))
	if err != nil {
		return nil, err
	}
	o := logOptions{name: config.Log}
	if !config.Witness { // a witness has no secret
		o.seal = seal(secret)
	}
	l, err := node.openLog(ctx, o)
	if err != nil {
		node.Close()
		return nil, err
	}
	if l.gone(config.Name) {
		node.Close()
		return nil, ErrExpelled
	}
	return &Cluster{dir: dir, secret: secret, slog: log, keys: k, node: node, log: l, config: config}, nil
}

// Check returns nil when the log has everything that this machine's database lacks. Errors:
// [ErrGone] when the machine was away for longer than the log reaches back: close its
// database then, and replace it by the result of [FetchCopy]. [ErrAhead].
func (c *Cluster) Check(ctx context.Context, db Database) error { return c.log.reachesBack(ctx, db) }

// Start makes this machine take part: it brings the database up to the log's end, may
// become the home, and lets others join. [Cluster.Leave] ends it.
func (c *Cluster) Start(deps Deps) (err error) {
	if deps.Fit == nil {
		deps.Fit = func() error { return nil }
	}
	ctx, stop := context.WithCancel(context.Background())
	c.deps, c.stop = deps, stop
	defer func() {
		if err != nil {
			c.Leave()
		}
	}()
	if c.reader, err = c.log.Read(deps.DB); err != nil {
		return err
	}
	fit := func() error {
		if c.gone.Load() {
			return ErrExpelled
		}
		return deps.Fit()
	}
	if c.membership, err = c.log.Join(c.reader, fit, deps.Silence); err != nil {
		return err
	}
	if c.forwarder, err = c.membership.OpenForwarder(deps.Handle); err != nil {
		return err
	}
	return c.open(ctx)
}

// Witness makes this machine store a copy of the log and count for the majority. silence is
// as in [Deps]. [Cluster.Leave] ends it.
func (c *Cluster) Witness(silence time.Duration) (err error) {
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	defer func() {
		if err != nil {
			c.Leave()
		}
	}()
	if c.membership, err = c.log.JoinWitness(silence); err != nil {
		return err
	}
	return c.open(ctx)
}

// open lets other machines send requests to this one, and maintains the list of machines.
func (c *Cluster) open(ctx context.Context) (err error) {
	if c.gate, err = openGate(c); err != nil {
		return err
	}
	c.done.Go(func() { c.maintainPeers(ctx) })
	return nil
}

// Leave ends what Start began: if this machine was the home, the others choose another one
// at once. The database's writes are still published.
func (c *Cluster) Leave() {
	if c.stop == nil {
		return
	}
	if c.gate != nil {
		c.gate.close()
	}
	c.stop()
	c.done.Wait()
	if c.forwarder != nil {
		c.forwarder.Close()
	}
	if c.membership != nil {
		c.membership.Leave()
	}
	if c.reader != nil {
		c.reader.Close()
	}
	c.stop = nil
}

// Close ends the connection with the others. Call it once the database writes no more.
func (c *Cluster) Close() {
	c.Leave()
	c.node.Close()
}

// options returns the options of the node.
func (c Config) options(dir string, k keys, log *slog.Logger) Options {
	return Options{
		Name: c.Name, Dir: filepath.Join(dir, folder, "log"), Listen: c.Listen, Peers: c.addresses(), Key: c.Key, TLS: k.tls(), Edge: c.Edge, Log: log,
	}
}

// seal returns what the log stores of the machines' secret.
func seal(secret []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("danmaku cluster"))
	return hex.EncodeToString(mac.Sum(nil))
}

// reachesBack returns nil when the log has everything that a database lacks.
func (l *Log) reachesBack(ctx context.Context, db Database) error {
	pos, err := db.Position(ctx)
	if err != nil {
		return err
	}
	info, err := l.stream.Info(ctx)
	if err != nil {
		return fmt.Errorf("read the log %s: %w", l.name, err)
	}
	l.heard(info.State.LastSeq)
	switch {
	case info.State.FirstSeq > pos+1:
		return ErrGone
	case info.State.LastSeq < pos:
		return ErrAhead
	}
	return nil
}

// Log returns the cluster's log, to which the database publishes.
func (c *Cluster) Log() *Log { return c.log }

// Membership returns the machines and the home, once the machine has started.
func (c *Cluster) Membership() *Membership { return c.membership }

// Forwarder returns the forwarder of commands to the home, once the machine has started.
func (c *Cluster) Forwarder() *Forwarder { return c.forwarder }

// Name returns this machine's name.
func (c *Cluster) Name() string { return c.node.Name() }
