package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"danmaku/e2e/browser"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
)

// visit is one visit to the audience's page by a phone on a line of 400 kbit/s
// with a round trip of 400 ms, whose processor is four times slower.
type visit struct {
	phone *browser.Page

	mu      sync.Mutex
	foreign []string // requested addresses on other hosts
	weight  float64  // bytes over the wire
}

func newVisit(t testing.TB, p product) *visit {
	v := &visit{phone: browser.NewPhone(t)}
	v.phone.Requests(func(url string) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if host := strings.TrimPrefix(strings.TrimPrefix(url, "http://"), "ws://"); !strings.HasPrefix(host, p.host()) && !strings.HasPrefix(url, "data:") {
			v.foreign = append(v.foreign, url)
		}
	}, func(n float64) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.weight += n
	})
	// It writes and sends as soon as the page can.
	v.phone.Before(`
		addEventListener('DOMContentLoaded', () => {
			const look = () => {
				if (!document.querySelector('#send') || document.documentElement.dataset.greeted === undefined) return setTimeout(look, 10);
				window.ready = performance.now();
				const text = document.querySelector('#text');
				text.value = 'at once ' + Math.random();
				text.dispatchEvent(new Event('input', { bubbles: true }));
				document.querySelector('#send').click();
				const answered = () => (document.querySelector('.feed .own.shown') ? (window.answered = performance.now()) : setTimeout(answered, 10));
				answered();
			};
			look();
		});`)
	v.phone.Line(400, 400)
	v.phone.Slow(4)
	return v
}

// mainThreadTime returns how many ms of processor time the current page has taken on its main
// thread (each page starts at 0), whatever else the machine does.
func (v *visit) mainThreadTime() float64 {
	for _, m := range browser.Call(v.phone, performance.GetMetrics, cdp.Empty{}).Metrics {
		if m.Name == "TaskDuration" {
			return m.Value * 1000
		}
	}
	return 0
}

// timeToFirstText returns how many ms the current page took until its first text was visible.
func (v *visit) timeToFirstText() float64 {
	v.phone.Wait(`performance.getEntriesByName("first-contentful-paint").length > 0`)
	return browser.Value[float64](v.phone, `performance.getEntriesByName("first-contentful-paint")[0].startTime`)
}

// timeToSend goes to the page, sends, and returns the ms until it could.
func (v *visit) timeToSend(url string) float64 {
	v.phone.Goto(url)
	v.phone.Wait(`window.answered`)
	return browser.Value[float64](v.phone, `window.ready`)
}

