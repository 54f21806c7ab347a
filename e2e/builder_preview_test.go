package e2e

import (
	"testing"

	"danmaku/e2e/browser"
)

// previewDraws is true while the overlay in the builder shows words or a code.
const previewDraws = `(() => {
	const { document: page, innerWidth: width, innerHeight: height } = ` + inside + `;
	const inSight = (e) => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 && r.right > 0 && r.left < width && r.bottom > 0 && r.top < height && e.checkVisibility({ opacityProperty: true, visibilityProperty: true }); };
	return Boolean(page?.body) && [...page.body.querySelectorAll(":not(.dm-probe *)")].some((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && inSight(e) || e.matches(".dm-code-shown") && inSight(e));
})()`

// Whatever somebody chooses in the builder, the preview shows its effect on comments
// without waiting for a room to write. This covers the lowest and the highest value of each
// option, and combinations that leave little room.
func TestTheBuildersPreviewIsNeverEmpty(t *testing.T) {
	p := startProduct(t)
	b := openBuilder(t, p.console)
	b.Wait(previewDraws)
	for _, choices := range [][2]string{
		{"size", "8"}, {"size", "400"}, {"area", "10"}, {"region", "top"}, {"region", "bottom"}, {"lanes", "1"}, {"lanes", "200"}, {"limit", "1"}, {"fixed", "1"},
		{"duration", "60"}, {"pace", "160"}, {"wrap", "300"}, {"overlap", "1"}, {"merge", "1"}, {"emoji", "0"}, {"qr", "idle"}, {"qr", "1"},
		{"theme", "plate"}, {"theme", "bilibili"}, {"theme", "hall"}, {"weight", "1"}, {"stroke", "20"}, {"motion", "smooth"},
		{"box", "list"}, {"newest", "top"}, {"stay", "1"}, {"place", "left"}, {"avatars", "1"}, {"box", "youtube"}, {"box", ""},
	} {
		option, value := choices[0], choices[1]
		t.Run(option+" "+value, func(t *testing.T) {
			// A change begins with an empty screen, so that everything visible came after it.
			setOption(b, option, value)
			b.Wait(stands + ` && ` + inside + `.danmaku`)
			b.Eval(inside + `?.danmaku?.clear?.()`)
			b.Wait(previewDraws)
			if option != "box" {
				b.Eval(`document.getElementById("undo").click()`)
				b.Wait(stands)
			}
		})
	}
	// Large letters in a tenth of the picture: only the first lane fits them.
	setOption(b, "size", "400")
	setOption(b, "area", "10")
	b.Eval(inside + `?.danmaku?.clear?.()`)
	b.Wait(previewDraws)
	b.Eval(`document.getElementById("undo").click(); document.getElementById("undo").click()`)
	// Another size of the picture, and a reload.
	b.Goto(browser.Value[string](b, `location.href`))
	b.Wait(stands + ` && ` + previewDraws)
}
