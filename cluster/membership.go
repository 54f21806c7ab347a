//go:build !nocluster

package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	beatPrefix = "dm.hb."   // subject prefix of machines' heartbeats
	pingPrefix = "dm.ping." // plus the machine: what must answer
	pingWithin = time.Second
	deadAfter  = 2 // consecutive pings without a responder
)

// Membership is this machine among the others. It is based on plain messages and not on the
// log, whose own elections take seconds: a heartbeat of every machine, and a ping to each,
// which fails at once when a process has ended. Its methods are safe for concurrent use.
type Membership struct {
	log    *Log
	reader follower
	fit    func() error
	began  time.Time

	mu      sync.Mutex
	roster  *roster
	pinging map[string]bool // a ping is under way
	missed  map[string]int  // consecutive pings without a responder
	was     []Member
	home    string        // of the roster
	changed chan struct{} // closed and replaced when members or home change

	subs []*nats.Subscription
	stop context.CancelFunc
	done sync.WaitGroup
}

// follower reports how far this machine has followed the log, and why it stopped.
type follower interface {
	Position() uint64
	Err() error
}

// witnessed is the follower of a machine without a database: its server keeps its copy of
// the log up to date by itself.
type witnessed struct{ log *Log }

func (w witnessed) Position() uint64 { return w.log.Last() }

func (w witnessed) Err() error { return nil }

// JoinWitness announces this machine, which has no database, to the other machines of the
// log. silence is as in [Deps]. [Membership.Leave] ends it.
func (l *Log) JoinWitness(silence time.Duration) (*Membership, error) {
	return l.join(witnessed{l}, func() error { return nil }, silence, true)
}

// Join announces this machine to the other machines of the log. fit returns nil while the
// machine may be home as far as it knows; the reader's progress is checked separately.
// silence is as in [Deps]. [Membership.Leave] ends it.
func (l *Log) Join(r *Reader, fit func() error, silence time.Duration) (*Membership, error) {
	return l.join(r, fit, silence, false)
}

func (l *Log) join(r follower, fit func() error, silence time.Duration, witness bool) (*Membership, error) {
	ctx, stop := context.WithCancel(context.Background())
	m := &Membership{
		log: l, reader: r, fit: fit, began: time.Now(), roster: newRoster(l.node.name, l.node.listen, l.node.edge),
		pinging: map[string]bool{}, missed: map[string]int{}, changed: make(chan struct{}), stop: stop,
	}
	m.roster.self.Witness = witness
	m.roster.allow(silence)
	hear, err := l.node.nc.Subscribe(beatPrefix+l.name, m.hear)
	if err == nil {
		m.subs = append(m.subs, hear)
		var answer *nats.Subscription
		answer, err = l.node.nc.Subscribe(pingPrefix+l.name+"."+l.node.name, func(msg *nats.Msg) {
			_ = msg.Respond(nil) // if it fails, the next one is answered
		})
		m.subs = append(m.subs, answer)
	}
	if err != nil {
		stop()
		return nil, fmt.Errorf("join the machines of the log %s: %w", l.name, err)
	}
	m.done.Go(func() { m.run(ctx) })
	return m, nil
}

// Leave announces to the other machines that this one leaves, and ends its membership. If
// it was the home, they choose another one at once.
func (m *Membership) Leave() {
	m.stop()
	m.done.Wait()
	m.sendHeartbeat(beat{Name: m.log.node.name, Boot: m.log.boot, Leaving: true})
	_ = m.log.node.nc.FlushTimeout(pingWithin) // if it fails, the others notice later
	for _, s := range m.subs {
		_ = s.Unsubscribe() // its connection may be closed already
	}
}

// Home returns the machine that decides, and whether it is this one. An empty name means
// none.
func (m *Membership) Home() (name string, mine bool) {
	name, mine, _ = m.Decides()
	return name, mine
}

// Decides is Home with a channel that closes when a machine comes or goes, or the home
// changes.
func (m *Membership) Decides() (name string, mine bool, changed <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.home, m.home == m.log.node.name, m.changed
}

// packsOf returns the form of packs that another machine reads, as far as known.
func (m *Membership) packsOf(name string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o := m.roster.others[name]; o != nil {
		return o.Packs
	}
	return packsJSON
}

// Members lists all machines, and returns a channel that closes when one comes or goes, or
// the home changes.
func (m *Membership) Members() ([]Member, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.roster.members(), m.changed
}

