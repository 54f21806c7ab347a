package e2e

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"

	"danmaku/e2e/browser"
)

// free holds limits too high to affect a test.
var free = []string{"--user-rate", "0", "--address-rate", "0", "--room-rate", "0", "--sender-rate", "0"}

// openConsole opens the console of the room live.
func openConsole(t *testing.T, address string) *browser.Page {
	t.Helper()
	p := browser.New(t)
	p.Size(1440, 900, 1)
	p.Goto(address)
	p.Wait(`document.querySelector("#rate").textContent !== "–"`) // it has received the room
	return p
}

// press types one key on the page: a letter, or a name like KeyboardEvent.key.
func press(p *browser.Page, keys ...string) {
	for _, key := range keys {
		shift := int64(0)
		if rest, ok := strings.CutPrefix(key, "Shift+"); ok {
			key, shift = rest, 8
		}
		q := input.DispatchKeyEventParams{Key: key, Modifiers: shift}
		if len(key) == 1 {
			q.Text = key
			q.Code = "Key" + strings.ToUpper(key)
		}
		if key == "Enter" {
			q.Text, q.WindowsVirtualKeyCode = "\r", 13
		}
		if key == "Escape" {
			q.WindowsVirtualKeyCode = 27
		}
		q.Type = input.DispatchKeyEventTypeKeyDown
		browser.Call(p, input.DispatchKeyEvent, q)
		q.Type, q.Text = input.DispatchKeyEventTypeKeyUp, ""
		browser.Call(p, input.DispatchKeyEvent, q)
	}
}

// search opens the feed's search by its key and types into it.
func search(p *browser.Page, text string) {
	press(p, "/")
	p.Wait(`document.activeElement.id === "search"`)
	browser.Call(p, input.InsertText, input.InsertTextParams{Text: text})
}

// awaitQueueItem waits until a key applies to the current item of the queue, which contains
// the text.
func awaitQueueItem(p *browser.Page, text string) {
	p.Wait(containsJS(".held-item.current", text))
	p.Wait(`performance.now() - (window.since ??= performance.now()) > 400 && (window.since = undefined, true)`)
}

const holdBoss = "boss => hold\n"

func saveRules(h *runner, text string) {
	h.do("PUT", "/api/rooms/live/rules", map[string]any{"name": "words", "text": text, "on": true})
}

// A moderator sees each held comment with its match and approves
// it by one key; it flies, and its author is notified.
func TestAHeldCommentIsApprovedAndFlies(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	address, _ := h.makeLink("owner", "Mika")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := openConsole(t, address)
	phone := openConnectedPhone(t, p.audience)

	sendComment(phone, "the b.o.s.s is next")
	phone.Wait(containsJS("body", "Waiting for a moderator"))
	awaitQueueItem(console, "the b.o.s.s is next")
	if got := browser.Value[string](console, `document.querySelector(".held-item.current mark").textContent`); got != "b.o.s.s" {
		t.Errorf("marked is %q", got)
	}
	if active := browser.Value[int](overlay, `danmaku.stats().active`); active != 0 {
		t.Errorf("%d comments fly before the approval", active)
	}
	press(console, "a")
	overlay.Wait(containsJS(".dm-text", "the b.o.s.s is next"))
	phone.Wait(containsJS(".feed .own", "the b.o.s.s is next"))
	console.Wait(containsJS("#decided", "you approved"))
	console.Wait(`document.querySelector(".held-item") === null`)

	// A refused comment does not fly until the refusal is undone.
	sendComment(phone, "another boss")
	awaitQueueItem(console, "another boss")
	press(console, "r")
	console.Wait(containsJS("#decided", "you refused"))
	console.Wait(containsJS(".feed .row.refused", "another boss"))
	press(console, "z")
	overlay.Wait(containsJS(".dm-text", "another boss"))
}

// A flying comment leaves the overlay after the click, and no other one does.
func TestAFlyingCommentIsRemoved(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := openConsole(t, address)
	s := h.sender()
	s.say("moss", "take me down", nil)
	s.say("noodle", "let me fly", nil)
	overlay.Wait(containsJS(".dm-text", "take me down"))
	overlay.Wait(containsJS(".dm-text", "let me fly"))
	console.Wait(containsJS(".feed .row", "take me down"))

	// Both pages record the time by the same clock.
	overlay.Eval(`(() => { window.gone = new Promise((done) => {
		const look = () => [...document.querySelectorAll(".dm-text")].some((e) => e.isConnected && e.textContent.includes("take me down") && getComputedStyle(e).visibility !== "hidden") ? setTimeout(look, 1) : done(Date.now());
		look();
	}); })()`)
	clicked := browser.Value[float64](console, `(() => { [...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("take me down")).querySelector(".danger").click(); return Date.now(); })()`)
	gone := browser.Value[float64](overlay, `window.gone`)
	t.Logf("gone %v ms after the click", gone-clicked) // measured by BenchmarkClickToGone
	if !browser.Value[bool](overlay, containsJS(".dm-text", "let me fly")) {
		t.Error("the other comment went, too")
	}
	console.Wait(containsJS(".feed .row.removed", "Mika"))
}

