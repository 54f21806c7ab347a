package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"danmaku/room"
	"danmaku/show"
)

// writer holds the writing connection. One goroutine uses it. Its statements run without a
// context: a transaction is short and never stops halfway, and the drivers start a
// goroutine for each statement with a cancellable context.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn            // nil: must be taken from db
	stmts map[string]*sql.Stmt // prepared on conn, by their text
	users map[userKey]userRow  // rows of users, for the most recent authors
	wrote bool                 // the last transaction changed a row
	rows  int64                // how many rows the last transaction changed

	// places are the rooms of the last batch of events, while nothing else was written
	// since: the next batch need not read the positions of their logs.
	places map[string]*roomState

	erasures bool // refs of erased comments are bound, see erase.go
	wiped    bool // deleted data is still in the write-ahead log

	checkpoints *checkpointer

	publisher Publisher // nil: changes are not published

	term, handed uint64 // the current one, and the last that the follower got; see term.go

	pos, handedPos uint64       // the same for positions; 0 until needed
	altered        room.Altered // by other machines, since the follower was last informed
}

type userKey struct {
	room int64
	name string
}

// userRow is an author's row ID, and whether it has a row in senders.
type userRow struct {
	id     int64
	linked bool
}

// usersLen bounds the authors in memory; when it is reached, all are dropped and read
// again.
const usersLen = 1 << 14

// placesLen bounds the rooms that stay in memory from one batch to the next: each
// transaction walks over them.
const placesLen = 64

var background = context.Background()

// ready takes a connection if there is none.
func (w *writer) ready() error {
	if w.conn != nil {
		return nil
	}
	conn, err := w.db.Conn(background)
	if err != nil {
		return err
	}
	w.conn, w.stmts, w.users, w.places = conn, map[string]*sql.Stmt{}, map[userKey]userRow{}, nil
	if err := w.get("SELECT EXISTS (SELECT 1 FROM erased)", nil, &w.erasures); err != nil {
		w.release()
		return err
	}
	return nil
}

func (w *writer) release() {
	if w.conn == nil {
		return
	}
	for _, s := range w.stmts {
		_ = s.Close() // a read-only handle; closing it loses nothing
	}
	_ = w.conn.Close()
	w.conn = nil
}

// prepared returns the prepared statement for a constant query.
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

// control runs a statement that begins or ends a transaction and changes no row.
func (w *writer) control(query string) error {
	_, err := w.run(query)
	return err
}

// pragma sets a pragma of the connection. SQLite applies it while it prepares the
// statement, so a prepared one would apply it only once.
func (w *writer) pragma(setting string) error {
	_, err := w.conn.ExecContext(background, "PRAGMA "+setting)
	return err
}

// exec runs a statement and returns how many rows it changed.
func (w *writer) exec(query string, args ...any) (rows int64, err error) {
	res, err := w.run(query, args...)
	if err != nil {
		return 0, err
	}
	rows, err = res.RowsAffected()
	w.wrote = w.wrote || rows > 0
	w.rows += rows
	return rows, err
}

// insert runs a statement and returns the new row's ID.
func (w *writer) insert(query string, args ...any) (id int64, err error) {
	res, err := w.run(query, args...)
	if err != nil {
		return 0, err
	}
	w.wrote = true
	w.rows++
	return res.LastInsertId()
}

func (w *writer) run(query string, args ...any) (sql.Result, error) {
	s, err := w.prepared(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(background, args...)
}

// get reads one row; no row is room.ErrNotFound.
func (w *writer) get(query string, args []any, dest ...any) error {
	s, err := w.prepared(query)
	if err != nil {
		return err
	}
	err = s.QueryRowContext(background, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return room.ErrNotFound
	}
	return err
}

// transact runs fn in a transaction and commits it when fn returns no error. Between the
// last change and the commit it publishes the changes. It returns the new events in the
// logs of rooms.
func (w *writer) transact(fn func(*txn) error) ([]room.Event, error) {
	if err := w.ready(); err != nil {
		return nil, err
	}
	if err := w.control("BEGIN IMMEDIATE"); err != nil {
		w.rollback()
		return nil, err
	}
	w.wrote, w.rows = false, 0
	t := &txn{writer: w, rooms: w.takeRooms(), numbers: map[string]int64{}}
	err := fn(t)
	if err == nil {
		err = t.flush()
	}
	if err == nil {
		err = t.publish()
	}
	if err == nil {
		err = w.control("COMMIT")
	}
	if err != nil {
		w.rollback()
		return nil, err
	}
	w.checkpoints.changed(w.rows)
	if t.fresh {
		w.term++
	}
	w.pos = max(w.pos, t.pos)
	w.altered = t.altered
	return t.events, nil
}

// takeRooms returns the rooms of the last batch, and forgets them: a failing transaction
// must leave nothing behind.
func (w *writer) takeRooms() map[string]*roomState {
	places := w.places
	w.places = nil
	if places == nil {
		places = map[string]*roomState{}
	}
	return places
}

// do does one job, which may change rooms in any way.
func (w *writer) do(jb *job) ([]room.Event, error) {
	w.places = nil
	if jb.fn != nil {
		return w.transact(jb.fn)
	}
	w.wrote = false
	if err := w.ready(); err != nil {
		return nil, err
	}
	return nil, jb.outside(w)
}

// rollback rolls back the transaction. On some errors SQLite has done so itself, so after a
// failing ROLLBACK an empty transaction tests the connection; one that fails that, too, is
// closed.
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
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn }) // makes the pool close it
	w.release()
}

