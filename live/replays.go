package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strconv"
	"time"

	"danmaku/comment"
)

// tell tells the room's consoles. While it does none of them is being greeted,
// so that none keeps what its hello said. Of one that another has followed there
// is nothing to tell.
func (h *Hall) tell(r *room, rp *replay) {
	r.feed(ViewConsole).join(func(int64) {
		if h.replays.find(r.id) == rp {
			h.outlet.Announce(r.id, ViewConsole, h.encoder.Replay(rp.now()))
		}
	})
}

// Sessions lists when a room was busy, newest first.
func (h *Hall) Sessions(ctx context.Context, roomID string, by Actor) ([]comment.Session, error) {
	if _, err := h.acting(roomID, by); err != nil {
		return nil, err
	}
	return h.tapes.Sessions(ctx, roomID)
}

// ReplayPast begins to play again what a room showed from a moment on and
// before another (zero: up to now). The owner alone may. Errors: ErrNotAllowed,
// ErrNotFound, ErrRoomClosed, ErrInvalid and ErrTaken with an explanation.
func (h *Hall) ReplayPast(ctx context.Context, roomID string, by Actor, from, to time.Time, speed float64) (Replay, error) {
	// A replay must not run into its own comments.
	if now := h.now(); to.IsZero() || to.After(now) {
		to = now
	}
	return h.begin(ctx, roomID, by, Replay{From: from, To: to, Speed: speed}, func() (Tape, error) {
		if !from.Before(to) {
			return Tape{}, comment.Explain(comment.ErrInvalid, "The time ends before it begins.")
		}
		return h.tapes.Past(ctx, roomID, from, to)
	})
}

// ReplayFile begins to play a file. Errors as of [Hall.ReplayPast].
func (h *Hall) ReplayFile(ctx context.Context, roomID string, by Actor, name string, file io.Reader, speed float64) (Replay, error) {
	return h.begin(ctx, roomID, by, Replay{File: name, Speed: speed}, func() (Tape, error) { return h.tapes.File(ctx, name, file) })
}

func (h *Hall) begin(ctx context.Context, roomID string, by Actor, told Replay, load func() (Tape, error)) (Replay, error) {
	r, err := h.acting(roomID, by)
	switch {
	case err != nil:
		return Replay{}, err
	case by.Role != comment.Owner:
		return Replay{}, comment.ErrNotAllowed
	case r.settings().State == comment.Closed:
		return Replay{}, comment.ErrRoomClosed
	}
	if err := saneSpeed(told.Speed); err != nil {
		return Replay{}, err
	}
	told.State, told.By = ReplayLoading, by.Name()
	rp := &replay{told: told}
	if err := h.replays.enter(roomID, rp); err != nil {
		return Replay{}, err
	}
	// Also when reading it panics: a room cannot wait for ever.
	defer func() {
		if rp.now().State == ReplayLoading {
			rp.failed(errStumbled)
			h.tell(r, rp)
		}
	}()
	h.tell(r, rp)
	tape, err := load()
	played := false
	defer func() {
		if !played && tape.Recording != nil {
			h.letGo(r, tape)
		}
	}()
	if !rp.now().Active() {
		err = errHalted
	}
	if err == nil && tape.Total == 0 {
		err = comment.ExplainFault(comment.ErrInvalid, &comment.Fault{Code: FaultNothing, Message: "There is no comment in it that could be played."})
	}
	if err == nil {
		told.Total, told.Length, told.Skipped, told.Defects = tape.Total, tape.Length, tape.Skipped, tape.Defects
		err = h.noteReplay(ctx, roomID, by, comment.ActReplay, told)
	}
	if err == nil {
		player := NewPlayer(tape, told.Speed, h.deliver(r, rp, by.Link))
		if err = rp.loaded(told, player); err == nil {
			played = h.replays.run(rp, func(ctx context.Context) {
				defer h.letGo(r, tape)
				h.play(ctx, r, rp, player)
			})
			if !played {
				err = comment.ErrBusy
			}
		}
	}
	if err != nil {
		rp.failed(err)
		h.tell(r, rp)
		return Replay{}, err
	}
	h.tell(r, rp)
	return rp.now(), nil
}

// letGo ends what nobody plays any more.
func (h *Hall) letGo(r *room, tape Tape) {
	if err := tape.Close(); err != nil {
		h.slog.Warn("a recording that is over could not be let go of", "room", r.id, "err", err)
	}
}

func saneSpeed(speed float64) error {
	if speed >= SlowestReplay && speed <= FastestReplay {
		return nil
	}
	return comment.Explain(comment.ErrInvalid, "speed %v: use %v to %v", speed, SlowestReplay, FastestReplay)
}

// noteReplay writes a line of the audit.
func (h *Hall) noteReplay(ctx context.Context, roomID string, by Actor, kind comment.ActKind, told Replay) error {
	a := by.act(kind)
	a.Room, a.At, a.About = roomID, h.now(), told.File
	if told.File == "" {
		a.About = told.From.UTC().Format(time.RFC3339)
	}
	a.Detail = fmt.Sprintf("%s, %d comments, × %s", a.About, told.Total, strconv.FormatFloat(told.Speed, 'f', -1, 64))
	return h.audit.AddAct(ctx, *a)
}

