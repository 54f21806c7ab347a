package live

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"danmaku/live/replay"
	"danmaku/room"
)

// machineOf is a cluster in which the service's machine is the home, or not.
type machineOf struct {
	Cluster
	home   bool
	states []string // reported replay states
}

func (m *machineOf) Decides() (bool, <-chan struct{}) { return m.home, nil }

func (m *machineOf) Replay(_ string, r replay.Report) { m.states = append(m.states, string(r.State)) }

// announcing is an outlet that also passes on frames outside the log.
type announcing struct{ outletFunc }

func (a announcing) Announce(roomID string, v room.View, frame []byte) {
	a.outletFunc(roomID, v, frame)
}

type storedChats = Chats

// countedChats is a list of connected chats that counts how often it is read.
type countedChats struct {
	storedChats
	read int
}

func (c *countedChats) Chats(ctx context.Context) ([]room.Chat, error) {
	c.read++
	return nil, ctx.Err()
}

// noRunner is a runner of chats without a chat.
type noRunner struct{ ChatRunner }

// A machine that stops while it becomes the home connects no chat, and logs no error.
func TestAHomeThatStopsConnectsNoChat(t *testing.T) {
	svc, _ := newFakeLogService(t)
	var logged strings.Builder
	svc.slog = slog.New(slog.NewTextHandler(&logged, nil))
	chats := &countedChats{}
	svc.chats.book.Stored, svc.chats.runner = chats, noRunner{}
	svc.cluster = &machineOf{home: true}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	svc.followHome(ctx)
	svc.startOutward(ctx) // stopped in the middle
	if chats.read != 1 || logged.Len() != 0 {
		t.Errorf("it read the chats %d times, and logged %q", chats.read, &logged)
	}
}

// A console that joins one machine is welcomed with the replay that another machine plays,
// as long as that machine reports it. When that machine has died, the consoles learn that
// the replay has stopped.
func TestAReplayOnAMachineThatDiesIsOver(t *testing.T) {
	svc, _ := newFakeLogService(t)
	var now time.Duration
	var heard []string
	svc.mono = func() time.Duration { return now }
	svc.cluster = &machineOf{}
	svc.outlet = announcing{outletFunc(func(_ string, v room.View, frame []byte) {
		if v == room.ViewConsole {
			heard = append(heard, string(frame))
		}
	})}
	greeted := func() (state replay.State) {
		t.Helper()
		err := svc.Join("live", room.ViewConsole, Resume{}, func(w Welcome) {
			if w.Replay != nil {
				state = w.Replay.State
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return state
	}
	svc.ReplayElsewhere("live", replay.Report{State: replay.Playing, File: "show.xml"})
	if got := greeted(); got != replay.Playing {
		t.Errorf("greeted with a replay that is %q", got)
	}
	now += forgetReplay
	svc.SendReplays()
	svc.ReplayElsewhere("live", replay.Report{State: replay.Paused, File: "show.xml"}) // it is alive
	now += forgetReplay
	svc.SendReplays()
	if got := greeted(); got != replay.Paused {
		t.Errorf("greeted with a replay that is %q, want one that pauses", got)
	}
	now++
	svc.SendReplays()
	if got := greeted(); got != "" {
		t.Errorf("greeted with a replay that is %q, of a machine that is gone", got)
	}
	if got := strings.Join(heard, " "); got != "playing paused stopped" {
		t.Errorf("consoles received %q", got)
	}
}
