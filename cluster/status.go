//go:build !nocluster

package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Status is the state of a cluster, as one of its machines sees it.
type Status struct {
	Log      string          `json:"log"`
	Position uint64          `json:"position"` // of the log's end
	Copies   int             `json:"copies"`   // machines that have all of the log
	Wanted   int             `json:"wanted"`   // how many should have it
	Leader   string          `json:"leader"`   // the one that numbers writes; empty means none
	Home     string          `json:"home"`     // the one that decides; empty means none
	Machines []MachineStatus `json:"machines"`
	From     string          `json:"from"`            // the machine that reports this
	Fault    string          `json:"fault,omitempty"` // why that machine does not follow the log
}

// MachineStatus is the state of one machine.
type MachineStatus struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	Up       bool   `json:"up"`
	Position uint64 `json:"position"`
	Lag      uint64 `json:"lag"` // how many positions of the log it lacked at its last heartbeat
	Edge     bool   `json:"edge,omitempty"`
	Witness  bool   `json:"witness,omitempty"`
	Older    bool   `json:"older,omitempty"`      // its program is older than the others' writes require
	Silence  int64  `json:"silence_ms,omitempty"` // after which another machine counts as dead there; 0: not known
	Ready    bool   `json:"ready"`                // it may be home; for an edge or a witness: it might, if it were neither
}

// status returns the state of the cluster, as this machine sees it.
func (c *Cluster) status(ctx context.Context) (Status, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	home, _ := c.membership.Home()
	c.mu.Lock()
	s := Status{Log: c.config.Log, Home: home, From: c.config.Name}
	listed := map[string]Peer{}
	for _, p := range c.config.Peers {
		listed[p.Name] = p
	}
	c.mu.Unlock()
	if c.reader != nil {
		if err := c.reader.Err(); err != nil {
			s.Fault = err.Error()
		}
	}
	s.Position = c.log.Last()
	if info, err := c.log.stream.Info(ctx); errors.Is(err, context.DeadlineExceeded) {
		s.Fault = errSilentLog.Error()
	} else if err != nil {
		s.Fault = err.Error() // the rest is known without it
	} else {
		s.Position, s.Wanted = max(s.Position, info.State.LastSeq), info.Config.Replicas
		if info.Cluster != nil && info.Cluster.Leader != "" {
			s.Leader, s.Copies = info.Cluster.Leader, 1
			for _, r := range info.Cluster.Replicas {
				if r.Current && !r.Offline {
					s.Copies++
				}
			}
		}
	}
	members, _ := c.membership.Members()
	keepers := 0
	for _, m := range members {
		delete(listed, m.Name)
		if !m.Edge {
			keepers++
		}
		s.Machines = append(s.Machines, MachineStatus{Name: m.Name, Address: m.Address, Up: true, Position: m.Position, Lag: m.Behind, Edge: m.Edge, Witness: m.Witness, Older: m.Older, Silence: m.Silence.Milliseconds(), Ready: m.Level})
	}
	// The log notices a dead machine later than the others do: for some seconds it would
	// count a copy that nobody can read.
	s.Copies = min(s.Copies, keepers)
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		s.Machines = append(s.Machines, MachineStatus{Name: name, Address: listed[name].Address, Edge: listed[name].Edge, Witness: listed[name].Witness})
	}
	return s, nil
}

// errSilentLog means that no machine leads the log, usually because most machines are away.
var errSilentLog = errors.New("no machine answers for the log")

// askWithin is how long a machine may take to report the state of the cluster.
const askWithin = 10 * time.Second

// AskStatus asks the machine of a data folder for the state of its cluster, and the other
// machines if it does not run. Errors: [ErrNoCluster], [ErrUnreachable].
func AskStatus(ctx context.Context, dir string) (s Status, err error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return s, err
	}
	k, err := readKeys(dir)
	if err != nil {
		return s, err
	}
	for _, p := range append([]Peer{c.self()}, c.others()...) {
		ctx, cancel := context.WithTimeout(ctx, askWithin)
		answer, failed := k.ask(ctx, p, "GET", "/status", nil)
		if failed == nil {
			failed = errors.Join(json.NewDecoder(answer.Body).Decode(&s), answer.Body.Close())
		}
		cancel()
		if failed == nil {
			return s, nil
		}
		err = errors.Join(err, fmt.Errorf("%s: %w", p.Name, failed))
	}
	return s, fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// ErrRuns means that a machine is up that must not be.
