package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// What OBS tells its browser source goes from the overlay through the server
// into the log, and is the zero of an export: what came before the recording is
// not in its file.
func TestARecordingInOBSIsTheZeroOfAnExport(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)
	overlay := browser.Open(t, p.overlay)
	o.say("before the recording")
	overlay.Wait(has(".dm-text", "before the recording"))
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
	for n := 0; ; n++ { // until the server has noted it
		if _, early := export(); early == "1" {
			break
		}
		if n > 10_000 {
			t.Fatal("the server has not heard of the recording")
		}
	}
	o.say("on the recording")
	file, _ := export()
	if !strings.Contains(file, ">on the recording<") || strings.Contains(file, "before the recording") {
		t.Errorf("the export holds\n%s", file)
	}
}
