package live

import (
	"context"
	"testing"

	"danmaku/room"
)

// aheadLog is a log that the room has not applied yet.
type aheadLog struct {
	Journal
	last int64
}

func (l aheadLog) Since(_ context.Context, _ string, after int64, limit int) (events []room.Event, err error) {
	for seq := after + 1; seq <= l.last && len(events) < limit; seq++ {
		events = append(events, room.Event{Seq: seq})
	}
	return events, nil
}

// A new webhook begins after all logged events, however far the room has applied them.
func TestANewWebhookBeginsAtTheEndOfTheLog(t *testing.T) {
	svc, _ := newFakeLogService(t)
	for _, last := range []int64{0, 1, webhookBatch, 2*webhookBatch + 7} {
		svc.journal = aheadLog{last: last}
		if got, err := svc.lastLogged(t.Context(), svc.rooms["live"]); err != nil || got != last {
			t.Errorf("the last event is %d, %v; want %d", got, err, last)
		}
	}
}
