package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// enterText puts text into a field and leaves it, as a person does.
func enterText(p *browser.Page, selector, text string) {
	p.Wait(`((field) => field !== null && !field.readOnly)(document.querySelector(` + strconv.Quote(selector) + `))`)
	p.Eval(`(() => {
		const field = document.querySelector(` + strconv.Quote(selector) + `);
		field.focus();
		field.value = ` + strconv.Quote(text) + `;
		for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
	})()`)
}

// clickText presses the first element that matches and contains a text, as soon as it
// exists.
func clickText(p *browser.Page, selector, text string) {
	find := `[...document.querySelectorAll(` + strconv.Quote(selector) + `)].find((e) => (e.ariaLabel ?? e.textContent).includes(` + strconv.Quote(text) + `) && e.checkVisibility())`
	p.Wait(find + ` !== undefined`)
	p.Eval(find + `.click()`)
}

// wantCopied waits until a press has put a text on the clipboard.
func wantCopied(t *testing.T, p *browser.Page, within, want string) {
	t.Helper()
	p.Eval(`(() => { window.copied = undefined; navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }; })()`)
	clickText(p, within+" button", "Copy")
	p.Wait(`window.copied !== undefined`)
	if got := browser.Value[string](p, `window.copied`); got != want {
		t.Errorf("copied is %q, want %q", got, want)
	}
	p.Wait(containsJS(within+" button", "Copied"))
}

// The owner makes a room, names it, closes and opens it, archives it and restores
// it, all in the console.
func TestRoomsAreManagedInTheConsole(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.Ignore("409") // the name is taken
	manage := func() {
		console.Eval(`document.querySelector("#rooms-menu").open = true`)
		clickText(console, "#rooms button", "Make and manage rooms")
		console.Wait(containsJS(".rooms-list", "live"))
	}
	manage()
	enterText(console, "dialog [name=id]", "live")
	clickText(console, "dialog button", "Make the room")
	console.Wait(containsJS("dialog [role=alert]", "There is a room of this name"))
	enterText(console, "dialog [name=id]", "second-room")
	enterText(console, "dialog [name=title]", "The <b>second</b>")
	clickText(console, "dialog button", "Make the room")
	console.Wait(`location.pathname === "/console/second-room" && ` + containsJS("#title", "The <b>second</b>"))

	console.Eval(`location.hash = "room"`)
	enterText(console, "#page .set input", "Attic")
	console.Wait(containsJS("#title", "Attic"))
	// Colours have a swatch and a word, and a switch that is on means that its content exists.
	console.Wait(containsJS("#page .swatches", "Light blue") + ` && [...document.querySelectorAll("#page .swatches .dot")].every((e) => e.parentElement.textContent.length > 2 && !e.parentElement.textContent.includes("#"))`)
	flip := func(word, field string, want any) {
		t.Helper()
		// Other rows may say that they are saved, too.
		control := `[...document.querySelectorAll("#page .toggle")].find((e) => e.textContent === "` + word + `").closest(".control")`
		console.Eval(`(() => { const control = ` + control + `; control.querySelector(".saved-now")?.remove(); control.querySelector("input").click(); })()`)
		console.Wait(control + `.querySelector(".saved-now")?.textContent === "Saved"`)
		if got := h.do("GET", "/api/rooms/second-room", nil)[field]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("after %s, %s is %v", word, field, got)
		}
	}
	on := func(word string) bool {
		return browser.Value[bool](console, `[...document.querySelectorAll("#page .toggle")].find((e) => e.textContent === "`+word+`").querySelector("input").checked`)
	}
	if !on("Shows comments, cards and polls") || on("In a colour of its own") {
		t.Error("the switches of a new room say the opposite")
	}
	flip("Shows comments, cards and polls", "overlay_hidden", true)
	flip("Shows comments, cards and polls", "overlay_hidden", nil)
	flip("In a colour of its own", "look", map[string]any{"color": "#d3f25c"})
	keepPhoneShot(t, console, "room-settings.png")
	flip("In a colour of its own", "look", map[string]any{})
	enterText(console, "#page .set input", strings.Repeat("👩‍👩‍👧", 61))
	console.Wait(`document.querySelector("#page .set input").validationMessage === "At most 60 characters."`)
	if got := h.do("GET", "/api/rooms/second-room", nil)["title"]; got != "Attic" {
		t.Errorf("the title is %v", got)
	}

	state := func(want string) {
		t.Helper()
		if r := h.do("GET", "/api/rooms/second-room", nil); r["state"] != want {
			t.Errorf("it is %v, want %s", r["state"], want)
		}
	}
	row := `[...document.querySelectorAll(".rooms-list li")].find((e) => e.textContent.includes("Attic"))`
	press := func(button, then string) {
		t.Helper()
		console.Wait(`[...(` + row + `?.querySelectorAll("button") ?? [])].some((e) => e.textContent === "` + button + `")`)
		console.Eval(`[...` + row + `.querySelectorAll("button")].find((e) => e.textContent === "` + button + `").click()`)
		console.Wait(`[...(` + row + `?.querySelectorAll("button") ?? [])].some((e) => e.textContent === "` + then + `")`)
	}
	console.Goto(h.base + "/console/live")
	manage()
	press("Close", "Open")
	state("closed")
	press("Open", "Close")
	state("open")
	phone := openConnectedPhone(t, h.base+"/r/second-room")
	press("Archive", "Bring back")
	phone.Wait(`!document.querySelector("#banner").hidden`)
	if list := h.do("GET", "/api/rooms", nil)["rooms"].([]any); len(list) != 1 {
		t.Errorf("an archived room is listed: %v", list)
	}
	press("Bring back", "Open")
	state("closed")
}

