package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Hold keeps the writer from its work until the function it gives is called.
func (s *Store) Hold() (release func()) {
	held, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.change(context.Background(), func(*txn) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	return func() { close(free) }
}

// Exec runs a statement on the writing connection.
func (s *Store) Exec(query string) error {
	return s.change(context.Background(), func(t *txn) error {
		_, err := t.conn.ExecContext(context.Background(), query)
		return err
	})
}

// Touch makes a change that takes no room.
func (s *Store) Touch() error {
	return s.change(context.Background(), func(t *txn) error {
		_, err := t.exec("UPDATE meta SET value = value + 1 WHERE key = 'changes'")
		return err
	})
}

// Pragma reads a pragma of the writing connection.
func (s *Store) Pragma(name string) (value string, err error) {
	err = s.change(context.Background(), func(t *txn) error {
		return t.conn.QueryRowContext(context.Background(), "PRAGMA "+name).Scan(&value)
	})
	return value, err
}

// Readers is the reading pool.
func (s *Store) Readers() *sql.DB { return s.read }

// ReaderCount is the size of the reading pool.
const ReaderCount = readers

// HistoryPlan tells how SQLite would answer a query of history.
var HistoryPlan = historyQuery

// ArchiveQuery is the query of one page of an export.
var ArchiveQuery = archiveQuery

// The queries of a resume, for their plans.
const (
	SinceQuery  = sinceQuery
	RecentQuery = recentQuery
)

// OpenFile opens any SQLite file, with a short patience.
func OpenFile(path string) (*sql.DB, error) { return openDB(path, []pragma{{"busy_timeout", "100"}}) }

// MigrateWith brings a database up to date by other steps than ours.
func MigrateWith(ctx context.Context, db *sql.DB, steps []string) error {
	var list []script
	for i, text := range steps {
		list = append(list, script{name: fmt.Sprintf("%04d_test.sql", i+1), sql: text})
	}
	return migrateTo(ctx, db, list)
}

// Probe tries whether the database can be written, as Ready has it done.
func (s *Store) Probe() error {
	err := make(chan error, 1)
	_ = s.change(context.Background(), func(t *txn) error {
		if e := t.control("ROLLBACK"); e != nil {
			return e
		}
		err <- t.probe()
		return t.control("BEGIN IMMEDIATE")
	})
	return <-err
}

// Queued is how many events wait for the writer.
func (s *Store) Queued() int { return len(s.queue) }
