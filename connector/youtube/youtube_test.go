package youtube_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/connector"
	"danmaku/connector/connectortest"
	"danmaku/connector/youtube"
	"danmaku/connector/youtube/youtubetest"
)

// after is a moment after the test clock's start, before is one before it.
const (
	after  = "2026-11-28T12:00:05.5Z"
	before = "2026-11-28T11:59:00+00:00"
)

type reading struct {
	*connectortest.Run
	server *youtubetest.Server
}

func runSource(t *testing.T, target string, prepare func(*youtubetest.Server)) *reading {
	t.Helper()
	server, err := youtubetest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if prepare != nil {
		prepare(server)
	}
	clock := connectortest.NewClock()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	source, err := youtube.Open(connector.Settings{Target: target, Secret: map[string]string{"key": youtubetest.Key}}, connector.Env{
		HTTP: &http.Client{Transport: transport}, Clock: clock, Jitter: func() float64 { return 0.5 }, Base: server.URL(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &reading{connectortest.Start(t, source, clock), server}
}

// awaitStream waits for the next stream, and for the report of its connection.
func (r *reading) awaitStream(t *testing.T) *youtubetest.Stream {
	t.Helper()
	st := connectortest.Await(r.Run, r.server.Streams(), "stream")
	if name := r.NextConnected(); name != "Mika" {
		t.Fatalf("connected to %q", name)
	}
	return st
}

func TestEvents(t *testing.T) {
	r := runSource(t, youtubetest.Video, nil)
	st := r.awaitStream(t)
	at, err := time.Parse(time.RFC3339Nano, after)
	if err != nil {
		t.Fatal(err)
	}
	message := func(id, text string) connector.Message {
		return connector.Message{ID: id, Origin: comment.FromYouTube, UserID: "UCa", Name: "mika-neko", Text: text, At: at}
	}
	with := func(m connector.Message, change func(*connector.Message)) connector.Message { change(&m); return m }
	for _, row := range []struct {
		item string
		want connector.Message
		paid *connector.Paid
	}{
		{youtubetest.Text("m1", after, "UCa", "@mika-neko", `hello :_mikaWave: "q" 😂`), with(message("m1", `hello :mikaWave: "q" 😂`), func(m *connector.Message) {
			m.Emotes = []connector.Emote{{From: 6, To: 16, Name: "mikaWave"}}
		}), nil},
		{
			youtubetest.Item("m2", "superChatEvent", after, "UCa", "mika-neko", `"displayMessage":"¥500 from @rich: \"nice\"","superChatDetails":{"amountMicros":"500000000","currency":"JPY","amountDisplayString":"¥500","userComment":"nice","tier":2}`),
			message("m2", "nice"), &connector.Paid{Micros: 500_000_000, Currency: "JPY", Level: 1},
		},
		{
			youtubetest.Item("m3", "superChatEvent", after, "UCa", "mika-neko", `"superChatDetails":{"amountMicros":5000000,"currency":"EUR","userComment":"numbers","tier":"11"}`),
			message("m3", "numbers"), &connector.Paid{Micros: 5_000_000, Currency: "EUR", Level: 5},
		},
		{
			youtubetest.Item("m4", "superStickerEvent", after, "UCa", "mika-neko", `"superStickerDetails":{"superStickerMetadata":{"altText":"a cat"},"amountMicros":"1000000","currency":"USD","tier":3}`),
			message("m4", "a cat"), &connector.Paid{Micros: 1_000_000, Currency: "USD", Level: 2},
		},
		{
			youtubetest.Item("m5", "memberMilestoneChatEvent", after, "UCa", "mika-neko", `"memberMilestoneChatDetails":{"userComment":"a year!","memberMonth":12}`),
			with(message("m5", "a year!"), func(m *connector.Message) { m.Badge = connector.Member }), nil,
		},
		{ // without a message: the chat shows the amount
			youtubetest.Item("m10", "superChatEvent", after, "UCa", "mika-neko", `"displayMessage":"¥500 from @rich","superChatDetails":{"amountMicros":"500000000","currency":"JPY","tier":2}`),
			message("m10", ""), &connector.Paid{Micros: 500_000_000, Currency: "JPY", Level: 1},
		},
		{
			strings.NewReplacer(`"isChatModerator":false`, `"isChatModerator":true`).Replace(youtubetest.Text("m6", after, "UCa", "mika-neko", "mod")),
			with(message("m6", "mod"), func(m *connector.Message) { m.Badge = connector.Moderator }), nil,
		},
		{
			`{"id":"m7","snippet":{"type":"TEXT_MESSAGE_EVENT","author_channel_id":"UCa","published_at":"` + after + `","display_message":"snake"},"author_details":{"channel_id":"UCa","display_name":"mika-neko","is_chat_owner":true}}`,
			with(message("m7", "snake"), func(m *connector.Message) { m.Badge = connector.Broadcaster }), nil,
		},
	} {
		st.Say(row.item)
		got := r.NextMessage()
		if (got.Paid == nil) != (row.paid == nil) || got.Paid != nil && *got.Paid != *row.paid {
			t.Errorf("paid %+v, want %+v", got.Paid, row.paid)
		}
		got.Paid = nil
		if !got.At.Equal(row.want.At) {
			t.Errorf("at %v, want %v", got.At, row.want.At)
		}
		got.At = row.want.At
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", row.want) {
			t.Errorf("got  %+v\nwant %+v", got, row.want)
		}
	}
	for _, row := range []struct {
		item string
		want connector.Removal
	}{
		{youtubetest.Item("d1", "messageDeletedEvent", after, "", "", `"messageDeletedDetails":{"deletedMessageId":"m1"}`), connector.Removal{MessageID: "m1"}},
		{youtubetest.Item("d2", "messageRetractedEvent", after, "", "", `"messageRetractedDetails":{"retractedMessageId":"m2"}`), connector.Removal{MessageID: "m2"}},
		{youtubetest.Item("m3", "tombstone", after, "", "", ""), connector.Removal{MessageID: "m3"}},
		{youtubetest.Item("b1", "userBannedEvent", after, "", "", `"userBannedDetails":{"bannedUserDetails":{"channelId":"UCt","displayName":"@t"},"banType":"temporary","banDurationSeconds":"300"}`), connector.Removal{UserID: "UCt", Mute: 5 * time.Minute}},
		{youtubetest.Item("b2", "userBannedEvent", after, "", "", `"userBannedDetails":{"bannedUserDetails":{"channelId":"UCt"},"banType":"TEMPORARY","banDurationSeconds":10}`), connector.Removal{UserID: "UCt", Mute: 10 * time.Second}},
		{youtubetest.Item("b4", "userBannedEvent", after, "", "", `"userBannedDetails":{"bannedUserDetails":{"channelId":"UCt"},"banDurationSeconds":300.0}`), connector.Removal{UserID: "UCt", Mute: 5 * time.Minute}},
		{youtubetest.Item("b5", "USER_BANNED_EVENT", after, "", "", `"userBannedDetails":{"bannedUserDetails":{"channelId":"UCt"},"banType":"BAN_TYPE_TEMPORARY"}`), connector.Removal{UserID: "UCt", Mute: 5 * time.Minute}},
		{youtubetest.Item("b6", "userBannedEvent", after, "", "", `"user_banned_details":{"banned_user_details":{"channel_id":"UCt"},"ban_type":"temporary","ban_duration_seconds":"60"}`), connector.Removal{UserID: "UCt", Mute: time.Minute}},
		{youtubetest.Item("b3", "userBannedEvent", after, "", "", `"userBannedDetails":{"bannedUserDetails":{"channelId":"UCt"},"banType":"permanent"}`), connector.Removal{UserID: "UCt", Forever: true}},
	} {
		row.want.Origin = comment.FromYouTube
		st.Say(row.item)
		if got := r.NextRemoval(); got != row.want {
			t.Errorf("got %+v, want %+v", got, row.want)
		}
	}
	// The platform's own lines, and unknown kinds, are ignored.
	st.Say(youtubetest.Item("n1", "newSponsorEvent", after, "UCa", "a", ""), youtubetest.Item("n2", "somethingNewEvent", after, "UCa", "a", `"x":{"y":[1]}`), `{"id":"n3"}`, `{}`)
	// One unreadable message does not affect the others.
	st.Say(`{"id":"n4","snippet":["?"]}`, youtubetest.Text("m9", after, "UCa", "a", "beside it"))
	if d := r.Next(); !d.Skipped {
		t.Errorf("got %+v", d)
	}
	if m := r.NextMessage(); m.ID != "m9" {
		t.Errorf("got %+v", m)
	}
	st.Say(youtubetest.Text("m8", after, "UCa", "a", "still here"))
	if m := r.NextMessage(); m.ID != "m8" {
		t.Errorf("got %+v", m)
	}
}

func TestFramesCutAtEveryByte(t *testing.T) {
	r := runSource(t, youtubetest.Video, nil)
	st := r.awaitStream(t)
	page := []byte(st.Page(youtubetest.Text("m1", after, "UCa", "雪", "寒い 😂")))
	for i := range page {
		st.Send(page[i : i+1])
	}
	if m := r.NextMessage(); m.Text != "寒い 😂" || m.Name != "雪" {
		t.Errorf("got %+v", m)
	}
	var many []string
	for i := range 2_000 {
		many = append(many, youtubetest.Text(fmt.Sprint("x", i), after, "UCa", "a", "hi"))
	}
	st.Say(many...)
	for i := range many {
		if m := r.NextMessage(); m.ID != fmt.Sprint("x", i) {
			t.Fatalf("message %d is %s", i, m.ID)
		}
	}
}

func TestFaults(t *testing.T) {
	answer := func(path string, status int, body string) func(*youtubetest.Server) {
		return func(s *youtubetest.Server) {
			s.Refuse(func(p string) (int, string) {
				if p == path {
					return status, body
				}
				return 0, ""
			})
		}
	}
	const stream = "liveChat/messages/stream"
	for name, row := range map[string]struct {
		target  string
		prepare func(*youtubetest.Server)
		code    connector.Code
		final   bool
	}{
		"ended":             {youtubetest.Video, answer(stream, 403, youtubetest.Error(403, "youtube.liveChat", "liveChatEnded")), connector.FaultEnded, true},
		"not found":         {youtubetest.Video, answer(stream, 404, youtubetest.Error(404, "youtube.liveChat", "liveChatNotFound")), connector.FaultNoChannel, true},
		"disabled":          {youtubetest.Video, answer(stream, 403, youtubetest.Error(403, "youtube.liveChat", "liveChatDisabled")), connector.FaultNotAllowed, true},
		"forbidden":         {youtubetest.Video, answer(stream, 403, youtubetest.Error(403, "youtube.liveChat", "forbidden")), connector.FaultNotAllowed, true},
		"rate":              {youtubetest.Video, answer(stream, 403, youtubetest.Error(403, "youtube.quota", "rateLimitExceeded")), connector.FaultTooFast, false},
		"quota in an array": {youtubetest.Video, answer(stream, 403, "["+youtubetest.Error(403, "youtube.quota", "quotaExceeded")+"]"), connector.FaultQuota, false},
		"moved":             {youtubetest.Video, answer("videos", 302, ""), connector.FaultPlatform, false},
		"429":               {youtubetest.Video, answer(stream, 429, "busy"), connector.FaultTooFast, false},
		"500":               {youtubetest.Video, answer(stream, 500, "<html>"), connector.FaultPlatform, false},
		"401":               {youtubetest.Video, answer("videos", 401, youtubetest.Error(401, "global", "authError")), connector.FaultKey, true},
		"garbage":           {youtubetest.Video, answer("videos", 200, "<html>"), connector.FaultAnswer, false},
		"a proxy's 403":     {youtubetest.Video, answer(stream, 403, "<html>Forbidden</html>"), connector.FaultPlatform, false},
		"a proxy's 404":     {youtubetest.Video, answer("videos", 404, "<html>Not found</html>"), connector.FaultPlatform, false},
		"a proxy's 401":     {youtubetest.Video, answer("videos", 401, ""), connector.FaultPlatform, false},
		"a proxy's 400":     {youtubetest.Video, answer(stream, 400, "API key"), connector.FaultPlatform, false},
		"a proxy's JSON":    {youtubetest.Video, answer(stream, 403, `{"message":"blocked"}`), connector.FaultPlatform, false},
		"a log-in page":     {youtubetest.Video, answer(stream, 200, "<!DOCTYPE html><html>"), connector.FaultAnswer, false},
		"own 403":           {youtubetest.Video, answer(stream, 403, `{"error":{"code":403,"status":"PERMISSION_DENIED"}}`), connector.FaultNotAllowed, true},
		"own 404":           {youtubetest.Video, answer(stream, 404, `[{"error":{"code":404}}]`), connector.FaultNoChannel, true},
		"address blocked":   {youtubetest.Video, answer(stream, 403, `{"error":{"code":403,"errors":[{"reason":"forbidden"}],"details":[{"reason":"API_KEY_IP_ADDRESS_BLOCKED"}]}}`), connector.FaultKey, true},
		"a day's limit": {youtubetest.Video, answer(stream, 429, `{"error":{"code":429,"errors":[{"reason":"rateLimitExceeded"}],"details":[{"reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":"defaultSearchListPerDayPerProject"}}]}}`),
			connector.FaultQuota, false},
		"quota beside rate": {youtubetest.Video, answer(stream, 403, `{"error":{"code":403,"errors":[{"reason":"quotaExceeded"}],"details":[{"reason":"RATE_LIMIT_EXCEEDED"}]}}`), connector.FaultQuota, false},
		"no video":          {"zzzzzzzzzzz", nil, connector.FaultNoChannel, true},
		"no channel":        {"@nobody", nil, connector.FaultNoChannel, true},
		"over":              {youtubetest.Video, func(s *youtubetest.Server) { s.SetBroadcast("none", false) }, connector.FaultEnded, true},
		"chat off":          {youtubetest.Video, func(s *youtubetest.Server) { s.SetBroadcast("live", false) }, connector.FaultNotAllowed, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := runSource(t, row.target, row.prepare)
			if f := r.Fault(); f.Code != row.code || f.Final != row.final {
				t.Errorf("%v, final %v", f, f.Final)
			}
		})
	}
	for name, items := range map[string]string{
		"chatEndedEvent": youtubetest.Item("e", "chatEndedEvent", after, "", "", ""),
	} {
		t.Run(name, func(t *testing.T) {
			r := runSource(t, youtubetest.Video, nil)
			r.awaitStream(t).Say(items)
			if f := r.Fault(); f.Code != connector.FaultEnded || !f.Final {
				t.Errorf("%v", f)
			}
		})
	}
	t.Run("offlineAt", func(t *testing.T) {
		r := runSource(t, youtubetest.Video, nil)
		r.awaitStream(t).Send([]byte(`{"offlineAt":"2026-11-28T13:00:00Z","items":[]}`))
		if f := r.Fault(); f.Code != connector.FaultEnded || !f.Final {
			t.Errorf("%v", f)
		}
	})
	t.Run("error within the stream", func(t *testing.T) {
		r := runSource(t, youtubetest.Video, nil)
		r.awaitStream(t).Send([]byte(youtubetest.Error(403, "youtube.quota", "quotaExceeded")))
		if f := r.Fault(); f.Code != connector.FaultQuota {
			t.Errorf("%v", f)
		}
	})
	t.Run("page without end", func(t *testing.T) {
		r := runSource(t, youtubetest.Video, nil)
		st := r.awaitStream(t)
		go func() {
			st.Send([]byte(`{"items":[{"id":"`))
			for range 300 {
				st.Send([]byte(strings.Repeat("x", 64<<10)))
			}
		}()
		if f := r.Fault(); f.Code != connector.FaultAnswer {
			t.Errorf("%v", f)
		}
	})
	t.Run("wrong key", func(t *testing.T) {
		server, err := youtubetest.Start()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Close)
		source, err := youtube.Open(connector.Settings{Target: youtubetest.Video, Secret: map[string]string{"key": "wrong"}}, connector.Env{
			HTTP: http.DefaultClient, Clock: connectortest.NewClock(), Base: server.URL(),
		})
		if err != nil {
			t.Fatal(err)
		}
		f := connector.Classify(source.Run(t.Context(), connectortest.NewSink(t)))
		if f.Code != connector.FaultKey || !f.Final || strings.Contains(f.Error(), "wrong") {
			t.Errorf("%v", f)
		}
	})
}

