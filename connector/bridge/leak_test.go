package bridge_test

import (
	"testing"
	"time"

	"danmaku/connector"
	"danmaku/connector/bridge"
	"danmaku/connector/bridge/bridgetest"
	"danmaku/connector/connectortest"
)

// A thousand reconnects to each tool leave nothing behind.
func TestReconnectsLeakNothing(t *testing.T) {
	for kind := range bridge.Kinds() {
		t.Run(kind, func(t *testing.T) {
			server, err := bridgetest.Start(kind)
			if err != nil {
				t.Fatal(err)
			}
			connectortest.Reconnect(t, 1000, connector.Options{
				Kinds: bridge.Kinds(), Bases: map[string]string{kind: server.URL()},
			}, connector.Settings{ID: "c1", Room: "live", Kind: kind, Secret: secrets}, func() bool {
				select {
				case client := <-server.Ready():
					client.Drop()
					return true
				case <-time.After(3 * time.Minute):
					return false
				}
			}, server.Close)
		})
	}
}
