//go:build !nocluster

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"danmaku/cluster"
	"danmaku/config"
	"danmaku/store"
)

func clusterStatus(ctx context.Context, env Env, in input) error {
	c, err := clusterOf(in)
	if err != nil {
		return err
	}
	s, err := cluster.AskStatus(ctx, in.cfg.Data)
	if errors.Is(err, cluster.ErrUnreachable) {
		return errors.Join(loneMachine(ctx, env, in, c), config.Faultf(noOneAnswers))
	}
	if err != nil {
		return err
	}
	if in.on("json") {
		return json.NewEncoder(env.Out).Encode(s)
	}
	printStatus(env, s)
	return nil
}

// loneMachine prints what a machine knows by itself: where its database is.
func loneMachine(ctx context.Context, env Env, in input, c cluster.Config) error {
	if c.Witness { // it has no database
		return nil
	}
	db, err := store.Open(ctx, store.Options{Dir: in.cfg.Data})
	if err != nil {
		return err
	}
	pos, err := db.Position(ctx)
	if err = errors.Join(err, db.Close(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	s := cluster.Status{Log: c.Log, Position: pos, From: c.Name, Machines: []cluster.MachineStatus{}}
	for _, p := range c.Peers {
		m := cluster.MachineStatus{Name: p.Name, Address: p.Address, Edge: p.Edge, Witness: p.Witness}
		if p.Name == c.Name {
			m.Position = pos
		}
		s.Machines = append(s.Machines, m)
	}
	if in.on("json") {
		return json.NewEncoder(env.Out).Encode(s)
	}
	fmt.Fprintf(env.Out, "The database of %s is at position %d.\n", c.Name, pos)
	return nil
}

// printStatus prints the machines as a table, and below it what needs attention.
func printStatus(env Env, s cluster.Status) {
	w := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MACHINE\tADDRESS\tSTATE\tPOSITION\tBEHIND")
	keepers := 0 // machines with a copy of the log
	var older []string
	for _, m := range s.Machines {
		if !m.Edge {
			keepers++
		}
		if !m.Up {
			fmt.Fprintf(w, "%s\t%s\t%s\t-\t-\n", m.Name, m.Address, stateOf(m, s))
			continue
		}
		if m.Older {
			older = append(older, m.Name)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\n", m.Name, m.Address, stateOf(m, s), m.Position, m.Lag)
	}
	_ = w.Flush() // an output that fails cannot report that
	fmt.Fprintf(env.Out, "\nThe log is at position %d, on %d of %d machines", s.Position, s.Copies, keepers)
	if edges := len(s.Machines) - keepers; edges == 1 {
		fmt.Fprint(env.Out, "; one edge follows")
	} else if edges > 1 {
		fmt.Fprintf(env.Out, "; %d edges follow", edges)
	}
	switch {
	case keepers < 3:
		fmt.Fprint(env.Out, "; with three, one may die")
	case s.Copies < s.Wanted || s.Wanted < 3:
		fmt.Fprint(env.Out, "; do not stop a machine before it is on three")
	}
	fmt.Fprintln(env.Out, ".")
	if s.Home == "" {
		fmt.Fprintln(env.Out, "No machine decides now, so nothing can be written. More than half of the machines must run: start those that are away.")
	}
	for _, name := range older {
		fmt.Fprintf(env.Out, "%s runs an older danmaku than what the others write needs: upgrade it, and it goes on.\n", name)
	}
	if differ := silences(s.Machines); differ != "" {
		fmt.Fprintf(env.Out, "The machines have different values of --machine-silence, so they can disagree about which of them is dead: %s. Start all with the same.\n", differ)
	}
	if s.Fault != "" && !slices.Contains(older, s.From) {
		fmt.Fprintf(env.Out, "%s says: %s\n", s.From, s.Fault)
	}
}

// stateOf returns the words for the state and the tasks of a machine.
func stateOf(m cluster.MachineStatus, s cluster.Status) string {
	var words []string
	switch {
	case !m.Up:
		words = append(words, "away")
	case m.Older:
		words = append(words, "too old")
	case m.Ready:
		words = append(words, "ready")
	default:
		words = append(words, "catching up")
	}
	if m.Up && m.Name == s.Home {
		words = append(words, "home")
	}
	if m.Up && m.Name == s.Leader {
		words = append(words, "leads the log")
	}
	switch {
	case m.Witness:
		words = append(words, "witness")
	case m.Edge:
		words = append(words, "edge")
	}
	return strings.Join(words, ", ")
}

// silences lists how long another machine may be silent at each, if they differ.
func silences(machines []cluster.MachineStatus) string {
	var list []string
	differ, first := false, int64(0)
	for _, m := range machines {
		if m.Silence == 0 { // it is away, or older than this option
			continue
		}
		if first == 0 {
			first = m.Silence
		}
		differ = differ || m.Silence != first
		list = append(list, fmt.Sprintf("%s %v", m.Name, time.Duration(m.Silence)*time.Millisecond))
	}
	if !differ {
		return ""
	}
	return strings.Join(list, ", ")
}
