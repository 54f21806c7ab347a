package cli

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"danmaku/config"
	"danmaku/live"
	"danmaku/store"
)

// forgetEvery is the interval between searches for expired comments.
const forgetEvery = time.Hour

// keepUp deletes expired comments: now, every hour, and when the retention changes, until ctx
// ends. The function it returns waits for its end.
func keepUp(ctx context.Context, db *store.Store, service *live.Service, log *slog.Logger) (wait func()) {
	ctx, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	working.Go(func() {
		tick := time.NewTicker(forgetEvery)
		defer tick.Stop()
		for warned := false; ; {
			days, changed := service.KeepDays()
			if days == 0 {
				select {
				case <-ctx.Done():
					return
				case <-changed:
				}
				continue
			}
			before, jumped, err := db.ForgetBefore(ctx, time.Now(), time.Duration(days)*24*time.Hour)
			rows := int64(0)
			if err == nil {
				rows, err = db.Forget(ctx, before)
				service.Forget(before)
			}
			if jumped && !warned {
				log.Warn("the clock is far ahead of the last time that the server ran: what is too old by it is deleted a day from now, unless the clock is set")
			}
			warned = jumped
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				log.Error("could not delete old comments; the next try is in an hour", "err", err)
			case rows > 0:
				log.Info("old comments were deleted", "rows", rows, "before", before.Format(time.DateOnly))
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			case <-changed:
			}
		}
	})
	return func() { stop(); working.Wait() }
}

// keepSet returns the retention that the options set; nil if they set none.
func keepSet(cfg config.Config) *live.KeepSet {
	if cfg.KeepDaysBy == "" {
		return nil
	}
	return &live.KeepSet{Days: cfg.KeepDays, By: cfg.KeepDaysBy}
}
