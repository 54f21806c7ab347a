package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// Recordings finds recordings to play.
type Recordings interface {
	// Past returns what a room showed from one moment until before another (zero means
	// now), without earlier replays.
	Past(ctx context.Context, room string, from, to time.Time) (Recording, error)
	// File reads a file, which is never in memory as a whole; strict refuses a malformed
	// one. Errors that the file's owner can fix are room.ErrInvalid with an explanation;
	// room.ErrBusy when there is no space for it.
	File(ctx context.Context, name string, file io.Reader, strict bool) (Recording, error)
	// Sessions lists when a room was busy, newest first.
	Sessions(ctx context.Context, roomID string) ([]room.Session, error)
}

// Rooms is the interface that replays need from the rooms.
type Rooms interface {
	// Submit submits a comment of a recording to a room like any other, in the name of the
	// link whose holder began the replay.
	Submit(ctx context.Context, roomID string, link int64, s RecordedComment) (comment.Status, error)
	// Shown reports whether a comment of a room's log is on air, as far as the room knows;
	// an unknown comment is not.
	Shown(ctx context.Context, roomID string, id comment.ID) (bool, error)
	// Changed reports a change of [Replays.Of] to a room's moderators.
	Changed(roomID string)
	// Audit writes an audit entry about a replay.
	Audit(ctx context.Context, a room.AuditEntry) error
}

// Deps holds the dependencies of Replays. All are required.
type Deps struct {
	Recordings Recordings
	Rooms      Rooms
	Log        *slog.Logger
	Now        func() time.Time
}

// New returns Replays without a running replay.
func New(d Deps) *Replays { return &Replays{deps: d, rooms: map[string]*roomReplay{}} }

// Request describes a replay: who wants it, where, and at what speed relative to the
// original.
type Request struct {
	Room  string
	By    room.Actor
	Speed float64
}

// changed reports news of a replay, unless a newer replay has replaced it.
func (rs *Replays) changed(roomID string, rp *roomReplay) {
	if rs.find(roomID) == rp {
		rs.deps.Rooms.Changed(roomID)
	}
}

// Sessions lists when a room was busy, newest first.
func (rs *Replays) Sessions(ctx context.Context, roomID string) ([]room.Session, error) {
	return rs.deps.Recordings.Sessions(ctx, roomID)
}

// Past starts to replay what a room showed from one moment until before another (zero means
// now). Errors: ErrInvalid and ErrTaken with an explanation, ErrBusy.
func (rs *Replays) Past(ctx context.Context, q Request, from, to time.Time) (Report, error) {
	// A replay must not reach its own comments.
	if now := rs.deps.Now(); to.IsZero() || to.After(now) {
		to = now
	}
	return rs.begin(ctx, q, Report{From: from, To: to, Speed: q.Speed}, func() (Recording, error) {
		if !from.Before(to) {
			return Recording{}, room.Explain(room.ErrInvalid, "The time ends before it begins.")
		}
		return rs.deps.Recordings.Past(ctx, q.Room, from, to)
	})
}

// File starts to play a file; strict refuses a malformed one. Errors are those of
// [Replays.Past].
func (rs *Replays) File(ctx context.Context, q Request, name string, file io.Reader, strict bool) (Report, error) {
	return rs.begin(ctx, q, Report{File: name, Speed: q.Speed}, func() (Recording, error) {
		return rs.deps.Recordings.File(ctx, name, file, strict)
	})
}

