// Package bridge reads chats from tools that streamers run beside their streaming program:
// Social Stream Ninja, Streamer.bot, OneComme, blivechat, LAPLACE Event Bridge and
// TikFinity. It recognises a tool by its usual port and by its greeting. HTML in messages
// becomes text; no markup survives.
package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"danmaku/connector"
)

// Times of one connection.
const (
	greetWithin  = 20 * time.Second // blivechat sends its first heartbeat after 10 s
	pingEvery    = 30 * time.Second
	answerWithin = 10 * time.Second
	maxFrame     = 4 << 20 // bytes; OneComme begins with its whole history
)

// tool speaks one tool's protocol. A new one is made for each connection.
type tool interface {
	// hello returns the first messages to send on a connection.
	hello() []any
	// frame handles one frame. It returns the messages to send in answer. up is true once
	// the tool has confirmed that its messages will come.
	frame(data []byte, out connector.Sink) (answer []any, up bool, err error)
}

// spec is a kind of tool.
type spec struct {
	name     string // shown while the tool has sent no name
	port     string // its usual port
	path     string // path to request when the URL has none
	protocol string // WebSocket subprotocol, followed by a token
	open     func(s connector.Settings) (tool, error)
	mute     bool // it sends no greeting: an open connection is its only confirmation
}

var specs = map[string]spec{
	"ssn":         {name: "Social Stream Ninja", port: "3000", open: openSSN, mute: true},
	"streamerbot": {name: "Streamer.bot", port: "8080", path: "/", open: openStreamerBot},
	"onecomme":    {name: "OneComme", port: "11180", path: "/sub?p=comments,deleted,clear,meta,services", open: openOneComme},
	"blivechat":   {name: "blivechat", port: "12450", path: "/api/chat", open: openBlivechat},
	"laplace":     {name: "LAPLACE Event Bridge", port: "9696", protocol: "laplace-event-bridge-role-client", open: openLaplace},
	"tikfinity":   {name: "TikFinity", port: "21213", path: "/", open: openTikFinity, mute: true},
}

// Kinds returns the kinds of chat that this package reads, with their Open functions.
func Kinds() map[string]connector.Open {
	out := map[string]connector.Open{}
	for kind := range specs {
		out[kind] = func(s connector.Settings, env connector.Env) (connector.Source, error) { return open(kind, s, env) }
	}
	return out
}

// KindOf returns the tool that usually listens at a port.
func KindOf(port string) (kind string, ok bool) {
	for kind, s := range specs {
		if s.port == port {
			return kind, true
		}
	}
	return "", false
}

// source is one tool's connection.
type source struct {
	kind     string
	spec     spec
	settings connector.Settings
	env      connector.Env
	url      string
}

func open(kind string, s connector.Settings, env connector.Env) (connector.Source, error) {
	sp := specs[kind]
	address, err := addressOf(sp, s.Target, env.Base)
	if err != nil {
		return nil, err
	}
	if _, err := sp.open(s); err != nil {
		return nil, err
	}
	env.Keyless = connector.Keyless(kind)
	return &source{kind: kind, spec: sp, settings: s, env: env, url: address}, nil
}

// addressOf returns the WebSocket URL for a streamer's input: nothing, a host, host:port,
// or a URL. It returns Social Stream Ninja's relay for one of its sessions, which is not a
// URL.
func addressOf(sp spec, target, base string) (string, error) {
	if base != "" {
		target = base
	}
	target = strings.TrimSpace(target)
	bad := connector.Stop(connector.FaultTarget, "enter the tool's address, for example ws://127.0.0.1:"+sp.port)
	if target == "" {
		target = "127.0.0.1"
	}
	if !strings.Contains(target, "://") {
		target = "ws://" + target
	}
	u, err := url.Parse(target)
	if err != nil || u.Hostname() == "" {
		return "", bad
	}
	switch u.Scheme {
	case "ws", "wss":
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	default:
		return "", bad
	}
	if u.Port() == "" && u.Scheme == "ws" {
		u.Host = net.JoinHostPort(u.Hostname(), sp.port)
	}
	if (u.Path == "" || u.Path == "/") && u.RawQuery == "" && sp.path != "" {
		path, query, _ := strings.Cut(sp.path, "?")
		u.Path, u.RawQuery = path, query
	}
	u.User = nil
	return u.String(), nil
}

// Run implements [connector.Source].
func (s *source) Run(ctx context.Context, out connector.Sink) error {
	t, err := s.spec.open(s.settings)
	if err != nil {
		return err
	}
	var protocols []string
	if s.spec.protocol != "" {
		protocols = []string{s.spec.protocol}
		if token := s.settings.Secret["token"]; token != "" {
			protocols = append(protocols, token)
		}
	}
	ws, err := s.env.DialWebSocket(ctx, s.url, protocols...)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", s.spec.name, err)
	}
	c := &connection{source: s, ws: ws, tool: t, out: out}
	return c.run(ctx)
}

// Detect returns the tool that sends a first frame. ok is false for a frame with which no
// tool begins.
func Detect(first []byte) (kind string, ok bool) {
	var f struct {
		Request  string
		Type     string
		Event    json.RawMessage
		ChatName *string `json:"chatname"`
		Cmd      *int
	}
	if json.Unmarshal(first, &f) != nil {
		return "", false
	}
	switch {
	case f.Request == "Hello":
		return "streamerbot", true
	case f.ChatName != nil:
		return "ssn", true
	case f.Type == "connected":
		return "onecomme", true
	case f.Type == "established":
		return "laplace", true
	case f.Cmd != nil:
		return "blivechat", true
	case string(f.Event) == `"chat"`, string(f.Event) == `"roomUser"`:
		return "tikfinity", true
	}
	return "", false
}
