//go:build cgo

package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// The driver of this build.
const (
	driverModule = "github.com/mattn/go-sqlite3"
	driverKind   = "in C"
)

// connector opens connections that all get the same pragmas. go-sqlite3 supports only some
// of them in the DSN, so they run in its connect hook, which, like the DSN, applies to
// every connection of the pool.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

func (c connector) Driver() driver.Driver { return c.driver }

// openDB makes a pool for the file at path. It opens nothing yet.
func openDB(path string, pragmas []pragma) (*sql.DB, error) {
	dsn := fileURI(path)
	for _, p := range pragmas {
		if p.name == "busy_timeout" { // it must apply to what the driver runs before the hook
			dsn += "?_busy_timeout=" + p.value
		}
	}
	hook := func(conn *sqlite3.SQLiteConn) error {
		for _, p := range pragmas {
			if _, err := conn.Exec("PRAGMA "+p.name+"="+p.value, nil); err != nil {
				return err
			}
		}
		return nil
	}
	return sql.OpenDB(connector{dsn: dsn, driver: &sqlite3.SQLiteDriver{ConnectHook: hook}}), nil
}

// resultCode returns SQLite's primary result code (https://sqlite.org/rescode.html),
// or zero when err does not come from SQLite.
func resultCode(err error) int {
	var e sqlite3.Error
	if errors.As(err, &e) {
		return int(e.Code) & 0xff
	}
	return 0
}

// backup copies the database of a connection over the file at path, in one
// step.
func backup(driverConn any, path string) error {
	from, ok := driverConn.(*sqlite3.SQLiteConn)
	if !ok {
		return fmt.Errorf("connection is a %T", driverConn)
	}
	conn, err := (&sqlite3.SQLiteDriver{}).Open(fileURI(path))
	if err != nil {
		return err
	}
	defer conn.Close()
	b, err := conn.(*sqlite3.SQLiteConn).Backup("main", from, "main")
	if err != nil {
		return err
	}
	done, err := b.Step(-1)
	if err == nil && !done {
		err = errors.New("the copy is not whole")
	}
	return errors.Join(err, b.Finish())
}
