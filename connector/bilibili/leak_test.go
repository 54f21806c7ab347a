package bilibili_test

import (
	"net/http"
	"testing"
	"time"

	"danmaku/connector"
	"danmaku/connector/bilibili"
	"danmaku/connector/bilibili/bilibilitest"
	"danmaku/connector/connectortest"
)

// A thousand reconnects leave nothing behind.
func TestReconnectsLeakNothing(t *testing.T) {
	server, err := bilibilitest.Start()
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	connectortest.Reconnect(t, 1000, connector.Options{
		Kinds: map[string]connector.Open{"bilibili": bilibili.Open}, Bases: map[string]string{"bilibili": server.URL()},
		Env: connector.Env{HTTP: &http.Client{Transport: transport}},
	}, connector.Settings{ID: "c1", Room: "live", Kind: "bilibili", Secret: secrets()}, func() bool {
		select {
		case client := <-server.Joined():
			client.Drop()
			for { // each session is ended on Bilibili's side, too
				select {
				case call := <-server.Calls():
					if call != "start" && call[:4] == "end " {
						return true
					}
				case <-time.After(3 * time.Minute):
					return false
				}
			}
		case <-time.After(3 * time.Minute):
			return false
		}
	}, func() { server.Close(); transport.CloseIdleConnections() })
}
