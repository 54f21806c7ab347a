//go:build !nocluster

package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"danmaku/cluster"
	"danmaku/config"
	"danmaku/connector/emotes"
	"danmaku/live"
	"danmaku/metrics"
	"danmaku/room"
	"danmaku/server"
	"danmaku/server/socket"
	"danmaku/store"
)

// This file adapts package cluster, which does not know rooms, to the store, the rooms and the
// server of one machine.

// machine implements member.
type machine struct {
	cluster *cluster.Cluster
	slog    *slog.Logger
	url     string        // the origin at which pages of other machines reach this one
	silence time.Duration // how long another machine may be silent

	db      *store.Store
	service *live.Service
	hub     *socket.Hub
	emotes  *emotes.Cache

	fetching chan struct{} // holds one element for each picture that the other machines are being asked for

	joined    chan struct{} // closed once the following fields are set
	others    *cluster.Membership
	forwarder *cluster.Forwarder

	mu         sync.Mutex
	headcounts map[string]receivedHeadcounts // by machine

	stop context.CancelFunc
	done sync.WaitGroup
}

// newMachine returns a machine for an open cluster. The machine closes the cluster at its end.
func newMachine(c *cluster.Cluster, cfg config.Config, log *slog.Logger) *machine {
	return &machine{cluster: c, slog: log, url: cfg.MachineURL, silence: cfg.MachineSilence, joined: make(chan struct{}), fetching: make(chan struct{}, emotesAtOnce), headcounts: map[string]receivedHeadcounts{}}
}

var _ member = (*machine)(nil)

func (m *machine) logName() string { return m.cluster.Log().Name() }

// logDatabase adapts a store to the reader of a log.
type logDatabase struct{ *store.Store }

// Apply implements cluster.Database.
func (d logDatabase) Apply(ctx context.Context, batches []cluster.Batch) error {
	list := make([]store.Batch, len(batches))
	for i, b := range batches {
		list[i] = store.Batch(b)
	}
	err := d.Store.Apply(ctx, list)
	if errors.Is(err, store.ErrNewer) {
		err = fmt.Errorf("%w: %w", cluster.ErrNewer, err)
	}
	return err
}

func (m *machine) publish(ctx context.Context, db *store.Store) error {
	m.db = db
	return db.Replicate(ctx, m.cluster.Log())
}

