package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// 3, 5. Typed text is never lost, whatever happens around it.
func TestPhoneKeepsEveryText(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)
	o.call("PUT", room+"/rules", map[string]any{"name": "test", "text": "forbidden"})

	t.Run("edited while another is half-written, and over a reload", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		phone.Ignore("ERR_INTERNET_DISCONNECTED")
		phone.Tunnel()
		phone.Wait(containsJS("#banner.calm", "No connection"))
		sendTo(phone, "forbidden in a tunnel")
		phone.Wait(containsJS(".feed .own.queued", "forbidden in a tunnel"))
		typeText(phone, "half of another")
		phone.Line(0, 0)
		phone.Wait(containsJS(".feed .own.refused .offer", "Edit"))
		phone.Wait(containsJS("#strip", "word it differently"))
		if isTrue(phone, `document.querySelector("#text").hasAttribute("aria-invalid") || document.querySelector(".field.bad")`) {
			t.Error("the unsent text is called bad")
		}
		phone.Goto(p.audience)
		phone.Wait(containsJS(".feed .own.refused .offer", "Edit"))
		phone.Wait(greeted)
		tap(phone, ".feed .own.refused .offer")
		if got := fieldText(phone); got != "forbidden in a tunnel" {
			t.Errorf("to edit it the field holds %q", got)
		}
		phone.Wait(containsJS(".feed .own.refused", "half of another"))
		tap(phone, ".feed .own.refused .offer")
		if got := fieldText(phone); got != "half of another" {
			t.Errorf("after changing back the field holds %q", got)
		}
		clearField(phone)
		tap(phone, ".feed .own.refused .offer")
		if isTrue(phone, `document.querySelector(".feed .own.refused")`) {
			t.Error("the edited text is in the list, too")
		}
		phone.Goto(p.audience)
		phone.Wait(greeted)
		if got := fieldText(phone); got != "forbidden in a tunnel" || isTrue(phone, `document.querySelector(".feed .own.refused")`) {
			t.Errorf("after a reload the field holds %q", got)
		}
	})

	t.Run("one letter with three thousand marks", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		heavy := "a" + strings.Repeat("\u0301\u0323", 1500)
		sendTo(phone, heavy)
		phone.Wait(containsJS("#strip.stop", "Please shorten it"))
		if fieldText(phone) != heavy {
			t.Error("the text was lost")
		}
		clearField(phone)
		phone.Eval(`(() => { const n = document.querySelector("#name"); n.value = "b" + "\u0301\u0323".repeat(900); n.dispatchEvent(new Event("change", { bubbles: true })); })()`)
		sendTo(phone, "and a light one")
		phone.Wait(containsJS(".feed .own.shown", "and a light one"))
	})

	t.Run("Enter after the name", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		typeText(phone, "not yet")
		phone.Eval(`document.querySelector("#name").focus()`)
		phone.Compose("あおい")
		phone.Key("Enter", 229)
		if !isTrue(phone, `document.activeElement.id === "name"`) {
			t.Error("the input method's Enter leaves the name")
		}
		phone.Type("葵")
		phone.Key("Enter", 13)
		phone.Wait(`document.activeElement.id === "text"`)
		if fieldText(phone) != "not yet" || isTrue(phone, `document.querySelector(".feed .own")`) {
			t.Error("the half-written comment was sent")
		}
		phone.Key("Enter", 13)
		phone.Wait(containsJS(".feed .own.shown", "not yet"))
		if row := o.historyRows("not yet")[0]; row["name"] != "葵" {
			t.Errorf("it was sent as %v", row)
		}
	})

	t.Run("sent before the page has its words", func(t *testing.T) {
		phone := browser.NewPhone(t)
		phone.Before(`(() => {
			const real = fetch;
			window.fetch = async (url, init) => {
				if (String(url).includes("/locales/")) await new Promise((go) => { window.words = go; });
				return real(url, init);
			};
		})();`)
		phone.Goto(p.audience)
		phone.Wait(`window.words`)
		sendTo(phone, "the first to speak")
		phone.Wait(`document.querySelectorAll(".feed .own").length === 1`)
		if raw := browser.Value[string](phone, `document.querySelector(".feed").innerText`); strings.Contains(raw, "queued") {
			t.Errorf("a key is shown: %q", raw)
		}
		phone.Eval(`words()`)
		phone.Wait(containsJS(".feed .own.shown", "the first to speak"))
		if n := browser.Value[int](phone, `document.querySelectorAll(".feed .own").length`); n != 1 {
			t.Errorf("it is in the list %d times", n)
		}
	})

	t.Run("decided by a moderator while away", func(t *testing.T) {
		o.changeSettings(map[string]any{"review": "all"})
		phone := openPhone(t, p.audience)
		phone.Ignore("ERR_INTERNET_DISCONNECTED")
		for _, text := range []string{"yes to this", "no to this"} {
			sendTo(phone, text)
			phone.Wait(containsJS(".feed .own.held", text))
		}
		phone.Goto(p.audience)
		phone.Wait(containsJS(".feed .own.held", "yes to this") + ` && ` + containsJS(".feed .own.held", "no to this"))
		phone.Wait(greeted)
		phone.Tunnel()
		phone.Wait(containsJS("#banner.calm", "No connection"))
		o.call("POST", room+"/comments/"+o.historyRows("yes to this")[0]["id"].(string)+"/approve", nil)
		o.call("POST", room+"/comments/"+o.historyRows("no to this")[0]["id"].(string)+"/refuse", nil)
		phone.Line(0, 0)
		phone.Wait(containsJS(".feed .own.shown", "yes to this"))
		phone.Wait(containsJS(".feed .own.refused", "no to this"))
		if n := len(o.historyRows("yes to this")) + len(o.historyRows("no to this")); n != 2 {
			t.Errorf("sending again made %d comments of two", n)
		}
		o.changeSettings(map[string]any{"review": "held"})
	})

	t.Run("muted, by a clock that is two hours ahead", func(t *testing.T) {
		phone := browser.NewPhone(t)
		phone.Before(`(() => { const real = Date.now; Date.now = () => real() + 2 * 3600_000; })();`)
		phone.Goto(p.audience)
		phone.Wait(greeted)
		sendTo(phone, "what time is it")
		phone.Wait(containsJS(".feed .own.shown", "what time is it"))
		o.call("POST", room+"/bans", map[string]any{"user": o.historyRows("what time is it")[0]["user"], "kind": "mute", "seconds": 3600})
		phone.Wait(containsJS("#banner.stop", "You cannot send until"))
	})

	t.Run("taken back in a tunnel", func(t *testing.T) {
		phone := openPhone(t, p.audience)
		phone.Ignore("ERR_INTERNET_DISCONNECTED")
		sendTo(phone, "a slip under ground")
		phone.Wait(containsJS(".feed .own.shown .offer", "Take back"))
		phone.Tunnel()
		tap(phone, ".feed .own .offer")
		phone.Wait(containsJS("#strip.calm", "It is still on screen"))
		phone.Wait(containsJS(".feed .own.shown .offer", "Take back"))
		phone.Line(0, 0)
		tap(phone, ".feed .own .offer")
		phone.Wait(containsJS("#strip.good", "Taken back"))
	})
}

