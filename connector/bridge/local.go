package bridge

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/connector"
)

// blivechat reads a Bilibili room with only the streamer's 身份码, through a blivechat on this
// machine. Its frames are arrays whose meaning depends on the index.
type blivechat struct {
	key map[string]any
}

var (
	blivechatCode = regexp.MustCompile(`^[0-9A-Z]{12,14}$`)
	roomNumber    = regexp.MustCompile(`^[0-9]{1,12}$`)
)

func openBlivechat(s connector.Settings) (tool, error) {
	code := strings.TrimSpace(s.Secret["code"])
	switch {
	case code == "":
		return nil, connector.Stop(connector.FaultKeyMissing, "blivechat needs the 身份码")
	case blivechatCode.MatchString(code):
		return &blivechat{map[string]any{"type": 2, "value": code}}, nil
	case roomNumber.MatchString(code):
		n, err := strconv.ParseInt(code, 10, 64)
		if err == nil {
			return &blivechat{map[string]any{"type": 1, "value": n}}, nil
		}
	}
	return nil, connector.Stop(connector.FaultUserCode, "a code has 12 to 14 digits and capital letters")
}

func (b *blivechat) hello() []any {
	return []any{map[string]any{"cmd": 1, "data": map[string]any{"roomKey": b.key, "config": map[string]any{"autoTranslate": false}}}}
}

func (b *blivechat) frame(data []byte, out connector.Sink) ([]any, bool, error) {
	var f struct {
		Cmd  *int
		Data json.RawMessage
	}
	if json.Unmarshal(data, &f) != nil || f.Cmd == nil {
		out.Skipped()
		return nil, false, nil
	}
	switch *f.Cmd {
	case 0: // heartbeat
		return []any{map[string]any{"cmd": 0}}, true, nil
	case 2:
		if m, ok := blivechatText(f.Data); ok {
			out.Message(m)
		} else {
			out.Skipped()
		}
	case 5:
		blivechatPaid(f.Data, out)
	case 6:
		blivechatDeleted(f.Data, out)
	case 8:
		return nil, false, blivechatFault(f.Data)
	}
	return nil, true, nil
}

// blivechatPaid delivers a paid message (command 5).
func blivechatPaid(data json.RawMessage, out connector.Sink) {
	var d struct {
		ID         loose
		Price      loose
		AuthorName loose `json:"authorName"`
		Content    loose
		UID        loose
	}
	if json.Unmarshal(data, &d) != nil || userOf(d.UID, d.AuthorName) == "" {
		out.Skipped()
		return
	}
	m := connector.Message{
		ID: paidID(d.ID), Origin: comment.FromBilibili, UserID: userOf(d.UID, d.AuthorName), Name: string(d.AuthorName),
		Text: string(d.Content), Paid: &connector.Paid{Micros: int64(min(max(d.Price.Number(), 0), 1e9) * 1e6), Currency: "CNY"},
	}
	m.Paid.Level = levelOf(m.Paid)
	out.Message(m)
}

// blivechatDeleted delivers the removal of paid messages (command 6).
func blivechatDeleted(data json.RawMessage, out connector.Sink) {
	var d struct{ IDs []loose }
	if json.Unmarshal(data, &d) != nil {
		out.Skipped()
		return
	}
	for _, id := range d.IDs {
		if id != "" {
			out.Removal(connector.Removal{Origin: comment.FromBilibili, MessageID: paidID(id)})
		}
	}
}

// blivechatFault returns the error for a fatal fault that blivechat reports (command 8).
func blivechatFault(data json.RawMessage) error {
	var d struct {
		Type int
		Msg  string
	}
	_ = json.Unmarshal(data, &d) // unreadable data is an unknown fault
	switch d.Type {
	case 1:
		return connector.Stop(connector.FaultUserCode, d.Msg)
	case 3:
		return connector.Retry(connector.FaultSessions, d.Msg, nil)
	}
	return connector.Retry(connector.FaultPlatform, d.Msg, nil)
}

// paidID distinguishes a paid message from ordinary ones, which have a separate counter.
// One without an ID gets none.
func paidID(id loose) string {
	if id == "" {
		return ""
	}
	return "sc-" + string(id)
}

// Indices in the array of a text: see blivechat's "api/chat.py", make_text_message_data.
const (
	blivechatAt      = 1
	blivechatName    = 2
	blivechatKind    = 3 // 0 ordinary, 1 member, 2 admin, 3 owner
	blivechatContent = 4
	blivechatGift    = 6
	blivechatID      = 11
	blivechatSticker = 13
	blivechatParams  = 14 // of a sticker: its picture
	blivechatUID     = 16
)

