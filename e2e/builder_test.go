package e2e

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"danmaku/e2e/browser"
	"danmaku/obs/obstest"
)

// openBuilder opens the builder and waits until its overlay is ready.
func openBuilder(t testing.TB, address string) *browser.Page {
	t.Helper()
	b := browser.New(t)
	b.Size(1440, 900, 1)
	b.Goto(strings.Replace(strings.Replace(address, "/console/live", "/console", 1), "/console", "/builder/live", 1))
	b.Wait(stands)
	return b
}

// stands is true once the overlay in the builder has its options and its CSS.
const stands = inside + `?.document?.querySelectorAll("head style").length === 2 && document.querySelectorAll(".opt").length > 20`

// inside is the window of the overlay in the builder.
const inside = `document.getElementById("frame").contentWindow`

// copiedAddress returns what the button for the address puts on the clipboard.
func copiedAddress(b *browser.Page, button string) string {
	return browser.Value[string](b, `(async () => {
		let text;
		navigator.clipboard.writeText = async (t) => { text = t; };
		document.getElementById("`+button+`").click();
		await Promise.resolve();
		return text;
	})()`)
}

// optionsOf returns the options in an overlay's address, without the key.
func optionsOf(t testing.TB, address string) map[string]string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, values := range u.Query() {
		out[name] = values[0]
	}
	delete(out, "key")
	return out
}

// setOption operates the control of an option as a person does.
func setOption(b *browser.Page, option, value string) {
	b.Eval(`(() => {
		const opt = document.querySelector('[data-option="` + option + `"]'), value = ` + strconv.Quote(value) + `;
		opt.closest("details").open = true;
		const radio = opt.querySelector('input[type="radio"][value="' + value + '"]');
		const toggle = opt.querySelector('input[type="checkbox"]');
		const field = opt.querySelector('input[type="color"], input[type="range"], select, input.field');
		if (radio) return radio.click();
		if (toggle && !field) return toggle.click();
		field.value = value;
		for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
	})()`)
}

// Each control changes the address by its option alone, and the overlay in the
// preview; undo reverts it.
func TestTheBuilderHasEveryOption(t *testing.T) {
	p := startProduct(t)
	b := openBuilder(t, p.console)
	if got := copiedAddress(b, "copy"); got != p.overlay {
		t.Errorf("the address is %q, the start printed %q", got, p.overlay)
	}
	// Record the options that the overlay receives.
	b.Eval(`(() => { const { danmaku } = ` + inside + `, config = danmaku.config; danmaku.config = (all) => { window.applied = all; config(all); }; })()`)
	root := `getComputedStyle(` + inside + `.document.documentElement)`
	rows := []struct{ name, value, written, sees string }{
		{"size", "44", "44", root + `.getPropertyValue("--danmaku-size") === "44px"`},
		{"weight", "400", "400", root + `.getPropertyValue("--danmaku-weight") === "400"`},
		{"stroke", "3", "3", root + `.getPropertyValue("--danmaku-stroke-width") === "3px"`},
		{"opacity", "80", "0.8", root + `.getPropertyValue("--danmaku-opacity") === "0.8"`},
		{"font", "Noto Serif", "Noto Serif", root + `.getPropertyValue("--danmaku-font") === '"Noto Serif"'`},
		{"theme", "plate", "plate", inside + `.document.documentElement.dataset.theme === "plate"`},
		{"chroma", "#00ff00", "00ff00", root + `.backgroundColor === "rgb(0, 255, 0)"`},
		{"lang", "ja", "ja", inside + `.document.documentElement.lang === "ja"`},
		{"area", "40", "0.4", inside + `.danmaku.stats().lanes === 7 && !document.getElementById("area").hidden`},
		{"lanes", "5", "5", inside + `.danmaku.stats().lanes === 5`},
		{"debug", "1", "1", inside + `.document.querySelector(".dm-debug") !== null`},
		{"qr", "1", "1", inside + `.document.querySelector(".dm-code-shown") !== null`},
		{"names", "1", "1", inside + `.document.querySelector(".dm-slot:not(.dm-probe) .dm-name") !== null`},
		{"duration", "12", "12", ""}, {"pace", "300", "300", ""}, {"wrap", "30", "30", ""}, {"fixed", "5", "5", ""}, {"apart", "1", "1", ""}, {"fade", "1", "1", ""}, {"region", "bottom", "bottom", ""}, {"motion", "smooth", "smooth", ""}, {"limit", "40", "40", ""},
		{"overlap", "1", "1", ""}, {"merge", "1", "1", ""}, {"emoji", "0", "0", ""}, {"reactions", "0", "0", ""}, {"questions", "3", "3", inside + `.document.querySelectorAll(".dm-questions .dm-question").length === 3`}, {"sources", "1", "1", ""}, {"lift", "0", "0", ""}, {"idle", "30", "30", ""}, {"bench", "1", "1", ""}, {"demo", "1", "1", ""},
		{"newest", "top", "top", ""}, {"place", "left", "left", ""}, {"stay", "30", "30", ""}, {"avatars", "1", "1", ""},
	}
	left := browser.Value[map[string]bool](b, `Object.fromEntries([...document.querySelectorAll("[data-option]")].map((e) => [e.dataset.option, true]))`)
	delete(left, "box") // TestTheBuilderMakesAChatBox covers it: it loads another page
	for _, row := range rows {
		delete(left, row.name)
		setOption(b, row.name, row.value)
		if got := optionsOf(t, copiedAddress(b, "copy")); len(got) != 1 || got[row.name] != row.written {
			t.Errorf("%s: the address has %v, want %s", row.name, got, row.written)
		}
		if got := browser.Value[string](b, `document.querySelector("#link b").textContent`); got != ("&" + url.Values{row.name: {row.written}}.Encode()) {
			t.Errorf("%s: it shows %q", row.name, got)
		}
		want := row.written
		if row.name == "idle" { // the preview's feed pauses too late for this test
			want = "1"
		}
		if got := browser.Value[string](b, `applied.`+row.name); got != want {
			t.Errorf("%s: the overlay receives %q, want %q", row.name, got, want)
		}
		if row.sees != "" {
			b.Wait(row.sees)
		}
		b.Eval(`document.getElementById("undo").click()`)
		if got := optionsOf(t, copiedAddress(b, "copy")); len(got) != 0 {
			t.Errorf("%s: after undo the address has %v", row.name, got)
		}
	}
	b.Wait(inside + `.document.documentElement.lang === "en"`)
	for name := range left {
		t.Errorf("the test has no row for %s", name)
	}
}

