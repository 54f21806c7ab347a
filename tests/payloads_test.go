package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// payloads are texts that become script on a careless page.
var payloads = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `"><svg/onload=alert(1)>`, `'><b onclick=alert(1)>`,
	`<iframe src=javascript:alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `</title><script>alert(1)</script>`,
	`</script><script>alert(1)</script>`, `<!--<script>-->`, `<svg><script>alert(1)</script></svg>`, `<math><mi//xlink:href="data:x">`,
	`{{.Room}}`, `{{constructor.constructor('x')()}}`, `${alert(1)}`, `<style>*{display:none}</style>`, `<link rel=stylesheet href=//x>`,
	`<meta http-equiv=refresh content=0>`, `<base href=//evil.example>`, `<form action=//evil.example>`, `<input autofocus onfocus=alert(1)>`,
	`<details open ontoggle=alert(1)>`, `<video><source onerror=alert(1)>`, `<object data=x>`, `<embed src=x>`, `&lt;script&gt;`,
	`&#60;script&#62;`, `\u003cscript\u003e`, `%3Cscript%3E`, `<scr<script>ipt>`, `<plaintext>`,
}

// fetch is do that also returns the answer's headers.
func (b *browser) fetch(path string) (string, http.Header) {
	b.t.Helper()
	resp, err := b.http.Get(b.p.base + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text), resp.Header
}

// Text, name, room title, rule note and link label come back unchanged, as JSON
// that no browser renders as a page; and the pages that the
// server renders escape them.
func TestPayloadsAreText(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--room-rate", "0", "--address-rate", "0")
	owner := p.console()
	owner.call("PUT", liveRoom+"/rules", map[string]any{"name": "starter", "all": true, "on": false}, 200)
	s := p.phone().open("audience", "")
	plain, _ := p.browser().fetch("/r/live") // without any payload
	for i, payload := range payloads {
		short := []rune(payload)
		short = short[:min(len(short), 20)]
		s.write(map[string]string{"type": "send", "ref": fmt.Sprint("p", i), "text": payload, "name": string(short)})
		if a := s.next("ack"); a.Outcome == "shown" && (a.Comment.Text != payload || a.Comment.Name != strings.TrimSpace(string(short))) {
			t.Errorf("%s became %+v", payload, a.Comment)
		}
		owner.call("PATCH", liveRoom, map[string]any{"title": payload, "message": payload}, 200)
		owner.call("POST", "/api/links", map[string]any{"room": "live", "role": "sender", "label": payload}, 201)
		owner.call("PUT", liveRoom+"/rules", map[string]any{"name": fmt.Sprint("list ", i), "text": "zebra # " + payload}, 200)
		page, _ := p.browser().fetch("/r/live")
		for _, tag := range []string{"<script", "<img", "<svg", "<iframe", "<style", "<b ", "<plaintext", "<base", "<form", "<a ", "<embed", "<object", "<input", "<meta", "<link"} {
			if got, want := strings.Count(page, tag), strings.Count(plain, tag); got != want {
				t.Errorf("%s: the audience page has %d of %s, want %d", payload, got, tag, want)
			}
		}
	}
	for _, path := range []string{liveRoom, "/api/rooms", "/api/links", liveRoom + "/rules", liveRoom + "/audit?limit=200", liveRoom + "/comments?limit=200"} {
		text, header := owner.fetch(path)
		if !strings.HasPrefix(header.Get("Content-Type"), "application/json") || header.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(text, "<") {
			t.Errorf("%s: %s, or a bare < in it", path, header.Get("Content-Type"))
		}
		if !json.Valid([]byte(text)) {
			t.Errorf("%s: no JSON", path)
		}
	}
	text, _ := owner.fetch("/api/links")
	var got struct{ Links []struct{ Label string } }
	decode(t, text, &got)
	for _, payload := range payloads {
		found := false
		for _, l := range got.Links {
			found = found || l.Label == payload
		}
		if !found {
			t.Errorf("the label %s did not come back as written", payload)
		}
	}
	_, header := owner.fetch(liveRoom + "/audit?format=csv")
	if !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the export is shown, not saved: %v", header)
	}
}