var ErrRuns = errors.New("the machine is up")

// Expel makes the other machines of a data folder's cluster remove one from their list.
// That one must not run. Errors: [ErrNoCluster], [ErrUnreachable], [ErrRuns].
func Expel(ctx context.Context, dir, name string) error {
	c, err := ReadConfig(dir)
	if err != nil {
		return err
	}
	k, err := readKeys(dir)
	if err != nil {
		return err
	}
	err = ErrUnreachable
	for _, p := range append(c.others(), c.self()) {
		if p.Name == name {
			continue
		}
		answer, failed := k.ask(ctx, p, "POST", "/expel", Peer{Name: name})
		if failed == nil {
			return answer.Body.Close()
		}
		if unreachable("", failed) == failed { // a machine answered
			return failed
		}
		err = errors.Join(err, fmt.Errorf("%s: %w", p.Name, failed))
	}
	return err
}

// expel removes a machine from the list, and from the count for a majority.
func (c *Cluster) expel(ctx context.Context, name string) error {
	err := c.takeOff(ctx, name)
	if err != nil && isTemporary(err) {
		return fmt.Errorf("%w (%w)", ErrMinority, err)
	}
	return err
}

func (c *Cluster) takeOff(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, agreeWithin)
	defer cancel()
	if err := c.membership.Sure(ctx); err != nil {
		return err
	}
	if c.membership.Up(ctx, name) {
		return ErrRuns
	}
	// The stopped machine may have led the log: the others first elect another leader.
	var peers map[string]Peer
	err := untilDone(ctx, func() (err error) {
		peers, err = c.log.peers(ctx)
		return err
	})
	if err != nil {
		return err
	}
	p, listed := peers[name]
	if !listed && c.log.gone(name) { // it may have been started again since
		if err := c.node.Expel(ctx, name); err != nil {
			return err
		}
	}
	if !listed {
		return fmt.Errorf("%w: %s", ErrNoMachine, name)
	}
	// A request to too few machines would still take effect once the others are back.
	if err := c.mostAreUp(ctx, peers); err != nil {
		return err
	}
	if err := untilDone(ctx, func() error { return c.log.setPeer(ctx, Peer{Name: name}) }); err != nil {
		return err
	}
	if !p.Edge { // edges count for no majority
		if err := c.node.Expel(ctx, name); err != nil {
			return err
		}
	}
	return untilDone(ctx, func() error { return c.comparePeers(ctx) })
}

// mostAreUp waits for more than half of the machines that count for a majority. A slow one
// may seem to be away for a moment. Errors: [ErrMinority].
func (c *Cluster) mostAreUp(ctx context.Context, peers map[string]Peer) error {
	ctx, cancel := context.WithTimeout(ctx, comeWithin)
	defer cancel()
	for {
		_, changed := c.membership.Members()
		if 2*c.countReachable(peers) > keepers(peers) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ErrMinority
		}
	}
}

// untilDone repeats a function until it succeeds or ctx ends.
func untilDone(ctx context.Context, do func() error) error {
	for {
		err := do()
		if err == nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(publishPause):
		}
	}
}

// ErrMinority means that too few machines are up to change their list.
var ErrMinority = errors.New("too few machines of the cluster are up to change its list; start more of them, or end the cluster with danmaku cluster alone where the position is highest")

// ErrNoMachine means that the cluster has no machine of that name.
var ErrNoMachine = errors.New("the cluster has no such machine")

// comeWithin is how long to wait for machines that seem to be away, before reporting that.
const comeWithin = 5 * time.Second

// agreeWithin is how long the machines may take to agree on a change of their list.
const agreeWithin = 30 * time.Second
