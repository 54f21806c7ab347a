package live

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live/access"
	"danmaku/live/replay"
	"danmaku/room"
	"danmaku/show"
)

var boss = room.Actor{Role: room.Owner, Label: "boss"}

// fakeLog is a journal in memory whose events reach the rooms at once. It answers the
// request with the number failing (from 1) with ErrBusy.
type fakeLog struct {
	Journal
	svc      *Service
	seq      int64
	requests int
	failing  int
	events   []room.Event
}

func (l *fakeLog) Append(ctx context.Context, e room.Event) (room.Receipt, error) {
	receipts, err := l.AppendAll(ctx, []room.Event{e})
	if err != nil {
		return room.Receipt{}, err
	}
	return receipts[0], nil
}

func (l *fakeLog) AppendAll(_ context.Context, events []room.Event) ([]room.Receipt, error) {
	l.requests++
	if l.requests == l.failing {
		return nil, room.ErrBusy
	}
	var receipts []room.Receipt
	for _, e := range events {
		l.seq++
		e.Seq = l.seq
		if e.Kind == room.KindItem {
			e.Item = &show.Change{} // it decides about no item
		} else if e.Kind == room.KindBan {
			ban := *e.Ban
			ban.ID = l.seq
			e.Ban = &ban
		} else if e.Kind == room.KindUnban {
			ban := l.svc.bans.find(e.Ban.ID)
			e.Ban = &ban
		} else if e.User != "" {
			e.IDs = []comment.ID{1}
		}
		l.events = append(l.events, e)
		receipts = append(receipts, room.Receipt{Event: e})
	}
	l.svc.apply(slices.Clone(l.events[len(l.events)-len(events):]))
	return receipts, nil
}

func (l *fakeLog) kinds() string {
	var names []string
	for _, e := range l.events {
		names = append(names, string(e.Kind))
	}
	return strings.Join(names, " ")
}

// fakeHistory has one comment by ann, from the address home.
type fakeHistory struct {
	History
	row room.Row
}

func (f fakeHistory) Comment(context.Context, string, comment.ID) (room.Row, error) {
	return f.row, nil
}

func (f fakeHistory) Neighbours(context.Context, string, string, time.Time) ([]string, error) {
	return []string{f.row.User}, nil
}

func (f fakeHistory) Comments(context.Context, string, room.HistoryQuery) ([]room.Row, bool, error) {
	return []room.Row{f.row}, false, nil
}

// newFakeLogService returns a service with the room live, over a journal in memory.
func newFakeLogService(t *testing.T) (*Service, *fakeLog) {
	t.Helper()
	log := &fakeLog{}
	ann := access.NewKeys([]byte("secret")).Pseudonym("live", "ann")
	svc := &Service{
		journal: log, rooms: map[string]*liveRoom{}, encoder: plainEncoder{}, outlet: outletFunc(func(string, room.View, []byte) {}),
		history: fakeHistory{row: room.Row{Comment: comment.Comment{ID: 1, User: ann}, Entry: room.Entry{Address: "home"}, Status: comment.Shown}},
		filter:  verdicts{},
		slog:    slog.New(slog.DiscardHandler), now: func() time.Time { return noon }, keys: access.NewKeys([]byte("secret")), refs: newRefs(),
		access: tableOf(t),
	}
	log.svc = svc
	svc.replays = replay.New(replay.Deps{Rooms: replayRooms{svc}, Log: svc.slog, Now: svc.now})
	svc.rooms["live"] = newRoom(room.Record{Room: room.New("live")}, nil, plainEncoder{}, svc.outlet, newClock(time.Now, nil), nil)
	t.Cleanup(svc.rooms["live"].close)
	return svc, log
}
