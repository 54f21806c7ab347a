package tests

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/connector/bilibili/bilibilitest"
	"danmaku/connector/bridge/bridgetest"
	"danmaku/connector/twitch/twitchtest"
	"danmaku/connector/youtube/youtubetest"
	"danmaku/room"
)

// platform is a fake platform with functions to send a line and to remove it.
type platform struct {
	name    string
	add     []string // arguments of chats add
	source  string
	environ string
	ready   func(t *testing.T)
	say     func(id, text string)
	remove  func(id string) // nil: it does not report removals
	timeOut func()          // of the author, for ten minutes; nil: it does not report this
	by      string          // the author of the act
}

// platforms starts a fake of each platform and tool.
func platforms(t *testing.T) []platform {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	joined := func(name string, came func() bool) func(*testing.T) {
		return func(t *testing.T) {
			t.Helper()
			if !came() {
				t.Fatalf("%s: nobody connected", name)
			}
		}
	}
	twitch, err := twitchtest.Start()
	must(err)
	youtube, err := youtubetest.Start()
	must(err)
	bilibili, err := bilibilitest.Start()
	must(err)
	t.Cleanup(func() { twitch.Close(); youtube.Close(); bilibili.Close() })
	list := []platform{
		{
			name: "twitch", add: []string{"https://www.twitch.tv/mika_plays"}, source: "twitch", environ: "DANMAKU_TWITCH_URL=" + twitch.URL(),
			ready: joined("twitch", func() bool { return receivesInTime(twitch.Joined()) }),
			say: func(id, text string) {
				twitch.SayAll(func(channel string) string {
					return twitchtest.Message{ID: id, UserID: "70001", Login: "noor", Name: "Noor", Text: text}.Line(channel)
				})
			},
			remove: func(id string) {
				twitch.SayAll(func(channel string) string {
					return "@login=noor;room-id=;target-msg-id=" + id + " :tmi.twitch.tv CLEARMSG " + channel + " :x"
				})
			},
			by: "Twitch", timeOut: func() {
				twitch.SayAll(func(channel string) string {
					return "@ban-duration=600;room-id=90001;target-user-id=70001 :tmi.twitch.tv CLEARCHAT " + channel + " :noor"
				})
			},
		},
		{
			name: "youtube", add: []string{"--secret", "key=" + youtubetest.Key, "https://youtu.be/" + youtubetest.Video}, source: "youtube",
			environ: "DANMAKU_YOUTUBE_URL=" + youtube.URL(),
			ready:   joined("youtube", func() bool { return receivesInTime(youtube.Streams()) }),
			say: func(id, text string) {
				youtube.Say(youtubetest.Text(id, time.Now().Add(time.Minute).UTC().Format(time.RFC3339Nano), "UCnoor", "@noor", text))
			},
			remove: func(id string) {
				youtube.Say(youtubetest.Item("del-"+id, "messageDeletedEvent", time.Now().Add(time.Minute).UTC().Format(time.RFC3339Nano), "", "",
					fmt.Sprintf(`"messageDeletedDetails":{"deletedMessageId":%q}`, id)))
			},
			by: "YouTube", timeOut: func() {
				youtube.Say(youtubetest.Item(fmt.Sprint("ban", time.Now().UnixNano()), "userBannedEvent", time.Now().Add(time.Minute).UTC().Format(time.RFC3339Nano), "", "",
					`"userBannedDetails":{"bannedUserDetails":{"channelId":"UCnoor"},"banType":"temporary","banDurationSeconds":"600"}`))
			},
		},
		{
			name: "bilibili", source: "bilibili", environ: "DANMAKU_BILIBILI_URL=" + bilibili.URL(),
			add: []string{"--secret", "access_key_id=" + bilibilitest.KeyID, "--secret", "access_key_secret=" + bilibilitest.Secret,
				"--secret", "app_id=" + bilibilitest.AppID, "--secret", "code=" + bilibilitest.Code, "https://live.bilibili.com/42"},
			ready: joined("bilibili", func() bool { return receivesInTime(bilibili.Joined()) }),
			say: func(id, text string) {
				bilibili.Say(fmt.Sprintf(`{"cmd":"LIVE_OPEN_PLATFORM_SUPER_CHAT","data":{"open_id":"o_2","uname":"noor","message_id":%s,"message":%q,"rmb":30,"msg_id":"m-%s"}}`, id, text, id))
			},
			remove: func(id string) {
				bilibili.Say(fmt.Sprintf(`{"cmd":"LIVE_OPEN_PLATFORM_SUPER_CHAT_DEL","data":{"room_id":42,"message_ids":[%s],"msg_id":"d-%s"}}`, id, id))
			},
		},
	}
	for _, tool := range []struct{ kind, source, secret, say, remove, timeOut, by string }{
		{"ssn", "kick", "session=" + bridgetest.Session, `{"chatname":"noor","chatmessage":"%[2]s","type":"kick","textonly":true,"userid":"9","meta":{"messageId":"%[1]s"}}`, `{"delete":{"type":"kick","id":"%s"}}`,
			`{"event":"user_banned","type":"kick","meta":{"action":"timeout","username":"noor","durationSeconds":600}}`, "Kick"},
		{"streamerbot", "twitch", "password=" + bridgetest.Password, `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"%[1]s","text":"%[2]s","user":{"id":"9","login":"noor","name":"Noor"}}}`,
			`{"event":{"source":"Twitch","type":"ChatMessageDeleted"},"data":{"messageId":"%s"}}`,
			`{"event":{"source":"Twitch","type":"UserTimedOut"},"data":{"targetUser":{"login":"noor"},"duration":600}}`, "Twitch"},
		{"onecomme", "youtube", "", `{"type":"comments","data":{"comments":[{"service":"youtube","data":{"id":"%[1]s","userId":"9","name":"noor","comment":"%[2]s"}}]}}`, `{"type":"deleted","data":[{"id":"%s"}]}`, "", ""},
		{"blivechat", "bilibili", "code=" + bilibilitest.Code, `{"cmd":5,"data":{"id":%[1]s,"price":50,"authorName":"noor","content":"%[2]s","uid":"o_2"}}`, `{"cmd":6,"data":{"ids":[%s]}}`, "", ""},
		{"laplace", "bilibili", "token=invented", `{"type":"message","id":"%[1]s","uid":9,"username":"noor","message":"%[2]s"}`, "", "", ""},
		{"tikfinity", "tiktok", "", `{"event":"chat","data":{"msgId":"%[1]s","userId":"9","uniqueId":"noor","nickname":"Noor","comment":"%[2]s"}}`, "", "", ""},
	} {
		s, err := bridgetest.Start(tool.kind)
		must(err)

		t.Cleanup(s.Close)
		p := platform{name: tool.kind, source: tool.source, ready: joined(tool.kind, func() bool { return receivesInTime(s.Ready()) })}
		if tool.secret != "" {
			p.add = []string{"--secret", tool.secret}
		}
		p.add = append(p.add, tool.kind+":"+s.URL())
		p.say = func(id, text string) { s.Say(fmt.Sprintf(tool.say, id, text)) }
		if tool.timeOut != "" {
			p.by, p.timeOut = tool.by, func() { s.Say(tool.timeOut) }
		}
		if tool.remove != "" {
			p.remove = func(id string) { s.Say(fmt.Sprintf(tool.remove, id)) }
		}
		list = append(list, p)
	}
	return list
}

