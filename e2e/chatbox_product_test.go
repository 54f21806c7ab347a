package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// lines is an expression: the texts of the chat box, the oldest first, without those
// that are fading.
const lines = `[...document.querySelectorAll(".dm-line:not([data-leaving]) .dm-text")].map((e) => e.textContent).reverse()`

// With the real program: the box shows what the overlay shows, tells phones that their
// comments are on screen, and recovers after a restart.
func TestChatBoxOfTheProgram(t *testing.T) {
	args := []string{"--listen", freePort(t), "--data", filepath.Join(t.TempDir(), "data")}
	p, stop := launch(t, args...)
	o := p.owner(t)
	box := browser.Open(t, strings.Replace(p.overlay, "/overlay/", "/chat/", 1))
	box.IgnoreAway()
	phone := openConnectedPhone(t, p.audience)
	sendComment(phone, "from the <b>phone</b>")
	box.Wait(lines + `.join() === "from the <b>phone</b>"`)
	phone.Wait(containsJS("body", "On screen")) // a box counts as an overlay
	id := o.say("taken down")
	o.say("stays")
	box.Wait(lines + `.join() === "from the <b>phone</b>,taken down,stays"`)
	o.call("POST", room+"/comments/"+id+"/remove", nil)
	box.Wait(lines + `.join() === "from the <b>phone</b>,stays"`)
	phone.IgnoreAway()
	stop()
	p, _ = launch(t, args...)
	o = p.owner(t)
	o.say("after the restart")
	box.Wait(lines + `.join() === "from the <b>phone</b>,stays,after the restart"`)
	again := browser.Open(t, strings.Replace(p.overlay, "/overlay/", "/chat/", 1)+"&box=youtube")
	again.Wait(`[...document.querySelectorAll("#message")].some((e) => e.textContent === "after the restart")`)
	if isTrue(again, `document.body.textContent.includes("taken down")`) {
		t.Error("a removed comment came back")
	}
	o.call("POST", room+"/clear", nil)
	box.Wait(lines + `.length === 0`)
	again.Wait(`document.querySelectorAll("#message").length === 0`)
}

// A reloaded list has its comments again, also those beyond the overlay's half minute. It
// shows masked texts, after the room's delay, and no comment that was removed
// meanwhile; with the names of YouTube's chat, too.
func TestChatBoxAfterAReloadWithDelayAndMasks(t *testing.T) {
	p := startProduct(t, "--user-rate", "0")
	o := p.owner(t)
	o.call("PUT", room+"/rules", map[string]any{"name": "ours", "text": "piffle => mask"})
	box := browser.Open(t, strings.Replace(p.overlay, "/overlay/", "/chat/", 1))
	short := browser.Open(t, strings.Replace(p.overlay, "/overlay/", "/chat/", 1)+"&limit=2&box=youtube")
	phone := openConnectedPhone(t, p.audience)
	o.changeSettings(map[string]any{"delay_ms": 1500})
	sendComment(phone, "such piffle, all of it")
	phone.Wait(containsJS("body", "such ******, all of it")) // its answer comes before the others are written
	gone := o.say("gone before anybody sees it")
	o.say("second")
	o.say("third")
	o.call("POST", room+"/comments/"+gone+"/remove", nil)
	const said = `such ******, all of it,second,third`
	for _, page := range []*browser.Page{box, short} {
		page.Eval(`window.everSeen = ""; new MutationObserver(() => { everSeen += document.body.textContent; }).observe(document.body, { childList: true, subtree: true, characterData: true })`)
	}
	box.Wait(lines + `.join() === "` + said + `"`)
	short.Wait(`[...document.querySelectorAll("#message")].map((e) => e.textContent).join() === "second,third"`)
	for _, page := range []*browser.Page{box, short} {
		if isTrue(page, `/piffle|gone before/.test(everSeen)`) {
			t.Error("the box has shown a masked word, or a comment removed during the delay")
		}
		page.Goto(browser.Value[string](page, `location.href`))
	}
	box.Wait(lines + `.join() === "` + said + `"`)
	short.Wait(`[...document.querySelectorAll("#message")].map((e) => e.textContent).join() === "second,third"`)
	if isTrue(box, `document.documentElement.outerHTML.includes("piffle")`) {
		t.Error("the reload brought a masked word")
	}
}

// The builder makes a chat box: its address, its preview and its canvas.
func TestTheBuilderMakesAChatBox(t *testing.T) {
	p := startProduct(t)
	b := openBuilder(t, p.console)
	chat := strings.Replace(p.overlay, "/overlay/", "/chat/", 1)
	for _, row := range []struct{ preset, query, canvas string }{
		{"box", "&box=list&stay=60&place=left", "1920x1080"}, {"box_9x16", "&size=40&box=list&place=9x16", "1080x1920"}, {"box_4x5", "&size=34&box=list&place=4x5", "1080x1350"},
	} {
		b.Eval(`document.querySelector('[data-preset="` + row.preset + `"]').click()`)
		if got, want := optionsOf(t, copiedAddress(b, "copy")), optionsOf(t, chat+row.query); fmt.Sprint(got) != fmt.Sprint(want) || !strings.HasPrefix(copiedAddress(b, "copy"), chat) {
			t.Errorf("%s: the address is %q", row.preset, copiedAddress(b, "copy"))
		}
		b.Wait(inside + `.location.pathname === "/chat/live" && ` + inside + `.document.querySelectorAll(".dm-line").length > 2 && document.getElementById("canvas").value === "` + row.canvas + `"`)
		keepPhoneShot(t, b, "builder-"+row.preset+".png")
	}
	setOption(b, "box", "youtube")
	b.Wait(inside + `.document.querySelectorAll("#message").length > 2`)
	if !isTrue(b, `document.querySelector('[data-option="pace"]').hidden && !document.querySelector('[data-option="stay"]').hidden && document.querySelector('[data-group="code"]').hidden`) {
		t.Error("a list offers options of flying comments")
	}
	// CSS written in the meantime remains when the page changes.
	b.Eval(`(() => { const field = document.querySelector("#editor textarea"); field.value = '@import url("https://fonts.example/x.css");\n#message { color: rgb(1, 2, 3) }'; field.dispatchEvent(new Event("input", { bubbles: true })); })()`)
	b.Ignore("fonts.example")
	b.Wait(containsJS("#css-faults li", "@import is blocked"))
	b.Wait(inside + `.getComputedStyle(` + inside + `.document.querySelector("#message")).color === "rgb(1, 2, 3)"`)
	setOption(b, "box", "")
	b.Wait(inside + `.location.pathname === "/overlay/live" && ` + stands)
	if got := copiedAddress(b, "copy"); strings.Contains(got, "/chat/") || strings.Contains(got, "names=") || strings.Contains(got, "limit=") {
		t.Errorf("with flying comments again the address is %q", got)
	}
}
