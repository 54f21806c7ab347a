package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"path/filepath"
	"sort"
	"time"
)

// applicationID marks our databases in the file header ("DMKU"), so that another program's
// file is never taken for an empty one of ours.
const applicationID = 0x444d4b55

//go:embed migrations/*.sql
var migrations embed.FS

// script is one step from a version of the schema to the next.
type script struct {
	name string
	sql  string
}

// scripts lists the steps in order; the file 0001_… leads to version 1.
func scripts() ([]script, error) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	var list []script
	for _, e := range entries {
		text, err := migrations.ReadFile("migrations/" + e.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, script{name: e.Name(), sql: string(text)})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list, nil
}

// checkFile checks a database without changing it: it must be empty, or ours and not newer
// than this program. As the only connection it also empties the write-ahead log when it
// closes, in which a killed process may have left what it had just deleted for good.
func checkFile(ctx context.Context, path string) error {
	db, err := openDB(path, []pragma{{"busy_timeout", "2000"}, {"query_only", "1"}})
	if err != nil {
		return err
	}
	defer db.Close()
	// One statement, so that all three values are from the same moment: another program may
	// be creating the database.
	var app, version, tables int
	const q = `SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_master)
		FROM pragma_application_id a, pragma_user_version v`
	if err := db.QueryRowContext(ctx, q).Scan(&app, &version, &tables); err != nil {
		return err
	}
	if app != applicationID && (app != 0 || tables > 0) {
		return fmt.Errorf("%s belongs to another program; name another folder with --data", path)
	}
	return checkVersion(path, version)
}

// Schema returns the schema version that this program creates.
func Schema() (int, error) {
	list, err := scripts()
	return len(list), err
}

func checkVersion(path string, version int) error {
	list, err := scripts()
	if err != nil {
		return err
	}
	if version > len(list) {
		return fmt.Errorf("%s was written by a newer danmaku (its version is %d, this program knows %d); "+
			"start the newer program, or name another folder with --data", path, version, len(list))
	}
	return nil
}

// upgradeWait is how long a program waits for another that may be upgrading the database.
const upgradeWait = 2 * time.Second

// upgrade upgrades the database, unless a server of an older version has the folder: that
// one would go on writing into changed tables.
func upgrade(ctx context.Context, db *sql.DB, o Options) error {
	list, err := scripts()
	if err != nil {
		return err
	}
	outdated := func() (bool, error) {
		var version int
		err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
		return version > 0 && version < len(list), err
	}
	tick := time.NewTicker(upgradeWait / 20)
	defer tick.Stop()
	for tries := 0; !o.Held; tries++ {
		if old, err := outdated(); err != nil {
			return err
		} else if !old {
			break // a new database has no server yet
		}
		unlock, err := Lock(o.Dir)
		if err == nil {
			defer func() { _ = unlock() }() // it closes a file that nothing was written to
			break
		}
		if !errors.Is(err, ErrServed) {
			return err
		}
		if tries == 20 {
			return fmt.Errorf("the server that uses the data folder %s is of an older version than this program; "+
				"use the program that the server was started from, or stop the server and start it with this one", o.Dir)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return migrateTo(ctx, db, list)
}

// migrateTo runs the remaining steps, each in its own transaction. Two programs may do so
// at once: the second finds it done.
func migrateTo(ctx context.Context, db *sql.DB, list []script) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for {
		done, err := step(ctx, conn, list)
		if err != nil || done {
			return err
		}
	}
}

// step runs the next migration and reports whether there was none left.
func step(ctx context.Context, conn *sql.Conn, list []script) (done bool, err error) {
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return false, err
	}
	if version >= len(list) {
		return true, nil
	}
	// The lock comes first, so that the version is reliable.
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return false, err
	}
	defer func() {
		if err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return false, err
	}
	if version < len(list) {
		next := list[version]
		if _, err := conn.ExecContext(ctx, next.sql); err != nil {
			return false, fmt.Errorf("migration %s: %w", filepath.Base(next.name), err)
		}
		mark := fmt.Sprintf("PRAGMA user_version=%d; PRAGMA application_id=%d", version+1, applicationID)
		if _, err := conn.ExecContext(ctx, mark); err != nil {
			return false, fmt.Errorf("migration %s: %w", next.name, err)
		}
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return false, err
}
