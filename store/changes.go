package store

import (
	"context"
	"fmt"
)

// Changes implements live.Changes. Every change of rooms, links, rule lists and
// bans adds one in its own transaction, whichever program made it.
func (s *Store) Changes(ctx context.Context) (int64, error) {
	var n int64
	if err := s.read.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'changes'").Scan(&n); err != nil {
		return 0, fmt.Errorf("read the change counter: %w", err)
	}
	return n, nil
}
