package bilibili

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/connector"
)

// deliver delivers a message's content. It returns true when the session is over.
func (s *Source) deliver(body []byte, game string, out connector.Sink) (over bool) {
	var m struct {
		Cmd  string
		Data json.RawMessage
	}
	if err := json.Unmarshal(body, &m); err != nil {
		out.Skipped()
		return false
	}
	switch strings.TrimPrefix(m.Cmd, "LIVE_OPEN_PLATFORM_") {
	case "DM", "DM_MIRROR":
		var d struct {
			author
			Msg       scalar
			MsgID     scalar `json:"msg_id"`
			Timestamp scalar
			Guard     scalar `json:"guard_level"`
			Admin     scalar `json:"is_admin"`
			Kind      scalar `json:"dm_type"`
			Picture   scalar `json:"emoji_img_url"`
		}
		if json.Unmarshal(m.Data, &d) != nil || d.id() == "" {
			out.Skipped()
			return false
		}
		msg := connector.Message{
			ID: string(d.MsgID), Origin: comment.FromBilibili, UserID: d.id(), Name: string(d.Uname), Text: string(d.Msg),
			At: at(d.Timestamp), Guest: m.Cmd == "LIVE_OPEN_PLATFORM_DM_MIRROR",
		}
		if d.Kind == "1" && msg.Text != "" { // the name replaces a sticker
			msg.Text = "[" + strings.Trim(msg.Text, "[]") + "]"
			msg.Emotes = []connector.Emote{{To: utf8.RuneCountInString(msg.Text), Name: msg.Text, URL: secure(string(d.Picture))}}
		}
		switch {
		case d.Admin.Yes():
			msg.Badge = connector.Moderator
		case d.Guard.Yes():
			msg.Badge = connector.Member
		}
		out.Message(msg)
	case "SUPER_CHAT":
		var d struct {
			author
			MessageID scalar `json:"message_id"`
			Message   scalar
			RMB       scalar
			Timestamp scalar
		}
		if json.Unmarshal(m.Data, &d) != nil || d.id() == "" {
			out.Skipped()
			return false
		}
		yuan := d.RMB.Number()
		out.Message(connector.Message{
			ID: superChat(d.MessageID), Origin: comment.FromBilibili, UserID: d.id(), Name: string(d.Uname), Text: string(d.Message),
			At: at(d.Timestamp), Paid: &connector.Paid{Micros: int64(min(max(yuan, 0), 1e9) * 1e6), Currency: "CNY", Level: level(yuan)},
		})
	case "SUPER_CHAT_DEL":
		var d struct {
			IDs []scalar `json:"message_ids"`
		}
		if json.Unmarshal(m.Data, &d) != nil {
			out.Skipped()
			return false
		}
		for _, id := range d.IDs {
			if id != "" {
				out.Removal(connector.Removal{Origin: comment.FromBilibili, MessageID: superChat(id)})
			}
		}
	case "INTERACTION_END":
		var d struct {
			GameID scalar `json:"game_id"`
		}
		return json.Unmarshal(m.Data, &d) == nil && (string(d.GameID) == game || d.GameID == "")
	}
	return false
}

// author identifies the author: by an open ID, by a number in rooms of old apps, or, when a
// mirrored comment has neither, by the name.
type author struct {
	OpenID scalar `json:"open_id"`
	UID    scalar
	Uname  scalar
}

// id returns the author's identifier; empty for a comment without one.
func (a author) id() string {
	switch {
	case a.OpenID != "":
		return string(a.OpenID)
	case a.UID.Yes():
		return "uid:" + string(a.UID)
	case a.Uname != "":
		return "name:" + string(a.Uname)
	}
	return ""
}

// scalar is a value that Bilibili sends either as a number or as a text.
type scalar = connector.Scalar

// superChat returns the ID under which a super chat can be taken down: the number, in a
// separate namespace.
func superChat(id scalar) string {
	if !id.Yes() {
		return ""
	}
	return "sc-" + string(id)
}

func at(seconds scalar) time.Time {
	if n := seconds.Number(); n > 0 && n < 1e11 {
		return time.Unix(int64(n), 0)
	}
	return time.Time{}
}

// secure returns a picture's https URL: Bilibili's hosts support both.
func secure(address string) string {
	if rest, ok := strings.CutPrefix(address, "http://"); ok {
		return "https://" + rest
	}
	return address
}

// level returns the level of a super chat by Bilibili's colour steps: from 30, 50, 100, 500
// and 1,000 yuan.
func level(rmb float64) int {
	n := 1
	for _, from := range []float64{50, 100, 500, 1000} {
		if rmb >= from {
			n++
		}
	}
	return n
}
