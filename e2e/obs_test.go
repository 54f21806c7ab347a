package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"danmaku/e2e/browser"
)

// OBS's events for its browser source go from the overlay through the server
// into the log. The recording's start is the zero of an export, whose file omits
// earlier comments.
func TestAnExportStartsWithTheRecordingInOBS(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)
	overlay := browser.Open(t, p.overlay+"&duration=60")
	o.say("before the recording")
	overlay.Wait(containsJS(".dm-text", "before the recording"))
	overlay.Eval(`window.dispatchEvent(new CustomEvent("obsRecordingStarted"))`)

	export := func() (file, early string) {
		resp, err := o.http.Get(o.base + room + "/export?format=bilibili-xml")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("export: %d %v", resp.StatusCode, err)
		}
		return string(text), resp.Header.Get("Danmaku-Early")
	}
	for end, tick := time.Now().Add(3*time.Minute), time.Tick(2*time.Millisecond); ; <-tick { // until the server has logged it
		if _, early := export(); early == "1" {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the server has not received the recording")
		}
	}
	o.say("on the recording")
	file, _ := export()
	if !strings.Contains(file, ">on the recording<") || strings.Contains(file, "before the recording") {
		t.Errorf("the export holds\n%s", file)
	}
}
