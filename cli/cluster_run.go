//go:build !nocluster

package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"danmaku/cluster"
	"danmaku/config"
	"danmaku/live/access"
	"danmaku/store"
)

// clusterWords are the errors of package cluster in every language.
var clusterWords = []struct {
	err   error
	words config.Sentence
}{
	{cluster.ErrAlready, clusterAlready}, {cluster.ErrNoInvitation, notInvitation}, {cluster.ErrOtherCluster, notThatCluster},
	{cluster.ErrWrongToken, unknownInvite}, {cluster.ErrStale, staleInvite}, {cluster.ErrUsed, usedInvite},
	{cluster.ErrOlder, olderProgram}, {cluster.ErrOtherSecret, otherSecret},
	{cluster.ErrWitness, witnessAsked}, {cluster.ErrExpelled, takenOut}, {cluster.ErrMinority, tooFewUp}, {cluster.ErrLost, logLost}, {cluster.ErrAhead, logBehind},
}

// spokenCluster returns an error of package cluster in every language, and nil for all other
// errors.
func spokenCluster(err error) *config.Fault {
	for _, w := range clusterWords {
		if errors.Is(err, w.err) {
			return config.Faultf(w.words)
		}
	}
	switch {
	case errors.Is(err, cluster.ErrAddress):
		return config.Faultf(clusterAddress, localCause(err))
	case errors.Is(err, cluster.ErrUnreachable):
		return config.Faultf(notReachable, localCause(err))
	}
	return nil
}

// spokenJoin is err, the error of joining under a name, in every language if it is about the
// name.
func spokenJoin(err error, name string) error {
	if errors.Is(err, cluster.ErrNameTaken) {
		return config.Faultf(nameTaken, name)
	}
	return err
}

// inCluster reports whether a data folder belongs to a machine of a cluster.
func inCluster(dir string) bool { return cluster.Configured(dir) }

func clusterInit(ctx context.Context, env Env, in input) error {
	machines, until, err := invited(in)
	if err != nil {
		return err
	}
	name, listen, err := ownPlace(in)
	if err != nil {
		return err
	}
	if listen == "" {
		lan := lanAddresses()
		if len(lan) != 1 { // with several, the right one is unknown
			return config.Usage(clusterNoListen, clusterPort)
		}
		listen = net.JoinHostPort(lan[0].String(), clusterPort)
	}
	if cluster.Configured(in.cfg.Data) {
		return cluster.ErrAlready
	}
	unlock, err := lockForCluster(in.cfg)
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }() // the process ends anyway
	if err := makeCluster(ctx, in.cfg, name, listen); err != nil {
		return err
	}
	invitation, err := cluster.Invite(in.cfg.Data, machines, until)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "This machine is %s at %s, the first of its cluster. Start danmaku here, and then run\non each of the other machines\n\n  danmaku cluster join %s\n\n", name, listen, invitation)
	sayInvitation(env, machines, until)
	return nil
}

func sayInvitation(env Env, machines int, until time.Time) {
	fmt.Fprintf(env.Out, "The invitation lets in %s until %s. Keep it secret.\n", machinesInWords(machines), until.Format("2006-01-02 15:04"))
}

func machinesInWords(n int) string {
	if n == 1 {
		return "one machine"
	}
	return fmt.Sprintf("%d machines", n)
}

// makeCluster creates a cluster with the content of a data folder.
func makeCluster(ctx context.Context, cfg config.Config, name, listen string) error {
	db, keys, err := openFolder(ctx, cfg, slog.New(slog.DiscardHandler), true, nil, nil)
	if err != nil {
		return err
	}
	registrar := access.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now}
	err = registrar.FirstStart(ctx, firstRoom) // every machine finds the same room
	var secret []byte
	if err == nil {
		secret, err = store.Secret(cfg.Data)
	}
	var log string
	if err == nil {
		log, err = cluster.Found(ctx, cfg.Data, name, listen, secret)
	}
	if err == nil {
		if err = db.JoinLog(ctx, log, 0); err != nil {
			err = errors.Join(err, cluster.Remove(cfg.Data))
		}
	}
	return errors.Join(err, db.Close(context.WithoutCancel(ctx)))
}

func clusterInvite(_ context.Context, env Env, in input) error {
	machines, until, err := invited(in)
	if err != nil {
		return err
	}
	invitation, err := cluster.Invite(in.cfg.Data, machines, until)
	if err != nil {
		return spokenFolder(in, err)
	}
	fmt.Fprintf(env.Out, "danmaku cluster join %s\n\n", invitation)
	sayInvitation(env, machines, until)
	return nil
}

