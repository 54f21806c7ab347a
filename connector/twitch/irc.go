package twitch

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/connector"
)

// line is one message of IRC, RFC 1459 with the tags of IRCv3.
type line struct {
	tags    map[string]string
	nick    string // in the prefix
	command string
	params  []string
}

// maxLine is the longest accepted line, in bytes. Twitch sends tags of at most 8,191 bytes
// and 512 bytes after them; the rest is for growth.
const maxLine = 32 << 10

// parseLine parses a line without its line break. ok is false for a line that is not IRC.
func parseLine(s string) (l line, ok bool) {
	if len(s) > maxLine || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return line{}, false
	}
	if rest, found := strings.CutPrefix(s, "@"); found {
		tags, after, found := strings.Cut(rest, " ")
		if !found {
			return line{}, false
		}
		l.tags = parseTags(tags)
		s = strings.TrimLeft(after, " ")
	}
	if rest, found := strings.CutPrefix(s, ":"); found {
		prefix, after, found := strings.Cut(rest, " ")
		if !found {
			return line{}, false
		}
		l.nick, _, _ = strings.Cut(prefix, "!")
		s = strings.TrimLeft(after, " ")
	}
	for s != "" {
		if text, found := strings.CutPrefix(s, ":"); found && l.command != "" {
			l.params = append(l.params, text)
			break
		}
		word, after, _ := strings.Cut(s, " ")
		if l.command == "" {
			l.command = strings.ToUpper(word)
		} else {
			l.params = append(l.params, word)
		}
		s = strings.TrimLeft(after, " ")
	}
	return l, l.command != ""
}

func parseTags(s string) map[string]string {
	tags := make(map[string]string, strings.Count(s, ";")+1)
	for tag := range strings.SplitSeq(s, ";") {
		key, value, _ := strings.Cut(tag, "=")
		tags[key] = unescape(value)
	}
	return tags
}