// A comment taken down during the broadcast delay never reaches the overlay.
func TestRecallDuringTheDelay(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	h.do("PATCH", "/api/rooms/live", map[string]any{"delay_ms": 10_000}) // a slow machine takes seconds for the recall
	overlay := browser.Open(t, p.overlay+"&duration=60")
	overlay.Wait(`window.danmaku !== undefined`)
	overlay.Eval(`window.seen = []; new MutationObserver(() => { for (const e of document.querySelectorAll(".dm-text")) window.seen.push(e.textContent); }).observe(document.body, { childList: true, subtree: true, characterData: true })`)
	console := openConsole(t, address)
	console.Wait(`!document.querySelector("#delay").hidden`)
	s := h.sender()
	s.say("moss", "never seen", nil)
	console.Wait(containsJS(".feed .row.waiting", "never seen"))
	console.Eval(`[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("never seen")).querySelector(".danger").click()`)
	console.Wait(containsJS(".feed .row.removed", "never seen"))
	s.say("noodle", "seen later", nil)
	overlay.Wait(containsJS(".dm-text", "seen later"))
	if seen := browser.Value[string](overlay, `window.seen.join("|")`); strings.Contains(seen, "never seen") {
		t.Errorf("the overlay drew %q", seen)
	}
}

// Two moderators decide about the same comment: the first decision wins, and
// both see it.
func TestTwoConsolesRace(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	one, _ := h.makeLink("moderator", "Ann")
	two, _ := h.makeLink("moderator", "Ben")
	ann, ben := openConsole(t, one), openConsole(t, two)
	s := h.sender()
	for i := range 5 {
		text := fmt.Sprintf("boss number %d", i)
		s.say("moss", text, nil)
		ann.Wait(containsJS(".held-item.current", text))
		ben.Wait(containsJS(".held-item.current", text))
		ann.Eval(`document.querySelector('.held-item.current [data-act="approve"]').click()`)
		ben.Eval(`document.querySelector('.held-item.current [data-act="refuse"]')?.click()`)
		for _, console := range []*browser.Page{ann, ben} {
			console.Wait(`document.querySelector(".held-item") === null`)
			console.Wait(containsJS(".decided", text))
		}
		who := func(console *browser.Page) string {
			return browser.Value[string](console, `[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes(`+strconv.Quote(text)+`)).className.includes("refused") ? "refused" : "shown"`)
		}
		if a, b := who(ann), who(ben); a != b {
			t.Errorf("%s: one console says %s, the other %s", text, a, b)
		}
	}
}

// startStoppable is startProduct with a folder and an address; it also returns a function that stops it.
func startStoppable(t *testing.T, data, listen string) (product, func()) {
	t.Helper()
	return launch(t, append([]string{"--listen", listen, "--data", data + "/data"}, free...)...)
}

