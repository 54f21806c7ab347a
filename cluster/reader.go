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

// Why a machine cannot go on by reading the log.
var (
	// ErrGone says that what comes next is not in the log any more: the database has to
	// be replaced by a copy of another machine's.
	ErrGone = errors.New("the log does not reach back far enough; this machine needs a copy of another one's database")
	// ErrAhead says that the database has changes that the log does not know: it is
	// another log of the same name, or it was restored.
	ErrAhead = errors.New("the log ends before this machine's database; it was lost, or restored from a backup")
	// ErrBroken says that two messages follow each other that do not belong together.
	ErrBroken = errors.New("the log is broken: a message does not follow the one before it")
	// ErrNewer says that a message was written by a newer version of the program.
	ErrNewer = errors.New("the log was written by a newer version of danmaku")
)

// Batch is a payload in the log.
type Batch struct {
	Pos, Prev uint64
	Payload   []byte
}

// Database is what the log is read into.
type Database interface {
	// Position is the last batch that the database has.
	Position(ctx context.Context) (uint64, error)
	// Apply takes batches in that follow each other. Those that the database has are
	// left out.
	Apply(ctx context.Context, batches []Batch) error
}

const (
	readEvery   = 250 * time.Millisecond // a look for what was missed
	readBatches = 256                    // applied together
	readAhead   = 4096                   // messages kept until it is their turn
	// applyEvery is how often there is a transaction for what came. The first one comes at
	// once; on a busy log it is what came meanwhile, since a transaction for each message,
	// of which a home makes hundreds a second, costs more than what is in it.
	applyEvery = 10 * time.Millisecond
)

// Reader brings a database up to the end of the log and keeps it there. It uses no
// consumer of the log, which would stand on one machine and die with it: messages come
// as they are kept, by a plain subscription, and what is missing between is fetched by
// its number.
type Reader struct {
	log *Log
	db  Database
	sub *nats.Subscription

	mu      sync.Mutex
	pending []*nats.Msg

	left uint64        // the last position that was left to a commit here, when a look was due
	pos  atomic.Uint64 // of the database, as of the last look
	err  atomic.Pointer[error]
	stop context.CancelFunc
	done chan struct{}
}

// Read begins to read. [Reader.Close] ends it.
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

// Close ends the reading and waits for what is being applied.
func (r *Reader) Close() {
	_ = r.sub.Unsubscribe() // its connection may be closed already
	r.stop()
	<-r.done
}

// Err is why nothing can be applied now; nil while it can. What a newer version wrote
// stays until the program is a newer one; [ErrGone] until there is a copy.
func (r *Reader) Err() error {
	if err := r.err.Load(); err != nil {
		return *err
	}
	return nil
}

// Position is that of the database, as of the last look.
func (r *Reader) Position() uint64 { return r.pos.Load() }

// take keeps a message until it is its turn.
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
	if len(r.pending) < readAhead { // else it is fetched
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

// note keeps why nothing can be applied, and logs it once.
func (r *Reader) note(err error) {
	if err == nil {
		r.err.Store(nil)
		return
	}
	if was := r.err.Swap(&err); was == nil || (*was).Error() != err.Error() {
		r.log.node.log.Log(context.Background(), slog.LevelWarn, "the log of the cluster cannot be applied; it is tried again", "err", err)
	}
}

// step applies some of what there is, and reports whether there was something. due says
// that it is time to look whether a commit here has failed.
func (r *Reader) step(ctx context.Context, due bool) (applied bool, err error) {
	last := r.log.Last() // before the position, so that this is not what others call behind
	pos, err := r.db.Position(ctx)
	if err != nil {
		return false, err
	}
	r.pos.Store(pos)
	batches, err := r.came(ctx, pos)
	if err == nil && len(batches) == 0 && last > pos && !r.committing(last, due) {
		batches, err = r.fetch(ctx, pos, last)
	}
	if err != nil || len(batches) == 0 {
		return false, err
	}
	err = r.db.Apply(ctx, batches)
	return err == nil, err
}

// committing reports whether the end of the log is what this machine has published and is
// about to commit. To fetch that would have the writer of a busy home take it in a second
// time between any two of its own transactions. What is still missing when two looks were
// due was not committed, so it is fetched like anything else.
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

// fetch returns batches behind a position, up to the last one.
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
			return batches, unlessSome(batches, err)
		}
		b, err := r.log.batch(ctx, msg.Header, next, msg.Data)
		if err != nil {
			return batches, unlessSome(batches, err)
		}
		if b.Prev != next-1 {
			return batches, unlessSome(batches, fmt.Errorf("%w: %d follows %d", ErrBroken, next, b.Prev))
		}
		batches = append(batches, b)
	}
	return batches, nil
}

// unlessSome keeps an error back until what came before it is applied.
func unlessSome(batches []Batch, err error) error {
	if len(batches) > 0 {
		return nil
	}
	return err
}

// missing returns why a message is not there: ErrGone when it is too old, ErrAhead when the
// log does not reach so far, nil when only the copy of the log that was asked lacks it.
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

// came takes those out of the pending messages that follow a position, in their order.
func (r *Reader) came(ctx context.Context, pos uint64) (batches []Batch, err error) {
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
				err = unlessSome(batches, err)
				rest = append(rest, msg)
				continue
			}
			if b.Prev != pos {
				return batches, unlessSome(batches, fmt.Errorf("%w: %d follows %d", ErrBroken, at, b.Prev))
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
	n, _ := strconv.ParseUint(msg.Header.Get(jetstream.SequenceHeader), 10, 64) // read before
	return n
}

// batch reads a message.
func (l *Log) batch(ctx context.Context, head nats.Header, pos uint64, data []byte) (Batch, error) {
	v := head.Get(headVersion)
	if n, err := strconv.Atoi(v); err != nil || n > l.version {
		return Batch{}, fmt.Errorf("%w: a message of version %q", ErrNewer, v)
	}
	prev, err := strconv.ParseUint(head.Get(headPrev), 10, 64)
	if err != nil {
		return Batch{}, fmt.Errorf("%w: message %d names none before it", ErrBroken, pos)
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
		return Batch{}, fmt.Errorf("%w: a message that is packed as %q", ErrNewer, packed)
	}
	return Batch{Pos: pos, Prev: prev, Payload: data}, nil
}