// unescape decodes the escapes of a tag's value in one pass, by IRCv3 "Message Tags": a
// chain of replacements would decode \\s as a space.
func unescape(s string) string {
	if !strings.ContainsRune(s, '\\') {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		if i == len(s) {
			break
		}
		switch s[i] {
		case ':':
			b.WriteByte(';')
		case 's':
			b.WriteByte(' ')
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// param returns the nth parameter, or the empty string.
func (l line) param(n int) string {
	if n < len(l.params) {
		return l.params[n]
	}
	return ""
}

// ofGuest reports whether a line is from another channel, which shares its chat with this
// one.
func (l line) ofGuest() bool {
	source := l.tags["source-room-id"]
	return source != "" && source != l.tags["room-id"]
}

// wordsOf are the notices that contain an author's own words.
var wordsOf = map[string]bool{"resub": true, "announcement": true, "viewermilestone": true}

// message reads a PRIVMSG, or a USERNOTICE with the author's own words. ok is false for a
// notice without such words.
func (l line) message(base string) (m connector.Message, ok bool) {
	text := l.param(1)
	login := l.nick
	if l.command == "USERNOTICE" {
		kind := l.tags["msg-id"]
		if kind == "sharedchatnotice" { // from another channel, with its own kind
			kind = l.tags["source-msg-id"]
		}
		if !wordsOf[kind] || text == "" {
			return m, false
		}
		login = l.tags["login"]
	}
	login = cmp.Or(login, l.tags["login"])
	m = connector.Message{
		ID: l.tags["id"], Origin: comment.FromTwitch, UserID: l.tags["user-id"], Login: strings.ToLower(login),
		Name: strings.TrimSpace(l.tags["display-name"]), Color: colorOf(l.tags["color"]), Badge: badgeOf(l.tags["badges"]),
	}
	if m.Name == "" {
		m.Name = login
	}
	if l.ofGuest() {
		m.Guest = true
		m.Badge = badgeOf(l.tags["source-badges"])
	}
	if ms, err := strconv.ParseInt(l.tags["tmi-sent-ts"], 10, 64); err == nil && ms > 0 {
		m.At = time.UnixMilli(ms)
	}
	// Positions of emotes count code points from the start of the text: including the name
	// at the start of a reply, without the command of an action.
	if action, found := strings.CutPrefix(text, "\x01ACTION"); found {
		text = strings.TrimSuffix(strings.TrimPrefix(action, " "), "\x01")
	}
	emotes := emotesOf(l.tags["emotes"], []rune(text), base)
	if l.tags["reply-parent-msg-id"] != "" {
		rest, removed := connector.StripReply(text,
			l.tags["reply-parent-display-name"], l.tags["reply-parent-user-login"], l.tags["reply-thread-parent-display-name"], l.tags["reply-thread-parent-user-login"])
		text, emotes = rest, connector.ShiftEmotes(emotes, removed)
	}
	m.Text, m.Emotes = text, emotes
	m.Paid = paidOf(l.tags)
	return m, true
}

func colorOf(tag string) string {
	if len(tag) != 7 || tag[0] != '#' {
		return ""
	}
	if _, err := strconv.ParseUint(tag[1:], 16, 32); err != nil {
		return ""
	}
	return strings.ToLower(tag)
}

func badgeOf(tag string) connector.Badge {
	best := connector.NoBadge
	for badge := range strings.SplitSeq(tag, ",") {
		name, _, _ := strings.Cut(badge, "/")
		switch name {
		case "broadcaster":
			return connector.Broadcaster
		case "moderator", "lead_moderator":
			best = connector.Moderator
		case "subscriber", "founder":
			if best == connector.NoBadge {
				best = connector.Member
			}
		}
	}
	return best
}

// paidOf reads bits, and paid messages, which Twitch calls Hype Chat.
func paidOf(tags map[string]string) *connector.Paid {
	if bits, err := strconv.ParseInt(tags["bits"], 10, 64); err == nil && bits > 0 && bits < 1e9 {
		level := 1
		for _, from := range []int64{100, 1_000, 5_000, 10_000} { // the steps of Twitch's own badges
			if bits >= from {
				level++
			}
		}
		return &connector.Paid{Micros: bits * 1_000_000, Currency: "BITS", Level: level}
	}
	amount, err := strconv.ParseInt(tags["pinned-chat-paid-amount"], 10, 64)
	exponent, err2 := strconv.Atoi(tags["pinned-chat-paid-exponent"])
	if err != nil || err2 != nil || amount <= 0 || amount > 1e9 || exponent < 0 || exponent > 6 {
		return nil
	}
	micros := amount
	for range 6 - exponent {
		micros *= 10
	}
	level := 1
	if i := strings.Index("ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN", tags["pinned-chat-paid-level"]); i > 0 {
		level = min(5, 1+strings.Count("ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN"[:i], " ")/2)
	}
	return &connector.Paid{Micros: micros, Currency: tags["pinned-chat-paid-currency"], Level: level}
}

// EmoteHost serves the pictures of Twitch's emotes.
const EmoteHost = "https://static-cdn.jtvnw.net"

// emotesOf parses the tag emotes, id:from-to,from-to/id:from-to, where positions are code
// points and to is inclusive. It drops ranges beyond the text and those that overlap an
// earlier one: both occur.
func emotesOf(tag string, text []rune, base string) []connector.Emote {
	var out []connector.Emote
	for group := range strings.SplitSeq(tag, "/") {
		id, ranges, found := strings.Cut(group, ":")
		if !found || !plainID(id) {
			continue
		}
		for r := range strings.SplitSeq(ranges, ",") {
			a, b, _ := strings.Cut(r, "-")
			from, err := strconv.Atoi(a)
			last, err2 := strconv.Atoi(b)
			if err != nil || err2 != nil || from < 0 || last < from || last >= len(text) {
				continue
			}
			out = append(out, connector.Emote{
				From: from, To: last + 1, Name: string(text[from : last+1]),
				URL: base + "/emoticons/v2/" + id + "/default/dark/2.0",
			})
		}
	}
	return connector.WithoutOverlaps(out)
}

func plainID(id string) bool {
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return false
		}
	}
	return id != ""
}

// removal reads CLEARMSG and CLEARCHAT.
func (l line) removal() (r connector.Removal, ok bool) {
	r = connector.Removal{Origin: comment.FromTwitch}
	switch l.command {
	case "CLEARMSG":
		r.MessageID = l.tags["target-msg-id"]
		return r, r.MessageID != ""
	case "CLEARCHAT":
		login := strings.ToLower(l.param(1))
		if login == "" && l.tags["target-user-id"] == "" {
			r.All = true
			return r, !l.ofGuest() // a guest's channel was cleared, not ours
		}
		r.UserID, r.Login = l.tags["target-user-id"], login
		if l.ofGuest() { // a guest's moderators take comments down, but do not mute people here
			return r, true
		}
		seconds, err := strconv.ParseInt(l.tags["ban-duration"], 10, 32)
		if err != nil || seconds <= 0 {
			r.Forever = true
		} else {
			r.Mute = time.Duration(seconds) * time.Second
		}
		return r, true
	}
	return r, false
}
