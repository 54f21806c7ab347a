package bridge

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/connector"
)

// streamerBot speaks the protocol of Streamer.bot's WebSocket server: it greets, may ask
// for a password, and sends the subscribed events. Events have the form of version 1.x or
// of earlier versions.
type streamerBot struct {
	password string
	locked   bool   // it sent a challenge, and there is no password
	stage    string // the ID of the pending request
}

// wanted are the events to read, by platform.
var wanted = map[string][]string{
	"Twitch": {
		"ChatMessage", "Cheer", "ReSub", "Announcement", "ChatMessageDeleted", "ChatCleared", "UserBanned", "UserTimedOut",
		"SharedChatMessageDeleted", "SharedChatUserBanned", "SharedChatUserTimedOut",
	},
	"YouTube": {"Message", "SuperChat", "SuperSticker", "MessageDeleted", "UserBanned", "UserTimedout"},
	"Kick":    {"ChatMessage", "ChatMessageDeleted", "ChatCleared", "UserBanned", "UserTimedOut"},
	"TikTok":  {"Chat"},
}

func openStreamerBot(s connector.Settings) (tool, error) {
	return &streamerBot{password: s.Secret["password"]}, nil
}

func (b *streamerBot) hello() []any { return nil }

// botFrame is any frame of the server.
type botFrame struct {
	Request        string
	ID             string `json:"id"`
	Status         string
	Error          string
	Authentication *struct{ Salt, Challenge string }
	Events         json.RawMessage // in the answer to GetEvents
	Event          struct{ Source, Type string }
	Data           json.RawMessage
}

func (b *streamerBot) frame(data []byte, out connector.Sink) ([]any, bool, error) {
	var f botFrame
	if err := json.Unmarshal(data, &f); err != nil {
		// An event whose member events or event has another form than the answer's.
		out.Skipped()
		return nil, false, nil
	}
	ask := func(id, request string, more map[string]any) []any {
		b.stage = id
		m := map[string]any{"request": request, "id": id}
		for k, v := range more {
			m[k] = v
		}
		return []any{m}
	}
	switch {
	case f.Request == "Hello":
		if f.Authentication == nil {
			return ask("events", "GetEvents", nil), false, nil
		}
		if b.password == "" { // it may ask for a password without enforcing it
			b.locked = true
			return ask("events", "GetEvents", nil), false, nil
		}
		return ask("login", "Authenticate", map[string]any{
			"authentication": authentication(b.password, f.Authentication.Salt, f.Authentication.Challenge),
		}), false, nil
	case f.ID == "login" && b.stage == "login":
		if f.Status != "ok" {
			return nil, false, connector.Stop(connector.FaultKey, "Streamer.bot does not accept the password")
		}
		return ask("events", "GetEvents", nil), false, nil
	case b.locked && b.stage != "" && f.ID == b.stage && f.Status != "ok":
		return nil, false, connector.Stop(connector.FaultKeyMissing, "Streamer.bot asks for its password")
	case f.ID == "events" && b.stage == "events":
		return ask("subscribe", "Subscribe", map[string]any{"events": known(f.Events)}), false, nil
	case f.ID == "subscribe" && b.stage == "subscribe":
		if f.Status != "ok" {
			return nil, false, connector.Retry(connector.FaultPlatform, "Streamer.bot refuses the subscription: "+f.Error, nil)
		}
		b.stage = ""
		return nil, true, nil
	case f.Event.Source != "":
		deliverBot(f.Event.Source, f.Event.Type, f.Data, out)
	}
	return nil, false, nil
}

// authentication answers a challenge; obs-websocket uses the same scheme.
func authentication(password, salt, challenge string) string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	return hash(hash(password+salt) + challenge)
}

// known removes events that this version of Streamer.bot does not have: one unknown name
// makes it refuse the whole subscription.
func known(events json.RawMessage) map[string][]string {
	var have map[string][]string
	if json.Unmarshal(events, &have) != nil || len(have) == 0 {
		return wanted
	}
	out := map[string][]string{}
	for platform, names := range wanted {
		for key, list := range have {
			if !strings.EqualFold(key, platform) {
				continue
			}
			for _, name := range names {
				if slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) }) {
					out[platform] = append(out[platform], name)
				}
			}
		}
	}
	return out
}

