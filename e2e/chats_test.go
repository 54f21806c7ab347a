package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/connector/bilibili/bilibilitest"
	"danmaku/connector/twitch/twitchtest"
	"danmaku/connector/youtube/youtubetest"
	"danmaku/e2e/browser"
)

// emotePicture returns a picture like those that platforms serve: a disc.
func emotePicture(t *testing.T) []byte {
	t.Helper()
	const size = 56
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			if dx, dy := 2*x-size, 2*y-size; dx*dx+dy*dy < size*size {
				img.SetNRGBA(x, y, color.NRGBA{R: 0xff, G: 0xc4, B: 0x3d, A: 0xff})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// storeFetchedEmote puts an emote's picture where the server keeps fetched ones.
func storeFetchedEmote(t *testing.T, data, address string) {
	t.Helper()
	dir := filepath.Join(data, "emotes")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(address))
	if err := os.WriteFile(filepath.Join(dir, hex.EncodeToString(sum[:16])), emotePicture(t), 0o600); err != nil {
		t.Fatal(err)
	}
}

const kappa = "https://static-cdn.jtvnw.net/emoticons/v2/25/default/dark/2.0"

func awaitChat[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(3 * time.Minute):
		t.Fatal("the chat did not connect")
		panic("unreachable")
	}
}

// An emote flies as a picture that this server delivers; phones show it, too.
// Neither page contacts another server.
func TestEmotesComeFromThisServer(t *testing.T) {
	twitch, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer twitch.Close()
	t.Setenv("DANMAKU_TWITCH_URL", twitch.URL())
	data := filepath.Join(t.TempDir(), "data")
	storeFetchedEmote(t, data, kappa)
	p, _ := launch(t, append([]string{"--listen", "127.0.0.1:0", "--data", data}, free...)...)
	h := newRunner(t, p.console)
	h.do("POST", "/api/rooms/live/chats", map[string]any{"link": "twitch.tv/mika_plays", "emotes": true})
	client := awaitChat(t, twitch.Joined())
	overlay := browser.Open(t, p.overlay+"&duration=60")
	phone := openConnectedPhone(t, p.audience)
	client.Say(`@display-name=Noor;emotes=25:6-10;id=m1;room-id=90001;user-id=7 :noor!noor@x PRIVMSG #mika_plays :hello Kappa there`)
	const picture = `[...document.querySelectorAll("img")].find((i) => i.alt === "Kappa" || i.src.includes("/emotes/"))`
	overlay.Wait(picture + `?.naturalWidth === 56 && new URL(` + picture + `.src).origin === location.origin`)
	phone.Wait(picture + `?.naturalWidth === 56 && ` + containsJS("body", "hello "))
	for _, page := range []*browser.Page{overlay, phone} {
		page.Wait(`performance.getEntriesByType("resource").every((e) => e.name.startsWith(location.origin) || /^(data|blob):/.test(e.name))`)
	}
	// With the switch off it shows its name.
	list := h.do("GET", "/api/rooms/live/chats", nil)
	id := list["chats"].([]any)[0].(map[string]any)["id"].(string)
	h.do("PATCH", "/api/rooms/live/chats/"+id, map[string]any{"emotes": false})
	client.Say(`@display-name=Noor;emotes=25:0-4;id=m2;room-id=90001;user-id=7 :noor!noor@x PRIVMSG #mika_plays :Kappa as a name`)
	overlay.Wait(containsJS("body", "Kappa as a name"))
}