func blivechatText(data json.RawMessage) (m connector.Message, ok bool) {
	var a []json.RawMessage
	if json.Unmarshal(data, &a) != nil || len(a) <= blivechatID {
		return m, false
	}
	text := func(i int) string {
		var l loose
		if i < len(a) {
			_ = json.Unmarshal(a[i], &l) // anything but a scalar is empty
		}
		return string(l)
	}
	m = connector.Message{
		ID: text(blivechatID), Origin: comment.FromBilibili, Name: text(blivechatName), Text: text(blivechatContent),
	}
	m.UserID = userOf(loose(text(blivechatUID)), loose(m.Name))
	if text(blivechatSticker) == "1" {
		m.Text = "[" + strings.Trim(m.Text, "[]") + "]"
		m.Emotes = []connector.Emote{{To: utf8.RuneCountInString(m.Text), Name: m.Text, URL: stickerOf(a)}}
	}
	switch text(blivechatKind) {
	case "1":
		m.Badge = connector.Member
	case "2":
		m.Badge = connector.Moderator
	case "3":
		m.Badge = connector.Broadcaster
	}
	if at, err := strconv.ParseFloat(text(blivechatAt), 64); err == nil && at > 0 && at < 1e11 {
		m.At = time.UnixMilli(int64(at * 1000))
	}
	return m, m.Text != "" && m.UserID != ""
}

// stickerOf returns the URL of a sticker's picture; empty if it has none.
func stickerOf(a []json.RawMessage) string {
	var params []loose
	if len(a) <= blivechatParams || json.Unmarshal(a[blivechatParams], &params) != nil || len(params) == 0 {
		return ""
	}
	address := string(params[0])
	if rest, ok := strings.CutPrefix(address, "http://"); ok { // Bilibili's hosts support both
		address = "https://" + rest
	}
	if !strings.HasPrefix(address, "https://") {
		return ""
	}
	return address
}

// laplace reads LAPLACE Event Bridge.
type laplace struct{}

func openLaplace(connector.Settings) (tool, error) { return laplace{}, nil }

func (laplace) hello() []any { return nil }

func (laplace) frame(data []byte, out connector.Sink) ([]any, bool, error) {
	var f struct {
		Type            string
		ID              loose
		UID             loose
		Username        loose
		Message         json.RawMessage
		PriceNormalized loose `json:"priceNormalized"`
		Timestamp       loose `json:"timestampNormalized"`
	}
	if json.Unmarshal(data, &f) != nil {
		out.Skipped()
		return nil, false, nil
	}
	switch f.Type {
	case "ping":
		return []any{map[string]any{"type": "pong"}}, true, nil
	case "message", "superchat":
		m := connector.Message{ID: string(f.ID), Origin: comment.FromBilibili, UserID: userOf(f.UID, f.Username), Name: string(f.Username)}
		var text loose
		_ = json.Unmarshal(f.Message, &text) // anything but a scalar is empty
		if m.Text = string(text); m.UserID == "" || strings.TrimSpace(m.Text) == "" && f.Type != "superchat" {
			out.Skipped()
			return nil, true, nil
		}
		if ms := f.Timestamp.Number(); ms > 1e11 && ms < 1e14 {
			m.At = time.UnixMilli(int64(ms))
		}
		if f.Type == "superchat" {
			m.ID = paidID(f.ID)
			m.Paid = &connector.Paid{Micros: int64(min(max(f.PriceNormalized.Number(), 0), 1e9) * 1e6), Currency: "CNY"}
			m.Paid.Level = levelOf(m.Paid)
		}
		out.Message(m)
	}
	return nil, f.Type != "", nil
}

// tikFinity reads TikFinity, which sends events without a greeting.
type tikFinity struct{}

func openTikFinity(connector.Settings) (tool, error) { return tikFinity{}, nil }

func (tikFinity) hello() []any { return nil }

func (tikFinity) frame(data []byte, out connector.Sink) ([]any, bool, error) {
	var f struct {
		Event string
		Data  struct {
			MsgID        loose `json:"msgId"`
			UserID       loose `json:"userId"`
			UniqueID     loose
			Nickname     loose
			Comment      loose
			IsModerator  loose
			IsSubscriber loose
		}
	}
	if json.Unmarshal(data, &f) != nil || f.Event == "" {
		out.Skipped()
		return nil, false, nil
	}
	if f.Event == "chat" && strings.TrimSpace(string(f.Data.Comment)) != "" {
		m := connector.Message{
			ID: string(f.Data.MsgID), Origin: comment.FromTikTok, UserID: userOf(f.Data.UserID, f.Data.UniqueID),
			Login: strings.ToLower(string(f.Data.UniqueID)), Name: string(cmp.Or(f.Data.Nickname, f.Data.UniqueID)), Text: string(f.Data.Comment),
		}
		switch {
		case f.Data.IsModerator.Yes():
			m.Badge = connector.Moderator
		case f.Data.IsSubscriber.Yes():
			m.Badge = connector.Member
		}
		out.Message(m)
	}
	return nil, true, nil
}