func TestWaitsForTheStream(t *testing.T) {
	t.Run("video", func(t *testing.T) {
		r := runSource(t, youtubetest.Video, func(s *youtubetest.Server) { s.SetBroadcast("upcoming", false) })
		if d := r.Next(); d.Waiting != "Mika" {
			t.Fatalf("got %+v", d)
		}
		r.Clock.AwaitTimer(t, time.Minute)
		r.server.SetBroadcast("live", true)
		r.Clock.Advance(time.Minute)
		r.awaitStream(t)
	})
	t.Run("channel", func(t *testing.T) {
		r := runSource(t, youtubetest.Handle, func(s *youtubetest.Server) { s.SetBroadcast("none", true) })
		if d := r.Next(); d.Waiting != youtubetest.Handle {
			t.Fatalf("got %+v", d)
		}
		r.Clock.AwaitTimer(t, 15*time.Minute)
		r.server.SetBroadcast("live", true)
		// Messages from while we waited, before we found the show, are history.
		r.server.SetHistory(youtubetest.Text("h1", after, "UCa", "a", "of before"))
		r.Clock.Advance(15 * time.Minute)
		st := r.awaitStream(t)
		r.server.SetBroadcast("none", true)
		st.Say(youtubetest.Item("e", "chatEndedEvent", after, "", "", ""))
		if d := r.Next(); d.Waiting == "" { // for the next show
			t.Fatalf("got %+v", d)
		}
	})
}

