package connector

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Recognized is the chat that a streamer's link or name identifies.
type Recognized struct {
	Kind   string            // as in [Settings.Kind]
	Target string            // as in [Settings.Target]
	Host   string            // of a tool: scheme, host and port that receive its secrets; empty for a platform
	Secret map[string]string // secrets in the link itself, such as a session
	Needs  []string          // names of secrets without which the chat cannot be read
	May    []string          // names of optional secrets
}

// Elsewhere is a platform that only tools read.
type Elsewhere struct {
	Platform string
	Tools    []string // kinds, the usual one first
}

var (
	twitchName   = regexp.MustCompile(`^[A-Za-z0-9_]{1,25}$`)
	youtubeVideo = regexp.MustCompile(`^[A-Za-z0-9_-]{11}$`)
	youtubeID    = regexp.MustCompile(`^UC[A-Za-z0-9_-]{22}$`)
	bilibiliRoom = regexp.MustCompile(`^[0-9]{1,12}$`)
	bilibiliCode = regexp.MustCompile(`^[0-9A-Z]{12,14}$`)
	niconicoLive = regexp.MustCompile(`^lv[0-9]+$`)
	ssnSession   = regexp.MustCompile(`^[A-Za-z0-9_-]{4,100}$`)
)

// toolPorts are the usual ports of tools.
var toolPorts = map[string]string{
	"3000": "ssn", "8080": "streamerbot", "11180": "onecomme", "12450": "blivechat", "9696": "laplace", "21213": "tikfinity",
}

// toolNames maps the spellings of the tools' names.
var toolNames = map[string]string{
	"ssn": "ssn", "socialstream": "ssn", "streamerbot": "streamerbot", "streamer.bot": "streamerbot", "onecomme": "onecomme", "わんコメ": "onecomme",
	"blivechat": "blivechat", "laplace": "laplace", "tikfinity": "tikfinity",
}

// secretsOf lists the required and the optional secrets of each kind.
var secretsOf = map[string][2][]string{
	"youtube":     {{"key"}, nil},
	"bilibili":    {{"access_key_id", "access_key_secret", "app_id", "code"}, nil},
	"ssn":         {{"session"}, nil},
	"streamerbot": {nil, {"password"}},
	"blivechat":   {{"code"}, nil},
	"laplace":     {nil, {"token"}},
}

// SecretsOf returns the names of the required and of the optional secrets of a kind of
// chat.
func SecretsOf(kind string) (needs, may []string) { return secretsOf[kind][0], secretsOf[kind][1] }

// Keyless reports whether a kind of chat has no secret at all.
func Keyless(kind string) bool { return len(secretsOf[kind][0])+len(secretsOf[kind][1]) == 0 }

// Recognize parses any link or name of a chat. A bare name is a Twitch channel; kind:target
// names the kind. Errors are a [*Fault] with the code [FaultTarget].
func Recognize(text string) (Recognized, error) {
	text = strings.TrimSpace(text)
	none := Stop(FaultTarget, "enter a link to a channel, a video or a room, a name, or the address of a tool")
	if text == "" || len(text) > 500 {
		return Recognized{}, none
	}
	if kind, rest, found := strings.Cut(text, ":"); found && !strings.HasPrefix(rest, "//") {
		if k, ok := kindNamed(kind); ok {
			return named(k, strings.TrimSpace(rest))
		}
	}
	if e, ok := ReadElsewhere(text); ok {
		return Recognized{}, e.fault()
	}
	if kind, ok := toolNames[strings.ToLower(text)]; ok {
		return with(Recognized{Kind: kind}), nil
	}
	if bilibiliCode.MatchString(text) {
		return with(Recognized{Kind: "blivechat", Secret: map[string]string{"code": text}}), nil
	}
	if strings.HasPrefix(text, "@") {
		return with(Recognized{Kind: "youtube", Target: text}), nil
	}
	if youtubeID.MatchString(text) {
		return with(Recognized{Kind: "youtube", Target: text}), nil
	}
	if name := strings.TrimPrefix(text, "#"); twitchName.MatchString(name) {
		return with(Recognized{Kind: "twitch", Target: strings.ToLower(name)}), nil
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return Recognized{}, none
	}
	if r, ok := byHost(u); ok {
		return with(r), nil
	}
	return Recognized{}, none
}

