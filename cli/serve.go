package cli

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"danmaku/config"
	"danmaku/export"
	"danmaku/live/access"
	"danmaku/metrics"
	"danmaku/store"
)

// stopWithin bounds the whole shutdown, from the moment it is requested.
const stopWithin = 5 * time.Second

// serveName is the default command.
const serveName = "serve"

// serveCommand is `danmaku serve`.
func serveCommand() command {
	return command{
		name: serveName, summary: "start the server (the default)",
		about: "Starts the server and prints the addresses of overlay, audience and console.\nCtrl-C stops it.",
		run:   func(ctx context.Context, env Env, in input) error { return runServer(ctx, env, in.cfg) },
	}
}

// runServer runs the server until ctx ends. An end while the server is still starting is not
// an error.
func runServer(ctx context.Context, env Env, cfg config.Config) error {
	log := newLog(env.Err, cfg)
	unlock, err := store.Lock(cfg.Data)
	if errors.Is(err, store.ErrServed) && wantsBrowser(cfg.Open, env.Clicked) {
		return openRunning(ctx, env, cfg, startsWithin)
	}
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }() // the process ends anyway
	if was, err := beWitness(ctx, env, cfg, log); was {
		return err
	}
	forgetAddress(cfg.Data) // left by a server that was killed
	if err := export.SweepScratch(cfg.Data); err != nil {
		log.Warn("could not remove files that an earlier run left", "err", err)
	}
	var measured *metrics.Metrics
	if cfg.Metrics != "" {
		measured = metrics.New(thisBuild().version)
	}
	others, err := openMember(ctx, cfg, log)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	db, keys, err := openFolder(ctx, cfg, log, true, others, measured)
	if err != nil {
		if others != nil {
			others.close()
		}
		return unlessStopped(ctx, err)
	}
	end, begin := endAfter(ctx, stopWithin)
	p := &program{env: env, cfg: cfg, log: log, db: db, keys: keys, measured: measured, others: others}
	err = unlessStopped(ctx, p.serve(ctx, end))
	begin() // even without a request to stop
	err = errors.Join(err, db.Close(end))
	if others != nil {
		others.close()
	}
	return err
}

// endAfter returns a context that ends after long from the end of ctx, or from the call of
// begin: one deadline for the whole shutdown.
func endAfter(ctx context.Context, long time.Duration) (end context.Context, begin func()) {
	end, cancel := context.WithCancel(context.Background())
	begin = sync.OnceFunc(func() { time.AfterFunc(long, cancel) })
	context.AfterFunc(ctx, begin)
	return end, begin
}

// waitFor runs fn, but waits for it only until ctx ends. The process then ends without it.
func waitFor(ctx context.Context, fn func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// unlessStopped drops an error that only reports the end of ctx.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// openStore opens the data folder for a command that only reads, whether a server runs or not.
func openStore(ctx context.Context, cfg config.Config, log *slog.Logger) (*store.Store, access.Keys, error) {
	return openFolder(ctx, cfg, log, false, nil, nil)
}

// openFolder opens the data folder; held means that this process has its lock. others and
// measured may be nil.
func openFolder(ctx context.Context, cfg config.Config, log *slog.Logger, held bool, others member, measured *metrics.Metrics) (*store.Store, access.Keys, error) {
	if isWitness(cfg.Data) {
		return nil, access.Keys{}, config.Faultf(folderWitness, cfg.Data)
	}
	commits, lag := measured.Journal()
	o := store.Options{Dir: cfg.Data, Full: cfg.Sync == config.SyncFull, Held: held, Log: log, Commits: commits, Lag: lag}
	if others != nil {
		o.Member = others.logName()
	}
	db, err := store.Open(ctx, o)
	if err != nil {
		return nil, access.Keys{}, err
	}
	secret, err := store.Secret(cfg.Data)
	if err != nil {
		return nil, access.Keys{}, errors.Join(err, db.Close(ctx))
	}
	return db, access.NewKeys(secret), nil
}
