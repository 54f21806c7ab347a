package store

import (
	"context"
	"database/sql"
	"fmt"

	"danmaku/comment"
	"danmaku/room"
)

// queries is the common interface of a transaction and the readers.
type queries interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// list reads the rows of a query with scan.
func list[T any](ctx context.Context, q queries, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	return readAll(rows, err, scan)
}

// readAll reads rows, the result of a query, with scan.
func readAll[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// texts reads a column of texts.
func texts(ctx context.Context, q queries, query string, args ...any) ([]string, error) {
	return list(ctx, q, scanText, query, args...)
}

// listIn is [list] in a transaction, with a prepared statement.
func listIn[T any](t *txn, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	s, err := t.prepared(query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(background, args...)
	return readAll(rows, err, scan)
}

// ids returns the comment IDs that a query selects.
func (t *txn) ids(query string, args ...any) ([]comment.ID, error) {
	return listIn(t, scanID, query, args...)
}

func scanText(rows *sql.Rows) (s string, err error) { return s, rows.Scan(&s) }

func scanID(rows *sql.Rows) (comment.ID, error) {
	var id int64
	err := rows.Scan(&id)
	return comment.ID(id), err
}

// deleteOf deletes a room's row of a table by its ID, with the change that gone makes from
// the audit entry. Errors: room.ErrNotFound.
func (s *Store) deleteOf(ctx context.Context, table, roomID, id string, a *room.AuditEntry, gone func(*auditChange) change) error {
	exists := func(t *txn, row int64) error {
		var one int
		return t.get("SELECT 1 FROM "+table+" WHERE id = ? AND room = ?", []any{id, row}, &one)
	}
	if err := s.changeRoom(ctx, roomID, a, exists, gone); err != nil {
		return fmt.Errorf("delete %s of %s: %w", id, table, err)
	}
	return nil
}

// changeRoom writes the change that made returns for an audit entry about a room. decide
// gets the room's row and reads what the change depends on; nil when it depends on nothing.
// Errors: room.ErrNotFound for an unknown room, and those of decide.
func (s *Store) changeRoom(ctx context.Context, roomID string, a *room.AuditEntry, decide func(t *txn, row int64) error, made func(*auditChange) change) error {
	line, err := encodeAudit(a)
	if err != nil {
		return err
	}
	return s.change(ctx, func(t *txn) error {
		row, err := t.roomID(roomID)
		if err != nil {
			return err
		}
		if decide != nil {
			if err := decide(t, row); err != nil {
				return err
			}
		}
		act, err := t.decideAudit(line)
		if err != nil {
			return err
		}
		return t.write(made(act))
	})
}