// A link made for a person opens the console for that person, is copied and shown as a
// code. Revoking it ends its sessions, and it can be restored.
func TestLinksAreCreatedAndRevoked(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.Eval(`location.hash = "links"`)
	line := func(text string) string {
		return `[...document.querySelectorAll("#page .line-row")].find((e) => !e.closest("details") && e.textContent.includes("` + text + `"))`
	}
	enterText(console, "#page select", "moderator")
	enterText(console, "#page form input", "Ann <i>")
	clickText(console, "#page form button", "Make link")
	console.Wait(containsJS("#page .new-link", "shown this once") + ` && document.querySelector(".new-link img").naturalWidth > 0`)
	given := browser.Value[string](console, `document.querySelector(".new-link .mono").textContent`)
	if !strings.HasPrefix(given, h.base+"/console/live?key=") {
		t.Fatalf("the link is %s", given)
	}
	wantCopied(t, console, ".new-link", given)
	console.Wait(line("Ann <i>") + `?.textContent.includes("never used")`)
	if browser.Value[bool](console, line("Ann <i>")+`.textContent.includes("key=")`) {
		t.Error("a moderator's key is shown again")
	}

	ann := openConsole(t, given)
	if browser.Value[bool](ann, `location.search.includes("key") || document.querySelector('[data-section-link="links"]') !== null`) {
		t.Error("a moderator sees the page of links, or the key in the address")
	}
	console.Eval(`location.hash = "audit"`)
	console.Wait(containsJS("#page", "made a link"))
	console.Eval(`location.hash = "links"`)
	console.Wait(line("Ann <i>") + `?.textContent.includes("last used")`)

	// The overlay's key can be shown again, as text and as a code.
	console.Eval(line("/overlay/live?key=") + `.id = "overlay-line"`)
	wantCopied(t, console, "#overlay-line", p.overlay)
	clickText(console, "#overlay-line button", "Code")
	console.Wait(`document.querySelector("dialog[open] img")?.naturalWidth > 0`)
	press(console, "Escape")
	console.Wait(`document.querySelector("dialog") === null`)

	console.Eval(line("Ann <i>") + `.id = "ann-line"`)
	clickText(console, "#ann-line button", "Revoke")
	console.Wait(containsJS("dialog[open]", "Ann <i>"))
	clickText(console, "dialog[open] button", "Revoke")
	ann.Wait(containsJS("#banner", "This link was revoked"))
	console.Wait(line("Ann <i>") + ` === undefined`)
	ann.Ignore("401")
	ann.Goto(given)
	ann.Wait(containsJS("main", "This link has expired"))

	// The wrong one was revoked: after an undo the same address works again.
	console.Eval(`document.querySelector(".links-gone").open = true`)
	clickText(console, ".links-gone button", "Restore")
	console.Wait(containsJS("dialog[open]", "Everybody who still has its address can enter again: Moderator · Ann <i>"))
	clickText(console, "dialog[open] button", "Restore")
	console.Wait(line("Ann <i>") + ` !== undefined && document.querySelector(".links-gone").hidden`)
	ann.Goto(given)
	ann.Wait(`document.querySelector("#feed") !== null`)
	console.Eval(`location.hash = "audit"`)
	console.Wait(containsJS("#page .line-row", "restored a link"))

	// A link in use is marked, and the last owner's link offers nothing that the server refuses.
	console.Eval(`location.hash = "links"`)
	console.Wait(line("Mika") + `?.textContent.includes("last used")`)
	console.Eval(`[...document.querySelectorAll("#page .line-row")].find((e) => e.textContent.startsWith("Owner") && !e.textContent.includes("Mika")).id = "other-owner"`)
	clickText(console, "#other-owner button", "Revoke")
	clickText(console, "dialog[open] button", "Revoke")
	console.Wait(line("Mika") + `?.textContent.includes("The last owner's link stays")`)
	if browser.Value[bool](console, line("Mika")+`.querySelector("button.stop") !== null`) {
		t.Error("the last owner's link can be revoked")
	}
}

