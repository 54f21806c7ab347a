package e2e

import (
	"fmt"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// beyond lists the elements of a page that extend beyond the window's sides or whose
// text is cut by their own edge.
const beyond = `(() => {
	const cut = [...document.querySelectorAll("#send span, .said, .strip span, .banner span, .chip, .status, .kept, .show-head, .show-note, .show-foot, .draw-key, .tabs button, .ask, .menu-panel a, main.plain *")]
		.filter((e) => e.checkVisibility() && !e.closest("svg"))
		.filter((e) => { const r = e.getBoundingClientRect(); return r.left < -1 || r.right > innerWidth + 1 || (getComputedStyle(e).overflowX === "hidden" && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).textOverflow !== "ellipsis"); })
		.map((e) => e.outerHTML.slice(0, 90));
	if (document.documentElement.scrollWidth > innerWidth) cut.push("the page is " + document.documentElement.scrollWidth + " wide");
	return cut;
})()`

const rawWords = `(document.body.innerText.match(/\b[a-z]+_[a-z_]+\b|\{\w+\}/g) ?? [])`

// The audience's texts in the languages that only they have: the phone with a poll, a
// draw and questions, the privacy page, the notices, the overlay's cards, the second
// screen and the poster. No word is missing, and none is cut off.
func TestTheAudienceInItsOwnLanguages(t *testing.T) {
	p, o := startFullRoom(t)
	start := func(kind string, spec map[string]any) string {
		id := o.call("POST", room+"/items", map[string]any{"kind": kind, "spec": spec})["id"].(string)
		o.call("POST", room+"/items/"+id+"/start", nil)
		return id
	}
	start("questions", map[string]any{"title": "Q&A"})
	overlay := browser.New(t)
	overlay.Size(1280, 720, 1)
	inNetwork := startInNetwork(t) // a poster shows no code for an address that phones cannot reach
	base, query, _ := strings.Cut(p.overlay, "?")
	for lang, want := range map[string]struct{ send, vote, join, press, drawn, ask string }{
		"zh-TW": {"送出", "點一個選項就能投票。", "參加", "用手機投票", "用手機點一下參加", "提問"},
		"ko":    {"보내기", "하나를 눌러 투표하세요.", "참여하기", "휴대폰으로 투표하세요", "휴대폰으로 참여하세요", "질문"},
		"es":    {"Enviar", "Toca una opción para votar.", "Participar", "Vota con tu teléfono", "Participa con tu teléfono", "Preguntas"},
	} {
		poll := start("poll", map[string]any{"question": "ABC?", "options": []string{"A", "B", "C"}})
		phone := openPhone(t, p.audience+"?lang="+lang)
		phone.Ignore("/r/nothing") // a missing page
		look := func(what string) {
			t.Helper()
			for _, width := range []int64{360, 320} {
				phone.Hand(width, 720)
				for _, cut := range browser.Value[[]string](phone, beyond) {
					t.Errorf("%s, %s, %d px: %s", lang, what, width, cut)
				}
				if raw := browser.Value[[]string](phone, rawWords); len(raw) > 0 {
					t.Errorf("%s, %s: %v", lang, what, raw)
				}
				keepPhoneShot(t, phone, fmt.Sprintf("words-%s-%s-%d.png", lang, what, width))
			}
		}
		phone.Wait(containsJS("#send", want.send) + ` && document.querySelector(".tabs")`)
		phone.Wait(containsJS("#show", want.vote) + ` && ` + containsJS(".tabs", want.ask))
		fillPhone(phone)
		look("poll")
		phone.Eval(`document.querySelectorAll("details.menu")[0].open = true`)
		look("languages")
		phone.Eval(`document.querySelectorAll("details.menu")[0].open = false`)
		overlay.Goto(base + "?lang=" + lang + "&" + query)
		overlay.Wait(containsJS(".dm-poll", want.press))
		keepPhoneShot(t, overlay, "words-"+lang+"-overlay-poll.png")
		o.call("POST", room+"/items/"+poll+"/stop", nil)
		o.call("DELETE", room+"/items/"+poll, nil)
		draw := start("draw", map[string]any{"title": "T-shirt", "winners": 1, "button": true})
		phone.Wait(containsJS(".draw-key", want.join))
		overlay.Wait(containsJS(".dm-draw", want.drawn))
		if cut := browser.Value[[]string](overlay, `[...document.querySelectorAll(".dm-draw *")].filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible").map((e) => e.className)`); len(cut) > 0 {
			t.Errorf("%s: the overlay cuts %v", lang, cut)
		}
		keepPhoneShot(t, overlay, "words-"+lang+"-overlay-draw.png")
		phone.Eval(`document.querySelectorAll(".tabs button")[1].click()`)
		look("draw")
		o.call("POST", room+"/items/"+draw+"/stop", nil)
		o.call("DELETE", room+"/items/"+draw, nil)
		for what, path := range map[string]string{"privacy": "/r/live/privacy", "notice": "/r/nothing", "rooms": "/"} {
			phone.Goto("http://" + p.host() + path + "?lang=" + lang)
			look(what)
		}
		overlay.Goto("http://" + inNetwork.host() + "/poster/live?lang=" + lang)
		overlay.Wait(`document.querySelector(".code").naturalWidth > 0 && document.documentElement.lang === "` + lang + `"`)
		keepPhoneShot(t, overlay, "words-"+lang+"-poster.png")
		overlay.Goto(strings.Replace(base, "/overlay/", "/screen/", 1) + "?lang=" + lang + "&code=corner&" + query)
		overlay.Wait(`document.querySelector("#card .code").naturalWidth > 0 && document.documentElement.lang === "` + lang + `"`)
		if faults := browser.Value[string](overlay, wholeCard); faults != "" {
			t.Errorf("%s: on the second screen: %s", lang, faults)
		}
		keepPhoneShot(t, overlay, "words-"+lang+"-screen.png")
	}
}
