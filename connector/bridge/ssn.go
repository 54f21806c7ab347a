package bridge

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"danmaku/comment"
	"danmaku/connector"
)

// Social Stream Ninja sends every message as one object, from any platform; see its
// "API.md". The same object arrives by HTTP POST.

var session = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

type ssn struct{ session string }

func openSSN(s connector.Settings) (tool, error) {
	id := s.Secret["session"]
	if id == "" || !session.MatchString(id) {
		return nil, connector.Stop(connector.FaultKeyMissing, "Social Stream Ninja needs its session")
	}
	return &ssn{id}, nil
}

// hello joins the session and listens to channel 4, where chat is.
func (s *ssn) hello() []any {
	return []any{map[string]any{"join": s.session, "in": 4}}
}

// frame handles one object, or an array of them. The server sends no greeting: a connection
// that has accepted the join counts as open.
func (s *ssn) frame(data []byte, out connector.Sink) ([]any, bool, error) {
	var many []json.RawMessage
	if json.Unmarshal(data, &many) != nil {
		many = []json.RawMessage{data}
	}
	for _, one := range many {
		DeliverSSN(one, out)
	}
	return nil, true, nil
}

// loose is a value that tools send either as a text, or as a number or a boolean.
type loose = connector.Scalar

// ssnObject is one message, or one command to take messages down.
type ssnObject struct {
	ChatName    loose           `json:"chatname"`
	ChatMessage loose           `json:"chatmessage"`
	Type        loose           `json:"type"`
	NameColor   loose           `json:"nameColor"`
	HasDonation loose           `json:"hasDonation"`
	DonoValue   loose           `json:"donoValue"`
	Membership  loose           `json:"membership"`
	Event       loose           `json:"event"`
	TextOnly    loose           `json:"textonly"`
	UserID      loose           `json:"userid"`
	Moderator   loose           `json:"moderator"`
	Mod         loose           `json:"mod"`
	Admin       loose           `json:"admin"`
	Host        loose           `json:"host"`
	Bot         loose           `json:"bot"`
	Private     loose           `json:"private"`
	Delete      json.RawMessage `json:"delete"`
	Meta        struct {
		MessageID       loose `json:"messageId"`
		Action          loose `json:"action"`
		Username        loose `json:"username"`
		UserID          loose `json:"userId"`
		DurationSeconds loose `json:"durationSeconds"`
		Permanent       loose `json:"permanent"`
	} `json:"meta"`
}

// ErrSSN reports JSON that is not an object of Social Stream Ninja.
var ErrSSN = errors.New("a message needs chatname, chatmessage and type")

// ReadSSN reads a POST of Social Stream Ninja: one object, or an array of them. It returns
// how many were messages or removals. It ignores objects that are neither, such as a
// follow, without an error.
//
// Errors: [ErrSSN] when no part of body has the form of a message.
func ReadSSN(body []byte, out connector.Sink) (int, error) {
	var many []json.RawMessage
	if json.Unmarshal(body, &many) != nil {
		many = []json.RawMessage{body}
	}
	n, known := 0, false
	for _, one := range many {
		did, is := DeliverSSN(one, out)
		known = known || is
		if did {
			n++
		}
	}
	if !known && len(many) > 0 {
		return 0, ErrSSN
	}
	return n, nil
}

// DeliverSSN delivers one object's content. did is true for a message or a removal, known
// for any object of the right form.
func DeliverSSN(data []byte, out connector.Sink) (did, known bool) {
	o, err := readSSN(data)
	if err != nil {
		out.Skipped()
		return false, false
	}
	switch {
	case len(o.Delete) > 0 && !bytes.Equal(o.Delete, []byte("null")):
		return o.remove(out), true
	case o.Event == "user_banned":
		return o.ban(out), true
	case o.ChatName == "" && o.ChatMessage == "":
		return false, o.Type != "" || o.Event != ""
	case o.Event.Yes() && o.Event != "true", o.Private.Yes():
		return false, true
	}
	return o.deliver(out), true
}

// readSSN decodes an object. Its meta may be any value, depending on the source; one that is not
// an object is left out.
func readSSN(data []byte) (o ssnObject, err error) {
	if json.Unmarshal(data, &o) == nil {
		return o, nil
	}
	var without map[string]json.RawMessage
	if err := json.Unmarshal(data, &without); err != nil {
		return o, err
	}
	delete(without, "meta")
	text, err := json.Marshal(without)
	if err != nil {
		return o, err
	}
	return o, json.Unmarshal(text, &o)
}

