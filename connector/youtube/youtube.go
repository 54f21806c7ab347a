// Package youtube reads the live chat of a broadcast through the YouTube Data API v3, with
// the streamer's own key. It uses only documented calls.
//
// Source of the protocol: "YouTube Live Streaming API", resource liveChatMessages, at
// developers.google.com.
package youtube

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/connector"
)

// Kind names this connector in settings. Its secret is "key".
const Kind = "youtube"

// api is YouTube's own URL.
const api = "https://www.googleapis.com"

// Times of one connection.
const (
	answerWithin = 15 * time.Second
	silentFor    = 10 * time.Minute // a stream that is silent for so long is reopened
	brief        = 30 * time.Second // a stream that ends earlier is not reopened at once
	lookAgain    = 15 * time.Minute // for a channel's next show: a search costs one of 100 a day
	upcoming     = time.Minute      // for a broadcast that has no chat yet
)

var (
	videoID   = regexp.MustCompile(`^[A-Za-z0-9_-]{11}$`)
	channelID = regexp.MustCompile(`^UC[A-Za-z0-9_-]{22}$`)
	handle    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^@[\p{L}\p{N}._·-]{1,60}$`) }) // see shortcut
)

// Source is the chat of one broadcast, or of one channel's broadcasts.
type Source struct {
	target  string
	key     string
	base    string
	env     connector.Env
	hurried time.Duration // the wait after the last refusal for speed

	// The state from which a later Run continues.
	chat  string // the chat's ID; empty: unknown
	title string
	token string // of the next page
	since time.Time
	bans  []string // IDs of the newest delivered bans, which history repeats
}

// Open makes the source of a target: a video's ID, a channel's ID, or a handle with its @.
// An error is a [*connector.Fault].
func Open(s connector.Settings, env connector.Env) (connector.Source, error) {
	if !videoID.MatchString(s.Target) && !channelID.MatchString(s.Target) && !handle().MatchString(s.Target) {
		return nil, connector.Stop(connector.FaultTarget, "enter a video's address, a channel's address or a handle with its @")
	}
	key := strings.TrimSpace(s.Secret["key"])
	if key == "" {
		return nil, connector.Stop(connector.FaultKeyMissing, "")
	}
	return &Source{target: s.Target, key: key, base: cmp.Or(strings.TrimSuffix(env.Base, "/"), api), env: env}, nil
}

// Run implements [connector.Source].
func (s *Source) Run(ctx context.Context, out connector.Sink) error {
	for {
		if s.chat == "" {
			if err := s.find(ctx, out); err != nil {
				return err
			}
		}
		err := s.follow(ctx, out)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if videoID.MatchString(s.target) || !ofShow(err) {
			return err
		}
		s.chat, s.token = "", "" // the channel's next show
		// For a while the search may still name the ended show.
		if err := s.wait(ctx, out, lookAgain); err != nil {
			return err
		}
	}
}

// ofShow reports whether a fault only says that one show has ended or has no readable chat.
// A channel's next show may be different.
func ofShow(err error) bool {
	switch fault := connector.Classify(err); fault.Code {
	case connector.FaultEnded, connector.FaultNoChannel, connector.FaultNotAllowed:
		return fault.Final
	}
	return false
}

// wait reports that no show is live, and waits.
func (s *Source) wait(ctx context.Context, out connector.Sink, d time.Duration) error {
	out.Waiting(cmp.Or(s.title, s.target))
	select {
	case <-s.env.Clock.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// find looks for the chat of the target, and waits until there is one.
func (s *Source) find(ctx context.Context, out connector.Sink) error {
	channel := s.target
	if handle().MatchString(s.target) && !videoID.MatchString(s.target) {
		var found struct{ Items []struct{ ID string } }
		if err := s.get(ctx, "channels", url.Values{"part": {"id"}, "forHandle": {s.target}}, &found); err != nil {
			return err
		}
		if len(found.Items) == 0 {
			return connector.Stop(connector.FaultNoChannel, "YouTube knows no channel "+s.target)
		}
		channel = found.Items[0].ID
	}
	for {
		video := s.target
		wait := upcoming
		if !videoID.MatchString(s.target) {
			var found struct {
				Items []struct {
					ID struct {
						VideoID string `json:"videoId"`
					}
				}
			}
			if err := s.get(ctx, "search", url.Values{
				"part": {"id"}, "channelId": {channel}, "eventType": {"live"}, "type": {"video"},
			}, &found); err != nil {
				return err
			}
			video, wait = "", lookAgain
			if len(found.Items) > 0 {
				video = found.Items[0].ID.VideoID
			}
		}
		if video != "" {
			if err := s.ask(ctx, video); err != nil && (video == s.target || !ofShow(err)) {
				return err
			}
			if s.chat != "" {
				s.since = s.env.Clock.Now() // earlier messages are history
				return nil
			}
		}
		if err := s.wait(ctx, out, wait); err != nil {
			return err
		}
	}
}

// ask requests a video's chat. Without an error and without a chat the show has not begun.
func (s *Source) ask(ctx context.Context, video string) error {
	var found struct {
		Items []struct {
			Snippet struct {
				Title, ChannelTitle, LiveBroadcastContent string
			}
			LiveStreamingDetails struct {
				ActiveLiveChatID string `json:"activeLiveChatId"`
				ActualEndTime    string
			}
		}
	}
	if err := s.get(ctx, "videos", url.Values{"part": {"snippet,liveStreamingDetails"}, "id": {video}}, &found); err != nil {
		return err
	}
	if len(found.Items) == 0 {
		return connector.Stop(connector.FaultNoChannel, "YouTube knows no video "+video)
	}
	v := found.Items[0]
	s.title, s.chat = cmp.Or(v.Snippet.ChannelTitle, v.Snippet.Title), v.LiveStreamingDetails.ActiveLiveChatID
	switch {
	case s.chat != "" || v.Snippet.LiveBroadcastContent == "upcoming":
		return nil
	case v.LiveStreamingDetails.ActualEndTime != "":
		return connector.Stop(connector.FaultEnded, "the broadcast has ended")
	case v.Snippet.LiveBroadcastContent == "live":
		return connector.Stop(connector.FaultNotAllowed, "the broadcast's chat is turned off")
	}
	return connector.Stop(connector.FaultEnded, "the video is not a broadcast, or has ended")
}

// follow reads the stream, and reopens it when it ended properly.
func (s *Source) follow(ctx context.Context, out connector.Sink) error {
	for {
		began := s.env.Clock.Now()
		if err := s.stream(ctx, out); err != nil {
			return err
		}
		if s.env.Clock.Now().Sub(began) < brief {
			return connector.Retry(connector.FaultLost, "YouTube ended the stream early", nil)
		}
	}
}

// stream reads one answer of the streaming call, which lasts until the server ends it.
func (s *Source) stream(ctx context.Context, out connector.Sink) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	query := url.Values{
		"liveChatId": {s.chat}, "part": {"id,snippet,authorDetails"}, "maxResults": {"500"},
	}
	fresh := s.token == "" // the first page brings history
	if !fresh {
		query.Set("pageToken", s.token)
	}
	arrived := make(chan struct{}, 1)
	watching := make(chan struct{})
	defer func() { <-watching }()
	defer cancel(nil)
	go func() {
		defer close(watching)
		s.watch(ctx, arrived, cancel)
	}()
	resp, err := s.call(ctx, "liveChat/messages/stream", query)
	if context.Cause(ctx) == errNoAnswer {
		return connector.Retry(connector.FaultSilent, errNoAnswer.Error(), nil)
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	received := func() {
		select {
		case arrived <- struct{}{}:
		default:
		}
	}
	received()
	s.hurried = 0
	out.Connected(s.title)
	err = pages(resp.Body, s.fault, func(p page) error {
		received()
		history := fresh
		fresh = false
		return s.deliverPage(p, history, out)
	})
	if context.Cause(ctx) == errSilent {
		return nil // reopened where it was
	}
	if err != nil {
		return fmt.Errorf("read YouTube's stream: %w", err)
	}
	return nil
}

// watch ends a stream that is silent for too long. The first signal is the server's answer
// itself, which must come soon.
func (s *Source) watch(ctx context.Context, arrived <-chan struct{}, cancel context.CancelCauseFunc) {
	limit, cause := answerWithin, errNoAnswer
	for {
		select {
		case <-arrived:
			limit, cause = silentFor, errSilent
		case <-s.env.Clock.After(limit):
			cancel(cause)
			return
		case <-ctx.Done():
			return
		}
	}
}

var errNoAnswer = fmt.Errorf("YouTube does not answer within %v", answerWithin)

var errSilent = fmt.Errorf("nothing came for %v", silentFor)

// deliverPage delivers the items of a page and remembers where the next one begins. It returns
// an error when the broadcast is over.
func (s *Source) deliverPage(p page, history bool, out connector.Sink) error {
	for _, raw := range p.Items {
		var it item
		if err := json.Unmarshal(raw, &it); err != nil { // skip only this item
			out.Skipped()
			continue
		}
		if ended := s.deliver(it, history, out); ended {
			return connector.Stop(connector.FaultEnded, "the broadcast has ended")
		}
	}
	s.token = cmp.Or(p.NextPageToken, s.token)
	if p.OfflineAt != "" {
		return connector.Stop(connector.FaultEnded, "the broadcast has ended")
	}
	return nil
}

// deliver delivers an item's content. It returns true when the chat has ended.
func (s *Source) deliver(it item, history bool, out connector.Sink) (ended bool) {
	sn := it.Snippet
	m := s.messageOf(it)
	// Types have two spellings: textMessageEvent and TEXT_MESSAGE_EVENT.
	switch strings.ToLower(strings.ReplaceAll(sn.Type, "_", "")) {
	case "textmessageevent":
		m.Text = cmp.Or(sn.TextMessageDetails.MessageText, sn.DisplayMessage)
	case "superchatevent":
		d := sn.SuperChatDetails
		m.Text, m.Paid = d.UserComment, paid(d.AmountMicros, d.Currency, d.Tier)
	case "superstickerevent":
		d := sn.SuperStickerDetails
		m.Text, m.Paid = d.SuperStickerMetadata.AltText, paid(d.AmountMicros, d.Currency, d.Tier)
	case "membermilestonechatevent":
		m.Text, m.Badge = sn.MemberMilestoneChatDetails.UserComment, cmp.Or(m.Badge, connector.Member)
	case "messagedeletedevent":
		s.removed(connector.Removal{MessageID: sn.MessageDeletedDetails.DeletedMessageID}, out)
	case "messageretractedevent":
		s.removed(connector.Removal{MessageID: sn.MessageRetractedDetails.RetractedMessageID}, out)
	case "tombstone":
		s.removed(connector.Removal{MessageID: it.ID}, out)
	case "userbannedevent":
		// A ban from before the connection may be over, or lifted here since: it does not
		// mute again.
		if !(history && m.At.Before(s.since)) {
			s.banned(it, out)
		}
	case "chatendedevent":
		return true
	}
	if m.Text == "" && m.Paid == nil || history && m.At.Before(s.since) {
		return false
	}
	m.Text, m.Emotes = emotesOf(m.Text)
	out.Message(m)
	return false
}

// messageOf returns the message of an item without its text: who wrote it, and when.
func (s *Source) messageOf(it item) connector.Message {
	m := connector.Message{
		ID: it.ID, Origin: comment.FromYouTube, UserID: cmp.Or(it.AuthorDetails.ChannelID, it.Snippet.AuthorChannelID),
		Name: strings.TrimPrefix(it.AuthorDetails.DisplayName, "@"),
	}
	var err error
	if m.At, err = time.Parse(time.RFC3339Nano, it.Snippet.PublishedAt); err != nil {
		m.At = s.env.Clock.Now()
	}
	switch {
	case it.AuthorDetails.IsChatOwner:
		m.Badge = connector.Broadcaster
	case it.AuthorDetails.IsChatModerator:
		m.Badge = connector.Moderator
	case it.AuthorDetails.IsChatSponsor:
		m.Badge = connector.Member
	}
	return m
}

// banned delivers a ban, unless it was delivered before.
func (s *Source) banned(it item, out connector.Sink) {
	if slices.Contains(s.bans, it.ID) {
		return
	}
	if it.ID != "" {
		s.bans = append(s.bans[max(0, len(s.bans)-maxBans+1):], it.ID)
	}
	d := it.Snippet.UserBannedDetails
	r := connector.Removal{UserID: d.BannedUserDetails.ChannelID}
	switch temporary := strings.HasSuffix(strings.ToLower(d.BanType), "temporary"); {
	case d.BanDurationSeconds > 0 && (temporary || d.BanType == ""):
		r.Mute = time.Duration(min(int64(d.BanDurationSeconds), 10*365*24*3600)) * time.Second
	case temporary:
		r.Mute = unsaidTimeOut
	default:
		r.Forever = true
	}
	s.removed(r, out)
}

// maxBans is how many bans are remembered.
const maxBans = 1_000

// unsaidTimeOut is the length of a time-out without a stated length, equal to YouTube's
// own. It is not a ban.
const unsaidTimeOut = 5 * time.Minute

func (s *Source) removed(r connector.Removal, out connector.Sink) {
	r.Origin = comment.FromYouTube
	if r.MessageID != "" || r.UserID != "" {
		out.Removal(r)
	}
}

// paid maps YouTube's eleven tiers to five levels.
func paid(micros number, currency string, tier number) *connector.Paid {
	if micros <= 0 {
		return nil
	}
	return &connector.Paid{Micros: int64(micros), Currency: currency, Level: int(min(max((tier+1)/2, 1), 5))}
}