// Presets, looks kept for all moderators, reset and files work, and a reload
// loses nothing.
func TestLooksOfTheBuilder(t *testing.T) {
	p := startProduct(t)
	h := newRunner(t, p.console)
	owner, _ := h.makeLink("owner", "Mika")
	b := openBuilder(t, owner)
	address := func() map[string]string { t.Helper(); return optionsOf(t, copiedAddress(b, "copy")) }
	for preset, want := range map[string]map[string]string{
		"bilibili": {"theme": "bilibili", "duration": "8", "area": "0.5", "region": "top", "opacity": "0.8"},
		"niconico": {"theme": "niconico", "duration": "4", "overlap": "1"},
		"quiet":    {"theme": "quiet", "duration": "12", "area": "0.35", "region": "top", "limit": "30", "merge": "1"},
		"hall":     {"theme": "hall", "duration": "12", "merge": "1", "qr": "idle", "idle": "30"},
	} {
		b.Eval(`document.querySelector('[data-preset="` + preset + `"]').click()`)
		if got := address(); !maps.Equal(got, want) {
			t.Errorf("%s: the address has %v", preset, got)
		}
		if !browser.Value[bool](b, `document.querySelector('[data-preset="`+preset+`"]').ariaPressed === "true"`) {
			t.Errorf("%s is not marked", preset)
		}
	}
	// Record what the preview shows only for a moment.
	b.Eval(`(() => {
		const { document: page, MutationObserver } = ` + inside + `;
		window.codes = 0;
		new MutationObserver(() => { if (page.querySelector(".dm-code-shown")) window.codes++; }).observe(page.body, { subtree: true, childList: true, attributeFilter: ["class"] });
		document.querySelector('[data-preset="bilibili"]').click();
	})()`)
	// The slider shows a ready style's own size.
	b.Eval(`document.querySelector('[data-preset="hall"]').click()`)
	if got := browser.Value[string](b, `document.querySelector('[data-option="size"] input[type="number"]').value`); got != "56" {
		t.Errorf("in the style hall the size is shown as %s", got)
	}
	// The preview's feed pauses for the code shown while nobody writes, and
	// resumes.
	b.Wait(`codes > 0`)
	b.Wait(inside + `.document.querySelector(".dm-code-shown") === null && ` + inside + `.danmaku.stats().active > 0`)
	b.Eval(`window.codes = 0; document.getElementById("peek").click()`)
	b.Wait(`codes > 0`)
	// The overlay's own size can be chosen in it, too.
	setOption(b, "size", "36")
	if got := address(); got["size"] != "36" || got["theme"] != "hall" {
		t.Errorf("the style hall with the usual size is %v", got)
	}
	b.Wait(`getComputedStyle(` + inside + `.document.documentElement).getPropertyValue("--danmaku-size") === "36px"`)
	b.Eval(`document.querySelector('[data-back="size"]').click()`)
	if got := address(); got["size"] != "" || got["theme"] != "hall" {
		t.Errorf("the style hall with its own size is %v", got)
	}

	// One moderator saves it, another sees it.
	const css = ".dm { letter-spacing: 2px }"
	setOption(b, "size", "44")
	enterText(b, "#css", css)
	own := address()
	enterText(b, "#keep-name", "Friday <b>")
	b.Eval(`document.getElementById("keep").click()`)
	b.Wait(`document.querySelector("#kept .preset[aria-pressed='true']") !== null && ` + containsJS("#said", "Friday <b>"))
	moderator, _ := h.makeLink("moderator", "Ann")
	other := openBuilder(t, moderator)
	other.Wait(containsJS("#kept .preset", "Friday <b>"))
	other.Eval(`document.querySelector("#kept .preset").click()`)
	if got := optionsOf(t, copiedAddress(other, "copy")); !maps.Equal(got, own) {
		t.Errorf("the other builder has %v, want %v", got, own)
	}
	if got := copiedAddress(other, "copy-css"); got != css {
		t.Errorf("the other builder's CSS is %q", got)
	}
	// Deleted there, and restored.
	other.Eval(`document.querySelector("#kept .danger").click()`)
	other.Wait(`document.querySelector("#kept li") === null`)
	other.Eval(`document.querySelector("#said button").click()`)
	other.Wait(containsJS("#kept .preset", "Friday <b>"))

	// A reload keeps the look; a reset can be undone.
	b.Goto(strings.Replace(p.console[:strings.Index(p.console, "?")], "/console/", "/builder/", 1))
	b.Wait(stands + ` && document.querySelector("#kept .preset[aria-pressed='true']") !== null`)
	if got := address(); !maps.Equal(got, own) {
		t.Errorf("after a reload it has %v", got)
	}
	b.Eval(`document.getElementById("reset").click()`)
	if got := address(); len(got) != 0 || browser.Value[string](b, `document.getElementById("css").value`) != "" {
		t.Errorf("after a reset it has %v", got)
	}
	b.Eval(`document.querySelector("#said button").click()`)
	if !browser.Value[bool](b, `document.activeElement === document.getElementById("undo") && document.getElementById("said").hidden`) {
		t.Error("the focus is lost after the reset was undone")
	}
	if got := address(); !maps.Equal(got, own) || browser.Value[string](b, `document.getElementById("css").value`) != css {
		t.Errorf("the reset was not undone: %v", got)
	}

	// Export and import.
	file := browser.Value[string](b, `(async () => {
		let file;
		const make = URL.createObjectURL;
		URL.createObjectURL = (blob) => { file = blob; return make.call(URL, blob); };
		document.getElementById("export").click();
		return file.text();
	})()`)
	var parsed struct {
		Kind    string
		Version int
		Options map[string]any
		CSS     string
	}
	if err := json.Unmarshal([]byte(file), &parsed); err != nil || parsed.Version != 1 || parsed.CSS != css || parsed.Options["size"] != 44.0 {
		t.Errorf("%v: %s", err, file)
	}
	b.Eval(`document.getElementById("reset").click(); document.getElementById("open-import").click()`)
	take := func(text string) {
		enterText(b, "#import-text", text)
		b.Eval(`document.querySelector("#import .main").click()`)
	}
	take(strings.Replace(strings.Replace(file, `44`, `4400`, 1), `"merge"`, `"mirge"`, 1))
	if n := browser.Value[int](b, `document.querySelectorAll("#import-faults li").length`); n != 2 || len(address()) != 0 {
		t.Errorf("a bad file: %d faults, and it has %v", n, address())
	}
	if !browser.Value[bool](b, `document.querySelector("#import-text[aria-invalid='true']") !== null && `+containsJS("#import-faults", "mirge")+` && `+containsJS("#import-faults", "8–400")) {
		t.Error("the faults are not shown")
	}
	take(file)
	if got := address(); !maps.Equal(got, own) || browser.Value[string](b, `document.getElementById("css").value`) != css || !browser.Value[bool](b, `document.getElementById("import").hidden`) {
		t.Errorf("the exported look is imported as %v", got)
	}
}

