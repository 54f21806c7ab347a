package store

import (
	"context"
	"errors"
	"fmt"
)

// Build is the SQLite that a program contains.
type Build struct {
	SQLite string // version, as 3.51.0
	Driver string // module path
	Kind   string // "in C" or "in Go"
}

// Engine asks the SQLite in this program for its version.
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
