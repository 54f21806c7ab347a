package e2e

import (
	"strings"
	"testing"
)

// The field grows with the text, up to a bound, and shrinks again when the text is
// sent. One line is one comment: Enter sends, and pasted lines are joined. The author's
// name stays beside it, also while the keyboard is open.
func TestThePhonesFieldGrowsAndShowsTheName(t *testing.T) {
	p := startProduct(t, "--user-rate", "0")
	phone := openPhone(t, p.audience)
	const height = `document.querySelector("#text").offsetHeight`
	phone.Wait(height + ` === 52`)
	typeText(phone, "one line")
	phone.Wait(height + ` === 52`)
	typeText(phone, strings.Repeat(" and some more", 5))
	phone.Wait(height + ` > 70 && document.querySelector("#text").scrollHeight <= document.querySelector("#text").clientHeight`)
	checkAxe(t, phone, axe(t), "a field of several lines", true)
	keepShot(t, phone, "phone-field")
	phone.Hand(390, 480) // the keyboard is open
	for _, what := range []string{"#text", "#send", "#name"} {
		phone.Wait(`(() => { const r = document.querySelector("` + what + `").getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.width >= 60; })()`)
	}
	keepShot(t, phone, "phone-field-keyboard")
	phone.Hand(390, 844)
	typeText(phone, strings.Repeat(" and more", 200))
	phone.Wait(height + ` <= 140 && document.querySelector("#text").scrollHeight > document.querySelector("#text").clientHeight`)
	clearField(phone)
	phone.Wait(height + ` === 52`)

	// Pasted lines are joined to one.
	phone.Eval(`(() => { const f = document.querySelector("#text"); f.focus(); document.execCommand("insertText", false, "first\n  second"); })()`)
	phone.Wait(`document.querySelector("#text").value === "first second"`)
	phone.Eval(`document.querySelector("#name").focus()`)
	phone.Type("moss")
	phone.Key("Enter", 13)
	phone.Wait(`document.activeElement.id === "text" && document.querySelector("#name").value === "moss"`)
	phone.Key("Enter", 13)
	phone.Wait(containsJS(".feed .own.shown", "first second") + ` && document.querySelector("#text").value === "" && ` + height + ` === 52`)
	if row := p.owner(t).historyRows("first second")[0]; row["name"] != "moss" {
		t.Errorf("it was sent as %v", row)
	}
	phone.Goto(p.audience)
	phone.Wait(greeted + ` && document.querySelector("#name").value === "moss" && document.querySelector("#name").checkVisibility()`)
}

// The counter takes no column of the text, and the end of the text is visible, however
// narrow the phone is and whichever way the text runs.
func TestThePhonesCounterLeavesRoomForTheText(t *testing.T) {
	p := startProduct(t, "--user-rate", "0")
	for _, text := range []string{strings.Repeat("word ", 24) + "end", strings.Repeat("كلمة ", 24) + "نص"} {
		phone := openPhone(t, p.audience)
		phone.Hand(320, 640)
		typeText(phone, text)
		phone.Wait(`!document.querySelector("#count").hidden`)
		phone.Wait(`(() => { const f = document.querySelector("#text"), s = getComputedStyle(f); return f.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight) >= f.offsetWidth - 34; })()`)
		phone.Wait(`(() => { const f = document.querySelector("#text"); return f.scrollHeight > f.clientHeight && f.scrollTop + f.clientHeight >= f.scrollHeight - 1; })()`)
		// The last line is above it.
		phone.Wait(`parseFloat(getComputedStyle(document.querySelector("#text")).paddingBottom) >= document.querySelector("#text").getBoundingClientRect().bottom - document.querySelector("#count").getBoundingClientRect().top`)
		checkAxe(t, phone, axe(t), "a field with its counter", true)
		keepShot(t, phone, "phone-counter")
	}
}
