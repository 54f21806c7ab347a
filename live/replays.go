package live

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/live/replay"
	"danmaku/room"
)

// replayRooms implements replay.Rooms.
type replayRooms struct{ svc *Service }

// Submit implements replay.Rooms.
func (r replayRooms) Submit(ctx context.Context, roomID string, link int64, s replay.RecordedComment) (comment.Status, error) {
	o, err := r.svc.Submit(ctx, roomID, Author{
		Role: room.Sender, User: r.svc.keys.AuthorPseudonym(link, s.Author), Link: link, Replay: true,
	}, comment.Draft{Text: s.Text, Name: s.Name, Mode: s.Mode, Color: s.Color, Size: s.Size, Source: comment.FromReplay})
	return o.Status, err
}

// Shown implements replay.Rooms.
func (r replayRooms) Shown(ctx context.Context, roomID string, id comment.ID) (bool, error) {
	row, err := r.svc.history.Comment(ctx, roomID, id)
	if errors.Is(err, room.ErrNotFound) {
		return false, nil
	}
	return err == nil && row.Status == comment.Shown, err
}

// Changed implements replay.Rooms. While it updates the consoles, no console is being
// welcomed, so none keeps an outdated hello.
func (r replayRooms) Changed(roomID string) {
	lr, err := r.svc.room(roomID)
	if err != nil {
		return
	}
	lr.broadcaster(room.ViewConsole).Join(func(int64) {
		if report, err := r.svc.replays.Of(roomID); err == nil {
			r.svc.outlet.Announce(roomID, room.ViewConsole, r.svc.encoder.Replay(report))
			if r.svc.cluster != nil {
				r.svc.cluster.Replay(roomID, report)
			}
		}
	})
}

// replaysElsewhere holds the replays that run on other machines.
type replaysElsewhere struct {
	mu sync.Mutex
	by map[string]receivedReplay // by room
}

type receivedReplay struct {
	replay.Report
	at time.Duration
}

// forgetReplay is the time after which a replay counts as over when its machine sends no
// more reports; it sends one every two seconds.
const forgetReplay = 6 * time.Second

// underWay returns a room's running replay, on whichever machine; nil means none.
func (svc *Service) underWay(roomID string) *replay.Report {
	if r := svc.replays.Active(roomID); r != nil {
		return r
	}
	svc.replaying.mu.Lock()
	defer svc.replaying.mu.Unlock()
	if heard, known := svc.replaying.by[roomID]; known {
		return &heard.Report
	}
	return nil
}

// ReplayElsewhere records the state of a replay on another machine, and updates the
// consoles here.
func (svc *Service) ReplayElsewhere(roomID string, report replay.Report) {
	lr, err := svc.room(roomID)
	if err != nil {
		return
	}
	lr.broadcaster(room.ViewConsole).Join(func(int64) {
		svc.replaying.mu.Lock()
		if svc.replaying.by == nil {
			svc.replaying.by = map[string]receivedReplay{}
		}
		svc.replaying.by[roomID] = receivedReplay{report, svc.mono()}
		if !report.Active() {
			delete(svc.replaying.by, roomID)
		}
		svc.replaying.mu.Unlock()
		svc.outlet.Announce(roomID, room.ViewConsole, svc.encoder.Replay(report))
	})
}

// SendReplays reports the replays that run here to the other machines. It counts a replay
// of another machine as stopped when that machine no longer reports it, and updates the
// consoles. Call it every two seconds.
func (svc *Service) SendReplays() {
	svc.mu.RLock()
	ids := slices.Collect(maps.Keys(svc.rooms))
	svc.mu.RUnlock()
	for _, id := range ids {
		if r := svc.replays.Active(id); r != nil {
			svc.cluster.Replay(id, *r)
		}
	}
	var over []string
	svc.replaying.mu.Lock()
	for id, heard := range svc.replaying.by {
		if svc.mono()-heard.at > forgetReplay {
			over = append(over, id)
		}
	}
	svc.replaying.mu.Unlock()
	for _, id := range over {
		if r := svc.underWay(id); r != nil {
			r.State = replay.Stopped
			svc.ReplayElsewhere(id, *r)
		}
	}
}

// Audit implements replay.Rooms.
func (r replayRooms) Audit(ctx context.Context, a room.AuditEntry) error {
	return r.svc.audit.AddAuditEntry(ctx, a)
}

// Sessions lists when a room was busy, newest first.
func (svc *Service) Sessions(ctx context.Context, roomID string, by room.Actor) ([]room.Session, error) {
	if _, err := svc.may(roomID, by, room.ControlReplay); err != nil {
		return nil, err
	}
	return svc.replays.Sessions(ctx, roomID)
}

// ReplayPast starts to replay what a room showed from one moment until before another (zero
// means now). Only the owner may. Errors: ErrNotAllowed, ErrNotFound, ErrRoomClosed, and
// those of [replay.Replays.Past].
func (svc *Service) ReplayPast(ctx context.Context, q replay.Request, from, to time.Time) (replay.Report, error) {
	if err := svc.mayReplay(q); err != nil {
		return replay.Report{}, err
	}
	return svc.replays.Past(ctx, q, from, to)
}

// ReplayFile starts to play a file; strict refuses a malformed one. Errors are those of
// [Service.ReplayPast].
func (svc *Service) ReplayFile(ctx context.Context, q replay.Request, name string, file io.Reader, strict bool) (replay.Report, error) {
	if err := svc.mayReplay(q); err != nil {
		return replay.Report{}, err
	}
	return svc.replays.File(ctx, q, name, file, strict)
}

func (svc *Service) mayReplay(q replay.Request) error {
	r, err := svc.may(q.Room, q.By, room.StartReplay)
	if err == nil && r.settings().State == room.Closed {
		return room.ErrRoomClosed
	}
	return err
}

// ControlReplay pauses or resumes a replay, changes its speed or moves it. A moderator may.
// Errors: ErrNotAllowed, and those of [replay.Replays.Control].
func (svc *Service) ControlReplay(roomID string, by room.Actor, c replay.Control) (replay.Report, error) {
	if _, err := svc.may(roomID, by, room.ControlReplay); err != nil {
		return replay.Report{}, err
	}
	return svc.replays.Control(roomID, c)
}

// StopReplay ends a replay early. A moderator may. Errors: ErrNotAllowed, and ErrNotFound
// when none is running.
func (svc *Service) StopReplay(ctx context.Context, roomID string, by room.Actor) error {
	if _, err := svc.may(roomID, by, room.ControlReplay); err != nil {
		return err
	}
	return svc.replays.Stop(ctx, roomID, by)
}

// ReplayOf returns the state of a room's replay, or how the last one ended. Errors:
// ErrNotAllowed, and ErrNotFound when there was none since the start.
func (svc *Service) ReplayOf(roomID string, by room.Actor) (replay.Report, error) {
	if _, err := svc.may(roomID, by, room.ControlReplay); err != nil {
		return replay.Report{}, err
	}
	return svc.replays.Of(roomID)
}
