package e2e

import (
	"fmt"
	"testing"

	"danmaku/e2e/browser"
)

// At 200 % a window of 1280 × 800 is like one of 640 × 400, and at 400 % one of
// 320 × 200. With a comment pinned and another in review the feed still has room
// for three lines, either on the screen or by scrolling, and nothing runs off the side.
func TestShortWindowsKeepTheFeed(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	saveRules(h, holdBoss)
	s := h.sender()
	h.do("POST", "/api/rooms/live/comments/"+s.say("moss", "this one stays", nil)+"/pin", nil)
	s.say("noodle", "the boss is coming and is very strong, be careful out there", nil)
	address, _ := h.makeLink("owner", "Mika")
	page := browser.New(t)
	page.Goto(address)
	for _, size := range [][2]int64{{640, 400}, {768, 480}, {1280, 400}, {320, 200}, {360, 400}} {
		page.Size(size[0], size[1], 1)
		page.Goto(h.base + "/console/live")
		page.Wait(`document.querySelector(".held-item") && document.querySelector("#feed .row") && document.querySelector("#pinned").checkVisibility()`)
		at := fmt.Sprintf("%d × %d", size[0], size[1])
		if high := browser.Value[int](page, `document.querySelector("#feed").clientHeight`); high < 112 {
			t.Errorf("%s: the feed is %d px high", at, high)
		}
		if over := browser.Value[int](page, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s: the console runs %d px off the side", at, over)
		}
		// Content out of scrolling range cannot be read.
		hidden := browser.Value[bool](page, `(() => {
			const next = [...document.querySelectorAll("#next, #review")].find((e) => e.checkVisibility());
			next.scrollIntoView({ block: "end" });
			const r = next.getBoundingClientRect();
			return r.bottom > innerHeight + 1 || r.top < document.querySelector("#pane").getBoundingClientRect().top;
		})()`)
		if hidden {
			t.Errorf("%s: the waiting comments cannot be reached", at)
		}
	}
	// The waiting comments are not on the other pages, which have the full width.
	for _, size := range [][2]int64{{640, 400}, {1280, 400}, {320, 256}} {
		page.Size(size[0], size[1], 1)
		for _, section := range []string{"show", "report", "room", "air", "automation"} {
			page.Goto("about:blank")
			page.Goto(h.base + "/console/live#" + section)
			page.Wait(`document.querySelector("#page h2") && document.querySelector(".held-item")`)
			if said := browser.Value[string](page, `[innerWidth - document.querySelector("#page").clientWidth > 100 && "the page is narrow", document.querySelector("#next").checkVisibility() && "an item of the queue stands there", document.querySelector("#page").scrollWidth > document.querySelector("#page").clientWidth && "it runs off the side"].filter(Boolean).join(", ")`); said != "" {
				t.Errorf("%s at %d × %d: %s", section, size[0], size[1], said)
			}
		}
	}
	// Its key opens the field to write in.
	page.Size(640, 400, 1)
	page.Goto(h.base + "/console/live")
	page.Wait(`document.querySelector("#feed .row") && !document.querySelector("#say").checkVisibility()`)
	press(page, "c")
	page.Wait(`document.activeElement.id === "say" && document.activeElement.checkVisibility()`)
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		for _, size := range [][2]int64{{640, 400}, {620, 900}, {320, 256}} {
			page.Size(size[0], size[1], 1)
			page.Goto(h.base + "/builder/live?lang=" + lang)
			page.Wait(`document.querySelector("#groups details")`)
			page.Eval(`for (const group of document.querySelectorAll("#groups details")) group.open = true`)
			if over := browser.Value[int](page, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
				t.Errorf("the builder in %s at %d × %d runs %d px off the side", lang, size[0], size[1], over)
			}
		}
	}
}