// The first visit requests everything together, so that it costs two round
// trips and the socket's; the next requests the page alone. No other server
// is contacted; it all weighs at most 40 KB, the next visit 12 KB. BenchmarkPhoneVisit
// measures the seconds.
func TestPhonePageAppearsAtOnce(t *testing.T) {
	p := startProduct(t)
	v := newVisit(t, p)
	// The files that the page needs to begin, and when each was requested and loaded.
	const needs = `performance.getEntriesByType("resource").filter((r) => /\.(js|css|json)$/.test(new URL(r.name).pathname))`
	t.Logf("first visit: could send after %.0f ms", v.timeToSend(p.audience))
	if n := browser.Value[int](v.phone, needs+`.length`); n < 2 { // the stylesheets are in the page
		t.Fatalf("%d files: this test does not see what the page loads", n)
	}
	for _, late := range browser.Value[[]string](v.phone, `(() => {
		const all = `+needs+`, there = Math.min(...all.map((r) => r.responseEnd));
		return all.filter((r) => r.startTime > there).map((r) => r.name);
	})()`) {
		t.Errorf("%s was requested only after another file had loaded", late)
	}
	v.mu.Lock()
	first := v.weight
	v.mu.Unlock()
	t.Logf("second visit: could send after %.0f ms", v.timeToSend(p.audience))
	for _, again := range browser.Value[[]string](v.phone, needs+`.filter((r) => r.transferSize > 0).map((r) => r.name)`) {
		t.Errorf("%s was fetched again", again)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	t.Logf("%.0f bytes, and %.0f on the second visit", first, v.weight-first)
	if first > 40<<10 || v.weight-first > 12<<10 { // the page includes its styles each time
		t.Errorf("%.0f bytes over the wire, and %.0f on the second visit", first, v.weight-first)
	}
	if len(v.foreign) > 0 {
		t.Errorf("foreign hosts: %v", v.foreign)
	}
}

// BenchmarkPhoneVisit measures how long a phone takes to paint its first words and to
// be able to send, on the first visit and on the next one. Its rows are a phone in a
// crowded hall, an old phone on 1.6 Mbit/s, and one without limits, which shows the
// share of this machine.
func BenchmarkPhoneVisit(b *testing.B) {
	for _, c := range []struct {
		name                     string
		latency, kilobits, times float64
	}{{"hall", 400, 400, 4}, {"old", 150, 1600, 6}, {"unslowed", 0, 0, 1}} {
		b.Run(c.name, func(b *testing.B) {
			p := startProduct(b)
			took := map[string][]float64{}
			for b.Loop() {
				v := newVisit(b, p)
				v.phone.Line(c.latency, c.kilobits)
				v.phone.Slow(c.times)
				browser.Call(v.phone, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
				for _, visit := range []string{"first", "again"} {
					took[visit] = append(took[visit], v.timeToSend(p.audience))
					took["cpu-"+visit] = append(took["cpu-"+visit], v.mainThreadTime())
					took["paint-"+visit] = append(took["paint-"+visit], v.timeToFirstText())
				}
				// Chromium slows a page with a spinning thread, which would compete with the next visit.
				v.phone.Slow(1)
			}
			for name, all := range took {
				slices.Sort(all)
				b.ReportMetric(all[len(all)/2], "ms-"+name)
				b.ReportMetric(all[0], "ms-"+name+"-shortest")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// The composer stays above the keyboard, does not send while an input method composes,
// counts characters as the server does, and offers only what the room allows.
func TestPhoneComposer(t *testing.T) {
	p := startProduct(t, "--user-rate", "0")
	o := p.owner(t)
	phone := openPhone(t, p.audience)

	t.Run("the keyboard leaves field and button", func(t *testing.T) {
		tap(phone, "#text")
		for _, height := range []int64{480, 360, 300, 844} {
			phone.Hand(390, height)
			phone.Wait(`document.documentElement.style.getPropertyValue("--app-height") === "` + strconv.FormatInt(height, 10) + `px"`)
			for _, what := range []string{"#text", "#send", ".pick"} {
				if !isTrue(phone, `(() => { const r = document.querySelector("`+what+`").getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.left >= 0 && r.right <= innerWidth; })()`) {
					t.Errorf("%s is out of reach at a height of %d", what, height)
				}
			}
			if !isTrue(phone, `scrollY === 0 && visualViewport.scale === 1`) {
				t.Errorf("the page jumped or zoomed at %d", height)
			}
		}
		// iOS zooms into fields below 16 px.
		for _, what := range []string{"#text", "#name"} {
			if !isTrue(phone, `parseFloat(getComputedStyle(document.querySelector("`+what+`")).fontSize) >= 16`) {
				t.Errorf("iOS would zoom into %s", what)
			}
		}
	})

	t.Run("an input method does not send", func(t *testing.T) {
		tap(phone, "#text")
		phone.Eval(`document.querySelector("#text").focus()`)
		phone.Compose("にほんご")
		phone.Key("Enter", 229) // the code in browsers while the method works
		if got := fieldText(phone); got != "にほんご" {
			t.Fatalf("the field holds %q", got)
		}
		// Safari ends the composition first and then reports the Enter, as 229.
		phone.Type("日本語")
		if !isTrue(phone, `!document.querySelector("#text").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }))`) {
			t.Error("Safari's Enter would send")
		}
		if isTrue(phone, `document.querySelector(".feed .own")`) {
			t.Fatal("something was sent")
		}
		phone.Key("Enter", 13)
		phone.Wait(containsJS(".feed .own.shown", "日本語"))
		if got := fieldText(phone); got != "" {
			t.Errorf("the field still holds %q", got)
		}
		if n := len(o.historyRows("日本語")); n != 1 {
			t.Errorf("it was sent %d times", n)
		}
	})

	t.Run("letters are counted as people see them", func(t *testing.T) {
		o.changeSettings(map[string]any{"max_length": 5})
		phone.Wait(`document.querySelector("#count").textContent.endsWith("/5")`)
		const family = "👨‍👩‍👧‍👦"
		typeText(phone, strings.Repeat(family, 6))
		if !isTrue(phone, containsJS("#count", "6/5")) {
			t.Errorf("the counter says %q", browser.Value[string](phone, `document.querySelector("#count").textContent`))
		}
		tap(phone, "#send")
		phone.Wait(containsJS("#strip", "1 character too long"))
		if got := fieldText(phone); got != strings.Repeat(family, 6) {
			t.Errorf("the text was lost: %q", got)
		}
		clearField(phone)
		sendTo(phone, strings.Repeat(family, 5))
		phone.Wait(containsJS(".feed .own.shown", strings.Repeat(family, 5)))
		o.changeSettings(map[string]any{"max_length": 100})
	})

	t.Run("only what the room allows is offered", func(t *testing.T) {
		o.changeSettings(map[string]any{"modes": []string{"scroll", "top"}, "colors": []string{"#66e0ff", "#123456"}, "sizes": []string{"medium"}})
		offered := `[...document.querySelectorAll(".choices label")].filter((l) => l.checkVisibility()).map((l) => l.querySelector("input").value).join(" ")`
		phone.Wait(offered + ` === "scroll top #ffffff #66e0ff #123456"`)
		tap(phone, `input[value="top"]`)
		tap(phone, `input[value="#123456"]`)
		sendTo(phone, "styled")
		phone.Wait(containsJS(".feed .own.shown", "styled"))
		if row := o.historyRows("styled")[0]; row["mode"] != "top" || row["color"] != "#123456" {
			t.Errorf("it was sent as %v", row)
		}
		phone.Goto(p.audience)
		phone.Wait(greeted)
		if !isTrue(phone, `document.querySelector('input[value="top"]').checked && document.querySelector('input[value="#123456"]')?.checked`) {
			t.Error("the choices are forgotten on the next visit")
		}
		// A chosen option that the room removes falls back to the default.
		o.changeSettings(map[string]any{"modes": []string{"scroll", "bottom"}, "colors": []string{"#ff6b5e"}})
		phone.Wait(`!` + offered + `.includes("top")`)
		sendTo(phone, "plain")
		phone.Wait(containsJS(".feed .own.shown", "plain"))
		if row := o.historyRows("plain")[0]; row["mode"] != nil || row["color"] != nil {
			t.Errorf("it was sent as %v", row)
		}
	})

	t.Run("quick phrases", func(t *testing.T) {
		if isTrue(phone, `document.querySelector("#phrase-key").checkVisibility()`) {
			t.Error("there is a key without phrases")
		}
		o.changeSettings(map[string]any{"phrases": []string{"前方高能", "👏", "GG"}})
		phone.Wait(`document.querySelector("#phrase-key").checkVisibility()`)
		tap(phone, "#phrase-key")
		if !isTrue(phone, `document.querySelector("#phrases").checkVisibility() && !document.querySelector("#choices").checkVisibility()`) {
			t.Error("the row was not swapped")
		}
		typeText(phone, "ab")
		phone.Eval(`document.querySelector("#text").setSelectionRange(1, 1)`)
		tap(phone, "#phrases button:nth-child(2)")
		if got := fieldText(phone); got != "a👏b" {
			t.Errorf("the phrase went to %q", got)
		}
		o.changeSettings(map[string]any{"phrases": []string{}})
		phone.Wait(`document.querySelector("#choices").checkVisibility() && !document.querySelector("#phrase-key").checkVisibility()`)
		clearField(phone)
	})

	t.Run("a name is remembered", func(t *testing.T) {
		phone.Eval(`(() => { const n = document.querySelector("#name"); n.value = "Aoi"; n.dispatchEvent(new Event("change", { bubbles: true })); })()`)
		phone.Goto(p.audience)
		phone.Wait(greeted)
		sendTo(phone, "with a name")
		phone.Wait(containsJS(".feed .own.shown", "with a name"))
		if row := o.historyRows("with a name")[0]; row["name"] != "Aoi" {
			t.Errorf("it was sent as %v", row)
		}
	})
}

// Outcomes are shown in words, next to the typed text.
func TestPhoneSaysWhatHappened(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)
	o.call("PUT", room+"/rules", map[string]any{"name": "test", "text": "forbidden"})

	t.Run("shown, then taken back", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		sendTo(phone, "a slip")
		phone.Wait(containsJS(".feed .own.shown .chip", "Sent, but no overlay is connected"))
		phone.Wait(containsJS("#said", "Sent, but no overlay is connected"))
		id := o.historyRows("a slip")[0]["id"]
		tap(phone, ".feed .own .offer")
		phone.Wait(containsJS("#strip", "Taken back"))
		phone.Wait(`!` + containsJS(".feed li", "a slip"))
		if row := o.historyRows("a slip")[0]; row["id"] != id || row["status"] != "removed" {
			t.Errorf("the log says %v", row)
		}
	})
	t.Run("refused", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		sendTo(phone, "this is forbidden")
		phone.Wait(containsJS("#strip.stop", "Please word it differently"))
		if fieldText(phone) != "this is forbidden" || !isTrue(phone, `document.querySelector("#text").ariaInvalid === "true"`) || !isTrue(phone, containsJS("#alarm", "Not sent")) || isTrue(phone, containsJS("body", "rule")) {
			t.Errorf("the field holds %q", fieldText(phone))
		}
		phone.Type("!")
		if isTrue(phone, `document.querySelector("#strip").checkVisibility()`) {
			t.Error("the strip stays while the text is being edited")
		}
	})
	t.Run("too fast", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		for _, text := range []string{"one", "two", "three"} {
			sendTo(phone, text)
			phone.Wait(containsJS(".feed .own.shown", text))
		}
		sendTo(phone, "four")
		phone.Wait(containsJS("#strip", "You can send again in"))
		phone.Wait(`/^[12]/.test(document.querySelector("#send span").textContent) && document.querySelector("#send").classList.contains("waiting")`)
		if fieldText(phone) != "four" || len(o.historyRows("four")) != 0 {
			t.Errorf("the field holds %q", fieldText(phone))
		}
		if !isTrue(phone, `document.querySelector(".ring").checkVisibility() && document.querySelector(".ring rect").getAnimations().length === 1`) {
			t.Error("the ring does not run")
		}
		phone.Key("Enter", 13) // neither sends nor queues
		phone.Wait(`!document.querySelector("#send").classList.contains("waiting")`)
		if len(o.historyRows("four")) != 0 {
			t.Error("it was sent by itself")
		}
		tap(phone, "#send")
		phone.Wait(containsJS(".feed .own.shown", "four"))
	})
	t.Run("held, then approved or refused", func(t *testing.T) {
		o.changeSettings(map[string]any{"review": "all"})
		phone, other := openPhone(t, p.audience), openPhone(t, p.audience)
		sendTo(phone, "please look")
		phone.Wait(containsJS(".feed .own.held .chip", "Waiting for a moderator"))
		if isTrue(other, containsJS(".feed li", "please look")) {
			t.Error("others see a held comment")
		}
		o.call("POST", room+"/comments/"+o.historyRows("please look")[0]["id"].(string)+"/approve", nil)
		phone.Wait(containsJS(".feed .own.shown .chip", "Sent, but no overlay is connected"))
		other.Wait(containsJS(".feed li", "please look"))
		if n := browser.Value[int](phone, `[...document.querySelectorAll(".feed li")].filter((l) => l.textContent.includes("please look")).length`); n != 1 {
			t.Errorf("it is in the list %d times", n)
		}
		sendTo(phone, "and this")
		phone.Wait(containsJS(".feed .own.held", "and this"))
		o.call("POST", room+"/comments/"+o.historyRows("and this")[0]["id"].(string)+"/refuse", nil)
		phone.Wait(containsJS(".feed .own.refused .chip", "Not sent"))
		phone.Wait(containsJS(".feed .own.refused .offer", "Edit"))
		tap(phone, ".feed .own.refused .offer")
		if fieldText(phone) != "and this" {
			t.Errorf("to edit it the field holds %q", fieldText(phone))
		}
		o.changeSettings(map[string]any{"review": "held"})
	})
	// A lasting state is shown once, right above the field, and announced again to screen readers.
	said := func(text string) string {
		return containsJS("#banner", text) + ` && document.querySelector("#alarm").textContent.includes("` + text + `")
			&& !document.querySelector("#strip").checkVisibility()
			&& Math.abs(document.querySelector("#banner").getBoundingClientRect().bottom - document.querySelector("#composer").getBoundingClientRect().top) <= 1`
	}
	t.Run("paused and closed", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		o.changeSettings(map[string]any{"state": "paused", "message": "Back after the break"})
		phone.Wait(containsJS("#banner.warn", "Comments are paused. Back after the break"))
		sendTo(phone, "meanwhile")
		phone.Wait(said("Comments are paused"))
		if fieldText(phone) != "meanwhile" {
			t.Errorf("the field holds %q", fieldText(phone))
		}
		o.changeSettings(map[string]any{"state": "closed", "message": "See you on Friday"})
		phone.Wait(containsJS("#banner", "This room is closed. See you on Friday"))
		o.changeSettings(map[string]any{"state": "open", "message": ""})
		phone.Wait(`!document.querySelector("#banner").checkVisibility()`)
		tap(phone, "#send")
		phone.Wait(containsJS(".feed .own.shown", "meanwhile"))
	})
	t.Run("muted, then not, then banned", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		sendTo(phone, "who am I")
		phone.Wait(containsJS(".feed .own.shown", "who am I"))
		user := o.historyRows("who am I")[0]["user"]
		ban := o.call("POST", room+"/bans", map[string]any{"user": user, "kind": "mute", "seconds": 3600})
		phone.Wait(containsJS("#banner.stop", "You cannot send until"))
		sendTo(phone, "kept")
		phone.Wait(said("You cannot send until"))
		if fieldText(phone) != "kept" {
			t.Errorf("the field holds %q", fieldText(phone))
		}
		o.say("still watching")
		phone.Wait(containsJS(".feed li", "still watching"))
		o.call("DELETE", room+"/bans/"+ban["id"].(string), nil)
		phone.Wait(`!document.querySelector("#banner").checkVisibility()`)
		o.call("POST", room+"/bans", map[string]any{"user": user, "kind": "ban", "seconds": 3600})
		phone.Wait(containsJS("#banner.stop", "You can no longer take part"))
	})
}

// The list stays where the person reads, is bounded, and forgets removed
// comments.
func TestPhoneFeed(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)
	phone := openPhone(t, p.audience)
	var ids []string
	// A few comments are right above the field, and a moderator
	// without a name is not shown as a guest.
	few := o.say("the very first")
	phone.Wait(`(() => {
		const row = document.querySelector(".feed li:last-child");
		return row?.textContent === "Host" + "the very first"
			&& document.querySelector("#composer").getBoundingClientRect().top - row.getBoundingClientRect().bottom < 20;
	})()`)
	o.call("POST", room+"/comments/"+few+"/remove", nil)
	phone.Wait(`!document.querySelector(".feed li")`)
	for i := range 30 {
		ids = append(ids, o.say(fmt.Sprint("line ", i)))
		if i%5 == 4 { // a phone receives the newest five of each quarter of a second
			phone.Wait(containsJS(".feed li", fmt.Sprint("line ", i)))
		}
	}
	atEnd := `(() => { const f = document.querySelector("#feed"); return f.scrollHeight - f.scrollTop - f.clientHeight < 2; })()`
	phone.Wait(atEnd)
	last := `[...document.querySelectorAll(".feed li")].at(-1).textContent`
	if !isTrue(phone, last+`.includes("line 29")`) {
		t.Error("the newest is not at the bottom")
	}
	// The keyboard and the strip reduce its height: it stays at the end.
	phone.Hand(390, 480)
	phone.Wait(`document.querySelector("#feed").clientHeight < 400 && ` + atEnd)
	sendTo(phone, strings.Repeat("x", 101))
	phone.Wait(`document.querySelector("#strip").checkVisibility() && ` + atEnd)
	clearField(phone)
	phone.Hand(390, 844)
	phone.Wait(`document.querySelector("#feed").clientHeight > 400 && ` + atEnd)
	phone.Eval(`new Promise((done) => { const f = document.querySelector("#feed"); f.addEventListener("scroll", () => done(), { once: true }); f.scrollTop = 40; })`)
	o.say("while reading")
	phone.Wait(containsJS("#fresh", "1 new"))
	if top := browser.Value[float64](phone, `document.querySelector("#feed").scrollTop`); top != 40 {
		t.Errorf("the list moved to %v under the reader's eyes", top)
	}
	tap(phone, "#fresh")
	phone.Wait(atEnd + ` && !document.querySelector("#fresh").checkVisibility()`)
	o.call("POST", room+"/comments/bulk", map[string]any{"ids": ids[20:25], "act": "remove"})
	phone.Wait(`!` + containsJS(".feed li", "line 20") + ` && !` + containsJS(".feed li", "line 24") + ` && ` + containsJS(".feed li", "line 25"))
	o.call("POST", room+"/clear", nil)
	phone.Wait(`document.querySelectorAll(".feed li").length === 0 && document.querySelector(".empty").checkVisibility()`)
	// Bounded, also while somebody reads further up: this feeds the module directly.
	n := browser.Value[[]int](phone, `import(new URL("feed.js", document.querySelector("script[type=module]").src)).then(({ Feed }) => {
		const words = { t: (key) => key };
		const list = document.createElement("ol"), fresh = document.querySelector("#fresh").cloneNode(true);
		list.className = "feed";
		document.querySelector("#feed").replaceWith(list);
		const feed = new Feed(list, fresh, words, { word: "shown" }, () => {});
		const add = (i) => feed.add({ id: "x" + i, text: "row " + i, user: "u", name: "", color: "#ffffff", badge: "" });
		for (let i = 0; i < 220; i++) add(i);
		const stuck = list.children.length;
		return new Promise((done) => {
			list.addEventListener("scroll", () => {
				for (let i = 220; i < 640; i++) add(i);
				done([stuck, list.children.length]);
			}, { once: true });
			list.scrollTop = 0;
		});
	})`)
	if n[0] != 200 || n[1] != 400 {
		t.Errorf("the list keeps %v rows", n)
	}
}
