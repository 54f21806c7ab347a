package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"danmaku/config"
	"danmaku/live"
	"danmaku/store"
)

// forgetEvery is how often a server looks for comments that are too old.
const forgetEvery = time.Hour

// keepFor deletes what is older than a time, now and every hour until ctx ends;
// zero keeps everything. The function it gives waits for its end.
func keepFor(ctx context.Context, keep time.Duration, db *store.Store, hall *live.Hall, log *slog.Logger) (wait func()) {
	if keep == 0 {
		return func() {}
	}
	ctx, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	working.Go(func() {
		tick := time.NewTicker(forgetEvery)
		defer tick.Stop()
		for {
			before := time.Now().Add(-keep)
			rows, err := db.Forget(ctx, before)
			hall.Forget(before)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				log.Error("old comments could not be deleted; it is tried again in an hour", "err", err)
			case rows > 0:
				log.Info("old comments were deleted", "rows", rows, "before", before.Format(time.DateOnly))
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	return func() { stop(); working.Wait() }
}

// backupCommand is `danmaku backup FILE`.
func backupCommand(ctx context.Context, env environment) error {
	cfg, rest, err := config.LoadCommand(flag.NewFlagSet("danmaku backup", flag.ContinueOnError), env.args, env.environ)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return config.Usagef("use: danmaku backup FILE [--data FOLDER]")
	}
	d, err := openDesk(ctx, cfg)
	if err != nil {
		return err
	}
	err = d.db.Backup(ctx, rest[0])
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "%s is a copy of the database. To use it, put it into an empty data folder as danmaku.db, and secret.key beside it.\n", rest[0])
	return nil
}