// ban delivers the ban or time-out of a user. It returns false when the object names no user.
func (o *ssnObject) ban(out connector.Sink) bool {
	r := connector.Removal{
		Origin: originOf(string(o.Type)), UserID: string(o.Meta.UserID), Login: strings.ToLower(string(cmp.Or(o.Meta.Username, o.ChatName))),
	}
	r.Mute = seconds(string(o.Meta.DurationSeconds))
	switch {
	case o.Meta.Permanent.Yes(), r.Mute == 0 && o.Meta.Action != "timeout":
		r.Mute, r.Forever = 0, true
	case r.Mute == 0:
		r.Mute = unsaidTimeOut
	}
	if r.UserID == "" && r.Login == "" {
		return false
	}
	out.Removal(r)
	return true
}

// deliver delivers the object's message. It returns false when there is nothing to show.
func (o *ssnObject) deliver(out connector.Sink) bool {
	m := connector.Message{
		// The tool's own ID is a counter that restarts, so it does not identify a message
		// across days.
		ID: string(o.Meta.MessageID), Origin: originOf(string(o.Type)), UserID: userOf(o.UserID, o.ChatName), Name: plainText(string(o.ChatName)),
		Login: strings.ToLower(string(o.ChatName)), Text: string(o.ChatMessage), Color: colorOf(string(o.NameColor)),
		Paid: o.paid(), Bot: o.Bot.Yes(),
	}
	if !o.TextOnly.Yes() {
		m.Text, m.Emotes = textOf(m.Text)
	}
	switch {
	case o.Host.Yes():
		m.Badge = connector.Broadcaster
	case o.Moderator.Yes(), o.Mod.Yes(), o.Admin.Yes():
		m.Badge = connector.Moderator
	case o.Membership.Yes():
		m.Badge = connector.Member
	}
	if strings.TrimSpace(m.Text) == "" && m.Paid == nil {
		return false
	}
	out.Message(m)
	return true
}

// paid reads the payment: hasDonation as the platform writes it, such as "¥500" or "500
// bits". donoValue is Social Stream Ninja's conversion to US dollars, used when there is
// nothing else.
func (o ssnObject) paid() *connector.Paid {
	if paid := Donation("", string(o.HasDonation)); paid != nil {
		return paid
	}
	return Donation(string(o.DonoValue), "$")
}

// userOf returns an author's ID: the platform's, or one derived from the name if the tool
// has none. 0 means none.
func userOf(id, name loose) string {
	if id == "" || id == "0" {
		return connector.ByName(string(name))
	}
	return string(id)
}

// remove handles {"delete": {type, id | chatname}}: one message, one author, or everything
// of a platform.
func (o ssnObject) remove(out connector.Sink) bool {
	var d struct {
		Type     loose
		ID       loose
		ChatName loose `json:"chatname"`
		UserID   loose `json:"userid"`
	}
	if json.Unmarshal(o.Delete, &d) != nil || d.Type == "" {
		out.Skipped()
		return false
	}
	r := connector.Removal{Origin: originOf(string(d.Type))}
	switch {
	case d.ID != "":
		r.MessageID = string(d.ID)
	case d.UserID != "":
		r.UserID = string(d.UserID)
	case d.ChatName != "":
		r.Login = strings.ToLower(string(d.ChatName))
	default:
		r.All = true
	}
	out.Removal(r)
	return true
}

// originOf parses a platform's name as tools write it.
func originOf(name string) comment.Source {
	switch name = strings.ToLower(name); {
	case strings.HasPrefix(name, "twitch"):
		return comment.FromTwitch
	case strings.HasPrefix(name, "youtube"):
		return comment.FromYouTube
	case strings.HasPrefix(name, "bilibili"):
		return comment.FromBilibili
	case strings.HasPrefix(name, "kick"):
		return comment.FromKick
	case strings.HasPrefix(name, "tiktok"):
		return comment.FromTikTok
	case strings.HasPrefix(name, "nico"):
		return comment.FromNiconico
	}
	return comment.FromOther
}

// plainText returns the text of a name, which may contain HTML, too.
func plainText(s string) string {
	text, _ := textOf(s)
	return strings.TrimSpace(text)
}

var hexColor = regexp.MustCompile(`^#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})$`)

// colorOf returns a colour in the form #rrggbb or #rgb; anything else is empty.
func colorOf(s string) string {
	if !hexColor.MatchString(s) {
		return ""
	}
	s = strings.ToLower(s)
	if len(s) == 4 {
		return string([]byte{'#', s[1], s[1], s[2], s[2], s[3], s[3]})
	}
	return s
}
