package e2e

import (
	"fmt"
	"testing"

	"danmaku/e2e/browser"
)

// misfits is JavaScript that lists what does not fit on a page: what scrolls sideways, or
// only by the focus, text
// that is wider than its box or cut by it, a placeholder that is cut, and controls of one row
// that differ in height. An ellipsis is no fault: the rest is in a tooltip or one click away.
const misfits = `(() => {
	const out = [];
	const name = (e) => e.localName + (e.id && "#" + e.id) + [...e.classList].map((c) => "." + c).join("");
	const within = (e) => (e.parentElement ? name(e.parentElement) + " > " : "") + name(e);
	const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest("svg, .sr, .gutter");
	const page = document.querySelector("dialog[open]") ?? document.body;
	for (const e of [document.documentElement, ...page.querySelectorAll("main, section, form, fieldset, ul, ol, dialog, #page")]) {
		const scrolls = e === document.documentElement || /auto|scroll/.test(getComputedStyle(e).overflowX);
		if (scrolls && e.scrollWidth > e.clientWidth + 1) out.push(name(e) + " scrolls sideways by " + (e.scrollWidth - e.clientWidth));
	}
	// A page that does not scroll itself must not be scrolled by the focus either: there is no way back.
	const root = document.documentElement, body = getComputedStyle(document.body);
	if (/hidden|clip/.test(body.overflowY) && root.scrollHeight > root.clientHeight + 1) out.push("the page is " + (root.scrollHeight - root.clientHeight) + " px higher than the window, behind its own boxes");
	const texts = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
	for (let node; (node = texts.nextNode());) {
		const e = node.parentElement;
		if (!node.data.trim() || /^(script|style|option|textarea)$/.test(e.localName) || !shown(e)) continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		const left = Math.min(...[...range.getClientRects()].map((r) => r.left)), right = Math.max(...[...range.getClientRects()].map((r) => r.right));
		for (let box = e; box && box !== page; box = box.parentElement) {
			const style = getComputedStyle(box), r = box.getBoundingClientRect();
			if (style.textOverflow === "ellipsis" || /auto|scroll/.test(style.overflowX) || style.position === "absolute" && r.width < 3) break;
			if (/inline$|contents/.test(style.display)) continue;
			if (right > r.right + 1.5 || left < r.left - 1.5) {
				out.push(JSON.stringify(node.data.trim().slice(0, 40)) + " is wider than " + within(box));
				break;
			}
		}
	}
	const pen = document.createElement("canvas").getContext("2d");
	const rows = new Map();
	for (const e of page.querySelectorAll("button, a.button, select, input:not([type=checkbox], [type=radio], [type=range], [type=color], [type=file])")) {
		if (!shown(e)) continue;
		const style = getComputedStyle(e);
		if (e.placeholder && !e.value && getComputedStyle(e, "::placeholder").textOverflow !== "ellipsis") {
			pen.font = style.font;
			const over = pen.measureText(e.placeholder).width - (e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
			if (over > 1) out.push(within(e) + " cuts its placeholder " + JSON.stringify(e.placeholder));
		}
		const row = rows.get(e.parentElement) ?? [];
		row.push(e);
		rows.set(e.parentElement, row);
	}
	for (const [row, all] of rows) {
		if (row.matches(".held-item, .held-head, .feed *")) continue; // a row that is itself a button, and words that are one
		for (const a of all) for (const b of all) {
			const r = a.getBoundingClientRect(), q = b.getBoundingClientRect();
			if (Math.min(r.bottom, q.bottom) - Math.max(r.top, q.top) > 12 && r.height > q.height + 1.5) out.push(within(a) + " is " + Math.round(r.height) + " px high, " + name(b) + " beside it " + Math.round(q.height));
		}
	}
	return [...new Set(out)];
})()`

// Every page of the console, its dialogs, the welcome and the builder, in every language, at
// the width of a phone, of a tablet and of a desk: nothing scrolls sideways, no word is cut,
// and the controls of a row are of one height.
func TestEveryPageFits(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	fillBusyRoom(h)
	for _, item := range []map[string]any{
		{"kind": "poll", "spec": map[string]any{"question": "Which map next?", "options": []string{"Ice caves", "海の底"}}, "start": true},
		{"kind": "draw", "spec": map[string]any{"title": "T-shirt", "winners": 1, "button": true}},
		{"kind": "countdown", "spec": map[string]any{"title": "Break", "seconds": 300}},
	} {
		h.do("POST", "/api/rooms/live/items", item)
	}
	h.do("POST", "/api/rooms/live/webhooks", map[string]any{"url": "https://example.com/hook", "label": "sheet", "off": true})
	address, _ := h.makeLink("owner", "Mika")
	page := browser.New(t)
	page.Goto(address)
	look := func(what string, widths ...int64) {
		t.Helper()
		for _, width := range widths {
			page.Size(width, 900, 1)
			for _, fault := range browser.Value[[]string](page, misfits) {
				t.Errorf("%s at %d px: %s", what, width, fault)
			}
		}
	}
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		page.Size(320, 900, 1)
		page.Goto(h.base + "/console/live?lang=" + lang)
		page.Wait(`document.querySelector(".held-item") && document.querySelector("#feed .row")`)
		look(lang+" live", 320, 768, 1280)
		for _, open := range []string{`document.querySelector("#help").click()`, `document.querySelector('.feed .row:not(.removed) [data-act="person"]').click()`, `document.querySelector('.held-item [data-act="ban"]').click()`} {
			page.Eval(open)
			page.Wait(`document.querySelector("dialog[open]")`)
			look(lang+" "+open, 320, 1280)
			press(page, "Escape")
			page.Wait(`!document.querySelector("dialog")`)
		}
		for _, section := range []string{"air", "rules", "people", "stats", "links", "audit", "export", "room", "chats", "show", "automation", "voice", "alerts", "report"} {
			page.Eval(`location.hash = "` + section + `"`)
			page.Wait(`document.documentElement.dataset.section === "` + section + `" && document.querySelector("#page :is(.set, .line-row, .none-yet, .fault-list li, .stats-grid section)")`)
			page.Eval(`for (const d of document.querySelectorAll("#page details")) d.open = true`)
			look(lang+" "+section, 320, 768, 1280)
		}
		for _, other := range []struct{ path, ready string }{{"/welcome/live", ".next, #step-obs.done"}, {"/builder/live", "#groups details"}} {
			page.Goto(fmt.Sprint(h.base, other.path, "?lang=", lang))
			page.Wait(`document.querySelector("` + other.ready + `") && document.documentElement.lang === "` + lang + `"`)
			page.Eval(`for (const d of document.querySelectorAll("details:not(.menu)")) d.open = true`)
			look(lang+other.path, 320, 768, 1280)
		}
	}
}