// styled returns every computed property of every element on the stage, by element.
const styled = `Object.fromEntries([...document.querySelectorAll(".dm-slot:not(.dm-probe) .dm, .dm-slot:not(.dm-probe) .dm *, .dm-pin *")].filter((e) => e.checkVisibility()).flatMap((e) => ["", "::before"].map((part) => {
	const style = getComputedStyle(e, part);
	return [e.className + " of " + e.closest(".dm").textContent + part, Object.fromEntries([...style].map((p) => [p, style.getPropertyValue(p)]))];
})))`

// CSS in the builder has the same effect as in OBS's field, for every property.
func TestTheBuilderPreviewsCSSAsOBSDoes(t *testing.T) {
	p := startProduct(t)
	const css = `:root { --danmaku-size: 44px; --danmaku-stroke-color: #123456; }
.dm { letter-spacing: 1px; --danmaku-stroke-width: 3px; }
.dm[data-badge="owner"] { background: rgb(9, 8, 7); border-radius: 3px; }
.dm[data-source="twitch"] .dm-text { font-style: italic; }
.dm-name::before { content: "@"; }
.dm-pin .dm { border-color: #66e0ff; max-width: 50vw; }
@media (min-width: 1900px) { .dm-text { text-decoration: underline; } }
.dm { color: nonsense; } } .dm-badge { color: rgb(1, 2, 3) }`
	const stage = `danmaku.config({ demo: 0, duration: 60 }); danmaku.clear();
		danmaku.push([{ id: "a", text: "one", color: "#ff6b5e", name: "Aoi" }, { id: "b", text: "two", badge: "owner" }, { id: "c", text: "three", source: "twitch", size: "big" }, { id: "d", text: "four", color: "#000000" }]);
		danmaku.pin({ id: "p", text: "pinned", name: "Mika" });`
	b := openBuilder(t, p.console)
	setOption(b, "stroke", "1")
	setOption(b, "names", "1")
	enterText(b, "#css", css)
	// OBS puts a style with the text of its field at the end of the head.
	obs := browser.Open(t, copiedAddress(b, "copy"))
	box, err := json.Marshal(copiedAddress(b, "copy-css"))
	if err != nil {
		t.Fatal(err)
	}
	obs.Wait(`typeof danmaku === "object"`)
	obs.Eval(`{ const style = document.createElement("style"); style.textContent = ` + string(box) + `; document.head.append(style); }`)
	obs.Eval(stage + `; 0`)
	b.Eval(`(({ danmaku }) => {` + stage + `})(` + inside + `); 0`)
	obs.Wait(`danmaku.stats().active === 4`)
	b.Wait(inside + `.danmaku.stats().active === 4`)
	want := browser.Value[map[string]map[string]string](obs, styled)
	got := browser.Value[map[string]map[string]string](b, strings.ReplaceAll(styled, "document.", inside+".document."))
	if len(want) < 20 || len(got) != len(want) || want["dm of Hosttwo"]["background-color"] != "rgb(9, 8, 7)" {
		t.Fatalf("%d elements in OBS, %d in the builder; the host's plate is %q", len(want), len(got), want["dm of Hosttwo"]["background-color"])
	}
	for element, properties := range want {
		for property, value := range properties {
			if got[element][property] != value {
				t.Errorf("%s: %s is %q, in OBS %q", element, property, got[element][property], value)
			}
		}
	}
	// The builder shows that the overlay with the address is connected.
	b.Wait(containsJS("#on-air", "Overlay connected"))
	// It reports CSS that cannot work.
	if !browser.Value[bool](b, containsJS("#css-faults", "Line 8")) {
		t.Error("the extra brace is not reported")
	}
}

