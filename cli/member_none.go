//go:build nocluster

package cli

import (
	"context"
	"log/slog"

	"danmaku/config"
)

// openMember returns nil: this build takes part in no cluster. A folder that belongs to
// one is refused by package store.
func openMember(context.Context, config.Config, *slog.Logger) (member, error) { return nil, nil }