// toolsFor lists the platforms that only tools read, by the end of a host or by name.
var toolsFor = map[string]Elsewhere{
	"kick": {"Kick", []string{"ssn", "streamerbot"}}, "kick.com": {"Kick", []string{"ssn", "streamerbot"}},
	"tiktok": {"TikTok", []string{"tikfinity", "ssn"}}, "tiktok.com": {"TikTok", []string{"tikfinity", "ssn"}},
	"niconico": {"niconico", []string{"onecomme"}}, "nicovideo.jp": {"niconico", []string{"onecomme"}}, "nico.ms": {"niconico", []string{"onecomme"}},
	"ニコニコ": {"niconico", []string{"onecomme"}}, "ニコ生": {"niconico", []string{"onecomme"}},
	"twitcasting": {"TwitCasting", []string{"onecomme"}}, "twitcasting.tv": {"TwitCasting", []string{"onecomme"}},
	"showroom": {"SHOWROOM", []string{"onecomme"}}, "showroom-live.com": {"SHOWROOM", []string{"onecomme"}},
	"facebook": {"Facebook", []string{"ssn"}}, "facebook.com": {"Facebook", []string{"ssn"}}, "fb.watch": {"Facebook", []string{"ssn"}},
	"rumble.com": {"Rumble", []string{"ssn"}}, "trovo.live": {"Trovo", []string{"ssn"}}, "douyin.com": {"Douyin", []string{"ssn"}}, "huya.com": {"Huya", []string{"ssn"}}, "douyu.com": {"Douyu", []string{"ssn"}},
}

// toolWords are the names of the tools.
var toolWords = map[string]string{"ssn": "Social Stream Ninja", "streamerbot": "Streamer.bot", "onecomme": "OneComme", "tikfinity": "TikFinity"}

// ReadElsewhere returns the platform that only tools read, if an entered link or name
// identifies one.
func ReadElsewhere(text string) (e Elsewhere, ok bool) {
	text = strings.TrimSpace(text)
	if niconicoLive.MatchString(text) {
		return elsewhere("niconico")
	}
	if kind, rest, found := strings.Cut(text, ":"); found && !strings.HasPrefix(rest, "//") {
		if e, ok := elsewhere(strings.TrimSpace(kind)); ok {
			return e, true
		}
	}
	if !strings.ContainsAny(text, "./") { // a word may be a name on Twitch
		return Elsewhere{}, false
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return Elsewhere{}, false
	}
	return elsewhere(u.Hostname())
}

