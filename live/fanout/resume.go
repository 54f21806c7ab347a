package fanout

import (
	"context"
	"danmaku/room"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"
)

// ResumeLimit is how many missed events are still sent; a client that missed more
// starts afresh.
const ResumeLimit = 5000

// phoneResume is how many missed comments a phone is sent; it gets every
// removal besides.
const phoneResume = 50

// Bounds of reading the log for clients that come back. Every one of them only
// decides between a resume and a fresh start: no client is refused.
const (
	// resumeReads is how many such reads run at once. The audience, which needs no
	// key, has all but one of them, so that overlays and consoles never wait for
	// phones alone.
	resumeReads = 2
	// Clients that may wait for a read to begin.
	phonesWaiting  = 8
	screensWaiting = 64
	// ResumeWithin bounds the wait and the read together.
	ResumeWithin = 3 * time.Second
	// An address may cause so many reads for the audience in a window. Clients that
	// share a read, and resumes from memory, are not counted.
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
	Comment bool // and so may be left out of a phone's sample
}

// Past is what the log has of a view after a position.
type Past struct {
	Events []EncodedEvent
	UpTo   int64 // the pieces are everything up to this number, and maybe more
}

// sample keeps the newest comments and all else.
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

// Reads bounds what clients that come back may cost.
type Reads struct {
	shared sharedReads
	all    *semaphore.Weighted
	phones *semaphore.Weighted // held besides, by the audience

	waitingPhones, waitingScreens atomic.Int64

	elapsed func() time.Duration
	mu      sync.Mutex
	window  time.Duration  // when the counts began
	reads   map[string]int // by address, since then
}

// NewReads returns unused bounds; elapsed is a clock that is never
// set.
func NewReads(elapsed func() time.Duration) *Reads {
	return &Reads{
		all: semaphore.NewWeighted(resumeReads), phones: semaphore.NewWeighted(resumeReads - 1),
		elapsed: elapsed, reads: map[string]int{},
	}
}

// Read returns what fn reads of the log for a client of a view at an address. All
// calls with the same key meanwhile share one read; it ends when the ctx of the last
// of them has. It runs when it is its turn. Errors:
// ErrNoRead when too many wait or the address has caused too many, that of ctx, and
// those of fn, of which a panic is one.
func (s *Reads) Read(ctx context.Context, key string, v room.View, address string, fn func(context.Context) (Past, error)) (Past, error) {
	return s.shared.do(ctx, key, func(ctx context.Context) (Past, error) {
		return s.inTurn(ctx, v, address, func() (Past, error) { return fn(ctx) })
	})
}

// inTurn runs fn when it is its turn.
func (s *Reads) inTurn(ctx context.Context, v room.View, address string, fn func() (Past, error)) (Past, error) {
	waiting, most := &s.waitingScreens, int64(screensWaiting)
	if v == room.ViewAudience {
		waiting, most = &s.waitingPhones, phonesWaiting
		if !s.count(address) {
			return Past{}, ErrNoRead
		}
	}
	if waiting.Add(1) > most {
		waiting.Add(-1)
		return Past{}, ErrNoRead
	}
	err := s.acquire(ctx, v)
	waiting.Add(-1)
	if err != nil {
		return Past{}, err
	}
	defer s.release(v)
	return fn()
}

func (s *Reads) acquire(ctx context.Context, v room.View) error {
	if v == room.ViewAudience {
		if err := s.phones.Acquire(ctx, 1); err != nil {
			return err
		}
	}
	if err := s.all.Acquire(ctx, 1); err != nil {
		if v == room.ViewAudience {
			s.phones.Release(1)
		}
		return err
	}
	return nil
}

func (s *Reads) release(v room.View) {
	s.all.Release(1)
	if v == room.ViewAudience {
		s.phones.Release(1)
	}
}

// count counts a read of an address, unless it has had too many.
func (s *Reads) count(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.elapsed(); now-s.window >= readsWindow {
		s.window = now
		clear(s.reads)
	}
	n := s.reads[address]
	if n >= readsPerAddress || n == 0 && len(s.reads) >= readAddresses {
		return false
	}
	s.reads[address] = n + 1
	return true
}

// sharedReads lets all clients that need the same read share one. On top of
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

// do returns what fn returns, which runs at most once at a time for a key. When
// ctx ends, do returns its error; fn's context ends when every caller's has. A
// panic of fn is an error for all that wait for it.
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
	// Under mu, so that a flight that is being left by its last client is not joined.
	done := f.group.DoChan(key, func() (_ any, err error) {
		defer func() {
			// singleflight would end the program: no caller's stack is there to unwind.
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

// leave takes a client off a flight, and ends it with the last one.
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
