package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// troubleNames are the troubles in their order.
var troubleNames = []string{"home", "leader", "follower", troubleOfAnEdge, "freeze", troubleRolling}

const (
	troubleOfAnEdge = "edge"
	troubleRolling  = "rolling"
)

// The longest times without an acknowledgement. Clients notice the home's end by closed
// connections, machines the end of the log's leader by an election, and a frozen machine by
// its silence.
const (
	mostHome     = 1500 * time.Millisecond
	mostFollower = 500 * time.Millisecond
	mostLeader   = 10 * time.Second
	mostFrozen   = 3 * time.Second
	frozenFor    = 10 * time.Second
	downFor      = 3 * time.Second // between a kill and the start after it
)

// troubles kills, freezes and restarts machines in turn.
func (s *clusterTrial) troubles(ctx context.Context) error {
	for _, name := range s.only {
		if err := s.rest(ctx); err != nil {
			return err
		}
		var err error
		switch name {
		case "home", "follower", "leader", troubleOfAnEdge:
			err = s.killing(ctx, name)
		case "freeze":
			err = s.freeze(ctx)
		case troubleRolling:
			err = s.rolling(ctx)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return s.rest(ctx)
}

// rest lets the phones write while all machines run. Its stalls show how much of the other
// stalls is due to the machine that runs everything. The first second is for the phones to
// start.
func (s *clusterTrial) rest(ctx context.Context) error {
	if err := sleep(ctx, time.Second); err != nil {
		return err
	}
	c := &trouble{began: time.Now()}
	err := sleep(ctx, s.calm)
	c.over = time.Now()
	s.calms = append(s.calms, c)
	return err
}

// victim finds the machine with a role.
func (s *clusterTrial) victim(ctx context.Context, part string) (name string, leads bool, err error) {
	st, err := s.status(ctx)
	if err != nil {
		return "", false, err
	}
	switch part {
	case "home":
		return st.Home, st.Home == st.Leader, nil
	case "leader":
		return st.Leader, true, nil
	}
	i := slices.IndexFunc(s.nodes, func(n *clusterNode) bool {
		return n.name != st.Home && n.name != st.Leader && n.edge == (part == troubleOfAnEdge)
	})
	return s.nodes[i].name, false, nil
}

// killing kills the machine with a role. A home that also leads the log is another case, after
// which another machine leads.
func (s *clusterTrial) killing(ctx context.Context, part string) error {
	for {
		name, leads, err := s.victim(ctx, part)
		if err != nil {
			return err
		}
		c := &trouble{name: "kill -9 of the " + part, most: mostFollower}
		if part == troubleOfAnEdge {
			c.name = "kill -9 of an edge"
		}
		home := part == "home"
		if part == "leader" {
			st, err := s.status(ctx)
			if err != nil {
				return err
			}
			home = st.Home == name
			c.name = "kill -9 of the log's leader"
		}
		switch {
		case home && leads:
			c.name, c.most = "kill -9 of the home, which leads the log", mostLeader
		case leads:
			c.most = mostLeader
		case home:
			c.most = mostHome
		}
		if err := s.kill(ctx, c, name); err != nil {
			return err
		}
		if part != "home" || !leads {
			return nil
		}
		if err := sleep(ctx, s.calm/2); err != nil {
			return err
		}
	}
}

// begin marks a machine as one that the phones must not rely on.
func (s *clusterTrial) begin(c *trouble, at int) {
	fmt.Fprintf(os.Stderr, "flood: %s (%s)\n", c.name, s.nodes[at].name)
	s.sick.Store(1 << at)
	c.began = time.Now()
	s.cases = append(s.cases, c)
}

// end waits until all machines are as before, and a little longer.
func (s *clusterTrial) end(ctx context.Context, c *trouble) error {
	if err := s.level(ctx); err != nil {
		return err
	}
	if err := sleep(ctx, 3*time.Second); err != nil { // for a machine that comes back as home
		return err
	}
	c.over = time.Now()
	s.sick.Store(0)
	return nil
}

func (s *clusterTrial) kill(ctx context.Context, c *trouble, name string) error {
	at, n := s.node(name)
	if n == nil {
		return fmt.Errorf("no machine %q", name)
	}
	s.begin(c, at)
	_ = n.process.cmd.Process.Kill()
	_ = n.process.cmd.Wait()
	if err := sleep(ctx, max(downFor, c.most)); err != nil {
		return err
	}
	c.back = time.Now()
	if err := s.startAgain(ctx, n); err != nil {
		return err
	}
	return s.end(ctx, c)
}

// startAgain starts a machine even when the phones stop in the meantime.
func (s *clusterTrial) startAgain(ctx context.Context, n *clusterNode) error {
	if err := s.start(context.WithoutCancel(ctx), n); err != nil {
		return err
	}
	return n.ready(ctx, time.Minute)
}

func (s *clusterTrial) freeze(ctx context.Context) error {
	name, leads, err := s.victim(ctx, "home")
	if err != nil {
		return err
	}
	at, n := s.node(name)
	if n == nil {
		return fmt.Errorf("no machine %q", name)
	}
	c := &trouble{name: "SIGSTOP of the home for 10 s", most: mostFrozen}
	if leads {
		c.name, c.most = "SIGSTOP of the home, which leads the log, for 10 s", mostLeader
	}
	s.begin(c, at)
	if err := n.process.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	err = sleep(ctx, frozenFor)
	c.back = time.Now()
	if err2 := n.process.cmd.Process.Signal(syscall.SIGCONT); err == nil {
		err = err2
	}
	if err != nil {
		return err
	}
	return s.end(ctx, c)
}

// inOrderOfUpgrade lists the machines as docs/cluster.md says: the home last.
func (s *clusterTrial) inOrderOfUpgrade(ctx context.Context) ([]*clusterNode, error) {
	st, err := s.status(ctx)
	list := slices.Clone(s.nodes)
	slices.SortStableFunc(list, func(a, b *clusterNode) int {
		switch st.Home {
		case a.name:
			return 1
		case b.name:
			return -1
		}
		return 0
	})
	return list, err
}

// rolling stops and starts each machine in turn, with another program where there is one.
func (s *clusterTrial) rolling(ctx context.Context) error {
	nodes, err := s.inOrderOfUpgrade(ctx)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		at, _ := s.node(n.name)
		st, err := s.status(ctx)
		if err != nil {
			return err
		}
		c := &trouble{name: "SIGTERM of a follower", most: mostHome}
		if n.edge {
			c = &trouble{name: "SIGTERM of an edge", most: mostFollower}
		}
		switch n.name {
		case st.Home:
			c.name = "SIGTERM of the home"
		case st.Leader:
			c.name = "SIGTERM of the log's leader"
		}
		if st.Home == n.name && st.Leader == n.name {
			c.name = "SIGTERM of the home, which leads the log"
		}
		if s.newer != "" {
			c.name = strings.Replace(c.name, "SIGTERM", "upgrade", 1)
		}
		s.begin(c, at)
		n.process.stop()
		if s.newer != "" {
			n.program = s.newer
		}
		c.back = time.Now()
		if err := s.startAgain(ctx, n); err != nil {
			return err
		}
		if err := s.end(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
