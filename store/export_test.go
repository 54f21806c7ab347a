package store

import (
	"context"
	"database/sql"
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

// The queries of a resume, for their plans.
const (
	SinceQuery  = sinceQuery
	RecentQuery = recentQuery
)