// play plays to the end and tells consoles how it goes.
func (h *Hall) play(ctx context.Context, r *room, rp *replay, player *Player) {
	played := make(chan error, 1)
	go func() { played <- player.Play(ctx) }()
	tick := time.NewTicker(replayTold)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if rp.now().State == ReplayPlaying {
				h.tell(r, rp)
			}
			continue
		case err := <-played:
			last := rp.now()
			rp.note(func(t *Replay) {
				rp.player = nil
				t.At, t.Speed = last.At, last.Speed
				switch {
				case err != nil:
					t.State, t.Why = ReplayFailed, err
				case ctx.Err() != nil:
					t.State = ReplayStopped
				default:
					t.State, t.At = ReplayEnded, t.Length
				}
			})
			if err != nil && comment.Code(err) == "internal" {
				h.slog.Error("a replay failed", "room", r.id, "err", err)
			}
			last = rp.now()
			h.slog.Info("a replay is over", "room", r.id, "state", last.State, "shown", last.Shown, "held", last.Held, "refused", last.Refused)
			h.tell(r, rp)
			return
		}
	}
}

// replayWait is the least time before a comment that the room does not take yet
// is offered again.
const replayWait = 50 * time.Millisecond

// deliver puts a replayed comment before the room's limit and filter, like any
// other.
func (h *Hall) deliver(r *room, rp *replay, link int64) Deliver {
	return func(ctx context.Context, s Said) (again time.Duration, err error) {
		defer func() {
			if p := recover(); p != nil { // it costs its replay, and not the program
				h.slog.Error("a replayed comment failed", "room", r.id, "panic", p, "stack", string(debug.Stack()))
				err = errStumbled
			}
		}()
		if s.ID != 0 {
			// What was taken down since the replay began does not come back.
			row, err := h.history.Comment(ctx, r.id, s.ID)
			if err != nil && !errors.Is(err, comment.ErrNotFound) {
				return 0, fmt.Errorf("look a comment up: %w", err)
			}
			if err != nil || row.Status != comment.Shown {
				rp.note(func(t *Replay) { t.Skipped++ })
				return 0, nil
			}
		}
		o, err := h.Submit(ctx, r.id, Author{
			Role: comment.Sender, User: h.keys.AuthorPseudonym(link, s.Author), Link: link, Replay: true,
		}, comment.Draft{Text: s.Text, Name: s.Name, Mode: s.Mode, Color: s.Color, Size: s.Size, Source: comment.FromReplay})
		switch {
		case errors.Is(err, comment.ErrSlowDown), errors.Is(err, comment.ErrBusy):
			return max(comment.Wait(err), replayWait), nil
		case errors.Is(err, comment.ErrRoomPaused):
			rp.steered().Pause()
			rp.note(func(t *Replay) { t.Why = comment.ErrRoomPaused })
			h.tell(r, rp)
			return replayWait, nil // asked again when the replay goes on
		case errors.Is(err, comment.ErrRoomClosed), err != nil && comment.Code(err) == "internal":
			return 0, err
		}
		rp.note(func(t *Replay) {
			switch {
			case err != nil || o.Status == comment.Refused:
				t.Refused++
			case o.Status == comment.Held:
				t.Held++
			default:
				t.Shown++
			}
		})
		return 0, nil
	}
}

// Steering is what may be changed of a replay while it plays; nil stays.
type Steering struct {
	State *ReplayState // ReplayPlaying or ReplayPaused
	Speed *float64
	At    *time.Duration
}

// Steer pauses a replay, lets it go on, changes its speed or moves it. Whoever
// moderates may. Errors: ErrNotFound when none is under way, ErrInvalid with an
// explanation.
func (h *Hall) Steer(roomID string, by Actor, s Steering) (Replay, error) {
	r, err := h.acting(roomID, by)
	if err != nil {
		return Replay{}, err
	}
	rp := h.replays.find(roomID)
	if rp == nil {
		return Replay{}, comment.ErrNotFound
	}
	now, player := rp.now(), rp.steered()
	switch {
	case player == nil:
		return Replay{}, comment.ErrNotFound
	case s.State != nil && *s.State != ReplayPlaying && *s.State != ReplayPaused:
		return Replay{}, comment.Explain(comment.ErrInvalid, "state %q: playing or paused", *s.State)
	case s.At != nil && (*s.At < 0 || *s.At > now.Length):
		return Replay{}, comment.Explain(comment.ErrInvalid, "at_ms %d: 0 to %d", s.At.Milliseconds(), now.Length.Milliseconds())
	}
	if s.Speed != nil {
		if err := saneSpeed(*s.Speed); err != nil {
			return Replay{}, err
		}
		player.SetSpeed(*s.Speed)
	}
	if s.At != nil {
		player.Seek(*s.At)
	}
	if s.State != nil {
		if *s.State == ReplayPaused {
			player.Pause()
		} else {
			player.Resume()
		}
		rp.note(func(t *Replay) { t.Why = nil })
	}
	h.tell(r, rp)
	return rp.now(), nil
}

// StopReplay ends a replay before its time. Whoever moderates may. ErrNotFound
// when none is under way.
func (h *Hall) StopReplay(ctx context.Context, roomID string, by Actor) error {
	r, err := h.acting(roomID, by)
	if err != nil {
		return err
	}
	rp := h.replays.find(roomID)
	if rp == nil {
		return comment.ErrNotFound
	}
	now := rp.now()
	if !now.Active() {
		return comment.ErrNotFound
	}
	rp.halt()
	if now.State == ReplayLoading {
		h.tell(r, rp)
	}
	return h.noteReplay(ctx, roomID, by, comment.ActReplayStop, now)
}

// ReplayOf tells what a room's replay is doing, or how the last one ended.
// ErrNotFound when there was none since the start.
func (h *Hall) ReplayOf(roomID string, by Actor) (Replay, error) {
	if _, err := h.acting(roomID, by); err != nil {
		return Replay{}, err
	}
	rp := h.replays.find(roomID)
	if rp == nil {
		return Replay{}, comment.ErrNotFound
	}
	return rp.now(), nil
}