func clusterJoin(ctx context.Context, env Env, in input) error {
	name, listen, err := ownPlace(in)
	if err != nil {
		return err
	}
	if in.on("edge") && in.on("witness") {
		return config.Usage(edgeOrWitness)
	}
	if !exists(in.cfg.Data) { // the lock would create it, for nothing
		if err := cluster.CheckInvitation(in.args[0]); err != nil {
			return err
		}
	}
	unlock, err := lockForCluster(in.cfg)
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }() // the process ends anyway
	if !cluster.Configured(in.cfg.Data) && store.Exists(in.cfg.Data) {
		if err := onlyACopy(ctx, in.cfg); err != nil {
			return err
		}
	}
	schema, err := store.Schema()
	if err != nil {
		return err
	}
	c, err := cluster.Join(ctx, cluster.Joining{
		Dir: in.cfg.Data, Invitation: in.args[0], Name: name, Listen: listen, Edge: in.on("edge"), Witness: in.on("witness"), Schema: schema,
		Put: func(_ context.Context, secret []byte, file string) error {
			if err := store.PutSecret(in.cfg.Data, secret); err != nil {
				return err
			}
			return store.PutMemberCopy(in.cfg.Data, file)
		},
	})
	if err != nil {
		return spokenJoin(err, name)
	}
	what := fmt.Sprintf("one of %d", c.Keepers())
	if c.Witness {
		what = fmt.Sprintf("the witness of %s", machinesInWords(c.Keepers()))
	}
	if c.Edge {
		what = fmt.Sprintf("an edge beside %s", machinesInWords(c.Keepers()))
	}
	fmt.Fprintf(env.Out, "This machine is %s at %s, %s. Start danmaku here.\n", c.Name, c.Listen, what)
	return nil
}

// onlyACopy returns nil if a database belongs to a machine that has left its cluster, so that
// replacing it loses nothing.
func onlyACopy(ctx context.Context, cfg config.Config) error {
	db, err := store.Open(ctx, store.Options{Dir: cfg.Data})
	if err != nil {
		return err
	}
	log, err := db.Log(ctx)
	if err == nil && log == "" {
		err = config.Faultf(clusterHasRooms, cfg.Data)
	}
	return errors.Join(err, db.Close(context.WithoutCancel(ctx)))
}

func clusterLeave(ctx context.Context, env Env, in input) error {
	c, err := clusterOf(in)
	if err != nil {
		return err
	}
	name := c.Name
	if len(in.args) == 1 {
		name = in.args[0]
	}
	if name == c.Name {
		if !c.Edge && c.Keepers() == 1 {
			return config.Faultf(lastMachine, name)
		}
		unlock, err := lockForCluster(in.cfg)
		if err != nil {
			return err
		}
		defer func() { _ = unlock() }() // the process ends anyway
	}
	switch err := cluster.Expel(ctx, in.cfg.Data, name); {
	case errors.Is(err, cluster.ErrRuns):
		return config.Faultf(machineRuns, name)
	case errors.Is(err, cluster.ErrNoMachine) && name == c.Name: // it was removed on another machine
	case errors.Is(err, cluster.ErrNoMachine):
		return config.Faultf(noMachine, name)
	case err != nil:
		return err
	}
	if name != c.Name {
		fmt.Fprintf(env.Out, "%s is out of the cluster.\n", name)
		return nil
	}
	if err := cluster.Remove(in.cfg.Data); err != nil {
		return err
	}
	if c.Witness {
		fmt.Fprintf(env.Out, "%s is out of the cluster. It had no rooms, so nothing is left in %s.\n", name, in.cfg.Data)
		return nil
	}
	fmt.Fprintf(env.Out, "%s is out of the cluster. What is left in %s is a copy that does not run alone;\ndelete it, or join a cluster with it again.\n", name, in.cfg.Data)
	return nil
}

func clusterAlone(ctx context.Context, env Env, in input) error {
	c, err := clusterOf(in)
	if err != nil {
		return err
	}
	if c.Witness {
		return config.Faultf(witnessAlone)
	}
	unlock, err := lockForCluster(in.cfg)
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }() // the process ends anyway
	if s, err := cluster.AskStatus(ctx, in.cfg.Data); err == nil {
		return config.Faultf(othersRun, s.From)
	}
	db, err := store.Open(ctx, store.Options{Dir: in.cfg.Data, Held: true, Member: c.Log})
	if err != nil {
		return err
	}
	pos, err := db.Position(ctx)
	if err == nil {
		err = db.LeaveLog(ctx)
	}
	if err = errors.Join(err, db.Close(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	if err := cluster.Remove(in.cfg.Data); err != nil {
		return err
	}
	if c.Edge {
		fmt.Fprintln(env.Out, "This machine was an edge: what the others had behind its position is not here.")
	}
	fmt.Fprintf(env.Out, "This machine runs alone now, with all up to position %d. Start danmaku here;\ndanmaku cluster init begins a new cluster, which the others join with empty folders.\n", pos)
	return nil
}
