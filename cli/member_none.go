//go:build nocluster

package cli

import (
	"context"
	"log/slog"

	"danmaku/config"
)

// openMember returns nil: this build takes part in no cluster. Package store refuses a folder
// that belongs to one.
func openMember(context.Context, config.Config, *slog.Logger) (member, error) { return nil, nil }
