package e2e

import "testing"

// spokenPaper is a voice that records its texts, and whose end a test triggers.
const spokenPaper = `
window.paper = [];
const voices = [{ name: "Anna", lang: "en-GB", voiceURI: "anna" }];
Object.defineProperty(window, "speechSynthesis", { value: { getVoices: () => voices, cancel() { paper.push("cut"); }, speak(u) { paper.push(u.text); paper.last = u; } } });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };`

// Comments are read aloud as they are shown, also from another page of the console; held
// ones are not, and a removed one is cut off.
func TestCommentsAreReadAloud(t *testing.T) {
	source := axe(t)
	p := startProduct(t)
	o := p.owner(t)
	console := consoleOf(t, o)
	console.Before(spokenPaper)
	console.Goto(o.base + "/console/live?lang=en#voice") // another address: the page reloads
	console.Wait(containsJS(".voice-page", "OBS does not hear this page by itself"))
	checkAxe(t, console, source, "reading aloud", true)
	clickButton(console, ".voice-page", "Start reading")
	phone := openPhone(t, p.audience)
	sendTo(phone, "first of all")
	console.Wait(`paper.join().includes("first of all") && ` + containsJS(".voice-now", "first of all"))
	sendTo(openPhone(t, p.audience), "second in line")
	console.Wait(containsJS(".voice-page li", "second in line"))

	console.Eval(`location.hash = ""`)
	console.Wait(`document.querySelector('.rail [data-section-link="voice"].on-show')`)
	o.call("POST", "/api/rooms/live/comments/"+o.historyRows("first of all")[0]["id"].(string)+"/remove", nil)
	console.Wait(`paper.slice(-2).join() === "cut,second in line" || paper.at(-1).endsWith("second in line") && paper.includes("cut")`)
	o.changeSettings(map[string]any{"review": "all"})
	sendTo(openPhone(t, p.audience), "this one is held")
	console.Wait(containsJS("#queue .current", "this one is held"))
	console.Eval(`paper.last.onend()`)
	console.Eval(`location.hash = "voice"`)
	console.Wait(containsJS(".voice-now", "Nothing to read"))
	if isTrue(console, `paper.join().includes("held")`) {
		t.Error("a comment waiting for a moderator was read")
	}
	clickButton(console, ".voice-page", "Stop reading")
	console.Wait(containsJS(".voice-now", "It is off"))
}
