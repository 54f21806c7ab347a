package youtube

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // quotas reset at Pacific time, also where the system has no time zones

	"danmaku/connector"
)

// Sizes of answers, in bytes.
const (
	maxAnswer = 1 << 20  // of an ordinary call
	maxPage   = 16 << 20 // of one page of the stream
)

// get makes one ordinary call and decodes the answer.
func (s *Source) get(ctx context.Context, path string, query url.Values, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	resp, err := s.call(ctx, path, query)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(answer); err != nil {
		return connector.Retry(connector.FaultAnswer, path, err)
	}
	return nil
}

// call returns an answer with status 200; the caller closes its body. The key goes in a
// header, since URLs end up in logs.
func (s *Source) call(ctx context.Context, path string, query url.Values) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/youtube/v3/"+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, connector.Stop(connector.FaultTarget, "the address of the API is malformed")
	}
	req.Header.Set("X-Goog-Api-Key", s.key)
	req.Header.Set("Accept", "application/json")
	resp, err := s.env.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask YouTube for %s: %w", path, err)
	}
	if resp.StatusCode == http.StatusOK && !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return resp, nil
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK { // from a network that requires a log-in first
		return nil, connector.Retry(connector.FaultAnswer, "a page in place of "+path, nil)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read YouTube's error: %w", err)
	}
	return nil, s.fault(resp.StatusCode, body)
}

// apiError is an error in the form of YouTube's API.
type apiError struct {
	Message string
	Status  string
	Errors  []struct{ Reason, Domain string }
	Details []struct {
		Reason   string
		Metadata map[string]any
	}
}

// reasons returns all stated reasons, without case and underscores.
func (e apiError) reasons() []string {
	var out []string
	for _, d := range e.Details {
		out = append(out, d.Reason)
	}
	for _, one := range e.Errors {
		out = append(out, one.Reason)
	}
	for i, reason := range out {
		out[i] = strings.ToLower(strings.ReplaceAll(reason, "_", ""))
	}
	return slices.DeleteFunc(out, func(reason string) bool { return reason == "" })
}

// daily reports whether a limit counts days: then slowing down does not help.
func (e apiError) daily() bool {
	for _, d := range e.Details {
		if limit, _ := d.Metadata["quota_limit"].(string); strings.Contains(strings.ToLower(limit), "perday") {
			return true
		}
	}
	return strings.Contains(strings.ToLower(e.Message), "per day")
}

// The meanings of errors' reasons.
var (
	quotaReasons = []string{"quotaexceeded", "dailylimitexceeded"}
	speedReasons = []string{"ratelimitexceeded", "userratelimitexceeded"}
	tokenReasons = []string{"invalidpagetoken", "pagetokeninvalid"}
	keyReasons   = []string{
		"keyinvalid", "keyexpired", "apikeyinvalid", "accessnotconfigured", "servicedisabled", "iprefererblocked", "apikeyserviceblocked",
		"apikeyhttpreferrerblocked", "apikeyipaddressblocked", "apikeyandroidappblocked", "apikeyiosappblocked", "consumersuspended",
		"consumerinvalid", "userprojectdenied",
	}
)

// fault converts an error answer. Only YouTube's own error is final: a proxy or a network
// that requires a log-in answers 403 and 404, too, with its own page.
func (s *Source) fault(status int, body []byte) *connector.Fault {
	// Streaming calls answer with an array. An unreadable answer has no reason.
	var many []json.RawMessage
	if json.Unmarshal(body, &many) == nil && len(many) > 0 {
		body = many[0]
	}
	var answer struct{ Error *apiError }
	if json.Unmarshal(body, &answer) != nil || answer.Error == nil {
		detail := fmt.Sprintf("%d without an error of YouTube's", status)
		if status == http.StatusTooManyRequests {
			return s.tooFast(detail)
		}
		return connector.Retry(connector.FaultPlatform, detail, nil)
	}
	reasons := answer.Error.reasons()
	detail := strings.TrimSpace(fmt.Sprintf("%d %s", status, strings.Join(slices.Compact(reasons), " ")))
	is := func(known ...string) bool {
		return slices.ContainsFunc(reasons, func(reason string) bool { return slices.Contains(known, reason) })
	}
	switch {
	case is(quotaReasons...), is(speedReasons...) && answer.Error.daily():
		return &connector.Fault{Code: connector.FaultQuota, RetryAt: nextMidnight(s.env.Clock.Now()), Detail: detail}
	case is(speedReasons...):
		return s.tooFast(detail)
	case is(tokenReasons...):
		s.token = "" // later messages are requested by time
		return connector.Retry(connector.FaultPlatform, detail, nil)
	case is("livechatended"):
		return connector.Stop(connector.FaultEnded, detail)
	case is("livechatnotfound"):
		return connector.Stop(connector.FaultNoChannel, detail)
	case is(keyReasons...):
		return connector.Stop(connector.FaultKey, detail)
	case is("livechatdisabled", "forbidden"):
		return connector.Stop(connector.FaultNotAllowed, detail)
	}
	switch {
	case status == http.StatusTooManyRequests:
		return s.tooFast(detail)
	case status == http.StatusUnauthorized, status == http.StatusBadRequest && strings.Contains(answer.Error.Message, "API key"):
		return connector.Stop(connector.FaultKey, detail)
	case status == http.StatusForbidden:
		return connector.Stop(connector.FaultNotAllowed, detail)
	case status == http.StatusNotFound:
		return connector.Stop(connector.FaultNoChannel, detail)
	}
	return connector.Retry(connector.FaultPlatform, detail, nil)
}

