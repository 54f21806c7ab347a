// Package replay plays recordings: it submits the comments of a recording, each at its
// time. It knows neither rooms nor files; this package declares the interfaces it needs
// from them.
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
	Author string        // comments of one author keep their order; empty means unknown
	ID     comment.ID    // the comment's ID in the log; 0 for a file's comment
	Text   string
	Name   string
	Mode   comment.Mode
	Color  string
	Size   comment.Size
}

// Source holds the comments of a past show.
type Source interface {
	// From returns the comments from an offset on, in the order of their time. Nothing
	// follows an error.
	From(ctx context.Context, offset time.Duration) iter.Seq2[RecordedComment, error]
	// Close releases the source's resources. The source is not used afterwards.
	Close() error
}

// Recording is a source with its properties.
type Recording struct {
	Source
	Total   int           // comments
	Length  time.Duration // until the last one
	Skipped int           // entries of a file that are not playable comments
	Defects []room.Fault  // the first few malformed ones of these
	Notes   []room.Fault  // other remarks about the file
}

// ErrPanic is the error of a source or a submitter that panicked. It is a bug, which is
// logged.
var ErrPanic = errors.New("a bug in the program ended the replay")

// Submitter submits one comment. A wait above zero requests another try after it; an error
// ends the replay.
type Submitter func(ctx context.Context, s RecordedComment) (again time.Duration, err error)

// Workers is the most comments that are being submitted at once. One worker handles all
// comments of an author, so they keep their order.
const Workers = 16

// queueLength is how many comments may wait for a worker.
const queueLength = 8

// grace is how long submitted comments may still take after the end.
const grace = 3 * time.Second

// Player submits the comments of a recording, each at its time. It can be paused, sped up
// and moved while it plays.
type Player struct {
	recording Source
	deliver   Submitter

	mu      sync.Mutex
	changed chan struct{} // closed when something below changes
	take    int           // increases with every jump: comments of an older take are dropped
	start   time.Duration // the offset where the take begins
	speed   float64
	paused  bool
	at      time.Duration // offset of the clock, at the moment since
	since   time.Time
	due     time.Duration // offset of the next comment
	open    int           // submitted comments without an answer
}

// NewPlayer makes a player at the beginning of its recording.
func NewPlayer(r Source, speed float64, d Submitter) *Player {
	return &Player{recording: r, deliver: d, speed: speed, changed: make(chan struct{}), since: time.Now()}
}

// Play plays until every comment has its answer. Ending ctx ends it early without an error:
// it submits nothing new and waits for submitted comments. An error is the recording's or
// Submitter's; their panic is an error, too.
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

// guard turns a panic of fn into an error: a bug in a recording or its submitter ends the
// replay and not the program.
func guard(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrPanic, p, debug.Stack())
		}
	}()
	return fn()
}

// job is a comment to be submitted.
type job struct {
	RecordedComment
	take int
}

// dispatch passes every comment to its author's worker when its time has come, and returns
// when all have their answers.
func (p *Player) dispatch(ctx context.Context, queue func(RecordedComment) chan<- job) error {
	for {
		p.mu.Lock()
		take, start := p.take, p.start
		p.mu.Unlock()
		for s, err := range p.recording.From(ctx, start) {
			if err != nil && ctx.Err() == nil {
				p.finished(ctx, take) // comments before the error still count
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

// put passes a job to a worker, or gives up when a jump or the end of ctx comes first.
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

// finished waits until every submitted comment has its answer. It returns false when a jump
// comes before.
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

// hand submits one comment until it has a final answer.
func (p *Player) hand(ctx, requests context.Context, j job) error {
	for p.may(ctx, j.take) {
		again, err := p.deliver(requests, j.RecordedComment)
		switch {
		case ctx.Err() != nil:
			return nil // interrupted: a comment without an answer counts as not sent
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

// may waits while the player is paused. It returns false when the comment is no longer
// wanted.
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

// clock returns the offset that the recording would have if nothing had to wait. The caller
// holds p.mu.
func (p *Player) clock() time.Duration {
	if p.paused {
		return p.at
	}
	return p.at + time.Duration(float64(time.Since(p.since))*p.speed)
}

// change changes something and wakes those who wait for it.
func (p *Player) change(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn()
	close(p.changed)
	p.changed = make(chan struct{})
}

// answered records that a comment has its answer, or is no longer wanted.
func (p *Player) answered() {
	p.mu.Lock()
	p.open--
	last := p.open == 0
	p.mu.Unlock()
	if last {
		p.change(func() {})
	}
}

// Where returns the offset of the recording: that of its clock or, when submission is
// behind, that of the next comment.
func (p *Player) Where() (at time.Duration, paused bool, speed float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(p.clock(), p.due), p.paused, p.speed
}

// Pause stops the clock and the submission of comments.
func (p *Player) Pause() {
	p.change(func() { p.at, p.since, p.paused = p.clock(), time.Now(), true })
}

// Resume restarts the clock.
func (p *Player) Resume() {
	p.change(func() { p.at, p.since, p.paused = p.clock(), time.Now(), false })
}

// SetSpeed sets how many times as fast as the original the clock runs from now on.
func (p *Player) SetSpeed(speed float64) {
	p.change(func() { p.at, p.since, p.speed = p.clock(), time.Now(), speed })
}

// Seek moves to an offset, back or ahead. It does not submit the comments in between.
func (p *Player) Seek(to time.Duration) {
	p.change(func() {
		p.take++
		p.at, p.start, p.due, p.since = to, to, to, time.Now()
	})
}