// receivesInTime waits for a value.
func receivesInTime[T any](c <-chan T) bool {
	select {
	case <-c:
		return true
	case <-time.After(patience):
		return false
	}
}

var chatLine = regexp.MustCompile(`^Chat (\S+) is connected`)

// addChat connects a chat with the command, while the server runs.
func (p *program) addChat(args ...string) string {
	p.t.Helper()
	var out, errs bytes.Buffer
	args = append([]string{"chats", "add", "--data", p.data, "--room", "live"}, args...)
	if code := run(p.t.Context(), environment{args: args, out: &out, err: &errs}); code != exitDone {
		p.t.Fatalf("chats add ends with %d: %s", code, &errs)
	}
	return chatLine.FindStringSubmatch(out.String())[1]
}

// A message of a platform flies here, and when the platform removes it, it disappears from
// overlay, phone, console, review, resume and export, through whichever connection it came.
func TestEveryChatsCommentsAreShownAndRemoved(t *testing.T) {
	all := platforms(t)
	var environ []string
	for _, pl := range all {
		if pl.environ != "" {
			environ = append(environ, pl.environ)
		}
	}
	p := startIn(t, environment{environ: environ}, t.TempDir(), "--room-rate", "0")
	boss := p.console()
	overlay, phone, console := p.overlaySocket(""), p.phone().open("audience", ""), boss.open("console", "")
	position := overlay.next("hello").Position
	phone.next("hello")
	console.next("hello")
	sockets := map[string]*socket{"overlay": overlay, "phone": phone, "console": console}
	reporting := 0
	for i, pl := range all {
		chat := p.addChat(pl.add...)
		pl.ready(t)
		text := "hello from " + pl.name
		id := fmt.Sprint(1000 + i)
		pl.say(id, text)
		shown := ""
		for name, s := range sockets {
			e := s.until("the message on "+name, func(e event) bool { return e.Type == "comment" && e.Text == text })
			if shown = e.ID; e.Source != pl.source {
				t.Errorf("%s: the source is %q on the %s", pl.name, e.Source, name)
			}
		}
		pl.say(id, text) // a tool that sends its history again
		takeDown := pl.remove
		if takeDown == nil { // then we remove it
			takeDown = func(string) {}
			boss.call("POST", liveRoom+"/comments/"+shown+"/remove", nil, 204)
		}
		takeDown(id)
		for name, s := range sockets {
			s.until("the removal on "+name, isEvent("remove", shown))
		}
		// In review.
		if status, text := boss.do("PATCH", liveRoom+"/chats/"+chat, map[string]any{"hold_all": true}, ours); status != http.StatusOK {
			t.Fatalf("%d %s", status, text)
		}
		held, heldID := "held from "+pl.name, fmt.Sprint(2000+i)
		pl.say(heldID, held)
		waits := console.until("the held one", func(e event) bool { return e.Type == "held" && e.Text == held })
		if pl.remove == nil {
			boss.call("POST", liveRoom+"/comments/"+waits.ID+"/remove", nil, 204)
		} else {
			reporting++
		}
		takeDown(heldID)
		console.until("that it is gone from review", isEvent("remove", waits.ID))
		if h := boss.open("console", "").next("hello"); h.HeldTotal != 0 {
			t.Errorf("%s: %d are in review still", pl.name, h.HeldTotal)
		}
		boss.call("DELETE", liveRoom+"/chats/"+chat, nil, 204)
	}
	if status, text := boss.do("GET", liveRoom+"/export?format=jsonl", nil, nil); status != http.StatusOK || strings.Contains(text, "hello from") {
		t.Errorf("the export answers %d: %s", status, text)
	}
	again := p.overlaySocket(position)
	again.next("hello")
	for _, e := range again.next("events").Events {
		if e.Type == "comment" {
			t.Errorf("a resume brings %q back", e.Text)
		}
	}
	acts := boss.call("GET", liveRoom+"/audit?limit=200&act=remove", nil, 200).Acts
	acts = slices.DeleteFunc(acts, func(a act) bool { return a.Role == "owner" }) // our own
	if len(acts) != 2*reporting {
		t.Errorf("%d removals are in the record, want %d", len(acts), 2*reporting)
	}
	for _, a := range acts {
		if a.Role != "platform" || !a.Undo {
			t.Errorf("in the record: %+v", a)
		}
	}
}

