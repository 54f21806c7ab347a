package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"danmaku/e2e/browser"
)

// TestPhonePictures makes the pictures of the phone in docs/pictures, in three
// languages, dark and light, with the keyboard closed and open; PICTURES says
// where to. Without it, it still looks that each state stands without a fault.
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
			continue // two of them have everything
		}
		t.Run(c.lang+" "+c.theme, func(t *testing.T) {
			p := startProduct(t)
			o := p.owner(t)
			o.set(map[string]any{"title": c.title, "message": c.message, "phrases": c.phrases, "look": c.look})
			others := []*browser.Page{hand(t, p.audience), hand(t, p.audience)}
			phone := browser.NewPhone(t)
			media(phone, "prefers-color-scheme", c.theme)
			phone.Goto(p.audience + "?lang=" + c.lang)
			phone.Wait(greeted)
			if c.lang == "ja" && c.theme == "dark" {
				o.call("PUT", room+"/picture", drawn(t, "game.svg", 1280, 320))
				phone.Wait(`document.querySelector("#picture").naturalWidth > 0`)
			}
			for i, said := range []struct{ name, text, color string }{
				{"雪见", "前方高能，非战斗人员请撤离", "#ff6b5e"}, {"", "first time here, hello from Lyon", "#ffffff"}, {"豆沙包", "哈哈哈哈哈哈", "#fff16b"}, {"路人甲", "这一段配乐太好听了", "#ffffff"}, {"moss", "that dodge was clean", "#ffffff"}, {"ゆき", "ここの音楽ほんと好き", "#66e0ff"},
			} {
				other := others[i/3]
				other.Eval(`document.querySelector("#name").value = "` + said.name + `"; document.querySelector('input[value="` + said.color + `"]').checked = true; 0`)
				send(other, said.text)
				phone.Wait(has(".feed li", said.text))
			}
			o.say("مرحبا بكم من المغرب")
			phone.Wait(has(".feed li", "مرحبا"))
			send(phone, c.own)
			phone.Wait(has(".feed .own.shown", c.own))
			phone.Wait(`document.getAnimations().length === 0`)
			shoot(t, phone, "phone-"+c.lang+"-"+c.theme+".png")
			for _, more := range []string{"1", "2"} {
				send(phone, c.own+more)
				phone.Wait(has(".feed .own.shown", c.own+more))
			}
			phone.Hand(390, 480)
			send(phone, c.next)
			phone.Wait(`document.querySelector("#strip").checkVisibility() && document.querySelector("#send").classList.contains("waiting")`)
			if c.phrases != nil {
				tap(phone, "#phrase-key")
			}
			phone.Wait(`document.querySelector("#strip").getAnimations().length === 0`)
			if !is(phone, `(() => { const f = document.querySelector("#feed"); return f.scrollHeight - f.scrollTop - f.clientHeight < 2; })()`) {
				t.Error("the newest is out of sight above the keyboard")
			}
			shoot(t, phone, "phone-"+c.lang+"-"+c.theme+"-keyboard.png")
		})
	}
	if os.Getenv("PICTURES") == "" {
		return
	}
	// What is checked in as PNG is drawn from these.
	for _, c := range []struct {
		from, to      string
		width, height int64
	}{{"preview.svg", "preview.png", 1200, 630}, {"icon.svg", "icon-512.png", 512, 512}} {
		if err := os.WriteFile(filepath.Join("..", "assets", "shared", c.to), drawn(t, c.from, c.width, c.height), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// drawn is one of our drawings as PNG.
func drawn(t *testing.T, name string, width, height int64) []byte {
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

// shoot keeps a picture where PICTURES says.
func shoot(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	picture := p.Screenshot()
	if folder := os.Getenv("PICTURES"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, name), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