// The page "On air" has every address, and each of them works.
func TestOnAirHasEveryAddress(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.Eval(`document.querySelector('.rail [data-section-link="air"]').click()`)
	console.Wait(containsJS("#page .mono", "/overlay/live?key=") + ` && document.querySelector("#page .qr-big").naturalWidth > 0`)
	if got := browser.Value[string](console, `document.querySelector("#page .mono").textContent`); got != p.overlay {
		t.Errorf("the overlay's address is %s, want %s", got, p.overlay)
	}
	wantCopied(t, console, "#page .set", p.overlay)
	wantCopied(t, console, "#page .entry-big", p.audience)
	type way struct {
		Path   string
		Status int
	}
	ways := browser.Value[[]way](console, `Promise.all([...document.querySelectorAll("#page a")].map(async (a) => ({ path: a.pathname, status: (await fetch(a.href)).status })))`)
	found := map[string]int{}
	for _, w := range ways {
		found[w.Path] = w.Status
	}
	for _, path := range []string{"/builder/live", "/welcome/live", "/overlay-loader/live", "/dock/live", "/api/rooms/live/qr.png", "/poster/live", "/screen/live"} {
		if found[path] != http.StatusOK {
			t.Errorf("%s returns status %d", path, found[path])
		}
	}
	clickText(console, "#page button", "Make an address for OBS")
	console.Wait(containsJS("#page .new-link .mono", "/dock/live?key="))
	dock := browser.New(t)
	dock.Size(320, 720, 2)
	dock.Goto(browser.Value[string](console, `document.querySelector("#page .new-link .mono").textContent`))
	dock.Wait(`document.body.dataset.view === "dock" && document.querySelector("#rate").textContent !== "–"`)

	// A moderator sees the addresses, too, but cannot make any.
	given, _ := h.makeLink("moderator", "Ann")
	ann := openConsole(t, given)
	ann.Eval(`location.hash = "air"`)
	ann.Wait(containsJS("#page .mono", "/overlay/live?key="))
	if browser.Value[bool](ann, containsJS("#page button", "Make an address")) {
		t.Error("a moderator sees actions that only an owner may use")
	}
}

