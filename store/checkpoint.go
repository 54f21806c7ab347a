package store

import (
	"database/sql"
	"log/slog"
	"sync"
)

// The checkpointer moves the write-ahead log into the database after checkpointRows changed
// rows, which are about 1,100 pages. A commit moves what is left once the log has logPages,
// 16 MB; then SQLite reuses the log from its beginning.
const (
	checkpointRows = 600
	logPages       = "4096"
)

// checkpointer moves the write-ahead log into the database, on a connection of its own,
// while the writer continues. Left alone, SQLite does this in the commit that fills the log,
// and the comments behind that one wait for the disk.
type checkpointer struct {
	db   *sql.DB
	log  *slog.Logger
	turn sync.Mutex    // held during a checkpoint: SQLite refuses a second one meanwhile
	rows int64         // changed since the last one was due; only the writer uses it
	due  chan struct{} // has one element while one is due
	done chan struct{} // closed when run has ended
}

// startCheckpointer returns a running checkpointer of the database at path. End it with
// stop, and then close its connection.
func startCheckpointer(path string, o Options) (*checkpointer, error) {
	db, err := openDB(path, pragmas(false, o.Full))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	c := &checkpointer{db: db, log: o.Log, due: make(chan struct{}, 1), done: make(chan struct{})}
	go c.run()
	return c, nil
}

// stop waits for a checkpoint that runs. Only the writer calls it, at its end.
func (c *checkpointer) stop() {
	close(c.due)
	<-c.done
}

// changed counts the rows of a commit, and makes a checkpoint due. It is called by the
// writer alone, and does not wait.
func (c *checkpointer) changed(rows int64) {
	if c.rows += rows; c.rows < checkpointRows {
		return
	}
	select {
	case c.due <- struct{}{}:
		c.rows = 0
	default: // one is due already
	}
}

func (c *checkpointer) run() {
	defer close(c.done)
	failing := false
	for range c.due {
		err := c.checkpoint()
		if err != nil && !failing {
			c.log.Warn("could not move the write-ahead log into the database; trying again after the next changes", "error", err)
		}
		failing = err != nil
	}
}

// checkpoint moves the pages that no reader and no other program's checkpoint keeps in the
// log.
func (c *checkpointer) checkpoint() error {
	c.turn.Lock()
	defer c.turn.Unlock()
	var busy, pages, moved int
	err := c.db.QueryRowContext(background, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &moved)
	if isBusy(err) {
		return nil
	}
	return err
}
