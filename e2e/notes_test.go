package e2e

import (
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// personOf opens the menu of a person's comment for a note.
func personOf(console *browser.Page, text string) {
	console.Wait(has(".feed .row", text))
	console.Eval(`[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("` + text + `")).dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, button: 2, clientX: 60, clientY: 200 }))`)
	console.Wait(menuOpen)
	click(console, `[role="menuitem"]`, "Note or warning…")
	console.Wait(`document.querySelector("dialog .note-form input") === document.activeElement`)
}

// noteText types into the note's field.
func noteText(console *browser.Page, text string) {
	fillIn(console, `document.querySelector("dialog .note-form input")`, text)
}

// A note is for moderators; a warning is shown on the person's phone, above the field, in
// its own language, until dismissed, also over a restart. All moderators see both.
func TestNotesAndWarningsOnAPerson(t *testing.T) {
	source := axe(t)
	data := t.TempDir()
	p, stop := startStoppable(t, data, freePort(t))
	h := runnerAt(t, p.console)
	mika, _ := h.link("owner", "Mika")
	kim, _ := h.link("moderator", "Kim")
	mine, theirs := consoleAt(t, mika), consoleAt(t, kim)
	phone, other := phoneAt(t, p.audience), phoneAt(t, p.audience)
	for _, page := range []*browser.Page{mine, theirs, phone, other} {
		page.IgnoreAway()
	}
	say(phone, "the killer is the cook")

	// Kim reads what Mika writes.
	personOf(theirs, "the killer")
	personOf(mine, "the killer")
	noteText(mine, "watches since the first season")
	click(mine, "dialog .note-form button", "Keep as a note")
	theirs.Wait(has("dialog .note-row", "watches since the first season") + " && " + has("dialog .note-row", "by Mika"))
	noteText(mine, "no spoilers here, please")
	click(mine, "dialog .note-form button", "Warn")
	phone.Wait(has(".warning", "no spoilers here, please"))
	theirs.Wait(has("dialog .notes h3", "Warned once") + " && " + has("dialog .note-row", "not read yet"))
	// In the narrowest dock its text has the full width of the card.
	theirs.Size(320, 700, 1)
	theirs.Wait(`[...document.querySelectorAll("dialog .note-row")].every((e) => e.querySelector(".note-words").offsetWidth === e.clientWidth && e.querySelector("button").getBoundingClientRect().right <= innerWidth)`)
	keepShot(t, theirs, "notes-card-narrow")
	theirs.Size(1440, 900, 1)
	if is(phone, `document.body.textContent.includes("first season") || document.body.textContent.includes("Mika")`) {
		t.Error("the phone shows more than the warning")
	}
	if is(other, `document.querySelector(".warning")`) {
		t.Error("another phone is warned, too")
	}
	checkAxe(t, mine, source, "the person's card with notes", true)
	checkAxe(t, phone, source, "a phone with a warning", true)
	keepShot(t, mine, "notes-card")
	keepShot(t, phone, "notes-phone")
	if !is(phone, `(() => { const w = document.querySelector(".warnings").getBoundingClientRect(), f = document.querySelector("#composer").getBoundingClientRect(); return w.height > 40 && w.bottom <= f.top + 1; })()`) {
		t.Error("the warning is not above the field")
	}

	// A prepared warning is in the language of the phone; the oldest is read first.
	mine.Eval(`(() => { const s = document.querySelector("dialog .note-form select"); s.value = "spam"; s.dispatchEvent(new Event("change", { bubbles: true })); })()`)
	click(mine, "dialog .note-form button", "Warn")
	theirs.Wait(has("dialog .notes h3", "Warned 2 times"))
	click(phone, ".warning button", "Got it")
	phone.Wait(has(".warning", "Please do not send the same again and again."))
	theirs.Wait(`[...document.querySelectorAll("dialog .note-row")].some((e) => e.textContent.includes("no spoilers") && /read \d/.test(e.querySelector("small").textContent))`)

	// A restart loses nothing: the phone receives the warnings again that it has not dismissed.
	stop()
	mine.Wait(has("#banner", "No connection"))
	_, stop = startStoppable(t, data, strings.TrimPrefix(h.base, "http://"))
	defer stop()
	for _, lang := range []struct{ code, text, button string }{
		{"zh-CN", "请不要反复发送同样的内容。", "知道了"}, {"ja", "同じ内容を何度も送らないでください。", "わかりました"},
		{"zh-TW", "請不要一再送出同樣的內容。", "知道了"}, {"ko", "같은 내용을 되풀이해서 보내지 마세요.", "알겠어요"},
		{"es", "No envíes lo mismo una y otra vez.", "Entendido"},
	} {
		phone.Goto(p.audience + "?lang=" + lang.code)
		phone.Wait(has(".warning", lang.text) + " && " + has(".warning button", lang.button))
	}
	phone.Eval(`document.querySelector(".warning button").click()`)
	phone.Wait(`document.querySelector(".warnings").hidden`)
	phone.Goto(p.audience)
	phone.Wait(`document.documentElement.dataset.greeted === ""`)
	if is(phone, `document.querySelector(".warning")`) {
		t.Error("a dismissed warning is back after a reload")
	}

	// Deleted by its row, and restored by the page Activity.
	mine.Wait(has("#banner", "Back online") + " || document.querySelector('#banner').hidden")
	mine.Eval(`document.querySelector("dialog")?.close()`)
	personOf(mine, "the killer")
	mine.Wait(`document.querySelectorAll("dialog .note-row").length === 3`)
	mine.Eval(`[...document.querySelectorAll("dialog .note-row")].find((e) => e.textContent.includes("first season")).querySelector("button").click()`)
	mine.Wait(`document.querySelectorAll("dialog .note-row").length === 2`)
	mine.Eval(`document.querySelector("dialog").close(); location.hash = "audit"`)
	mine.Wait(has(".line-row", "deleted a note on") + " && " + has(".line-row", "Please do not send the same again and again."))
	keepShot(t, mine, "notes-activity")
	mine.Eval(`[...document.querySelectorAll(".line-row")].find((e) => e.textContent.includes("deleted a note on")).querySelector("button").click()`)
	mine.Wait(has(".line-row", "put back a note on"))
}
