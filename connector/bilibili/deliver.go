package bilibili

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/connector"
)

// Names of messages that begin with prefix.
const (
	prefix   = "LIVE_OPEN_PLATFORM_"
	mirrored = prefix + "DM_MIRROR"
)

// onMessage delivers a message's content. It returns an error when the session is over.
func (l *listener) onMessage(body []byte) error {
	var m struct {
		Cmd  string
		Data json.RawMessage
	}
	if err := json.Unmarshal(body, &m); err != nil {
		l.out.Skipped()
		return nil
	}
	readable := true
	switch strings.TrimPrefix(m.Cmd, prefix) {
	case "DM", "DM_MIRROR":
		readable = l.comment(m.Data, m.Cmd == mirrored)
	case "SUPER_CHAT":
		readable = l.superChat(m.Data)
	case "SUPER_CHAT_DEL":
		readable = l.removal(m.Data)
	case "INTERACTION_END":
		if l.ends(m.Data) {
			l.answered = true // even if it has not let us in
			return connector.Retry(connector.FaultReconnect, "Bilibili ended the session", nil)
		}
	}
	if !readable {
		l.out.Skipped()
	}
	return nil
}

// comment delivers a comment. It returns false for one that it cannot read.
func (l *listener) comment(data []byte, guest bool) bool {
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
	if json.Unmarshal(data, &d) != nil || d.id() == "" {
		return false
	}
	msg := connector.Message{
		ID: string(d.MsgID), Origin: comment.FromBilibili, UserID: d.id(), Name: string(d.Uname), Text: string(d.Msg),
		At: at(d.Timestamp), Guest: guest,
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
	l.out.Message(msg)
	return true
}

// superChat delivers a super chat. It returns false for one that it cannot read.
func (l *listener) superChat(data []byte) bool {
	var d struct {
		author
		MessageID scalar `json:"message_id"`
		Message   scalar
		RMB       scalar
		Timestamp scalar
	}
	if json.Unmarshal(data, &d) != nil || d.id() == "" {
		return false
	}
	yuan := d.RMB.Number()
	l.out.Message(connector.Message{
		ID: superChatID(d.MessageID), Origin: comment.FromBilibili, UserID: d.id(), Name: string(d.Uname), Text: string(d.Message),
		At: at(d.Timestamp), Paid: &connector.Paid{Micros: int64(min(max(yuan, 0), 1e9) * 1e6), Currency: "CNY", Level: level(yuan)},
	})
	return true
}

// removal delivers the removal of super chats. It returns false for one that it cannot
// read.
func (l *listener) removal(data []byte) bool {
	var d struct {
		IDs []scalar `json:"message_ids"`
	}
	if json.Unmarshal(data, &d) != nil {
		return false
	}
	for _, id := range d.IDs {
		if id != "" {
			l.out.Removal(connector.Removal{Origin: comment.FromBilibili, MessageID: superChatID(id)})
		}
	}
	return true
}

// ends reports whether the end of a session is that of ours.
func (l *listener) ends(data []byte) bool {
	var d struct {
		GameID scalar `json:"game_id"`
	}
	return json.Unmarshal(data, &d) == nil && (string(d.GameID) == l.session.GameInfo.GameID || d.GameID == "")
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

// superChatID returns the ID under which a super chat can be taken down: the number, in a
// separate namespace.
func superChatID(id scalar) string {
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