// The owner's button puts address and CSS into OBS, and asks for OBS's password.
func TestTheBuilderPutsItsLookIntoOBS(t *testing.T) {
	fakeOBS := obstest.New()
	fakeOBS.Password = "right"
	p := startProduct(t, "--obs", fakeOBS.Start(t))
	b := openBuilder(t, p.console)
	setOption(b, "size", "44")
	enterText(b, "#css", ".dm { color: red }")
	b.Eval(`document.getElementById("add").click()`)
	b.Wait(`!document.getElementById("secret").hidden && ` + containsJS("#added:not(.bad)", "OBS asks for its password"))
	enterText(b, "#password", "right")
	b.Eval(`document.querySelector("#secret .button").click()`)
	b.Wait(containsJS("#added.good", "It is in OBS") + ` && document.getElementById("secret").hidden`)
	fakeOBS.Look(func() {
		in := fakeOBS.Inputs["danmaku"]
		if at := copiedAddress(b, "copy"); in == nil || in.Settings["url"] != at || in.Settings["css"] != "/* danmaku builder */\n.dm { color: red }" {
			t.Errorf("the source is %+v, the address %s", in, at)
		}
	})
}

// Documented names are completed while typing, by keys alone.
func TestTheBuilderCompletesNames(t *testing.T) {
	p := startProduct(t)
	b := openBuilder(t, p.console)
	b.Eval(`document.getElementById("css").focus()`)
	press(b, ".", "d", "m", "-", "t", "e")
	b.Wait(`!document.getElementById("css-offers").hidden && document.getElementById("css").getAttribute("aria-activedescendant") === "offer-0"`)
	press(b, "Enter")
	if got := browser.Value[string](b, `document.getElementById("css").value`); got != ".dm-text" {
		t.Errorf("it has %q", got)
	}
	if !browser.Value[bool](b, `document.getElementById("css-offers").hidden && !document.getElementById("css").hasAttribute("aria-activedescendant")`) {
		t.Error("the suggestions stay")
	}
	b.Eval(`document.querySelector(".names").open = true; [...document.querySelectorAll(".name")].find((e) => e.textContent === "data-badge").click()`)
	if got := browser.Value[string](b, `document.getElementById("css").value`); got != `.dm-text[data-badge="owner"]` {
		t.Errorf("it has %q", got)
	}
}

