package tests

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"danmaku/connector/bridge/bridgetest"
	"danmaku/connector/twitch/twitchtest"
	"danmaku/room"
)

// Other programs post Social Stream Ninja's object with a sender's key.
func TestIngest(t *testing.T) {
	p := start(t, t.TempDir())
	overlay := p.overlaySocket("")
	overlay.next("hello")
	key := p.link("sender").Key
	b := p.browser()
	b.http.Jar = nil
	message := map[string]any{"chatname": "Noor", "chatmessage": `hi <img src="https://x/y.png" alt=":wave:"> <script>x</script>`, "type": "kick", "userid": "9", "meta": map[string]any{"messageId": "k1"}}
	ssn := map[string]string{"Origin": "https://socialstream.ninja", "Sec-Fetch-Site": "cross-site"}
	if status, text := b.do("POST", liveRoom+"/ingest?key="+key, message, ssn); status != http.StatusAccepted || text != "{\"taken\":1}\n" {
		t.Fatalf("%d %q", status, text)
	}
	e := overlay.until("the message", func(e event) bool { return e.Type == "comment" })
	if e.Source != "kick" || e.Name != "Noor" || strings.ContainsAny(e.Text, "<>") || !strings.HasPrefix(e.Text, "hi ") {
		t.Errorf("%+v", e)
	}
	if status, text := b.do("POST", liveRoom+"/ingest", map[string]any{"delete": map[string]any{"type": "kick", "id": "k1"}}, map[string]string{"Authorization": "Bearer " + key}); status != http.StatusAccepted {
		t.Fatalf("%d %s", status, text)
	}
	overlay.until("the removal", isEvent("remove", e.ID))
	for name, row := range map[string]struct {
		method, query string
		body          any
		header        map[string]string
		status        int
	}{
		"no key":              {"POST", "", message, nil, 401},
		"a wrong key":         {"POST", "?key=wrong", message, nil, 401},
		"the overlay's key":   {"POST", "?key=" + p.overlay, message, nil, 403},
		"another site":        {"POST", "?key=" + key, message, map[string]string{"Origin": "https://evil.example"}, 403},
		"no such object":      {"POST", "?key=" + key, map[string]any{"text": "x"}, nil, 400},
		"preflight":           {"OPTIONS", "", nil, ssn, 204},
		"preflight of others": {"OPTIONS", "", nil, map[string]string{"Origin": "https://evil.example"}, 403},
	} {
		if status, text := b.do(row.method, liveRoom+"/ingest"+row.query, row.body, row.header); status != row.status {
			t.Errorf("%s: %d %s, want %d", name, status, text, row.status)
		}
	}
}

// A name or a text that is longer than our limit is truncated, not refused.
func TestLongMessagesOfChatsAreCut(t *testing.T) {
	twitch, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer twitch.Close()
	p := startIn(t, environment{environ: []string{"DANMAKU_TWITCH_URL=" + twitch.URL()}}, t.TempDir(), "--room-rate", "0")
	overlay := p.overlaySocket("")
	overlay.next("hello")
	p.addChat("twitch.tv/mika_plays")
	if !receivesInTime(twitch.Joined()) {
		t.Fatal("nobody joined")
	}
	var long strings.Builder
	for i := range 60 {
		fmt.Fprint(&long, "word", i, " ")
	}
	twitch.SayAll(func(channel string) string {
		return twitchtest.Message{ID: "m1", UserID: "1", Login: "noor", Name: "a_name_of_twenty_five_char", Text: long.String()}.Line(channel)
	})
	e := overlay.until("the message", func(e event) bool { return e.Type == "comment" })
	if e.Name != "a_name_of_twenty_fiv" || len([]rune(e.Text)) > 100 || !strings.HasPrefix(e.Text, "word0 word1 ") || !strings.HasSuffix(e.Text, "…") {
		t.Errorf("%q by %q", e.Text, e.Name)
	}
	// Truncated between visible characters, however many code points each has.
	const family, flag = "👩\u200d👩\u200d👧", "🇯🇵"
	twitch.SayAll(func(channel string) string {
		return twitchtest.Message{ID: "m2", UserID: "2", Login: "noor", Name: strings.Repeat(family+"a", 25), Text: strings.Repeat(flag+"a", 130)}.Line(channel)
	})
	e = overlay.until("the second message", func(e event) bool { return e.Type == "comment" })
	if e.Name != strings.Repeat(family+"a", 10) || e.Text != strings.Repeat(flag+"a", 49)+flag+"…" {
		t.Errorf("%q by %q", e.Text, e.Name)
	}
}

