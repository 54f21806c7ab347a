package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"danmaku/comment"
)

// writer holds the writing connection. One goroutine uses it. Its statements
// run without a context: a transaction is short and is never left halfway, and
// the drivers start a goroutine for each statement with a context that can end.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn            // nil: to be taken from db
	stmts map[string]*sql.Stmt // prepared on conn, by their text
	users map[userKey]int64    // rows of users, for the authors seen last
	wrote bool                 // the last transaction changed a row
}

type userKey struct {
	room int64
	name string
}

// usersLen bounds the authors in memory; when it is reached, they are forgotten
// and looked up again.
const usersLen = 1 << 14

var background = context.Background()

// ready takes the connection when there is none.
func (w *writer) ready() error {
	if w.conn != nil {
		return nil
	}
	conn, err := w.db.Conn(background)
	if err != nil {
		return err
	}
	w.conn, w.stmts, w.users = conn, map[string]*sql.Stmt{}, map[userKey]int64{}
	return nil
}

func (w *writer) release() {
	if w.conn == nil {
		return
	}
	for _, s := range w.stmts {
		_ = s.Close() // a read-only handle; nothing can be lost with it
	}
	_ = w.conn.Close()
	w.conn = nil
}

// prepared gives the statement for a text that is a constant of the program.
func (w *writer) prepared(query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.conn.PrepareContext(background, query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = s
	return s, nil
}

// control runs a statement that begins or ends something and changes no row.
func (w *writer) control(query string) error {
	_, err := w.run(query)
	return err
}

// exec runs a statement and tells how many rows it changed.
func (w *writer) exec(query string, args ...any) (rows int64, err error) {
	res, err := w.run(query, args...)
	if err != nil {
		return 0, err
	}
	rows, err = res.RowsAffected()
	w.wrote = w.wrote || rows > 0
	return rows, err
}

// insert runs a statement and gives the new row's id.
func (w *writer) insert(query string, args ...any) (id int64, err error) {
	res, err := w.run(query, args...)
	if err != nil {
		return 0, err
	}
	w.wrote = true
	return res.LastInsertId()
}

func (w *writer) run(query string, args ...any) (sql.Result, error) {
	s, err := w.prepared(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(background, args...)
}

// get reads one row; no row is comment.ErrNotFound.
func (w *writer) get(query string, args []any, dest ...any) error {
	s, err := w.prepared(query)
	if err != nil {
		return err
	}
	err = s.QueryRowContext(background, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return comment.ErrNotFound
	}
	return err
}

// transact runs fn in a transaction and commits it when fn gives no error.
func (w *writer) transact(fn func(*txn) error) error {
	if err := w.ready(); err != nil {
		return err
	}
	if err := w.control("BEGIN IMMEDIATE"); err != nil {
		w.rollback()
		return err
	}
	w.wrote = false
	t := &txn{writer: w, rooms: map[string]*roomState{}}
	err := fn(t)
	if err == nil {
		err = t.flush()
	}
	if err == nil {
		err = w.control("COMMIT")
	}
	if err != nil {
		w.rollback()
	}
	return err
}

// rollback takes back the transaction. On some errors SQLite has done so
// itself, so a failing ROLLBACK is asked about by an empty transaction; a
// connection that cannot do that either is given up.
func (w *writer) rollback() {
	clear(w.users) // some of their rows may be gone
	if err := w.control("ROLLBACK"); err == nil {
		return
	}
	err := w.control("BEGIN")
	if err == nil {
		err = w.control("ROLLBACK")
	}
	if err == nil {
		return
	}
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn }) // has the pool close it
	w.release()
}

// write makes a batch durable and fills in its receipts. The events are those
// that are new in the log. An error means that nothing was written at all.
//
// One event that the database refuses (a constraint) must not cost the others
// their place: then the batch is written again with a savepoint for each event,
// which the ordinary way does without.
func (w *writer) write(batch []*request) (events []comment.Event, err error) {
	for _, guarded := range []bool{false, true} {
		err = w.transact(func(t *txn) error {
			for _, req := range batch {
				if err := t.answer(req, guarded); err != nil {
					return err
				}
			}
			events = t.events
			return nil
		})
		if err == nil {
			return events, nil
		}
		if isFault(err) {
			break
		}
	}
	return nil, err
}

// answer writes one event and fills in its receipt or its error. What it
// returns ends the transaction.
func (t *txn) answer(req *request, guarded bool) error {
	req.receipt, req.err = comment.Receipt{}, nil
	if !guarded {
		var err error
		req.receipt, err = t.apply(req.ev)
		if outcome(err) {
			req.err = err
			return nil
		}
		return err
	}
	if err := t.control("SAVEPOINT event"); err != nil {
		return err
	}
	receipt, err := t.apply(req.ev)
	if err == nil {
		req.receipt = receipt
		return t.control("RELEASE event")
	}
	if isFault(err) {
		return err
	}
	if err := t.control("ROLLBACK TO event"); err != nil {
		return err
	}
	if err := t.control("RELEASE event"); err != nil {
		return err
	}
	clear(t.users) // some of their rows may be gone; a number skipped is no harm
	req.err = fmt.Errorf("append %s: %w", req.ev.Kind, err)
	if outcome(err) {
		req.err = err
	}
	return nil
}

// probe writes 1 MiB and deletes it again: about what a full batch needs, and more
// than what a transaction that found the disk full has left free in the
// write-ahead log.
func (w *writer) probe() error {
	err := w.transact(func(t *txn) error {
		_, err := t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('probe', zeroblob(1048576))")
		return err
	})
	if err != nil {
		return err
	}
	return w.transact(func(t *txn) error {
		_, err := t.exec("DELETE FROM meta WHERE key = 'probe'")
		return err
	})
}

// outcome tells an answer about one event, of which nothing was written, from a
// failure that may have left half of it.
func outcome(err error) bool {
	return errors.Is(err, comment.ErrNotFound) || errors.Is(err, errMalformed)
}

// isFault tells whether an error means that the database cannot be written, and
// not that one change was refused by it.
func isFault(err error) bool {
	switch resultCode(err) {
	case sqliteConstraint, sqliteTooBig, sqliteMismatch:
		return false
	case 0: // no error of SQLite
		return errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrTxDone)
	}
	return true
}
