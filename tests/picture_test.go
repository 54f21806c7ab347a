package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"danmaku/room"
	"danmaku/store"
)

func asPNG(w io.Writer, i image.Image) error { return png.Encode(w, i) }

// pictureOf draws a picture to send.
func pictureOf(t *testing.T, w, h int, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		copy(img.Pix[4*i:], []byte{uint8(i % w), uint8(i / w), 80, 255})
	}
	var b bytes.Buffer
	if err := encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoomPicture(t *testing.T) {
	p := start(t, t.TempDir())
	put := func(b *browser, body []byte) (int, string) {
		t.Helper()
		req, err := http.NewRequest("PUT", p.base+"/api/rooms/live/picture", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Requested-With", "danmaku")
		resp, err := b.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	good := pictureOf(t, 1800, 300, asPNG) // wider than the stored picture
	owner := p.console()
	moderator := p.browser()
	moderator.do("GET", "/console?key="+p.link("moderator").Key, nil, nil)
	phone := p.phone().open("audience", "")
	phone.next("hello")

	var damaged = bytes.Clone(good[:len(good)/2])
	for _, tt := range []struct {
		name   string
		who    *browser
		body   []byte
		status int
		says   string
	}{
		{"nobody", p.browser(), good, 401, ""},
		{"an audience member", p.phone(), good, 401, ""},
		{"a moderator", moderator, good, 403, ""},
		{"nothing", owner, nil, 422, "not a picture"},
		{"a page", owner, []byte("<!doctype html><script>alert(1)</script>"), 422, "not a picture"},
		{"a drawing with scripts", owner, []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), 422, "not a picture"},
		{"half a picture", owner, damaged, 422, "damaged"},
		{"a dot", owner, pictureOf(t, 2, 2, asPNG), 422, "16 by 16"},
		{"a bomb", owner, pictureOf(t, 8000, 2001, func(w io.Writer, i image.Image) error {
			return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, image.NewPaletted(i.Bounds(), color.Palette{color.Black, color.White}))
		}), 422, "million pixels"},
		{"too many bytes", owner, append(bytes.Clone(good), make([]byte, 2<<20)...), 422, "Send at most"},
		{"a JPEG", owner, pictureOf(t, 640, 200, func(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }), 200, ""},
		{"a GIF", owner, pictureOf(t, 320, 100, func(w io.Writer, i image.Image) error { return gif.Encode(w, i, nil) }), 200, ""},
		{"a PNG", owner, append(bytes.Clone(good), []byte("<script>appended</script>")...), 200, ""},
	} {
		if status, body := put(tt.who, tt.body); status != tt.status || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %s", tt.name, status, body)
		}
	}
	var answer struct{ Look struct{ Picture string } }
	_, text := owner.do("GET", "/api/rooms/live", nil, ours)
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	address := answer.Look.Picture
	if !strings.HasPrefix(address, "/r/live/picture/") {
		t.Fatalf("the room has %s", text)
	}
	phone.until("the picture", func(e event) bool { return e.Type == "room" })
	resp, err := http.Get(p.base + address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	size, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || kind != "jpeg" || size.Width != 1280 || size.Height != 213 || bytes.Contains(b, []byte("script")) {
		t.Errorf("the served picture is a %s of %d by %d, %v", kind, size.Width, size.Height, err)
	}
	if h := resp.Header; h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
		t.Errorf("headers: %v", h)
	}
	for _, path := range []string{"/r/live/picture/0000.jpg", "/r/live/picture/x", "/r/nowhere" + strings.TrimPrefix(address, "/r/live")} {
		if status, _ := p.browser().do("GET", path, nil, nil); status != http.StatusNotFound {
			t.Errorf("%s answers %d", path, status)
		}
	}
	_, page := p.browser().do("GET", "/r/live", nil, nil)
	if !strings.Contains(page, `src="`+address+`"`) || !strings.Contains(page, `og:image" content="http://127.0.0.1`) && !strings.Contains(page, address+`">`) {
		t.Error("the page does not show it")
	}

	// Replaced, then removed, then undone: only the shown picture is served.
	status := func(path string) int { got, _ := p.browser().do("GET", path, nil, nil); return got }
	if got, text := put(owner, pictureOf(t, 64, 64, asPNG)); got != 200 {
		t.Fatalf("%d %s", got, text)
	}
	if got := status(address); got != 404 {
		t.Errorf("the replaced picture answers %d", got)
	}
	_, text = owner.do("GET", liveRoom, nil, nil)
	decode(t, text, &answer)
	if got := status(answer.Look.Picture); got != 200 {
		t.Errorf("the new one answers %d", got)
	}
	owner.call("PATCH", liveRoom, map[string]any{"look": map[string]any{}}, 200)
	if got := status(answer.Look.Picture); got != 404 {
		t.Errorf("the removed picture answers %d", got)
	}
	acts := owner.call("GET", liveRoom+"/audit?act=settings&limit=1", nil, 200).Acts
	owner.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[0].ID, "/undo"), nil, 204)
	if got := status(answer.Look.Picture); got != 200 {
		t.Errorf("after the undo it answers %d", got)
	}
	// The one before it can be restored, too.
	acts = owner.call("GET", liveRoom+"/audit?act=settings&limit=3", nil, 200).Acts
	owner.call("POST", fmt.Sprint(liveRoom, "/audit/", acts[2].ID, "/undo"), nil, 204)
	if got := status(address); got != 200 {
		t.Errorf("the replaced picture, restored, answers %d", got)
	}
}