// A ban takes down what is on the screens, disconnects, and keeps the phone out.
func TestABanRemovesDisconnectsAndLasts(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	overlay := browser.Open(t, p.overlay+"&duration=60")
	console := openConsole(t, address)
	bad, good := openConnectedPhone(t, p.audience), openConnectedPhone(t, p.audience)
	bad.Ignore("403")
	sendComment(good, "I am nice")
	sendComment(bad, "I am not")
	overlay.Wait(containsJS(".dm-text", "I am not"))
	overlay.Wait(containsJS(".dm-text", "I am nice"))
	console.Wait(containsJS(".feed .row", "I am not"))

	// By keyboard: into the feed, to its row, b, Enter.
	press(console, "f")
	for range 3 {
		if browser.Value[bool](console, `document.activeElement.textContent.includes("I am not")`) {
			break
		}
		press(console, "ArrowUp")
	}
	press(console, "b")
	console.Wait(`document.querySelector("dialog[open] button.full") === document.activeElement`)
	press(console, "Enter")
	console.Wait(containsJS("#banner", "is banned"))
	overlay.Wait(`!` + containsJS(".dm-text", "I am not"))
	console.Wait(containsJS(".feed .row.removed", "I am not"))
	bad.Wait(containsJS("body", "You can no longer take part"))
	good.Wait(`!` + containsJS(".feed li", "I am not"))
	if !browser.Value[bool](overlay, containsJS(".dm-text", "I am nice")) {
		t.Error("the other phone's comment went, too")
	}
	bad.Goto(p.audience)
	bad.Wait(containsJS("body", "You can no longer take part"))

	// Lifted by one click, the phone is back.
	console.Eval(`location.hash = "people"`)
	console.Wait(`document.querySelector(".ban-row button") !== null`)
	console.Eval(`document.querySelector(".ban-row button").click()`)
	console.Wait(containsJS("#page", "Nobody is muted or banned"))
	bad.Goto(p.audience)
	bad.Wait(containsJS("#status", "here"))
	sendComment(bad, "I am sorry")
	overlay.Wait(containsJS(".dm-text", "I am sorry"))
}

// Ten thousand comments are listed, with few elements in the page; scrolling
// through them drops no frame for long.
func TestTenThousandRows(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.Eval(`(async () => {
		const { FeedModel } = await import(document.querySelector('script[type="module"]').src.replace("main.js", "model.js"));
		const put = FeedModel.prototype.put;
		window.model = new Promise((done) => { FeedModel.prototype.put = function (...args) { done(this); FeedModel.prototype.put = put; return put.apply(this, args); }; });
	})()`)
	s := h.sender()
	s.say("moss", "the first", nil)
	console.Wait(containsJS(".feed .row", "the first"))
	// The page's own model is filled directly: the socket makes the
	// same call, and ten thousand HTTP requests would only measure the server.
	console.Eval(`window.model.then((model) => {
		for (let i = 0; i < 9999; i++) model.put({ id: "x" + String(i).padStart(6, "0"), at: Date.now() - 20000000 + i * 1000, seq: 1, text: "row " + i + " " + "words ".repeat(i % 40), name: "n" + i, user: "u" + (i % 50) }, "shown");
	})`)
	s.say("noodle", "the last", nil)
	console.Eval(`document.querySelector('#filter [value="shown"]').click()`)
	console.Wait(`document.querySelector(".feed .row")?.getAttribute("aria-setsize") >= 9990`)
	console.Wait(containsJS(".feed .row", "the last"))
	if n := browser.Value[int](console, `document.querySelectorAll(".feed .row").length`); n > 80 {
		t.Errorf("%d rows are in the document", n)
	}
	// Every position of the list is filled after scrolling to it.
	blank := browser.Value[int](console, `(async () => {
		const feed = document.querySelector("#feed"), box = feed.getBoundingClientRect();
		let blank = 0;
		for (let i = 0; i <= 60; i++) {
			feed.scrollTop = feed.scrollHeight * i / 60;
			await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
			for (const part of [0.1, 0.5, 0.9]) if (!document.elementFromPoint(box.left + 200, box.top + box.height * part)?.closest(".row")) blank++;
		}
		return blank;
	})()`)
	if blank > 0 {
		t.Errorf("%d positions were blank", blank)
	}
	times := browser.Value[[]float64](console, `(async () => {
		const feed = document.querySelector("#feed"), times = [];
		feed.scrollTop = 0;
		await new Promise((r) => requestAnimationFrame(r));
		let last = performance.now();
		for (let i = 0; i < 120; i++) {
			feed.scrollTop += 90;
			await new Promise((r) => requestAnimationFrame(r));
			const now = performance.now();
			times.push(now - last);
			last = now;
		}
		return times.sort((a, b) => a - b);
	})()`)
	t.Logf("a frame while scrolling: median %.1f ms, 95 %% %.1f ms, worst %.1f ms", times[60], times[114], times[119])
	heap := browser.Value[float64](console, `performance.memory?.usedJSHeapSize ?? 0`)
	t.Logf("heap %.1f MB", heap/1e6)
	if heap > 150e6 {
		t.Errorf("the heap is %.0f MB", heap/1e6)
	}
}