func (rs *Replays) begin(ctx context.Context, q Request, report Report, load func() (Recording, error)) (Report, error) {
	if err := saneSpeed(report.Speed); err != nil {
		return Report{}, err
	}
	report.State, report.By = Loading, q.By.Name()
	rp := &roomReplay{report: report}
	if err := rs.enter(q.Room, rp); err != nil {
		return Report{}, err
	}
	// Also when reading panics: a room must not stay blocked.
	defer func() {
		if rp.now().State == Loading {
			rp.failed(ErrPanic)
			rs.changed(q.Room, rp)
		}
	}()
	rs.changed(q.Room, rp)
	recording, err := load()
	played := false
	defer func() {
		if !played && recording.Source != nil {
			rs.release(q.Room, recording)
		}
	}()
	if !rp.now().Active() {
		err = errHalted
	}
	if err == nil && recording.Total == 0 {
		err = nothingToPlay(recording)
	}
	if err == nil {
		report.Total, report.Length, report.Skipped, report.Defects, report.Notes = recording.Total, recording.Length, recording.Skipped, recording.Defects, recording.Notes
		err = rs.audit(ctx, q.Room, q.By, room.ActionReplay, report)
	}
	if err == nil {
		player := NewPlayer(recording, report.Speed, rs.deliver(q.Room, rp, q.By.Link))
		if err = rp.loaded(report, player); err == nil {
			played = rs.run(rp, func(ctx context.Context) {
				defer rs.release(q.Room, recording)
				rs.play(ctx, q.Room, rp, player)
			})
			if !played {
				err = room.ErrBusy
			}
		}
	}
	if err != nil {
		rp.failed(err)
		rs.changed(q.Room, rp)
		return Report{}, err
	}
	rs.changed(q.Room, rp)
	return rp.now(), nil
}

// nothingToPlay returns the error for a recording without playable comments.
func nothingToPlay(recording Recording) error {
	why := room.Fault{Code: FaultNothing, Message: "There is no comment in it that could be played."}
	defects := recording.Defects
	if len(defects) == 0 {
		defects = []room.Fault{why}
	}
	return &room.ExplainedError{Err: room.ErrInvalid, Detail: why.Message, Fault: &why, Defects: defects, Notes: recording.Notes}
}

// release closes a recording that is no longer played.
func (rs *Replays) release(roomID string, recording Recording) {
	if err := recording.Close(); err != nil {
		rs.deps.Log.Warn("could not close a finished recording", "room", roomID, "err", err)
	}
}

func saneSpeed(speed float64) error {
	if speed >= Slowest && speed <= Fastest {
		return nil
	}
	return room.Explain(room.ErrInvalid, "speed %v: use %v to %v", speed, Slowest, Fastest)
}

// audit writes an audit entry.
func (rs *Replays) audit(ctx context.Context, roomID string, by room.Actor, kind room.Action, report Report) error {
	a := by.Entry(kind)
	a.Room, a.At, a.About = roomID, rs.deps.Now(), report.File
	if report.File == "" {
		a.About = report.From.UTC().Format(time.RFC3339)
	}
	a.Detail = fmt.Sprintf("%s, %d comments, × %s", a.About, report.Total, strconv.FormatFloat(report.Speed, 'f', -1, 64))
	return rs.deps.Rooms.Audit(ctx, *a)
}

// play plays to the end and reports progress to consoles.
func (rs *Replays) play(ctx context.Context, roomID string, rp *roomReplay, player *Player) {
	played := make(chan error, 1)
	go func() { played <- player.Play(ctx) }()
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if rp.now().State == Playing {
				rs.changed(roomID, rp)
			}
			continue
		case err := <-played:
			last := rp.now()
			rp.note(func(t *Report) {
				rp.player = nil
				t.At, t.Speed = last.At, last.Speed
				switch {
				case err != nil:
					t.State, t.Why = Failed, err
				case ctx.Err() != nil:
					t.State = Stopped
				default:
					t.State, t.At = Ended, t.Length
				}
			})
			if err != nil && room.Code(err) == "internal" {
				rs.deps.Log.Error("a replay failed", "room", roomID, "err", err)
			}
			last = rp.now()
			rs.deps.Log.Info("a replay is over", "room", roomID, "state", last.State, "shown", last.Shown, "held", last.Held, "refused", last.Refused)
			rs.changed(roomID, rp)
			return
		}
	}
}

// replayWait is the least time before a comment that the room does not accept yet is
// submitted again.
const replayWait = 50 * time.Millisecond

