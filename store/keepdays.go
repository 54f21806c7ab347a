package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"danmaku/room"
)

// keepSet is the change for the chosen number of days for keeping comments.
type keepSet struct {
	Days  int          `json:"days"`
	Audit *auditChange `json:"act,omitempty"`
}

func (*keepSet) kind() string { return "keep" }

func (c *keepSet) apply(t *txn) error {
	if _, err := t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('keep_days', ?)", c.Days); err != nil {
		return err
	}
	return t.note("", c.Audit)
}

// KeepDays implements live.Keep.
func (s *Store) KeepDays(ctx context.Context) (days int, chosen bool, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'keep_days'").Scan(&days)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read how long comments are kept: %w", err)
	}
	return days, true, nil
}

// SetKeepDays implements live.Keep.
func (s *Store) SetKeepDays(ctx context.Context, days int, a *room.AuditEntry) error {
	line, err := encodeAudit(a)
	if err == nil {
		err = s.change(ctx, func(t *txn) error {
			numbered, err := t.decideAudit(line)
			if err != nil {
				return err
			}
			return t.write(&keepSet{Days: days, Audit: numbered})
		})
	}
	if err != nil {
		return fmt.Errorf("note how long comments are kept: %w", err)
	}
	return nil
}