// TestPicturesOfTheChats makes the pictures of docs/chats.md if PICTURES names a
// folder: the page of chats in every size, theme and language, and chats on the
// overlay with their marks (make pictures).
func TestPicturesOfTheChats(t *testing.T) {
	folder := os.Getenv("PICTURES")
	if folder == "" {
		t.Skip("PICTURES names no folder for the pictures")
	}
	twitch, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer twitch.Close()
	youtube, err := youtubetest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer youtube.Close()
	bilibili, err := bilibilitest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer bilibili.Close()
	t.Setenv("DANMAKU_TWITCH_URL", twitch.URL())
	t.Setenv("DANMAKU_YOUTUBE_URL", youtube.URL())
	t.Setenv("DANMAKU_BILIBILI_URL", bilibili.URL())
	data := filepath.Join(t.TempDir(), "data")
	storeFetchedEmote(t, data, kappa)
	p, _ := launch(t, append([]string{"--listen", "127.0.0.1:0", "--data", data}, free...)...)
	h := newRunner(t, p.console)
	owner, _ := h.makeLink("owner", "Mika")
	for _, chat := range []map[string]any{
		{"link": "https://www.twitch.tv/mika_plays", "emotes": true},
		{"link": "https://youtu.be/" + youtubetest.Video, "secret": map[string]string{"key": youtubetest.Key}},
		{"link": "https://live.bilibili.com/42", "secret": map[string]string{
			"access_key_id": bilibilitest.KeyID, "access_key_secret": bilibilitest.Secret, "app_id": bilibilitest.AppID, "code": bilibilitest.Code,
		}},
		{"link": "onecomme:ws://127.0.0.1:1"}, // nothing listens there
	} {
		h.do("POST", "/api/rooms/live/chats", chat)
	}
	client, stream, room := awaitChat(t, twitch.Joined()), awaitChat(t, youtube.Streams()), awaitChat(t, bilibili.Joined())
	overlay := browser.New(t)
	overlay.Size(1280, 720, 1)
	overlay.Goto(p.overlay + "&names=1&sources=1&lift=1")
	overlay.Wait(`document.readyState === "complete"`)
	overlay.Eval(`document.documentElement.style.background = "#22303f"; undefined`)
	now := time.Now().Add(time.Minute).UTC().Format(time.RFC3339Nano)
	for i, text := range []string{"what a save!", "Kappa Kappa", "この曲すき", "first time here"} {
		tags := ""
		if strings.HasPrefix(text, "Kappa") {
			tags = ";emotes=25:0-4,6-10"
		}
		client.Say(twitchtest.Message{ID: fmt.Sprint("t", i), UserID: fmt.Sprint(i), Login: "noor", Name: []string{"Noor", "Tomek", "雪ねこ", "Ana"}[i], Text: text, Tags: tags}.Line("#mika_plays"))
		stream.Say(youtubetest.Text(fmt.Sprint("y", i), now, fmt.Sprint("UC", i), []string{"@linh", "@kwame", "@민지", "@jo"}[i], []string{"hello from Hanoi :_mikaWave:", "the sound is great tonight", "안녕하세요", "again, again!"}[i]))
		room.Send(bilibilitest.Packet(0, 5, []byte(bilibilitest.Comment(fmt.Sprint("b", i), fmt.Sprint("o", i), []string{"小美", "豆沙包", "阿布", "夜猫子"}[i], []string{"晚上好", "前方高能", "哈哈哈哈", "主播稳住，我们能赢"}[i]))))
	}
	room.Send(bilibilitest.Packet(0, 5, []byte(`{"cmd":"LIVE_OPEN_PLATFORM_SUPER_CHAT","data":{"open_id":"o_2","uname":"土豪","message_id":9001,"message":"加油！","rmb":100,"msg_id":"m-sc"}}`)))
	overlay.Wait(containsJS("body", "加油") + ` && ` + containsJS("body", "主播稳住"))
	overlay.Eval(`new Promise((done) => setTimeout(done, 3000))`) // they cross the picture
	save := func(name string, page *browser.Page) {
		if err := os.WriteFile(filepath.Join(folder, name), page.Screenshot(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("overlay-chats.png", overlay)
	for _, look := range []struct{ theme, lang string }{{"dark", "en"}, {"light", "zh-CN"}, {"dark", "ja"}, {"light", "en"}, {"dark", "zh-CN"}, {"light", "ja"}} {
		b := browser.New(t)
		setTheme(b, look.theme)
		b.Goto(owner)
		for _, s := range []struct {
			name          string
			width, height int64
		}{{"1280", 1280, 800}, {"320", 320, 720}} {
			b.Size(s.width, s.height, 1)
			b.Goto("about:blank")
			b.Goto(h.base + "/console/live?lang=" + look.lang + "#chats")
			b.Wait(`document.querySelectorAll(".chat [data-phase=connected]").length === 3 && document.querySelector(".chat [data-phase=retrying]")`)
			save(fmt.Sprintf("console-chats-%s-%s-%s.png", s.name, look.theme, look.lang), b)
			b.Eval(`document.querySelector(".chat details").open = true; document.querySelector(".chat details").scrollIntoView(); undefined`)
			save(fmt.Sprintf("console-chats-open-%s-%s-%s.png", s.name, look.theme, look.lang), b)
		}
	}
}

// TestPicturesOfTheChatsOfEachPlatform makes the small pictures of docs/chat-platforms.md:
// the page's answer to a link and its fields, for each kind of chat (make pictures).
func TestPicturesOfTheChatsOfEachPlatform(t *testing.T) {
	folder := os.Getenv("PICTURES")
	if folder == "" {
		t.Skip("PICTURES names no folder for the pictures")
	}
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	owner, _ := h.makeLink("owner", "Mika")
	page := browser.New(t)
	setTheme(page, "dark")
	page.Goto(owner)
	page.Size(760, 700, 1)
	page.Goto("about:blank")
	page.Goto(h.base + "/console/live?lang=en#chats")
	page.Wait(`document.querySelector(".chat-form input") !== null`)
	for kind, link := range map[string]string{
		"twitch": "https://www.twitch.tv/mika_plays", "youtube": "https://youtu.be/" + youtubetest.Video, "bilibili": "https://live.bilibili.com/42",
		"onecomme": "ws://127.0.0.1:11180", "ssn": "https://socialstream.ninja/dock.html?session=invented", "streamerbot": "ws://127.0.0.1:8080", "blivechat": "ws://127.0.0.1:12450",
		"laplace": "ws://127.0.0.1:9696", "tikfinity": "ws://127.0.0.1:21213",
	} {
		page.Eval(`{ const field = document.querySelector(".chat-form input"); field.value = ` + strconv.Quote(link) + `; field.dispatchEvent(new Event("input")); } undefined`)
		page.Wait(`document.querySelector(".chat-form .chat-note b") !== null && document.querySelector(".chat-form .chat-note").textContent.includes(` + strconv.Quote(map[string]string{
			"twitch": "Twitch", "youtube": "YouTube", "bilibili": "Bilibili", "onecomme": "OneComme", "ssn": "Social Stream Ninja", "streamerbot": "Streamer.bot",
			"blivechat": "blivechat", "laplace": "LAPLACE", "tikfinity": "TikFinity",
		}[kind]) + `)`)
		box := browser.Value[[]int](page, `(() => { const r = document.querySelector(".chat-form").getBoundingClientRect(); return [r.left - 10, r.top - 10, r.right + 10, r.bottom + 10].map(Math.round); })()`)
		whole, err := png.Decode(bytes.NewReader(page.Screenshot()))
		if err != nil {
			t.Fatal(err)
		}
		area := image.Rect(box[0], box[1], box[2], box[3]).Intersect(whole.Bounds())
		part := image.NewRGBA(image.Rectangle{Max: area.Size()})
		draw.Draw(part, part.Bounds(), whole, area.Min, draw.Src)
		var out bytes.Buffer
		if err := png.Encode(&out, part); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "chat-"+kind+".png"), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Each reason that keeps a chat from connecting has a sentence in each language; a
// retry that waits says when it comes.
func TestEveryFaultOfAChatIsASentence(t *testing.T) {
	source, err := os.ReadFile("../connector/fault.go")
	if err != nil {
		t.Fatal(err)
	}
	var chats []map[string]any
	var codes []string
	for i, m := range regexp.MustCompile(`Code = "([a-z_]+)"`).FindAllSubmatch(source, -1) {
		code := string(m[1])
		codes = append(codes, code)
		phase := []string{"stopped", "retrying"}[i%2]
		if code == "quota" {
			phase = "retrying"
		}
		chats = append(chats, map[string]any{
			"id": code, "kind": "twitch", "target": code, "needs": []string{}, "may": []string{}, "secret": map[string]string{},
			"state": map[string]any{"phase": phase, "fault": code, "detail": "", "retry_at": time.Now().Add(5 * time.Hour).UnixMilli(), "counts": map[string]int{"received": 0}},
		})
	}
	if len(codes) < 15 {
		t.Fatalf("only %v are found", codes)
	}
	mirrored := map[string]any{"id": "mirrored", "kind": "bilibili", "state": map[string]any{"phase": "connected", "counts": map[string]int{"received": 0}}}
	for name, value := range chats[0] {
		if mirrored[name] == nil {
			mirrored[name] = value
		}
	}
	list, err := json.Marshal(map[string]any{"chats": append(chats, mirrored)})
	if err != nil {
		t.Fatal(err)
	}
	p := startProduct(t, free...)
	h := newRunner(t, p.console)
	owner, _ := h.makeLink("owner", "Mika")
	page := openConsole(t, owner)
	page.Before(`const fetched = window.fetch; window.fetch = (url, options) => String(url.url ?? url).endsWith("/chats") && (options?.method ?? "GET") === "GET" ? Promise.resolve(new Response(` + strconv.Quote(string(list)) + `, { headers: { "Content-Type": "application/json" } })) : fetched(url, options);`)
	for _, lang := range []string{"en", "zh-CN", "ja"} {
		text, err := os.ReadFile("../assets/locales/console." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		if err := json.Unmarshal(text, &words); err != nil {
			t.Fatal(err)
		}
		page.Goto("about:blank")
		page.Goto(h.base + "/console/live?lang=" + lang + "#chats")
		for _, code := range codes {
			sentence, _ := words["chat_fault_"+code].(string)
			if sentence == "" {
				t.Errorf("%s has no sentence in %s", code, lang)
				continue
			}
			page.Wait(`document.querySelector('.chat[data-id="` + code + `"] .chat-why')?.textContent === ` + strconv.Quote(sentence))
		}
		// A platform with shared chats has the switch for them.
		page.Wait(`[...document.querySelectorAll('.chat[data-id="mirrored"] .chat-switches label')].some((l) => l.textContent.includes(` + strconv.Quote(fmt.Sprint(words["chat_guests"])) + `))`)
		page.Wait(`/[0-9]{1,2}:[0-9]{2}/.test(document.querySelector('.chat[data-id="quota"] [data-phase=retrying]').textContent)`)
	}
}