// botUser is an author in the form of 1.x.
type botUser struct {
	ID         loose
	Login      loose
	Name       loose
	Color      loose
	Role       loose // 2 VIP, 3 moderator, 4 broadcaster
	Subscribed loose

	IsOwner, IsModerator, IsSponsor loose
}

// botData is the data of an event in either form.
type botData struct {
	MessageID       loose `json:"messageId"`
	EventID         loose `json:"eventId"`
	Text            *loose
	User            botUser
	TargetUser      botUser `json:"targetUser"`
	Duration        loose
	BanDuration     loose `json:"banDuration"`
	DurationSeconds loose `json:"durationSeconds"`
	PublishedAt     loose
	Amount          loose
	CurrencyCode    loose           `json:"currencyCode"`
	Bits            loose           `json:"bits"`
	FromGuest       loose           `json:"isFromSharedChatGuest"`
	IsReply         loose           `json:"isReply"`
	Reply           json.RawMessage `json:"reply"`
	Parts           json.RawMessage `json:"parts"`
	Message         json.RawMessage // an object before 1.x, a text on YouTube
	TargetMessage   loose           `json:"targetMessageId"`
	TargetID        loose           `json:"target_user_id"`
	TargetLogin     loose           `json:"target_user_login"`
	UserComment     loose           `json:"userComment"`
	Comment         loose           `json:"comment"`
	AmountDisplay   loose           `json:"amountDisplayString"`
}

type botPart struct {
	Type, Text, ImageURL loose
}

// oldMessage is the message of versions before 1.x, which 1.x sends as well.
type oldMessage struct {
	MsgID       loose `json:"msgId"`
	UserID      loose `json:"userId"`
	Username    loose
	DisplayName loose
	Color       loose
	Message     loose
	Bits        loose
	Role        loose
	Subscriber  loose
	IsReply     loose           `json:"isReply"`
	Reply       json.RawMessage `json:"reply"`
}

func deliverBot(source, kind string, data json.RawMessage, out connector.Sink) {
	var d botData
	if json.Unmarshal(data, &d) != nil {
		out.Skipped()
		return
	}
	origin := originOf(source)
	shared := strings.HasPrefix(kind, "SharedChat")
	switch strings.TrimPrefix(kind, "SharedChat") {
	case "ChatMessage", "Message", "SuperChat", "SuperSticker", "Chat", "Cheer", "ReSub", "Announcement":
		if m, ok := d.message(origin); ok {
			out.Message(m)
		} else if kind != "ReSub" { // most have no text
			out.Skipped()
		}
	case "ChatMessageDeleted", "MessageDeleted":
		if id := cmp.Or(d.TargetMessage, d.MessageID, d.EventID); id != "" {
			out.Removal(connector.Removal{Origin: origin, MessageID: string(id)})
		} else {
			out.Skipped()
		}
	case "ChatCleared":
		out.Removal(connector.Removal{Origin: origin, All: true})
	case "UserBanned", "UserTimedOut", "UserTimedout":
		who := d.TargetUser
		if who.ID == "" && who.Login == "" && who.Name == "" {
			who = d.User
		}
		r := connector.Removal{
			Origin: origin, UserID: string(cmp.Or(d.TargetID, who.ID)),
			Login: strings.ToLower(string(cmp.Or(d.TargetLogin, who.Login, who.Name))),
		}
		switch r.Mute = seconds(string(cmp.Or(d.Duration, d.BanDuration, d.DurationSeconds))); {
		case shared: // a guest's moderators take comments down, but do not mute people here
			r.Mute = 0
		case r.Mute == 0 && strings.HasSuffix(kind, "UserBanned"):
			r.Forever = true
		case r.Mute == 0:
			r.Mute = unsaidTimeOut
		}
		if r.UserID != "" || r.Login != "" {
			out.Removal(r)
		} else {
			out.Skipped()
		}
	}
}

// unsaidTimeOut is the length of a time-out without a stated length, equal to Twitch's
// default. It is not a ban.
const unsaidTimeOut = 10 * time.Minute

