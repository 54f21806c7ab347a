package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"database/sql"

	"danmaku/room"
)

const (
	// queueLen is how many events may wait for the disk before Append answers
	// room.ErrBusy.
	queueLen = 4096
	// batchLen bounds one transaction, so that the first of a full queue does not
	// wait for the last.
	batchLen = 1024
	// followLen is how many batches may wait for the follower before the writer waits, too.
	followLen = 16
	// probeEvery is the least time between two tries of a failing log.
	probeEvery = time.Second
)

// journal is the one ordered writer. Events queue up; the goroutine in run takes those that
// have gathered during the previous commit and commits them as one transaction ("natural"
// group commit: no timer, so a single event never waits). Other changes of the database run
// between two such batches.
type journal struct {
	db  *sql.DB // one connection, taken by w
	log *slog.Logger
	w   writer // used only by run

	gate   sync.RWMutex // guards closed and the closing of queue
	closed bool
	queue  chan *request
	jobs   chan *job
	probe  chan struct{}
	done   chan struct{} // closed when run has ended

	commits, lag Observer     // nil when not measured
	events       atomic.Int64 // written since the start

	follower  atomic.Pointer[follower]
	fault     atomic.Pointer[error] // error of the last write; nil when it succeeded
	probed    atomic.Int64          // when Ready last asked for a probe, ns
	term      atomic.Uint64         // seen by the follower, see term.go
	committed atomic.Uint64         // position of the last commit, where changes are published
	counted   atomic.Bool           // changes are published, so committed is the database's position
	reached   reached               // position that the follower has seen
	altered   atomic.Pointer[func(room.Altered)]
}

// request is one event, or several that belong together, for the writer.
type request struct {
	events   []room.Event
	term     uint64      // see term.go
	taken    atomic.Bool // by the writer, or by a caller who gave up
	done     chan struct{}
	receipts []room.Receipt // one for each processed event
	err      error
}

// take returns true only for the first caller: the writer that is about to write the event,
// or the caller who no longer waits for it.
func (r *request) take() bool { return r.taken.CompareAndSwap(false, true) }

// job is a change that is not an event, or work outside all transactions.
type job struct {
	fn      func(*txn) error
	outside func(*writer) error // instead of fn
	term    uint64              // see term.go
	err     chan error
}

func (j *journal) start(db *sql.DB, c *checkpointer, log *slog.Logger) error {
	j.db, j.log = db, log
	j.queue = make(chan *request, queueLen)
	j.jobs = make(chan *job)
	j.probe = make(chan struct{}, 1)
	j.done = make(chan struct{})
	j.w = writer{db: db, checkpoints: c, term: firstTerm, handed: firstTerm}
	j.term.Store(firstTerm)
	if err := j.w.ready(); err != nil {
		return err
	}
	go j.run()
	return nil
}