// elsewhere looks up a platform by its name or one of its hosts.
func elsewhere(name string) (Elsewhere, bool) {
	for name = strings.ToLower(name); name != ""; {
		if e, ok := toolsFor[name]; ok {
			return e, true
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return Elsewhere{}, false
}

// fault returns a fault that names the tools for a platform.
func (e Elsewhere) fault() *Fault {
	var names []string
	for _, kind := range e.Tools {
		names = append(names, toolWords[kind])
	}
	return Stop(FaultTarget, e.Platform+" has no connection of its own here: read it with "+strings.Join(names, " or ")+", and enter the address of that tool")
}

func kindNamed(name string) (string, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "twitch", "youtube", "bilibili":
		return name, true
	}
	kind, ok := toolNames[name]
	return kind, ok
}

// named parses the text after kind: as a link of that kind, or as its target.
func named(kind, rest string) (Recognized, error) {
	if strings.Contains(rest, "/") || strings.Contains(rest, ".") {
		if r, err := Recognize(rest); err == nil && r.Kind == kind {
			return r, nil
		}
	}
	r := Recognized{Kind: kind, Target: rest}
	switch kind {
	case "ssn":
		if ssnSession.MatchString(rest) {
			r.Target, r.Secret = "wss://io.socialstream.ninja", map[string]string{"session": rest}
		}
	case "blivechat":
		if bilibiliCode.MatchString(rest) || bilibiliRoom.MatchString(rest) {
			r.Target, r.Secret = "", map[string]string{"code": rest}
		}
	case "bilibili":
		if bilibiliCode.MatchString(rest) && !bilibiliRoom.MatchString(rest) { // a secret, while lists show the target
			r.Target, r.Secret = "", map[string]string{"code": rest}
		}
	case "twitch":
		r.Target = strings.ToLower(strings.TrimPrefix(rest, "#"))
	}
	return with(r), nil
}

// byHost recognises a link by its host, or by the port of a tool.
func byHost(u *url.URL) (Recognized, bool) {
	host := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."), "m.")
	parts := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	first := ""
	if len(parts) > 0 {
		first = parts[0]
	}
	switch host {
	case "twitch.tv", "player.twitch.tv":
		name := first
		switch {
		case name == "popout" || name == "moderator" || name == "embed":
			if len(parts) > 1 {
				name = parts[1]
			}
		case u.Query().Get("channel") != "":
			name = u.Query().Get("channel")
		}
		return Recognized{Kind: "twitch", Target: strings.ToLower(name)}, twitchName.MatchString(name)
	case "youtu.be":
		return Recognized{Kind: "youtube", Target: first}, youtubeVideo.MatchString(first)
	case "youtube.com", "music.youtube.com", "studio.youtube.com", "youtube-nocookie.com":
		return youtubeLink(u, parts)
	case "live.bilibili.com":
		room := first
		if room == "h5" || room == "blanc" {
			room = parts[min(1, len(parts)-1)]
		}
		return Recognized{Kind: "bilibili", Target: room}, bilibiliRoom.MatchString(room)
	case "io.socialstream.ninja", "socialstream.ninja", "beta.socialstream.ninja":
		id := u.Query().Get("session")
		if id == "" && len(parts) > 1 && (first == "join" || first == "sse") {
			id = parts[1]
		}
		return Recognized{Kind: "ssn", Target: "wss://io.socialstream.ninja", Secret: map[string]string{"session": id}}, ssnSession.MatchString(id)
	}
	if kind, ok := toolPorts[u.Port()]; ok {
		scheme := "ws"
		if u.Scheme == "wss" {
			scheme = "wss"
		}
		address := url.URL{Scheme: scheme, Host: net.JoinHostPort(u.Hostname(), u.Port()), Path: u.Path, RawQuery: u.RawQuery}
		return Recognized{Kind: kind, Target: address.String()}, true
	}
	return Recognized{}, false
}

func youtubeLink(u *url.URL, parts []string) (Recognized, bool) {
	r := Recognized{Kind: "youtube", Target: u.Query().Get("v")}
	if youtubeVideo.MatchString(r.Target) {
		return r, true
	}
	for i, p := range parts {
		switch {
		case strings.HasPrefix(p, "@"):
			r.Target = p
			return r, true
		case p == "channel" && i+1 < len(parts) && youtubeID.MatchString(parts[i+1]):
			r.Target = parts[i+1]
			return r, true
		case slices.Contains([]string{"live", "embed", "shorts", "video", "v"}, p) && i+1 < len(parts) && youtubeVideo.MatchString(parts[i+1]):
			r.Target = parts[i+1]
			return r, true
		}
	}
	return r, false
}

// with adds the secrets that the kind needs and the link did not contain.
func with(r Recognized) Recognized {
	needs, may := SecretsOf(r.Kind)
	r.liftSecrets(slices.Concat(needs, may))
	for _, n := range needs {
		if r.Secret[n] == "" {
			r.Needs = append(r.Needs, n)
		}
	}
	r.May = may
	for port, kind := range toolPorts {
		if kind == r.Kind {
			r.Host = hostOf(r.Target, port)
		}
	}
	return r
}

// hostOf returns the scheme, the host and the port of a tool's address. A tool without an
// address is on this machine, one without a port has its usual one.
func hostOf(target, port string) string {
	if target == "" {
		target = "127.0.0.1"
	}
	if !strings.Contains(target, "://") {
		target = "ws://" + target
	}
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case u.Port() != "":
		host = net.JoinHostPort(host, u.Port())
	case u.Scheme == "ws":
		host = net.JoinHostPort(host, port)
	}
	return u.Scheme + "://" + host
}

// liftSecrets moves secrets out of a URL, which lists, records and logs show.
func (r *Recognized) liftSecrets(names []string) {
	u, err := url.Parse(r.Target)
	if err != nil || u.Host == "" {
		return
	}
	lift := func(name, value string) {
		if value == "" {
			return
		}
		if r.Secret == nil {
			r.Secret = map[string]string{}
		}
		r.Secret[name] = value
	}
	query := u.Query()
	for _, name := range names {
		if query.Has(name) {
			lift(name, query.Get(name))
			query.Del(name)
			u.RawQuery = query.Encode()
		}
	}
	if parts := strings.Split(u.Path, "/"); r.Kind == "ssn" && len(parts) > 2 && parts[1] == "join" && ssnSession.MatchString(parts[2]) {
		lift("session", parts[2])
		u.Path = ""
	}
	u.User = nil
	r.Target = u.String()
}
