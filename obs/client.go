// Package obs is a client of obs-websocket 5, which every OBS Studio since version 28
// contains. The protocol is described in
// https://github.com/obsproject/obs-websocket/blob/master/docs/generated/protocol.md
package obs

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

// subprotocol requests JSON; OBS also supports MessagePack.
const subprotocol = "obswebsocket.json"

// rpcVersion is the version of the protocol that we implement.
const rpcVersion = 1

// answerWithin is how long OBS may take for each answer. It answers from its
// drawing thread, which may be busy loading a scene.
const answerWithin = 10 * time.Second

// maxMessage is the most bytes of one message that are read. A list of the sources of a
// large collection has a few hundred kilobytes.
const maxMessage = 8 << 20

// Kinds of message, the field op.
const (
	opHello      = 0
	opIdentify   = 1
	opIdentified = 2
	opRequest    = 6
	opResponse   = 7
)

// closeWrongPassword is the close code of OBS for a wrong authentication.
const closeWrongPassword = 4009

// Faults that the user can mend.
var (
	ErrUnreachable   = errors.New("OBS does not answer")
	ErrWrongPassword = errors.New("OBS refuses the password")
	ErrNoBrowser     = errors.New("this OBS has no browser source")
	ErrNameTaken     = errors.New("OBS has something else of that name, which is not a browser source")
)

// Codes of a [StatusError] that we handle.
const (
	codeNotFound      = 600
	codeAlreadyExists = 601
	codeInvalidType   = 602
	codeInvalidKind   = 605
)

// StatusError is a request that OBS refused.
type StatusError struct {
	Request string // such as CreateInput
	Code    int    // of RequestStatus in the protocol
	Comment string // OBS's own words, often empty
}

// Error implements error.
func (e *StatusError) Error() string {
	text := "OBS refuses " + e.Request + " with " + strconv.Itoa(e.Code)
	if e.Comment != "" {
		text += ": " + e.Comment
	}
	return text
}

// refused reports whether err is OBS's refusal with a code.
func refused(err error, code int) bool {
	var s *StatusError
	return errors.As(err, &s) && s.Code == code
}

// Client is a connection to OBS. It serves one request at a time and is not
// safe for concurrent use.
type Client struct {
	conn *websocket.Conn
	next int
	stop func() bool
}

// message is the envelope of every message.
type message struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
}

type hello struct {
	Authentication *struct {
		Challenge string `json:"challenge"`
		Salt      string `json:"salt"`
	} `json:"authentication"`
}

type identify struct {
	RPCVersion     int    `json:"rpcVersion"`
	Authentication string `json:"authentication,omitempty"`
	Events         int    `json:"eventSubscriptions"` // none: we only ask
}

type request struct {
	Type string `json:"requestType"`
	ID   string `json:"requestId"`
	Data any    `json:"requestData,omitempty"`
}

type response struct {
	ID     string `json:"requestId"`
	Status struct {
		Result  bool   `json:"result"`
		Code    int    `json:"code"`
		Comment string `json:"comment"`
	} `json:"requestStatus"`
	Data json.RawMessage `json:"responseData"`
}

// Dial connects to OBS. It calls password only if OBS requires one. The connection ends with
// ctx. Errors: [ErrUnreachable], [ErrWrongPassword], the error of password, and faults of the
// protocol.
func Dial(ctx context.Context, url string, password func() (string, error)) (*Client, error) {
	stop := func() bool { return true }
	dialer := websocket.Dialer{Subprotocols: []string{subprotocol}, HandshakeTimeout: answerWithin,
		// DialContext follows the deadline of ctx during the handshake, but not its cancellation.
		NetDialContext: func(dialing context.Context, network, address string) (net.Conn, error) {
			var d net.Dialer
			conn, err := d.DialContext(dialing, network, address)
			if err == nil {
				stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
			}
			return conn, err
		},
	}
	conn, _, err := dialer.DialContext(ctx, url, nil)
	if err != nil {
		stop()
		return nil, fmt.Errorf("%w at %s: %w", ErrUnreachable, url, err)
	}
	conn.SetReadLimit(maxMessage)
	c := &Client{conn: conn, stop: stop}
	if err := c.greet(password); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// greet reads the hello and identifies this client, with a password if OBS requires one.
func (c *Client) greet(password func() (string, error)) error {
	var h hello
	if err := c.read(opHello, &h); err != nil {
		return fmt.Errorf("read the greeting of OBS: %w", err)
	}
	self := identify{RPCVersion: rpcVersion}
	if a := h.Authentication; a != nil {
		p, err := password()
		if err != nil {
			return err
		}
		self.Authentication = Answer(p, a.Salt, a.Challenge)
	}
	if err := c.write(opIdentify, self); err != nil {
		return fmt.Errorf("greet OBS: %w", err)
	}
	err := c.read(opIdentified, &struct{}{})
	if websocket.IsCloseError(err, closeWrongPassword) {
		return ErrWrongPassword
	}
	if err != nil {
		return fmt.Errorf("greet OBS: %w", err)
	}
	return nil
}

// Answer returns the proof that the client knows the password:
// base64(sha256(base64(sha256(password + salt)) + challenge)).
func Answer(password, salt, challenge string) string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	return hash(hash(password+salt) + challenge)
}

// Close ends the connection.
func (c *Client) Close() {
	c.stop()
	closeMessage := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.conn.WriteControl(websocket.CloseMessage, closeMessage, time.Now().Add(time.Second)) // it is closed anyway
	_ = c.conn.Close()
}

// call makes one request; answer may be nil. A refusal is a [*StatusError].
func (c *Client) call(name string, data, answer any) error {
	c.next++
	id := strconv.Itoa(c.next)
	if err := c.write(opRequest, request{Type: name, ID: id, Data: data}); err != nil {
		return fmt.Errorf("ask OBS for %s: %w", name, err)
	}
	var r response
	for r.ID != id { // skip late answers to earlier requests
		r = response{}
		if err := c.read(opResponse, &r); err != nil {
			return fmt.Errorf("read the answer of OBS to %s: %w", name, err)
		}
	}
	if !r.Status.Result {
		return &StatusError{Request: name, Code: r.Status.Code, Comment: r.Status.Comment}
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(r.Data, answer); err != nil {
		return fmt.Errorf("decode the answer of OBS to %s: %w", name, err)
	}
	return nil
}

func (c *Client) write(op int, data any) error {
	j, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if err := c.conn.SetWriteDeadline(time.Now().Add(answerWithin)); err != nil {
		return err
	}
	return c.conn.WriteJSON(message{Op: op, Data: j})
}

// read waits for a message of a kind, decodes its data, and skips messages of other kinds.
func (c *Client) read(op int, into any) error {
	if err := c.conn.SetReadDeadline(time.Now().Add(answerWithin)); err != nil {
		return err
	}
	for {
		var m message
		if err := c.conn.ReadJSON(&m); err != nil {
			return err
		}
		if m.Op == op {
			return json.Unmarshal(m.Data, into)
		}
	}
}
