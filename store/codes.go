package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"danmaku/room"
)

// UseCode implements access.Codes. It forgets codes made before forget, which are too old
// to be valid. Errors: room.ErrExpired for a used code, room.ErrBusy.
func (s *Store) UseCode(ctx context.Context, hash string, made, forget time.Time) error {
	err := s.change(ctx, func(t *txn) error {
		var used int64
		err := t.get("SELECT value FROM meta WHERE key = ?", []any{codePrefix + hash}, &used)
		switch {
		case err == nil:
			return room.ErrExpired
		case !errors.Is(err, room.ErrNotFound):
			return err
		}
		return t.write(&codeUsed{Hash: hash, Made: toMS(made), Forget: toMS(forget)})
	})
	if err != nil && !errors.Is(err, room.ErrExpired) {
		return fmt.Errorf("note a used code: %w", err)
	}
	return err
}

// codePrefix is the prefix of the rows of meta for used codes.
const codePrefix = "code."

// codeUsed is the change for a one-time code that opened a session.
type codeUsed struct {
	Hash   string `json:"hash"`
	Made   int64  `json:"made"`   // ms
	Forget int64  `json:"forget"` // ms: codes made before are forgotten
}

func (*codeUsed) kind() string { return "code" }

func (c *codeUsed) apply(t *txn) error {
	if _, err := t.exec("DELETE FROM meta WHERE key LIKE 'code.%' AND value < ?", c.Forget); err != nil {
		return err
	}
	_, err := t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", codePrefix+c.Hash, c.Made)
	return err
}
