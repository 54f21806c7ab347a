package export_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"danmaku/export"

	"github.com/google/go-cmp/cmp"

	"danmaku/room"
	"danmaku/testrace"
)

// summarize lists the fields of items that a table of files names: time, mode, size, colour, name,
// text.
func summarize(items []export.Item) (out []string) {
	for _, i := range items {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%v %s %s %s %s|%s", i.Offset, i.Mode, i.Size, i.Color, i.Name, i.Text)))
	}
	return out
}

// describeReport describes a report in words.
func describeReport(r export.Report) (out []string) {
	for _, f := range r.Account() {
		out = append(out, fmt.Sprint(f.Code, " ", f.N))
	}
	for _, f := range r.Malformed {
		out = append(out, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Code))
	}
	for _, f := range r.Notes {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d:%d %s %s", f.Line, f.Column, f.Code, f.Why)))
	}
	return out
}

// readAs is a file and the result of reading it.
type readAs struct {
	format  export.Format
	items   []string
	account []string
}

// Files of other programs, made after real ones.
func TestImports(t *testing.T) {
	read := map[string]bool{}
	for name, want := range map[string]readAs{
		"acfun.json":        {export.AcFun, []string{"1.5s scroll medium #ffffff |acfun one", "2.5s top medium #ff0000 |two"}, nil},
		"artplayer.json":    {export.ArtPlayer, []string{"1.5s scroll medium #ffffff |artplayer one", "2.5s top medium #ffffff |two"}, nil},
		"bilibili-seg.json": {export.BilibiliJSON, []string{"0s top medium #ff0000 |two (no progress: 0)", "1.5s scroll medium #ffffff |seg.so one"}, nil},
		"bilibili-v2.xml":   {export.BilibiliXML, []string{"1.5s scroll medium #ffffff |id first, milliseconds", "2.5s top big #ff0000 |second"}, nil},
		"blrec-like.xml": {export.BilibiliXML, []string{"0s scroll medium #58c1de somebody|just before", "912ms scroll medium #ffffff someone|hello",
			"1.912s bottom medium #58c1de somebody|bottom", "3s top big #ffd700 someone|super chat text"}, []string{"super_chats 1", "gifts 1"}},
		"chat-downloader.json": {export.ChatDownloader, []string{"1.5s scroll medium #ffffff Alice|hello :wave:", "2.5s top big #ffd700 Bob|paid words"}, []string{"super_chats 1", "gifts 1"}},
		"cut-off-bilibili.xml": {export.BilibiliXML, []string{"1s scroll medium #ffffff |recorder was killed", "2s scroll medium #ffffff |second"}, []string{"5:1 cut_off"}},
		"cut-off.xml":          {export.NiconicoXML, []string{"1s scroll medium #ffffff |recording that ended by power cut"}, []string{"4:1 no_end", "4:47 cut_off"}},
		"dandanplay-four.xml":  {export.BilibiliXML, []string{"1.5s scroll medium #ffffff |time, mode, colour, user", "2.25s top medium #0000ff |second"}, nil},
		"dandanplay.json":      {export.Dandanplay, []string{"1.5s scroll medium #ffffff |dandanplay json one", "2.5s top medium #ff0000 |two"}, nil},
		"dplayer.json": {export.DPlayer, []string{"1.5s scroll medium #ffffff |dplayer v3 one", "2.5s top medium #ff0000 |two",
			"3.5s bottom medium #00ff00 |three"}, nil},
		"jikkyo.json":                {export.NiconicoJSON, []string{"1.5s scroll medium #ffffff |jikkyo json"}, nil},
		"nico-official-commands.xml": {export.NiconicoXML, nil, []string{"commands 2", "invisible 1"}},
		"niconico-legacy.json":       {export.NiconicoJSON, []string{"1.5s top medium #ff0000 |nico json one", "2.5s scroll medium #ffffff |two"}, nil},
		"niconico-v1.json":           {export.NiconicoJSON, []string{"1.5s top medium #ffffff |nvcomment v1"}, nil},
		"ours.csv":                   {export.CSV, []string{"1s scroll medium #ffffff Ann|quoted, with a comma", "2s top big #ff8800 |second"}, nil},
		"plain.xml.gz":               {export.BilibiliXML, []string{"1s scroll medium #ffffff |packed"}, nil},
		"recorder-ms-dates.xml": {export.BilibiliXML, []string{"1s scroll medium #ffffff viewer one|one", "2.5s top medium #ff0000 viewer two|two",
			"4s top big #ffd700 viewer three|paid words", "6s bottom medium #0000ff viewer four|four"}, []string{"super_chats 1", "gifts 1", "guards 1"}},
		"rootless.xml":          {export.BilibiliXML, []string{"1s scroll medium #ffffff |no root one", "2s bottom medium #0000ff |no root two"}, []string{"1:1 repaired rootless"}},
		"seg.so":                {export.BilibiliProto, []string{"1.5s scroll medium #ffffff |segment one", "2.5s top big #ff8800 |分段二"}, nil},
		"super-chat.xml":        {export.BilibiliXML, []string{"1s scroll medium #ffffff ann|plain", "2.5s top big #ffd700 bob|paid words"}, []string{"super_chats 1", "gifts 1", "guards 1"}},
		"twitchdownloader.json": {export.TwitchChat, []string{"1.5s scroll medium #ff0000 Alice|twitch one"}, nil},
		"ytdlp.live_chat.json":  {export.YouTubeChat, []string{"1.5s scroll medium #ffffff Alice|hello 😀", "2.5s top big #ffd700 Bob|paid"}, []string{"super_chats 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile("testdata/imports/" + name)
			if err != nil {
				t.Fatal(err)
			}
			checkRead(t, string(file), want)
			if !strings.HasSuffix(name, ".gz") {
				checkRead(t, gzipped(file), want)
			}
		})
		read[name] = true
	}
	files, err := filepath.Glob("testdata/imports/*")
	if err != nil || len(files) != len(read) {
		t.Errorf("%d files, of which %d are tested; %v", len(files), len(read), err)
	}
}

