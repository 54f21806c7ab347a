package replay_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"danmaku/live/replay"
	"danmaku/testrace"

	"github.com/google/go-cmp/cmp"
)

// offsets is a recording with a comment at each of its seconds.
type offsets []int

func (offsets) Close() error { return nil }

func (r offsets) From(_ context.Context, offset time.Duration) iter.Seq2[replay.RecordedComment, error] {
	return func(yield func(replay.RecordedComment, error) bool) {
		for n, second := range r {
			at := time.Duration(second) * time.Second
			if at >= offset && !yield(replay.RecordedComment{N: n, Offset: at, Text: strconv.Itoa(second), Author: "a"}, nil) {
				return
			}
		}
	}
}

// testStage records what is played and when.
type testStage struct {
	begun time.Time
	mu    sync.Mutex
	heard []string // "text at second"
}

func (s *testStage) record(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, text+" at "+strconv.FormatFloat(time.Since(s.begun).Seconds(), 'f', -1, 64))
}

func (s *testStage) recorded() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

// Each row acts on a player at given seconds; what it plays, and when, is exact, since the
// test controls the clock.
func TestPlayerKeepsTimeThroughEveryControl(t *testing.T) {
	type act struct {
		at int // second
		do func(*replay.Player)
	}
	pause := func(p *replay.Player) { p.Pause() }
	resume := func(p *replay.Player) { p.Resume() }
	seek := func(to int) func(*replay.Player) {
		return func(p *replay.Player) { p.Seek(time.Duration(to) * time.Second) }
	}
	for name, row := range map[string]struct {
		offsets offsets
		speed   float64
		acts    []act
		want    []string
	}{
		"as it was":        {offsets{0, 2, 2, 9}, 1, nil, []string{"0 at 0", "2 at 2", "2 at 2", "9 at 9"}},
		"four times":       {offsets{0, 2, 10}, 4, nil, []string{"0 at 0", "2 at 0.5", "10 at 2.5"}},
		"a quarter":        {offsets{0, 2}, 0.25, nil, []string{"0 at 0", "2 at 8"}},
		"paused":           {offsets{0, 2, 9}, 1, []act{{1, pause}, {1, pause}, {5, resume}}, []string{"0 at 0", "2 at 6", "9 at 13"}},
		"faster from 2 on": {offsets{0, 2, 10}, 1, []act{{2, func(p *replay.Player) { p.SetSpeed(8) }}}, []string{"0 at 0", "2 at 2", "10 at 3"}},
		"back":             {offsets{0, 2, 4}, 1, []act{{3, seek(1)}}, []string{"0 at 0", "2 at 2", "2 at 4", "4 at 6"}},
		"ahead":            {offsets{0, 2, 4, 60}, 1, []act{{1, seek(59)}}, []string{"0 at 0", "60 at 2"}},
		"moved in a pause": {offsets{0, 2, 4}, 1, []act{{1, pause}, {2, seek(3)}, {9, resume}}, []string{"0 at 0", "4 at 10"}},
		"behind the end":   {offsets{0, 2, 4}, 1, []act{{1, seek(5)}}, []string{"0 at 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			testrace.Bubble(t, func(t *testing.T) {
				s := &testStage{begun: time.Now()}
				p := replay.NewPlayer(row.offsets, row.speed, func(_ context.Context, x replay.RecordedComment) (time.Duration, error) {
					s.record(x.Text)
					return 0, nil
				})
				for _, a := range row.acts {
					time.AfterFunc(time.Duration(a.at)*time.Second, func() { a.do(p) })
				}
				if err := p.Play(t.Context()); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(row.want, s.recorded()); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
			})
		})
	}
}

