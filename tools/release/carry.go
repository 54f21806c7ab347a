package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// checkText is the text sent: its bytes would show a wrong build of SQLite or of the text
// tables.
const checkText = "前方高能 café 👋🏽"

// carry sends a comment as an audience of one, and waits until an overlay has it.
func carry(ctx context.Context, p *running) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	phone := &http.Client{Jar: jar, Timeout: patience}
	defer phone.CloseIdleConnections()
	page, err := ask(ctx, phone, http.MethodGet, p.base+"/r/live", nil)
	if err != nil {
		return err
	}
	if !bytes.Contains(page, []byte("<form")) {
		return fmt.Errorf("the audience's page has no form: %.200s", page)
	}
	dialer := websocket.Dialer{Subprotocols: []string{"danmaku.v1"}, HandshakeTimeout: patience}
	overlay, _, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(p.base, "http")+"/api/rooms/live/socket?role=overlay&key="+p.key, nil)
	if err != nil {
		return fmt.Errorf("the overlay's socket: %w", err)
	}
	defer overlay.Close()
	body, err := json.Marshal(map[string]string{"text": checkText, "mode": "top", "color": "#ff8000"})
	if err != nil {
		return err
	}
	if _, err := ask(ctx, phone, http.MethodPost, p.base+"/api/rooms/live/comments", body); err != nil {
		return err
	}
	return arrives(overlay)
}

// arrives reads frames until one contains the comment.
func arrives(overlay *websocket.Conn) error {
	if err := overlay.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	for {
		var frame struct {
			Type   string
			Events []struct{ Type, Text, Mode, Color string }
		}
		if err := overlay.ReadJSON(&frame); err != nil {
			return fmt.Errorf("the comment did not reach the overlay: %w", err)
		}
		for _, e := range frame.Events {
			if e.Type == "comment" && e.Text == checkText && e.Mode == "top" && e.Color == "#ff8000" {
				return nil
			}
		}
	}
}

// ask sends a request and returns the body of a successful answer.
func ask(ctx context.Context, client *http.Client, method, address string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("X-Requested-With", "danmaku")
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s %s: %s %s", method, address, resp.Status, answer)
	}
	return answer, nil
}
