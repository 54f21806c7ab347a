// Package replay plays what was said before: it hands the comments of a recording on,
// each at its time. It knows neither rooms nor files; what it needs of them it says
// here.
package replay

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// RecordedComment is one comment of a recording.
type RecordedComment struct {
	N      int           // its number in the recording
	Offset time.Duration // since the recording's beginning
	Author string        // whose comments keep their order; empty: unknown
	ID     comment.ID    // which comment of the log it was; 0: it is of a file
	Text   string
	Name   string
	Mode   comment.Mode
	Color  string
	Size   comment.Size
}

// Source holds the comments of a show of the past.
type Source interface {
	// From returns the comments from an offset on, in the order of their time.
	// After an error nothing follows.
	From(ctx context.Context, offset time.Duration) iter.Seq2[RecordedComment, error]
	// Close lets go of what it holds. Nothing is asked of it afterwards.
	Close() error
}

// Recording is a source with what is known of it.
type Recording struct {
	Source
	Total   int           // comments
	Length  time.Duration // until the last one
	Skipped int           // what of a file is not a comment that could be played
	Defects []room.Fault  // those of them that are malformed, the first few
	Notes   []room.Fault  // what else there is to say about the file
}

// ErrPanic is the error of a source or a submitter that panicked. It is a fault of
// ours, which the log tells of.
var ErrPanic = errors.New("a replay failed by a fault of the program")

// Submitter hands one comment on. A wait above zero asks for the same again after
// it; an error says that going on makes no sense.
type Submitter func(ctx context.Context, s RecordedComment) (again time.Duration, err error)

// Workers is how many comments are at most on their way at the same time. The
// comments of one author go through one worker, so they keep their order.
const Workers = 16

// queueLength is how many comments of a worker's authors may wait for it.
const queueLength = 8

// grace is how long what is on its way may still take after the end.
const grace = 3 * time.Second

// Player hands the comments of a recording on, each at its time. It can be
// paused, sped up and moved while it plays.
type Player struct {
	recording Source
	deliver   Submitter

	mu      sync.Mutex
	changed chan struct{} // closed when something below changes
	take    int           // grows with every jump: what is of an older one is dropped
	start   time.Duration // where the take begins
	speed   float64
	paused  bool
	at      time.Duration // of the clock, at the moment since
	since   time.Time
	due     time.Duration // of the comment that is next
	open    int           // comments that were handed out and have no answer
}

// NewPlayer makes a player that stands at the beginning.
func NewPlayer(r Source, speed float64, d Submitter) *Player {
	return &Player{recording: r, deliver: d, speed: speed, changed: make(chan struct{}), since: time.Now()}
}

// Play plays until everything has its answer. Ending ctx ends it early without
// an error: nothing new is handed on, what is on its way is waited for. An error
// is the recording's or Submitter's; a panic of theirs is an error, too.
func (p *Player) Play(ctx context.Context) error {
	outer := ctx
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	p.change(func() { p.since = time.Now() })

	var queues [Workers]chan job
	var workers sync.WaitGroup
	for i := range queues {
		queues[i] = make(chan job, queueLength)
		workers.Go(func() {
			for j := range queues[i] {
				if err := guard(func() error { return p.hand(ctx, requests, j) }); err != nil {
					stop(err)
				}
				p.answered()
			}
		})
	}
	seed := maphash.MakeSeed()
	err := guard(func() error {
		return p.dispatch(ctx, func(s RecordedComment) chan<- job {
			author := s.Author
			if author == "" {
				author = strconv.Itoa(s.N) // comments without an author need no order
			}
			return queues[maphash.String(seed, author)%Workers]
		})
	})
	for _, q := range queues {
		close(q)
	}
	if err != nil {
		stop(err)
	}
	workers.Wait()
	if err := context.Cause(ctx); err != nil && outer.Err() == nil {
		return err
	}
	return nil
}

// guard turns a panic of fn into an error: a fault of a recording, or of what
// takes its comments, costs the replay and not the program.
func guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrPanic, p, debug.Stack())
		}
	}()
	return fn()
}

// job is a comment on its way to Submitter.
type job struct {
	RecordedComment
	take int
}

