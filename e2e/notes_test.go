package e2e

import (
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// openNoteDialog opens the menu of a person's comment for a note.
func openNoteDialog(console *browser.Page, text string) {
	console.Wait(containsJS(".feed .row", text))
	console.Eval(`[...document.querySelectorAll(".feed .row")].find((e) => e.textContent.includes("` + text + `")).dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, button: 2, clientX: 60, clientY: 200 }))`)
	console.Wait(menuOpen)
	clickText(console, `[role="menuitem"]`, "Note or warning…")
	console.Wait(`document.querySelector("dialog .note-form input") === document.activeElement`)
}

// typeNote types into the note's field.
func typeNote(console *browser.Page, text string) {
	fillIn(console, `document.querySelector("dialog .note-form input")`, text)
}

// A note is for moderators; a warning is shown on the person's phone, above the field, in
// its own language, until dismissed, also over a restart. All moderators see both.
func TestNotesAndWarningsOnAPerson(t *testing.T) {
	source := axe(t)
	data := t.TempDir()
	p, stop := startStoppable(t, data, freePort(t))
	h := newRunner(t, p.console)
	mika, _ := h.makeLink("owner", "Mika")
	kim, _ := h.makeLink("moderator", "Kim")
	mine, theirs := openConsole(t, mika), openConsole(t, kim)
	phone, other := openConnectedPhone(t, p.audience), openConnectedPhone(t, p.audience)
	for _, page := range []*browser.Page{mine, theirs, phone, other} {
		page.IgnoreAway()
	}
	sendComment(phone, "the killer is the cook")

	// Kim reads what Mika writes.
	openNoteDialog(theirs, "the killer")
	openNoteDialog(mine, "the killer")
	typeNote(mine, "watches since the first season")
	clickText(mine, "dialog .note-form button", "Keep as a note")
	theirs.Wait(containsJS("dialog .note-row", "watches since the first season") + " && " + containsJS("dialog .note-row", "by Mika"))
	typeNote(mine, "no spoilers here, please")
	clickText(mine, "dialog .note-form button", "Warn")
	phone.Wait(containsJS(".warning", "no spoilers here, please"))
	theirs.Wait(containsJS("dialog .notes h3", "Warned once") + " && " + containsJS("dialog .note-row", "not read yet"))
	// In the narrowest dock its text has the full width of the card.
	theirs.Size(320, 700, 1)
	theirs.Wait(`[...document.querySelectorAll("dialog .note-row")].every((e) => e.querySelector(".note-words").offsetWidth === e.clientWidth && e.querySelector("button").getBoundingClientRect().right <= innerWidth)`)
	keepShot(t, theirs, "notes-card-narrow")
	theirs.Size(1440, 900, 1)
	if isTrue(phone, `document.body.textContent.includes("first season") || document.body.textContent.includes("Mika")`) {
		t.Error("the phone shows more than the warning")
	}
	if isTrue(other, `document.querySelector(".warning")`) {
		t.Error("another phone is warned, too")
	}
	checkAxe(t, mine, source, "the person's card with notes", true)
	checkAxe(t, phone, source, "a phone with a warning", true)
	keepShot(t, mine, "notes-card")
	keepShot(t, phone, "notes-phone")
	if !isTrue(phone, `(() => { const w = document.querySelector(".warnings").getBoundingClientRect(), f = document.querySelector("#composer").getBoundingClientRect(); return w.height > 40 && w.bottom <= f.top + 1; })()`) {
		t.Error("the warning is not above the field")
	}

	// A prepared warning is in the language of the phone; the oldest is read first.
	mine.Eval(`(() => { const s = document.querySelector("dialog .note-form select"); s.value = "spam"; s.dispatchEvent(new Event("change", { bubbles: true })); })()`)
	clickText(mine, "dialog .note-form button", "Warn")
	theirs.Wait(containsJS("dialog .notes h3", "Warned 2 times"))
	clickText(phone, ".warning button", "Got it")
	phone.Wait(containsJS(".warning", "Please do not send the same again and again."))
	theirs.Wait(`[...document.querySelectorAll("dialog .note-row")].some((e) => e.textContent.includes("no spoilers") && /read [A-Z][a-z]+ \d/.test(e.querySelector("small").textContent))`)

	// A restart loses nothing: the phone receives the warnings again that it has not dismissed.
	stop()
	mine.Wait(containsJS("#banner", "No connection"))
	_, stop = startStoppable(t, data, strings.TrimPrefix(h.base, "http://"))
	defer stop()
	for _, lang := range []struct{ code, text, button string }{
		{"zh-CN", "请不要反复发送同样的内容。", "知道了"}, {"ja", "同じ内容を何度も送らないでください。", "わかりました"},
		{"zh-TW", "請不要一再送出同樣的內容。", "知道了"}, {"ko", "같은 내용을 되풀이해서 보내지 마세요.", "알겠어요"},
		{"es", "No envíes lo mismo una y otra vez.", "Entendido"},
	} {
		phone.Goto(p.audience + "?lang=" + lang.code)
		phone.Wait(containsJS(".warning", lang.text) + " && " + containsJS(".warning button", lang.button))
	}
	phone.Eval(`document.querySelector(".warning button").click()`)
	phone.Wait(`document.querySelector(".warnings").hidden`)
	phone.Goto(p.audience)
	phone.Wait(`document.documentElement.dataset.greeted === ""`)
	if isTrue(phone, `document.querySelector(".warning")`) {
		t.Error("a dismissed warning is back after a reload")
	}

	// Deleted by its row, and restored by the page Activity.
	mine.Wait(containsJS("#banner", "Back online") + " || document.querySelector('#banner').hidden")
	mine.Eval(`document.querySelector("dialog")?.close()`)
	openNoteDialog(mine, "the killer")
	mine.Wait(`document.querySelectorAll("dialog .note-row").length === 3`)
	mine.Eval(`[...document.querySelectorAll("dialog .note-row")].find((e) => e.textContent.includes("first season")).querySelector("button").click()`)
	mine.Wait(`document.querySelectorAll("dialog .note-row").length === 2`)
	mine.Eval(`document.querySelector("dialog").close(); location.hash = "audit"`)
	mine.Wait(containsJS(".line-row", "deleted a note on") + " && " + containsJS(".line-row", "Please do not send the same again and again."))
	keepShot(t, mine, "notes-activity")
	mine.Eval(`[...document.querySelectorAll(".line-row")].find((e) => e.textContent.includes("deleted a note on")).querySelector("button").click()`)
	mine.Wait(containsJS(".line-row", "put back a note on"))
}
