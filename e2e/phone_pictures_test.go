package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// TestPhonePictures makes the pictures of the phone in docs/pictures, in three
// languages, dark and light, with the keyboard closed and open, in the folder
// PICTURES. Without it, it still checks that each state appears without a fault.
func TestPhonePictures(t *testing.T) {
	for i, c := range []struct {
		lang, theme, title, message string
		phrases                     []string
		own, next                   string
		look                        map[string]any
	}{
		{"en", "dark", "Friday game night", "", nil, "chest on the left", "watch the next swing", nil},
		{"en", "light", "Friday game night", "Be kind to the newcomers", []string{"GG", "👏", "that dodge!", "one more"}, "chest on the left", "watch the next swing", map[string]any{"color": "#ff9bd2"}},
		{"zh-CN", "dark", "周五游戏夜", "", []string{"前方高能", "👏", "来了来了"}, "左边有宝箱", "下一下往右躲", nil},
		{"zh-CN", "light", "周五游戏夜", "", nil, "左边有宝箱", "下一下往右躲", nil},
		{"ja", "dark", "金曜ゲームナイト", "初見さん歓迎です", nil, "左に宝箱あるよ", "次の攻撃は右によけて", map[string]any{"color": "#66e0ff"}},
		{"ja", "light", "金曜ゲームナイト", "", nil, "左に宝箱あるよ", "次の攻撃は右によけて", nil},
	} {
		if os.Getenv("PICTURES") == "" && i != 1 && i != 4 {
			continue // two of them show everything
		}
		t.Run(c.lang+" "+c.theme, func(t *testing.T) {
			var limits []string
			if os.Getenv("PICTURES") == "" {
				limits = []string{"--user-rate", "0.01"} // the fourth has to wait, however long the three before it took
			}
			p := startProduct(t, limits...)
			o := p.owner(t)
			o.changeSettings(map[string]any{"title": c.title, "message": c.message, "phrases": c.phrases, "look": c.look})
			browser.Open(t, p.overlay)
			others := []*browser.Page{openPhone(t, p.audience), openPhone(t, p.audience)}
			phone := browser.NewPhone(t)
			setMedia(phone, "prefers-color-scheme", c.theme)
			phone.Goto(p.audience + "?lang=" + c.lang)
			phone.Wait(greeted)
			if c.lang == "ja" && c.theme == "dark" {
				o.call("PUT", room+"/picture", drawingPNG(t, "game.svg", 1280, 320))
				phone.Wait(`document.querySelector("#picture").naturalWidth > 0`)
			}
			for i, said := range []struct{ name, text, color string }{
				{"雪见", "前方高能，非战斗人员请撤离", "#ff6b5e"}, {"", "first time here, hello from Lyon", "#ffffff"}, {"豆沙包", "哈哈哈哈哈哈", "#fff16b"}, {"路人甲", "这一段配乐太好听了", "#ffffff"}, {"moss", "that dodge was clean", "#ffffff"}, {"ゆき", "ここの音楽ほんと好き", "#66e0ff"},
			} {
				other := others[i/3]
				other.Eval(`document.querySelector("#name").value = "` + said.name + `"; document.querySelector('input[value="` + said.color + `"]').checked = true; 0`)
				sendTo(other, said.text)
				phone.Wait(containsJS(".feed li", said.text))
			}
			o.say("مرحبا بكم من المغرب")
			phone.Wait(containsJS(".feed li", "مرحبا"))
			sendTo(phone, c.own)
			// An overlay that needs over half a second for a frame counts as stuck: then the row
			// says "Sent", and it stays so. Only the picture must not show that.
			own := ".feed .own.shown"
			if os.Getenv("PICTURES") != "" {
				own += ":not(.unseen)"
			}
			phone.Wait(containsJS(own, c.own))
			phone.Wait(`document.getAnimations().length === 0`)
			keepPhoneShot(t, phone, "phone-"+c.lang+"-"+c.theme+".png")
			for _, more := range []string{"1", "2"} {
				sendTo(phone, c.own+more)
				phone.Wait(containsJS(".feed .own.shown", c.own+more))
			}
			phone.Hand(390, 480)
			sendTo(phone, c.next)
			phone.Wait(`document.querySelector("#strip").checkVisibility() && document.querySelector("#send").classList.contains("waiting")`)
			if c.phrases != nil {
				tap(phone, "#phrase-key")
			}
			phone.Wait(`document.querySelector("#strip").getAnimations().length === 0`)
			if !isTrue(phone, `(() => { const f = document.querySelector("#feed"); return f.scrollHeight - f.scrollTop - f.clientHeight < 2; })()`) {
				t.Error("the newest is not visible above the keyboard")
			}
			keepPhoneShot(t, phone, "phone-"+c.lang+"-"+c.theme+"-keyboard.png")
		})
	}
	if os.Getenv("PICTURES") == "" {
		return
	}
	// The checked-in PNG files are drawn from these.
	for _, c := range []struct {
		from, to      string
		width, height int64
	}{{"preview.svg", "preview.png", 1200, 630}, {"icon.svg", "icon-512.png", 512, 512}} {
		if err := os.WriteFile(filepath.Join("..", "assets", "shared", c.to), drawingPNG(t, c.from, c.width, c.height), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPhonePicturesOfStates makes the pictures of the states of a comment,
// of much text, and of large letters. Other tests check what they show.
func TestPhonePicturesOfStates(t *testing.T) {
	if os.Getenv("PICTURES") == "" {
		t.Skip("only makes pictures; set PICTURES to a folder")
	}
	p := startProduct(t)
	o := p.owner(t)
	o.changeSettings(map[string]any{"title": "Friday game night"})
	o.call("PUT", room+"/rules", map[string]any{"name": "test", "text": "forbidden"})
	for _, text := range []string{"that dodge was clean", "ここの音楽ほんと好き", "first time here, hello from Lyon"} {
		o.say(text)
	}
	at := func(theme, lang string) *browser.Page {
		phone := browser.NewPhone(t)
		phone.Ignore("ERR_INTERNET_DISCONNECTED")
		setMedia(phone, "prefers-color-scheme", theme)
		phone.Goto(p.audience + "?lang=" + lang)
		phone.Wait(greeted)
		phone.Hand(390, 640)
		return phone
	}
	keep := func(phone *browser.Page, name string) {
		t.Helper()
		phone.Wait(`document.getAnimations().filter((a) => !a.effect.target.closest(".ring")).length === 0`)
		keepPhoneShot(t, phone, "phone-state-"+name+".png")
	}
	refused := at("dark", "en")
	sendTo(refused, "something forbidden")
	refused.Wait(`document.querySelector("#strip.stop")?.checkVisibility()`)
	keep(refused, "refused-dark-en")

	fast := at("light", "ja")
	for _, text := range []string{"左に宝箱あるよ", "次は右", "その次は左"} {
		sendTo(fast, text)
		fast.Wait(containsJS(".feed .own.shown", text))
	}
	sendTo(fast, "待って")
	fast.Wait(`document.querySelector("#strip").checkVisibility()`)
	keep(fast, "too-fast-light-ja")

	away := at("light", "zh-CN")
	sendTo(away, "左边有宝箱")
	away.Wait(containsJS(".feed .own.shown", "左边有宝箱"))
	away.Tunnel()
	away.Wait(`document.querySelector("#banner.calm")?.checkVisibility()`)
	sendTo(away, "下一下往右躲")
	away.Wait(containsJS(".feed .own.queued", "下一下往右躲"))
	typeText(away, "还有一句")
	keep(away, "offline-light-zh-CN")

	muted := at("dark", "zh-CN")
	sendTo(muted, "我是谁")
	muted.Wait(containsJS(".feed .own.shown", "我是谁"))
	o.call("POST", room+"/bans", map[string]any{"user": o.historyRows("我是谁")[0]["user"], "kind": "mute", "seconds": 3600})
	muted.Wait(`document.querySelector("#banner.stop")?.checkVisibility()`)
	sendTo(muted, "还在写")
	keep(muted, "muted-dark-zh-CN")

	o.changeSettings(map[string]any{"review": "all"})
	held := at("light", "en")
	sendTo(held, "please look at this one")
	held.Wait(containsJS(".feed .own.held", "please look"))
	sendTo(held, "and at this")
	held.Wait(containsJS(".feed .own.held", "and at this"))
	o.call("POST", room+"/comments/"+o.historyRows("and at this")[0]["id"].(string)+"/refuse", nil)
	held.Wait(`document.querySelector(".feed .own.refused")`)
	keep(held, "held-light-en")
	o.changeSettings(map[string]any{"review": "held"})

	arabic := at("dark", "en")
	o.say("مرحبا بكم من المغرب، هذه أول مرة أشاهد فيها البث معكم وأنا سعيد هنا الليلة OBS 31")
	o.say("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen und נהדר in a row")
	arabic.Wait(containsJS(".feed li", "Donaudampf"))
	typeText(arabic, strings.Repeat("مرحبا بكم من المغرب ", 4))
	keep(arabic, "long-dark-en")

	large := at("light", "en")
	large.Eval(`document.documentElement.style.fontSize = "200%"`)
	sendTo(large, "so very forbidden")
	large.Wait(`document.querySelector("#strip.stop")?.checkVisibility()`)
	keep(large, "large-light-en")
	large.Hand(390, 844)
	clearField(large)
	sendTo(large, "large letters")
	large.Wait(containsJS(".feed .own.shown", "large letters"))
	keep(large, "large-shown-light-en")

	paused := at("dark", "ja")
	o.changeSettings(map[string]any{"state": "paused", "message": "休憩のあと、20時半に再開します"})
	paused.Wait(`document.querySelector("#banner.warn")?.checkVisibility()`)
	sendTo(paused, "書いておく")
	keep(paused, "paused-dark-ja")
	closed := at("light", "en")
	o.changeSettings(map[string]any{"state": "closed", "message": "See you on Friday at eight"})
	closed.Wait(containsJS("#banner", "See you on Friday"))
	keep(closed, "closed-light-en")
	closed.Hand(360, 640)
	o.changeSettings(map[string]any{"state": "open", "message": ""})
	closed.Wait(`!document.querySelector("#banner").checkVisibility()`)
	keep(closed, "360-light-en")
}

// drawingPNG returns one of our drawings as PNG.
func drawingPNG(t *testing.T, name string, width, height int64) []byte {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	p := browser.New(t)
	p.Size(width, height, 1)
	p.Goto("file://" + path)
	return p.Screenshot()
}

// keepPhoneShot writes a picture to the folder PICTURES.
func keepPhoneShot(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	picture := p.Screenshot()
	if folder := os.Getenv("PICTURES"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, name), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
