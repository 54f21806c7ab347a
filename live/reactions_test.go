package live

import (
	"context"
	"maps"
	"testing"
	"time"

	"danmaku/room"
)

// sums is an encoder that records the reactions it encodes.
type sums struct {
	plainEncoder
	sent map[string]int
}

func (s *sums) Reactions(counts map[string]int) []byte {
	s.sent = maps.Clone(counts)
	return []byte("reactions")
}

// atMost is a limiter that lets a fixed number of reactions count at once.
type atMost struct {
	free
	n int
}

func (l atMost) AllowReactions(_ room.LimitKey, n int) int { return min(n, l.n) }

// keptReactions is a log of counts that can fail.
type keptReactions struct {
	Shows
	minutes map[time.Time]map[string]int
	fault   error
}

func (k *keptReactions) AddReactions(_ context.Context, _ string, minutes []room.ReactionMinute) error {
	if k.fault != nil {
		return k.fault
	}
	for _, m := range minutes {
		if k.minutes[m.At] == nil {
			k.minutes[m.At] = map[string]int{}
		}
		for emoji, n := range m.Counts {
			k.minutes[m.At][emoji] += n
		}
	}
	return nil
}

func TestReactionsCountWhatTheRoomOffersAndTheLimitsLeave(t *testing.T) {
	someone := Author{Role: room.Audience, User: "ann", Address: "home"}
	for _, tt := range []struct {
		name  string
		state room.State
		who   Author
		limit int
		taps  map[string]int
		want  map[string]int
	}{
		{"one", room.Open, someone, 100, map[string]int{"👏": 1}, map[string]int{"👏": 1}},
		{"two kinds", room.Open, someone, 100, map[string]int{"👏": 3, "🎉": 2}, map[string]int{"👏": 3, "🎉": 2}},
		{"not offered", room.Open, someone, 100, map[string]int{"💣": 3}, nil},
		{"below zero", room.Open, someone, 100, map[string]int{"👏": -5, "🎉": 1}, map[string]int{"🎉": 1}},
		{"a whole thumb", room.Open, someone, 1000, map[string]int{"👏": 1 << 40, "🎉": 9}, map[string]int{"👏": mostTaps}},
		{"what is left", room.Open, someone, 4, map[string]int{"👏": 3, "🎉": 3}, map[string]int{"👏": 3, "🎉": 1}},
		{"nothing is left", room.Open, someone, 0, map[string]int{"👏": 3}, nil},
		{"comments are paused", room.Paused, someone, 100, map[string]int{"👏": 1}, map[string]int{"👏": 1}},
		{"closed", room.Closed, someone, 100, map[string]int{"👏": 1}, nil},
		{"an overlay", room.Open, Author{Role: room.Overlay}, 100, map[string]int{"👏": 1}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			svc, _ := newFakeLogService(t)
			enc := &sums{}
			svc.encoder, svc.limiter = enc, atMost{n: tt.limit}
			svc.attended = attended{rooms: map[*liveRoom]bool{}, wake: make(chan struct{}, 1)}
			r := svc.rooms["live"]
			r.setup.State, r.setup.Reactions = tt.state, []string{"👏", "🎉"}
			svc.React("live", tt.who, tt.taps)
			svc.broadcastReactions(r)
			if !maps.Equal(enc.sent, tt.want) {
				t.Errorf("sent %v, want %v", enc.sent, tt.want)
			}
			enc.sent = nil
			if svc.broadcastReactions(r); enc.sent != nil {
				t.Errorf("sent again: %v", enc.sent)
			}
		})
	}
}

// Sums go into the log minute by minute, also after a failed write, and a room with nothing
// left to send or store costs nothing.
func TestSumsOfReactionsAreKept(t *testing.T) {
	svc, _ := newFakeLogService(t)
	log := &keptReactions{minutes: map[time.Time]map[string]int{}, fault: room.ErrBusy}
	now := noon.Add(50 * time.Second)
	svc.shows, svc.limiter, svc.now = log, atMost{n: 100}, func() time.Time { return now }
	svc.attended = attended{rooms: map[*liveRoom]bool{}, wake: make(chan struct{}, 1)}
	r := svc.rooms["live"]
	r.setup.Reactions = []string{"👏"}
	tap := func(n int) { svc.React("live", Author{Role: room.Audience, User: "ann"}, map[string]int{"👏": n}) }
	tap(2)
	svc.keepReactions(t.Context(), r, time.Second) // starts the interval
	svc.keepReactions(t.Context(), r, time.Minute) // the log is busy
	now = now.Add(20 * time.Second)
	tap(3)
	log.fault = nil
	svc.keepReactions(t.Context(), r, time.Minute+time.Second) // too soon after the last try
	if len(log.minutes) != 0 {
		t.Fatalf("written too soon: %v", log.minutes)
	}
	svc.broadcastReactions(r)
	if !r.busy() {
		t.Error("counts that are not in the log yet are lost")
	}
	if err := svc.KeepReactions(t.Context(), "live"); err != nil {
		t.Fatal(err)
	}
	if log.minutes[noon]["👏"] != 2 || log.minutes[noon.Add(time.Minute)]["👏"] != 3 {
		t.Errorf("kept %v", log.minutes)
	}
	if r.busy() {
		t.Error("an idle room is still attended to")
	}
}
