// Package bilibilitest is a fake Open Live platform for tests and demos: it checks the
// signature of each call, and speaks the packets of the socket. All names and messages are
// invented.
package bilibilitest

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/gorilla/websocket"
)

// Values that the server accepts.
const (
	KeyID  = "testkeyid"
	Secret = "testsecret"
	AppID  = "1700000000001"
	Code   = "A1B2C3D4E5F6G"
)

// Server is a fake Open Live on its own port. Its methods are safe for concurrent use.
type Server struct {
	http    *http.Server
	address string
	joined  chan *Client
	calls   chan string

	mu      sync.Mutex
	nonces  map[string]bool
	codes   map[string]int // by path: the code to answer instead
	game    int
	clients []*Client
	closed  bool
}

// Start starts a server on a free port of this machine.
func Start() (*Server, error) { return StartAt("127.0.0.1:0") }

// StartAt starts a server on an address.
func StartAt(address string) (*Server, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("start a fake Open Live: %w", err)
	}
	s := &Server{
		address: listener.Addr().String(), joined: make(chan *Client, 4_096), calls: make(chan string, 4_096),
		nonces: map[string]bool{}, codes: map[string]int{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/app/{call}", s.call)
	mux.HandleFunc("GET /sub", s.socket)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

// URL returns the URL to use instead of Bilibili's.
func (s *Server) URL() string { return "http://" + s.address }

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

// Silent means no answer at all, for "auth" and "beat".
const Silent = -1

// Answer sets the code with which a call ("start", "heartbeat", "end"), or a socket's
// message ("auth", "beat"), is answered from now on; 0 is the ordinary answer.
func (s *Server) Answer(call string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[call] = code
}

// Calls receives each correctly signed call, as "start" or "end g-1".
func (s *Server) Calls() <-chan string { return s.calls }

// Joined receives each socket that has signed in.
func (s *Server) Joined() <-chan *Client { return s.joined }

// Say sends a command to every socket.
func (s *Server) Say(command string) {
	s.mu.Lock()
	clients := s.clients
	s.mu.Unlock()
	for _, c := range clients {
		c.Send(Packet(0, 5, []byte(command)))
	}
}

func (s *Server) call(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if fault := s.check(r, body); fault != "" {
		fmt.Fprintf(w, `{"code":4002,"message":%q,"request_id":"r"}`, fault)
		return
	}
	var sent struct {
		Code   string
		AppID  int64  `json:"app_id"`
		GameID string `json:"game_id"`
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		fmt.Fprint(w, `{"code":4000,"message":"body"}`)
		return
	}
	call := r.PathValue("call")
	s.mu.Lock()
	code := s.codes[call]
	s.mu.Unlock()
	s.calls <- strings.TrimSpace(call + " " + sent.GameID)
	switch {
	case code != 0:
		fmt.Fprintf(w, `{"code":%d,"message":"invented","request_id":"r1","data":null}`, code)
	case call == "start" && sent.Code != Code:
		fmt.Fprint(w, `{"code":7007,"message":"身份码错误","request_id":"r1","data":null}`)
	case call == "start" && strconv.FormatInt(sent.AppID, 10) == AppID:
		s.mu.Lock()
		s.game++
		game := s.game
		s.mu.Unlock()
		fmt.Fprintf(w, `{"code":0,"message":"ok","request_id":"r2","data":{"game_info":{"game_id":"g-%d"},"websocket_info":{"auth_body":"{\"roomid\":42,\"key\":\"k-%d\"}","wss_link":["ws://%s/sub"]},"anchor_info":{"room_id":42,"uid":0,"open_id":"o_anchor","uname":"小美","uface":""}}}`,
			game, game, s.address)
	case call == "start":
		fmt.Fprint(w, `{"code":4001,"message":"app_id"}`)
	default:
		fmt.Fprint(w, `{"code":0,"message":"ok","request_id":"r3","data":{}}`)
	}
}

// check verifies the signature as Open Live does.
func (s *Server) check(r *http.Request, body []byte) string {
	sum := md5.Sum(body)
	nonce := r.Header.Get("x-bili-signature-nonce")
	stamp := r.Header.Get("x-bili-timestamp")
	var lines []string
	for _, h := range []string{
		"x-bili-accesskeyid", "x-bili-content-md5", "x-bili-signature-method", "x-bili-signature-nonce", "x-bili-signature-version", "x-bili-timestamp",
	} {
		lines = append(lines, h+":"+r.Header.Get(h))
	}
	mac := hmac.New(sha256.New, []byte(Secret))
	mac.Write([]byte(strings.Join(lines, "\n")))
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := strconv.ParseInt(stamp, 10, 64)
	switch {
	case r.Header.Get("x-bili-content-md5") != hex.EncodeToString(sum[:]):
		return "content-md5"
	case r.Header.Get("x-bili-accesskeyid") != KeyID:
		return "accesskeyid"
	case nonce == "" || s.nonces[nonce]:
		return "nonce"
	case err != nil:
		return "timestamp"
	case r.Header.Get("Authorization") != hex.EncodeToString(mac.Sum(nil)):
		return "signature"
	case r.Header.Get("Content-Type") != "application/json":
		return "content type"
	}
	s.nonces[nonce] = true
	return ""
}

// Client is one socket.
type Client struct {
	ws    *websocket.Conn
	mu    sync.Mutex
	beats chan struct{}
	gone  chan struct{}
	Auth  string // the client's sign-in message
}

func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &Client{ws: ws, beats: make(chan struct{}, 1_024), gone: make(chan struct{})}
	defer func() {
		close(c.gone)
		_ = ws.Close()
	}()
	for {
		_, data, err := ws.ReadMessage()
		if err != nil || len(data) < 16 {
			return
		}
		switch body := data[16:]; binary.BigEndian.Uint32(data[8:]) {
		case 7:
			c.Auth = string(body)
			answer := `{"code":0}`
			s.mu.Lock()
			code := s.codes["auth"]
			if code != 0 {
				answer = fmt.Sprintf(`{"code":%d}`, code)
			}
			closed := s.closed
			s.clients = append(s.clients[:len(s.clients):len(s.clients)], c)
			s.mu.Unlock()
			if closed {
				return
			}
			if code != Silent {
				c.Send(Packet(1, 8, []byte(answer)))
			}
			s.joined <- c
		case 2:
			s.mu.Lock()
			silent := s.codes["beat"] == Silent
			s.mu.Unlock()
			if !silent {
				// The length does not include the echo of the client's message.
				c.Send(append(Packet(1, 3, []byte{0, 0, 0x30, 0x39}), body...))
			}
			select {
			case c.beats <- struct{}{}:
			default:
			}
		}
	}
}

// Send sends a frame.
func (c *Client) Send(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
	_ = c.ws.WriteMessage(websocket.BinaryMessage, frame) // a client that has gone does not concern the script
}

// Beats receives once for each heartbeat.
func (c *Client) Beats() <-chan struct{} { return c.beats }

// Drop ends the connection abruptly.
func (c *Client) Drop() { _ = c.ws.NetConn().Close() }

// Gone is closed when the connection has ended.
func (c *Client) Gone() <-chan struct{} { return c.gone }

// Packet returns one packet.
func Packet(version uint16, op uint32, body []byte) []byte {
	out := make([]byte, 16, 16+len(body))
	binary.BigEndian.PutUint32(out, uint32(16+len(body)))
	binary.BigEndian.PutUint16(out[4:], 16)
	binary.BigEndian.PutUint16(out[6:], version)
	binary.BigEndian.PutUint32(out[8:], op)
	binary.BigEndian.PutUint32(out[12:], 1)
	return append(out, body...)
}

// Zlib compresses packets into one.
func Zlib(packets ...[]byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(bytes.Join(packets, nil)) // into memory
	_ = w.Close()
	return Packet(2, 5, b.Bytes())
}

// Brotli compresses packets into one.
func Brotli(packets ...[]byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriter(&b)
	_, _ = w.Write(bytes.Join(packets, nil)) // into memory
	_ = w.Close()
	return Packet(3, 5, b.Bytes())
}

// Comment returns the command of one ordinary comment.
func Comment(id, openID, name, text string) string {
	data, err := json.Marshal(map[string]any{
		"room_id": 42, "open_id": openID, "union_id": "", "uname": name, "uface": "", "msg": text, "msg_id": id,
		"timestamp": time.Now().Unix(), "guard_level": 0, "dm_type": 0, "is_admin": 0,
	})
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return `{"cmd":"LIVE_OPEN_PLATFORM_DM","data":` + string(data) + `}`
}
