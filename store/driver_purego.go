//go:build !cgo

package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
)

// The driver of this build.
const (
	driverModule = "modernc.org/sqlite"
	driverKind   = "in Go"
)

// openDB makes a pool for the file at path. It opens nothing yet. The driver runs
// busy_timeout first and the other pragmas by name; none of ours depends on another order.
func openDB(path string, pragmas []pragma) (*sql.DB, error) {
	q := url.Values{}
	for _, p := range pragmas {
		q.Add("_pragma", p.name+"("+p.value+")")
	}
	return sql.Open("sqlite", fileURI(path)+"?"+q.Encode())
}

// resultCode returns SQLite's primary result code (https://sqlite.org/rescode.html),
// or zero when err does not come from SQLite.
func resultCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// backup copies the database of a connection over the file at path, in one
// step.
func backup(driverConn any, path string) error {
	from, ok := driverConn.(interface {
		NewBackup(uri string) (*sqlite.Backup, error)
	})
	if !ok {
		return fmt.Errorf("connection is a %T", driverConn)
	}
	b, err := from.NewBackup(fileURI(path))
	if err != nil {
		return err
	}
	more, err := b.Step(-1)
	if err == nil && more {
		err = errors.New("the copy is not whole")
	}
	return errors.Join(err, b.Finish())
}
