package client

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Sender sends comments to one room of a server, which may run anywhere, with the key of a
// sender link. Its methods are safe for concurrent use.
type Sender struct {
	HTTP *http.Client
	URL  string // of the room's comments
	Key  string
}

// NewSender returns a sender to a room of the server at base, which keeps as many
// connections open as there are workers. It follows no redirect.
func NewSender(base, roomID, key string, workers int) *Sender {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = workers
	return &Sender{
		HTTP: &http.Client{
			Transport: transport, Timeout: requestWithin,
			// A redirect would turn the POST into a GET.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		URL: base + "/api/rooms/" + roomID + "/comments", Key: key,
	}
}

// Comment holds the fields of a program's comment.
type Comment struct {
	Ref    string `json:"ref,omitempty"`
	Text   string `json:"text"`
	Name   string `json:"name,omitempty"`
	Mode   string `json:"mode,omitempty"`
	Color  string `json:"color,omitempty"`
	Size   string `json:"size,omitempty"`
	Author string `json:"author,omitempty"`
	Source string `json:"source,omitempty"`
}

// Answer is the server's answer to one comment. One from a server that is not danmaku has
// only Status, Wait and Location.
type Answer struct {
	Status   int           // of HTTP
	Wait     time.Duration // until the same may be sent again; a second if the server names none
	Location string        // of a redirect
	Outcome  string        // "shown" or "held"
	Code     string        // of an error
	Message  string
}

// sentLimit is how many bytes of an answer to a comment are read.
const sentLimit = 64 << 10

// Send sends one comment and returns the answer, including a refusal. An error means that
// no answer came.
func (s *Sender) Send(ctx context.Context, c Comment) (Answer, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return Answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+s.Key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.HTTP.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, sentLimit))
	if err != nil {
		return Answer{}, err
	}
	var said struct {
		Outcome string `json:"outcome"`
		Code    string `json:"code"`
		Message string `json:"message"`
		WaitMS  int64  `json:"wait_ms"`
	}
	_ = json.Unmarshal(text, &said) // another server's answer has only its status
	a := Answer{
		Status: resp.StatusCode, Wait: time.Duration(said.WaitMS) * time.Millisecond, Location: resp.Header.Get("Location"),
		Outcome: said.Outcome, Code: said.Code, Message: said.Message,
	}
	if a.Wait <= 0 {
		seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil {
			seconds = 1
		}
		a.Wait = time.Duration(seconds) * time.Second
	}
	return a, nil
}