// The page loads only the address of the room's own picture: any other would be
// requested by every visitor and by the owner, with their cookies.
func TestNoForeignPicture(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	owner, mod := p.console(), p.moderator()
	owner.call("POST", "/api/rooms", map[string]any{"id": "other"}, 201)
	put := func(room string) string {
		t.Helper()
		req, err := http.NewRequest("PUT", p.base+"/api/rooms/"+room+"/picture", bytes.NewReader(pictureOf(t, 64, 64, asPNG)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Requested-With", "danmaku")
		resp, err := owner.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var r struct{ Look struct{ Picture string } }
		if err := json.NewDecoder(resp.Body).Decode(&r); err != nil || r.Look.Picture == "" {
			t.Fatalf("%d %v", resp.StatusCode, err)
		}
		return r.Look.Picture
	}
	foreign, own := put("other"), put("live")
	for _, planted := range []string{
		"/console/live?key=" + p.link("owner").Key, "/console/live", "/", "/r/live", "//evil.example/x.png", "https://evil.example/x.png",
		"/r/live/picture/../../../console/live", "/r/live/picture/0123456789abcdef.jpg", "/r/live/picture/0123456789ABCDEF.jpg",
		own + "?key=x", own + "#x", "/r/live/picture/x.jpg", " " + own, foreign, strings.Replace(foreign, "other", "live/x", 1), "javascript:alert(1)", "data:image/png;base64,AA",
	} {
		r := mod.call("PATCH", liveRoom, map[string]any{"look": map[string]string{"picture": planted}}, 422)
		if !strings.Contains(r.Message, "look.picture") {
			t.Errorf("%q: %s", planted, r.Message)
		}
	}
	owner.call("POST", "/api/rooms", map[string]any{"id": "third", "look": map[string]string{"picture": "/r/third/picture/0123456789abcdef.jpg"}}, 422)
	mod.call("PATCH", liveRoom, map[string]any{"look": map[string]string{"picture": own, "color": "#123456"}}, 200)
	mod.call("PATCH", liveRoom, map[string]any{"look": map[string]string{}}, 200)
	mod.call("PATCH", liveRoom, map[string]any{"look": map[string]string{"picture": own}}, 200)
	p.stop()

	// An address stored by an older version is not shown, and does no harm.
	db, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	setup := room.New("live")
	setup.Look.Picture = "/console/live?key=planted"
	if _, err := db.Append(t.Context(), room.Event{Room: "live", At: time.Now(), Kind: room.KindRoom, Setup: &setup, Changed: []string{"look"}}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	p = start(t, dir)
	if _, page := p.browser().do("GET", "/r/live", nil, nil); strings.Contains(page, "planted") {
		t.Error("the page shows the planted address")
	}
	if f := p.phone().open("audience", "").next("hello"); f.Room == nil || strings.Contains(fmt.Sprint(f.Room), "planted") {
		t.Errorf("the hello has it: %+v", f.Room)
	}
	p.moderator().call("PATCH", liveRoom, map[string]any{"title": "later"}, 200)
}