// A message that a platform removes disappears in any state: in flight to us, held, or
// delayed. No screen keeps it.
func TestRemovedByThePlatformInEveryState(t *testing.T) {
	var environ []string
	all := slices.DeleteFunc(platforms(t), func(pl platform) bool { return pl.remove == nil })
	for _, pl := range all {
		if pl.environ != "" {
			environ = append(environ, pl.environ)
		}
	}
	p := startIn(t, environment{environ: environ}, t.TempDir(), "--room-rate", "0")
	boss := p.console()
	overlay, console := p.overlaySocket(""), boss.open("console", "")
	overlay.next("hello")
	console.next("hello")
	for _, pl := range all {
		p.addChat(pl.add...)
		pl.ready(t)
	}
	set := func(settings map[string]any) { boss.call("PATCH", liveRoom, settings, 200) }
	for i, pl := range all { // in flight: no test waits for another here
		id := fmt.Sprint(3000 + i)
		pl.say(id, "under way from "+pl.name)
		pl.remove(id)
	}
	set(map[string]any{"delay_ms": 10_000})
	for i, pl := range all {
		id, text := fmt.Sprint(4000+i), "delayed from "+pl.name
		pl.say(id, text)
		came := console.until(text, func(e event) bool { return e.Type == "comment" && e.Text == text })
		pl.remove(id)
		console.until("its removal", isEvent("remove", came.ID))
	}
	set(map[string]any{"review": "all"})
	for i, pl := range all {
		id, text := fmt.Sprint(5000+i), "held from "+pl.name
		pl.say(id, text)
		came := console.until(text, func(e event) bool { return e.Type == "held" && e.Text == text })
		pl.remove(id)
		console.until("its removal", isEvent("remove", came.ID))
	}
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); ; <-tick { // those under way have their end, too
		list := struct {
			Chats []struct {
				State struct{ Counts room.ChatCounts }
			}
		}{}
		_, text := boss.do("GET", liveRoom+"/chats", nil, nil)
		decode(t, text, &list)
		if !slices.ContainsFunc(list.Chats, func(c struct {
			State struct{ Counts room.ChatCounts }
		}) bool {
			return c.State.Counts.Gone < 3
		}) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not all is gone: %s", text)
		}
	}
	set(map[string]any{"review": "held", "delay_ms": 0})
	phone := p.phone().open("audience", "")
	phone.next("hello")
	phone.send("r1", "the last one")
	left := map[string]string{}
	overlay.until("the last one", func(e event) bool {
		switch {
		case e.Type == "comment" && e.Text == "the last one":
			return true
		case e.Type == "comment":
			left[e.ID] = e.Text
		case e.Type == "remove":
			delete(left, e.ID)
			for _, id := range e.IDs {
				delete(left, id)
			}
		}
		if strings.HasPrefix(e.Text, "delayed") || strings.HasPrefix(e.Text, "held") {
			t.Errorf("the overlay got %q", e.Text)
		}
		return false
	})
	if len(left) > 0 {
		t.Errorf("the overlay keeps %v", left)
	}
	if status, text := boss.do("GET", liveRoom+"/export?format=jsonl", nil, nil); status != http.StatusOK || strings.Contains(text, " from ") {
		t.Errorf("the export answers %d: %s", status, text)
	}
	if h := boss.open("console", "").next("hello"); h.HeldTotal != 0 {
		t.Errorf("%d are in review still", h.HeldTotal)
	}
}

