package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"

	"danmaku/e2e/browser"
)

// In a tunnel and behind a locked screen no typed text is lost, and
// nothing is sent twice.
func TestPhoneLosesNoComment(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)

	t.Run("a tunnel", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		phone.Ignore("ERR_INTERNET_DISCONNECTED") // Chromium reports our disconnection
		sendTo(phone, "before the tunnel")
		phone.Wait(containsJS(".feed .own.shown", "before the tunnel"))
		phone.Tunnel()
		phone.Wait(containsJS("#banner.calm", "No connection"))
		sendTo(phone, "in the tunnel")
		phone.Wait(containsJS(".feed .own.queued", "in the tunnel"))
		sendTo(phone, "deep in the tunnel")
		phone.Wait(containsJS(".feed .own.queued", "deep in the tunnel"))
		typeText(phone, "half a sen")
		missed := o.say("said outside")
		gone := o.say("said and taken down outside")
		o.call("POST", room+"/comments/"+gone+"/remove", nil)
		o.call("POST", room+"/comments/"+o.historyRows("before the tunnel")[0]["id"].(string)+"/remove", nil)
		phone.Line(0, 0)
		phone.Wait(containsJS(".feed .own.shown", "in the tunnel") + ` && ` + containsJS(".feed .own.shown", "deep in the tunnel"))
		phone.Wait(containsJS("#banner.good", "2 sent"))
		phone.Wait(containsJS(".feed li", "said outside"))
		if isTrue(phone, containsJS(".feed li", "before the tunnel")+` || `+containsJS(".feed li", "taken down outside")) {
			t.Error("a comment removed meanwhile is in the list")
		}
		if fieldText(phone) != "half a sen" {
			t.Errorf("the field holds %q", fieldText(phone))
		}
		for _, text := range []string{"in the tunnel", "deep in the tunnel"} {
			if n := len(o.historyRows(text)); n != 1 {
				t.Errorf("%q was sent %d times", text, n)
			}
		}
		phone.Wait(`!document.querySelector("#banner").checkVisibility()`)
		if missed == "" {
			t.Error("nothing was missed")
		}
	})

	t.Run("a reload in the middle", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		phone.Ignore("ERR_INTERNET_DISCONNECTED")
		phone.Tunnel()
		phone.Wait(containsJS("#banner.calm", "No connection"))
		sendTo(phone, "queued over a reload")
		phone.Wait(containsJS(".feed .own.queued", "queued over a reload"))
		typeText(phone, "and this half")
		phone.Line(0, 0)
		phone.Goto(p.audience)
		phone.Wait(containsJS(".feed .own.shown", "queued over a reload"))
		if fieldText(phone) != "and this half" || len(o.historyRows("queued over a reload")) != 1 {
			t.Errorf("the field holds %q, sent %d times", fieldText(phone), len(o.historyRows("queued over a reload")))
		}
	})

	t.Run("an answer that never came", func(t *testing.T) {
		phone := browser.NewPhone(t)
		phone.Ignore("ERR_INTERNET_DISCONNECTED")
		// The connection breaks after the comment is sent and before its answer arrives.
		phone.Before(`(() => {
			const Real = WebSocket;
			let swallowed = false;
			window.WebSocket = class extends Real {
				send(data) {
					super.send(data);
					if (data.includes('"send"') && !swallowed) {
						swallowed = true;
						const hear = this.onmessage;
						this.onmessage = (e) => (e.data.includes('"ack"') ? this.close() : hear.call(this, e));
					}
				}
			};
		})();`)
		phone.Goto(p.audience)
		phone.Wait(greeted)
		sendTo(phone, "answered late")
		phone.Wait(containsJS(".feed .own.shown", "answered late"))
		if n := len(o.historyRows("answered late")); n != 1 {
			t.Errorf("it was sent %d times", n)
		}
	})

	t.Run("locked for a while", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		phone.Ignore("Back-Forward Cache") // how Chromium puts a page to sleep
		sendTo(phone, "good night")
		phone.Wait(containsJS(".feed .own.shown", "good night"))
		typeText(phone, "still here")
		browser.Call(phone, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: "frozen"})
		for i := range 60 { // more than a phone keeps
			o.say(fmt.Sprint("in the night ", i))
		}
		browser.Call(phone, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: "active"})
		phone.Wait(containsJS(".feed li", "in the night 59"))
		if fieldText(phone) != "still here" {
			t.Errorf("the field holds %q", fieldText(phone))
		}
	})

	t.Run("the server starts anew", func(t *testing.T) {
		// Reconnects are spread: of many attempts no two have the same wait.
		phone := browser.NewPhone(t)
		phone.Ignore("ERR_INTERNET_DISCONNECTED")
		phone.Goto(p.audience)
		phone.Wait(greeted)
		waits := browser.Value[[]float64](phone, `import(new URL("../shared/socket.js", document.querySelector("script[type=module]").src)).then(({ RoomSocket }) => {
			const waits = [];
			for (let i = 0; i < 50; i++) {
				class Dead { readyState = 0; constructor() { this.onclose = null; queueMicrotask(() => this.onclose?.({ code: 1006 })); } close() {} }
				const env = { WebSocket: Dead, location, setTimeout: (fn, ms) => { if (ms < 11_000) waits.push(ms); return 0; }, clearTimeout() {}, now: () => 0, random: Math.random, onWake: () => () => {}, report() {} };
				new RoomSocket({ room: "live", role: "audience", env }).connect();
			}
			return new Promise((done) => setTimeout(() => done(waits)));
		})`)
		low, high := waits[0], waits[0]
		for _, w := range waits {
			low, high = min(low, w), max(high, w)
		}
		if len(waits) != 50 || high-low < 200 {
			t.Errorf("%d waits between %v and %v ms", len(waits), low, high)
		}
	})
}