// stop closes the queue and waits until everything in it is written and followed.
func (j *journal) stop(ctx context.Context) error {
	j.gate.Lock()
	if !j.closed {
		j.closed = true
		close(j.queue)
	}
	j.gate.Unlock()
	select {
	case <-j.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Append implements live.Journal. A context that ends while the event is still queued
// removes it: the error then means that nothing was written. Once the writer has the event,
// Append waits for the outcome, which takes one commit. Do not call it from the follower.
//
// Besides the errors of the port there are plain ones for an event that cannot be written
// at all, such as a comment without an ID or a ban without a target.
func (j *journal) Append(ctx context.Context, ev room.Event) (room.Receipt, error) {
	receipts, err := j.AppendAll(ctx, []room.Event{ev})
	if err != nil {
		return room.Receipt{}, err
	}
	return receipts[0], nil
}

// AppendAll implements live.Journal. Errors and context are those of
// [journal.Append]; an error means that none of the events was written.
func (j *journal) AppendAll(ctx context.Context, events []room.Event) ([]room.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	if len(events) == 0 {
		return nil, malformed("no event to append")
	}
	req := &request{events: events, term: room.TermOf(ctx), done: make(chan struct{})}
	if !j.enqueue(req) {
		return nil, room.ErrBusy
	}
	select {
	case <-req.done:
	case <-ctx.Done():
		if req.take() {
			return nil, fmt.Errorf("append: %w", ctx.Err())
		}
		<-req.done
	}
	if errors.Is(req.err, room.ErrMoved) {
		room.NoteMoved(ctx)
	}
	return req.receipts, req.err
}

func (j *journal) enqueue(req *request) bool {
	j.gate.RLock()
	defer j.gate.RUnlock()
	if j.closed {
		return false
	}
	select {
	case j.queue <- req:
		return true
	default:
		return false
	}
}

// Ready implements live.Journal: it returns the error of the last write. While there is
// one, each call makes the writer try again, at most once a second, so that an idle server
// notices when there is space again.
func (j *journal) Ready() error {
	j.gate.RLock()
	closed := j.closed
	j.gate.RUnlock()
	if closed {
		return errors.New("the log is closed")
	}
	fault := j.fault.Load()
	if fault == nil {
		return nil
	}
	if j.probeDue() {
		select {
		case j.probe <- struct{}{}:
		default:
		}
	}
	return fmt.Errorf("the log cannot be written: %w", *fault)
}

// started is the origin of durations, since the wall clock may be set.
var started = time.Now()

// probeDue returns true at most once every probeEvery: then a failing log is tried.
func (j *journal) probeDue() bool {
	now, last := int64(time.Since(started)), j.probed.Load()
	return (last == 0 || now-last >= int64(probeEvery)) && j.probed.CompareAndSwap(last, now)
}

// run is the writer goroutine.
func (j *journal) run() {
	defer close(j.done)
	batch := make([]*request, 0, batchLen)
	for {
		select {
		case req, ok := <-j.queue:
			if !ok {
				j.end()
				return
			}
			batch = j.gather(batch[:0], req)
			j.commit(batch)
			clear(batch) // the requests belong to their authors now
		case jb := <-j.jobs:
			jb.err <- j.doJob(jb)
		case <-j.probe:
			j.checkWritable()
		}
	}
}

// doJob does one job, unless it is outdated.
func (j *journal) doJob(jb *job) error {
	if j.w.outdated(jb.term) {
		return refusal(room.ErrMoved)
	}
	events, err := j.w.do(jb)
	j.recordWrite(err)
	j.notifyFollower(events)
	return err
}

// end waits for the follower and the checkpointer, and closes the connection.
func (j *journal) end() {
	if f := j.follower.Load(); f != nil {
		close(f.batches)
		<-f.ended
	}
	j.w.checkpoints.stop()
	j.w.release()
}

// gather takes queued requests, up to one batch, without waiting for more.
func (j *journal) gather(batch []*request, first *request) []*request {
	if first.take() {
		batch = append(batch, first)
	}
	for len(batch) < batchLen {
		select {
		case req, ok := <-j.queue:
			if !ok {
				return batch
			}
			if req.take() {
				batch = append(batch, req)
			}
		default:
			return batch
		}
	}
	return batch
}

// commit makes a batch durable, passes it to the follower and answers.
func (j *journal) commit(batch []*request) {
	batch = j.w.refuseOutdated(batch)
	if len(batch) == 0 {
		return
	}
	var began time.Time
	if j.commits != nil {
		began = time.Now()
	}
	events, err := j.w.write(batch)
	if j.commits != nil {
		j.commits.Observe(time.Since(began).Seconds())
	}
	j.recordWrite(err)
	j.notifyFollower(events)
	for _, req := range batch {
		if err != nil {
			req.receipts, req.err = nil, refusal(err)
		}
		close(req.done)
	}
	j.emptyWAL()
}

// emptyWAL empties the write-ahead log once something was deleted for good, since the
// log still has the deleted pages. When a reader needs them, it is tried again after the
// next commit.
func (j *journal) emptyWAL() {
	if !j.w.wiped || j.w.conn == nil {
		return
	}
	done, err := j.w.emptyLog()
	if err != nil {
		j.log.Warn("could not clear deleted data from the write-ahead log; trying again", "error", err)
	}
	j.w.wiped = !done
}

// recordWrite records and logs whether the database can be written. One successful write
// proves little: on a full disk a small change still fits where a larger one did not,
// and the log lines would alternate. So a success only triggers a probe.
func (j *journal) recordWrite(err error) {
	switch was := j.fault.Load(); {
	case err != nil && !isFault(err):
		// The change was refused, but the database works.
	case err != nil:
		j.fault.Store(&err)
		if was == nil {
			j.log.Error("the log cannot be written; comments are answered busy", "error", err)
		}
	case was != nil && j.w.wrote && j.probeDue():
		j.checkWritable()
	}
}

// checkWritable checks whether a failing database can be written again.
func (j *journal) checkWritable() {
	if err := j.w.probe(); err != nil {
		j.fault.Store(&err)
		return
	}
	if j.fault.Swap(nil) != nil {
		j.log.Info("the log can be written again")
	}
}

// change runs fn in a transaction between two batches. ctx matters only until its turn.
// Errors: room.ErrBusy when the database cannot be written.
func (j *journal) change(ctx context.Context, fn func(*txn) error) error {
	err := j.runJob(ctx, &job{fn: fn, term: room.TermOf(ctx), err: make(chan error, 1)})
	if errors.Is(err, room.ErrMoved) {
		room.NoteMoved(ctx)
	}
	return err
}

// outsideTransaction runs fn between two transactions, like change, but outside of one.
func (j *journal) outsideTransaction(ctx context.Context, fn func(*writer) error) error {
	return j.runJob(ctx, &job{outside: fn, err: make(chan error, 1)})
}

func (j *journal) runJob(ctx context.Context, jb *job) error {
	select {
	case j.jobs <- jb:
	case <-j.done:
		return fmt.Errorf("%w: the store is closed", room.ErrBusy)
	case <-ctx.Done():
		return ctx.Err()
	}
	err := <-jb.err
	switch {
	case errors.As(err, new(*publishError)):
		return refusal(err)
	case err != nil && isFault(err):
		return fmt.Errorf("%w: %v", room.ErrBusy, err)
	}
	return err
}
