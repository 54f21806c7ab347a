package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// clusterTrial runs three machines as one cluster and kills, freezes and restarts each of them
// in turn. It checks that every acknowledged comment is on all of them, once and in order.
type clusterTrial struct {
	program, dir string
	newer        string // the danmaku that the rolling restart starts; empty: the same one
	phones       int
	edges        int
	rate         int // comments a second of all phones
	calm         time.Duration
	only         []string

	nodes   []*clusterNode
	front   string // address of nginx; empty if there is none
	nginx   *process
	overlay string // path of an overlay's socket
	owner   string // key of an owner's link
	keys    [2]string

	sick    atomic.Int32 // a bit for each machine that the trial has killed or frozen
	numbers atomic.Int64
	held    chan string // comments for the moderators
	ledger  ledger
	cases   []*trouble
	calms   []*trouble // the times between troubles
}

// machinesOfTrial is the number of machines besides the edges.
const machinesOfTrial = 3

// heldWord makes the filter hold a comment for a moderator.
const heldWord = "marmalade"

// trouble is one disturbance of the cluster by the trial.
type trouble struct {
	name              string
	most              time.Duration // longest time that may pass without an acknowledgement
	began, back, over time.Time     // back: the stopped machine runs again
}

// clusterCommand ends with a table, and with an error if a promise was broken.
func clusterCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood cluster", flag.ContinueOnError)
	s := clusterTrial{held: make(chan string, 1<<16)}
	s.ledger.accounts = accounts{byID: map[string]int{}, ids: map[int]string{}}
	whole := flags.Duration("for", 2*time.Minute, "how long the phones write beside the troubles, in all")
	only := flags.String("only", strings.Join(troubleNames, ","), "which troubles")
	overlays := flags.Int("overlays", 6, "overlays that have to get everything")
	bench := flags.Bool("bench", false, "measure what a cluster costs in place of the troubles")
	rounds := flags.Int("rounds", 3, "rounds of -bench; the median counts")
	beside := flags.String("beside", "", "another danmaku that -bench measures in turn, in place of what unused code costs")
	pacesText := flags.String("paces", "0,100,300,1000", "comments a second that -bench offers, of 0, 100, 300 and 1000, with a comma between; 0 is as many as are answered")
	flags.StringVar(&s.program, "program", "", "the danmaku to try; built from this folder when empty")
	flags.StringVar(&s.newer, "upgrade-to", "", "another danmaku, which each machine runs from the rolling restart on")
	flags.IntVar(&s.phones, "phones", 300, "phones that write")
	flags.IntVar(&s.edges, "edges", 2, "machines beside the three that only follow")
	flags.IntVar(&s.rate, "rate", 300, "comments a second of all phones")
	if err := flags.Parse(args); err != nil {
		return err
	}
	paces, err := parsePaces(*pacesText)
	if err != nil {
		return err
	}
	s.only = strings.Split(*only, ",")
	if s.edges == 0 {
		s.only = slices.DeleteFunc(s.only, func(name string) bool { return name == troubleOfAnEdge })
	}
	for _, name := range s.only {
		if !slices.Contains(troubleNames, name) {
			return fmt.Errorf("-only: %q is none of %s", name, strings.Join(troubleNames, ", "))
		}
	}
	if s.edges < 0 || s.edges > 10 || s.phones < machinesOfTrial+s.edges || s.phones > 5000 || s.rate < 10 || s.rate > 5000 || *overlays < 1 || *whole < 10*time.Second || *rounds < 1 {
		return errors.New("-edges: 0 to 10; -phones: as many as machines, to 5000; -rate: 10 to 5000; -overlays: 1 or more; -for: 10s or more; -rounds: 1 or more")
	}
	if s.newer != "" && !slices.Contains(s.only, troubleRolling) {
		return errors.New("-upgrade-to: needs the trouble " + troubleRolling)
	}
	s.calm = *whole / time.Duration(len(s.only)+1)
	dir, err := os.MkdirTemp("", "flood")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s.dir = dir
	if *bench {
		return clusterBench(ctx, dir, s.program, benchOptions{*rounds, *beside, paces})
	}
	if s.program == "" {
		if s.program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	defer s.stopAll()
	if err := s.startAll(ctx); err != nil {
		return err
	}
	if err := s.startFront(ctx); err != nil {
		return err
	}
	return s.run(ctx, *overlays)
}

// run makes all clients write while the troubles come, and compares at the end.
func (s *clusterTrial) run(ctx context.Context, overlays int) error {
	watching, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	var watchers sync.WaitGroup
	screens := make([]*clusterScreen, overlays)
	greeted := make(chan struct{}, overlays)
	for i := range screens {
		screens[i] = &clusterScreen{at: i % len(s.nodes)}
		watchers.Go(func() { screens[i].watch(watching, s, greeted) })
	}
	for range screens { // each must get everything
		select {
		case <-greeted:
		case <-time.After(time.Minute):
			return errors.New("an overlay is not greeted")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	writing, enough := context.WithCancel(ctx)
	defer enough()
	var all, moderators sync.WaitGroup
	for i := range s.phones {
		all.Go(func() { s.phone(writing, i) })
	}
	for range pairsAtOnce {
		moderators.Go(func() { s.moderate(ctx) })
	}
	err := s.troubles(writing)
	enough()
	all.Wait()
	close(s.held)
	moderators.Wait()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = s.level(ctx)
	}
	if err != nil {
		return err
	}
	want, err := shownIn(ctx, s.nodes[0].data)
	if err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && slices.ContainsFunc(screens, func(sc *clusterScreen) bool { return sc.count() < len(want) }); {
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	stopWatching()
	watchers.Wait()
	s.stopAll()
	return s.report(ctx, os.Stdout, screens)
}
