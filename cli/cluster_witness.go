//go:build !nocluster

package cli

import (
	"context"
	"fmt"
	"log/slog"

	"danmaku/cluster"
	"danmaku/config"
)

// isWitness reports whether a data folder belongs to a witness, which has no database.
func isWitness(dir string) bool {
	c, err := cluster.ReadConfig(dir)
	return err == nil && c.Witness
}

// beWitness runs the witness of a data folder until ctx ends, if the folder has one.
func beWitness(ctx context.Context, env Env, cfg config.Config, log *slog.Logger) (was bool, err error) {
	if !isWitness(cfg.Data) {
		return false, nil
	}
	c, err := cluster.Open(ctx, cfg.Data, nil, log)
	if err != nil {
		return true, unlessStopped(ctx, err)
	}
	defer c.Close()
	if err := c.Witness(cfg.MachineSilence); err != nil {
		return true, err
	}
	fmt.Fprintln(env.Out, config.Faultf(witnessRuns, c.Name()).In(spokenLang(cfg.Lang, env.Environ)))
	<-ctx.Done()
	return true, nil
}

// witnessHealth checks a witness: it runs, and can write its log.
func witnessHealth(ctx context.Context, env Env, cfg config.Config) error {
	c, err := cluster.ReadConfig(cfg.Data)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	s, err := cluster.AskStatus(ctx, cfg.Data)
	switch {
	case err != nil || s.From != c.Name: // the others answer if this one is down
		return config.Faultf(noServer, cfg.Data)
	case s.Leader == "":
		return config.Faultf(notReady, "the log has no leader")
	}
	fmt.Fprintln(env.Out, "ready")
	return nil
}
