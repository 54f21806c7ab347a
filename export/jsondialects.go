package export

import (
	"html"
	"strings"
	"time"

	"danmaku/comment"
)

// The formats in JSON, and the binary one. They are read but not written.
const (
	NiconicoJSON   Format = "niconico-json"     // threads of niconico, old and new
	YouTubeChat    Format = "youtube-live-chat" // what yt-dlp saves as .live_chat.json
	TwitchChat     Format = "twitch-chat"       // what TwitchDownloader saves
	ChatDownloader Format = "chat-downloader"   // what chat-downloader saves of any platform
	Dandanplay     Format = "dandanplay"        // responses of dandanplay and its relatives
	DPlayer        Format = "dplayer"           // lists of the player DPlayer
	ArtPlayer      Format = "artplayer"         // objects of the players ArtPlayer and Danmaku
	AcFun          Format = "acfun"             // responses of AcFun, old and new
	BilibiliJSON   Format = "bilibili-json"     // BilibiliProto as JSON
	BilibiliProto  Format = "bilibili-protobuf" // seg.so
)

// jsonDialect is one format of comments in JSON.
type jsonDialect struct {
	name Format
	// is reports whether a record is a comment of the dialect, or something else that the
	// report counts.
	is func(jsonRecord) bool
	// read passes the record on, or counts it.
	read func(*reading, jsonRecord) error
	// other are field names of records besides the comments, which are neither comments nor
	// faults.
	other []string
}

// besides reports whether a record is one of those other records.
func (d jsonDialect) besides(r jsonRecord) bool {
	for _, name := range d.other {
		if r.has(name) {
			return true
		}
	}
	return false
}

// jsonDialects are distinguished by the fields of their comments. A dialect with a subset of
// another's fields comes after it.
var jsonDialects []jsonDialect

func init() { // not in the declaration, because the readers refer to it
	jsonDialects = []jsonDialect{
		{YouTubeChat, func(r jsonRecord) bool { return r.has("replayChatItemAction") || r.has("addChatItemAction") }, readYouTube,
			[]string{"clickTrackingParams", "actions", "isLive"}},
		{NiconicoJSON, func(r jsonRecord) bool {
			return r.has("chat") || r.has("vposMs") || r.has("vpos")
		}, readNiconicoJSON, []string{"thread", "ping", "leaf", "global_num_res", "num_res", "chat_result", "fork"}},
		{TwitchChat, func(r jsonRecord) bool { return r.has("content_offset_seconds") }, readTwitch, nil},
		{ChatDownloader, func(r jsonRecord) bool {
			return r.has("time_in_seconds") || r.has("message_type") && (r.has("message_id") || r.has("author") || r.has("target_message_id"))
		}, readChatDownloader, nil},
		{AcFun, func(r jsonRecord) bool { return r.has("c", "m") || r.has("position", "body") }, readAcFun, nil},
		{Dandanplay, func(r jsonRecord) bool {
			return r.has("p") && (r.has("m") || r.has("text") || r.has("content")) || r.has("Time", "Message")
		}, readDandanplay, nil},
		{BilibiliJSON, func(r jsonRecord) bool {
			return r.has("content") && (r.has("progress") || r.has("midHash") || r.has("mid_hash") || r.has("fontsize") || r.has("idStr") || r.has("ctime"))
		}, readBilibiliJSON, nil},
		{JSONLines, func(r jsonRecord) bool {
			return r.has("text") && (r.has("offset_ms") || r.has("ts")) || r.has("offset_ms") || r.has("seq", "room")
		}, readJSONRow, nil},
		{DPlayer, func(r jsonRecord) bool {
			return len(r.list) >= 5 || r.has("text", "time") && (r.has("author") || r.has("type") || r.has("player"))
		}, readDPlayer, nil},
		{ArtPlayer, func(r jsonRecord) bool { return r.has("text", "time") }, readDPlayer, nil},
	}
}

// readNiconicoJSON reads {"chat": {…}} of the old servers and of recorders of their live
// comments, and comments of the new servers.
func readNiconicoJSON(rd *reading, r jsonRecord) error {
	chat := r
	if r.has("chat") {
		chat = r.sub("chat")
	}
	names := map[string][]string{
		"mail": {"mail", "commands"}, "user_id": {"user_id", "userId"}, "date": {"date", "postedAt"}, "no": {"no", "id"},
	}
	attr := func(name string) string {
		if name == "mail" && chat.has("commands") {
			if words := chat.strs("commands"); len(words) > 0 {
				return strings.Join(words, " ")
			}
		}
		if other := names[name]; other != nil {
			return chat.str(other...)
		}
		return chat.str(name)
	}
	return rd.chat(attr, chat.str("content", "body"))
}

