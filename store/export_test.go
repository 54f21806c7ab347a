package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Hold keeps the writer from its work until the function it returns is called.
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
		_, err := t.exec("UPDATE meta SET value = value + 1 WHERE key = 'changes.links'")
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

// ResumeReaders is the reading pool of resumes.
func (s *Store) ResumeReaders() *sql.DB { return s.resumes }

// The sizes of the reading pools.
const (
	ReaderCount       = readers
	ResumeReaderCount = resumeReaders
)

// HistoryPlan returns how SQLite would answer a query of history.
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

// Version is the version of the tables that this program knows.
func Version() int {
	list, err := scripts()
	if err != nil {
		panic(err)
	}
	return len(list)
}

// MigrateUpTo makes a database as a program of an older version left it.
func MigrateUpTo(ctx context.Context, db *sql.DB, version int) error {
	list, err := scripts()
	if err != nil {
		return err
	}
	return migrateTo(ctx, db, list[:version])
}

// ChangeKinds lists the kinds of change that there are.
func ChangeKinds() (all []string) {
	for kind := range changeKinds {
		all = append(all, kind)
	}
	return all
}