func checkRead(t *testing.T, file string, want readAs) {
	t.Helper()
	items, report, format, err := export.Read(strings.NewReader(file), export.ReadOptions{})
	if err != nil || format != want.format {
		t.Fatalf("read as %s: %v", format, err)
	}
	if d := cmp.Diff(want.items, summarize(items)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(want.account, describeReport(report)); d != "" {
		t.Errorf("report (-want +got):\n%s", d)
	}
}

func gzipped(file []byte) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(file)
	w.Close()
	return b.String()
}

const yt = `{"liveChatTextMessageRenderer":{"id":"%s","message":{"runs":[{"text":"%s"}]},"authorName":{"simpleText":"Ann"},"authorExternalChannelId":"UC%s","timestampUsec":"17000000%s000000"}}`

// Other content that real files of each program also have.
func TestImportVariants(t *testing.T) {
	one := func(text string) []string { return []string{"1s scroll medium #ffffff |" + text} }
	for name, row := range map[string]struct {
		file string
		want readAs
	}{
		// Recorders of live shows.
		"BililiveRecorder": {`<?xml version="1.0" encoding="utf-8"?><?xml-stylesheet type="text/xsl" href="#s"?>
<i BililiveRecorder="B站录播姬弹幕文件"><!--
B站录播姬 <d p="1">no</d>
--><chatserver>chat.bilibili.com</chatserver><BililiveRecorder version="2.0.0" /><BililiveRecorderRecordInfo roomid="1" name="a &amp; b" start_time="2023-11-14T22:13:20.6348295+08:00" />
<BililiveRecorderXmlStyle><z:stylesheet version="1.0" id="s" xml:id="s" xmlns:z="http://www.w3.org/1999/XSL/Transform"><z:output method="html"/><z:template match="/"><html><style>body{margin:0}</style><table><tr><td><z:value-of select="count(/i/d)"/></td></tr><z:for-each select="/i/d"><tr><td><a><z:attribute name="href"><z:text>x</z:text></z:attribute></a></td></tr></z:for-each></table></html></z:template></z:stylesheet></BililiveRecorderXmlStyle>
  <d p="1,1,25,16777215,1700000001000,0,7,0" user="Ann &lt;3" raw="[[0,1,25,&quot;{\&quot;a\&quot;:1}&quot;]]">hi</d>
  <sc ts="2" user="Bob" price="30" time="60" raw="{&quot;id&quot;:1}">paid</sc>
  <gift ts="3" user="Cat" giftname="小心心" giftcount="3" raw="{}" /><guard ts="4" user="Dan" level="3" count="1" />
</i>`, readAs{export.BilibiliXML, []string{"1s scroll medium #ffffff Ann <3|hi", "2s top big #ffd700 Bob|paid"}, []string{"super_chats 1", "gifts 1", "guards 1"}}},
		"an old BililiveRecorder": {`<i><chatid>0</chatid>

<z:stylesheet version="1.0" xmlns:z="http://www.w3.org/1999/XSL/Transform"><z:template match="/"><html/></z:template></z:stylesheet>

<d p="1.0000001,1,25,16777215,1700000001000,0,7,0" user="Ann">hi</d></i>`, readAs{export.BilibiliXML, []string{"1s scroll medium #ffffff Ann|hi"}, nil}},
		"zeros in place of fields": {`<i><d p="1.000,0,0,0,0,0,0" user="小星">hi</d></i>`, readAs{export.BilibiliXML, []string{"1s scroll medium #ffffff 小星|hi"}, []string{"1:4 defaulted few_fields"}}},
		"dates of presents": {`<i><metadata><video_start_time>1700000000000</video_start_time></metadata><sc ts="1700000001000" user="A">paid</sc>` +
			`<gift ts="1700000002000"/><member user="x" ts="1700000002000"/></i>`, readAs{export.BilibiliXML, []string{"1s top big #ffd700 A|paid"}, []string{"super_chats 1", "gifts 1"}}},
		"dates of presents, by a comment": {`<i><d p="1,1,25,16777215,1700000001000,0,7,0">hi</d><sc ts="1700000002000">paid</sc><sc ts="">lost</sc></i>`,
			readAs{export.BilibiliXML, append(one("hi"), "2s top big #ffd700 |paid"), []string{"super_chats 1", "1:85 time_missing"}}},
		"biliup": {`<?xml version='1.0' encoding='utf-8'?><i><chatserver>chat.bilibili.com</chatserver><s timestamp="1700000002" uid="5" username="Bob" price="30" type="super_chat" num="1" giftname="SC">paid</s>` +
			`<d p="1.0,1,25,16777215,0,0,0,0" timestamp="1700000001" uid="7" user="Ann">hi</d><s timestamp="1700000002" type="gift" giftname="x"/><s timestamp="1700000002" type="guard_buy"/><o timestamp="1">raw</o></i>`,
			readAs{export.BilibiliXML, []string{"1s scroll medium #ffffff Ann|hi", "2s top big #ffd700 Bob|paid"}, []string{"super_chats 1", "gifts 1", "guards 1"}}},
		"utf-16 in name alone": {`<?xml version="1.0" encoding="utf-16"?><i><d p="1,1,25,16777215,1,0,a,1">hi</d></i>`, readAs{export.BilibiliXML, one("hi"), nil}},
		"a text cut in a character": {"<i><d p=\"1,1,25,16777215,1,0,a,1\" user=\"A\xe5\">a long text with a half \xe5\x93</d></i>",
			readAs{export.BilibiliXML, []string{"1s scroll medium #ffffff A\ufffd|a long text with a half \ufffd"}, nil}},
		"another encoding": {"<i><d p='1,1,25,16777215,1,0,a,1'>\xc4\xe3\xba\xc3</d></i>", readAs{export.BilibiliXML, nil, []string{"1:4 not_utf8"}}},

		// niconico.
		"nvapi": {`{"meta":{"status":200},"data":{"globalComments":[{"id":"1","count":2}],"threads":[{"id":"1","fork":"owner","commentCount":0,"comments":[]},
			{"id":"1","fork":"main","comments":[{"id":"874","no":1,"vposMs":1000,"body":"hi","commands":["184","device:3DS","shita"],"userId":"u","isPremium":true,"score":0,"postedAt":"2014-11-14T19:51:38+09:00","nicoruCount":0,"nicoruId":null,"source":"leaf","isMyPost":false}]}]}}`,
			readAs{export.NiconicoJSON, []string{"1s bottom medium #ffffff |hi"}, nil}},
		"records beside the comments": {`[{"ping":{"content":"rs:0"}},{"thread":{"resultcode":0,"thread":"1"}},{"leaf":{"thread":"1","count":2}},{"global_num_res":{"num_res":2}},
			{"chat":{"thread":"1","no":1,"vpos":100,"content":"hi"}},{"chat":{"no":2,"vpos":5,"deleted":1}},{"chat":{"no":3,"vpos":5,"premium":3,"content":"/vote start"}},{"ping":{"content":"rf:0"}}]`,
			readAs{export.NiconicoJSON, one("hi"), []string{"deleted 1", "commands 1"}}},
		"a line each":  {`{"chat":{"vpos":"100","content":"hi","date":1700000001.5}}` + "\n" + `{"chat":{"vpos":100.0,"mail":"invisible","content":"x"}}` + "\n", readAs{export.NiconicoJSON, one("hi"), []string{"invisible 1"}}},
		"bare chats":   {`[{"no":1,"vpos":100,"content":"hi","mail":"big"}]`, readAs{export.NiconicoJSON, []string{"1s scroll big #ffffff |hi"}, nil}},
		"XML as JSON":  {`{"packet":{"thread":{"thread":"1"},"chat":[{"no":"1","vpos":"100","content":"hi"},{"no":"2","vpos":"200","premium":"3","content":"/perm"}]}}`, readAs{export.NiconicoJSON, one("hi"), []string{"commands 1"}}},
		"owner's live": {`<chat vpos="100" premium="3">hi</chat><chat vpos="100" premium="3">/perm hi</chat>`, readAs{export.NiconicoXML, one("hi"), []string{"commands 1", "1:1 repaired rootless"}}},
		"threads around": {`<?xml version='1.0' encoding='UTF-8'?><packet><thread resultcode="0" thread="1"/><view_counter video="1"/><chat thread="1" no="1" vpos="100" date="1700000001" mail="184">hi</chat></packet>`,
			readAs{export.NiconicoXML, one("hi"), nil}},

		// yt-dlp.
		"a live chat that was not over": {`{"replayChatItemAction":{"actions":[{"clickTrackingParams":"x","addChatItemAction":{"item":` + fmt.Sprintf(yt, "a", "hi", "1", "01") + `,"clientId":"c"}}]},"videoOffsetTimeMsec":"1000","isLive":true}`,
			readAs{export.YouTubeChat, []string{"1s scroll medium #ffffff Ann|hi"}, nil}},
		"taken down": {strings.Join([]string{
			`{"clickTrackingParams":"x","replayChatItemAction":{"actions":[{"addChatItemAction":{"item":` + fmt.Sprintf(yt, "a", "stays", "1", "01") + `}}],"videoOffsetTimeMsec":"1000"}}`,
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":` + fmt.Sprintf(yt, "b", "goes", "1", "02") + `}}],"videoOffsetTimeMsec":"2000"}}`,
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":` + fmt.Sprintf(yt, "c", "goes with its author", "2", "03") + `}}],"videoOffsetTimeMsec":"3000"}}`,
			`{"replayChatItemAction":{"actions":[{"markChatItemAsDeletedAction":{"targetItemId":"b","deletedStateMessage":{"runs":[]}}}],"videoOffsetTimeMsec":"3000"}}`,
			`{"replayChatItemAction":{"actions":[{"markChatItemsByAuthorAsDeletedAction":{"externalChannelId":"UC2"}}],"videoOffsetTimeMsec":"3000"}}`,
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":` + fmt.Sprintf(yt, "d", "is back", "2", "04") + `}}],"videoOffsetTimeMsec":"4000"}}`,
			`{"replayChatItemAction":{"actions":[{"addLiveChatTickerItemAction":{"item":{"liveChatTickerPaidMessageItemRenderer":{}}}}],"videoOffsetTimeMsec":"4000"}}`,
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":{"liveChatViewerEngagementMessageRenderer":{"message":{"runs":[{"text":"Welcome"}]}}}}}],"videoOffsetTimeMsec":"0"}}`,
		}, "\n"), readAs{export.YouTubeChat, []string{"1s scroll medium #ffffff Ann|stays", "4s scroll medium #ffffff Ann|is back"}, []string{"deleted 2"}}},
		"replaced": {strings.Join([]string{
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":` + fmt.Sprintf(yt, "a", "as it was", "1", "01") + `}}],"videoOffsetTimeMsec":"1000"}}`,
			`{"replayChatItemAction":{"actions":[{"replaceChatItemAction":{"targetItemId":"a","replacementItem":` + fmt.Sprintf(yt, "a", "as it is", "1", "01") + `}}],"videoOffsetTimeMsec":"2000"}}`,
		}, "\n"), readAs{export.YouTubeChat, []string{"2s scroll medium #ffffff Ann|as it is"}, []string{"deleted 1"}}},
		"stickers, members, emoji": {strings.Join([]string{
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":{"liveChatPaidStickerRenderer":{"authorName":{"simpleText":"A"}}}}}],"videoOffsetTimeMsec":"1000"}}`,
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":{"liveChatMembershipItemRenderer":{"headerSubtext":{"runs":[{"text":"Welcome"}]}}}}}],"videoOffsetTimeMsec":"1000"}}`,
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":{"liveChatMembershipItemRenderer":{"message":{"runs":[{"text":"a year"}]}}}}}],"videoOffsetTimeMsec":"1000"}}`,
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":{"liveChatPaidMessageRenderer":{"purchaseAmountText":{"simpleText":"$1"}}}}}],"videoOffsetTimeMsec":"1000"}}`,
			`{"replayChatItemAction":{"actions":[{"addChatItemAction":{"item":{"liveChatTextMessageRenderer":{"message":{"runs":[{"emoji":{"emojiId":"UC1/abc","shortcuts":[":wave:"],"isCustomEmoji":true}},{"text":"!"}]},"timestampText":{"simpleText":"-0:07"}}}}}]}}`,
		}, "\n"), readAs{export.YouTubeChat, []string{"0s scroll medium #ffffff |:wave:!", "1s scroll medium #ffffff |a year"}, []string{"gifts 2", "guards 1"}}},

		// Twitch.
		"TwitchDownloader, pretty": {"{\n  \"FileInfo\": {\n    \"Version\": {\"Major\": 1, \"Minor\": 4, \"Patch\": 0},\n    \"CreatedAt\": \"2024-01-01T00:00:00Z\"\n  },\n  \"streamer\": {\"name\": \"s\", \"id\": 1},\n  \"video\": {\"title\": \"[x] {y}\", \"start\": 0, \"chapters\": [{\"id\": \"\"}]},\n  \"comments\": [\n    {\n      \"_id\": \"a\",\n      \"content_offset_seconds\": 1,\n      \"commenter\": {\"display_name\": \"アリス\", \"_id\": \"1\", \"name\": \"alice\"},\n      \"message\": {\"body\": \"hi\", \"bits_spent\": 100, \"fragments\": [{\"text\": \"hi\", \"emoticon\": null}], \"user_badges\": [], \"user_color\": null, \"emoticons\": []}\n    },\n    {\"_id\": \"b\", \"content_offset_seconds\": 2, \"commenter\": null, \"message\": {\"body\": \"\", \"user_notice_params\": {\"msg-id\": \"subgift\"}}},\n    {\"_id\": \"c\", \"content_offset_seconds\": 2.25, \"message\": {\"body\": \"\", \"fragments\": [{\"text\": \"from \"}, {\"text\": \"pieces\"}], \"user_color\": \"#00F\"}}\n  ],\n  \"embeddedData\": {\"thirdParty\": [{\"id\": \"x\", \"data\": \"" + strings.Repeat("A", 2<<20) + "\"}]}\n}",
			readAs{export.TwitchChat, []string{"1s scroll medium #ffffff アリス|hi", "2.25s scroll medium #0000ff |from pieces"}, []string{"gifts 1"}}},

		"a part of a video": {`{"FileInfo":{},"video":{"title":"t","start":3600,"end":7200},"comments":[{"content_offset_seconds":3601,"commenter":{"name":"a"},"message":{"body":"hi"}},{"content_offset_seconds":3599.5,"commenter":{"name":"a"},"message":{"body":"early"}}]}`,
			readAs{export.TwitchChat, []string{"0s scroll medium #ffffff a|early", "1s scroll medium #ffffff a|hi"}, nil}},

		// Some tools sort an object's fields, so that the video's beginning comes last.
		"a part of a video, sorted": {`{"comments":[{"content_offset_seconds":3601,"message":{"body":"hi"}}],"embeddedData":{"x":"` + strings.Repeat("A", 2<<20) + `"},"video":{"end":7200,"start":3600}}`,
			readAs{export.TwitchChat, []string{"1s scroll medium #ffffff |hi"}, nil}},

		// chat-downloader.
		"chat-downloader, Twitch": {`[{"author":{"badges":[],"colour":"#FF0000","display_name":"アリス","id":"5","name":"alice"},"emotes":[],"message":"hi","message_id":"a","message_type":"text_message","time_in_seconds":1,"time_text":"0:01","timestamp":1700000001000000},
			{"author":{"display_name":"Bob","id":"6","name":"bob"},"message":"","message_id":"b","message_type":"subscription_gift","time_in_seconds":2},{"author":{"name":"c"},"message_id":"c","message_type":"resub","message":null,"time_in_seconds":3}]`,
			readAs{export.ChatDownloader, []string{"1s scroll medium #ff0000 アリス|hi"}, []string{"gifts 1", "guards 1"}}},
		"chat-downloader, old": {`[{"author":"Ann","author_id":"UC1","message":"early","time_in_seconds":-7,"time_text":"-0:07","timestamp":1600376423492564},{"amount":"$5.00","author":"Bob","author_id":"UC2","message":"paid","time_in_seconds":1,"ticker_duration":300},
			{"amount":"$5.00","author":"Bob","author_id":"UC2","message":"paid","time_in_seconds":1},{"author":"Ann","message":"hi","time_in_seconds":"1","time_text":"0:01"}]`,
			readAs{export.ChatDownloader, []string{"0s scroll medium #ffffff Ann|early", "1s top big #ffd700 Bob|paid", "1s scroll medium #ffffff Ann|hi"}, []string{"super_chats 1"}}},
		"chat-downloader, live": {strings.Join([]string{
			`{"author":{"id":"1","name":"Ann"},"message":"hi","message_id":"a","message_type":"text_message","timestamp":1700000001000000}`,
			`{"author":{"id":"2","name":"Bob"},"message":"goes","message_id":"b","message_type":"text_message","timestamp":1700000001500000}`,
			`{"author":{"id":"3","name":"Cat"},"message":"goes with its author","message_id":"c","message_type":"text_message","timestamp":1700000001600000}`,
			`{"action_type":"mark_chat_item_as_deleted","message_type":"deleted_message","message":"[message deleted]","target_message_id":"b"}`,
			`{"action_type":"mark_chat_items_by_author_as_deleted","author":{"id":"3"},"message_type":"ban_user"}`,
			`{"author":{"id":"1","name":"Ann"},"message":"later","message_id":"d","message_type":"text_message","timestamp":1700000003000000}`,
			`{"author":{"id":"1","name":"Ann"},"message":"never","message_id":"e","message_type":"text_message"}`,
		}, "\n"), readAs{export.ChatDownloader, []string{"0s scroll medium #ffffff Ann|hi", "2s scroll medium #ffffff Ann|later"}, []string{"deleted 2", "7:1 time_missing"}}},

		// dandanplay and its relatives.
		"a list": {`[{"cid":1,"p":"1,1,16777215,1","m":"hi"},{"p":"2,5,25,16711680,1700000000,0,hash,9","m":"eight"}]`, readAs{export.Dandanplay, append(one("hi"), "2s top medium #ff0000 |eight"), nil}},
		"more":   {`{"hasMore":false,"success":true,"errorCode":0,"comments":[{"cid":1,"p":"1.00,1,16777215,[BiliBili]1","m":"hi","t":1}]}`, readAs{export.Dandanplay, one("hi"), nil}},
		"an old one": {`{"Count":1,"Comments":[{"Time":1.0,"Mode":4,"Color":255,"Timestamp":0,"Pool":0,"UId":1,"CId":2,"Message":"hi"}]}`,
			readAs{export.Dandanplay, []string{"1s bottom medium #0000ff |hi"}, nil}},

		// DPlayer, ArtPlayer, Danmaku.
		"DPlayer v2":     {`{"code":1,"danmaku":[{"_id":"5","player":"x","author":"DIY","time":1,"text":"hi","color":"#fff","type":"right"},{"author":"a","time":2,"text":"b","color":"rgb(255, 0, 0)","type":"bottom"}]}`, readAs{export.DPlayer, append(one("hi"), "2s bottom medium #ff0000 |b"), nil}},
		"lists alone":    {"[\n [1, 0, 16777215, \"a\", \"hi\"],\n [2, 7, \"nope\", \"\", \"b\"]\n]", readAs{export.DPlayer, append(one("hi"), "2s scroll medium #ffffff |b"), []string{"3:2 defaulted mode"}}},
		"video sites":    {`{"code":23,"name":"x","danum":2,"danmuku":[[1,"right","#FFFFFF","","hi","127.0.0.1","1700000000","25px"],[2,"top","#f00","","b"]]}`, readAs{export.DPlayer, append(one("hi"), "2s top medium #ff0000 |b"), nil}},
		"Danmaku":        {`[{"text":"hi","mode":"rtl","time":1,"style":{"fontSize":"10px","color":"#ffffff"}},{"text":"b","mode":"ltr","time":2,"style":{"color":"#f00"}}]`, readAs{export.ArtPlayer, append(one("hi"), "2s reverse medium #ff0000 |b"), nil}},
		"a list of five": {`{"code":0,"version":3,"data":[["1",0,16777215,"a","hi"],["soon",0,1,"","x"]]}`, readAs{export.DPlayer, one("hi"), []string{"1:57 time"}}},

		// AcFun.
		"AcFun, three lists": {`[[],[],[{"c":"1,16777215,1,25,user,1700000000,uuid","m":"hi"}]]`, readAs{export.AcFun, one("hi"), nil}},
		"AcFun, new": {`{"danmakus":[{"likeCount":0,"size":25,"color":16777215,"danmakuId":2,"danmakuType":0,"mode":1,"roleId":0,"isLike":false,"createTime":1627401902387,"userId":5,"position":1000,"body":"hi"}],"totalCount":1,"result":0}`,
			readAs{export.AcFun, one("hi"), nil}},
		"AcFun, kept": {`{"content":[{"size":16,"color":255,"mode":4,"position":1000,"body":"hi"}]}`, readAs{export.AcFun, []string{"1s bottom small #0000ff |hi"}, nil}},

		// Bilibili.
		"segments": {`[{"elems":[{"idStr":"1","progress":1000,"mode":1,"fontsize":25,"color":16777215,"content":"hi"}]},{"elems":[{"id":"2","progress":2000,"mode":7,"content":"[0,0]","fontsize":25}]}]`, readAs{export.BilibiliJSON, one("hi"), []string{"positioned 1"}}},
		"in an answer": {`{"code":0,"data":{"elems":[{"id":1,"progress":"1000","mode":1,"fontsize":25,"color":"16777215","mid_hash":"a","content":"hi","ctime":"x"}],"state":0}}`,
			readAs{export.BilibiliJSON, one("hi"), []string{"1:28 defaulted date"}}},
		"a colour of black": {`{"elems":[{"progress":1000,"mode":1,"fontsize":25,"color":0,"content":"hi"}]}`, readAs{export.BilibiliJSON, []string{"1s scroll medium #000000 |hi"}, nil}},

		// Ours.
		"CSV of a spreadsheet": {"\ufefftext;offset_ms;color\r\n\"hi; \"\"you\"\"\nthere\";1000;#ffffff\r\n'=1+1;2000;\r\n", readAs{export.CSV, []string{"1s scroll medium #ffffff |hi; \"you\"\nthere", "2s scroll medium #ffffff |=1+1"}, nil}},
		"CSV by the clock":     {"ts,text\n2026-11-28T12:00:01Z,b\n2026-11-28T12:00:00Z,a\n", readAs{export.CSV, []string{"0s scroll medium #ffffff |a", "1s scroll medium #ffffff |b"}, nil}},
		"CSV by a spreadsheet's clock": {"text;ts\nb;2026-11-28 12:00:01\na;2026-11-28 12:00:00.000\nc;28.11.2026 12:00\n",
			readAs{export.CSV, []string{"0s scroll medium #ffffff |a", "1s scroll medium #ffffff |b"}, []string{"4:1 moment"}}},
		"lines by Unix time": {`{"text":"b","ts":1700000001000}` + "\n" + `{"text":"a","ts":1700000000}` + "\n" + `{"text":"c","ts":0}`,
			readAs{export.JSONLines, []string{"0s scroll medium #ffffff |a", "1s scroll medium #ffffff |b"}, []string{"3:1 moment"}}},
		"CSV with bad rows":   {"text,offset_ms,mode\nhi,1000,loop\nx,soon,\n\"a\"b,1,\n,\n", readAs{export.CSV, one("hi"), []string{"3:1 offset", "4:1 csv_row", "5:1 no_time", "2:1 defaulted mode"}}},
		"CSV that is cut off": {"text,offset_ms\nhi,1000\n\"half", readAs{export.CSV, one("hi"), []string{"3:1 no_end", "3:1 cut_off"}}},
		"JSON Lines of ours":  {`{"seq":1,"id":"1","room":"live","ts":"soon","offset_ms":1000,"text":"hi","name":"","sender":"a","mode":"scroll","color":"#FFFFFF","size":"medium","status":"shown","rule":"","source":"audience"}`, readAs{export.JSONLines, one("hi"), []string{"1:1 defaulted moment"}}},
	} {
		t.Run(name, func(t *testing.T) { checkRead(t, row.file, row.want) })
	}
}