// deliver submits a replayed comment to the room's limit and filter, like any other.
func (rs *Replays) deliver(roomID string, rp *roomReplay, link int64) Submitter {
	return func(ctx context.Context, c RecordedComment) (again time.Duration, err error) {
		defer func() {
			if p := recover(); p != nil { // a panic ends its replay, and not the program
				rs.deps.Log.Error("a replayed comment failed", "room", roomID, "panic", p, "stack", string(debug.Stack()))
				err = ErrPanic
			}
		}()
		if c.ID != 0 {
			// A comment that was taken down since the replay began does not come back.
			shown, err := rs.deps.Rooms.Shown(ctx, roomID, c.ID)
			if err != nil {
				return 0, fmt.Errorf("look a comment up: %w", err)
			}
			if !shown {
				rp.note(func(t *Report) { t.Skipped++ })
				return 0, nil
			}
		}
		status, err := rs.deps.Rooms.Submit(ctx, roomID, link, c)
		switch {
		case errors.Is(err, room.ErrSlowDown), errors.Is(err, room.ErrBusy):
			return max(room.Wait(err), replayWait), nil
		case errors.Is(err, room.ErrRoomPaused):
			rp.steered().Pause()
			rp.note(func(t *Report) { t.Why = room.ErrRoomPaused })
			rs.changed(roomID, rp)
			return replayWait, nil // retried when the replay resumes
		case errors.Is(err, room.ErrRoomClosed), err != nil && room.Code(err) == "internal":
			return 0, err
		}
		rp.note(func(t *Report) {
			switch {
			case err != nil || status == comment.Refused:
				t.Refused++
			case status == comment.Held:
				t.Held++
			default:
				t.Shown++
			}
		})
		return 0, nil
	}
}

// Control is a change of a running replay; a nil field stays as it is.
type Control struct {
	State *State // Playing or Paused
	Speed *float64
	At    *time.Duration
}

// Control pauses or resumes a room's replay, changes its speed or moves it. Errors:
// ErrNotFound when none is running, ErrInvalid with an explanation.
func (rs *Replays) Control(roomID string, c Control) (Report, error) {
	rp := rs.find(roomID)
	if rp == nil {
		return Report{}, room.ErrNotFound
	}
	now, player := rp.now(), rp.steered()
	switch {
	case player == nil:
		return Report{}, room.ErrNotFound
	case c.State != nil && *c.State != Playing && *c.State != Paused:
		return Report{}, room.Explain(room.ErrInvalid, "state %q: playing or paused", *c.State)
	case c.At != nil && (*c.At < 0 || *c.At > now.Length):
		return Report{}, room.Explain(room.ErrInvalid, "at_ms %d: 0 to %d", c.At.Milliseconds(), now.Length.Milliseconds())
	}
	if c.Speed != nil {
		if err := saneSpeed(*c.Speed); err != nil {
			return Report{}, err
		}
		player.SetSpeed(*c.Speed)
	}
	if c.At != nil {
		player.Seek(*c.At)
	}
	if c.State != nil {
		if *c.State == Paused {
			player.Pause()
		} else {
			player.Resume()
		}
		rp.note(func(t *Report) { t.Why = nil })
	}
	rs.changed(roomID, rp)
	return rp.now(), nil
}

// Halt ends a room's replay early, if there is one, without an audit entry.
func (rs *Replays) Halt(roomID string) {
	if rp := rs.find(roomID); rp != nil {
		rp.halt()
	}
}

// HaltAll ends the replays of all rooms.
func (rs *Replays) HaltAll() {
	rs.mu.Lock()
	rooms := slices.Collect(maps.Keys(rs.rooms))
	rs.mu.Unlock()
	for _, id := range rooms {
		rs.Halt(id)
	}
}

// Stop ends a room's replay early. Errors: ErrNotFound when none is running.
func (rs *Replays) Stop(ctx context.Context, roomID string, by room.Actor) error {
	rp := rs.find(roomID)
	if rp == nil {
		return room.ErrNotFound
	}
	now := rp.now()
	if !now.Active() {
		return room.ErrNotFound
	}
	rp.halt()
	if now.State == Loading {
		rs.changed(roomID, rp)
	}
	return rs.audit(ctx, roomID, by, room.ActionReplayStop, now)
}

// Of returns the state of a room's replay, or how the last one ended. Errors: ErrNotFound
// when there was none since the start.
func (rs *Replays) Of(roomID string) (Report, error) {
	rp := rs.find(roomID)
	if rp == nil {
		return Report{}, room.ErrNotFound
	}
	return rp.now(), nil
}
