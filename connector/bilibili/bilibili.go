// Package bilibili reads a live room's comments through Bilibili's Open Live platform
// (直播开放平台), with a developer's own keys and the streamer's 身份码. Open Live reports neither
// deletions of ordinary comments nor bans: only super chats can be taken down there.
//
// Source of the protocol: the documentation of open-live.bilibili.com.
package bilibili

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"danmaku/connector"
)

// Kind names this connector in settings. Its secrets are "access_key_id",
// "access_key_secret", "app_id" and "code", the streamer's 身份码.
const Kind = "bilibili"

// api is Open Live's own URL.
const api = "https://live-open.biliapi.com"

// Times of one connection.
const (
	answerWithin   = 10 * time.Second
	authWithin     = 5 * time.Second
	sessionBeat    = 20 * time.Second // a session ends after 60 s without one
	socketBeat     = 30 * time.Second
	silentFor      = socketBeat + 5*time.Second
	endWithin      = 3 * time.Second
	sessionsAgain  = time.Minute
	dialsOfSession = 3 // failed dials before a new session is started
)

var userCode = regexp.MustCompile(`^[0-9A-Z]{12,14}$`)

// Source is one live room's chat.
type Source struct {
	keyID, keySecret string
	appID            int64
	code             string
	base             string
	env              connector.Env
}

// Open makes the source of a streamer's room. An error is a [*connector.Fault].
func Open(s connector.Settings, env connector.Env) (connector.Source, error) {
	out := &Source{
		keyID: strings.TrimSpace(s.Secret["access_key_id"]), keySecret: strings.TrimSpace(s.Secret["access_key_secret"]),
		code: strings.TrimSpace(s.Secret["code"]), base: cmp.Or(strings.TrimSuffix(env.Base, "/"), api), env: env,
	}
	app := strings.TrimSpace(s.Secret["app_id"])
	if out.keyID == "" || out.keySecret == "" || out.code == "" || app == "" {
		return nil, connector.Stop(connector.FaultKeyMissing, "Open Live needs access_key_id, access_key_secret, app_id and code")
	}
	var err error
	if out.appID, err = strconv.ParseInt(app, 10, 64); err != nil || out.appID <= 0 {
		return nil, connector.Stop(connector.FaultKey, "app_id is a number")
	}
	if !userCode.MatchString(out.code) {
		return nil, connector.Stop(connector.FaultUserCode, "a code has 12 to 14 digits and capital letters")
	}
	return out, nil
}

// session is the answer to start.
type session struct {
	GameInfo struct {
		GameID string `json:"game_id"`
	} `json:"game_info"`
	WebsocketInfo struct {
		AuthBody string   `json:"auth_body"`
		WssLink  []string `json:"wss_link"`
	} `json:"websocket_info"`
	AnchorInfo struct {
		RoomID int64 `json:"room_id"`
		Uname  string
	} `json:"anchor_info"`
}

// Run implements [connector.Source]. It ends the session on Bilibili's side before it
// returns, since an open session keeps the room occupied for a while.
func (s *Source) Run(ctx context.Context, out connector.Sink) error {
	var se session
	if err := s.post(ctx, "/v2/app/start", map[string]any{"code": s.code, "app_id": s.appID}, &se); err != nil {
		fault := faultOf(err)
		if f := connector.Classify(fault); f.Code == connector.FaultSessions {
			f.RetryAt = s.env.Clock.Now().Add(sessionsAgain)
		}
		return fault
	}
	defer s.end(ctx, se.GameInfo.GameID)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		s.beat(ctx, cancel, se.GameInfo.GameID)
	}()
	defer func() { <-beating }()
	defer cancel(nil)

	if len(se.WebsocketInfo.WssLink) == 0 {
		return connector.Retry(connector.FaultAnswer, "start named no server", nil)
	}
	var err error
	for n := range dialsOfSession {
		var answered bool
		answered, err = s.listen(ctx, se, se.WebsocketInfo.WssLink[n%len(se.WebsocketInfo.WssLink)], out)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if answered {
			return err
		}
	}
	return err
}

// end tells Bilibili that the session is over, also when ctx has ended.
func (s *Source) end(ctx context.Context, game string) {
	if game == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	_ = s.post(ctx, "/v2/app/end", map[string]any{"app_id": s.appID, "game_id": game}, nil) // otherwise it ends by itself within a minute
}

// beat keeps the session alive. When the session is gone, it ends the connection, so that a
// new one is started.
func (s *Source) beat(ctx context.Context, end context.CancelCauseFunc, game string) {
	if game == "" {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.env.Clock.After(sessionBeat):
		}
		err := s.post(ctx, "/v2/app/heartbeat", map[string]any{"game_id": game}, nil)
		var refused *answerError
		if errors.As(err, &refused) && (refused.code == codeGone || refused.code == codeGone2) {
			end(connector.Retry(connector.FaultReconnect, "the session is gone", nil))
			return
		}
	}
}

// trusts reports whether a server named by start is Bilibili's, or on the same host as the
// URL that replaces Bilibili's.
func (s *Source) trusts(link string) bool {
	server, err := url.Parse(link)
	if err != nil {
		return false
	}
	base, err := url.Parse(s.base)
	if err != nil {
		return false
	}
	if s.base != api {
		return server.Hostname() == base.Hostname() || isLoopback(server.Hostname()) && isLoopback(base.Hostname())
	}
	return server.Scheme == "wss" && strings.HasSuffix(server.Hostname(), ".bilibili.com")
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