// withoutCookies is a proxy before a server that removes every cookie, like a browser
// that blocks them.
func withoutCookies(t *testing.T, base string) string {
	t.Helper()
	to, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Cookie")
		},
		ModifyResponse: func(r *http.Response) error { r.Header.Del("Set-Cookie"); return nil },
	})
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// A room is made secret in the console: phones without the key are out, phones
// with the new code are in, also if cookies are blocked.
func TestASecretRoomIsMadeInTheConsole(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	given, _ := h.makeLink("moderator", "Ann")
	overlay := browser.Open(t, p.overlay+"&qr=1")
	const code = `fetch(document.querySelector(".dm-code-image").src).then((r) => r.text())`
	overlay.Wait(`document.querySelector(".dm-code-image")?.naturalWidth > 0`)
	open := browser.Value[string](overlay, code)
	console, before := openConsole(t, given), openConnectedPhone(t, p.audience)
	console.Wait(`document.querySelector("#phones").textContent === "1"`)
	console.Eval(`location.hash = "room"`)
	clickText(console, "#page .toggle", "Only with the key")
	console.Wait(containsJS("dialog[open]", "1 phone is here now"))
	clickText(console, "dialog[open] button", "Cancel")
	toggle := `[...document.querySelectorAll("#page .toggle")].find((e) => e.textContent.includes("Only with the key")).querySelector("input").checked`
	if browser.Value[bool](console, toggle) {
		t.Error("the switch is on, though nothing was changed")
	}
	clickText(console, "#page .toggle", "Only with the key")
	clickText(console, "dialog[open] button", "Make it secret")
	before.Wait(`!document.querySelector("#banner").hidden && document.querySelector("#banner").className.includes("stop")`)
	console.Wait(toggle)
	clickText(console, "#page a", "Code and address")
	console.Wait(containsJS("#page .entry-big .mono", "/r/live?key="))
	address := browser.Value[string](console, `document.querySelector("#page .entry-big .mono").textContent`)

	console.Wait(`"http://" + document.querySelector("#address").textContent === ` + strconv.Quote(address))

	overlay.Wait(`document.querySelector(".dm-code-image").src.includes("new=")`)
	if now := browser.Value[string](overlay, code); now == open || now != browser.Value[string](console, `fetch("/api/rooms/live/qr.svg").then((r) => r.text())`) {
		t.Error("the overlay's code does not lead into the secret room")
	}
	guest := openConnectedPhone(t, address)
	if at := browser.Value[string](guest, `location.pathname + location.search`); at != "/r/live" {
		t.Errorf("the guest is at %s", at)
	}
	bare := browser.New(t)
	bare.Goto(strings.Replace(address, h.base, withoutCookies(t, h.base), 1))
	for _, text := range []string{"no cookie, but the key", "after a reload"} {
		bare.Wait(containsJS("#status", "here"))
		sendComment(bare, text)
		bare.Wait(containsJS(".feed .own", text))
		guest.Wait(containsJS(".feed li", text))
		bare.Goto(browser.Value[string](bare, `location.href`))
	}
}

// A picture is chosen in the console, delivered to phones from our own address,
// replaced and removed; files that are not pictures are recognized by their content.
func TestThePictureIsChosenInTheConsole(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	console, phone := openConsole(t, address), openConnectedPhone(t, p.audience)
	console.Ignore("422")
	console.Eval(`location.hash = "room"`)
	console.Wait(`document.querySelector("#page input[type=file]") !== null`)
	choose := func(file string) {
		console.Eval(`(async () => {
			const input = document.querySelector("#page input[type=file]"), files = new DataTransfer();
			const drawn = (color, type) => new Promise((done) => { const c = document.createElement("canvas"); c.width = 320; c.height = 120; const g = c.getContext("2d"); g.fillStyle = color; g.fillRect(0, 0, 320, 120); c.toBlob(done, type); });
			files.items.add(` + file + `);
			input.files = files.files;
			input.dispatchEvent(new Event("change", { bubbles: true }));
		})()`)
	}
	alert := func(text string) {
		t.Helper()
		console.Wait(`[...document.querySelectorAll("#page .fault")].some((e) => !e.hidden && e.textContent.includes("` + text + `"))`)
	}
	choose(`new File(["<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"], "a.png", { type: "image/png" })`)
	alert("cannot be used")
	choose(`new File([new Uint8Array(2 * 2 ** 20 + 1)], "a.png", { type: "image/png" })`)
	alert("Larger than 2 MB")
	look := func() string { return h.do("GET", "/api/rooms/live", nil)["look"].(map[string]any)["picture"].(string) }

	choose(`new File([await drawn("#ff0000", "image/jpeg")], "a.gif", { type: "image/gif" })`) // its name does not matter
	const shown = `document.querySelector("#picture").naturalWidth === 320 && document.querySelector("#picture").checkVisibility()`
	phone.Wait(shown)
	console.Wait(`document.querySelector("#page .room-picture").naturalWidth === 320 && ![...document.querySelectorAll("#page .fault")].some((e) => !e.hidden)`)
	first := look()
	choose(`new File([await drawn("#0000ff", "image/png")], "b", { type: "" })`)
	console.Wait(`document.querySelector("#page .room-picture").getAttribute("src") !== "` + first + `"`)
	second := look()
	phone.Wait(`new URL(document.querySelector("#picture").src).href === location.origin + "` + second + `" && ` + shown)
	if r, err := http.Get(h.base + first); err != nil || r.StatusCode != http.StatusNotFound || r.Body.Close() != nil {
		t.Errorf("the replaced picture is still there: %v, %v", r, err)
	}
	clickText(console, "#page button", "Remove picture")
	phone.Wait(`!document.querySelector("#picture").checkVisibility()`)
	console.Wait(`document.querySelector("#page .room-picture").hidden`)
}

