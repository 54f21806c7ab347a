package bilibili_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/connector"
	"danmaku/connector/bilibili"
	"danmaku/connector/bilibili/bilibilitest"
	"danmaku/connector/connectortest"
)

type reading struct {
	*connectortest.Run
	server *bilibilitest.Server
}

func secrets() map[string]string {
	return map[string]string{
		"access_key_id": bilibilitest.KeyID, "access_key_secret": bilibilitest.Secret, "app_id": bilibilitest.AppID, "code": bilibilitest.Code,
	}
}

func runSource(t *testing.T, secret map[string]string, prepare func(*bilibilitest.Server)) *reading {
	t.Helper()
	return runSourceBy(t, (&net.Dialer{}).DialContext, secret, prepare)
}

// runSourceBy is read by connections of a kind.
func runSourceBy(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), secret map[string]string, prepare func(*bilibilitest.Server)) *reading {
	t.Helper()
	server, err := bilibilitest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if prepare != nil {
		prepare(server)
	}
	clock := connectortest.NewClock()
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	source, err := bilibili.Open(connector.Settings{Secret: secret}, connector.Env{
		HTTP: &http.Client{Transport: transport}, Dial: dial, Clock: clock, Base: server.URL(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &reading{connectortest.Start(t, source, clock), server}
}

func (r *reading) awaitJoined(t *testing.T) *bilibilitest.Client {
	t.Helper()
	c := connectortest.Await(r.Run, r.server.Joined(), "connection")
	if name := r.NextConnected(); name != "小美" {
		t.Fatalf("connected to %q", name)
	}
	return c
}

func sendCommand(c *bilibilitest.Client, command string) {
	c.Send(bilibilitest.Packet(0, 5, []byte(command)))
}

func TestCommands(t *testing.T) {
	r := runSource(t, secrets(), nil)
	c := r.awaitJoined(t)
	if c.Auth != `{"roomid":42,"key":"k-1"}` {
		t.Errorf("signed in with %s", c.Auth)
	}
	for _, row := range []struct {
		command string
		want    connector.Message
		paid    *connector.Paid
	}{
		{
			`{"cmd":"LIVE_OPEN_PLATFORM_DM","data":{"room_id":42,"open_id":"o_7f3a","uname":"小美","msg":"晚上好[dog]","msg_id":"m-1","timestamp":1764340000,"guard_level":3,"dm_type":0,"is_admin":0}}`,
			connector.Message{ID: "m-1", UserID: "o_7f3a", Name: "小美", Text: "晚上好[dog]", Badge: connector.Member, At: time.Unix(1764340000, 0)}, nil,
		},
		{
			`{"cmd":"LIVE_OPEN_PLATFORM_DM","data":{"open_id":"o_1","uname":"a","msg":"哇","msg_id":"m-2","emoji_img_url":"http://i0.hdslb.com/x.png","dm_type":1,"is_admin":1}}`,
			connector.Message{
				ID: "m-2", UserID: "o_1", Name: "a", Text: "[哇]", Badge: connector.Moderator,
				Emotes: []connector.Emote{{To: 3, Name: "[哇]", URL: "https://i0.hdslb.com/x.png"}},
			}, nil,
		},
		{ // numbers as texts, texts as numbers
			`{"cmd":"LIVE_OPEN_PLATFORM_DM","data":{"open_id":7,"uname":"a","msg":66,"msg_id":8,"timestamp":"1764340000","guard_level":"3","dm_type":"0","is_admin":"0","room_id":"42"}}`,
			connector.Message{ID: "8", UserID: "7", Name: "a", Text: "66", Badge: connector.Member, At: time.Unix(1764340000, 0)}, nil,
		},
		{ // from an app without open IDs, and from an author with only a name
			`{"cmd":"LIVE_OPEN_PLATFORM_DM","data":{"uid":12,"open_id":"","uname":"a","msg":"old","guard_level":null}}`,
			connector.Message{UserID: "uid:12", Name: "a", Text: "old"}, nil,
		},
		{
			`{"data":{"uid":0,"uname":"a","msg":"only a name"},"cmd":"LIVE_OPEN_PLATFORM_DM"}`,
			connector.Message{UserID: "name:a", Name: "a", Text: "only a name"}, nil,
		},
		{
			`{"cmd":"LIVE_OPEN_PLATFORM_SUPER_CHAT","data":{"open_id":"o_2","uname":"a","message_id":"9003","message":"texts","rmb":"50.0"}}`,
			connector.Message{ID: "sc-9003", UserID: "o_2", Name: "a", Text: "texts"}, &connector.Paid{Micros: 50_000_000, Currency: "CNY", Level: 2},
		},
		{
			`{"cmd":"LIVE_OPEN_PLATFORM_SUPER_CHAT","data":{"open_id":"o_2","uname":"a","message":"without an id","rmb":30}}`,
			connector.Message{UserID: "o_2", Name: "a", Text: "without an id"}, &connector.Paid{Micros: 30_000_000, Currency: "CNY", Level: 1},
		},
		{ // the chat shows the amount
			`{"cmd":"LIVE_OPEN_PLATFORM_SUPER_CHAT","data":{"open_id":"o_2","uname":"a","message_id":9004,"message":"","rmb":30}}`,
			connector.Message{ID: "sc-9004", UserID: "o_2", Name: "a"}, &connector.Paid{Micros: 30_000_000, Currency: "CNY", Level: 1},
		},
		{
			`{"cmd":"LIVE_OPEN_PLATFORM_DM_MIRROR","data":{"open_id":"o_1","uname":"a","msg":"from afar","msg_id":"m-3"}}`,
			connector.Message{ID: "m-3", UserID: "o_1", Name: "a", Text: "from afar", Guest: true}, nil,
		},
		{
			`{"cmd":"LIVE_OPEN_PLATFORM_SUPER_CHAT","data":{"open_id":"o_2","uname":"土豪","message_id":9001,"message":"加油","rmb":30,"timestamp":1764340010,"msg_id":"m-4"}}`,
			connector.Message{ID: "sc-9001", UserID: "o_2", Name: "土豪", Text: "加油", At: time.Unix(1764340010, 0)}, &connector.Paid{Micros: 30_000_000, Currency: "CNY", Level: 1},
		},
		{
			`{"cmd":"LIVE_OPEN_PLATFORM_SUPER_CHAT","data":{"open_id":"o_2","uname":"土豪","message_id":9002,"message":"!","rmb":1000}}`,
			connector.Message{ID: "sc-9002", UserID: "o_2", Name: "土豪", Text: "!"}, &connector.Paid{Micros: 1_000_000_000, Currency: "CNY", Level: 5},
		},
	} {
		sendCommand(c, row.command)
		got := r.NextMessage()
		if (got.Paid == nil) != (row.paid == nil) || got.Paid != nil && *got.Paid != *row.paid {
			t.Errorf("paid %+v, want %+v", got.Paid, row.paid)
		}
		got.Paid, row.want.Origin = nil, comment.FromBilibili
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", row.want) {
			t.Errorf("got  %+v\nwant %+v", got, row.want)
		}
	}
	sendCommand(c, `{"cmd":"LIVE_OPEN_PLATFORM_SUPER_CHAT_DEL","data":{"room_id":42,"message_ids":[9001,"9002"],"msg_id":"m-5"}}`)
	for _, id := range []string{"sc-9001", "sc-9002"} {
		if got := r.NextRemoval(); got != (connector.Removal{Origin: comment.FromBilibili, MessageID: id}) {
			t.Errorf("got %+v", got)
		}
	}
	for _, nothing := range []string{"LIVE_OPEN_PLATFORM_LIKE", "LIVE_OPEN_PLATFORM_SEND_GIFT", "LIVE_OPEN_PLATFORM_GUARD", "SOMETHING_NEW"} {
		sendCommand(c, `{"cmd":"`+nothing+`","data":{"open_id":"o","uname":"u"}}`)
	}
	for _, bad := range []string{`{`, `{"cmd":"LIVE_OPEN_PLATFORM_DM","data":{"msg":1}}`, `{"cmd":"LIVE_OPEN_PLATFORM_DM","data":{}}`} {
		sendCommand(c, bad)
		if d := r.Next(); !d.Skipped {
			t.Errorf("%s: %+v", bad, d)
		}
	}
}

func TestPacketsOfOneFrame(t *testing.T) {
	r := runSource(t, secrets(), nil)
	c := r.awaitJoined(t)
	packet := func(id string) []byte {
		return bilibilitest.Packet(0, 5, []byte(bilibilitest.Comment(id, "o_1", "a", "hi")))
	}
	c.Send(bilibilitest.Zlib(packet("z1"), packet("z2"), packet("z3")))
	c.Send(bilibilitest.Brotli(packet("b1"), packet("b2")))
	c.Send(append(packet("p1"), packet("p2")...))
	c.Send(bilibilitest.Zlib(bilibilitest.Brotli(packet("n1"))))
	for _, want := range []string{"z1", "z2", "z3", "b1", "b2", "p1", "p2", "n1"} {
		if m := r.NextMessage(); m.ID != want {
			t.Errorf("got %s, want %s", m.ID, want)
		}
	}
	c.Send(append(packet("w1"), 0, 0, 1)) // complete packets count
	if d := r.Next(); !d.Skipped {
		t.Errorf("got %+v", d)
	}
	if m := r.NextMessage(); m.ID != "w1" {
		t.Errorf("got %+v", m)
	}
}

// Frames may be split at any byte.
func TestFramesCutAtEveryByte(t *testing.T) {
	r := runSourceBy(t, connectortest.CutDial, secrets(), nil)
	c := r.awaitJoined(t)
	packet := func(id string) []byte {
		return bilibilitest.Packet(0, 5, []byte(bilibilitest.Comment(id, "o_1", "雪", "寒い 😂")))
	}
	c.Send(bilibilitest.Zlib(packet("z1"), packet("z2")))
	c.Send(append(packet("p1"), bilibilitest.Brotli(packet("b1"))...))
	for _, want := range []string{"z1", "z2", "p1", "b1"} {
		if m := r.NextMessage(); m.ID != want || m.Text != "寒い 😂" {
			t.Errorf("got %+v, want %s", m, want)
		}
	}
}

func TestHeartbeats(t *testing.T) {
	r := runSource(t, secrets(), nil)
	c := r.awaitJoined(t)
	if call := connectortest.Await(r.Run, r.server.Calls(), "call"); call != "start" {
		t.Fatal(call)
	}
	connectortest.Await(r.Run, c.Beats(), "first heartbeat") // at once
	r.Clock.AwaitTimer(t, 20*time.Second)
	r.Clock.AwaitTimer(t, 30*time.Second)
	r.Clock.Advance(20 * time.Second)
	if call := connectortest.Await(r.Run, r.server.Calls(), "call"); call != "heartbeat g-1" {
		t.Fatal(call)
	}
	r.Clock.Advance(10 * time.Second)
	connectortest.Await(r.Run, c.Beats(), "second heartbeat")
	r.Stop()
	r.Fault()
	for {
		call := connectortest.Await(r.Run, r.server.Calls(), "end of the session")
		if call == "end g-1" {
			break
		}
	}
	<-c.Gone()
}

func TestSessionThatIsGoneIsStartedAnew(t *testing.T) {
	t.Run("heartbeat", func(t *testing.T) {
		r := runSource(t, secrets(), func(s *bilibilitest.Server) { s.Answer("heartbeat", 7003) })
		r.awaitJoined(t)
		r.Clock.AwaitTimer(t, 20*time.Second)
		r.Clock.Advance(20 * time.Second)
		if f := r.Fault(); f.Code != connector.FaultReconnect || f.Final {
			t.Errorf("%v", f)
		}
	})
	t.Run("interaction end", func(t *testing.T) {
		r := runSource(t, secrets(), nil)
		c := r.awaitJoined(t)
		sendCommand(c, `{"cmd":"LIVE_OPEN_PLATFORM_INTERACTION_END","data":{"game_id":"g-of-somebody-else"}}`)
		sendCommand(c, bilibilitest.Comment("m1", "o", "a", "still here"))
		r.NextMessage()
		sendCommand(c, `{"cmd":"LIVE_OPEN_PLATFORM_INTERACTION_END","data":{"game_id":"g-1"}}`)
		if f := r.Fault(); f.Code != connector.FaultReconnect || f.Final {
			t.Errorf("%v", f)
		}
	})
}

func TestFaults(t *testing.T) {
	with := func(key, value string) map[string]string {
		s := secrets()
		s[key] = value
		return s
	}
	answer := func(call string, code int) func(*bilibilitest.Server) {
		return func(s *bilibilitest.Server) { s.Answer(call, code) }
	}
	for name, row := range map[string]struct {
		secret  map[string]string
		prepare func(*bilibilitest.Server)
		code    connector.Code
		final   bool
	}{
		"wrong 身份码":         {with("code", "ZZZZZZZZZZZZZ"), nil, connector.FaultUserCode, true},
		"wrong secret":      {with("access_key_secret", "other"), nil, connector.FaultKey, true},
		"wrong app":         {with("app_id", "1"), nil, connector.FaultKey, true},
		"too many sessions": {secrets(), answer("start", 7010), connector.FaultSessions, false},
		"too soon":          {secrets(), answer("start", 7001), connector.FaultTooFast, false},
		"a session is open": {secrets(), answer("start", 7002), connector.FaultSessions, false},
		"the clock is off":  {secrets(), answer("start", 4003), connector.FaultClock, false},
		"came twice":        {secrets(), answer("start", 4004), connector.FaultPlatform, false},
		"other address":     {secrets(), answer("start", 4007), connector.FaultKey, true},
		"no right":          {secrets(), answer("start", 4008), connector.FaultKey, true},
		"too many calls":    {secrets(), answer("start", 4009), connector.FaultTooFast, false},
		"their own fault":   {secrets(), answer("start", 5002), connector.FaultPlatform, false},
		"room not listed":   {secrets(), answer("start", 5004), connector.FaultNotAllowed, true},
		"project":           {secrets(), answer("start", 8002), connector.FaultKey, true},
		"unknown":           {secrets(), answer("start", 1), connector.FaultPlatform, false},
		"not let in":        {secrets(), answer("auth", -101), connector.FaultLost, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := runSource(t, row.secret, row.prepare)
			f := r.Fault()
			if f.Code != row.code || f.Final != row.final {
				t.Errorf("%v, final %v", f, f.Final)
			}
			if strings.Contains(f.Error(), row.secret["code"]) || strings.Contains(f.Error(), row.secret["access_key_secret"]) {
				t.Errorf("a secret is in %v", f)
			}
		})
	}
	// A line is dead 35 s after the newest frame, whenever that came.
	t.Run("silence", func(t *testing.T) {
		r := runSource(t, secrets(), func(s *bilibilitest.Server) { s.Answer("beat", bilibilitest.Silent) })
		c := r.awaitJoined(t)
		connectortest.Await(r.Run, c.Beats(), "heartbeat")
		r.Clock.AwaitTimer(t, 35*time.Second)
		r.Clock.Advance(10 * time.Second)
		sendCommand(c, bilibilitest.Comment("m1", "o", "a", "the newest"))
		r.NextMessage()
		r.Clock.Advance(25 * time.Second)
		r.Clock.AwaitTimer(t, 10*time.Second) // not yet
		r.MustRun()
		r.Clock.Advance(10 * time.Second)
		if f := r.Fault(); f.Code != connector.FaultSilent || f.Final {
			t.Errorf("%v", f)
		}
	})
	// A server that does not accept the connection within 5 s is given up, even if other
	// packets arrive.
	t.Run("not welcomed", func(t *testing.T) {
		r := runSource(t, secrets(), func(s *bilibilitest.Server) { s.Answer("auth", bilibilitest.Silent) })
		for range 3 { // each of the session's servers
			c := connectortest.Await(r.Run, r.server.Joined(), "connection")
			sendCommand(c, bilibilitest.Comment("m1", "o", "a", "not an answer"))
			r.NextMessage()
			r.Clock.AwaitTimer(t, 5*time.Second)
			r.Clock.Advance(5 * time.Second)
		}
		if f := r.Fault(); f.Code != connector.FaultSilent || f.Final {
			t.Errorf("%v", f)
		}
	})
}

func TestFaultySecretsAreReported(t *testing.T) {
	for key, code := range map[string]connector.Code{
		"access_key_id": connector.FaultKeyMissing, "access_key_secret": connector.FaultKeyMissing, "app_id": connector.FaultKeyMissing, "code": connector.FaultKeyMissing,
	} {
		s := secrets()
		delete(s, key)
		if _, err := bilibili.Open(connector.Settings{Secret: s}, connector.Env{}); err == nil || connector.Classify(err).Code != code {
			t.Errorf("without %s: %v", key, err)
		}
	}
	s := secrets()
	s["code"] = "abc"
	if _, err := bilibili.Open(connector.Settings{Secret: s}, connector.Env{}); err == nil || connector.Classify(err).Code != connector.FaultUserCode {
		t.Errorf("a code that is none: %v", err)
	}
}