// tooFast doubles the wait with every consecutive refusal: 60 s up to 300 s.
func (s *Source) tooFast(detail string) *connector.Fault {
	s.hurried = min(max(2*s.hurried, time.Minute), 5*time.Minute)
	return &connector.Fault{Code: connector.FaultTooFast, RetryAt: s.env.Clock.Now().Add(s.hurried), Detail: detail}
}

// nextMidnight returns when Google resets the daily quotas: midnight Pacific time.
func nextMidnight(now time.Time) time.Time {
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil { // impossible: the zones are embedded
		return now.Add(24 * time.Hour)
	}
	local := now.In(pacific)
	return time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, pacific)
}

// page is a part of the stream.
type page struct {
	NextPageToken string
	OfflineAt     string
	Items         []json.RawMessage   // each an item
	Error         *struct{ Code int } // instead of a page
}

// item is one event of a chat.
type item struct {
	ID      string
	Snippet struct {
		Type               string
		AuthorChannelID    string `json:"authorChannelId"`
		PublishedAt        string // RFC 3339
		DisplayMessage     string
		TextMessageDetails struct{ MessageText string }
		SuperChatDetails   struct {
			AmountMicros number
			Currency     string
			UserComment  string
			Tier         number
		}
		SuperStickerDetails struct {
			SuperStickerMetadata struct{ AltText string }
			AmountMicros         number
			Currency             string
			Tier                 number
		}
		MemberMilestoneChatDetails struct{ UserComment string }
		MessageDeletedDetails      struct {
			DeletedMessageID string `json:"deletedMessageId"`
		}
		MessageRetractedDetails struct {
			RetractedMessageID string `json:"retractedMessageId"`
		}
		UserBannedDetails struct {
			BannedUserDetails struct {
				ChannelID string `json:"channelId"`
			}
			BanType            string
			BanDurationSeconds number
		}
	}
	AuthorDetails struct {
		ChannelID       string `json:"channelId"`
		DisplayName     string
		IsChatOwner     bool
		IsChatSponsor   bool
		IsChatModerator bool
	}
}

// number is a number that JSON contains as a number or as a string.
type number int64

// UnmarshalJSON decodes either form; anything else, or an unreasonable number, is zero.
func (n *number) UnmarshalJSON(data []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(data), `"`), 64)
	if err == nil && math.Abs(v) < 1e17 {
		*n = number(v)
	}
	return nil
}

// pages decodes the stream as it arrives: one JSON array that stays open, with a page for
// each batch. It also accepts consecutive pages without an array. It returns nil when the
// server ended the answer properly.
func pages(body io.Reader, fault func(status int, body []byte) *connector.Fault, each func(page) error) error {
	bounded := &bounded{r: body, left: maxPage}
	r := bufio.NewReader(bounded)
	array, err := begins(r)
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	dec := json.NewDecoder(r)
	if array {
		if _, err := dec.Token(); err != nil {
			return err
		}
	}
	for {
		if array && !dec.More() {
			// The end of the array, or of the connection: only the latter is a fault.
			_, err := dec.Token()
			return err
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			if !array && errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		bounded.left = maxPage
		p, err := decodePage(raw)
		if err != nil {
			return connector.Retry(connector.FaultAnswer, "a page of the chat", err)
		}
		if p.Error != nil {
			return fault(p.Error.Code, raw)
		}
		if err := each(p); err != nil {
			return err
		}
	}
}

// begins reports whether the first byte that is not a space opens an array.
func begins(r *bufio.Reader) (array bool, err error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return false, err
		}
		switch b {
		case ' ', '\n', '\r', '\t':
		case '[', '{':
			return b == '[', r.UnreadByte()
		default:
			return false, connector.Retry(connector.FaultAnswer, "the chat is no JSON", nil)
		}
	}
}

// bounded fails when more than left is read.
type bounded struct {
	r    io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, connector.Retry(connector.FaultAnswer, "a page of the chat is too long", nil)
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// snake matches a key in snake_case.
var snake = regexp.MustCompile(`"[a-z]+_[a-z_]+"\s*:`)

// decodePage decodes a page with keys in either case.
func decodePage(raw json.RawMessage) (p page, err error) {
	if snake.Match(raw) {
		var v any
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		if err := dec.Decode(&v); err != nil {
			return p, err
		}
		if raw, err = json.Marshal(camel(v)); err != nil {
			return p, err
		}
	}
	err = json.Unmarshal(raw, &p)
	return p, err
}

// camel removes the underscores from all keys. Keys are matched without case.
func camel(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[strings.ReplaceAll(key, "_", "")] = camel(value)
		}
		return out
	case []any:
		for i := range v {
			v[i] = camel(v[i])
		}
	}
	return v
}