func (m *machine) join(service *live.Service, srv *server.Server, hub *socket.Hub, pictures *emotes.Cache) (err error) {
	m.service, m.hub, m.emotes = service, hub, pictures
	m.db.Altered(service.Refresh)
	schema, err := store.Schema()
	if err != nil {
		return err
	}
	err = m.cluster.Start(cluster.Deps{
		DB: logDatabase{m.db}, Schema: schema, Copy: m.db.MemberCopy, Fit: m.db.Ready, Handle: srv.DoCommand, URL: m.url, Silence: m.silence,
	})
	if err != nil {
		return err
	}
	m.others, m.forwarder = m.cluster.Membership(), m.cluster.Forwarder()
	if err := m.listen(); err != nil {
		m.cluster.Leave()
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	m.stop = stop
	m.done.Go(func() { m.sendHeadcounts(ctx) })
	close(m.joined)
	return nil
}

func (m *machine) leave() {
	m.stop()
	m.done.Wait()
	m.cluster.Leave()
}

func (m *machine) close() { m.cluster.Close() }

// Decides implements live.Cluster.
func (m *machine) Decides() (bool, <-chan struct{}) {
	select {
	case <-m.joined:
	default:
		return false, m.joined
	}
	_, mine, changed := m.others.Decides()
	return mine, changed
}

// Term implements live.Cluster and server.Cluster.
func (m *machine) Term() uint64 { return m.db.Term() }

// Do implements server.Cluster.
func (m *machine) Do(ctx context.Context, command server.Command, once bool) ([]byte, error) {
	select {
	case <-m.joined:
		return m.forwarder.Do(ctx, command, once)
	default:
		return nil, fmt.Errorf("%w: the program is still starting", room.ErrBusy)
	}
}

// Committed implements server.Cluster.
func (m *machine) Committed() uint64 { return m.db.Committed() }

// AwaitFollowed implements server.Cluster.
func (m *machine) AwaitFollowed(ctx context.Context, pos uint64) error {
	return m.db.AwaitFollowed(ctx, pos)
}

// AwaitEnd implements server.Cluster.
func (m *machine) AwaitEnd(ctx context.Context) error {
	end, err := m.cluster.Log().End(ctx)
	if err != nil {
		return err
	}
	return m.db.AwaitFollowed(ctx, end)
}

// Ready implements server.Cluster.
func (m *machine) Ready() error {
	select {
	case <-m.joined:
		return m.others.Ready()
	default:
		return fmt.Errorf("%w: the program is still starting", room.ErrBusy)
	}
}

// Machines implements server.Cluster.
func (m *machine) Machines() (list []room.Machine) {
	select {
	case <-m.joined:
	default:
		return nil
	}
	members, _ := m.others.Members()
	for _, other := range members {
		list = append(list, room.Machine{Name: other.Name, Here: other.Name == m.cluster.Name(), Up: true, Home: other.Home, Edge: other.Edge, Witness: other.Witness, Level: other.Level, Behind: other.Behind})
	}
	for _, p := range m.cluster.Peers() {
		at := slices.IndexFunc(list, func(o room.Machine) bool { return o.Name == p.Name })
		if at < 0 {
			at = len(list)
			list = append(list, room.Machine{Name: p.Name, Edge: p.Edge, Witness: p.Witness})
		}
		list[at].URL = p.URL
	}
	slices.SortFunc(list, func(a, b room.Machine) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Totals implements metrics.Cluster.
func (m *machine) Totals() metrics.ClusterTotals {
	t := metrics.ClusterTotals{Ready: m.Ready() == nil, Position: m.db.Committed()}
	select {
	case <-m.joined:
	default:
		return t
	}
	members, _ := m.others.Members()
	home, mine := m.others.Home()
	t.Known, t.Home = home != "", mine
	for _, other := range members {
		if other.Edge {
			t.Edges++
		} else {
			t.Machines++
		}
	}
	if last := m.cluster.Log().Last(); last > t.Position {
		t.Behind = last - t.Position
	}
	return t
}

// openMember starts this machine's part in the cluster that the data folder belongs to, and
// waits for the other machines. It returns nil if the folder belongs to none.
func openMember(ctx context.Context, cfg config.Config, log *slog.Logger) (member, error) {
	if !cluster.Configured(cfg.Data) {
		return nil, nil
	}
	secret, err := store.Secret(cfg.Data)
	if err != nil {
		return nil, err
	}
	c, err := cluster.Open(ctx, cfg.Data, secret, log)
	if err != nil {
		return nil, err
	}
	m := newMachine(c, cfg, log)
	if err := m.renew(ctx, cfg); err != nil {
		c.Close()
		return nil, err
	}
	return m, nil
}

// renew replaces the database by a copy from another machine if this one was away for longer
// than the log reaches back.
func (m *machine) renew(ctx context.Context, cfg config.Config) error {
	db, err := store.Open(ctx, store.Options{Dir: cfg.Data, Held: true, Member: m.logName()})
	if err != nil {
		return err
	}
	name, err := db.Log(ctx)
	switch {
	case err != nil:
	case name == "": // a backup was put here, or init was interrupted
		err = config.Faultf(notOfCluster, cfg.Data)
	default:
		err = m.cluster.Check(ctx, logDatabase{db})
	}
	if closed := db.Close(context.WithoutCancel(ctx)); closed != nil {
		return errors.Join(err, closed)
	}
	if !errors.Is(err, cluster.ErrGone) {
		return err
	}
	m.slog.Warn("this machine was away for longer than the log of the cluster reaches back; it starts with a copy of another machine's database")
	schema, err := store.Schema()
	if err != nil {
		return err
	}
	file, err := cluster.FetchCopy(ctx, cfg.Data, schema)
	if errors.Is(err, cluster.ErrOlder) {
		return err
	}
	if err != nil {
		return config.Faultf(noWholeCopy, err)
	}
	return store.PutMemberCopy(cfg.Data, file)
}
