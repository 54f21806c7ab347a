package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// An owner makes a button and a webhook. The button's address hides the overlay, which the
// room reports, and shows it again. The webhook is tested, and receives a comment.
func TestConsoleAutomates(t *testing.T) {
	got := make(chan string, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			got <- string(body)
		}
	}))
	defer receiver.Close()
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	address, _ := h.makeLink("owner", "Mika")
	overlay := browser.New(t)
	overlay.Goto(p.overlay)
	overlay.Wait(`getComputedStyle(document.body).visibility === "visible" && document.visibilityState === "visible"`)
	console := openConsole(t, address)
	console.Eval(`location.hash = "automation"`)
	console.Wait(`document.querySelector(".button-form select")?.options.length > 10 && document.querySelector(".hook-form input") !== null`)
	console.Eval(`(() => {
		const [act, label] = document.querySelector(".button-form").elements;
		act.value = "hide_toggle";
		label.value = "desk";
		document.querySelector(".button-form").requestSubmit();
	})()`)
	console.Wait(containsJS(".button-row", "desk") + ` && ` + containsJS(".button-row .mono", "/press/hide_toggle?key="))
	button := browser.Value[string](console, `document.querySelector(".button-row .mono").textContent`)
	for _, want := range []string{"hidden", "visible"} {
		resp, err := http.Get(button)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		overlay.Wait(`getComputedStyle(document.body).visibility === "` + want + `"`)
	}
	console.Eval(`(() => {
		const [url, label, , local] = document.querySelector(".hook-form").elements;
		url.value = "` + receiver.URL + `/x";
		label.value = "sheet";
		local.checked = true;
		document.querySelector(".hook-form").requestSubmit();
	})()`)
	console.Wait(containsJS(".new-link", "whsec_") + ` && document.querySelector(".hook [data-phase=ready]") !== null`)
	console.Eval(`document.querySelector(".hook .row-acts .button").click()`)
	if body := <-got; !strings.Contains(body, `"type":"test"`) {
		t.Errorf("the test is %s", body)
	}
	h.sender().say("ann", "hello there", nil)
	if body := <-got; !strings.Contains(body, "hello there") {
		t.Errorf("the webhook got %s", body)
	}
	console.Wait(containsJS(".hook .when", "Events delivered: 1") + ` && document.querySelectorAll(".hook-requests li").length === 2`)
}
