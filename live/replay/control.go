package replay

import (
	"context"
	"fmt"
	"sync"
	"time"

	"danmaku/room"
)

// Limits of the replays in this process.
const (
	Slowest     = 0.25
	Fastest     = 10
	mostAtOnce  = 4           // each has a file, and people to disturb
	reportEvery = time.Second // time between two reports to consoles
)

// Reasons why a replay does not begin, besides faults in its file: codes of [room.Fault].
const (
	FaultNothing      = "nothing"
	FaultUnderWay     = "under_way"
	FaultManyUnderWay = "many_under_way" // N: rooms
	FaultHalted       = "halted"
)

// State is the state of a replay.
type State string

// The states of a replay, as on the wire.
const (
	Loading State = "loading"
	Playing State = "playing"
	Paused  State = "paused"
	Ended   State = "ended"   // everything was played
	Stopped State = "stopped" // by somebody, or with the program
	Failed  State = "failed"  // see Why
)

// Report is the state of a replay.
type Report struct {
	State    State
	File     string    // file name; empty for the room's own past
	From, To time.Time // of the room's own past
	By       string    // the person who began it
	Total    int       // comments
	At       time.Duration
	Length   time.Duration
	Speed    float64

	Shown, Held, Refused int
	Skipped              int          // not played: not a comment, or taken down since
	Defects, Notes       []room.Fault // of the file, for the person who began it
	Why                  error        `json:"-"` // why it failed, or why it paused by itself
}

// Active reports whether the replay is not over.
func (r Report) Active() bool {
	return r.State == Loading || r.State == Playing || r.State == Paused
}

// Replays holds the replays of all rooms, at most one in each. The last one of a room
// stays, so that its end can be looked up; nothing is stored beyond the process. Its
// methods are safe for concurrent use.
type Replays struct {
	deps Deps

	mu      sync.Mutex
	closed  bool
	rooms   map[string]*roomReplay
	playing sync.WaitGroup
}

// roomReplay is the replay of one room.
type roomReplay struct {
	mu     sync.Mutex
	report Report
	player *Player            // nil until it is loaded, and again when it is over: a file is large
	stop   context.CancelFunc // nil when player is
	halted bool               // it must end
}

// enter reserves a room's place for a replay that is about to be loaded.
func (rs *Replays) enter(roomID string, rp *roomReplay) error {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	n := 0
	for _, other := range rs.rooms {
		if other.now().Active() {
			n++
		}
	}
	switch was := rs.rooms[roomID]; {
	case rs.closed:
		return room.ErrBusy
	case was != nil && was.now().Active():
		return room.ExplainFault(room.ErrTaken, &room.Fault{Code: FaultUnderWay, Message: "A replay is under way in this room. Stop it first."})
	case n >= mostAtOnce:
		return room.ExplainFault(room.ErrTaken, &room.Fault{
			Code: FaultManyUnderWay, N: n, Message: fmt.Sprintf("Replays are under way in %d rooms. Stop one of them first.", n),
		})
	}
	rs.rooms[roomID] = rp
	return nil
}

// run plays in the background, unless the service is closing.
func (rs *Replays) run(rp *roomReplay, play func(ctx context.Context)) bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.closed {
		return false
	}
	ctx, stop := context.WithCancel(context.Background())
	rp.mu.Lock()
	rp.stop = stop
	if rp.halted { // halted while it was being loaded
		stop()
	}
	rp.mu.Unlock()
	rs.playing.Go(func() {
		defer stop()
		play(ctx)
	})
	return true
}

// Close stops all replays and waits for them. No replay begins afterwards.
func (rs *Replays) Close() {
	rs.mu.Lock()
	rs.closed = true
	for _, rp := range rs.rooms {
		rp.halt()
	}
	rs.mu.Unlock()
	rs.playing.Wait()
}

// find returns a room's replay, running or over; nil when there was none.
func (rs *Replays) find(room string) *roomReplay {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.rooms[room]
}

// Active returns the state of a room's running replay, otherwise nil.
func (rs *Replays) Active(room string) *Report {
	rp := rs.find(room)
	if rp == nil {
		return nil
	}
	if now := rp.now(); now.Active() {
		return &now
	}
	return nil
}

// halt ends a replay early. One that is still being loaded is over at once, so that an
// endless upload does not block another.
func (rp *roomReplay) halt() {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	rp.halted = true
	if rp.report.State == Loading {
		rp.report.State = Stopped
	}
	if rp.stop != nil {
		rp.stop()
	}
}

// now returns the replay's state.
func (rp *roomReplay) now() Report {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	out := rp.report
	if out.State != Playing {
		return out
	}
	at, paused, speed := rp.player.Where()
	out.At, out.Speed = min(at, out.Length), speed
	if paused {
		out.State = Paused
	}
	return out
}

// loaded starts to play, unless the replay was ended meanwhile.
func (rp *roomReplay) loaded(report Report, player *Player) error {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	if rp.halted {
		return errHalted
	}
	rp.report, rp.player = report, player
	rp.report.State = Playing
	return nil
}

// failed ends a replay that was not played. A stopped one stays stopped.
func (rp *roomReplay) failed(why error) {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	if rp.report.Active() {
		rp.report.State, rp.report.Why = Failed, why
	}
	rp.player = nil
}

// steered returns the player while the replay plays, otherwise nil.
func (rp *roomReplay) steered() *Player {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	return rp.player
}

// note changes the report.
func (rp *roomReplay) note(fn func(*Report)) {
	rp.mu.Lock()
	defer rp.mu.Unlock()
	fn(&rp.report)
}

// errHalted ends the upload of a file whose replay was stopped.
var errHalted = room.ExplainFault(room.ErrTaken, &room.Fault{Code: FaultHalted, Message: "The replay was stopped while it was being read."})