// A room that accepts comments more slowly than they come delays the player: nothing is
// lost, an author's comments keep their order, a pause holds waiting comments, and a jump
// drops them.
func TestPlayerWaitsForABusyRoom(t *testing.T) {
	testrace.Bubble(t, func(t *testing.T) {
		s := &testStage{begun: time.Now()}
		var next time.Time
		deliver := func(_ context.Context, x replay.RecordedComment) (time.Duration, error) { // one every 10 s
			if wait := time.Until(next); wait > 0 {
				return wait, nil
			}
			next = time.Now().Add(10 * time.Second)
			s.record(x.Text)
			return 0, nil
		}
		var all offsets
		for n := range 40 {
			all = append(all, n)
		}
		p := replay.NewPlayer(all, 1, deliver)
		played := make(chan error)
		go func() { played <- p.Play(t.Context()) }()
		time.Sleep(45 * time.Second)
		if at, _, _ := p.Where(); at > 20*time.Second {
			t.Errorf("it says %v, and has shown 5 of the first 13 s", at)
		}
		p.Pause()
		time.Sleep(time.Minute)
		if d := cmp.Diff([]string{"0 at 0", "1 at 10", "2 at 20", "3 at 30", "4 at 40"}, s.recorded()); d != "" {
			t.Errorf("before and in the pause (-want +got):\n%s", d)
		}
		p.Seek(38 * time.Second)
		p.Resume()
		if err := <-played; err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"38 at 105", "39 at 115"}, s.recorded()[5:]); d != "" {
			t.Errorf("after the jump (-want +got):\n%s", d)
		}
	})
}

var errBroken = errors.New("broken")

// torn is a recording that ends with an error.
type torn struct{ offsets }

func (r torn) From(ctx context.Context, offset time.Duration) iter.Seq2[replay.RecordedComment, error] {
	return func(yield func(replay.RecordedComment, error) bool) {
		for s := range r.offsets.From(ctx, offset) {
			if !yield(s, nil) {
				return
			}
		}
		yield(replay.RecordedComment{}, errBroken)
	}
}

func TestPlayerEnds(t *testing.T) {
	for name, row := range map[string]struct {
		recording replay.Source
		fail      string // the text whose delivery fails
		stop      bool   // after 3 s
		want      []string
		err       error
	}{
		"with the recording's error": {recording: torn{offsets{0, 2}}, want: []string{"0 at 0", "2 at 2"}, err: errBroken},
		"with the room's error":      {recording: offsets{0, 2, 4}, fail: "2", want: []string{"0 at 0"}, err: errBroken},
		"when it is stopped":         {recording: offsets{0, 2, 4}, stop: true, want: []string{"0 at 0", "2 at 2"}},
		"at once when it is empty":   {recording: offsets{}},
	} {
		t.Run(name, func(t *testing.T) {
			testrace.Bubble(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if row.stop {
					time.AfterFunc(3*time.Second, cancel)
				}
				s := &testStage{begun: time.Now()}
				err := replay.NewPlayer(row.recording, 1, func(_ context.Context, x replay.RecordedComment) (time.Duration, error) {
					if x.Text == row.fail {
						return 0, errBroken
					}
					s.record(x.Text)
					return 0, nil
				}).Play(ctx)
				if !errors.Is(err, row.err) || row.err == nil && err != nil {
					t.Errorf("ended with %v", err)
				}
				if d := cmp.Diff(row.want, s.recorded()); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
				if took := time.Since(s.begun); row.stop && took != 3*time.Second {
					t.Errorf("it took %v to stop after 3 s", took)
				}
			})
		})
	}
}

// brokenRecording panics after its first comment, as a reader with a bug would.
type brokenRecording struct{ offsets }

func (r brokenRecording) From(ctx context.Context, offset time.Duration) iter.Seq2[replay.RecordedComment, error] {
	return func(yield func(replay.RecordedComment, error) bool) {
		for s, err := range r.offsets.From(ctx, offset) {
			yield(s, err)
			panic("a fault of the reader")
		}
	}
}

// A panic ends its replay with an error. It neither ends the program nor leaves workers
// waiting forever.
func TestPlayerSurvivesPanics(t *testing.T) {
	fine := func(context.Context, replay.RecordedComment) (time.Duration, error) { return 0, nil }
	for name, row := range map[string]struct {
		recording replay.Source
		deliver   replay.Submitter
	}{
		"of the recording": {brokenRecording{offsets{0, 1}}, fine},
		"of the delivery": {offsets{0, 1}, func(context.Context, replay.RecordedComment) (time.Duration, error) {
			panic("a fault of the room")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			testrace.Bubble(t, func(t *testing.T) { // fails when a goroutine is left
				err := replay.NewPlayer(row.recording, 1, row.deliver).Play(t.Context())
				if err == nil || !strings.Contains(err.Error(), "a fault of the") {
					t.Errorf("Play returns %v", err)
				}
			})
		})
	}
}