// A chat that arrives through two connections is shown once, and removed when either of them
// reports it.
func TestOneChatThroughTwoConnectors(t *testing.T) {
	twitch, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer twitch.Close()
	p := startIn(t, environment{environ: []string{"DANMAKU_TWITCH_URL=" + twitch.URL()}}, t.TempDir(), "--room-rate", "0")
	console := p.console().open("console", "")
	console.next("hello")
	p.addChat("twitch.tv/mika_plays")
	if !receivesInTime(twitch.Joined()) {
		t.Fatal("nobody joined")
	}
	var tools []*bridgetest.Server
	for _, kind := range []string{"ssn", "streamerbot", "onecomme"} {
		tool, err := bridgetest.Start(kind)
		if err != nil {
			t.Fatal(err)
		}
		defer tool.Close()
		secret := map[string]string{"ssn": "session=" + bridgetest.Session, "streamerbot": "password=" + bridgetest.Password}[kind]
		if secret == "" {
			p.addChat(kind + ":" + tool.URL())
		} else {
			p.addChat("--secret", secret, kind+":"+tool.URL())
		}
		if !receivesInTime(tool.Ready()) {
			t.Fatal("nobody connected")
		}
		tools = append(tools, tool)
	}
	says := func(id, text string) []func() {
		return []func(){
			func() {
				twitch.SayAll(func(channel string) string {
					return twitchtest.Message{ID: id, UserID: "9", Login: "noor", Name: "Noor", Text: text}.Line(channel)
				})
			},
			func() {
				tools[0].Say(fmt.Sprintf(`{"chatname":"Noor","chatmessage":%q,"type":"twitch","userid":"9","meta":{"messageId":%q}}`, text, id))
			},
			func() {
				tools[1].Say(fmt.Sprintf(`{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":%q,"text":%q,"user":{"id":"9","login":"noor","name":"Noor"}}}`, id, text))
			},
			func() {
				tools[2].Say(fmt.Sprintf(`{"type":"comments","data":{"comments":[{"service":"twitch","data":{"id":%q,"userId":"9","name":"Noor","comment":%q}}]}}`, id, text))
			},
		}
	}
	gone := []func(id string){
		func(id string) {
			twitch.SayAll(func(channel string) string {
				return "@target-msg-id=" + id + " :tmi.twitch.tv CLEARMSG " + channel + " :x"
			})
		},
		func(id string) { tools[0].Say(fmt.Sprintf(`{"delete":{"type":"twitch","id":%q}}`, id)) },
		func(id string) {
			tools[1].Say(fmt.Sprintf(`{"event":{"source":"Twitch","type":"ChatMessageDeleted"},"data":{"messageId":%q}}`, id))
		},
		func(id string) { tools[2].Say(fmt.Sprintf(`{"type":"deleted","data":[{"id":%q}]}`, id)) },
	}
	for i := range gone { // each connection is first once, and removes once
		id, text := fmt.Sprint("two-", i), fmt.Sprint("said on four ways ", i)
		list := says(id, text)
		list[i]()
		first := console.until(text, func(e event) bool { return e.Type == "comment" && e.Text == text })
		for j, say := range list {
			if j != i {
				say()
			}
		}
		gone[(i+1)%len(gone)](id)
		console.until("its removal", isEvent("remove", first.ID))
	}
	texts := 0
	if _, text := p.console().do("GET", liveRoom+"/comments?limit=100&status=removed", nil, nil); strings.Contains(text, "said on four ways") {
		texts = strings.Count(text, `"said on four ways`)
	}
	if texts != len(gone) {
		t.Errorf("%d comments are in the log, want %d", texts, len(gone))
	}
}

