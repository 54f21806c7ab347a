package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Hold blocks the writer until the returned function is called.
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

// HoldCheckpoints blocks the checkpointer until the returned function is called.
func (s *Store) HoldCheckpoints() (release func()) {
	s.w.checkpoints.turn.Lock()
	return s.w.checkpoints.turn.Unlock
}

// CheckpointsEnded is closed when the checkpointer has ended.
func (s *Store) CheckpointsEnded() <-chan struct{} { return s.w.checkpoints.done }

// Checkpoint does what the checkpointer does when a checkpoint is due.
func (s *Store) Checkpoint() error { return s.w.checkpoints.checkpoint() }

// EmptyLog empties the write-ahead log, and reports whether nothing prevented it.
func (s *Store) EmptyLog() (done bool, err error) {
	err = s.outsideTransaction(context.Background(), func(w *writer) (err error) {
		done, err = w.emptyLog()
		return err
	})
	return done, err
}

// Exec runs a statement on the writing connection.
func (s *Store) Exec(query string) error {
	return s.change(context.Background(), func(t *txn) error {
		_, err := t.conn.ExecContext(context.Background(), query)
		return err
	})
}

// Touch makes a change that takes no space.
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

// Readers returns the reading pool.
func (s *Store) Readers() *sql.DB { return s.read }

// ResumeReaders returns the reading pool of resumes.
func (s *Store) ResumeReaders() *sql.DB { return s.resumes }

// The sizes of the reading pools.
const (
	ReaderCount       = readers
	ResumeReaderCount = resumeReaders
)

// LogPages is the length of the write-ahead log at which a commit moves the rest of it.
const LogPages = logPages

// HistoryPlan is historyQuery, for its plans.
var HistoryPlan = historyQuery

// ArchiveQuery is archiveQuery, for its plans.
var ArchiveQuery = archiveQuery

// The queries of a resume, for their plans.
const (
	SinceQuery  = sinceQuery
	RecentQuery = recentQuery
)

// OpenFile opens any SQLite file, with a short timeout.
func OpenFile(path string) (*sql.DB, error) { return openDB(path, []pragma{{"busy_timeout", "100"}}) }

// MigrateWith upgrades a database with the test's own steps.
func MigrateWith(ctx context.Context, db *sql.DB, steps []string) error {
	var list []script
	for i, text := range steps {
		list = append(list, script{name: fmt.Sprintf("%04d_test.sql", i+1), sql: text})
	}
	return migrateTo(ctx, db, list)
}

// Probe checks whether the database can be written, as Ready does.
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

// Queued returns the number of events that wait for the writer.
func (s *Store) Queued() int { return len(s.queue) }

// Version returns the schema version that this program knows.
func Version() int {
	list, err := scripts()
	if err != nil {
		panic(err)
	}
	return len(list)
}

// MigrateUpTo makes a database like a program of an older version.
func MigrateUpTo(ctx context.Context, db *sql.DB, version int) error {
	list, err := scripts()
	if err != nil {
		return err
	}
	return migrateTo(ctx, db, list[:version])
}

// ChangeKinds lists all kinds of change.
func ChangeKinds() (all []string) {
	for kind := range changeKinds {
		all = append(all, kind)
	}
	return all
}
