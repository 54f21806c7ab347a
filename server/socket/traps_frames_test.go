package socket

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/comment"
	"danmaku/room"
)

// The traps of melody and gorilla concerning frames: how many, how long, how late.

// Writes in the connect handler wait for the pump, at most 64. Guard: the history is one
// frame, however long it is.
func TestHistoryIsOneFrame(t *testing.T) {
	h := newTestServer(t)
	at := time.Now()
	for i := range 3 * queueLen {
		_, err := h.Store.Append(t.Context(), room.Event{Room: "live", At: at, Kind: room.KindComment, Comment: comment.Comment{
			ID: comment.NewID(at, uint32(i)), At: at, Text: fmt.Sprint("comment ", i), User: "u",
			Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	key, err := h.Service.ScreenKey("live", room.Overlay)
	if err != nil {
		t.Fatal(err)
	}
	var pos room.Position
	if err := h.Service.Still("live", room.ViewOverlay, func(p room.Position) { pos = p }); err != nil {
		t.Fatal(err)
	}
	d := websocket.Dialer{HandshakeTimeout: patience}
	conn, _, err := d.Dial("ws://"+h.base+"/api/rooms/live/socket?role=overlay&key="+key+"&since="+pos.Epoch+":0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got := 0
	if hello := next(t, conn, "hello"); hello["resumed"] != true {
		t.Fatalf("hello: %v", hello)
	}
	for got < 3*queueLen {
		got += len(next(t, conn, "events")["events"].([]any))
	}
	if got != 3*queueLen {
		t.Errorf("%d events came", got)
	}
}

// melody accepts 512 bytes, gorilla any size. Guard: 4 KiB are accepted, and not one more.
func TestFramesHaveABound(t *testing.T) {
	h := newTestServer(t)
	conn := h.phone()
	next(t, conn, "hello")
	frame := func(size int) []byte {
		b := []byte(`{"type":"send","ref":"big","text":""}`)
		return append(b[:len(b)-2], strings.Repeat("x", size-len(b))+`"}`...)
	}
	if err := conn.WriteMessage(websocket.TextMessage, frame(maxFrame)); err != nil {
		t.Fatal(err)
	}
	if a := next(t, conn, "ack"); a["code"] != "too_long" {
		t.Errorf("%d bytes are answered %v", maxFrame, a)
	}
	if err := conn.WriteMessage(websocket.TextMessage, frame(maxFrame+1)); err != nil {
		t.Fatal(err)
	}
	if _, code := ended(t, conn); code != websocket.CloseMessageTooBig {
		t.Errorf("one more closes with %d", code)
	}
}

// melody answers any number of pings, and accepts any number of frames; gorilla accepts any
// number of frames for one message. Guard: each connection has a bucket for control frames,
// one for messages and one for the frames of a message.
func TestFloodsEndTheConnection(t *testing.T) {
	for name, flood := range map[string]struct{ kind, fine int }{
		"pings": {websocket.PingMessage, 4 * controlRate}, "pongs": {websocket.PongMessage, 4 * controlRate},
		"beats": {websocket.TextMessage, 2 * frameRate}, "binary": {websocket.BinaryMessage, 2 * frameRate},
		"empty frames of one message": {continuation, 2 * frameRate},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestServer(t)
			conn := h.phone()
			next(t, conn, "hello")
			pongs := 0
			conn.SetPongHandler(func(string) error { pongs++; return nil })
			write := func() error {
				if flood.kind == websocket.PingMessage || flood.kind == websocket.PongMessage {
					return conn.WriteControl(flood.kind, nil, time.Now().Add(patience))
				}
				if flood.kind == continuation {
					_, err := conn.NetConn().Write(maskedFrame(0, 0))
					return err
				}
				return conn.WriteMessage(flood.kind, []byte(plainBeat))
			}
			if flood.kind == continuation { // a message has begun
				if _, err := conn.NetConn().Write(maskedFrame(websocket.TextMessage, 0)); err != nil {
					t.Fatal(err)
				}
			}
			for range flood.fine {
				if err := write(); err != nil {
					t.Fatal(err)
				}
			}
			if flood.kind == websocket.PingMessage { // none of these exceeded the limit
				if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"send","text":"after them"}`)); err != nil {
					t.Fatal(err)
				}
				next(t, conn, "ack")
				if pongs != flood.fine {
					t.Errorf("%d pings had %d answers", flood.fine, pongs)
				}
			}
			for range 20 * flood.fine { // more than the refill meanwhile
				if write() != nil {
					break // it has closed already
				}
			}
			if _, code := ended(t, conn); code != websocket.ClosePolicyViolation {
				t.Errorf("closed with %d", code)
			}
		})
	}
}

// continuation is the opcode of a message's later frames.
const continuation = 0

// The other guards rely on the absence of these calls.
func TestNoCodeUsesUnsafeMelodyCalls(t *testing.T) {
	traps := map[string]string{
		"BroadcastMultiple": "stops at the first closed session", "HandleClose": "removes the close echo",
		"HandleRequest": "has no keys, and handlers need the client", "EnableCompression": "compresses for each client, and takes 400,000 bytes out of a limit of 512",
		"ConcurrentMessageHandling": "would race the client's buckets",
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			var word string
			switch n := n.(type) {
			case *ast.SelectorExpr:
				word = n.Sel.Name
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok {
					word = id.Name
				}
			}
			if why, bad := traps[word]; bad {
				t.Errorf("%s uses %s, which %s", name, word, why)
			}
			return true
		})
	}
}
