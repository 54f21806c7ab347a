package bilibili

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"danmaku/connector"
)

// Codes of Open Live's answers ("公共错误码" in its documentation). Others are temporary: 4004
// for a repeated call, 5000 to 5003 for its own faults.
const (
	codeOK       = 0
	codeStale    = 4003 // a call's time differs too much from Bilibili's
	codeBusy     = 4009 // too many calls
	codeGone     = 7003 // the session does not exist any more
	codeGone2    = 7000 // the same, when ending it
	codeTooFast  = 7001 // started again too soon
	codeTwice    = 7002 // the room has a session of this app already
	codeUserCode = 7007 // wrong 身份码
	codeSessions = 7010 // more than five sessions of one app in one room
)

// maxAnswer bounds an answer of the API, in bytes.
const maxAnswer = 1 << 20

// answerError is an answer with a code other than 0.
type answerError struct {
	code    int
	message string
}

func (e *answerError) Error() string { return fmt.Sprintf("Bilibili answers %d %s", e.code, e.message) }

// post makes one signed call and decodes the member data of its answer.
func (s *Source) post(ctx context.Context, path string, body, data any) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write a call to Bilibili: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+path, bytes.NewReader(text))
	if err != nil {
		return connector.Stop(connector.FaultTarget, "the address of the API is malformed")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	for _, h := range signed(text, s.keyID, s.keySecret, rand.Text(), s.env.Clock.Now()) {
		req.Header.Set(h[0], h[1])
	}
	resp, err := s.env.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("ask Bilibili for %s: %w", path, err)
	}
	defer resp.Body.Close()
	var answer struct {
		Code    int
		Message string
		Data    json.RawMessage
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&answer); err != nil {
		if resp.StatusCode != http.StatusOK {
			return connector.Retry(connector.FaultPlatform, resp.Status, nil)
		}
		return connector.Retry(connector.FaultAnswer, path, err)
	}
	if answer.Code != codeOK {
		return &answerError{answer.Code, answer.Message}
	}
	if data == nil || len(answer.Data) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		return connector.Retry(connector.FaultAnswer, path, err)
	}
	return nil
}

// signed returns the headers of a call. The signature covers those that begin with x-bili-,
// in alphabetical order ("签名算法" in Open Live's documentation).
func signed(body []byte, keyID, secret, nonce string, now time.Time) [][2]string {
	sum := md5.Sum(body)
	headers := [][2]string{
		{"x-bili-accesskeyid", keyID},
		{"x-bili-content-md5", hex.EncodeToString(sum[:])},
		{"x-bili-signature-method", "HMAC-SHA256"},
		{"x-bili-signature-nonce", nonce},
		{"x-bili-signature-version", "1.0"},
		{"x-bili-timestamp", strconv.FormatInt(now.Unix(), 10)},
	}
	lines := make([]string, len(headers))
	for i, h := range headers {
		lines[i] = h[0] + ":" + h[1]
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join(lines, "\n")))
	return append(headers, [2]string{"Authorization", hex.EncodeToString(mac.Sum(nil))})
}

// faultOf converts an error of start to a fault.
func faultOf(err error) error {
	refused, ok := err.(*answerError)
	if !ok {
		return err
	}
	detail := strconv.Itoa(refused.code) + " " + refused.message
	switch refused.code {
	case codeUserCode:
		// Bilibili blocks clients that try a wrong code repeatedly.
		return connector.Stop(connector.FaultUserCode, detail)
	case codeSessions, codeTwice:
		return connector.Retry(connector.FaultSessions, detail, nil)
	case codeStale:
		return connector.Retry(connector.FaultClock, detail, nil)
	case 4000, 4001, 4002, 4005, 4006, 4007, 4008, 4010, 4011, 4012, 4013, 8002:
		// It refuses parameters, app, signature, IP or permissions.
		return connector.Stop(connector.FaultKey, detail)
	case 5004, 5005:
		// The room is not on the app's list, or on the wrong one.
		return connector.Stop(connector.FaultNotAllowed, detail)
	case codeBusy, codeTooFast:
		return connector.Retry(connector.FaultTooFast, detail, nil)
	}
	return connector.Retry(connector.FaultPlatform, detail, nil)
}
