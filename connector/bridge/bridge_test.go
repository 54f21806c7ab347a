package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/connector"
	"danmaku/connector/bridge"
	"danmaku/connector/bridge/bridgetest"
	"danmaku/connector/connectortest"
)

// secrets are accepted by every fake.
var secrets = map[string]string{"session": bridgetest.Session, "password": bridgetest.Password, "code": "A1B2C3D4E5F6G"}

type reading struct {
	*connectortest.Run
	server *bridgetest.Server
}

func runSource(t *testing.T, kind string, secret map[string]string, prepare func(*bridgetest.Server)) *reading {
	t.Helper()
	return runSourceBy(t, (&net.Dialer{}).DialContext, kind, secret, prepare)
}

// runSourceBy is read by connections of a kind.
func runSourceBy(t *testing.T, dial func(context.Context, string, string) (net.Conn, error), kind string, secret map[string]string, prepare func(*bridgetest.Server)) *reading {
	t.Helper()
	server, err := bridgetest.Start(kind)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if prepare != nil {
		prepare(server)
	}
	clock := connectortest.NewClock()
	source, err := bridge.Kinds()[kind](connector.Settings{Target: server.URL(), Secret: secret}, connector.Env{Dial: dial, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return &reading{connectortest.Start(t, source, clock), server}
}

func (r *reading) awaitReady() *bridgetest.Client {
	c := connectortest.Await(r.Run, r.server.Ready(), "client")
	r.NextConnected()
	return c
}

// row is one frame and what it must deliver.
type row struct {
	frame    string
	messages []connector.Message
	removals []connector.Removal
	skipped  bool
}

func msg(origin comment.Source, id, user, login, name, text string) connector.Message {
	return connector.Message{Origin: origin, ID: id, UserID: user, Login: login, Name: name, Text: text}
}

func changed(m connector.Message, change func(*connector.Message)) []connector.Message {
	change(&m)
	return []connector.Message{m}
}

func single(m connector.Message) []connector.Message { return []connector.Message{m} }

func paid(micros int64, currency string, level int) func(*connector.Message) {
	return func(m *connector.Message) { m.Paid = &connector.Paid{Micros: micros, Currency: currency, Level: level} }
}

var rows = map[string][]row{
	"ssn": {
		{
			frame: `{"chatname":"Mika","chatmessage":"hello <img src=\"https://static-cdn.jtvnw.net/emoticons/v2/25/default/dark/2.0\" alt=\"Kappa\"> &lt;b&gt;","type":"twitch","nameColor":"#1E90FF","hasDonation":"","event":false,"textonly":false,"userid":"70001","id":4711,"meta":{"messageId":"m1"}}`,
			messages: changed(msg(comment.FromTwitch, "m1", "70001", "mika", "Mika", "hello Kappa <b>"), func(m *connector.Message) {
				m.Color = "#1e90ff"
				m.Emotes = []connector.Emote{{From: 6, To: 11, Name: "Kappa", URL: "https://static-cdn.jtvnw.net/emoticons/v2/25/default/dark/2.0"}}
			}),
		},
		{ // without a message the chat shows the amount
			frame:    `{"chatname":"Rich","chatmessage":"","hasDonation":"$5.00","type":"youtube"}`,
			messages: changed(msg(comment.FromYouTube, "", "name:rich", "rich", "Rich", ""), paid(5_000_000, "USD", 2)),
		},
		{frame: `{"chatname":"Rich","chatmessage":"","hasDonation":"","donoValue":0,"type":"youtube"}`},
		{ // donoValue is in dollars, whatever the platform's amount is in
			frame:    `{"chatname":"Rich","chatmessage":"yen","hasDonation":"¥1,000","donoValue":6.5,"type":"youtube"}`,
			messages: changed(msg(comment.FromYouTube, "", "name:rich", "rich", "Rich", "yen"), paid(1_000_000_000, "JPY", 2)),
		},
		{
			frame:    `{"chatname":"Rich","chatmessage":"bits","hasDonation":"500 bits","donoValue":"5","type":"twitch"}`,
			messages: changed(msg(comment.FromTwitch, "", "name:rich", "rich", "Rich", "bits"), paid(500_000_000, "BITS", 2)),
		},
		{
			frame:    `{"chatname":"Rich","chatmessage":"value alone","hasDonation":false,"donoValue":20,"type":"kick"}`,
			messages: changed(msg(comment.FromKick, "", "name:rich", "rich", "Rich", "value alone"), paid(20_000_000, "USD", 3)),
		},
		{
			frame:    `{"chatname":"Rich","chatmessage":"take it","hasDonation":"$5.00","type":"youtube","userid":7,"textonly":true}`,
			messages: changed(msg(comment.FromYouTube, "", "7", "rich", "Rich", "take it"), paid(5_000_000, "USD", 2)),
		},
		{
			frame:    `{"chatname":"K","chatmessage":"a<script>alert(1)</script><b onclick=x>b</b><br>c","type":"kick","id":9,"mod":true}`,
			messages: changed(msg(comment.FromKick, "", "name:k", "k", "K", "ab c"), func(m *connector.Message) { m.Badge = connector.Moderator }),
		},
		{
			frame:    `{"chatname":"K","chatmessage":"meta is a text","type":"somewhere","meta":"x"}`,
			messages: single(msg(comment.FromOther, "", "name:k", "k", "K", "meta is a text")),
		},
		{frame: `{"chatname":"K","chatmessage":"K followed","type":"kick","event":"follow"}`},
		{frame: `{"chatname":"K","chatmessage":"psst","type":"kick","private":true}`},
		{frame: `{"type":"twitch","event":"viewer_update","meta":{"viewers":5}}`},
		{frame: `{"delete":{"type":"twitch","id":"m1"}}`, removals: []connector.Removal{{Origin: comment.FromTwitch, MessageID: "m1"}}},
		{frame: `{"delete":{"type":"kick","chatname":"K"}}`, removals: []connector.Removal{{Origin: comment.FromKick, Login: "k"}}},
		{frame: `{"delete":{"type":"twitch"}}`, removals: []connector.Removal{{Origin: comment.FromTwitch, All: true}}},
		{frame: `{"event":"user_banned","type":"twitch","meta":{"action":"timeout","username":"mika","userId":"70001","durationSeconds":600}}`, removals: []connector.Removal{{Origin: comment.FromTwitch, UserID: "70001", Login: "mika", Mute: 10 * time.Minute}}},
		{frame: `{"event":"user_banned","type":"kick","meta":{"action":"ban","username":"K","permanent":true}}`, removals: []connector.Removal{{Origin: comment.FromKick, Login: "k", Forever: true}}},
		{frame: `{"event":"user_banned","type":"kick","chatname":"Noor","meta":"x"}`, removals: []connector.Removal{{Origin: comment.FromKick, Login: "noor", Forever: true}}},
		{frame: `{"event":"user_banned","type":"kick","meta":{"action":"ban"}}`},
		{
			frame:    `{"chatname":"K","chatmessage":"no id","type":"kick","userid":0}`,
			messages: single(msg(comment.FromKick, "", "name:k", "k", "K", "no id")),
		},
		{
			frame:    `[{"chatname":"A","chatmessage":"one","type":"kick","userid":"1"},{"chatname":"B","chatmessage":"two","type":"kick","userid":"2"}]`,
			messages: []connector.Message{msg(comment.FromKick, "", "1", "a", "A", "one"), msg(comment.FromKick, "", "2", "b", "B", "two")},
		},
		{frame: `{"event":"user_banned","type":"kick","meta":{"action":"timeout","username":"K"}}`, removals: []connector.Removal{{Origin: comment.FromKick, Login: "k", Mute: 10 * time.Minute}}},
		{frame: `[1]`, skipped: true},
		{frame: `{`, skipped: true},
	},
	"streamerbot": {
		{
			frame: `{"timeStamp":"x","event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"m1","text":"hi 😂 Kappa","parts":[{"type":"text","text":"hi 😂 "},{"type":"emote","text":"Kappa","imageUrl":"https://static-cdn.jtvnw.net/e/25"}],"user":{"id":"70001","login":"mika","name":"Mika","color":"#1E90FF","role":4}}}`,
			messages: changed(msg(comment.FromTwitch, "m1", "70001", "mika", "Mika", "hi 😂 Kappa"), func(m *connector.Message) {
				m.Color, m.Badge = "#1e90ff", connector.Broadcaster
				m.Emotes = []connector.Emote{{From: 5, To: 10, Name: "Kappa", URL: "https://static-cdn.jtvnw.net/e/25"}}
			}),
		},
		{
			frame:    `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"message":{"msgId":"m2","userId":"70002","username":"rich","displayName":"Rich","message":"Cheer500","bits":500,"role":3}}}`,
			messages: changed(msg(comment.FromTwitch, "m2", "70002", "rich", "Rich", "Cheer500"), func(m *connector.Message) { m.Badge = connector.Moderator; paid(500_000_000, "BITS", 2)(m) }),
		},
		{
			frame:    `{"event":{"source":"YouTube","type":"Message"},"data":{"eventId":"y1","message":"hello","user":{"id":"UCa","name":"@mika","isSponsor":true}}}`,
			messages: changed(msg(comment.FromYouTube, "y1", "UCa", "@mika", "mika", "hello"), func(m *connector.Message) { m.Badge = connector.Member }),
		},
		{
			frame:    `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"m3","text":"guest","isFromSharedChatGuest":true,"user":{"id":"9","login":"g","name":"G"}}}`,
			messages: changed(msg(comment.FromTwitch, "m3", "9", "g", "G", "guest"), func(m *connector.Message) { m.Guest = true }),
		},
		{ // 1.x sends both forms: fields that the new one omits are in the old one
			frame: `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"m4","text":"Cheer500 both","user":{"id":"70002","login":"rich","name":"Rich"},"message":{"msgId":"m4","userId":"70002","username":"rich","displayName":"Rich","color":"#00FF7F","message":"Cheer500 both","bits":500,"role":3,"subscriber":true}}}`,
			messages: changed(msg(comment.FromTwitch, "m4", "70002", "rich", "Rich", "Cheer500 both"), func(m *connector.Message) {
				m.Badge, m.Color = connector.Moderator, "#00ff7f"
				paid(500_000_000, "BITS", 2)(m)
			}),
		},
		{
			frame:    `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"m5","text":"text alone is new","user":{"role":0,"color":""},"message":{"userId":70002,"username":"rich","displayName":"Rich","color":"#00FF7F","bits":0,"role":4}}}`,
			messages: changed(msg(comment.FromTwitch, "m5", "70002", "rich", "Rich", "text alone is new"), func(m *connector.Message) { m.Badge, m.Color = connector.Broadcaster, "#00ff7f" }),
		},
		{ // a reply begins with the name of the person it answers
			frame: `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"m6","text":"@Mika Neko Kappa yes","isReply":true,"reply":{"userLogin":"mikaneko","userName":"Mika Neko","msgBody":"is it?"},"parts":[{"type":"text","text":"@Mika Neko "},{"type":"emote","text":"Kappa"},{"type":"text","text":" yes"}],"user":{"id":"9","login":"g","name":"G"}}}`,
			messages: changed(msg(comment.FromTwitch, "m6", "9", "g", "G", "Kappa yes"), func(m *connector.Message) {
				m.Emotes = []connector.Emote{{To: 5, Name: "Kappa"}}
			}),
		},
		{
			frame:    `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"m7","text":"@Mika yes","isReply":true,"user":{"id":"9","login":"g","name":"G"}}}`,
			messages: single(msg(comment.FromTwitch, "m7", "9", "g", "G", "yes")),
		},
		{
			frame:    `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"m8","text":"@Mika in ordinary text","isReply":false,"user":{"id":"9","login":"g","name":"G"}}}`,
			messages: single(msg(comment.FromTwitch, "m8", "9", "g", "G", "@Mika in ordinary text")),
		},
		{
			frame:    `{"event":{"source":"Kick","type":"ChatMessage"},"data":{"messageId":"m9","text":"@Bob look at this","isReply":true,"reply":{"user":{"name":"Mika"}},"user":{"id":9,"login":"g","name":"G"}}}`,
			messages: single(msg(comment.FromKick, "m9", "9", "g", "G", "@Bob look at this")),
		},
		{
			frame:    `{"event":{"source":"YouTube","type":"SuperChat"},"data":{"eventId":"y2","message":"","amount":"¥500","currencyCode":"JPY","user":{"id":"UCa","name":"@mika"}}}`,
			messages: changed(msg(comment.FromYouTube, "y2", "UCa", "@mika", "mika", ""), paid(500_000_000, "JPY", 1)),
		},
		{
			frame:    `{"event":{"source":"Twitch","type":"Cheer"},"data":{"messageId":"m10","bits":100,"text":"Cheer100","user":{"id":"9","login":"g","name":"G"}}}`,
			messages: changed(msg(comment.FromTwitch, "m10", "9", "g", "G", "Cheer100"), paid(100_000_000, "BITS", 1)),
		},
		{frame: `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"m11","text":""}}`, skipped: true},
		{frame: `{"event":{"source":"YouTube","type":"UserBanned"},"data":{"targetUser":{"id":"UCa"},"banDuration":300}}`, removals: []connector.Removal{{Origin: comment.FromYouTube, UserID: "UCa", Mute: 5 * time.Minute}}},
		{frame: `{"event":{"source":"Twitch","type":"SharedChatUserBanned"},"data":{"targetUser":{"id":"9"}}}`, removals: []connector.Removal{{Origin: comment.FromTwitch, UserID: "9"}}},
		{frame: `{"event":{"source":"YouTube","type":"MessageDeleted"},"data":{}}`, skipped: true},
		{frame: `{"event":{"source":"Twitch","type":"ChatMessageDeleted"},"data":{"messageId":"m1","targetUser":{"id":"70001"}}}`, removals: []connector.Removal{{Origin: comment.FromTwitch, MessageID: "m1"}}},
		{frame: `{"event":{"source":"Twitch","type":"ChatMessageDeleted"},"data":{"targetMessageId":"m2","message":"x","userName":"rich"}}`, removals: []connector.Removal{{Origin: comment.FromTwitch, MessageID: "m2"}}},
		{frame: `{"event":{"source":"Twitch","type":"UserTimedOut"},"data":{"targetUser":{"id":"70001","login":"mika"},"duration":600}}`, removals: []connector.Removal{{Origin: comment.FromTwitch, UserID: "70001", Login: "mika", Mute: 10 * time.Minute}}},
		{frame: `{"event":{"source":"YouTube","type":"UserTimedout"},"data":{"targetUser":{"id":"UCa"}}}`, removals: []connector.Removal{{Origin: comment.FromYouTube, UserID: "UCa", Mute: 10 * time.Minute}}},
		{frame: `{"event":{"source":"Twitch","type":"UserBanned"},"data":{"target_user_id":"70001","target_user_login":"mika","duration":null}}`, removals: []connector.Removal{{Origin: comment.FromTwitch, UserID: "70001", Login: "mika", Forever: true}}},
		{frame: `{"event":{"source":"Twitch","type":"ChatCleared"},"data":{}}`, removals: []connector.Removal{{Origin: comment.FromTwitch, All: true}}},
		{frame: `{"event":{"source":"Twitch","type":"Follow"},"data":{"user":{"id":"1"}}}`},
	},
	"onecomme": {
		{
			frame: `{"type":"comments","data":{"comments":[{"id":"svc-1","service":"youtube","data":{"id":"yt-abc","userId":"UCmika","name":"@mika","displayName":"みか","hasGift":false,"isOwner":true,"comment":"こんにちは<img src=\"https://x/y\" alt=\":wave:\">","speechText":"こんにちは"}}],"options":{"init":false}}}`,
			messages: changed(msg(comment.FromYouTube, "yt-abc", "UCmika", "@mika", "みか", "こんにちは:wave:"), func(m *connector.Message) {
				m.Badge = connector.Broadcaster
				m.Emotes = []connector.Emote{{From: 5, To: 11, Name: ":wave:", URL: "https://x/y"}}
			}),
		},
		{
			frame:    `{"type":"comments","data":{"comments":[{"service":"bilibili","data":{"id":"b1","userId":"1","name":"a","comment":"","speechText":"spoken","hasGift":true,"price":30,"unit":"元"}}]}}`,
			messages: changed(msg(comment.FromBilibili, "b1", "1", "a", "a", "spoken"), paid(30_000_000, "CNY", 1)),
		},
		{frame: `{"type":"comments","data":{"comments":[{"service":"youtube","data":{"id":"h","userId":"1","name":"a","comment":"history"}}],"options":{"init":true}}}`},
		{frame: `{"type":"comments","data":{"comments":[{"service":"system","data":{"id":"s","userId":"1","name":"a","comment":"system"}}]}}`},
		{
			frame:    `{"type":"comments","data":{"comments":[{"id":1,"service":"twitch","data":{"id":5,"userId":9,"name":"a","displayName":null,"comment":7,"timestamp":1764340000000,"hasGift":0,"isOwner":null,"isMember":"true"}}],"options":null}}`,
			messages: changed(msg(comment.FromTwitch, "5", "9", "a", "a", "7"), func(m *connector.Message) { m.Badge = connector.Member }),
		},
		{
			frame:    `{"type":"comments","data":{"comments":[{"id":"svc-1","service":"kick","data":{"userId":0,"name":"a","comment":"without an id"}}]}}`,
			messages: single(msg(comment.FromKick, "", "name:a", "a", "a", "without an id")),
		},
		{frame: `{"type":"clear"}`},
		{frame: `{"type":"deleted","data":[]}`},
		{frame: `{"type":"deleted","data":[{"id":"yt-abc","message":"x"}]}`, removals: []connector.Removal{{Origin: connector.AnyOrigin, MessageID: "yt-abc"}}},
		{
			frame:    `{"type":"comments","data":{"comments":[{"service":"youtube","data":{"id":"sc","userId":"1","name":"a","comment":"","hasGift":true,"price":500,"unit":"¥"}}]}}`,
			messages: changed(msg(comment.FromYouTube, "sc", "1", "a", "a", ""), paid(500_000_000, "JPY", 1)),
		},
	},
	"blivechat": {
		{
			frame:    `{"cmd":2,"data":["https://a",1764340000.5,"小美",2,"晚上好",0,0,1,0,1,21,"id-1","",0,[],[],"o_1","喵"]}`,
			messages: changed(msg(comment.FromBilibili, "id-1", "o_1", "", "小美", "晚上好"), func(m *connector.Message) { m.Badge, m.At = connector.Moderator, time.UnixMilli(1764340000500) }),
		},
		{
			frame:    `{"cmd":2,"data":["",0,"a",0,"哇",0,0,1,0,1,0,"id-2","",1,["u"],[],"",""]}`,
			messages: changed(msg(comment.FromBilibili, "id-2", "name:a", "", "a", "[哇]"), func(m *connector.Message) { m.Emotes = []connector.Emote{{To: 3, Name: "[哇]"}} }),
		},
		{
			frame:    `{"cmd":5,"data":{"id":9001,"price":50,"authorName":"土豪","content":"加油","uid":"o_2"}}`,
			messages: changed(msg(comment.FromBilibili, "sc-9001", "o_2", "", "土豪", "加油"), paid(50_000_000, "CNY", 2)),
		},
		{
			frame: `{"cmd":2,"data":["",0,"a",0,"[哇]",0,0,1,0,1,0,"id-3","","1",["http://i0.hdslb.com/a.png",80],[],"o_3",""]}`,
			messages: changed(msg(comment.FromBilibili, "id-3", "o_3", "", "a", "[哇]"), func(m *connector.Message) {
				m.Emotes = []connector.Emote{{To: 3, Name: "[哇]", URL: "https://i0.hdslb.com/a.png"}}
			}),
		},
		{
			frame:    `{"cmd":2,"data":["",0,"a",0,"nobody's id",0,0,1,0,1,0,"id-4","",0,[],[],"0",""]}`,
			messages: single(msg(comment.FromBilibili, "id-4", "name:a", "", "a", "nobody's id")),
		},
		{
			frame:    `{"cmd":5,"data":{"price":50,"authorName":"土豪","content":"加油","uid":0}}`,
			messages: changed(msg(comment.FromBilibili, "", "name:土豪", "", "土豪", "加油"), paid(50_000_000, "CNY", 2)),
		},
		{
			frame:    `{"cmd":5,"data":{"id":9002,"price":30,"authorName":"土豪","content":"","uid":"o_2"}}`,
			messages: changed(msg(comment.FromBilibili, "sc-9002", "o_2", "", "土豪", ""), paid(30_000_000, "CNY", 1)),
		},
		{frame: `{"cmd":5,"data":{"id":9003,"price":30}}`, skipped: true},
		{frame: `{"cmd":6,"data":{"ids":[""]}}`},
		{frame: `{"cmd":6,"data":{"ids":[9001]}}`, removals: []connector.Removal{{Origin: comment.FromBilibili, MessageID: "sc-9001"}}},
		{frame: `{"cmd":3,"data":{"id":"g","authorName":"a","giftName":"x"}}`},
		{frame: `{"cmd":2,"data":[1,2]}`, skipped: true},
	},
	"laplace": {
		{
			frame:    `{"type":"message","id":"l1","uid":12,"username":"a","message":"hi","timestampNormalized":1764340000000}`,
			messages: changed(msg(comment.FromBilibili, "l1", "12", "", "a", "hi"), func(m *connector.Message) { m.At = time.UnixMilli(1764340000000) }),
		},
		{
			frame:    `{"type":"superchat","id":"l2","uid":0,"username":"b","message":"rich","priceNormalized":1000}`,
			messages: changed(msg(comment.FromBilibili, "sc-l2", "name:b", "", "b", "rich"), paid(1_000_000_000, "CNY", 5)),
		},
		{
			frame:    `{"type":"superchat","id":7,"uid":"9","username":8,"message":"texts","priceNormalized":"50","timestampNormalized":"1764340000000"}`,
			messages: changed(msg(comment.FromBilibili, "sc-7", "9", "", "8", "texts"), func(m *connector.Message) { m.At = time.UnixMilli(1764340000000); paid(50_000_000, "CNY", 2)(m) }),
		},
		{
			frame:    `{"type":"superchat","uid":"0","username":"b","message":"no ids","priceNormalized":50}`,
			messages: changed(msg(comment.FromBilibili, "", "name:b", "", "b", "no ids"), paid(50_000_000, "CNY", 2)),
		},
		{
			frame:    `{"type":"superchat","id":"l4","uid":5,"username":"b","message":"","priceNormalized":30}`,
			messages: changed(msg(comment.FromBilibili, "sc-l4", "5", "", "b", ""), paid(30_000_000, "CNY", 1)),
		},
		{frame: `{"type":"message","id":"l5","uid":5,"username":"b","message":""}`, skipped: true},
		{frame: `{"type":"gift","id":"l3","uid":1,"username":"b","message":"gift"}`},
	},
	"tikfinity": {
		{
			frame:    `{"event":"chat","data":{"msgId":"t1","userId":"77","uniqueId":"mika.t","nickname":"Mika","comment":"hi","isModerator":true}}`,
			messages: changed(msg(comment.FromTikTok, "t1", "77", "mika.t", "Mika", "hi"), func(m *connector.Message) { m.Badge = connector.Moderator }),
		},
		{
			frame:    `{"event":"chat","data":{"msgId":5,"userId":77,"uniqueId":"mika.t","comment":66,"isModerator":"false","isSubscriber":1}}`,
			messages: changed(msg(comment.FromTikTok, "5", "77", "mika.t", "mika.t", "66"), func(m *connector.Message) { m.Badge = connector.Member }),
		},
		{
			frame:    `{"event":"chat","data":{"msgId":6,"userId":"0","uniqueId":"Mika.T","comment":"no id"}}`,
			messages: single(msg(comment.FromTikTok, "6", "name:mika.t", "mika.t", "Mika.T", "no id")),
		},
		{frame: `{"event":"gift","data":{"userId":"77","uniqueId":"mika.t"}}`},
	},
}

// last holds a frame for each kind; once it is read, all earlier frames have been.
var last = map[string]string{
	"ssn":         `{"chatname":"z","chatmessage":"last","type":"twitch","textonly":true}`,
	"streamerbot": `{"event":{"source":"Twitch","type":"ChatMessage"},"data":{"messageId":"z","text":"last","user":{"id":"z","login":"z","name":"z"}}}`,
	"onecomme":    `{"type":"comments","data":{"comments":[{"service":"twitch","data":{"id":"z","userId":"z","name":"z","comment":"last"}}]}}`,
	"blivechat":   `{"cmd":2,"data":["",0,"z",0,"last",0,0,1,0,1,0,"z","",0,[],[],"z",""]}`,
	"laplace":     `{"type":"message","id":"z","uid":"z","username":"z","message":"last"}`,
	"tikfinity":   `{"event":"chat","data":{"msgId":"z","userId":"z","uniqueId":"z","nickname":"z","comment":"last"}}`,
}

func TestFrames(t *testing.T) {
	for kind := range bridge.Kinds() {
		t.Run(kind, func(t *testing.T) {
			r := runSource(t, kind, secrets, nil)
			c := r.awaitReady()
			for _, row := range rows[kind] {
				c.Say(row.frame)
				c.Say(last[kind])
				var messages []connector.Message
				var removals []connector.Removal
				skipped := false
				for done := false; !done; {
					switch d := r.Next(); {
					case d.Message != nil && d.Message.Text == "last":
						done = true
					case d.Message != nil:
						messages = append(messages, *d.Message)
					case d.Removal != nil:
						removals = append(removals, *d.Removal)
					case d.Skipped:
						skipped = true
					}
				}
				if describe(messages) != describe(row.messages) || fmt.Sprint(removals) != fmt.Sprint(row.removals) || skipped != row.skipped {
					t.Errorf("%s:\ngot  %s %v skipped %v\nwant %s %v skipped %v", row.frame,
						describe(messages), removals, skipped, describe(row.messages), row.removals, row.skipped)
				}
			}
		})
	}
}

// Frames may be split at any byte.
func TestFramesCutAtEveryByte(t *testing.T) {
	for kind := range bridge.Kinds() {
		t.Run(kind, func(t *testing.T) {
			r := runSourceBy(t, connectortest.CutDial, kind, secrets, nil)
			r.awaitReady().Say(strings.Replace(last[kind], `"last"`, `"寒い 😂"`, 1))
			if m := r.NextMessage(); m.Text != "寒い 😂" {
				t.Errorf("got %+v", m)
			}
		})
	}
}

func describe(messages []connector.Message) string {
	var b strings.Builder
	for _, m := range messages {
		p := m.Paid
		m.Paid = nil
		fmt.Fprintf(&b, "%+v", m)
		if p != nil {
			fmt.Fprintf(&b, " paid %+v", *p)
		}
	}
	return b.String()
}

func TestAnswers(t *testing.T) {
	for kind, row := range map[string]struct{ ask, answer string }{
		"blivechat": {`{"cmd":0,"data":{}}`, `{"cmd":0}`},
		"laplace":   {`{"type":"ping"}`, `{"type":"pong"}`},
	} {
		r := runSource(t, kind, secrets, nil)
		c := r.awaitReady()
		c.Say(row.ask)
		for {
			got := strings.TrimSpace(<-c.Received())
			if got == row.answer {
				break
			}
			t.Errorf("%s: got %s", kind, got)
		}
	}
}

func TestFaults(t *testing.T) {
	without := map[string]string{}
	for name, row := range map[string]struct {
		kind    string
		secret  map[string]string
		prepare func(*bridgetest.Server)
		code    connector.Code
		final   bool
	}{
		"Streamer.bot without a password":    {"streamerbot", without, nil, connector.FaultKeyMissing, true},
		"Streamer.bot with a wrong password": {"streamerbot", map[string]string{"password": "x"}, nil, connector.FaultKey, true},
		"blivechat with a wrong code":        {"blivechat", map[string]string{"code": "WRONG00000000"}, nil, connector.FaultUserCode, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := runSource(t, row.kind, row.secret, row.prepare)
			if f := r.Fault(); f.Code != row.code || f.Final != row.final {
				t.Errorf("%v, final %v", f, f.Final)
			}
		})
	}
	t.Run("Streamer.bot that asks for a password and does not insist", func(t *testing.T) {
		runSource(t, "streamerbot", without, func(s *bridgetest.Server) { s.DoNotEnforce() }).awaitReady()
	})
	t.Run("Streamer.bot without a challenge", func(t *testing.T) {
		runSource(t, "streamerbot", secrets, func(s *bridgetest.Server) { s.SetGreeting(`{"request":"Hello","info":{"name":"Streamer.bot"}}`) }).awaitReady()
	})
	t.Run("another program listens there", func(t *testing.T) {
		r := runSource(t, "onecomme", secrets, func(s *bridgetest.Server) { s.SetGreeting("") })
		<-r.server.Ready()
		r.Clock.AwaitTimer(t, 20*time.Second)
		r.Clock.Advance(20 * time.Second)
		if f := r.Fault(); f.Code != connector.FaultSilent || f.Final {
			t.Errorf("%v", f)
		}
	})
	t.Run("another tool listens there", func(t *testing.T) {
		r := runSource(t, "onecomme", secrets, func(s *bridgetest.Server) { s.SetGreeting(`{"type":"established"}`) })
		if f := r.Fault(); f.Code != connector.FaultAnswer || f.Final || !strings.Contains(f.Detail, "LAPLACE") {
			t.Errorf("%v", f)
		}
	})
	t.Run("nothing listens there", func(t *testing.T) {
		source, err := bridge.Kinds()["onecomme"](connector.Settings{Target: "127.0.0.1:1"}, connector.Env{Dial: (&net.Dialer{}).DialContext, Clock: connectortest.NewClock()})
		if err != nil {
			t.Fatal(err)
		}
		if f := connector.Classify(source.Run(t.Context(), connectortest.NewSink(t))); f.Code != connector.FaultNotRunning {
			t.Errorf("%v", f)
		}
	})
	t.Run("dropped", func(t *testing.T) {
		r := runSource(t, "laplace", secrets, nil)
		r.awaitReady().Drop()
		if f := r.Fault(); f.Code != connector.FaultLost {
			t.Errorf("%v", f)
		}
	})
	for kind, target := range map[string]string{"ssn": "ftp://x", "onecomme": "http://", "laplace": "ws://"} {
		if _, err := bridge.Kinds()[kind](connector.Settings{Target: target, Secret: secrets}, connector.Env{}); err == nil || connector.Classify(err).Code != connector.FaultTarget {
			t.Errorf("%s %s: %v", kind, target, err)
		}
	}
}

func TestDetect(t *testing.T) {
	for first, want := range map[string]string{
		`{"request":"Hello"}`: "streamerbot", `{"type":"connected","data":{}}`: "onecomme", `{"type":"established"}`: "laplace",
		`{"cmd":0}`: "blivechat", `{"chatname":"a","type":"kick"}`: "ssn", `{"event":"chat"}`: "tikfinity", `{}`: "", `x`: "",
	} {
		if got, _ := bridge.Detect([]byte(first)); got != want {
			t.Errorf("%s: %q, want %q", first, got, want)
		}
	}
	if kind, ok := bridge.KindOf("11180"); !ok || kind != "onecomme" {
		t.Error(kind)
	}
}

func TestReadSSN(t *testing.T) {
	for body, want := range map[string]int{
		`{"chatname":"a","chatmessage":"hi","type":"kick"}`:                                     1,
		`[{"chatname":"a","chatmessage":"hi","type":"kick"},{"delete":{"type":"kick"}}]`:        2,
		`{"type":"kick","event":"viewer_update"}`:                                               0,
		`{"chatname":"a","chatmessage":"hi","type":"kick","hasDonation":false,"event":"false"}`: 1,
	} {
		n, err := bridge.ReadSSN([]byte(body), connectortest.NewSink(t))
		if err != nil || n != want {
			t.Errorf("%s: %d, %v", body, n, err)
		}
	}
	for _, body := range []string{`{}`, `[]x`, `"a"`, `{"text":"hi"}`} {
		if _, err := bridge.ReadSSN([]byte(body), connectortest.NewSink(t)); !errors.Is(err, bridge.ErrSSN) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestDonations(t *testing.T) {
	for text, want := range map[string]connector.Paid{
		"$5.00": {Micros: 5_000_000, Currency: "USD", Level: 2}, "500 bits": {Micros: 500_000_000, Currency: "BITS", Level: 2},
		"1.234,50 €": {Micros: 1_234_500_000, Currency: "EUR", Level: 5}, "¥1,000": {Micros: 1_000_000_000, Currency: "JPY", Level: 2},
		"CA$20": {Micros: 20_000_000, Currency: "CAD", Level: 3}, "PLN 10.5": {Micros: 10_500_000, Currency: "PLN", Level: 1},
		"3 gifts": {Micros: 3_000_000, Currency: "POINTS", Level: 1},
	} {
		got := bridge.Donation("", text)
		if got == nil || *got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
	for _, text := range []string{"", "none", "$0", "$9999999999999999"} {
		if got := bridge.Donation("", text); got != nil {
			t.Errorf("%s: %+v", text, got)
		}
	}
}
