package twitch_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/connector"
	"danmaku/connector/connectortest"
	"danmaku/connector/twitch"
	"danmaku/connector/twitch/twitchtest"
)

// reading is a source that runs against a fake Twitch.
type reading struct {
	*connectortest.Run
	server *twitchtest.Server
}

// runSource runs a source of the channel mika_plays, ignored or not.
func runSource(t *testing.T, prepare func(*twitchtest.Server)) *reading {
	t.Helper()
	return runSourceBy(t, (&net.Dialer{}).DialContext, prepare)
}

// runSourceBy is read by connections of a kind.
func runSourceBy(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), prepare func(*twitchtest.Server)) *reading {
	t.Helper()
	server, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if prepare != nil {
		prepare(server)
	}
	clock := connectortest.NewClock()
	source, err := twitch.Open(connector.Settings{Target: "Mika_Plays"}, connector.Env{
		Dial: dial, Clock: clock, Jitter: func() float64 { return 0.5 }, Base: server.URL(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &reading{connectortest.Start(t, source, clock), server}
}

// awaitJoined waits until the source's join is confirmed.
func (r *reading) awaitJoined(t *testing.T) *twitchtest.Client {
	t.Helper()
	c := r.awaitClient(t)
	if name := r.NextConnected(); name != "mika_plays" {
		t.Fatalf("connected to %q", name)
	}
	return c
}

func (r *reading) awaitClient(t *testing.T) *twitchtest.Client {
	t.Helper()
	c := connectortest.Await(r.Run, r.server.Joined(), "client")
	if c.Channel() != "#mika_plays" {
		t.Fatalf("the source joined %q", c.Channel())
	}
	return c
}

func ordinaryLine(id, text string) string {
	return twitchtest.Message{ID: id, UserID: "70001", Login: "mikaneko", Name: "Mika Neko", Text: text}.Line("#mika_plays")
}

func TestMessages(t *testing.T) {
	emote := func(from, to int, name, id string) connector.Emote {
		return connector.Emote{From: from, To: to, Name: name, URL: "https://static-cdn.jtvnw.net/emoticons/v2/" + id + "/default/dark/2.0"}
	}
	r := runSource(t, nil)
	c := r.awaitJoined(t)
	for _, row := range []struct {
		name string
		line string
		want connector.Message
	}{
		{
			"everything", `@badge-info=subscriber/14;badges=subscriber/12,premium/1;client-nonce=0c1d;color=#1E90FF;display-name=Mika\sNeko;emotes=25:0-4,15-19/emotesv2_ab12:6-13;first-msg=0;flags=;id=m1;mod=0;room-id=90001;tmi-sent-ts=1764340000123;user-id=70001;user-type= :mikaneko!mikaneko@mikaneko.tmi.twitch.tv PRIVMSG #mika_plays :Kappa mikaWave Kappa`,
			connector.Message{
				ID: "m1", UserID: "70001", Login: "mikaneko", Name: "Mika Neko", Color: "#1e90ff", Badge: connector.Member,
				Text: "Kappa mikaWave Kappa", At: time.UnixMilli(1764340000123),
				Emotes: []connector.Emote{emote(0, 5, "Kappa", "25"), emote(6, 14, "mikaWave", "emotesv2_ab12"), emote(15, 20, "Kappa", "25")},
			},
		},
		{
			"no display name", `@badges=vip/1;color=;display-name=;emotes=;id=m2;room-id=90001;user-id=70002 :old_login!old_login@old_login.tmi.twitch.tv PRIVMSG #mika_plays :first!`,
			connector.Message{ID: "m2", UserID: "70002", Login: "old_login", Name: "old_login", Text: "first!"},
		},
		{
			"emotes count code points", `@color=#FF69B4;display-name=雪ねこ;emotes=25:2-6;id=m3;room-id=90001;user-id=70003 :yukineko!yukineko@x PRIVMSG #mika_plays :😂 Kappa`,
			connector.Message{ID: "m3", UserID: "70003", Login: "yukineko", Name: "雪ねこ", Color: "#ff69b4", Text: "😂 Kappa", Emotes: []connector.Emote{emote(2, 7, "Kappa", "25")}},
		},
		{
			"bits", `@badges=bits/100;bits=100;display-name=Rich;id=m4;room-id=90001;user-id=70004 :rich!rich@x PRIVMSG #mika_plays :Cheer100 take my money`,
			connector.Message{ID: "m4", UserID: "70004", Login: "rich", Name: "Rich", Text: "Cheer100 take my money", Paid: &connector.Paid{Micros: 100_000_000, Currency: "BITS", Level: 2}},
		},
		{
			"hype chat", `@display-name=Rich;id=m5;pinned-chat-paid-amount=500;pinned-chat-paid-currency=EUR;pinned-chat-paid-exponent=2;pinned-chat-paid-level=THREE;room-id=90001;user-id=70004 :rich!rich@x PRIVMSG #mika_plays :hello`,
			connector.Message{ID: "m5", UserID: "70004", Login: "rich", Name: "Rich", Text: "hello", Paid: &connector.Paid{Micros: 5_000_000, Currency: "EUR", Level: 2}},
		},
		{
			"reply to a name with a space", `@display-name=Reply;emotes=25:11-15;id=m6b;reply-parent-display-name=Mika\sNeko;reply-parent-msg-id=m1;room-id=90001;user-id=70005 :reply!reply@x PRIVMSG #mika_plays :@Mika Neko Kappa yes`,
			connector.Message{ID: "m6b", UserID: "70005", Login: "reply", Name: "Reply", Text: "Kappa yes", Emotes: []connector.Emote{emote(0, 5, "Kappa", "25")}},
		},
		{
			"reply", `@display-name=Reply;emotes=25:6-10;id=m6;reply-parent-display-name=Mika;reply-parent-msg-body=is\sit\:\sa\\b?;reply-parent-msg-id=m1;room-id=90001;user-id=70005 :reply!reply@x PRIVMSG #mika_plays :@Mika Kappa yes`,
			connector.Message{ID: "m6", UserID: "70005", Login: "reply", Name: "Reply", Text: "Kappa yes", Emotes: []connector.Emote{emote(0, 5, "Kappa", "25")}},
		},
		{
			"action", "@display-name=Mika;emotes=25:6-10;id=m7;room-id=90001;user-id=70001 :mikaneko!mikaneko@x PRIVMSG #mika_plays :\x01ACTION waves Kappa\x01",
			connector.Message{ID: "m7", UserID: "70001", Login: "mikaneko", Name: "Mika", Text: "waves Kappa", Emotes: []connector.Emote{emote(6, 11, "Kappa", "25")}},
		},
		{
			"guest of a shared chat", `@badges=;display-name=Guest;id=m8;room-id=90001;source-badges=moderator/1;source-id=x;source-room-id=90777;user-id=70006 :guest!guest@x PRIVMSG #mika_plays :hi from the other channel`,
			connector.Message{ID: "m8", UserID: "70006", Login: "guest", Name: "Guest", Text: "hi from the other channel", Guest: true, Badge: connector.Moderator},
		},
		{
			"own message during a shared chat", `@badges=broadcaster/1;display-name=Mika;id=m9;room-id=90001;source-badges=broadcaster/1;source-id=x;source-room-id=90001;user-id=70001 :mikaneko!mikaneko@x PRIVMSG #mika_plays :hi`,
			connector.Message{ID: "m9", UserID: "70001", Login: "mikaneko", Name: "Mika", Text: "hi", Badge: connector.Broadcaster},
		},
		{
			"words at a resubscription", `@badges=subscriber/6;display-name=Gul;id=m10;login=gul;msg-id=resub;room-id=90001;system-msg=Gul\ssubscribed.;user-id=70007 :tmi.twitch.tv USERNOTICE #mika_plays :six months!`,
			connector.Message{ID: "m10", UserID: "70007", Login: "gul", Name: "Gul", Text: "six months!", Badge: connector.Member},
		},
		{
			"broken ranges", `@display-name=Bad;emotes=25:0-4,3-9/1902:90-94/x:9/:0-1/../up:0-2/7:-1-2/8:4-1;id=m11;room-id=90001;user-id=70008 :bad!bad@x PRIVMSG #mika_plays :Kappa`,
			connector.Message{ID: "m11", UserID: "70008", Login: "bad", Name: "Bad", Text: "Kappa", Emotes: []connector.Emote{emote(0, 5, "Kappa", "25")}},
		},
		{
			"escapes", `@display-name=a\\sb\:c\sd\;id=m12;unknown;room-id=90001;user-id=70009 :esc!esc@x PRIVMSG #mika_plays ::) a  b : c`,
			connector.Message{ID: "m12", UserID: "70009", Login: "esc", Name: `a\sb;c d`, Text: ":) a  b : c"},
		},
	} {
		c.Say(row.line)
		got := r.NextMessage()
		row.want.Origin = comment.FromTwitch
		if fmt.Sprintf("%+v %+v", got, got.Paid) != fmt.Sprintf("%+v %+v", row.want, row.want.Paid) && !equalMessages(got, row.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", row.name, got, row.want)
		}
	}
	select {
	case f := <-c.Faults():
		t.Error(f)
	default:
	}
}

// equalMessages compares messages, with Paid by value.
func equalMessages(a, b connector.Message) bool {
	if (a.Paid == nil) != (b.Paid == nil) || a.Paid != nil && *a.Paid != *b.Paid {
		return false
	}
	a.Paid, b.Paid = nil, nil
	return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b)
}

func TestNoticesWithoutTextAreNoMessages(t *testing.T) {
	r := runSource(t, nil)
	c := r.awaitJoined(t)
	for _, l := range []string{
		`@msg-id=sub;login=gul;user-id=7;id=a :tmi.twitch.tv USERNOTICE #mika_plays`,
		`@msg-id=raid;login=gul;user-id=7;id=b :tmi.twitch.tv USERNOTICE #mika_plays :text`,
		`@msg-id=slow_on :tmi.twitch.tv NOTICE #mika_plays :This room is now in slow mode.`,
		`:x!x@x JOIN #mika_plays`, `:tmi.twitch.tv GLOBALUSERSTATE`, `@slow=10 :tmi.twitch.tv ROOMSTATE #mika_plays`,
	} {
		c.Say(l)
	}
	c.Say(ordinaryLine("m1", "after them"))
	if m := r.NextMessage(); m.ID != "m1" {
		t.Errorf("got %+v", m)
	}
}

func TestRemovals(t *testing.T) {
	r := runSource(t, nil)
	c := r.awaitJoined(t)
	for _, row := range []struct {
		line string
		want connector.Removal
	}{
		{`@login=mikaneko;room-id=;target-msg-id=m1;tmi-sent-ts=1 :tmi.twitch.tv CLEARMSG #mika_plays :Kappa`, connector.Removal{MessageID: "m1"}},
		{`@ban-duration=600;room-id=90001;target-user-id=70001 :tmi.twitch.tv CLEARCHAT #mika_plays :mikaneko`, connector.Removal{UserID: "70001", Login: "mikaneko", Mute: 10 * time.Minute}},
		{`@room-id=90001;target-user-id=70001 :tmi.twitch.tv CLEARCHAT #mika_plays :mikaneko`, connector.Removal{UserID: "70001", Login: "mikaneko", Forever: true}},
		{`@room-id=90001;tmi-sent-ts=2 :tmi.twitch.tv CLEARCHAT #mika_plays`, connector.Removal{All: true}},
	} {
		row.want.Origin = comment.FromTwitch
		c.Say(row.line)
		if got := r.NextRemoval(); got != row.want {
			t.Errorf("%s: got %+v, want %+v", row.line, got, row.want)
		}
	}
}

func TestFrames(t *testing.T) {
	r := runSource(t, nil)
	c := r.awaitJoined(t)
	c.Send(ordinaryLine("m1", "one") + "\r\n" + ordinaryLine("m2", "two") + "\r\n")
	two := ordinaryLine("m3", "three") + "\r\n" + ordinaryLine("m4", "four") + "\n"
	for i := range len(two) { // a frame for each byte, which splits characters and line breaks
		c.SendBytes([]byte(two[i : i+1]))
	}
	for i, want := range []string{"one", "two", "three", "four"} {
		if m := r.NextMessage(); m.Text != want {
			t.Errorf("message %d is %q, want %q", i, m.Text, want)
		}
	}
	// An invalid line is skipped and counted.
	for _, bad := range []string{
		"@tags-without-an-end", ":prefix-alone", "PRIVMSG #mika_plays :a\x00b", "PRIVMSG #mika_plays :" + strings.Repeat("x", 64<<10), "   ",
	} {
		c.Say(bad)
		if d := r.Next(); !d.Skipped {
			t.Errorf("%.30q: %+v", bad, d)
		}
	}
	c.Say(ordinaryLine("m5", "five"))
	if m := r.NextMessage(); m.Text != "five" {
		t.Errorf("got %+v", m)
	}
}

// A line without a break ends where the next begins, when nothing follows for a while, and
// with the connection. User text never begins a line.
func TestLinesWithoutABreak(t *testing.T) {
	r := runSource(t, nil)
	c := r.awaitJoined(t)
	next := func(want string) {
		t.Helper()
		if m := r.NextMessage(); m.Text != want {
			t.Errorf("got %q, want %q", m.Text, want)
		}
	}
	c.Send(ordinaryLine("m1", "one"))
	c.Send(ordinaryLine("m2", "two"))
	next("one")
	c.Send(":tmi.twitch.tv NOTICE #mika_plays :This room is in slow mode.")
	next("two")
	c.Send("PING :a")
	c.Send("PING :b\r\n")
	for _, want := range []string{"a", "b"} {
		if pong := connectortest.Await(r.Run, c.Pongs(), "PONG"); pong != want {
			t.Errorf("the answer is %q, want %q", pong, want)
		}
	}
	for _, part := range []string{"@Mika yes", ":) :tmi.twitch.tv", "PINGPONG"} { // a split within the text
		c.Send(ordinaryLine("m3", "well "))
		c.Send(part + "\r\n")
		next("well " + part)
	}
	r.Clock.Advance(time.Second) // past the timers of lines that are complete by now
	c.Send(ordinaryLine("m4", "four"))
	r.Clock.AwaitTimer(t, time.Second)
	r.Clock.Advance(time.Second)
	next("four")
	c.Send(ordinaryLine("m5", "five"))
	r.Clock.AwaitTimer(t, time.Second) // it has arrived
	c.Drop()
	next("five")
}

func TestPingIsAnswered(t *testing.T) {
	r := runSource(t, nil)
	c := r.awaitJoined(t)
	for ping, want := range map[string]string{
		"PING :tmi.twitch.tv": "tmi.twitch.tv", "PING tmi.twitch.tv": "tmi.twitch.tv", "PING": "", "ping :a b c": "a b c",
		":tmi.twitch.tv PING :x": "x", "@time=1 :tmi.twitch.tv PING  :y": "y",
	} {
		c.Say(ping)
		if pong := connectortest.Await(r.Run, c.Pongs(), "PONG to "+ping); pong != want {
			t.Errorf("%q: the answer is %q", ping, pong)
		}
	}
}

// Frames may be split at any byte.
func TestFramesCutAtEveryByte(t *testing.T) {
	r := runSourceBy(t, connectortest.CutDial, nil)
	c := r.awaitJoined(t)
	c.Send(ordinaryLine("m1", "寒い 😂") + "\r\n" + ordinaryLine("m2", "two"))
	c.Send("\r\n")
	for _, want := range []string{"寒い 😂", "two"} {
		if m := r.NextMessage(); m.Text != want {
			t.Errorf("got %q", m.Text)
		}
	}
}

// A server may confirm a channel in any of the ways that IRC has.
func TestConfirmations(t *testing.T) {
	for _, line := range []string{
		"@room-id=1 :tmi.twitch.tv ROOMSTATE #mika_plays", ":tmi.twitch.tv ROOMSTATE #MIKA_PLAYS",
		":justinfan54999.tmi.twitch.tv 366 justinfan54999 #mika_plays :End of /NAMES list", ":justinfan54999!justinfan54999@x JOIN #mika_plays",
		":justinfan54999 JOIN :#mika_plays",
	} {
		r := runSource(t, func(s *twitchtest.Server) { s.IgnoreChannel("mika_plays") })
		c := r.awaitClient(t)
		for _, other := range []string{":tmi.twitch.tv ROOMSTATE #another", ":somebody!somebody@x JOIN #mika_plays", ":x 366 x #another :End"} {
			c.Say(other)
		}
		c.Say(ordinaryLine("m1", "before"))
		c.Say(line)
		if m := r.NextMessage(); m.ID != "m1" {
			t.Errorf("got %+v", m)
		}
		if name := r.NextConnected(); name != "mika_plays" {
			t.Errorf("%s: %q", line, name)
		}
	}
}

// Lines of other channels are ignored, and a guest channel of a shared chat neither clears
// this room nor mutes people here.
func TestOtherChannels(t *testing.T) {
	r := runSource(t, nil)
	c := r.awaitJoined(t)
	c.Say(strings.Replace(ordinaryLine("m1", "elsewhere"), "#mika_plays", "#another", 1))
	c.Say("@room-id=2 :tmi.twitch.tv CLEARCHAT #another")
	c.Say("@room-id=90001;source-room-id=90777 :tmi.twitch.tv CLEARCHAT #mika_plays")
	c.Say("@ban-duration=600;room-id=90001;source-room-id=90777;target-user-id=7 :tmi.twitch.tv CLEARCHAT #mika_plays :guest")
	if got := r.NextRemoval(); got != (connector.Removal{Origin: comment.FromTwitch, UserID: "7", Login: "guest"}) {
		t.Errorf("got %+v", got)
	}
	c.Say("@msg-id=sharedchatnotice;source-msg-id=announcement;room-id=90001;source-room-id=90777;login=g;display-name=G;user-id=8;id=m2 :tmi.twitch.tv USERNOTICE #mika_plays :from afar")
	if m := r.NextMessage(); m.ID != "m2" || !m.Guest {
		t.Errorf("got %+v", m)
	}
}

// A missing tag is replaced by other data of the line, if possible.
func TestMissingTags(t *testing.T) {
	r := runSource(t, nil)
	c := r.awaitJoined(t)
	for line, want := range map[string]connector.Message{
		":noor!noor@x PRIVMSG #mika_plays :hi":                                        {Login: "noor", Name: "noor", Text: "hi"},
		":noor PRIVMSG #mika_plays hi":                                                {Login: "noor", Name: "noor", Text: "hi"},
		"@user-id=7;login=Noor PRIVMSG #mika_plays :hi":                               {Login: "noor", Name: "Noor", UserID: "7", Text: "hi"},
		"@ :Noor!noor@x   privmsg  #Mika_Plays  :hi  there":                           {Login: "noor", Name: "Noor", Text: "hi  there"},
		"@id;user-id=7;color=red;emotes;badges;bits=x :n!n@x PRIVMSG #mika_plays :hi": {Login: "n", Name: "n", UserID: "7", Text: "hi"},
		"@text=PRIVMSG\\s#x\\s\\:y;user-id=7 :n!n@x PRIVMSG #mika_plays ::":           {Login: "n", Name: "n", UserID: "7", Text: ":"},
		"@user-id=7 :n!n@x PRIVMSG #mika_plays :\x01ACTION waves":                     {Login: "n", Name: "n", UserID: "7", Text: "waves"},
	} {
		c.Say(line)
		want.Origin = comment.FromTwitch
		if got := r.NextMessage(); !equalMessages(got, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", line, got, want)
		}
	}
}

func TestNamesOfChannels(t *testing.T) {
	for name, good := range map[string]bool{
		"mika": true, "#Mika_1": true, "": false, "a b": false, "twitch.tv/mika": false, strings.Repeat("a", 26): false, "雪": false,
	} {
		_, err := twitch.Open(connector.Settings{Target: name}, connector.Env{})
		if (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
		if err != nil && connector.Classify(err).Code != connector.FaultTarget {
			t.Errorf("%q: %v", name, err)
		}
	}
}