// A text of one MiB of opening tags is read as fast as any other: it is not searched for their
// ends again and again.
func TestManyBeginnings(t *testing.T) {
	testrace.Skip(t)
	for _, fragment := range []string{"<a>", "<!--", "<?", "<![CDATA[]]>", "<a b=\"", "</a>", "&", "&#", "<a%d>"} {
		text := strings.Repeat(fragment, 1_000_000/len(fragment))
		if fragment == "<a%d>" {
			var b strings.Builder
			for n := 0; b.Len() < 1_000_000; n++ {
				fmt.Fprintf(&b, fragment, n)
			}
			text = b.String()
		}
		items, report, err := read(strings.NewReader("<i>" + bilibiliElement(1, "1", text+"</a></b>") + "</i>"))
		if err != nil || len(items)+report.Unread != 1 {
			t.Errorf("%s: %d items, %+v, %v", fragment, len(items), report, err)
		}
	}
	rows := "text,offset_ms\n\"" + strings.Repeat("x\n", 500_000) + "\",1000\n"
	if items, report, err := read(strings.NewReader(rows)); err != nil || len(items) != 1 {
		t.Errorf("a row of many lines: %+v, %v", report, err)
	}
}

// A file of another kind is refused with the name of its kind.
func TestOtherFiles(t *testing.T) {
	for name, row := range map[string]struct{ file, want string }{
		"ASS":        {"[Script Info]\r\nTitle: x\r\n", "this is a file of the kind ASS"},
		"ASS, BOM":   {"\ufeff; made by x\n[Script Info]\n", "this is a file of the kind ASS"},
		"SRT":        {"1\n00:00:01,000 --> 00:00:02,000\nhi\n", "this is a file of the kind SRT"},
		"WebVTT":     {"WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n", "this is a file of the kind WebVTT"},
		"LRC":        {"[ti:song]\n[00:12.00]line\n", "this is a file of the kind LRC"},
		"HTML":       {"<!DOCTYPE html>\n<html><i class=x>", "this is a file of the kind HTML"},
		"HTML, old":  {"\n<HTML><BODY><i>x</i>", "this is a file of the kind HTML"},
		"ZIP":        {"PK\x03\x04\x14\x00\x00\x00", "this is a packed file (ZIP); unpack it and use the file in it"},
		"7z":         {"7z\xbc\xaf\x27\x1c\x00", "this is a packed file (7z); unpack it and use the file in it"},
		"LZ4":        {"\x04\x22\x4d\x18\x64\x40\xa7", "this is a packed file (LZ4)"},
		"PDF":        {"%PDF-1.7\n", "this is a file of the kind PDF"},
		"PNG":        {"\x89PNG\r\n\x1a\n", "this is a file of the kind PNG"},
		"MP4":        {"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "this is a file of the kind MP4"},
		"Matroska":   {"\x1a\x45\xdf\xa3\x01", "this is a file of the kind Matroska"},
		"FLV":        {"FLV\x01\x05\x00\x00\x00\x09", "this is a file of the kind FLV"},
		"SQLite":     {"SQLite format 3\x00\x10\x00", "this is a file of the kind SQLite"},
		"CSV":        {"name,comment\nAnn,hi\n", "this is a CSV file of another program"},
		"TSV":        {"name\tcomment\tat\nAnn\thi\t1\n", "this is a CSV file of another program"},
		"JSON":       {`{"rss": {"channel": []}, "version": 2}`, "this is JSON of a kind that is not known; its fields are: rss, version"},
		"JSON list":  {`[1, 2, 3]`, "this is JSON of a kind that is not known; its fields are: []"},
		"JSON empty": {`{}`, "this is JSON of a kind that is not known; its fields are: {}"},
		"JSON deep":  {`{"code": 0, "data": {"user": 1}}`, "this is JSON of a kind that is not known; its fields are: code, data"},
		"JSON bad":   {`{"text: `, "this is not well-formed JSON"},
		"package":    {"{\n \"name\": \"x\",\n \"scripts\": {\"a\": \"b\"}\n}\n", "this is JSON of a kind that is not known; its fields are: name, scripts"},
		"text":       {"Dear Ann, this is a letter.\nYours, Bob\n", "this is plain text"},
		"binary":     {"\x00\x01\x02\x03\x04\x05\x06\x07", "this is a binary file of a kind that is not known"},
		"UTF-16":     {"\xff\xfe" + strings.Join(strings.Split("[Script Info]\n", ""), "\x00") + "\x00", "this is a file of the kind ASS"},
		"UTF-16 BE":  {"\x00" + strings.Join(strings.Split("Dear Ann", ""), "\x00"), "this is plain text"},
		"empty":      {"", "the file is empty"},
		"blank":      {"\ufeff \r\n\t", "the file is empty"},
		"XML":        {"<?xml version='1.0'?>\n<rss version='2.0'/>", "line 2, column 1: this is not a comment file of Bilibili: it begins with <rss>"},
		"TTML":       {"<tt xmlns='http://www.w3.org/ns/ttml'><body><p begin='1s'>x</p></body></tt>", "it begins with <tt>"},
		"gzip twice": {gzipped([]byte(gzipped([]byte("<i/>")))), "this is a gzip file; of what is in it: this is a packed file (gzip)"},
		"tar.gz":     {gzipped(append(bytes.Repeat([]byte{'a'}, 257), "ustar\x0000"...)), "this is a gzip file; of what is in it: this is a packed file (tar)"},
		"ASS.gz":     {gzipped([]byte("[Script Info]\n")), "this is a gzip file; of what is in it: this is a file of the kind ASS"},
		"letter.gz":  {gzipped([]byte("Dear Ann")), "this is a gzip file; of what is in it: this is plain text"},
		"empty.gz":   {gzipped(nil), "this is a gzip file; of what is in it: the file is empty"},
		"rss.gz":     {gzipped([]byte("<rss/>")), "this is a gzip file; of what is in it: this is not a comment file of Bilibili"},
	} {
		for mode, in := range map[string]io.Reader{"": strings.NewReader(row.file), ", byte by byte": iotest.OneByteReader(strings.NewReader(row.file))} {
			_, _, _, err := export.Read(in, export.ReadOptions{})
			if bad := (*room.Fault)(nil); !errors.As(err, &bad) || !strings.Contains(err.Error(), row.want) || bad.Line == 0 {
				t.Errorf("%s%s: %v", name, mode, err)
			}
		}
	}
	// Lists without comments are valid files with no comments.
	for _, file := range []string{"[]", `{"comments":[]}`, `{"code":0,"data":[]}`, `{"elems":[]}`, "<i/>", "<packet></packet>", "text,offset_ms\n"} {
		if items, report, err := read(strings.NewReader(file)); err != nil || len(items) > 0 || report.Skipped() > 0 {
			t.Errorf("%s: %+v, %v", file, report, err)
		}
	}
}