// A time-out of any platform that reports them removes all messages of the author from
// overlay, phone, console, review, resume and export, and mutes the author here for as long,
// in the platform's name. Both can be undone.
func TestTimeOutsOfEveryChat(t *testing.T) {
	var environ []string
	all := slices.DeleteFunc(platforms(t), func(pl platform) bool { return pl.timeOut == nil })
	if len(all) != 4 {
		t.Fatalf("%d platforms report time-outs", len(all))
	}
	for _, pl := range all {
		if pl.environ != "" {
			environ = append(environ, pl.environ)
		}
	}
	p := startIn(t, environment{environ: environ}, t.TempDir(), "--room-rate", "0")
	boss := p.console()
	overlay, phone, console := p.overlaySocket(""), p.phone().open("audience", ""), boss.open("console", "")
	position := overlay.next("hello").Position
	phone.next("hello")
	console.next("hello")
	sockets := map[string]*socket{"overlay": overlay, "phone": phone, "console": console}
	for i, pl := range all {
		chat := p.addChat(pl.add...)
		pl.ready(t)
		holdAll := func(on bool) {
			t.Helper()
			if status, text := boss.do("PATCH", liveRoom+"/chats/"+chat, map[string]any{"hold_all": on}, ours); status != http.StatusOK {
				t.Fatalf("%s: %d %s", pl.name, status, text)
			}
		}
		text, held := "said on "+pl.name, "held on "+pl.name
		pl.say(fmt.Sprint(1000+i), text)
		var shown event
		for name, s := range sockets {
			shown = s.until(text+" on "+name, func(e event) bool { return e.Type == "comment" && e.Text == text })
		}
		holdAll(true)
		pl.say(fmt.Sprint(2000+i), held)
		waits := console.until(held, func(e event) bool { return e.Type == "held" && e.Text == held })
		pl.timeOut()
		for name, s := range sockets {
			s.until("the removal on "+name, isEvent("remove", shown.ID))
		}
		if h := boss.open("console", "").next("hello"); h.HeldTotal != 0 {
			t.Errorf("%s: %d are in review still, such as %s", pl.name, h.HeldTotal, waits.ID)
		}
		bans := struct {
			Bans []struct {
				User, Kind, Reason, By string
				Until                  int64
			}
		}{}
		_, list := boss.do("GET", liveRoom+"/bans", nil, nil)
		decode(t, list, &bans)
		if len(bans.Bans) != 1 {
			t.Fatalf("%s: bans: %s", pl.name, list)
		}
		b := bans.Bans[0]
		left := time.Until(time.UnixMilli(b.Until))
		if b.User != shown.User || b.Kind != "mute" || b.By != pl.by || b.Reason != "from "+pl.by || left > 10*time.Minute || left < 5*time.Minute {
			t.Errorf("%s: %+v", pl.name, b)
		}
		if status, export := boss.do("GET", liveRoom+"/export?format=jsonl", nil, nil); status != http.StatusOK || strings.Contains(export, text) {
			t.Errorf("%s: the export answers %d: %s", pl.name, status, export)
		}
		holdAll(false)
		pl.say(fmt.Sprint(3000+i), "muted on "+pl.name) // by the worker that takes the next
		for _, kind := range []string{"remove_user", "mute"} {
			acts := boss.call("GET", liveRoom+"/audit?limit=1&act="+kind, nil, 200).Acts
			if len(acts) != 1 || acts[0].By != pl.by || acts[0].Role != "platform" || !acts[0].Undo {
				t.Fatalf("%s: %s in the record: %+v", pl.name, kind, acts)
			}
			if kind == "mute" { // the muted one has had its answer
				p.awaitLimited(boss, chat)
			}
			boss.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, 204)
		}
		console.until("that it is back", func(e event) bool { return e.Type == "comment" && e.ID == shown.ID })
		again := "again on " + pl.name
		pl.say(fmt.Sprint(4000+i), again)
		overlay.until(again, func(e event) bool {
			if strings.HasPrefix(e.Text, "muted on") {
				t.Errorf("%s: the overlay got %q", pl.name, e.Text)
			}
			return e.Type == "comment" && e.Text == again
		})
		pl.timeOut()
		overlay.until("the second removal", func(e event) bool { return e.Type == "remove" })
		boss.call("DELETE", liveRoom+"/chats/"+chat, nil, 204)
		boss.call("DELETE", liveRoom+"/bans/"+p.onlyBanID(boss), nil, 204)
	}
	again := p.overlaySocket(position)
	again.next("hello")
	phone.send("r1", "the last one")
	again.until("the last one", func(e event) bool {
		if e.Type == "comment" && e.Text != "the last one" {
			t.Errorf("a resume brings %q back", e.Text)
		}
		return e.Type == "comment" && e.Text == "the last one"
	})
}