// Two tabs are one person; if cookies are blocked, a person can still send
// and delete.
func TestPhoneIdentity(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)

	t.Run("two tabs are one person", func(t *testing.T) {
		one := openPhone(t, p.audience)
		two := one.Sibling()
		two.Goto(p.audience)
		two.Wait(greeted)
		sendTo(one, "from the first tab")
		two.Wait(containsJS(".feed .own", "from the first tab"))
		sendTo(two, "from the second tab")
		one.Wait(containsJS(".feed .own", "from the second tab"))
		sendTo(two, "again")
		two.Wait(containsJS(".feed .own.shown", "again"))
		sendTo(one, "too much") // the limit is the person's, not the tab's
		one.Wait(containsJS("#strip", "You can send again in"))
		a, b := o.historyRows("from the first tab")[0], o.historyRows("from the second tab")[0]
		if a["user"] != b["user"] {
			t.Errorf("two people: %v and %v", a["user"], b["user"])
		}
	})

	t.Run("a private window is somebody else", func(t *testing.T) {
		one, two := openPhone(t, p.audience), openPhone(t, p.audience) // each has its own profile
		sendTo(one, "public")
		one.Wait(containsJS(".feed .own.shown", "public"))
		two.Wait(containsJS(".feed li:not(.own)", "public"))
		sendTo(two, "private")
		two.Wait(containsJS(".feed .own.shown", "private"))
	})

	t.Run("blocked cookies", func(t *testing.T) {
		phone := browser.NewPhone(t)
		// Like a browser that blocks them: none is sent, none is kept, and
		// storage throws.
		browser.Call(phone, emulation.SetDocumentCookieDisabled, emulation.SetDocumentCookieDisabledParams{Disabled: true})
		phone.Before(`for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });`)
		phone.Goto(p.audience)
		phone.Wait(greeted)
		browser.Call(phone, network.ClearBrowserCookies, cdp.Empty{})
		phone.Ignore("ERR_INTERNET_DISCONNECTED")
		phone.Tunnel()
		phone.Wait(containsJS("#banner.calm", "No connection"))
		phone.Line(0, 0)
		phone.Wait(`!` + containsJS("#banner", "No connection") + ` && ` + containsJS("#status", "here"))
		sendTo(phone, "no cookie")
		phone.Wait(containsJS(".feed .own.shown", "no cookie"))
		tap(phone, ".feed .own .offer")
		phone.Wait(containsJS("#strip.good", "Taken back"))
		if row := o.historyRows("no cookie")[0]; row["status"] != "removed" {
			t.Errorf("the log says %v", row)
		}
		// The same person after the next tunnel.
		sendTo(phone, "still me")
		phone.Wait(containsJS(".feed .own.shown", "still me"))
		phone.Tunnel()
		phone.Wait(containsJS("#banner.calm", "No connection"))
		phone.Line(0, 0)
		phone.Wait(`!` + containsJS("#banner", "No connection"))
		sendTo(phone, "me again")
		phone.Wait(containsJS(".feed .own.shown", "me again"))
		if a, b := o.historyRows("still me")[0], o.historyRows("me again")[0]; a["user"] != b["user"] {
			t.Errorf("two people: %v and %v", a["user"], b["user"])
		}
	})
}

// Without JavaScript the form sends and the page shows the outcome.
func TestPhoneWithoutJavaScript(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)
	o.call("PUT", room+"/rules", map[string]any{"name": "test", "text": "forbidden"})
	phone := browser.NewPhone(t)
	phone.Ignore("422") // Chromium reports the status of a page that says why
	browser.Call(phone, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	phone.Goto(p.audience)
	post := func(text string) string {
		t.Helper()
		phone.Eval(`document.querySelector("#text").focus()`)
		for i, line := range strings.Split(text, "\n") { // Enter breaks a line here, and the server joins the lines
			if i > 0 {
				phone.Key("Enter", 13)
			}
			phone.Type(line)
		}
		loaded := phone.Loaded()
		tap(phone, "#send")
		loaded()
		return browser.Value[string](phone, `document.querySelector("#strip").textContent`)
	}
	if got := post("plain and\nsimple"); !strings.Contains(got, "Sent, but no overlay is connected") {
		t.Errorf("the page says %q", got)
	}
	if n := len(o.historyRows("plain and simple")); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
	if got := post("forbidden thing"); !strings.Contains(got, "Please word it differently") {
		t.Errorf("the page says %q", got)
	}
	if got := fieldText(phone); got != "forbidden thing" {
		t.Errorf("the field holds %q", got)
	}
	if isTrue(phone, `[...document.querySelectorAll(".script")].some((e) => e.checkVisibility())`) {
		t.Error("the page offers something that needs JavaScript")
	}
}
