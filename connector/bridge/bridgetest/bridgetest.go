// Package bridgetest has fake tools for tests and demos, in place of Social Stream Ninja,
// Streamer.bot, OneComme, blivechat, LAPLACE Event Bridge and TikFinity: each greets and
// answers like the tool. All names and messages are invented.
package bridgetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Password and Session are accepted by the fakes of Streamer.bot and Social Stream Ninja.
const (
	Password = "hunter2"
	Session  = "invented-session"
)

// Server is a fake tool on its own port. Its methods are safe for concurrent use.
type Server struct {
	kind    string
	http    *http.Server
	address string
	ready   chan *Client

	mu      sync.Mutex
	clients []*Client
	// greet replaces the first frame, for tests; nil: the tool's own.
	greet *string
	open  bool // Streamer.bot sends a challenge and does not enforce it
}

// Start starts a tool of a kind ("ssn", "streamerbot", …) on a free port.
func Start(kind string) (*Server, error) { return StartAt(kind, "127.0.0.1:0") }

// StartAt starts a tool on an address.
func StartAt(kind, address string) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("start a fake %s: %w", kind, err)
	}
	s := &Server{kind: kind, address: listener.Addr().String(), ready: make(chan *Client, 4_096)}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

// URL returns the URL that a client dials.
func (s *Server) URL() string { return "ws://" + s.address }

// SetGreeting replaces the first frame.
func (s *Server) SetGreeting(frame string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.greet = &frame
}

// DoNotEnforce makes Streamer.bot serve clients that do not answer its challenge, too.
func (s *Server) DoNotEnforce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = true
}

// Ready receives each client that is ready for messages.
func (s *Server) Ready() <-chan *Client { return s.ready }

// Say sends a frame to every client that is ready.
func (s *Server) Say(frame string) {
	s.mu.Lock()
	clients := s.clients
	s.mu.Unlock()
	for _, c := range clients {
		c.Say(frame)
	}
}

// Close ends all connections and the server.
func (s *Server) Close() {
	s.mu.Lock()
	clients := s.clients
	s.mu.Unlock()
	for _, c := range clients {
		c.Drop()
	}
	_ = s.http.Close()
}

// Client is one connection.
type Client struct {
	ws       *websocket.Conn
	mu       sync.Mutex
	received chan string
	locked   bool   // Streamer.bot answers nothing until its challenge is answered
	Path     string // includes its query
}

// Say sends a frame.
func (c *Client) Say(frame string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
	_ = c.ws.WriteMessage(websocket.TextMessage, []byte(frame)) // a client that has gone does not concern the script
}

// Received receives the client's messages after it was ready.
func (c *Client) Received() <-chan string { return c.received }

// Drop ends the connection abruptly.
func (c *Client) Drop() { _ = c.ws.NetConn().Close() }

const (
	salt      = "c2FsdA=="
	challenge = "Y2hhbGxlbmdl"
)

// botEvents are the events of the fake Streamer.bot.
const botEvents = `{"twitch":["ChatMessage","ChatMessageDeleted","ChatCleared","UserBanned","UserTimedOut"],"youTube":["Message","MessageDeleted","UserBanned","SuperChat"],"general":["Custom"]}`

// greetings are the first frames of the tools that greet.
var greetings = map[string]string{
	"streamerbot": `{"timestamp":"2026-11-28T12:00:00Z","session":"s","request":"Hello","info":{"instanceId":"i","name":"Streamer.bot","version":"1.0.4","source":"websocketServer"},"authentication":{"salt":"` + salt + `","challenge":"` + challenge + `"}}`,
	"onecomme":    `{"type":"connected","data":{"config":{},"services":[{"id":"svc-1","name":"Live","enabled":true}],"comments":[{"id":"svc-1","service":"youtube","data":{"id":"old","userId":"UCa","name":"a","comment":"of before"}}]}}`,
	"laplace":     `{"type":"established","clientId":"c1","isServer":false,"message":"hello","version":"4.0.2"}`,
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if s.kind == "onecomme" && (r.URL.Path != "/sub" || r.FormValue("p") == "") {
		http.Error(w, "p is required", http.StatusBadRequest)
		return
	}
	if s.kind == "blivechat" && r.URL.Path != "/api/chat" {
		http.NotFound(w, r)
		return
	}
	upgrader := websocket.Upgrader{Subprotocols: []string{"laplace-event-bridge-role-client"}}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	c := &Client{ws: ws, received: make(chan string, 1_024), Path: r.URL.RequestURI()}
	s.mu.Lock()
	greet := greetings[s.kind]
	if s.greet != nil {
		greet = *s.greet
	}
	c.locked = s.kind == "streamerbot" && !s.open && strings.Contains(greet, `"authentication"`)
	s.mu.Unlock()
	if greet != "" {
		c.Say(greet)
	}
	if s.kind == "onecomme" || s.kind == "laplace" || s.kind == "tikfinity" {
		s.join(c)
	}
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return
		}
		s.answer(c, data)
	}
}

func (s *Server) join(c *Client) {
	s.mu.Lock()
	s.clients = append(s.clients[:len(s.clients):len(s.clients)], c)
	s.mu.Unlock()
	s.ready <- c
}

// answer answers a frame like the tool.
func (s *Server) answer(c *Client, data []byte) {
	var f struct {
		Request, ID, Authentication, Join string
		In, Cmd                           int
		Events                            map[string][]string
		Data                              struct {
			RoomKey struct {
				Type  int
				Value json.RawMessage
			} `json:"roomKey"`
		}
	}
	if json.Unmarshal(data, &f) != nil {
		return
	}
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	switch {
	case s.kind == "streamerbot" && f.Request == "Authenticate":
		if f.Authentication != hash(hash(Password+salt)+challenge) {
			c.Say(`{"status":"error","id":"` + f.ID + `","error":"authentication failed"}`)
			return
		}
		c.locked = false
		c.Say(`{"status":"ok","id":"` + f.ID + `"}`)
	case c.locked:
		c.Say(`{"status":"error","id":"` + f.ID + `","error":"not authenticated"}`)
	case s.kind == "streamerbot" && f.Request == "GetEvents":
		c.Say(`{"status":"ok","id":"` + f.ID + `","events":` + botEvents + `}`)
	case s.kind == "streamerbot" && f.Request == "Subscribe":
		for platform, names := range f.Events {
			for _, name := range names {
				if !strings.Contains(botEvents, `"`+name+`"`) || platform == "Kick" || platform == "TikTok" {
					c.Say(`{"status":"error","id":"` + f.ID + `","error":"unknown event ` + name + `"}`)
					return
				}
			}
		}
		c.Say(`{"status":"ok","id":"` + f.ID + `"}`)
		s.join(c)
	case s.kind == "ssn" && f.Join == Session && f.In == 4:
		s.join(c)
	case s.kind == "blivechat" && f.Cmd == 1:
		if string(f.Data.RoomKey.Value) == `"WRONG00000000"` {
			c.Say(`{"cmd":8,"data":{"type":1,"msg":"身份码错误"}}`)
			return
		}
		c.Say(`{"cmd":0,"data":{}}`)
		s.join(c)
	default:
		select {
		case c.received <- string(data):
		default:
		}
	}
}