// awaitLimited waits until a chat has dropped a message.
func (p *program) awaitLimited(boss *browser, chat string) {
	p.t.Helper()
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); ; <-tick {
		list := struct {
			Chats []struct {
				ID    string
				State struct{ Counts room.ChatCounts }
			}
		}{}
		_, text := boss.do("GET", liveRoom+"/chats", nil, nil)
		decode(p.t, text, &list)
		for _, c := range list.Chats {
			if c.ID == chat && c.State.Counts.Limited > 0 {
				return
			}
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("no message was left out: %s", text)
		}
	}
}

// onlyBanID returns the ID of the room's only ban.
func (p *program) onlyBanID(boss *browser) string {
	p.t.Helper()
	list := struct{ Bans []struct{ ID string } }{}
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); len(list.Bans) != 1; <-tick {
		_, text := boss.do("GET", liveRoom+"/bans", nil, nil)
		decode(p.t, text, &list)
		if time.Now().After(deadline) {
			p.t.Fatalf("bans: %s", text)
		}
	}
	return list.Bans[0].ID
}

// A platform's time-out mutes here for as long, in its name; both can be undone. Clearing a
// chat removes only its own source.
func TestTimeOutsAndClears(t *testing.T) {
	twitch, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer twitch.Close()
	p := startIn(t, environment{environ: []string{"DANMAKU_TWITCH_URL=" + twitch.URL()}}, t.TempDir(), "--room-rate", "0")
	boss := p.console()
	console := boss.open("console", "")
	console.next("hello")
	p.addChat("twitch.tv/mika_plays")
	if !receivesInTime(twitch.Joined()) {
		t.Fatal("nobody joined")
	}
	say := func(id, user, text string) event {
		twitch.SayAll(func(channel string) string {
			return twitchtest.Message{ID: id, UserID: user, Login: "u" + user, Name: "U" + user, Text: text}.Line(channel)
		})
		return console.until(text, func(e event) bool { return e.Type == "comment" && e.Text == text })
	}
	gone := say("m-1", "1", "the one")
	kept := say("m-2", "2", "the other")
	ours := p.phone().open("audience", "")
	ours.next("hello")
	ours.send("r1", "our own")
	own := ours.next("ack").ID
	twitch.Say("@ban-duration=600;room-id=90001;target-user-id=1 :tmi.twitch.tv CLEARCHAT #mika_plays :u1")
	console.until("the removal", isEvent("remove", gone.ID))
	bans := struct {
		Bans []struct {
			User, Kind, Reason, By string
			Until                  int64
		}
	}{}
	_, text := boss.do("GET", liveRoom+"/bans", nil, nil)
	decode(t, text, &bans)
	if len(bans.Bans) != 1 || bans.Bans[0].User != gone.User || bans.Bans[0].Kind != "mute" || bans.Bans[0].By != "Twitch" || bans.Bans[0].Reason != "from Twitch" {
		t.Fatalf("bans: %s", text)
	}
	for _, kind := range []string{"remove_user", "mute"} {
		acts := boss.call("GET", liveRoom+"/audit?limit=10&act="+kind, nil, 200).Acts
		if len(acts) != 1 || acts[0].By != "Twitch" || acts[0].Role != "platform" || !acts[0].Undo {
			t.Fatalf("%s in the record: %+v", kind, acts)
		}
		boss.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, 204)
	}
	console.until("that it is back", func(e event) bool { return e.Type == "comment" && e.ID == gone.ID })
	if _, text := boss.do("GET", liveRoom+"/bans", nil, nil); strings.Contains(text, gone.User) {
		t.Errorf("still muted: %s", text)
	}
	say("m-3", "1", "writes again")
	twitch.Say("@room-id=90001 :tmi.twitch.tv CLEARCHAT #mika_plays")
	console.until("the clear", isEvent("remove", kept.ID))
	if status, text := boss.do("GET", liveRoom+"/export?format=jsonl", nil, nil); status != http.StatusOK || !strings.Contains(text, own) || strings.Contains(text, "the other") {
		t.Errorf("the export answers %d: %s", status, text)
	}
	acts := boss.call("GET", liveRoom+"/audit?limit=1&act=remove", nil, 200).Acts
	boss.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, 204)
	console.until("that it is back", func(e event) bool { return e.Type == "comment" && e.ID == kept.ID })
}