// No text from anybody becomes an element.
func TestNoPayloadBecomesAnElement(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	payloads := []string{
		`<script>window.pwned=1</script>`, `<img src=x onerror=window.pwned=1>`, `<svg onload=window.pwned=1>`, `<svg/onload=window.pwned=1>`,
		`"><script>window.pwned=1</script>`, `'><img src=x onerror=window.pwned=1>`, `<iframe src=javascript:window.pwned=1>`, `<body onload=window.pwned=1>`,
		`<a href="javascript:window.pwned=1">x</a>`, `<details open ontoggle=window.pwned=1>`, `<video><source onerror=window.pwned=1>`, `<math><mtext></mtext></math>`,
		`<style>*{display:none}</style>`, `<link rel=stylesheet href=//x>`, `<base href=//x>`, `<meta http-equiv=refresh content=0>`, `<object data=x>`, `<embed src=x>`,
		`<input autofocus onfocus=window.pwned=1>`, `<marquee onstart=window.pwned=1>`, `<template><b>x</b></template>`, `<xss>x</xss>`, `{{constructor.constructor('window.pwned=1')()}}`,
		`${window.pwned=1}`, `</bdi><script>window.pwned=1</script>`, `</textarea><script>window.pwned=1</script>`, `</title><script>window.pwned=1</script>`,
		`&lt;script&gt;window.pwned=1&lt;/script&gt;`, `<!--><img src=x onerror=window.pwned=1>`, `<![CDATA[<img src=x onerror=window.pwned=1>]]>`,
	}
	h.do("PATCH", "/api/rooms/live", map[string]any{"links": "allowed"})
	saveRules(h, "mark => hold # <img src=x onerror=window.pwned=1>\n"+"<xss> => what # "+payloads[0]+"\n")
	address, _ := h.makeLink("owner", "<b>Mika</b>")
	overlay := browser.Open(t, p.overlay)
	console, phone := openConsole(t, address), openConnectedPhone(t, p.audience)
	s := h.sender()
	for i, text := range payloads {
		name := text[:min(len(text), 20)]
		s.say(fmt.Sprint("author", i), text, map[string]any{"name": name})
		s.say(fmt.Sprint("held", i), "mark "+text, map[string]any{"name": name})
		h.makeLink("sender", text)
	}
	const last = "this is the last one"
	s.say("last", last, nil)
	console.Wait(containsJS(".feed .row", last))
	phone.Wait(containsJS(".feed li", last))
	look := func(name string, page *browser.Page) {
		t.Helper()
		// Elements served with the page are its own.
		found := browser.Value[[]string](page, `fetch(location.href).then((page) => page.text()).then((served) => [...document.querySelectorAll("script:not([src]), iframe, object, embed, video, math, marquee, xss, base, style:not([data-own]), template, img[src]:not([src^='/']):not([src^='data:']), bdi > *:not(mark), [onerror], [onload], [onfocus], [ontoggle], a[href^='javascript']")].filter((e) => !e.closest("head style") && !(e.localName === "script" && served.includes(`+"`<script>${e.textContent}</script>`"+`))).map((e) => e.outerHTML.slice(0, 200)))`)
		for _, element := range found {
			if name == "overlay" && strings.HasPrefix(element, "<style") {
				continue // its own
			}
			t.Errorf("%s: %s", name, element)
		}
		if browser.Value[bool](page, `window.pwned !== undefined`) {
			t.Errorf("%s: a payload ran", name)
		}
	}
	look("overlay", overlay)
	look("phone", phone)
	look("console", console)
	for range 12 { // through the queue and the card
		press(console, "ArrowDown")
	}
	press(console, "i")
	console.Wait(`document.querySelector("dialog .person-row") !== null`)
	look("card", console)
	press(console, "Escape")
	console.Wait(`document.querySelector("dialog[open]") === null`)
	press(console, "b")
	console.Wait(`document.querySelector("dialog blockquote") !== null`)
	look("ban", console)
	press(console, "Escape")
	console.Wait(`document.querySelector("dialog[open]") === null`)
	for _, title := range payloads {
		h.do("PATCH", "/api/rooms/live", map[string]any{"title": title, "message": title, "phrases": []string{"<b>x</b>"}})
		want, err := json.Marshal(title)
		if err != nil {
			t.Fatal(err)
		}
		console.Wait(`document.querySelector("#title").textContent === ` + string(want))
	}
	for _, page := range []string{"air", "rules", "people", "links", "audit", "export", "room"} {
		console.Eval(`location.hash = "` + page + `"`)
		console.Wait(`document.querySelector("#page .set, #page .line-row, #page .none-yet, #page .fault-list li, #page .doubt") !== null`)
		look(page, console)
	}
	phone.Goto(p.audience)
	phone.Wait(containsJS(".feed li", last))
	look("phone again", phone)
}
