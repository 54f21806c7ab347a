// Package twitchtest is a fake Twitch for tests and demos: it speaks IRC over a WebSocket
// like Twitch, checks what a client sends, and sends what a script defines. All names and
// messages are invented.
package twitchtest

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Server is a fake Twitch on its own port. Its methods are safe for concurrent use.
type Server struct {
	http  *http.Server
	url   string
	rooms chan *Client

	mu      sync.Mutex
	clients []*Client
	closed  bool
	mute    map[string]bool // channels that get no answer
}

// Start starts a server on a free port of this machine.
func Start() (*Server, error) { return StartAt("127.0.0.1:0") }

// StartAt starts a server on an address.
func StartAt(address string) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("start a fake Twitch: %w", err)
	}
	s := &Server{url: "ws://" + listener.Addr().String(), rooms: make(chan *Client, 4_096), mute: map[string]bool{}}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

// URL returns the URL that a client dials.
func (s *Server) URL() string { return s.url }

// Close ends all connections and the server.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	clients := s.clients
	s.mu.Unlock()
	for _, c := range clients {
		c.Drop()
	}
	_ = s.http.Close()
}

// IgnoreChannel leaves JOINs of a channel unanswered, as Twitch does for one that does not
// exist.
func (s *Server) IgnoreChannel(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mute[name] = true
}

// Joined receives each client that has joined a channel.
func (s *Server) Joined() <-chan *Client { return s.rooms }

// Say sends a line to every client that has joined a channel.
func (s *Server) Say(line string) { s.SayAll(func(string) string { return line }) }

// SayAll sends every client that has joined a channel the line that line returns for it.
// channel begins with #.
func (s *Server) SayAll(line func(channel string) string) {
	s.mu.Lock()
	clients := s.clients
	s.mu.Unlock()
	for _, c := range clients {
		if channel := c.Channel(); channel != "" {
			c.Say(line(channel))
		}
	}
}

// Client is one connection.
type Client struct {
	server *Server
	ws     *websocket.Conn
	mu     sync.Mutex
	write  sync.Mutex

	channel string
	pongs   chan string
	faults  chan string
	silent  bool
	gone    chan struct{}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &Client{server: s, ws: ws, pongs: make(chan string, 64), faults: make(chan string, 64), gone: make(chan struct{})}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		_ = ws.Close()
		return
	}
	s.clients = append(s.clients[:len(s.clients):len(s.clients)], c)
	s.mu.Unlock()
	defer func() {
		close(c.gone)
		_ = ws.Close()
	}()
	c.serve()
}

// serve answers a client like Twitch. It records what Twitch would not expect for
// [Client.Faults].
func (c *Client) serve() {
	var capable bool
	var nick string
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(string(data), "\r\n"), "\r\n") {
			command, rest, _ := strings.Cut(line, " ")
			switch command {
			case "CAP":
				if rest != "REQ :twitch.tv/tags twitch.tv/commands" {
					c.fault("unexpected capabilities: " + line)
				}
				capable = true
				c.Say(":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands")
			case "PASS":
			case "NICK":
				nick = rest
				if !capable || !strings.HasPrefix(nick, "justinfan") {
					c.fault("unexpected log-in: " + line)
				}
				c.Say(":tmi.twitch.tv 001 " + nick + " :Welcome, GLHF!")
				c.Say(":tmi.twitch.tv 376 " + nick + " :>")
			case "JOIN":
				c.join(nick, rest)
			case "PONG":
				c.pongs <- strings.TrimPrefix(rest, ":")
			case "PING":
				c.mu.Lock()
				silent := c.silent
				c.mu.Unlock()
				if !silent {
					c.Say(":tmi.twitch.tv PONG tmi.twitch.tv " + rest)
				}
			default:
				c.fault("a reader writes: " + line)
			}
		}
	}
}

func (c *Client) fault(what string) {
	select {
	case c.faults <- what:
	default:
	}
}

func (c *Client) join(nick, channel string) {
	if nick == "" || !strings.HasPrefix(channel, "#") || channel != strings.ToLower(channel) {
		c.fault("unexpected JOIN " + channel)
		return
	}
	c.server.mu.Lock()
	ignored := c.server.mute[channel[1:]]
	c.server.mu.Unlock()
	if !ignored {
		c.Say(":" + nick + "!" + nick + "@" + nick + ".tmi.twitch.tv JOIN " + channel)
		c.Say("@emote-only=0;followers-only=-1;r9k=0;room-id=90001;slow=0;subs-only=0 :tmi.twitch.tv ROOMSTATE " + channel)
	}
	c.mu.Lock()
	c.channel = channel
	c.mu.Unlock()
	c.server.rooms <- c
}

// Channel returns the channel that the client joined, with its #.
func (c *Client) Channel() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.channel
}

// Say sends one line.
func (c *Client) Say(line string) { c.Send(line + "\r\n") }

// Send sends a frame as it is.
func (c *Client) Send(frame string) { c.SendBytes([]byte(frame)) }

// SendBytes sends a text frame that need not be UTF-8.
func (c *Client) SendBytes(frame []byte) {
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
	_ = c.ws.WriteMessage(websocket.TextMessage, frame) // a client that has gone does not concern the script
}

// Silence leaves the client's PINGs unanswered.
func (c *Client) Silence() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silent = true
}

// Drop ends the connection abruptly.
func (c *Client) Drop() { _ = c.ws.NetConn().Close() }

// Pongs receives the client's answers to PINGs.
func (c *Client) Pongs() <-chan string { return c.pongs }

// Faults receives what a well-behaved anonymous client would not have sent.
func (c *Client) Faults() <-chan string { return c.faults }

// Gone is closed when the connection has ended.
func (c *Client) Gone() <-chan struct{} { return c.gone }

// Message is one invented chat message for [Message.Line].
type Message struct {
	ID, UserID, Login, Name, Text string
	Tags                          string // more tags, each with a leading semicolon
}

var escape = strings.NewReplacer(`\`, `\\`, ";", `\:`, " ", `\s`, "\r", `\r`, "\n", `\n`)

// Line returns the IRC line that carries the message to a channel, which begins with #.
func (m Message) Line(channel string) string {
	return fmt.Sprintf("@badges=;color=#1E90FF;display-name=%s;emotes=;id=%s;room-id=90001;tmi-sent-ts=%d;user-id=%s%s :%s!%s@%s.tmi.twitch.tv PRIVMSG %s :%s",
		escape.Replace(m.Name), m.ID, time.Now().UnixMilli(), m.UserID, m.Tags, m.Login, m.Login, m.Login, channel, m.Text)
}