// readAcFun reads {"c": "seconds,colour,type,size,user,time,id", "m": text} of the
// old servers, and the named fields of the new ones.
func readAcFun(rd *reading, r jsonRecord) error {
	var t timed
	var ok bool
	var when, kind, height, color, sent string
	if r.has("c", "m") {
		f := strings.Split(r.str("c"), ",")
		if len(f) < 6 {
			rd.side(faultFewFields, r.str("c"))
			f = append(f, make([]string, 7-len(f))...)
		}
		when, color, kind, height, sent = f[0], f[1], f[2], f[3], f[5]
		t, ok = placed(when, time.Second)
		t.Text, t.Sender = r.str("m"), known(f[4])
		if len(f) > 6 {
			t.ID = f[6]
		}
	} else {
		when, color, kind, height, sent = r.str("position"), r.str("color"), r.str("mode"), r.str("size"), r.str("createTime")
		t, ok = placed(when, time.Millisecond)
		t.Text, t.Sender, t.ID = r.str("body"), r.str("userId"), r.str("danmakuId")
	}
	return rd.styled(t, ok, when, kind, height, color, sent)
}

// styled passes on a comment whose style is in Bilibili's terms.
func (rd *reading) styled(t timed, ok bool, when, kind, height, color, sent string) error {
	if !ok {
		rd.unread(*badTime(faultTime, when))
		return nil
	}
	if rd.bilibiliStyle(&t.Item, strings.TrimSpace(kind), strings.TrimSpace(height), strings.TrimSpace(color)) {
		rd.report.Positioned++
		return nil
	}
	if sent := rd.sentAt(sent); t.hasOffset {
		t.SentAt = sent
	}
	return rd.add(t)
}

// readDandanplay reads {"p": "seconds,type,colour,user", "m": text}; relatives have
// the eight fields of Bilibili in p. An old version named its fields.
func readDandanplay(rd *reading, r jsonRecord) error {
	if !r.has("p") {
		when := r.str("Time")
		t, ok := placed(when, time.Second)
		t.Text, t.Sender, t.ID = r.str("Message"), r.str("UId"), r.str("CId")
		return rd.styled(t, ok, when, r.str("Mode"), "", r.str("Color"), r.str("Timestamp"))
	}
	t, positioned, bad := rd.parseP(r.str("p"), false)
	switch {
	case bad != nil:
		rd.unread(*bad)
		return nil
	case positioned:
		rd.report.Positioned++
		return nil
	}
	t.Text, t.ID = r.str("m", "text", "content"), or(r.str("cid"), t.ID)
	return rd.add(t)
}

// readBilibiliJSON reads an element of seg.so as JSON. A missing field has its default: JSON
// made from protobuf omits zeros.
func readBilibiliJSON(rd *reading, r jsonRecord) error {
	when := or(r.str("progress"), "0")
	t, ok := placed(when, time.Millisecond)
	t.Text, t.Sender, t.ID = r.str("content"), r.str("midHash", "mid_hash"), r.str("idStr", "id_str", "dmid", "id")
	return rd.styled(t, ok, when, r.str("mode"), r.str("fontsize"), r.str("color"), r.str("ctime"))
}

// playerModes are the modes of DPlayer, ArtPlayer and Danmaku.
var playerModes = map[string]comment.Mode{
	"": comment.Scroll, "0": comment.Scroll, "right": comment.Scroll, "scroll": comment.Scroll, "rtl": comment.Scroll,
	"1": comment.Top, "top": comment.Top, "2": comment.Bottom, "bottom": comment.Bottom, "ltr": comment.Reverse, "left": comment.Reverse,
}

// readDPlayer reads [seconds, mode, colour, author, text], or an object with those names,
// which ArtPlayer and Danmaku also use.
func readDPlayer(rd *reading, r jsonRecord) error {
	when, way, color, author, text, sent := r.at(0), r.at(1), r.at(2), r.at(3), r.at(4), ""
	if r.object {
		when, way, color = r.str("time"), r.str("mode", "type"), r.str("color")
		author, text, sent = r.str("author", "user", "uid"), r.str("text"), r.str("date", "createdAt")
		if style := r.sub("style"); color == "" {
			color = style.str("color", "fill", "fillStyle")
		}
	}
	t, ok := placed(when, time.Second)
	if !ok {
		rd.unread(*badTime(faultTime, when))
		return nil
	}
	if !r.object || r.has("author") { // DPlayer's servers answer in HTML
		text, author = html.UnescapeString(text), html.UnescapeString(author)
	}
	t.Text, t.Sender, t.ID = text, known(author), r.str("_id", "id")
	t.Mode, t.Size, t.Color = comment.Scroll, comment.Medium, comment.White
	if sent := rd.sentAt(sent); t.hasOffset {
		t.SentAt = sent
	}
	if mode, ok := playerModes[strings.ToLower(way)]; ok {
		t.Mode = mode
	} else {
		rd.side(faultMode, way)
	}
	if color != "" {
		if c, ok := anyColor(color); ok {
			t.Color = c
		} else {
			rd.side(faultHexColor, color)
		}
	}
	return rd.add(t)
}
