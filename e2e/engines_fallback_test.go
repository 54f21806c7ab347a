package e2e

import (
	"testing"

	"danmaku/e2e/browser/engine"
)

// Chromium 103 supports neither dvh nor :has: the layout works without
// them. (floor.test.js requires a fallback for every dvh; this test shows the result.)
func TestWithoutHasAndDvhThePagesFitTheWindow(t *testing.T) {
	p := startProduct(t, append([]string{"--listen", "0.0.0.0:0"}, free...)...) // so that there are several addresses
	h := newRunner(t, p.console)
	engine.Each(t, []string{engine.Chromium103}, func(t *testing.T, name string) {
		page := signIn(t, h, name, 700)
		if name == engine.Chromium103 && engine.Value[bool](page, `CSS.supports("height: 1dvh") || CSS.supports("selector(:has(a))")`) {
			t.Fatal("this engine supports both: the test shows nothing")
		}
		page.Eval(`document.querySelector("#help").click()`)
		page.Wait(`document.querySelector("dialog[open]") !== null`)
		if got := engine.Value[[]float64](page, `((d) => [d.getBoundingClientRect().height, parseFloat(getComputedStyle(d).maxHeight), innerHeight])(document.querySelector("dialog[open]"))`); got[1] != got[2]-24 || got[0] > got[1] {
			t.Errorf("a dialog is %v px high, the limit is %v, and the window is %v", got[0], got[1], got[2])
		}
		page.Eval(`(() => { const d = document.querySelector("dialog[open]"); d.className = "dialog card"; d.replaceChildren(); })()`)
		if got := engine.Value[[]float64](page, `[document.querySelector("dialog[open]").getBoundingClientRect().height, innerHeight]`); got[0] != got[1] {
			t.Errorf("a card is %v px high in a window of %v", got[0], got[1])
		}
		if got := engine.Value[[]float64](page, `[...document.querySelectorAll(".menu-panel")].map((m) => parseFloat(getComputedStyle(m).maxHeight) - innerHeight)`); len(got) == 0 || got[0] != -80 {
			t.Errorf("menus may be higher than the window by %v", got)
		}
		page.Goto(engine.Value[string](page, `location.origin`) + "/welcome/live")
		page.Wait(`document.querySelector("#ways :checked") !== null`)
		if got := engine.Value[[]float64](page, `[parseFloat(getComputedStyle(document.body).minHeight), innerHeight]`); got[0] != got[1] {
			t.Errorf("the welcome is at least %v px high in a window of %v", got[0], got[1])
		}
		// The chosen address must differ from the others.
		if !engine.Value[bool](page, `document.querySelectorAll("#ways .way").length > 0 && [...document.querySelectorAll("#ways .way")].every((way) => (getComputedStyle(way.querySelector("input + span")).fontWeight === "600") === way.querySelector("input").checked)`) {
			t.Error("the chosen address looks like the others")
		}
	})
}

// A search field has one frame: WebKit draws its own inside ours.
func TestEverySearchFieldHasOneFrame(t *testing.T) {
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	engine.Each(t, []string{engine.WPE}, func(t *testing.T, name string) {
		console := signIn(t, h, name, 1280)
		for _, section := range []string{"", "people", "audit"} {
			console.Eval(`location.hash = "` + section + `"`)
			console.Wait(`[...document.querySelectorAll("input[type=search]")].some((f) => f.offsetWidth > 0 && (` + map[bool]string{true: `f.id === "search"`, false: `f.closest("#page") !== null`}[section == ""] + `))`)
			for _, got := range engine.Value[[]struct {
				Looks  string
				Frames int
			}](console, `[...document.querySelectorAll("input[type=search]")].filter((f) => f.offsetWidth > 0).map((f) => ({
				looks: getComputedStyle(f).appearance || getComputedStyle(f).webkitAppearance,
				frames: [f, ...(f.closest(".search") ? [f.closest(".search")] : [])].filter((e) => parseFloat(getComputedStyle(e).borderTopWidth) > 0).length,
			}))`) {
				if got.Looks != "none" || got.Frames != 1 {
					t.Errorf("a search field of the section %q looks like %q and has %d frames", section, got.Looks, got.Frames)
				}
			}
			keepPicture(t, console, "search-"+section+"-"+name+".png")
		}
	})
}
