package twitch_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"danmaku/connector"
	"danmaku/connector/connectortest"
	"danmaku/connector/twitch"
	"danmaku/connector/twitch/twitchtest"

	"github.com/gorilla/websocket"
)

// A thousand reconnects leave nothing behind.
func TestReconnectsLeakNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	server, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	clock := connectortest.NewClock()
	chats := connector.New(connector.Options{
		Env:   connector.Env{Clock: clock},
		Kinds: map[string]connector.Open{"twitch": twitch.Open}, Rooms: connectortest.Nobody{}, Bases: map[string]string{"twitch": server.URL()}, Log: slog.New(slog.DiscardHandler),
	})
	chats.Set(connector.Settings{ID: "c1", Room: "live", Kind: "twitch", Target: "mika_plays"})
	const times = 1000
	for i := range times {
		select {
		case client := <-server.Joined():
			clock.Advance(5 * time.Second) // one that is asked earlier waits
			client.Say(":tmi.twitch.tv RECONNECT")
		case <-time.After(3 * time.Minute):
			t.Fatalf("only %d connections came", i)
		}
	}
	chats.Close()
	server.Close()
	var now int
	for deadline, tick := time.Now().Add(3*time.Minute), time.Tick(2*time.Millisecond); time.Now().Before(deadline); <-tick {
		if now = runtime.NumGoroutine(); now <= before {
			return
		}
	}
	t.Errorf("%d goroutines, %d before", now, before)
}

// A server that asks each connection to go at once gets one new connection, then those that
// the supervisor paces.
func TestReconnectsInARowArePaced(t *testing.T) {
	var dials atomic.Int32
	r := runSourceBy(t, func(ctx context.Context, network, address string) (net.Conn, error) {
		dials.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}, nil)
	first := r.awaitJoined(t)
	first.Say(":tmi.twitch.tv RECONNECT")
	second := r.awaitClient(t)
	r.Clock.Advance(4 * time.Second)
	second.Say(":tmi.twitch.tv RECONNECT")
	if f := r.Fault(); f.Code != connector.FaultReconnect || f.Final {
		t.Errorf("%v", f)
	}
	if n := dials.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// A successor can be succeeded like its predecessor.
func TestReconnectOfASuccessor(t *testing.T) {
	r := runSource(t, nil)
	r.awaitJoined(t).Say(":tmi.twitch.tv RECONNECT")
	second := r.awaitClient(t)
	r.Clock.Advance(5 * time.Second)
	second.Say(":tmi.twitch.tv RECONNECT")
	r.awaitClient(t).Say(ordinaryLine("m1", "on the third"))
	for {
		if d := r.Next(); d.Message != nil {
			break
		}
	}
	r.MustRun()
}

// A server that asks for a new connection but refuses it at first loses no message: the old
// connection is read to its end, while new ones are tried.
func TestReconnectThatFailsAtFirst(t *testing.T) {
	refused := make(chan struct{}, 100)
	var dials atomic.Int32
	r := runSourceBy(t, func(ctx context.Context, network, address string) (net.Conn, error) {
		if n := dials.Add(1); n == 2 || n == 3 {
			refused <- struct{}{}
			return nil, errors.New("no way")
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}, nil)
	first := r.awaitJoined(t)
	first.Say(":tmi.twitch.tv RECONNECT")
	first.Say(ordinaryLine("m1", "one"))
	for range 2 {
		<-refused
		first.Say(ordinaryLine("m", "meanwhile"))
		r.Clock.AwaitTimer(t, time.Second)
		r.Clock.Advance(time.Second)
	}
	second := r.awaitClient(t)
	second.Say(ordinaryLine("m2", "on the new one"))
	var got []string
	for len(got) < 4 {
		if d := r.Next(); d.Message != nil {
			got = append(got, d.Message.ID)
		}
	}
	if strings.Join(got, " ") != "m1 m m m2" {
		t.Errorf("got %q", got)
	}
}

// When a connection ends before its successor is established, the fault is the successor's.
func TestReconnectThatFails(t *testing.T) {
	var dials atomic.Int32
	r := runSourceBy(t, func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) > 1 {
			return nil, syscall.ECONNREFUSED
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}, nil)
	first := r.awaitJoined(t)
	first.Say(":tmi.twitch.tv RECONNECT")
	first.Say(ordinaryLine("m1", "one"))
	first.Drop()
	if m := r.NextMessage(); m.ID != "m1" {
		t.Errorf("got %+v", m)
	}
	if f := r.Fault(); f.Code != connector.FaultNotRunning {
		t.Errorf("%v", f)
	}
}

// A server that accepts the connection and never welcomes us counts as silent; the fault
// does not concern the channel.
func TestServerThatDoesNotWelcome(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	up := make(chan struct{}, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		upgrader := websocket.Upgrader{}
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		up <- struct{}{}
		for err == nil {
			_, _, err = ws.ReadMessage()
		}
	})}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	clock := connectortest.NewClock()
	source, err := twitch.Open(connector.Settings{Target: "mika"}, connector.Env{
		Dial: (&net.Dialer{}).DialContext, Clock: clock, Jitter: func() float64 { return 0 }, Base: "http://" + listener.Addr().String(),
	})
	if err != nil {
		t.Fatal(err)
	}
	r := connectortest.Start(t, source, clock)
	<-up
	clock.AwaitTimer(t, 30*time.Second)
	clock.Advance(10 * time.Second)
	if f := r.Fault(); f.Code != connector.FaultSilent || f.Final {
		t.Errorf("%v", f)
	}
}

