package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"danmaku/comment"
)

// Limits of what is played in this process.
const (
	SlowestReplay = 0.25
	FastestReplay = 10
	replaysAtOnce = 4           // each has a file, and people to disturb
	replayTold    = time.Second // between two words to consoles
)

// Tape is a recording with what is known of it.
type Tape struct {
	Recording
	Total   int             // comments
	Length  time.Duration   // until the last one
	Skipped int             // what of a file is no comment that could be played
	Defects []comment.Fault // those of them that are malformed, the first few
}

// Why a replay does not begin, besides what is the matter with its file: codes
// of [comment.Fault].
const (
	FaultNothing      = "nothing"
	FaultUnderWay     = "under_way"
	FaultManyUnderWay = "many_under_way" // N: rooms
	FaultHalted       = "halted"
)

// ReplayState is what a replay is at.
type ReplayState string

// The states of a replay, as on the wire.
const (
	ReplayLoading ReplayState = "loading"
	ReplayPlaying ReplayState = "playing"
	ReplayPaused  ReplayState = "paused"
	ReplayEnded   ReplayState = "ended"   // everything was played
	ReplayStopped ReplayState = "stopped" // by somebody, or with the program
	ReplayFailed  ReplayState = "failed"  // see Why
)

// Replay is how a replay is doing.
type Replay struct {
	State    ReplayState
	File     string    // its name; empty for the room's own past
	From, To time.Time // of the room's own past
	By       string    // who began it
	Total    int       // comments
	At       time.Duration
	Length   time.Duration
	Speed    float64

	Shown, Held, Refused int
	Skipped              int             // not played: no comments, or taken down since
	Defects              []comment.Fault // of the file, for whoever began it
	Why                  error           // why it failed, or pauses without anybody's doing
}

// Active tells whether the replay is not over.
func (r Replay) Active() bool {
	return r.State == ReplayLoading || r.State == ReplayPlaying || r.State == ReplayPaused
}

// replays are those of all rooms, at most one in each. The last one of a room
// stays, for whoever asks what became of it; nothing of them outlives the
// process.
type replays struct {
	mu      sync.Mutex
	closed  bool
	rooms   map[string]*replay
	playing sync.WaitGroup
}

// replay is one of them.
type replay struct {
	mu     sync.Mutex
	told   Replay
	player *Player            // nil until it is loaded, and again when it is over: a file is large
	stop   context.CancelFunc // as player
	halted bool               // it is to end
}

// enter takes a room's place for a replay that is about to be loaded.
func (s *replays) enter(room string, rp *replay) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, other := range s.rooms {
		if other.now().Active() {
			n++
		}
	}
	switch was := s.rooms[room]; {
	case s.closed:
		return comment.ErrBusy
	case was != nil && was.now().Active():
		return comment.ExplainFault(comment.ErrTaken, &comment.Fault{Code: FaultUnderWay, Message: "A replay is under way in this room. Stop it first."})
	case n >= replaysAtOnce:
		return comment.ExplainFault(comment.ErrTaken, &comment.Fault{
			Code: FaultManyUnderWay, N: n, Message: fmt.Sprintf("Replays are under way in %d rooms. Stop one of them first.", n),
		})
	}
	if s.rooms == nil {
		s.rooms = map[string]*replay{}
	}
	s.rooms[room] = rp
	return nil
}

// run plays in the background, unless the hall is closing.
func (s *replays) run(rp *replay, play func(ctx context.Context)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	ctx, stop := context.WithCancel(context.Background())
	rp.mu.Lock()
	rp.stop = stop
	if rp.halted { // while it was being loaded
		stop()
	}
	rp.mu.Unlock()
	s.playing.Go(func() {
		defer stop()
		play(ctx)
	})
	return true
}

// close stops them all and waits for them.
func (s *replays) close() {
	s.mu.Lock()
	s.closed = true
	for _, rp := range s.rooms {
		rp.halt()
	}
	s.mu.Unlock()
	s.playing.Wait()
}

// find gives a room's replay, under way or over; nil when there was none.
func (s *replays) find(room string) *replay {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rooms[room]
}

// active gives a room's replay while it is under way.
func (s *replays) active(room string) *Replay {
	rp := s.find(room)
	if rp == nil {
		return nil
	}
	if now := rp.now(); now.Active() {
		return &now
	}
	return nil
}

// halt ends it early. What is still being loaded is over at once, so that a file
// that never comes to its end keeps nobody from another.
func (rp *replay) halt() {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	rp.halted = true
	if rp.told.State == ReplayLoading {
		rp.told.State = ReplayStopped
	}
	if rp.stop != nil {
		rp.stop()
	}
}

// now tells how it is doing.
func (rp *replay) now() Replay {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	out := rp.told
	if out.State != ReplayPlaying {
		return out
	}
	at, paused, speed := rp.player.Where()
	out.At, out.Speed = min(at, out.Length), speed
	if paused {
		out.State = ReplayPaused
	}
	return out
}

// loaded begins to play, unless it was ended meanwhile.
func (rp *replay) loaded(told Replay, player *Player) error {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	if rp.halted {
		return errHalted
	}
	rp.told, rp.player = told, player
	rp.told.State = ReplayPlaying
	return nil
}

// failed ends what was not played. One that was stopped stays so.
func (rp *replay) failed(why error) {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	if rp.told.Active() {
		rp.told.State, rp.told.Why = ReplayFailed, why
	}
	rp.player = nil
}

// steered gives its player while it plays, else nil.
func (rp *replay) steered() *Player {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	return rp.player
}

// note changes what is told.
func (rp *replay) note(fn func(*Replay)) {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	fn(&rp.told)
}

// errHalted is for whoever sends a file that is not wanted any more.
var errHalted = comment.ExplainFault(comment.ErrTaken, &comment.Fault{Code: FaultHalted, Message: "The replay was stopped while it was being read."})

// errStumbled is a fault of ours, which the log tells of.
var errStumbled = errors.New("a replay failed by a fault of the program")
