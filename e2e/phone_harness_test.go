package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// owner runs the room over HTTP, as the console does.
type owner struct {
	t    *testing.T
	base string
	http http.Client
}

// owner signs in with the link that the start printed, and returns the owner.
func (p product) owner(t *testing.T) *owner {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	base, _, _ := strings.Cut(p.console, "/console/")
	o := &owner{t: t, base: base, http: http.Client{Jar: jar}}
	resp, err := o.http.Get(p.console)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the console answers %d", resp.StatusCode)
	}
	return o
}

// call sends JSON, or raw bytes, and returns the answer.
func (o *owner) call(method, path string, body any) map[string]any {
	o.t.Helper()
	b, raw := body.([]byte)
	if !raw && body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			o.t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, o.base+path, bytes.NewReader(b))
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("X-Requested-With", "danmaku")
	req.Header.Set("Content-Type", "application/json")
	resp, err := o.http.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		o.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, text, err)
	}
	var answer map[string]any
	if len(text) > 0 {
		if err := json.Unmarshal(text, &answer); err != nil {
			o.t.Fatal(err)
		}
	}
	return answer
}

const room = "/api/rooms/live"

// changeSettings changes the room's settings.
func (o *owner) changeSettings(fields map[string]any) {
	o.t.Helper()
	o.call("PATCH", room, fields)
}

// say writes as the owner, who has no limits.
func (o *owner) say(text string) string {
	o.t.Helper()
	return o.call("POST", room+"/comments", map[string]any{"text": text})["id"].(string)
}

// startItem starts an item, and returns its id.
func (o *owner) startItem(kind string, spec map[string]any) string {
	o.t.Helper()
	return o.call("POST", room+"/items", map[string]any{"kind": kind, "spec": spec, "start": true})["id"].(string)
}

// historyRows returns the history's comments with a text.
func (o *owner) historyRows(text string) (found []map[string]any) {
	o.t.Helper()
	for _, c := range o.call("GET", room+"/comments?limit=200", nil)["comments"].([]any) {
		if row := c.(map[string]any); row["text"] == text {
			found = append(found, row)
		}
	}
	return found
}

// openPhone is a phone on the audience page.
func openPhone(t *testing.T, url string) *browser.Page {
	t.Helper()
	p := browser.NewPhone(t)
	p.Goto(url)
	p.Wait(greeted)
	return p
}

const greeted = `document.documentElement.dataset.greeted !== undefined`

// typeText puts a text into the field as a keyboard does.
func typeText(p *browser.Page, text string) {
	p.Eval(`document.querySelector("#text").focus()`)
	p.Type(text)
}

// tap presses the element of a selector.
func tap(p *browser.Page, selector string) {
	p.Eval(`document.querySelector("` + strings.ReplaceAll(selector, `"`, `\"`) + `").click()`)
}

// sendTo writes a text and taps the button.
func sendTo(p *browser.Page, text string) {
	typeText(p, text)
	tap(p, "#send")
}

// fieldText returns the text in the field.
func fieldText(p *browser.Page) string {
	return browser.Value[string](p, `document.querySelector("#text").value`)
}

// isTrue evaluates a condition once.
func isTrue(p *browser.Page, js string) bool { return browser.Value[bool](p, "Boolean("+js+")") }

// clearField clears the field, as a person does.
func clearField(p *browser.Page) {
	p.Eval(`(() => { const f = document.querySelector("#text"); f.value = ""; f.dispatchEvent(new Event("input", { bubbles: true })); })()`)
}