func TestReconnectLosesNothing(t *testing.T) {
	r := runSource(t, nil)
	first := r.awaitJoined(t)
	first.Say(":tmi.twitch.tv RECONNECT")
	first.Say(ordinaryLine("m1", "on the old connection"))
	second := r.awaitClient(t) // joins while the first still exists
	first.Say(ordinaryLine("m2", "on the old one, later"))
	second.Say(ordinaryLine("m3", "on the new one"))
	first.Drop() // as Twitch finally does
	seen := map[string]bool{}
	for len(seen) < 4 {
		switch d := r.Next(); {
		case d.Message != nil:
			seen[d.Message.ID] = true
		case d.Connected != "":
			seen[d.Connected] = true
		}
	}
	r.MustRun()
}

func TestFaults(t *testing.T) {
	notice := func(tags, text string) string { return tags + " :tmi.twitch.tv NOTICE #mika_plays :" + text }
	for _, row := range []struct {
		line  string
		code  connector.Code
		final bool
	}{
		{notice("@msg-id=msg_channel_suspended", "This channel does not exist or has been suspended."), connector.FaultSuspended, true},
		{notice("@msg-id=msg_banned", "You are permanently banned."), connector.FaultNoChannel, true},
		{notice("@msg-id=tos_ban", "Closed."), connector.FaultNoChannel, true},
		{":tmi.twitch.tv NOTICE #mika_plays :This channel does not exist or has been suspended.", connector.FaultSuspended, true},
		{":tmi.twitch.tv NOTICE * :Login authentication failed", connector.FaultKey, true},
	} {
		r := runSource(t, nil)
		r.awaitJoined(t).Say(row.line)
		if f := r.Fault(); f.Code != row.code || f.Final != row.final {
			t.Errorf("%s: %v, final %v", row.line, f, f.Final)
		}
	}
	t.Run("dropped", func(t *testing.T) {
		r := runSource(t, nil)
		r.awaitJoined(t).Drop()
		if f := r.Fault(); f.Code != connector.FaultLost || f.Final {
			t.Errorf("%v", f)
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		source, err := twitch.Open(connector.Settings{Target: "mika"}, connector.Env{
			Dial: (&net.Dialer{}).DialContext, Clock: connectortest.NewClock(), Jitter: func() float64 { return 0 }, Base: "ws://127.0.0.1:1",
		})
		if err != nil {
			t.Fatal(err)
		}
		if f := connector.Classify(source.Run(t.Context(), connectortest.NewSink(t))); f.Code != connector.FaultNotRunning || f.Final {
			t.Errorf("%v", f)
		}
	})
	t.Run("no such channel", func(t *testing.T) {
		r := runSource(t, func(s *twitchtest.Server) { s.IgnoreChannel("mika_plays") })
		r.awaitClient(t)
		r.Clock.Advance(10 * time.Second)
		f := r.Fault()
		if f.Code != connector.FaultNoChannel || f.Final || !f.RetryAt.Equal(r.Clock.Now().Add(time.Minute)) {
			t.Errorf("%v, again at %v", f, f.RetryAt)
		}
	})
	t.Run("silence", func(t *testing.T) {
		r := runSource(t, nil)
		c := r.awaitJoined(t)
		c.Silence()
		c.Say(ordinaryLine("m1", "the last that is heard"))
		r.NextMessage() // including the lines of the join
		r.Clock.AwaitTimer(t, 30*time.Second)
		r.Clock.Advance(30 * time.Second) // lines that arrived until now count
		r.Clock.AwaitTimer(t, 30*time.Second)
		r.Clock.Advance(30 * time.Second)
		r.Clock.AwaitTimer(t, 10*time.Second)
		r.Clock.Advance(10 * time.Second)
		if f := r.Fault(); f.Code != connector.FaultSilent {
			t.Errorf("%v", f)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		r := runSource(t, nil)
		c := r.awaitJoined(t)
		r.Stop()
		if err := r.End(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		<-c.Gone()
	})
}
