package connector_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"runtime"
	"syscall"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/connector"
	"danmaku/connector/connectortest"
)

func TestRetries(t *testing.T) {
	clock := connectortest.NewClock()
	tries := make(chan error)
	s := supervise(t, newRooms(), clock, func(ctx context.Context, out connector.Sink) error {
		select {
		case err := <-tries:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	s.Set(chat)
	lost := errors.New("gone")
	for _, wait := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		tries <- lost
		clock.AwaitTimer(t, wait*time.Second)
		if _, st, _ := s.Chat("c1"); st.Phase != connector.Retrying || st.Fault.Code != connector.FaultLost || !st.RetryAt.Equal(clock.Now().Add(wait*time.Second)) {
			t.Fatalf("after a fault the chat is %+v", st)
		}
		clock.Advance(wait * time.Second)
	}
	tries <- &connector.Fault{Code: connector.FaultQuota, RetryAt: clock.Now().Add(5 * time.Hour)}
	clock.AwaitTimer(t, 5*time.Hour)
	clock.Advance(5 * time.Hour)
	tries <- fmt.Errorf("dial: %w", syscall.ECONNREFUSED)
	if st := awaitPhase(t, s, connector.Retrying); st.Fault.Code != connector.FaultNotRunning {
		t.Fatalf("the fault is %v", st.Fault)
	}
	clock.AwaitTimer(t, 30*time.Second)
	clock.Advance(30 * time.Second)
	tries <- connector.Retry(connector.FaultReconnect, "", nil) // a chat that asks too early waits like others
	clock.AwaitTimer(t, 30*time.Second)
	clock.Advance(30 * time.Second)
	awaitPhase(t, s, connector.Connecting)
	clock.Advance(5 * time.Second)
	tries <- connector.Retry(connector.FaultReconnect, "", nil) // asks for a new connection at once
	tries <- connector.Stop(connector.FaultSuspended, "")
	st := awaitPhase(t, s, connector.Stopped)
	if st.Fault.Code != connector.FaultSuspended {
		t.Fatalf("the fault is %v", st.Fault)
	}
	s.Set(chat) // somebody starts it again
	awaitPhase(t, s, connector.Connecting)
	off := chat
	off.Off = true
	s.Set(off)
	awaitPhase(t, s, connector.Off)
}

func TestRetryWaitStartsAnewAfterAHealthyConnection(t *testing.T) {
	clock := connectortest.NewClock()
	tries := make(chan error)
	s := supervise(t, newRooms(), clock, func(ctx context.Context, out connector.Sink) error {
		out.Connected("Mika")
		select {
		case err := <-tries:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	s.Set(chat)
	for _, wait := range []time.Duration{1, 2, 4} {
		tries <- errors.New("gone")
		clock.AwaitTimer(t, wait*time.Second)
		clock.Advance(wait * time.Second)
	}
	if st := awaitPhase(t, s, connector.Connected); st.Channel != "Mika" {
		t.Fatalf("the channel is %q", st.Channel)
	}
	clock.Advance(2 * time.Minute)
	tries <- errors.New("gone")
	clock.AwaitTimer(t, time.Second)
}

func TestPanicInASourceEndsItsConnectionAlone(t *testing.T) {
	clock := connectortest.NewClock()
	s := supervise(t, newRooms(), clock, func(context.Context, connector.Sink) error { panic("boom") })
	s.Set(chat)
	if st := awaitPhase(t, s, connector.Retrying); st.Fault.Code != connector.FaultAnswer {
		t.Fatalf("the fault is %v", st.Fault)
	}
}

// superviseOpenSink runs a chat whose sink the test controls.
func superviseOpenSink(t *testing.T, r connector.Rooms, clock connector.Clock) (*supervisor, connector.Sink) {
	t.Helper()
	sinks := make(chan connector.Sink, 1)
	s := supervise(t, r, clock, func(ctx context.Context, out connector.Sink) error {
		sinks <- out
		<-ctx.Done()
		return ctx.Err()
	})
	s.Set(chat)
	return s, <-sinks
}

func TestRemovals(t *testing.T) {
	r := newRooms()
	_, out := superviseOpenSink(t, r, connectortest.NewClock())
	out.Message(message("m1", "u1", "one"))
	expectActs(t, r.acts, "submit one")
	out.Message(message("m2", "u1", "two"))
	expectActs(t, r.acts, "submit two")

	for _, row := range []struct {
		removal connector.Removal
		want    string
	}{
		{connector.Removal{Origin: comment.FromTwitch, MessageID: "m1"}, "take down 1"},
		{connector.Removal{Origin: comment.FromTwitch, MessageID: "old"}, "take down ref twitch old"},
		{connector.Removal{Origin: comment.FromYouTube, MessageID: "m2"}, "take down ref youtube m2"},
		{connector.Removal{Origin: comment.FromTwitch, UserID: "u1", Mute: time.Minute}, "take down author twitch u1 1m0s false"},
		{connector.Removal{Origin: comment.FromTwitch, Login: "login-u1", Forever: true}, "take down author twitch u1 0s true"},
		// A login identifies a person only on one platform.
		{connector.Removal{Origin: comment.FromKick, Login: "login-u1"}, "take down author kick name:login-u1 0s false"},
		{connector.Removal{Origin: comment.FromTwitch, Login: "Nobody"}, "take down author twitch name:nobody 0s false"},
		{connector.Removal{Origin: comment.FromTwitch, All: true}, "take down all twitch"},
	} {
		out.Removal(row.removal)
		expectActs(t, r.acts, row.want)
	}
	out.Removal(connector.Removal{Origin: comment.FromTwitch}) // names neither comment nor person
	out.Message(message("m1", "u2", "one again"))              // a tool resends its history
	out.Message(message("m3", "u3", "three"))
	expectActs(t, r.acts, "submit three")
}

// A removal from a tool that names no platform applies to the platform of the message; an
// unknown one is tried on every platform, and counted.
func TestRemovalsOfAnyOrigin(t *testing.T) {
	r := newRooms()
	s, out := superviseOpenSink(t, r, connectortest.NewClock())
	m := message("m1", "u1", "one")
	m.Origin = comment.FromNiconico
	out.Message(m)
	out.Message(message("m2", "u1", "two")) // by the same worker: it has stored the first by then
	expectActs(t, r.acts, "submit one", "submit two")
	out.Removal(connector.Removal{Origin: connector.AnyOrigin, MessageID: "m1"})
	expectActs(t, r.acts, "take down 1")
	m.Text = "one again"
	out.Message(m) // buried on every platform
	out.Removal(connector.Removal{Origin: connector.AnyOrigin, MessageID: "nowhere"})
	for _, origin := range comment.Platforms {
		expectActs(t, r.acts, "take down ref "+string(origin)+" nowhere")
	}
	out.Removal(connector.Removal{Origin: connector.AnyOrigin})
	for {
		if _, st, _ := s.Chat("c1"); st.Counts.Unknown == 2 && st.Counts.Gone == 2 {
			break
		}
		runtime.Gosched()
	}
}

// New switches apply to later messages, and the connection stays. Any other change
// reconnects.
func TestSwitchesOfARunningChat(t *testing.T) {
	r := newRooms()
	sinks := make(chan connector.Sink, 1)
	s := supervise(t, r, connectortest.NewClock(), func(ctx context.Context, out connector.Sink) error {
		sinks <- out
		<-ctx.Done()
		return ctx.Err()
	})
	settings := chat
	settings.Secret = map[string]string{"key": "k"}
	s.Set(settings)
	out := <-sinks
	guest := message("m1", "u1", "a guest")
	guest.Guest = true
	out.Message(guest) // not yet
	settings.Secret = map[string]string{"key": "k"}
	settings.Guests, settings.HoldAll, settings.Emotes, settings.FollowBans, settings.MinMicros = true, true, true, false, 5
	s.Set(settings)
	if got, _, _ := s.Chat("c1"); !reflect.DeepEqual(got, settings) {
		t.Errorf("the settings are %+v", got)
	}
	out.Message(guest)
	expectActs(t, r.acts, "submit a guest")
	if got := r.last(); !reflect.DeepEqual(got, settings) {
		t.Errorf("submitted by %+v", got)
	}
	out.Removal(connector.Removal{Origin: comment.FromTwitch, UserID: "u1", Forever: true})
	expectActs(t, r.acts, "take down author twitch u1 0s false")
	if n := len(sinks); n > 0 {
		t.Error("it was reconnected")
	}
	if _, st, _ := s.Chat("c1"); st.Counts.Received != 1 {
		t.Errorf("its counts are %+v", st.Counts)
	}
	for _, change := range []func(*connector.Settings){
		func(c *connector.Settings) { c.Secret = map[string]string{"key": "another"} },
		func(c *connector.Settings) { c.Target = "another" },
	} {
		change(&settings)
		s.Set(settings)
		select {
		case <-sinks:
		case <-time.After(patience):
			t.Fatal("it was not reconnected")
		}
	}
}

// A stopped chat is started again as soon as anything is set.
func TestStoppedChatIsTriedAgain(t *testing.T) {
	runs := make(chan struct{}, 10)
	s := supervise(t, newRooms(), connectortest.NewClock(), func(context.Context, connector.Sink) error {
		runs <- struct{}{}
		return connector.Stop(connector.FaultKey, "")
	})
	for range 2 {
		s.Set(chat)
		<-runs
		awaitPhase(t, s, connector.Stopped)
	}
}

// A payment without a message gets its amount as the text; an ordinary message without text
// is dropped.
func TestPaidWithoutWords(t *testing.T) {
	r := newRooms()
	s, out := superviseOpenSink(t, r, connectortest.NewClock())
	out.Message(message("m1", "u1", " "))
	m := message("m2", "u1", "")
	m.Paid = &connector.Paid{Micros: 5_500_000, Currency: "USD", Level: 2}
	m.Emotes = []connector.Emote{{To: 1}}
	out.Message(m)
	expectActs(t, r.acts, "submit $5.50")
	if _, st, _ := s.Chat("c1"); st.Counts.Received != 1 {
		t.Errorf("%+v", st.Counts)
	}
}

func TestRemovalWinsOverAMessageInFlight(t *testing.T) {
	for name, removal := range map[string]connector.Removal{
		"message": {Origin: comment.FromTwitch, MessageID: "m1"},
		"author":  {Origin: comment.FromTwitch, UserID: "u1"},
		"all":     {Origin: comment.FromTwitch, All: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRooms()
			under, goOn := make(chan struct{}), make(chan struct{})
			r.submit = func(m connector.Message) (connector.Result, error) {
				close(under)
				<-goOn
				return connector.Result{ID: 77, Status: comment.Shown}, nil
			}
			s, out := superviseOpenSink(t, r, connectortest.NewClock())
			out.Message(message("m1", "u1", "one"))
			<-under
			out.Message(message("m2", "u1", "waits behind it"))
			out.Removal(removal)
			if name == "message" {
				out.Removal(connector.Removal{Origin: comment.FromTwitch, MessageID: "m2"})
			}
			close(goOn)
			found := false
			for range 4 {
				select {
				case act := <-r.acts:
					found = found || act == "take down 77"
				case <-time.After(patience):
					t.Fatal("the message under way was not taken down")
				}
				if found {
					break
				}
			}
			s.Close()
			if _, st, _ := s.Chat("c1"); st.Counts.Shown != 1 {
				t.Errorf("%d messages were shown, want the one under way alone", st.Counts.Shown)
			}
		})
	}
}

func TestOverflowIsCountedAndNeverWaits(t *testing.T) {
	r := newRooms()
	goOn := make(chan struct{})
	r.submit = func(connector.Message) (connector.Result, error) {
		<-goOn
		return connector.Result{Limited: true}, nil
	}
	s, out := superviseOpenSink(t, r, connectortest.NewClock())
	const n = 5_000
	for i := range n {
		out.Message(message(fmt.Sprint("m", i), fmt.Sprint("u", i), "hi"))
	}
	close(goOn)
	s.Close()
	_, st, _ := s.Chat("c1")
	if c := st.Counts; c.Received != n || c.Overflow == 0 || c.Limited+c.Overflow != n {
		t.Fatalf("counts are %+v", c)
	}
}

// A chat that is too big is sampled evenly: in a room that accepts every tenth message of
// authors who write in turn, it is not always the same ones who pass.
func TestAFullRoomSamplesAChatEvenly(t *testing.T) {
	const authors, each, step = 10, 100, 10 * time.Millisecond
	clock := connectortest.NewClock()
	var free time.Time // when the room accepts another one
	passed := make(map[string]int)
	r := newRooms()
	r.submit = func(m connector.Message) (connector.Result, error) {
		now := clock.Now()
		if wait := free.Sub(now); wait > 0 {
			return connector.Result{Limited: true, Wait: wait}, nil
		}
		free = now.Add(authors * step)
		if m.Paid == nil {
			passed[m.UserID]++
		}
		return connector.Result{ID: 1, Status: comment.Shown}, nil
	}
	jitter := rand.New(rand.NewPCG(1, 2)).Float64 // any seed would do
	sinks := make(chan connector.Sink, 1)
	s := connector.New(connector.Options{
		Kinds: map[string]connector.Open{"fake": func(connector.Settings, connector.Env) (connector.Source, error) {
			return source{func(ctx context.Context, out connector.Sink) error {
				sinks <- out
				<-ctx.Done()
				return ctx.Err()
			}}, nil
		}},
		Rooms: r, Env: connector.Env{Clock: clock, Jitter: jitter}, Log: slog.New(slog.DiscardHandler),
	})
	defer s.Close()
	s.Set(chat)
	out := <-sinks
	settled := func(n int) { // each message has its answer before the next one comes
		for deadline := time.Now().Add(30 * time.Second); ; runtime.Gosched() {
			_, st, _ := s.Chat("c1")
			if c := st.Counts; c.Shown+c.Limited == n {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("a message got no answer")
			}
		}
	}
	for i := range authors * each {
		out.Message(message(fmt.Sprint("m", i), fmt.Sprint("u", i%authors), "hi"))
		settled(i + 1)
		clock.Advance(step)
	}
	total := 0
	for i := range authors {
		n := passed[fmt.Sprint("u", i)]
		if total += n; n < 1 || n > 3*each/authors {
			t.Errorf("author %d passed %d times, of %v", i, n, passed)
		}
	}
	if total < authors*each/20 {
		t.Errorf("%d passed in all", total)
	}
	// A paying author is never dropped without asking.
	m := message("paid", "u1", "hi")
	m.Paid = &connector.Paid{Micros: 1, Currency: "USD", Level: 1}
	free = time.Time{}
	out.Message(m)
	settled(authors*each + 1)
	if _, st, _ := s.Chat("c1"); st.Counts.Shown != total+1 {
		t.Errorf("%d were shown, want the paid one, too", st.Counts.Shown-total)
	}
}

func TestGuestsAndBansCanBeSwitchedOff(t *testing.T) {
	r := newRooms()
	s := supervise(t, r, connectortest.NewClock(), func(ctx context.Context, out connector.Sink) error {
		m := message("m1", "u1", "guest")
		m.Guest = true
		out.Message(m)
		out.Message(message("m2", "u1", "own"))
		<-ctx.Done()
		return ctx.Err()
	})
	plain := chat
	plain.FollowBans = false
	s.Set(plain)
	expectActs(t, r.acts, "submit own")
	s.Retract("c1", connector.Removal{Origin: comment.FromTwitch, UserID: "u1", Mute: time.Hour, Forever: true})
	expectActs(t, r.acts, "take down author twitch u1 0s false")
}

// A vote counts however full the room is, and is not a message.
func TestAFullRoomTakesVotes(t *testing.T) {
	r := newRooms()
	r.submit = func(connector.Message) (connector.Result, error) {
		r.acts <- "full"
		return connector.Result{Limited: true, Wait: time.Hour}, nil
	}
	_, out := superviseOpenSink(t, r, connectortest.NewClock())
	out.Message(message("m1", "u1", "hi"))
	expectActs(t, r.acts, "full")
	for i := range 20 {
		out.Message(message(fmt.Sprint("v", i), "u1", "vote"))
		expectActs(t, r.acts, "vote of u1")
	}
}

func TestCommentsOfAnAuthorKeepTheirOrder(t *testing.T) {
	r := newRooms()
	_, out := superviseOpenSink(t, r, connectortest.NewClock())
	for i := range 50 {
		out.Message(message(fmt.Sprint("m", i), "u1", fmt.Sprint(i)))
	}
	for i := range 50 {
		expectActs(t, r.acts, fmt.Sprint("submit ", i))
	}
}