// A channel's show that is over, or unreadable, does not end the channel's chat: the next
// search follows after the usual wait, even while the search still names that show.
func TestChannelOutlivesItsStreams(t *testing.T) {
	refuse := func(path string, status int, reason string) func(*youtubetest.Server) {
		return func(s *youtubetest.Server) {
			s.Refuse(func(p string) (int, string) {
				if p == path {
					return status, youtubetest.Error(status, "youtube.liveChat", reason)
				}
				return 0, ""
			})
		}
	}
	const stream = "liveChat/messages/stream"
	for name, prepare := range map[string]func(*youtubetest.Server){
		"ended":          refuse(stream, 403, "liveChatEnded"),
		"not found":      refuse(stream, 404, "liveChatNotFound"),
		"disabled":       refuse(stream, 403, "liveChatDisabled"),
		"forbidden":      refuse(stream, 403, "forbidden"),
		"video withheld": refuse("videos", 403, "forbidden"),
		"over":           func(s *youtubetest.Server) { s.SetBroadcast("none", false) },
		"chat off":       func(s *youtubetest.Server) { s.SetBroadcast("live", false) },
	} {
		for _, target := range []string{youtubetest.Handle, youtubetest.Channel} {
			t.Run(name+" "+target, func(t *testing.T) {
				r := runSource(t, target, func(s *youtubetest.Server) { s.LetSearchLag(); prepare(s) })
				searches := func() (n int) {
					for _, c := range r.server.Calls() {
						if strings.HasPrefix(c, "search?") {
							n++
						}
					}
					return n
				}
				for want := 1; want <= 3; want++ {
					if d := r.Next(); d.Waiting == "" {
						t.Fatalf("got %+v", d)
					}
					r.Clock.AwaitTimer(t, 15*time.Minute)
					if n := searches(); n != want {
						t.Fatalf("%d searches, want %d", n, want)
					}
					if want == 3 { // the next show
						r.server.Refuse(nil)
						r.server.SetBroadcast("live", true)
					}
					r.Clock.Advance(15 * time.Minute)
				}
				r.awaitStream(t)
			})
		}
	}
}

