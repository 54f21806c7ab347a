package live

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"danmaku/live/fanout"
	"danmaku/room"
)

// Resume is what a returning client has missed, as far as that had to be read from the log.
// The zero value starts afresh.
type Resume struct {
	// Lines is for an overlay that shows comments as a list: when it starts afresh, it
	// starts from this many comments, and not from those of the last seconds.
	Lines int

	possible bool
	since    int64
	past     fanout.Past
}

// Resume prepares [Service.Join] for a client of a view that was at a position. It reads
// the log only when the position is within reach and memory does not go back that far; when
// the log is busy with other reads, it returns a fresh start. address is the keyed hash of
// the client's masked address. The read ends when ctx of the last client that waits for it
// ends. Resume returns within resumeWithin.
func (svc *Service) Resume(ctx context.Context, roomID string, v room.View, address string, since room.Position) Resume {
	r, err := svc.room(roomID)
	if err != nil {
		return Resume{}
	}
	ctx, cancel := context.WithTimeout(ctx, fanout.ResumeWithin)
	defer cancel()
	if svc.cluster != nil { // the client may come from a machine that was ahead of this one
		r.broadcaster(v).Await(ctx, since)
	}
	if !r.broadcaster(v).Resumable(since) {
		return Resume{}
	}
	resume := Resume{possible: true, since: since.Seq}
	if r.reaches(since.Seq) {
		return resume
	}
	key := roomID + " " + string(v) + " " + strconv.FormatInt(since.Seq, 10)
	resume.past, err = svc.resumes.Read(ctx, key, v, address, func(ctx context.Context) (fanout.Past, error) {
		return svc.readPast(ctx, r, v, since.Seq)
	})
	switch {
	case err == nil:
		return resume
	case errors.Is(err, fanout.ErrNoRead), ctx.Err() != nil:
		svc.slog.Debug("a client starts afresh: the log was busy", "room", roomID, "view", v, "err", err)
	default:
		svc.slog.Error("a client starts afresh: could not read what it missed", "room", roomID, "view", v, "err", err)
	}
	return Resume{}
}

// readPast reads what a view missed. It checks the number of events before it reads a row.
// Errors: errNoRead when there are too many.
func (svc *Service) readPast(ctx context.Context, r *liveRoom, v room.View, since int64) (fanout.Past, error) {
	// Events up to here that the log does not return were taken down since.
	out := fanout.Past{UpTo: r.broadcaster(v).Position()}
	if out.UpTo-since > fanout.ResumeLimit {
		n, err := svc.journal.CountSince(ctx, r.id, since, fanout.ResumeLimit+1)
		if err != nil {
			return fanout.Past{}, fmt.Errorf("count what a client missed: %w", err)
		}
		if n > fanout.ResumeLimit {
			return fanout.Past{}, fanout.ErrNoRead
		}
	}
	events, err := svc.journal.Since(ctx, r.id, since, fanout.ResumeLimit+1)
	if err != nil {
		return fanout.Past{}, fmt.Errorf("read what a client missed: %w", err)
	}
	if len(events) > fanout.ResumeLimit {
		return fanout.Past{}, fanout.ErrNoRead
	}
	for _, e := range events {
		out.UpTo = max(out.UpTo, e.Seq)
		// hello carries the settings, and newer ones.
		if b := svc.encoder.Event(v, svc.grouped(e)); b != nil && !fanout.IsState(e.Kind) {
			out.Events = append(out.Events, fanout.EncodedEvent{Seq: e.Seq, Bytes: b, Comment: e.Kind == room.KindComment})
		}
	}
	return out, nil
}