// Nothing runs off the side and axe finds nothing, in any language, theme or width. It
// writes the pictures if PICTURES names a folder.
func TestTheBuilderFitsEverywhere(t *testing.T) {
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	p := startProduct(t)
	b := openBuilder(t, p.console)
	b.Eval(`document.querySelector('[data-preset="bilibili"]').click()`)
	enterText(b, "#css", ".dm { --danmaku-stroke-width: 2px; }\n.dm[data-badge=\"owner\"] {\n  background: #0B0E10; border-radius: 10px;\n}")
	scenes := map[string]string{"en": "dark", "zh-CN": "light", "ja": "moving"}
	seen := map[string]bool{} // themes whose colors axe has checked
	for _, at := range []struct {
		width, height int64
		langs         []string
	}{{1440, 900, []string{"en", "zh-CN", "ja"}}, {1280, 800, []string{"ja"}}, {768, 1024, []string{"en", "ja"}}, {320, 640, []string{"en", "zh-CN"}}} {
		for i, lang := range at.langs {
			if i > 0 && at.width > 320 && os.Getenv("PICTURES") == "" {
				continue // each width and each language once is enough
			}
			theme := []string{"dark", "light"}[(i+int(at.width)/320)%2]
			browser.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
			})
			b.Size(at.width, at.height, 1)
			b.Goto("http://" + p.host() + "/builder/live?lang=" + lang)
			b.Wait(stands + ` && document.documentElement.lang === "` + lang + `"`)
			b.Eval(`document.querySelector('#scene [value="` + scenes[lang] + `"]').click()`)
			if os.Getenv("PICTURES") != "" {
				b.Wait(inside + `.danmaku.rects().some((r) => r.x < 200) && ` + inside + `.danmaku.rects().length >= 16`)
			}
			b.Eval(`document.getElementById("pause").click()`)
			what := lang + "-" + strconv.FormatInt(at.width, 10) + "-" + theme
			if over := browser.Value[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("%s: %d px run off", what, over)
			}
			if folder := os.Getenv("PICTURES"); folder != "" {
				b.Eval(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`)
				if err := os.WriteFile(filepath.Join(folder, "builder-"+what+".png"), b.Screenshot(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			b.Eval(`for (const d of document.querySelectorAll("details:not(.menu)")) d.open = true; document.getElementById("open-import").click(); 0`)
			if over := browser.Value[int](b, `Math.max(...[...document.querySelectorAll(".controls, .out, .opt, .looks, .import")].map((e) => e.scrollWidth - e.clientWidth))`); over > 0 {
				t.Errorf("%s: %d px run out of their box: %s", what, over, browser.Value[string](b, `[...document.querySelectorAll(".controls, .out, .opt, .looks, .import")].filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.outerHTML.slice(0, 300)).join("\n")`))
			}
			if axe == nil {
				continue
			}
			b.Eval(string(axe) + `;0`)
			for _, v := range browser.Value[[]struct {
				ID, Impact, Help string
				Nodes            []struct{ HTML, FailureSummary string }
			}](b, `axe.run(document, { iframes: false, resultTypes: ["violations"], rules: { "color-contrast": { enabled: `+strconv.FormatBool(!seen[theme])+` } } }).then((r) => r.violations.filter((v) => v.impact !== "minor"))`) {
				t.Errorf("%s: %s %s (%s): %+v", what, v.Impact, v.ID, v.Help, v.Nodes)
			}
			seen[theme] = true
		}
	}
}