// A chat with far more messages than the room accepts does not block any phone, and each of
// its messages is counted. "flood chats -phones 100" is the same at full size.
func TestABigChatKeepsNoPhoneOut(t *testing.T) {
	twitch, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer twitch.Close()
	p := startIn(t, environment{environ: []string{"DANMAKU_TWITCH_URL=" + twitch.URL()}}, t.TempDir()) // default limits
	p.addChat("twitch.tv/mika_plays")
	if !receivesInTime(twitch.Joined()) {
		t.Fatal("nobody joined")
	}
	const messages, phones, each = 3000, 12, 3
	said := make(chan struct{})
	go func() {
		defer close(said)
		for i := range messages {
			twitch.SayAll(func(channel string) string {
				return twitchtest.Message{ID: fmt.Sprint("m", i), UserID: fmt.Sprint(i % 100), Login: fmt.Sprint("v", i%100), Text: fmt.Sprint("line ", i, " of the chat")}.Line(channel)
			})
		}
	}()
	for i := range phones {
		s := p.phone().open("audience", "")
		s.next("hello")
		for j := range each {
			s.send(fmt.Sprint("r", j), fmt.Sprint("phone ", i, " says ", j))
			if a := s.next("ack"); a.Outcome != "shown" {
				t.Errorf("phone %d, comment %d: %+v", i, j, a)
			}
		}
	}
	<-said
	boss := p.console()
	var counts room.ChatCounts
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); time.Now().Before(deadline); <-tick {
		list := struct {
			Chats []struct {
				State struct{ Counts room.ChatCounts }
			}
		}{}
		_, text := boss.do("GET", liveRoom+"/chats", nil, nil)
		decode(t, text, &list)
		counts = list.Chats[0].State.Counts
		if counts.Received == messages && counts.Shown+counts.Held+counts.Refused+counts.Limited+counts.Twice == messages {
			break
		}
	}
	if counts.Received != messages || counts.Shown+counts.Held+counts.Refused+counts.Limited+counts.Twice != messages || counts.Shown == 0 || counts.Limited == 0 {
		t.Errorf("of %d messages: %+v", messages, counts)
	}
}

// A test of a chat prints the platform's answer, and sends a line in its room.
func TestATestOfAChatSendsALine(t *testing.T) {
	twitch, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer twitch.Close()
	environ := []string{"DANMAKU_TWITCH_URL=" + twitch.URL()}
	p := startIn(t, environment{environ: environ}, t.TempDir())
	overlay := p.overlaySocket("")
	overlay.next("hello")
	id := p.addChat("twitch.tv/mika_plays")
	if !receivesInTime(twitch.Joined()) {
		t.Fatal("nobody joined")
	}
	test := func(want ...string) {
		t.Helper()
		var out bytes.Buffer
		code := run(t.Context(), environment{args: []string{"chats", "test", "--data", p.data, "--room", "live", id}, environ: environ, out: &out, err: &out})
		for _, w := range want {
			if code != exitDone || !strings.Contains(out.String(), w) {
				t.Errorf("it ends with %d and says %q, want %q", code, &out, w)
			}
		}
	}
	test("connected with mika_plays", `It says "A test line" in the room live`)
	overlay.until("the test line", func(e event) bool {
		return e.Type == "comment" && e.Text == "A test line" && e.Name == "danmaku" && e.Source == "twitch"
	})
	if status, text := p.console().do("PATCH", liveRoom+"/chats/"+id, map[string]any{"off": true}, ours); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	test("connected with mika_plays", "The chat is off")
	p.stop()
	test("connected with mika_plays", "No server runs")
}