// seconds parses a number of seconds, also a fraction; anything else is zero.
func seconds(s string) time.Duration {
	var n float64
	if json.Unmarshal([]byte(s), &n) != nil || n <= 0 || n > 1e9 {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}

// message reads a message. Version 1.x sends both forms: fields that the new one omits are
// in the old one.
func (d botData) message(origin comment.Source) (m connector.Message, ok bool) {
	var old oldMessage
	var text loose
	if json.Unmarshal(d.Message, &old) != nil { // a text, or nothing
		_ = json.Unmarshal(d.Message, &text)
	}
	if d.Text != nil {
		text = *d.Text
	} else {
		text = cmp.Or(d.UserComment, text, old.Message, d.Comment)
	}
	user := d.User
	user.ID, user.Login = cmp.Or(user.ID, old.UserID), cmp.Or(user.Login, old.Username)
	user.Name = cmp.Or(user.Name, old.DisplayName, user.Login)
	m = connector.Message{
		Origin: origin, ID: string(cmp.Or(d.MessageID, d.EventID, old.MsgID)), Guest: d.FromGuest.Yes(),
		UserID: string(user.ID), Login: strings.ToLower(string(cmp.Or(user.Login, user.Name))), Name: strings.TrimPrefix(string(user.Name), "@"),
		Color: cmp.Or(colorOf(string(user.Color)), colorOf(string(old.Color))), Text: string(text), Emotes: partsOf(string(text), d.Parts),
		Badge: d.badge(old), Paid: d.paid(old),
	}
	if m.UserID == "" {
		m.UserID = connector.ByName(m.Login)
	}
	if d.IsReply.Yes() || old.IsReply.Yes() {
		rest, removed := connector.StripReply(m.Text, append(namesIn(d.Reply), namesIn(old.Reply)...)...)
		m.Text, m.Emotes = rest, connector.ShiftEmotes(m.Emotes, removed)
	}
	if t, err := time.Parse(time.RFC3339Nano, string(d.PublishedAt)); err == nil {
		m.At = t
	}
	return m, (strings.TrimSpace(m.Text) != "" || m.Paid != nil) && m.UserID != ""
}

// badge returns the author's standing, from either form.
func (d botData) badge(old oldMessage) connector.Badge {
	switch role := max(d.User.Role.Number(), old.Role.Number()); {
	case role == 4, d.User.IsOwner.Yes():
		return connector.Broadcaster
	case role == 3, d.User.IsModerator.Yes():
		return connector.Moderator
	case d.User.Subscribed.Yes(), old.Subscriber.Yes(), d.User.IsSponsor.Yes():
		return connector.Member
	}
	return connector.NoBadge
}

// paid returns the payment: bits on Twitch, elsewhere an amount as people write it.
func (d botData) paid(old oldMessage) *connector.Paid {
	if bits := max(d.Bits.Number(), old.Bits.Number()); bits >= 1 && bits < 1e9 {
		paid := &connector.Paid{Micros: int64(bits) * 1_000_000, Currency: "BITS"}
		paid.Level = levelOf(paid)
		return paid
	}
	return Donation("", strings.TrimSpace(string(cmp.Or(d.AmountDisplay, d.Amount)+" "+d.CurrencyCode)))
}

// namesIn returns the names of the person that a reply answers; the members' names differ
// between versions.
func namesIn(reply json.RawMessage) []string {
	var members map[string]json.RawMessage
	if json.Unmarshal(reply, &members) != nil {
		return nil
	}
	var names []string
	for key, value := range members {
		var name loose
		if lower := strings.ToLower(key); strings.Contains(lower, "name") || strings.Contains(lower, "login") {
			_ = json.Unmarshal(value, &name) // only a scalar can be a name
			names = append(names, strings.TrimPrefix(string(name), "@"))
		} else if strings.Contains(lower, "user") {
			names = append(names, namesIn(value)...)
		}
	}
	return names
}

// partsOf finds a message's emotes in its text.
func partsOf(text string, raw json.RawMessage) []connector.Emote {
	var parts []botPart
	if json.Unmarshal(raw, &parts) != nil {
		return nil
	}
	var out []connector.Emote
	runes := []rune(text)
	at := 0
	for _, p := range parts {
		piece := []rune(string(p.Text))
		i := indexRunes(runes[min(at, len(runes)):], piece)
		if i < 0 || len(piece) == 0 {
			continue
		}
		from := at + i
		at = from + len(piece)
		if p.Type == "emote" {
			e := connector.Emote{From: from, To: at, Name: string(p.Text)}
			if strings.HasPrefix(string(p.ImageURL), "https://") {
				e.URL = string(p.ImageURL)
			}
			out = append(out, e)
		}
	}
	return out
}

func indexRunes(text, piece []rune) int {
	for i := 0; i+len(piece) <= len(text); i++ {
		if slices.Equal(text[i:i+len(piece)], piece) {
			return i
		}
	}
	return -1
}
