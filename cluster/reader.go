//go:build !nocluster

package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The reasons why a machine cannot continue reading the log.
var (
	// ErrGone means that the next message is no longer in the log: a copy of another
	// machine's database has to replace this one.
	ErrGone = errors.New("the log does not reach back far enough; this machine needs a copy of another one's database")
	// ErrAhead means that the database has changes that the log does not have: it is
	// another log of the same name, or it was restored.
	ErrAhead = errors.New("the log ends before this machine's database; it was lost, or restored from a backup")
	// ErrBroken means that two consecutive messages do not belong together.
	ErrBroken = errors.New("the log is broken: a message does not follow the one before it")
	// ErrNewer means that a newer version of the program wrote a message.
	ErrNewer = errors.New("the log was written by a newer version of danmaku")
)

// Batch is a payload in the log.
type Batch struct {
	Pos, Prev uint64
	Payload   []byte
}

// Database is the destination of the log's messages.
type Database interface {
	// Position returns the last batch that the database has.
	Position(ctx context.Context) (uint64, error)
	// Apply applies consecutive batches. It skips those that the database has.
	Apply(ctx context.Context, batches []Batch) error
}

const (
	readEvery   = 250 * time.Millisecond // between checks for missed messages
	readBatches = 256                    // applied together
	readAhead   = 4096                   // messages stored until their turn
	// applyEvery is the time between transactions for new messages. The first one is
	// applied at once. On a busy log a transaction then has all messages of this time: a home
	// sends hundreds a second, and a transaction for each would cost more than its content.
	applyEvery = 10 * time.Millisecond
)

// Reader brings a database up to the end of the log and keeps it there. It uses no consumer
// of the log, which would run on one machine and die with it: messages come through a plain
// subscription once they are stored, and missing ones are fetched by number.
type Reader struct {
	log *Log
	db  Database
	sub *nats.Subscription

	mu      sync.Mutex
	pending []*nats.Msg

	left uint64        // the last position that was left to a local commit, at the last due check
	pos  atomic.Uint64 // of the database, as last read
	err  atomic.Pointer[error]
	stop context.CancelFunc
	done chan struct{}
}

// Read starts a reader. [Reader.Close] ends it.
func (l *Log) Read(db Database) (*Reader, error) {
	ctx, stop := context.WithCancel(context.Background())
	r := &Reader{log: l, db: db, stop: stop, done: make(chan struct{})}
	var err error
	if r.sub, err = l.node.nc.Subscribe(outPrefix+l.name, r.take); err != nil {
		stop()
		return nil, fmt.Errorf("read the log %s: %w", l.name, err)
	}
	go r.run(ctx)
	return r, nil
}

// Close ends the reading and waits until the current batches are applied.
func (r *Reader) Close() {
	_ = r.sub.Unsubscribe() // its connection may be closed already
	r.stop()
	<-r.done
}

// Err returns why nothing can be applied now; nil while it can. After a newer version's
// message the error stays until the program is updated; after [ErrGone] until there is a
// copy.
func (r *Reader) Err() error {
	if err := r.err.Load(); err != nil {
		return *err
	}
	return nil
}

// Position returns the database's position, as last read.
func (r *Reader) Position() uint64 { return r.pos.Load() }

// take stores a message until its turn.
func (r *Reader) take(msg *nats.Msg) {
	pos, err := strconv.ParseUint(msg.Header.Get(jetstream.SequenceHeader), 10, 64)
	if err != nil {
		return
	}
	r.log.heard(pos)
	if strings.HasPrefix(msg.Header.Get(jetstream.MsgIDHeader), r.log.boot+".") {
		return // it is being committed here, see [Reader.committing]
	}
	r.mu.Lock()
	if len(r.pending) < readAhead { // otherwise it is fetched later
		r.pending = append(r.pending, msg)
	}
	r.mu.Unlock()
	r.log.wake()
}

