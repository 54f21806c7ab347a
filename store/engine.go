package store

import (
	"context"
	"errors"
	"fmt"
)

// Build describes the SQLite in this program.
type Build struct {
	SQLite string // version, as 3.51.0
	Driver string // module path
	Kind   string // "in C" or "in Go"
}

// Engine returns the version of the SQLite in this program.
func Engine(ctx context.Context) (Build, error) {
	b := Build{Driver: driverModule, Kind: driverKind}
	db, err := openDB(":memory:", nil)
	if err == nil {
		err = errors.Join(db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&b.SQLite), db.Close())
	}
	if err != nil {
		return b, fmt.Errorf("ask SQLite for its version: %w", err)
	}
	return b, nil
}
