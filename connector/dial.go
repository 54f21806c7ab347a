package connector

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// handshakeWithin is how long a server may take to open a WebSocket.
const handshakeWithin = 10 * time.Second

// DialWebSocket opens a WebSocket at a URL, through the environment's proxy. It treats http
// and https as ws and wss. Any other answer than a WebSocket is a [*Fault]: a final one
// with [FaultKey] for 401 and 403 unless e.Keyless, otherwise a temporary one.
func (e Env) DialWebSocket(ctx context.Context, address string, protocols ...string) (*websocket.Conn, error) {
	for from, to := range map[string]string{"http://": "ws://", "https://": "wss://"} {
		if rest, ok := strings.CutPrefix(address, from); ok {
			address = to + rest
		}
	}
	dialer := websocket.Dialer{
		NetDialContext: e.Dial, Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshakeWithin, Subprotocols: protocols,
	}
	ws, resp, err := dialer.DialContext(ctx, address, nil)
	if !errors.Is(err, websocket.ErrBadHandshake) || resp == nil {
		return ws, err
	}
	switch {
	case !e.Keyless && (resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden):
		return nil, Stop(FaultKey, resp.Status)
	case resp.StatusCode == http.StatusTooManyRequests:
		return nil, Retry(FaultTooFast, resp.Status, nil)
	case resp.StatusCode >= http.StatusInternalServerError:
		return nil, Retry(FaultPlatform, resp.Status, nil)
	}
	return nil, Retry(FaultAnswer, resp.Status+" instead of a WebSocket", nil)
}