func (r *Reader) run(ctx context.Context) {
	defer close(r.done)
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	due := true
	for {
		began := time.Now()
		applied, err := r.step(ctx, due)
		if ctx.Err() != nil {
			return
		}
		r.note(err)
		due = false
		if applied { // there may be more
			select {
			case <-ctx.Done():
				return
			case <-time.After(applyEvery - time.Since(began)):
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-r.log.moved:
		case <-tick.C:
			due = true
		}
	}
}

// note stores why nothing can be applied, and logs it once.
func (r *Reader) note(err error) {
	if err == nil {
		r.err.Store(nil)
		return
	}
	if was := r.err.Swap(&err); was == nil || (*was).Error() != err.Error() {
		r.log.node.log.Log(context.Background(), slog.LevelWarn, "the log of the cluster cannot be applied; it is tried again", "err", err)
	}
}

// step applies some pending messages, and reports whether there were any. due says that it
// is time to check whether a local commit has failed.
func (r *Reader) step(ctx context.Context, due bool) (applied bool, err error) {
	last := r.log.Last() // read before the position, so that this machine does not seem to be behind
	pos, err := r.db.Position(ctx)
	if err != nil {
		return false, err
	}
	r.pos.Store(pos)
	batches, err := r.takePending(ctx, pos)
	if err == nil && len(batches) == 0 && last > pos && !r.committing(last, due) {
		batches, err = r.fetch(ctx, pos, last)
	}
	if err != nil || len(batches) == 0 {
		return false, err
	}
	err = r.db.Apply(ctx, batches)
	return err == nil, err
}

// committing reports whether the end of the log is a batch that this machine has published
// and is about to commit. Fetching it would make the writer of a busy home process it again
// between its own transactions. If it is still missing after two due checks it was not
// committed, so it is fetched like any other.
func (r *Reader) committing(last uint64, due bool) bool {
	if last != r.log.own.Load() {
		return false
	}
	if due && r.left == last {
		return false
	}
	if due {
		r.left = last
	}
	return true
}

// fetch returns batches after a position, up to the last one.
func (r *Reader) fetch(ctx context.Context, pos, last uint64) (batches []Batch, err error) {
	for next := pos + 1; next <= last && len(batches) < readBatches; next++ {
		msg, err := r.log.stream.GetMsg(ctx, next)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			if len(batches) > 0 {
				return batches, nil
			}
			return nil, r.missing(ctx, next)
		}
		if err != nil {
			return batches, errorIfNone(batches, err)
		}
		b, err := r.log.batch(ctx, msg.Header, next, msg.Data)
		if err != nil {
			return batches, errorIfNone(batches, err)
		}
		if b.Prev != next-1 {
			return batches, errorIfNone(batches, fmt.Errorf("%w: %d follows %d", ErrBroken, next, b.Prev))
		}
		batches = append(batches, b)
	}
	return batches, nil
}

// errorIfNone hides an error until the batches before it are applied.
func errorIfNone(batches []Batch, err error) error {
	if len(batches) > 0 {
		return nil
	}
	return err
}

// missing returns why a message does not exist: ErrGone when it is too old, ErrAhead when
// the log does not reach that far, nil when only the asked copy of the log lacks it.
func (r *Reader) missing(ctx context.Context, next uint64) error {
	info, err := r.log.stream.Info(ctx)
	switch {
	case err != nil:
		return err
	case info.State.LastSeq+1 < next:
		return ErrAhead
	case info.State.FirstSeq > next:
		return ErrGone
	}
	return nil
}

// takePending removes the pending messages that follow a position, and returns them in
// order.
func (r *Reader) takePending(ctx context.Context, pos uint64) (batches []Batch, err error) {
	r.mu.Lock()
	pending := r.pending
	r.pending = nil
	r.mu.Unlock()
	var rest []*nats.Msg
	slices.SortStableFunc(pending, func(a, b *nats.Msg) int { return int(int64(sequence(a)) - int64(sequence(b))) })
	for _, msg := range pending {
		switch at := sequence(msg); {
		case at <= pos:
		case at == pos+1 && err == nil && len(batches) < readBatches:
			var b Batch
			if b, err = r.log.batch(ctx, msg.Header, at, msg.Data); err != nil {
				err = errorIfNone(batches, err)
				rest = append(rest, msg)
				continue
			}
			if b.Prev != pos {
				return batches, errorIfNone(batches, fmt.Errorf("%w: %d follows %d", ErrBroken, at, b.Prev))
			}
			batches, pos = append(batches, b), at
		default:
			rest = append(rest, msg)
		}
	}
	r.mu.Lock()
	r.pending = append(rest, r.pending...)
	r.mu.Unlock()
	return batches, err
}

func sequence(msg *nats.Msg) uint64 {
	n, _ := strconv.ParseUint(msg.Header.Get(jetstream.SequenceHeader), 10, 64) // parsed before, without an error
	return n
}

// batch decodes a message.
func (l *Log) batch(ctx context.Context, head nats.Header, pos uint64, data []byte) (Batch, error) {
	v := head.Get(headVersion)
	if n, err := strconv.Atoi(v); err != nil || n > l.version {
		return Batch{}, fmt.Errorf("%w: a message of version %q", ErrNewer, v)
	}
	prev, err := strconv.ParseUint(head.Get(headPrev), 10, 64)
	if err != nil {
		return Batch{}, fmt.Errorf("%w: message %d names no previous message", ErrBroken, pos)
	}
	if name := head.Get(headBlob); name != "" {
		if data, err = l.fetchAside(ctx, name); err != nil {
			return Batch{}, fmt.Errorf("fetch a long change: %w", err)
		}
	}
	switch packed := head.Get(headPacked); packed {
	case "":
	case packedS2:
		if data, err = s2.Decode(nil, data); err != nil {
			return Batch{}, fmt.Errorf("unpack message %d: %w", pos, err)
		}
	default:
		return Batch{}, fmt.Errorf("%w: unknown packing %q", ErrNewer, packed)
	}
	return Batch{Pos: pos, Prev: prev, Payload: data}, nil
}
