package server

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
)

// A photo that may not be sent is refused without waiting for its body, and the connection
// ends after the answer.
func TestARefusedPhotoIsAnsweredAtOnce(t *testing.T) {
	h := newTestServer(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	phone := &http.Client{Jar: jar, Timeout: patience}
	page, err := phone.Get("http://" + h.base + "/r/live")
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	req, err := http.NewRequest(http.MethodPost, "http://"+h.base+"/api/rooms/live/items/nowall/photos?ref=p1", strings.NewReader("no picture"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Requested-With", "danmaku")
	req.Header.Set("Content-Type", "image/jpeg")
	resp, err := phone.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound || !resp.Close {
		t.Errorf("answered %s, and the connection ends: %v", resp.Status, resp.Close)
	}
}