// Removals do not disturb a person who reads further up, and others' comments do
// not push out own texts that exist nowhere else.
func TestPhoneFeedWhileReading(t *testing.T) {
	p := startProduct(t)
	phone := openPhone(t, p.audience)
	// Safari does not keep a list still by itself; here the browser must not do it either.
	if !isTrue(phone, `getComputedStyle(document.querySelector("#feed")).overflowAnchor === "none"`) {
		t.Error("the browser keeps the list still, and this test shows nothing")
	}
	got := browser.Value[map[string]any](phone, `import(new URL("feed.js", document.querySelector("script[type=module]").src)).then(async ({ Feed }) => {
		const list = document.createElement("ol"), fresh = document.querySelector("#fresh");
		list.className = "feed";
		list.tabIndex = 0;
		document.querySelector("#feed").replaceWith(list);
		const feed = new Feed(list, fresh, { t: (key, params) => key + (params?.n ?? "") }, { word: "shown" }, () => {});
		const add = (i) => feed.add({ id: "x" + i, text: ("row " + i + " ").repeat(1 + i % 7), user: i % 2 ? "odd" : "even", name: "", color: "#ffffff", badge: "" });
		const own = (ref, state) => { feed.addOwn({ ref, text: ref, color: "#ffffff", name: "" }, state); feed.offer(ref, { key: "edit", act() {} }); };
		const scrolled = () => new Promise((done) => list.addEventListener("scroll", done, { once: true }));
		const row = (text) => [...list.children].find((li) => li.textContent.includes(text));
		const out = {};
		own("mine", "refused");
		for (let i = 0; i < 210; i++) add(i);
		out.mine = Boolean(row("mine")); out.rows = list.children.length;
		let moved = scrolled();
		list.scrollTop = 2000;
		await moved;
		const eyes = [...list.children].find((li) => li.getBoundingClientRect().top > list.getBoundingClientRect().top);
		const before = eyes.getBoundingClientRect().top;
		for (let i = 300; i < 305; i++) add(i);
		out.five = fresh.textContent;
		feed.remove({ ids: [...list.children].slice(2, 6).map((li) => "x" + li.textContent.match(/row (\d+)/)[1]).concat("x301", "x302") });
		out.three = fresh.textContent;
		out.moved = eyes.getBoundingClientRect().top - before;
		for (let i = 305; i < 520; i++) add(i);
		out.trimmed = list.children.length; out.still = Boolean(row("mine"));
		const key = row("mine").querySelector("button");
		key.focus();
		feed.offer("mine", null);
		out.focus = document.activeElement === list;
		feed.clear();
		out.left = list.children.length; out.fresh = fresh.hidden;
		feed.takeBack("mine");
		add(900);
		out.end = fresh.hidden;
		for (let i = 0; i < 100; i++) own("q" + i, "queued");
		for (let i = 1000; i < 1220; i++) { add(i); own("r" + i, "refused"); }
		out.bounded = list.children.length;
		return out;
	})`)
	want := map[string]any{"mine": true, "rows": 200.0, "five": "new5", "three": "new3", "moved": 0.0, "trimmed": 400.0, "still": true, "focus": true, "left": 1.0, "fresh": true, "end": true, "bounded": 200.0}
	for name, w := range want {
		if g := got[name]; g != w {
			t.Errorf("%s: %v, want %v", name, g, w)
		}
	}
}