func TestNoURLContainsTheKey(t *testing.T) {
	r := runSource(t, youtubetest.Handle, nil)
	r.awaitStream(t)
	if calls := r.server.Calls(); slices.ContainsFunc(calls, func(c string) bool { return strings.Contains(c, youtubetest.Key) }) {
		t.Errorf("a URL contains the key: %q", calls)
	}
}

func TestValidTargets(t *testing.T) {
	for target, code := range map[string]connector.Code{
		"abc123def45": "", "@mika": "", "@雪ねこ": "", "UCmika00000000000000000_-": connector.FaultTarget, "UCmika0000000000000000-_": "",
		"": connector.FaultTarget, "https://youtu.be/abc123def45": connector.FaultTarget, "abc": connector.FaultTarget,
	} {
		_, err := youtube.Open(connector.Settings{Target: target, Secret: map[string]string{"key": "k"}}, connector.Env{})
		got := connector.Code("")
		if err != nil {
			got = connector.Classify(err).Code
		}
		if got != code {
			t.Errorf("%q: %q, want %q", target, got, code)
		}
	}
	if _, err := youtube.Open(connector.Settings{Target: "@mika"}, connector.Env{}); err == nil || connector.Classify(err).Code != connector.FaultKeyMissing {
		t.Errorf("without a key: %v", err)
	}
}
