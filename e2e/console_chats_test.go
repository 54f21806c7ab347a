package e2e

import (
	"testing"

	"danmaku/connector/bridge/bridgetest"
)

// A streamer pastes the address of a tool, sees it connect, sees its messages with
// their platform, and disconnects it.
func TestConsoleConnectsAChat(t *testing.T) {
	tool, err := bridgetest.Start("onecomme")
	if err != nil {
		t.Fatal(err)
	}
	defer tool.Close()
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.Eval(`location.hash = "chats"`)
	const field = `document.querySelector(".chat-form input")`
	console.Wait(field + ` !== null`)
	type_ := func(text string) {
		console.Eval(field + `.value = "` + text + `"; ` + field + `.dispatchEvent(new Event("input"))`)
	}
	type_("???")
	console.Wait(containsJS(".chat-note", "not a link or a name"))
	type_("https://kick.com/mika") // which only tools read
	console.Wait(containsJS(".chat-note", "Kick has no connection of its own here: read it with Social Stream Ninja or Streamer.bot"))
	type_("https://youtu.be/abc123def45")
	console.Wait(containsJS(".chat-note", "API key") + ` && document.querySelector(".chat-secrets input[name=key]") !== null`)
	type_("onecomme:" + tool.URL())
	console.Wait(containsJS(".chat-note", "OneComme"))
	console.Eval(`document.querySelector(".chat-form").requestSubmit()`)
	console.Wait(`document.querySelector(".chat [data-phase=connected]") !== null`)
	tool.Say(`{"type":"comments","data":{"comments":[{"service":"youtube","data":{"id":"y1","userId":"u1","name":"Noor","comment":"hello <b>there</b>"}}]}}`)
	console.Wait(containsJS(".chat", "1 shown"))
	console.Eval(`location.hash = ""`)
	console.Wait(containsJS(".feed .row", "hello there") + ` && ` + containsJS(".feed .row .source", "YouTube"))
	console.Wait(`document.querySelector(".feed.sourced .row .source") !== null`)
	console.Eval(`document.querySelector("#filter-menu").open = true`)
	console.Wait(containsJS("#filters", "YouTube") + ` && !` + containsJS("#filters", "Twitch"))
	console.Eval(`document.querySelector("#filter-menu").open = false`)
	tool.Say(`{"type":"comments","data":{"comments":[{"service":"youtube","data":{"id":"y2","userId":"u2","name":"Ana","comment":"","hasGift":true,"price":500,"unit":"¥"}}]}}`)
	console.Wait(containsJS(".feed .row .paid", "¥500"))
	tool.Say(`{"type":"deleted","data":[{"id":"y1"}]}`)
	console.Wait(containsJS(".feed .row.removed", "hello there"))
	console.Eval(`location.hash = "chats"`)
	console.Wait(containsJS(".chat", "1 taken down there"))
	console.Eval(`document.querySelector(".chat .row-acts .stop").click()`)
	console.Wait(`document.querySelector("dialog .stop") !== null`)
	console.Eval(`document.querySelector("dialog .stop").click()`)
	console.Wait(`document.querySelectorAll(".chat").length === 0 && document.querySelector(".none-yet:not([hidden])") !== null`)
}
