package emotes

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	png_ "image/png"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// wires answers requests without a network.
type wires func(*http.Request) (status int, body []byte)

func (w wires) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := w(r)
	return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(body)), Header: http.Header{"Location": {"https://static-cdn.jtvnw.net/good"}}, Request: r}, nil
}

// most is how many bytes the caches of these tests hold.
const most = 4 << 20

var png = picture(png_.Encode, 28, 28)

// picture is an empty picture of the given size.
func picture(encode func(io.Writer, image.Image) error, width, height int) []byte {
	var b bytes.Buffer
	if err := encode(&b, image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White})); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// webp is a picture of one pixel.
var webp = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

// openCache opens a cache whose fetches the returned function waits for.
func openCache(t *testing.T, dir string, w wires, now func() time.Time) (*Cache, func()) {
	t.Helper()
	c := Open(Options{Dir: dir, HTTP: w, Log: slog.New(slog.DiscardHandler), Now: now, Most: most})
	ended := make(chan struct{}, waitingMost)
	c.changed = func() { ended <- struct{}{} }
	t.Cleanup(c.Close)
	return c, func() {
		t.Helper()
		select {
		case <-ended:
		case <-time.After(3 * time.Minute):
			t.Fatal("no fetch ended")
		}
	}
}

// A file that is no picture, too large, or from another host is never stored.
func TestOnlyPicturesOfPlatformsAreKept(t *testing.T) {
	asked := make(chan string, 100)
	c, wait := openCache(t, filepath.Join(t.TempDir(), "emotes"), func(r *http.Request) (int, []byte) {
		asked <- r.URL.String()
		switch r.URL.Path {
		case "/good":
			return 200, png
		case "/gif":
			return 200, picture(func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }, 56, 56)
		case "/webp":
			return 200, webp
		case "/large":
			return 200, append(bytes.Clone(png), make([]byte, maxPicture)...)
		case "/wide": // few bytes, but very many pixels
			return 200, picture(png_.Encode, 30_000, 1)
		case "/cut":
			return 200, png[:12]
		case "/moved":
			return 302, nil
		case "/page":
			return 200, []byte("<svg onload=alert(1)>")
		}
		return 404, nil
	}, nil)
	for path, kind := range map[string]string{
		"/good": "image/png", "/gif": "image/gif", "/webp": "image/webp", "/large": "", "/wide": "", "/cut": "", "/moved": "", "/page": "", "/none": "",
	} {
		address := "https://static-cdn.jtvnw.net" + path
		if p := c.Path(address); p != "" {
			t.Errorf("%s is there before it was fetched: %s", path, p)
		}
		wait()
		p := c.Path(address) // a failed one is not fetched again
		if (p != "") != (kind != "") {
			t.Errorf("%s: %q", path, p)
			continue
		}
		if kind == "" {
			continue
		}
		if b, got, ok := c.Picture(filepath.Base(p)); !ok || got != kind || len(b) == 0 {
			t.Errorf("%s: %s, %v", path, got, ok)
		}
	}
	for range 9 {
		<-asked
	}
	for _, address := range []string{
		"http://static-cdn.jtvnw.net/a", "https://evil.example/a", "https://static-cdn.jtvnw.net.evil.example/a", "https://evilggpht.com/a", "https://yt3.ggpht.com.evil.example/a",
		"https://1.0.0.127.bc.googleusercontent.com/a", "https://script.googleusercontent.com/a", "https://yt5.ggpht.com/a", "https://hdslb.com/a",
		"https://static-cdn.jtvnw.net:8443/a", "https://u@static-cdn.jtvnw.net/a", "https://127.0.0.1/a", "javascript:x", "",
	} {
		if p := c.Path(address); p != "" || len(c.queue) != 0 {
			t.Errorf("%s: %q", address, p)
		}
	}
	if len(asked) != 0 {
		t.Errorf("%s was asked for", <-asked)
	}
	for _, name := range []string{"../secret.key", "x", ""} {
		if _, _, ok := c.Picture(name); ok {
			t.Errorf("%q is a picture", name)
		}
	}
}

// The folder is bounded, the newest pictures stay, and existing ones are known after a
// restart.
func TestTheFolderIsBounded(t *testing.T) {
	dir := t.TempDir()
	size := maxPicture
	n := most/size + 1
	c, wait := openCache(t, dir, func(*http.Request) (int, []byte) {
		return 200, append(bytes.Clone(png), make([]byte, size-len(png))...)
	}, nil)
	address := func(i int) string { return fmt.Sprintf("https://i0.hdslb.com/%d.png", i) }
	for i := range n {
		c.Path(address(i))
		wait()
		if p := c.Path(address(i)); i < n-1 {
			old := time.Now().Add(time.Duration(i-n) * time.Minute)
			if err := os.Chtimes(filepath.Join(dir, filepath.Base(p)), old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	if c.total > most || c.Path(address(n-1)) == "" {
		t.Errorf("%d bytes are kept; the newest at %q", c.total, c.Path(address(n-1)))
	}
	if c.Path(address(0)) != "" {
		t.Error("the oldest is still there")
	}
	wait()
	again, _ := openCache(t, dir, func(*http.Request) (int, []byte) { return 404, nil }, nil)
	if again.Path(address(n-1)) == "" {
		t.Error("a restart does not know the existing pictures")
	}
}

// A failed fetch is retried after a while, not before.
func TestFailedFetchesAreTriedAgainLater(t *testing.T) {
	now, status := time.Now(), 500
	c, wait := openCache(t, t.TempDir(), func(*http.Request) (int, []byte) { return status, png }, func() time.Time { return now })
	const address = "https://files.kick.com/emotes/1/fullsize"
	c.Path(address)
	wait()
	status = 200
	if c.Path(address); len(c.queue) != 0 {
		t.Error("it is tried again at once")
	}
	c.mu.Lock()
	now = now.Add(failedFor)
	c.mu.Unlock()
	c.Path(address)
	wait()
	if c.Path(address) == "" {
		t.Error("it was not tried again")
	}
}
