package connector_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"danmaku/connector"
	"danmaku/connector/bridge"
	"danmaku/connector/connectortest"
	"danmaku/connector/twitch"
)

// Each answer other than a WebSocket becomes its own fault.
func TestDialWebSocket(t *testing.T) {
	status := 0
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
	plain, secure := httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer plain.Close()
	defer secure.Close()
	strict := httptest.NewUnstartedServer(handler)
	strict.Config.ErrorLog = log.New(io.Discard, "", 0)
	strict.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, io.EOF }}
	strict.StartTLS()
	defer strict.Close()
	for _, row := range []struct {
		address string
		status  int
		code    connector.Code
		final   bool
	}{
		{plain.URL, 200, connector.FaultAnswer, false},
		{plain.URL, 302, connector.FaultAnswer, false},
		{plain.URL, 401, connector.FaultKey, true},
		{plain.URL, 403, connector.FaultKey, true},
		{plain.URL, 404, connector.FaultAnswer, false},
		{plain.URL, 429, connector.FaultTooFast, false},
		{plain.URL, 502, connector.FaultPlatform, false},
		{secure.URL, 200, connector.FaultTLS, false}, // an unknown certificate
		{strict.URL, 200, connector.FaultTLS, false},
		{strings.Replace(plain.URL, "http:", "wss:", 1), 200, connector.FaultTLS, false},
		{strings.Replace(secure.URL, "https:", "ws:", 1), 200, connector.FaultAnswer, false},
		{"ws://127.0.0.1:1", 200, connector.FaultNotRunning, false},
	} {
		status = row.status
		_, err := connector.Env{Dial: (&net.Dialer{}).DialContext}.DialWebSocket(t.Context(), row.address)
		if f := connector.Classify(err); err == nil || f.Code != row.code || f.Final != row.final {
			t.Errorf("%s with %d: %v, final %v", row.address, row.status, f, f.Final)
		}
	}
}

// A kind without a secret does not depend on a key, so an answer 401 or 403 does not stop
// the chat: it is tried again.
func TestForbiddenWebSockets(t *testing.T) {
	kinds := bridge.Kinds()
	kinds["twitch"] = twitch.Open
	for _, status := range []int{401, 403} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }))
		defer server.Close()
		for kind, final := range map[string]bool{
			"twitch": false, "onecomme": false, "tikfinity": false, "ssn": true, "streamerbot": true, "blivechat": true, "laplace": true,
		} {
			source, err := kinds[kind](
				connector.Settings{Target: "mika", Secret: map[string]string{"session": "abcdef", "code": "A1B2C3D4E5F6G"}},
				connector.Env{Dial: (&net.Dialer{}).DialContext, Clock: connectortest.NewClock(), Jitter: func() float64 { return 0 }, Base: server.URL},
			)
			if err != nil {
				t.Fatal(err)
			}
			f := connector.Classify(source.Run(t.Context(), connectortest.NewSink(t)))
			if f.Final != final || (f.Code == connector.FaultKey) != final {
				t.Errorf("%s with %d: %v, final %v", kind, status, f, f.Final)
			}
		}
	}
}

// asks is a source that makes one call.
type asks struct {
	env  connector.Env
	took chan<- int
}

func (a asks) Run(ctx context.Context, _ connector.Sink) error {
	resp, err := a.env.HTTP.Get(a.env.Base)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	a.took <- resp.StatusCode
	<-ctx.Done()
	return ctx.Err()
}

// A redirect is not followed, since it would send keys to another host.
func TestRedirectionsAreNotFollowed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}
	}))
	defer server.Close()
	took := make(chan int, 1)
	s := connector.New(connector.Options{
		Kinds: map[string]connector.Open{"fake": func(_ connector.Settings, env connector.Env) (connector.Source, error) { return asks{env, took}, nil }},
		Rooms: newRooms(), Bases: map[string]string{"fake": server.URL}, Log: slog.New(slog.DiscardHandler),
	})
	defer s.Close()
	s.Set(chat)
	if status := <-took; status != http.StatusFound {
		t.Errorf("got %d", status)
	}
}