// write makes a batch durable and fills in its receipts. It returns the new events in the
// log. An error means that nothing was written at all.
//
// One event that the database refuses (a constraint) must not prevent the others: then the
// batch is written again with a savepoint for each event, which the ordinary way omits.
func (w *writer) write(batch []*request) (events []room.Event, err error) {
	for _, guarded := range []bool{false, true} {
		var places map[string]*roomState
		events, err = w.transact(func(t *txn) error {
			places = t.rooms
			for _, req := range batch {
				if err := t.answer(req, guarded); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			// Numbers that the database refused are skipped only in memory.
			if !guarded && len(places) <= placesLen {
				w.places = places
			}
			return events, nil
		}
		if isFault(err) || errors.As(err, new(*publishError)) {
			break
		}
	}
	return nil, err
}

// answer writes the events of one request and fills in its receipts or its error. An error
// that it returns ends the transaction. Several events need a savepoint: when one of them
// cannot happen, the earlier ones must be undone.
func (t *txn) answer(req *request, guarded bool) error {
	req.receipts, req.err = nil, nil
	if !guarded && len(req.events) == 1 {
		err := t.applyAll(req)
		if isAnswer(err) {
			req.err = err
			return nil
		}
		return err
	}
	if err := t.control("SAVEPOINT event"); err != nil {
		return err
	}
	events, changes, changed := len(t.events), len(t.changes), t.changed
	heads := map[string]int64{}
	for name, place := range t.rooms {
		heads[name] = place.head
	}
	err := t.applyAll(req)
	if err == nil {
		return t.control("RELEASE event")
	}
	if isFault(err) || !guarded && !isAnswer(err) {
		return err
	}
	if err := t.control("ROLLBACK TO event"); err != nil {
		return err
	}
	if err := t.control("RELEASE event"); err != nil {
		return err
	}
	t.events, t.changes, t.changed = t.events[:events], t.changes[:changes], changed
	clear(t.users) // some of their rows may be gone
	if isAnswer(err) {
		for name, place := range t.rooms { // a number that the database refused is skipped
			if head, known := heads[name]; known {
				place.head = head
			} else {
				delete(t.rooms, name)
			}
		}
	}
	req.receipts, req.err = nil, fmt.Errorf("append %s: %w", req.events[0].Kind, err)
	if isAnswer(err) {
		req.err = err
	}
	return nil
}

// applyAll writes the events of a request in order. When the first changes nothing, the
// others are not written.
func (t *txn) applyAll(req *request) error {
	for i, ev := range req.events {
		receipt, err := t.event(ev)
		if err != nil {
			return err
		}
		req.receipts = append(req.receipts, receipt)
		if i == 0 && receipt.Again {
			return nil
		}
	}
	return nil
}

// probe writes 1 MiB and deletes it again: about what a full batch needs, and more than the
// free space that a transaction on a full disk has left in the write-ahead log.
func (w *writer) probe() error {
	_, err := w.transact(func(t *txn) error {
		_, err := t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('probe', zeroblob(1048576))")
		return err
	})
	if err != nil {
		return err
	}
	_, err = w.transact(func(t *txn) error {
		_, err := t.exec("DELETE FROM meta WHERE key = 'probe'")
		return err
	})
	return err
}

// answers are the errors of decisions, which occur before anything is written.
var answers = []error{
	room.ErrNotFound, errMalformed, show.ErrNotFound, show.ErrState, show.ErrInvalid, show.ErrFull, show.ErrChanged, show.ErrChoice, show.ErrVoted,
}

// isAnswer reports whether an error is the answer about one event, of which nothing was
// written. Any other error is a failure that may have left half of it.
func isAnswer(err error) bool {
	return slices.ContainsFunc(answers, func(known error) bool { return errors.Is(err, known) })
}

// isFault reports whether an error means that the database cannot be written, as opposed to
// refusing one change.
func isFault(err error) bool {
	switch resultCode(err) {
	case sqliteConstraint, sqliteTooBig, sqliteMismatch:
		return false
	case 0: // not an SQLite error
		return errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrTxDone)
	}
	return true
}
