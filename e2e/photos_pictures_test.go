package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// chooseHallPhoto draws a picture of a hall into the phone's field, w × h.
func chooseHallPhoto(phone *browser.Page, w, h, hue int) {
	phone.Eval(fmt.Sprintf(`(async () => {
		const input = document.querySelector(".photos input[type=file]"), files = new DataTransfer();
		const c = document.createElement("canvas"); c.width = %[1]d; c.height = %[2]d;
		const g = c.getContext("2d"), sky = g.createLinearGradient(0, 0, 0, %[2]d);
		sky.addColorStop(0, "hsl(%[3]d 55%% 30%%)"); sky.addColorStop(1, "hsl(%[3]d 70%% 75%%)");
		g.fillStyle = sky; g.fillRect(0, 0, c.width, c.height);
		for (let i = 0; i < 40; i++) { g.fillStyle = "hsl(" + (%[3]d + i * 9) + " 40%% " + (20 + i %% 5 * 9) + "%%)"; g.beginPath(); g.arc((i * 137) %% c.width, c.height * (0.75 + (i %% 4) * 0.06), c.width / 18, 0, 7); g.fill(); }
		const blob = await new Promise((done) => c.toBlob(done, "image/jpeg", 0.9));
		files.items.add(new File([blob], "hall.jpg", { type: "image/jpeg" }));
		input.files = files.files;
		input.dispatchEvent(new Event("change", { bubbles: true }));
	})()`, w, h, hue))
}

// TestPicturesOfThePhotoWall makes pictures of the wall and its controls, dark
// and light, in three languages; in the folder PICTURES. Other tests check what
// they show.
func TestPicturesOfThePhotoWall(t *testing.T) {
	if os.Getenv("PICTURES") == "" {
		t.Skip("only makes pictures; set PICTURES to a folder")
	}
	for _, c := range []struct{ lang, theme, title, said, comment string }{
		{"zh-CN", "dark", "今晚的照片", "第三排看过来", "前方高能，非战斗人员请撤离"},
		{"ja", "light", "今夜の写真", "3列目から", "ここの音楽ほんと好き"},
		{"en", "light", "Your evening, as you see it from where you sit tonight", "The whole third row waves", "that dodge was clean"},
	} {
		t.Run(c.lang+" "+c.theme, func(t *testing.T) {
			p := startProduct(t, free...)
			h := newRunner(t, p.console)
			h.do("PATCH", room, map[string]any{"title": "Friday game night"})
			wall := h.do("POST", room+"/items", map[string]any{"kind": "photos", "spec": map[string]any{"title": c.title, "each": 20}})["id"].(string)
			h.do("POST", room+"/items/"+wall+"/start", nil)
			address, _ := h.makeLink("owner", "Mika")
			console := browser.New(t)
			setTheme(console, c.theme)
			console.Size(1440, 900, 1)
			console.Goto(address)
			console.Goto(h.base + "/console/live?lang=" + c.lang)
			phone := browser.NewPhone(t)
			setMedia(phone, "prefers-color-scheme", c.theme)
			phone.Goto(p.audience + "?lang=" + c.lang)
			phone.Wait(greeted)
			keep := func(page *browser.Page, name string) {
				t.Helper()
				keepPhoneShot(t, page, strings.Join([]string{"photos", c.lang, c.theme, name}, "-")+".png")
			}
			phone.Wait(`document.querySelector(".photos:not([hidden]) .photo-key:not([hidden])")`)
			keep(phone, "phone-key")
			sizes := [][2]int{{1600, 1200}, {1200, 1600}, {1600, 900}, {900, 1600}, {1600, 1600}, {2000, 700}}
			for i := range 9 {
				chooseHallPhoto(phone, sizes[i%6][0], sizes[i%6][1], i*41)
				phone.Wait(`document.querySelector(".photo-look canvas")`)
				if i < 2 {
					fillIn(phone, `document.querySelector(".photo-form input")`, c.said)
					keep(phone, fmt.Sprint("phone-preview-", i))
				}
				phone.Eval(`document.querySelector(".photo-go").click()`)
				phone.Wait(fmt.Sprintf(`document.querySelectorAll(".photo-own li").length === %d`, i+1))
				if i == 1 {
					keep(phone, "phone-waits")
				}
			}
			console.Wait(`[...document.querySelectorAll(".held-photo img")].filter((i) => i.naturalWidth > 0).length >= 2`)
			keep(console, "review")
			console.Size(390, 844, 2)
			keep(console, "review-narrow")
			console.Size(1440, 900, 1)
			screen := browser.New(t)
			screen.Goto(p.overlay) // its key opens the screen, too
			screen.Goto(h.base + "/screen/live?" + browser.Value[string](screen, `location.search.slice(1)`) + "&color=1c3a4a&code=corner")
			list, _ := h.do("GET", room+"/items/"+wall+"/photos", nil)["photos"].([]any)
			for i, one := range list {
				act := map[bool]string{true: "refuse", false: "approve"}[i == 4]
				h.do("POST", room+"/comments/"+one.(map[string]any)["id"].(string)+"/"+act, nil)
				if i != 0 && i != 1 && i != 5 && i != 8 {
					continue
				}
				n := i + 1 - i/5
				phone.Wait(fmt.Sprintf(`document.querySelectorAll(".photo-own li.shown").length === %d`, n))
				screen.Wait(fmt.Sprintf(`[...(document.querySelector("#overlay").contentDocument?.querySelectorAll(".dm-photo-tile .dm-photo-there") ?? [])].filter((i) => getComputedStyle(i).opacity === "1").length === %d`, n))
				keep(screen, fmt.Sprint("screen-", n))
			}
			sendTo(phone, c.comment)
			h.do("POST", room+"/comments", map[string]any{"text": c.comment + " 👏"})
			screen.Wait(`document.querySelector("#overlay").contentDocument.querySelectorAll(".dm-text").length >= 2`)
			keep(screen, "screen-8")
			screen.Size(1024, 768, 1)
			keep(screen, "screen-4x3")
			phone.Eval(`document.querySelector(".photo-own").scrollIntoView({ block: "end" })`)
			keep(phone, "phone-own")
			phone.Hand(320, 568)
			keep(phone, "phone-small")
			console.Eval(`location.hash = "show"`)
			console.Wait(`[...document.querySelectorAll(".photo-list img")].filter((i) => i.naturalWidth > 0).length >= 3`)
			keep(console, "show")
			console.Size(390, 844, 2)
			keep(console, "show-narrow")
		})
	}
}