// 2, 7. On every width the row of choices shows that it continues; whatever the
// owner and others write, field and button stay under the thumb.
func TestPhoneFitsLongTexts(t *testing.T) {
	p := startProduct(t, "--user-rate", "0")
	o := p.owner(t)
	long := strings.Repeat("Donaudampfschifffahrtsgesellschaftskapitän", 2) + strings.Repeat(" die Fortsetzung", 6)
	o.changeSettings(map[string]any{"title": strings.Repeat("W", 60), "message": string([]rune(long)[:180])})
	phone := openPhone(t, p.audience)
	cut := `(() => {
		const row = document.querySelector("#choices").getBoundingClientRect();
		const picks = [...document.querySelectorAll(".pick")].map((p) => p.getBoundingClientRect()).filter((r) => r.width > 0);
		const last = picks.filter((r) => r.left < row.right).at(-1);
		const part = (row.right - last.left) / last.width;
		return Math.min(...picks.map((r) => r.width)) >= 44 && last !== picks.at(-1) && part > 0.4 && part < 0.6;
	})()`
	for _, width := range []int64{320, 344, 360, 375, 390, 393, 412, 414, 430} {
		phone.Hand(width, 700)
		phone.Wait(`innerWidth === ` + strconv.FormatInt(width, 10) + ` && ` + cut)
	}
	o.changeSettings(map[string]any{"modes": []string{"scroll", "top"}, "phrases": []string{"👏"}})
	phone.Wait(`document.querySelector("#phrase-key").checkVisibility() && ` + cut)
	// A row that is fully visible is not scrolled.
	o.changeSettings(map[string]any{"colors": []string{"#ff6b5e"}, "sizes": []string{"medium"}})
	phone.Wait(`document.querySelectorAll("#colors label:not([hidden])").length === 2 && document.querySelector("#choices").style.getPropertyValue("--pick") === ""`)

	phone.Eval(`(() => { const n = document.querySelector("#name"); n.value = "` + strings.Repeat("W", 20) + `"; })()`)
	sendTo(phone, strings.Repeat("Donaudampfschifffahrtsgesellschaftskapitän", 2))
	phone.Wait(`document.querySelector(".feed .own.shown")`)
	other := openPhone(t, p.audience)
	other.Wait(`document.querySelector(".feed .row")`)
	for _, page := range []*browser.Page{phone, other} {
		page.Eval(`document.documentElement.style.fontSize = "200%"`)
		sendTo(page, strings.Repeat("م", 101))
		page.Wait(`document.querySelector("#strip").checkVisibility()`)
	}
	o.changeSettings(map[string]any{"state": "paused"})
	for _, page := range []*browser.Page{phone, other} {
		page.Wait(`document.querySelector("#banner").checkVisibility()`)
		for _, height := range []int64{700, 480, 330} {
			page.Hand(360, height)
			page.Wait(fmt.Sprintf(`document.documentElement.style.getPropertyValue("--app-height") === "%dpx"`, height))
			for _, what := range []string{"#text", "#send", "#choices"} {
				if !isTrue(page, `(() => { const r = document.querySelector("`+what+`").getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.right <= innerWidth; })()`) {
					t.Errorf("%s is out of reach at a height of %d", what, height)
				}
			}
			if !isTrue(page, `document.querySelector(".app").scrollWidth <= innerWidth && document.querySelector("#feed").scrollWidth <= innerWidth`) {
				t.Errorf("something is wider than the phone at %d", height)
			}
		}
		// Sideways, with the keyboard open, the composer fits in one row.
		page.Hand(740, 170)
		page.Wait(`document.documentElement.style.getPropertyValue("--app-height") === "170px"`)
		if !isTrue(page, `(() => {
			const [text, send, choices] = ["#text", "#send", "#choices"].map((s) => document.querySelector(s).getBoundingClientRect());
			const middle = (r) => (r.top + r.bottom) / 2;
			return choices.bottom <= innerHeight && choices.left >= send.right && choices.right <= innerWidth && text.width > 200
				&& Math.abs(middle(text) - middle(choices)) < 5 && Math.abs(middle(text) - middle(send)) < 5;
		})()`) {
			t.Error("sideways the composer is not one row")
		}
		page.Hand(360, 330)
		page.Wait(`document.documentElement.style.getPropertyValue("--app-height") === "330px"`)
		// The counter does not cover right-aligned text.
		if !isTrue(page, `(() => {
			const f = document.querySelector("#text"), style = getComputedStyle(f), box = f.getBoundingClientRect(), count = document.querySelector("#count").getBoundingClientRect();
			return count.width > 0 && style.direction === "rtl" && parseFloat(style.paddingBottom) >= box.bottom - count.top;
		})()`) {
			t.Error("the counter covers the text")
		}
	}
}