// An author's standing on the platform is on screens and consoles, also after a restart, and
// gives no rights here.
func TestAChatSaysWhoIsAMember(t *testing.T) {
	twitch, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(twitch.Close)
	dir, environ := t.TempDir(), environment{environ: []string{"DANMAKU_TWITCH_URL=" + twitch.URL()}}
	p := startIn(t, environ, dir, "--room-rate", "0")
	overlay, console := p.overlaySocket(""), p.console().open("console", "")
	overlay.next("hello")
	console.next("hello")
	p.addChat("https://www.twitch.tv/mika_plays")
	if !receivesInTime(twitch.Joined()) {
		t.Fatal("nobody connected")
	}
	want := map[string]string{"member": "subscriber/12", "moderator": "moderator/1,subscriber/3", "broadcaster": "broadcaster/1", "": "premium/1"}
	for standing, badges := range want {
		twitch.SayAll(func(channel string) string {
			line := twitchtest.Message{ID: "m" + standing, UserID: "7" + standing, Login: "noor", Name: "Noor", Text: "I am a " + standing}.Line(channel)
			return strings.Replace(line, "badges=", "badges="+badges, 1)
		})
		for name, s := range map[string]*socket{"overlay": overlay, "console": console} {
			if e := s.until(standing, func(e event) bool { return e.Type == "comment" && e.Text == strings.TrimSpace("I am a "+standing) }); e.Standing != standing || e.Badge != "" {
				t.Errorf("%s: a %q stands as %q, with the badge %q", name, standing, e.Standing, e.Badge)
			}
		}
	}
	p.stop()
	p = startIn(t, environ, dir)
	recent := p.overlaySocket("").next("hello").Recent
	if len(recent) != len(want) {
		t.Errorf("after a restart there are %d", len(recent))
	}
	for _, e := range recent {
		if _, word, _ := strings.Cut(e.Text, "I am a"); strings.TrimSpace(word) != e.Standing {
			t.Errorf("after a restart %q stands as %q", e.Text, e.Standing)
		}
	}
}