// dispatch hands every comment to its author's worker when its time has come,
// and returns when all have their answers.
func (p *Player) dispatch(ctx context.Context, queue func(RecordedComment) chan<- job) error {
	for {
		p.mu.Lock()
		take, start := p.take, p.start
		p.mu.Unlock()
		for s, err := range p.recording.From(ctx, start) {
			if err != nil && ctx.Err() == nil {
				p.finished(ctx, take) // what came before it still counts
				return err
			}
			if err != nil || !p.wait(ctx, take, s.Offset) || !p.put(ctx, queue(s), job{s, take}) {
				break
			}
		}
		if ctx.Err() != nil || p.finished(ctx, take) {
			return nil
		}
	}
}

// wait returns true when the clock reaches an offset, false after a jump or the
// end of ctx.
func (p *Player) wait(ctx context.Context, take int, offset time.Duration) bool {
	for {
		p.mu.Lock()
		p.due = offset
		left := time.Duration(float64(offset-p.clock()) / p.speed)
		paused, jumped, changed := p.paused, p.take != take, p.changed
		p.mu.Unlock()
		if jumped || ctx.Err() != nil {
			return false
		}
		var arrived <-chan time.Time
		if !paused {
			if left <= 0 {
				return true
			}
			arrived = time.After(left)
		}
		select {
		case <-arrived:
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// put gives a job to a worker, or up, when a jump or the end of ctx comes first.
func (p *Player) put(ctx context.Context, queue chan<- job, j job) bool {
	p.mu.Lock()
	p.open++
	p.mu.Unlock()
	for {
		p.mu.Lock()
		jumped, changed := p.take != j.take, p.changed
		p.mu.Unlock()
		if !jumped && ctx.Err() == nil {
			select {
			case queue <- j:
				return true
			case <-changed:
				continue
			case <-ctx.Done():
			}
		}
		p.mu.Lock()
		p.open--
		p.mu.Unlock()
		return false
	}
}

// finished waits until all that was handed out has its answer. It is false when
// a jump comes before.
func (p *Player) finished(ctx context.Context, take int) bool {
	for {
		p.mu.Lock()
		jumped, open, changed := p.take != take, p.open, p.changed
		p.mu.Unlock()
		if jumped || open == 0 || ctx.Err() != nil {
			return !jumped
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// hand delivers one comment until it has an answer that stands.
func (p *Player) hand(ctx, requests context.Context, j job) error {
	for p.may(ctx, j.take) {
		again, err := p.deliver(requests, j.RecordedComment)
		switch {
		case ctx.Err() != nil:
			return nil // interrupted: what has no answer has not been sent
		case err != nil:
			return err
		case again <= 0:
			return nil
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
		}
	}
	return nil
}

// may waits while the player is paused. It is false when the comment is not
// wanted any more.
func (p *Player) may(ctx context.Context, take int) bool {
	for {
		p.mu.Lock()
		paused, jumped, changed := p.paused, p.take != take, p.changed
		p.mu.Unlock()
		switch {
		case jumped || ctx.Err() != nil:
			return false
		case !paused:
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// clock is where the recording would be if nothing had to wait. p.mu is held.
func (p *Player) clock() time.Duration {
	if p.paused {
		return p.at
	}
	return p.at + time.Duration(float64(time.Since(p.since))*p.speed)
}

// change changes something and tells those who wait for it.
func (p *Player) change(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn()
	close(p.changed)
	p.changed = make(chan struct{})
}

// answered notes that a comment has its answer, or is not wanted any more.
func (p *Player) answered() {
	p.mu.Lock()
	p.open--
	last := p.open == 0
	p.mu.Unlock()
	if last {
		p.change(func() {})
	}
}

// Where returns how far the recording has come: where its clock is or, when less
// is taken than that says, which comment is next.
func (p *Player) Where() (at time.Duration, paused bool, speed float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(p.clock(), p.due), p.paused, p.speed
}

// Pause holds the clock, and what waits to be handed on.
func (p *Player) Pause() {
	p.change(func() { p.at, p.since, p.paused = p.clock(), time.Now(), true })
}

// Resume lets the clock go on.
func (p *Player) Resume() {
	p.change(func() { p.at, p.since, p.paused = p.clock(), time.Now(), false })
}

// SetSpeed says how many times as fast the clock goes from now on.
func (p *Player) SetSpeed(speed float64) {
	p.change(func() { p.at, p.since, p.speed = p.clock(), time.Now(), speed })
}

// Seek moves to an offset, back or ahead. What was left out is not made up for.
func (p *Player) Seek(to time.Duration) {
	p.change(func() {
		p.take++
		p.at, p.start, p.due, p.since = to, to, to, time.Now()
	})
}