// Faults in a line of the rules are reported in the page's language.
func TestErrorsInRulesAreTranslated(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	s := h.sender()
	s.say("moss", "tangerine <i>pie</i>", nil)
	address, _ := h.makeLink("owner", "Mika")
	console := openConsole(t, address)
	console.Goto(h.base + "/console/live?lang=zh-CN#rules")
	enterText(console, ".editor textarea", "tangerine\nx\n/(/\nlemon => burn")
	for _, text := range []string{"第 1 行", "会拦下最近 1 条弹幕中的 1 条，例如“tangerine <i>pie</i>”", "只剩一个字", "不是有效的正则表达式", "不能写“burn”"} {
		console.Wait(containsJS(".fault-list li", text))
	}
	if titles := browser.Value[string](console, `[...document.querySelectorAll(".gutter [title]")].map((e) => e.title).join("|")`); !strings.Contains(titles, "不能写“burn”") {
		t.Errorf("beside the lines: %s", titles)
	}
	enterText(console, "#rules-test", "&lt;fuck&gt;")
	console.Wait(containsJS(".verdict", "与词条一字不差"))
	clickText(console, "#page button", "500")
	console.Wait(containsJS("#page .help", "1"))
}

// Two moderators edit the same list: the second save names the first editor, shows
// both versions, and succeeds when the moderator overwrites or merges.
func TestTwoModeratorsEditTheSameRules(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	save := func(text string) {
		t.Helper()
		h.do("PUT", "/api/rooms/live/rules", map[string]any{"name": "words", "text": text, "on": true})
	}
	stands := func(want string) {
		t.Helper()
		got := "no list"
		for _, l := range h.do("GET", "/api/rooms/live/rules", nil)["lists"].([]any) {
			if l := l.(map[string]any); l["name"] == "words" {
				got = l["text"].(string)
			}
		}
		if got != want {
			t.Errorf("the list has %q, want %q", got, want)
		}
	}
	save("pear")
	address, _ := h.makeLink("moderator", "Ann")
	console := openConsole(t, address)
	console.Ignore("409")
	console.Eval(`location.hash = "rules"`)
	// The room's own list comes first for moderators who cannot change the others.
	console.Wait(`document.querySelector(".editor textarea")?.value === "pear"`)

	enterText(console, ".editor textarea", "pear\nplum <i>")
	save("pear\nquince")
	clickText(console, "#page button.main", "Save")
	console.Wait(containsJS(".conflict p", "host has saved this list since"))
	console.Wait(`document.querySelector(".theirs textarea").value === "pear\nquince" && document.querySelector(".theirs .doubt").textContent === "2"`)
	console.Wait(`document.querySelector(".editor textarea").value === "pear\nplum <i>" && document.activeElement.closest(".conflict") !== null`)
	stands("pear\nquince")
	console.Eval(`document.querySelector(".editor textarea").focus()`)
	clickText(console, "#page button.main", "Save") // not the link onward
	console.Wait(`document.activeElement.closest(".conflict") !== null`)
	stands("pear\nquince")

	clickText(console, ".conflict button", "Put both together")
	console.Wait(`document.querySelector(".conflict").hidden && document.querySelector(".editor textarea").value === "pear\nquince\nplum <i>"`)
	stands("pear\nquince")
	clickText(console, "#page button.main", "Save")
	console.Wait(containsJS("#page .saved-now", "Saved and in force"))
	stands("pear\nquince\nplum <i>")

	// The next save is based on the version saved here.
	enterText(console, ".editor textarea", "mine alone")
	clickText(console, "#page button.main", "Save")
	console.Wait(containsJS("#page .saved-now", "Saved and in force"))
	stands("mine alone")
	enterText(console, ".editor textarea", "mine again")
	h.do("DELETE", "/api/rooms/live/rules/words", nil)
	clickText(console, "#page button.main", "Save")
	console.Wait(containsJS(".conflict p", "host has deleted this list since"))
	clickText(console, ".conflict button", "Save mine in its place")
	console.Wait(`document.querySelector(".conflict").hidden`)
	stands("mine again")
}