// Sure waits until this machine has listened long enough to know which others are up: just
// after its start, and after it was frozen, it has not heard all of them yet.
func (m *Membership) Sure(ctx context.Context) error {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		m.mu.Lock()
		sure := m.roster.heardFromAll(time.Since(m.began))
		m.mu.Unlock()
		if sure {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Up reports whether a machine is up: it has not been silent for too long, or answers now,
// since a slow one may be late. Up takes up to a second.
func (m *Membership) Up(ctx context.Context, name string) bool {
	members, _ := m.Members()
	return slices.ContainsFunc(members, func(k Member) bool { return k.Name == name }) || m.reach(ctx, name) == nil
}

func (m *Membership) run(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		fault := m.reader.Err()
		fit := fault == nil && m.fit() == nil
		pos := m.reader.Position()
		m.mu.Lock()
		m.roster.need = int(m.log.copies.Load())/2 + 1
		m.roster.tick(time.Since(m.began), fit, pos, m.log.Last())
		m.roster.self.Older = errors.Is(fault, ErrNewer)
		me := m.roster.self
		var others []string
		for name := range m.roster.others {
			if !m.pinging[name] {
				m.pinging[name] = true
				others = append(others, name)
			}
		}
		m.notifyChanges()
		m.mu.Unlock()
		m.sendHeartbeat(beat{Name: me.Name, Boot: m.log.boot, Address: m.log.node.listen, Position: me.Position, Behind: &me.Behind, Edge: me.Edge, Witness: me.Witness, Older: me.Older, Silence: me.Silence.Milliseconds(), Level: me.Level, Eligible: me.Eligible, Packs: m.log.packs})
		for _, name := range others {
			m.done.Go(func() { m.ping(ctx, name) })
		}
	}
}

// sendHeartbeat sends a heartbeat. If one is lost, others follow.
func (m *Membership) sendHeartbeat(b beat) {
	data, err := json.Marshal(b)
	if err == nil {
		err = m.log.node.nc.Publish(beatPrefix+m.log.name, data)
	}
	if err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		m.log.node.log.Warn("could not announce this machine to the others of the cluster", "err", err)
	}
}

func (m *Membership) hear(msg *nats.Msg) {
	var b beat
	if json.Unmarshal(msg.Data, &b) != nil {
		return
	}
	m.mu.Lock()
	m.roster.hear(b, time.Since(m.began))
	m.notifyChanges()
	m.mu.Unlock()
	m.log.Reaches(b.Position)
}

// ping checks whether a machine's process exists. A slow answer means nothing.
func (m *Membership) ping(ctx context.Context, name string) {
	err := m.reach(ctx, name)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pinging[name] = false
	if !errors.Is(err, nats.ErrNoResponders) {
		m.missed[name] = 0
		return
	}
	if m.missed[name]++; m.missed[name] >= deadAfter {
		m.roster.gone(name)
		delete(m.missed, name)
		delete(m.pinging, name)
		m.notifyChanges()
	}
}

// reach makes a machine answer.
func (m *Membership) reach(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	_, err := m.log.node.nc.RequestWithContext(ctx, pingPrefix+m.log.name+"."+name, nil)
	return err
}

// notifyChanges wakes those who wait when something has changed. Call it with mu held,
// whenever the roster has changed.
func (m *Membership) notifyChanges() {
	m.home = m.roster.home()
	now := m.roster.members()
	same := slices.EqualFunc(now, m.was, func(a, b Member) bool {
		return a.Name == b.Name && a.Home == b.Home && a.Level == b.Level && a.Eligible == b.Eligible
	})
	if same {
		return
	}
	m.logChanges(m.was, now)
	m.was = now
	close(m.changed)
	m.changed = make(chan struct{})
}

// logChanges logs which machines came and went, and which one decides now.
func (m *Membership) logChanges(was, now []Member) {
	log := m.log.node.log
	has := func(list []Member, name string) bool {
		return slices.ContainsFunc(list, func(k Member) bool { return k.Name == name })
	}
	home := func(list []Member) string {
		for _, k := range list {
			if k.Home {
				return k.Name
			}
		}
		return ""
	}
	for _, k := range was {
		if !has(now, k.Name) {
			log.Warn("a machine of the cluster no longer answers", "machine", k.Name)
		}
	}
	for _, k := range now {
		if k.Name != m.log.node.name && !has(was, k.Name) {
			log.Info("a machine of the cluster is up", "machine", k.Name)
		}
	}
	switch name := home(now); {
	case name == home(was):
	case name == m.log.node.name:
		log.Info("this machine is now the home of the cluster")
	case name == "":
		log.Warn("the cluster has no home; comments are answered busy")
	default:
		log.Info("another machine is now the home of the cluster", "machine", name)
	}
}
