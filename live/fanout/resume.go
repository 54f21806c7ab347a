package fanout

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"danmaku/room"
)

// ResumeLimit is the most missed events that are sent; a client that missed more starts
// afresh.
const ResumeLimit = 5000

// phoneResume is the most missed comments that a phone receives; it also receives every
// removal.
const phoneResume = 50

// Bounds of reading the log for returning clients. They only decide between a resume and a
// fresh start: no client is refused.
const (
	// resumeReads is how many such reads run at once. The audience, which needs no key, may
	// use all but one, so that overlays and consoles never wait for phones.
	resumeReads = 2
	// The most clients that wait for a read to begin.
	phonesWaiting  = 8
	screensWaiting = 64
	// ResumeWithin bounds the wait and the read together.
	ResumeWithin = 3 * time.Second
	// The most reads that an address may cause for the audience in a window. Clients that
	// share a read, and resumes from memory, do not count.
	readsPerAddress = 20
	readsWindow     = 10 * time.Second
	// readAddresses bounds the memory of the counts.
	readAddresses = 10_000
)

// ErrNoRead means that no read of the log is available for a resume right now.
var ErrNoRead = errors.New("too many clients resume from the log")

// EncodedEvent is one encoded event that a client missed.
type EncodedEvent struct {
	Seq     int64
	Bytes   []byte
	Comment bool // may be left out of a phone's sample
}

// Past is a view's events from the log after a position.
type Past struct {
	Events []EncodedEvent
	UpTo   int64 // Events has everything up to this number, and maybe more
}

// sample keeps the newest comments and all other events.
func sample(events []EncodedEvent) []EncodedEvent {
	extra := -phoneResume
	for _, p := range events {
		if p.Comment {
			extra++
		}
	}
	kept := events[:0:0]
	for _, p := range events {
		if p.Comment {
			if extra--; extra >= 0 {
				continue
			}
		}
		kept = append(kept, p)
	}
	return kept
}

// Reads limits the reads for returning clients.
type Reads struct {
	shared sharedReads
	all    *semaphore.Weighted
	phones *semaphore.Weighted // an additional limit for the audience

	waitingPhones, waitingScreens atomic.Int64

	elapsed func() time.Duration
	mu      sync.Mutex
	window  time.Duration  // when the counts began
	reads   map[string]int // by address, since then
}

// NewReads returns unused limits; elapsed is a clock that is never set.
func NewReads(elapsed func() time.Duration) *Reads {
	return &Reads{
		all: semaphore.NewWeighted(resumeReads), phones: semaphore.NewWeighted(resumeReads - 1),
		elapsed: elapsed, reads: map[string]int{},
	}
}

// Read returns the result of fn, which reads the log for a client of a view at an address.
// Concurrent calls with the same key share one read, which ends when the ctx of the last of
// them ends. fn runs in its turn. Errors: ErrNoRead when too many wait or the address has
// caused too many, that of ctx, and those of fn, including its panic.
func (r *Reads) Read(ctx context.Context, key string, v room.View, address string, fn func(context.Context) (Past, error)) (Past, error) {
	return r.shared.do(ctx, key, func(ctx context.Context) (Past, error) {
		return r.inTurn(ctx, v, address, func() (Past, error) { return fn(ctx) })
	})
}

// inTurn runs fn in its turn.
func (r *Reads) inTurn(ctx context.Context, v room.View, address string, fn func() (Past, error)) (Past, error) {
	waiting, most := &r.waitingScreens, int64(screensWaiting)
	if v == room.ViewAudience {
		waiting, most = &r.waitingPhones, phonesWaiting
		if !r.count(address) {
			return Past{}, ErrNoRead
		}
	}
	if waiting.Add(1) > most {
		waiting.Add(-1)
		return Past{}, ErrNoRead
	}
	err := r.acquire(ctx, v)
	waiting.Add(-1)
	if err != nil {
		return Past{}, err
	}
	defer r.release(v)
	return fn()
}

func (r *Reads) acquire(ctx context.Context, v room.View) error {
	if v == room.ViewAudience {
		if err := r.phones.Acquire(ctx, 1); err != nil {
			return err
		}
	}
	if err := r.all.Acquire(ctx, 1); err != nil {
		if v == room.ViewAudience {
			r.phones.Release(1)
		}
		return err
	}
	return nil
}

func (r *Reads) release(v room.View) {
	r.all.Release(1)
	if v == room.ViewAudience {
		r.phones.Release(1)
	}
}

// count counts a read for an address; it returns false if there were too many.
func (r *Reads) count(address string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := r.elapsed(); now-r.window >= readsWindow {
		r.window = now
		clear(r.reads)
	}
	n := r.reads[address]
	if n >= readsPerAddress || n == 0 && len(r.reads) >= readAddresses {
		return false
	}
	r.reads[address] = n + 1
	return true
}

// sharedReads lets all clients that need the same read share one. In addition to
// singleflight, a read ends when the last client that waits for it has left.
type sharedReads struct {
	group singleflight.Group

	mu     sync.Mutex
	shared map[string]*sharedRead
}

// sharedRead is one read and the number of clients that wait for it.
type sharedRead struct {
	ctx     context.Context
	cancel  context.CancelFunc
	waiting int
}

// do returns the result of fn, which runs at most once at a time for a key. When ctx ends,
// do returns its error; fn's context ends when every caller's has ended. A panic of fn is
// an error for all callers that wait for it.
func (f *sharedReads) do(ctx context.Context, key string, fn func(context.Context) (Past, error)) (Past, error) {
	f.mu.Lock()
	fl := f.shared[key]
	if fl == nil {
		fl = &sharedRead{}
		fl.ctx, fl.cancel = context.WithCancel(context.WithoutCancel(ctx))
		if f.shared == nil {
			f.shared = map[string]*sharedRead{}
		}
		f.shared[key] = fl
	}
	fl.waiting++
	// Under mu, so that nobody joins a read that its last client is leaving.
	done := f.group.DoChan(key, func() (_ any, err error) {
		defer func() {
			// singleflight would end the program, since it panics in a goroutine of its
			// own.
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		return fn(fl.ctx)
	})
	f.mu.Unlock()
	defer f.leave(key, fl)
	select {
	case r := <-done:
		if r.Err != nil {
			return Past{}, r.Err
		}
		return r.Val.(Past), nil
	case <-ctx.Done():
		return Past{}, ctx.Err()
	}
}

// leave removes a client from a read, and ends the read with the last client.
func (f *sharedReads) leave(key string, fl *sharedRead) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl.waiting--; fl.waiting > 0 {
		return
	}
	fl.cancel()
	delete(f.shared, key)
	f.group.Forget(key)
}
