package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"danmaku/e2e/browser"

	"github.com/gorilla/websocket"
	"rsc.io/qr"
)

// overlayCSP is the policy that the server sends with the overlay's page.
const overlayCSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'"

// frame is a JSON object of the wire.
type frame map[string]any

// room stands in for the server: it serves the overlay's page and assets as
// they are in the tree, and sends the frames of a test over a real
// WebSocket. So these tests check the page independently of the server.
type room struct {
	*httptest.Server
	sockets chan *websocket.Conn
}

func newRoom(t *testing.T) *room {
	t.Helper()
	pages, err := template.ParseFiles("../assets/overlay/index.html", "../assets/overlay/chat.html")
	if err != nil {
		t.Fatal(err)
	}
	r := &room{sockets: make(chan *websocket.Conn, 16)}
	mux := http.NewServeMux()
	mux.Handle("GET /a/test/", http.StripPrefix("/a/test/", http.FileServer(http.Dir("../assets"))))
	for path, name := range map[string]string{"overlay": "index.html", "chat": "chat.html"} {
		mux.HandleFunc("GET /"+path+"/{room}", func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Content-Security-Policy", overlayCSP)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			type info struct{ ID, Title string }
			err := pages.ExecuteTemplate(w, name, map[string]any{
				"Base": "/a/test", "Lang": "zh-CN", "Room": info{req.PathValue("room"), "周五游戏夜"}, "Modules": []string{}, "Inline": struct{ Script template.JS }{},
			})
			if err != nil {
				t.Errorf("the page of %s: %v", path, err)
			}
		})
	}
	upgrader := websocket.Upgrader{Subprotocols: []string{"danmaku.v1"}}
	mux.HandleFunc("GET /api/rooms/{room}/socket", func(w http.ResponseWriter, req *http.Request) {
		conn, err := upgrader.Upgrade(w, req, nil)
		if err != nil {
			return // the upgrader has answered
		}
		r.sockets <- conn
	})
	mux.HandleFunc("GET /api/rooms/{room}/qr.svg", func(w http.ResponseWriter, req *http.Request) {
		if req.PathValue("room") == "missing" {
			http.NotFound(w, req)
			return
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		if err := codeSVG(w, "http://192.168.1.20:2333/r/live"); err != nil {
			t.Errorf("code: %v", err)
		}
	})
	mux.HandleFunc("GET /emotes/{name}", func(w http.ResponseWriter, req *http.Request) {
		http.ServeFile(w, req, "testdata/game.svg")
	})
	mux.HandleFunc("GET /game.svg", func(w http.ResponseWriter, req *http.Request) {
		http.ServeFile(w, req, "testdata/game.svg")
	})
	r.Server = httptest.NewServer(mux)
	t.Cleanup(r.Close)
	return r
}

// overlay opens the overlay with a query such as "bench=1&size=28" and waits
// until its engine is ready.
func (r *room) overlay(t *testing.T, query string) *browser.Page {
	t.Helper()
	p := browser.Open(t, r.URL+"/overlay/live?"+query)
	p.Eval("danmaku.ready")
	return p
}

// chat opens the chat box, as overlay opens the overlay.
func (r *room) chat(t *testing.T, query string) *browser.Page {
	t.Helper()
	p := browser.Open(t, r.URL+"/chat/live?"+query)
	p.Eval("danmaku.ready")
	return p
}

// accept waits for the page's socket and greets it as the server does.
func (r *room) accept(t *testing.T, hello frame) *websocket.Conn {
	t.Helper()
	conn := <-r.sockets
	t.Cleanup(func() { conn.Close() })
	full := frame{
		"type": "hello", "version": 1, "time": 1_700_000_100_000, "position": "e:10", "role": "overlay",
		"room": frame{"id": "live", "title": "周五游戏夜", "state": "open"}, "resumed": false, "recent": []frame{},
	}
	for k, v := range hello {
		full[k] = v
	}
	sendTo(t, conn, full)
	return conn
}

func sendTo(t *testing.T, conn *websocket.Conn, f frame) {
	t.Helper()
	if err := conn.WriteJSON(f); err != nil {
		t.Fatalf("write a frame: %v", err)
	}
}

// pushComments passes comments to the engine by its hook.
func pushComments(p *browser.Page, comments ...frame) {
	b, err := json.Marshal(comments)
	if err != nil {
		panic(err)
	}
	p.Eval("void danmaku.push(" + string(b) + ")")
}

// stats is the result of danmaku.stats().
type stats struct {
	Received, Placed, Active, Queued, Merged, Removed, Lanes, Pool, Ticks int
	Dropped                                                               struct{ Full, Late int }
}

func statsOf(p *browser.Page) stats {
	return browser.Value[stats](p, "danmaku.stats()")
}

// rect is one element of danmaku.rects().
type rect struct {
	ID         string
	Lane       int
	X, Y, W, H float64
}

func rectsOf(p *browser.Page) []rect {
	return browser.Value[[]rect](p, "danmaku.rects()")
}

// codeSVG draws the QR code of a text, with one unit per module.
func codeSVG(w io.Writer, text string) error {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 %d %[1]d" shape-rendering="crispEdges"><path fill="#13191b" d="`, code.Size+4)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(w, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	_, err = io.WriteString(w, `"/></svg>`)
	return err
}

// picture writes a screenshot to the folder PICTURES, for people to look at.
func picture(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	dir := os.Getenv("PICTURES")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), p.Screenshot(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// visiblePixels counts the pixels of a screenshot that are not transparent.
func visiblePixels(t *testing.T, shot []byte) int {
	t.Helper()
	return inkOutside(t, shot, image.Rectangle{})
}

// inkOutside counts the pixels outside of a rectangle that are not transparent.
func inkOutside(t *testing.T, shot []byte, inside image.Rectangle) int {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	var pixels []byte
	var stride int
	switch img := img.(type) {
	case *image.NRGBA:
		pixels, stride = img.Pix, img.Stride
	case *image.RGBA: // for an opaque image
		pixels, stride = img.Pix, img.Stride
	default:
		t.Fatalf("a screenshot of another kind: %T", img)
	}
	n := 0
	for i := 3; i < len(pixels); i += 4 {
		if pixels[i] > 0 && !image.Pt(i%stride/4, i/stride).In(inside) {
			n++
		}
	}
	return n
}

func farAway() time.Time { return time.Now().Add(time.Minute) }
