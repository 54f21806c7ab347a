package youtube_test

import (
	"net/http"
	"testing"
	"time"

	"danmaku/connector"
	"danmaku/connector/connectortest"
	"danmaku/connector/youtube"
	"danmaku/connector/youtube/youtubetest"
)

// A thousand reconnects leave nothing behind.
func TestReconnectsLeakNothing(t *testing.T) {
	server, err := youtubetest.Start()
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	connectortest.Reconnect(t, 1000, connector.Options{
		Kinds: map[string]connector.Open{"youtube": youtube.Open}, Bases: map[string]string{"youtube": server.URL()},
		Env: connector.Env{HTTP: &http.Client{Transport: transport}},
	}, connector.Settings{ID: "c1", Room: "live", Kind: "youtube", Target: youtubetest.Video, Secret: map[string]string{"key": youtubetest.Key}}, func() bool {
		select {
		case st := <-server.Streams():
			st.Send(nil) // it breaks within the array
			return true
		case <-time.After(3 * time.Minute):
			return false
		}
	}, func() { server.Close(); transport.CloseIdleConnections() })
}
