package e2e_test

import (
	"fmt"
	"image"
	"math"
	"os"
	"testing"

	"danmaku/e2e/browser"
)

// style reads one computed property of the first comment on the stage.
func style(p *browser.Page, selector, property string) string {
	return browser.Value[string](p, fmt.Sprintf(`getComputedStyle(document.querySelector('.dm-slot:not(.dm-probe) %s')).getPropertyValue(%q)`, selector, property))
}

func TestOverlayOptionsReachTheScreen(t *testing.T) {
	for _, c := range []struct{ query, selector, property, want string }{
		{"", ".dm", "font-size", "36px"},
		{"", ".dm", "font-weight", "700"},
		{"size=44", ".dm", "font-size", "44px"},
		{"fontSize=20&weight=400", ".dm", "font-weight", "400"},
		{"stroke=3", ".dm", "-webkit-text-stroke-width", "6px"},
		{"opacity=0.5", ".dm", "opacity", "0.5"},
		{"font=Noto+Serif", ".dm", "--danmaku-font", `"Noto Serif"`},
		{"theme=quiet", ".dm", "font-size", "28px"},
		{"theme=quiet&size=50", ".dm", "font-size", "50px"},
		{"theme=quiet&size=36", ".dm", "font-size", "36px"},
		{"theme=plate", ".dm", "background-color", "rgba(11, 14, 16, 0.78)"},
		{"names=1", ".dm-name", "font-weight", "500"}, // lighter than the text
		{"theme=classic&names=1", ".dm-name", "font-weight", "700"},
		{"theme=classic", ".dm", "-webkit-text-stroke-width", "4px"},
		{"", ".dm", "-webkit-text-stroke-width", "3.6px"},
		{"theme=niconico", ".dm", "-webkit-text-stroke-width", "2.8px"},
		{"theme=niconico", ".dm", "font-size", "75px"},
	} {
		t.Run(c.query+" "+c.property, func(t *testing.T) {
			t.Parallel()
			p := newRoom(t).overlay(t, "bench=1&duration=60&"+c.query)
			pushComments(p, frame{"text": "a", "name": "Aoi"})
			p.Wait(`danmaku.stats().active === 1`)
			if got := style(p, c.selector, c.property); got != c.want {
				t.Errorf("%s %s is %q, want %q", c.selector, c.property, got, c.want)
			}
		})
	}
}

func TestOverlayChroma(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&chroma=00FF00")
	if got := browser.Value[string](p, `getComputedStyle(document.documentElement).backgroundColor`); got != "rgb(0, 255, 0)" {
		t.Error(got)
	}
	if n := visiblePixels(t, p.Screenshot()); n != 1920*1080 {
		t.Errorf("%d pixels have a colour", n)
	}
	p.Eval(`danmaku.config({ chroma: '' })`)
	if n := visiblePixels(t, p.Screenshot()); n != 0 {
		t.Errorf("%d pixels have a colour without chroma", n)
	}
}

// OBS appends the streamer's CSS to the head at any time, also long after the
// first comment.
func TestOverlayCustomCSSWinsWheneverItComes(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&duration=60&size=30&stroke=1")
	pushComments(p, frame{"id": "a", "text": "a", "color": "#ff6b5e"}, frame{"id": "b", "text": "b", "badge": "owner"})
	p.Wait(`danmaku.stats().active === 2`)
	lanes := statsOf(p).Lanes
	p.Eval(`{ const css = document.createElement('style'); css.textContent = ':root { --danmaku-size: 60px } .dm { color: rgb(1, 2, 3); --danmaku-stroke-width: 5px; letter-spacing: 3px } .dm[data-badge="owner"] { background: rgb(9, 9, 9) }'; document.head.append(css); }`)
	for property, want := range map[string]string{"font-size": "60px", "color": "rgb(1, 2, 3)", "letter-spacing": "3px", "-webkit-text-stroke-width": "10px"} {
		if got := style(p, ".dm:not([data-badge])", property); got != want {
			t.Errorf("%s is %q, want %q", property, got, want)
		}
	}
	if got := style(p, ".dm[data-badge]", "background-color"); got != "rgb(9, 9, 9)" {
		t.Errorf("the plate is %q", got)
	}
	p.Wait(`danmaku.stats().lanes === 10`) // 0.9 * 1080 / (1.2 * 75)
	if lanes == 10 {
		t.Error("the lanes were that high before")
	}
	if found := browser.Value[*string](p, overlapping); found != nil {
		t.Error(*found)
	}
}

// Styles may reduce the comments' part of the picture, and hide some comments.
func TestOverlayStaysInsideThePaddingOfStyles(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&debug=1&duration=60")
	p.Eval(`{ const css = document.createElement('style'); css.textContent = '.dm-stage { inset: 100px 300px 200px 60px } .dm[data-source="twitch"], .dm[data-user="pest"] { display: none }'; document.head.append(css); }`)
	p.Wait(`danmaku.stats().lanes === 14`) // 780 / 54
	p.Eval(mix + `(30, 4); danmaku.push([{ id: 't', text: 'from afar', source: 'twitch' }, { id: 'p', text: 'pest', user: 'pest' }]); danmaku.pin({ id: 'pin', text: 'stands' })`)
	p.Wait(`danmaku.stats().active > 8`)
	if browser.Value[bool](p, `danmaku.rects().some((r) => r.id === 't' || r.id === 'p')`) {
		t.Error("a hidden comment has a lane")
	}
	const out = `[...document.querySelectorAll('.dm-pin .dm, .dm-debug-lane')].map((e) => e.getBoundingClientRect()).filter((b) => b.top < 100 || b.bottom > 881 || b.left < 60 || b.right > 1621).length`
	if n := browser.Value[int](p, out); n != 0 {
		t.Errorf("%d stand outside of the field", n)
	}
	for _, b := range rectsOf(p) {
		if b.Y < 100 || b.Y+b.H > 881 {
			t.Errorf("%+v is outside of the field", b)
		}
	}
	p.Eval(`danmaku.config({ debug: false })`)
	if n := inkOutside(t, p.Screenshot(), image.Rect(60, 100, 1620, 880)); n != 0 {
		t.Errorf("%d pixels are drawn outside of the field", n)
	}
	if found := browser.Value[*string](p, overlapping); found != nil {
		t.Error(*found)
	}
}

func TestOverlayMergedCount(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&merge=1&duration=60")
	p.Eval(`danmaku.push([1, 2, 3].map((i) => ({ id: 'x' + i, text: '666', user: 'u' + i })))`)
	const count = `document.querySelector('.dm-slot:not(.dm-probe) .dm-count')?.textContent`
	p.Wait(count + ` === '×3'`)
	p.Eval(`danmaku.push({ id: 'x4', text: '666' })`)
	p.Wait(count + ` === '×4'`)
	p.Eval(`danmaku.remove(['x1', 'x2'])`)
	if got := browser.Value[string](p, count); got != "×2" {
		t.Errorf("after two removals it says %s", got)
	}
	p.Eval(`danmaku.remove(['x4'])`)
	if got := browser.Value[bool](p, count+` === undefined`); !got {
		t.Error("a single comment has a count")
	}
	p.Eval(`danmaku.remove(['x3'])`)
	p.Wait(shown + `.length === 0`)
}

func TestOverlayCodeHidesForComments(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&qr=idle&idle=1&duration=2")
	const there = `!!document.querySelector('.dm-code-shown')`
	if browser.Value[bool](p, there) {
		t.Error("the code is there at once")
	}
	p.Wait(there)
	if got := browser.Value[string](p, `document.querySelector('.dm-code').innerText`); got != "周五游戏夜\n扫码发弹幕" {
		t.Errorf("it says %q", got)
	}
	picture(t, p, "code.png")
	// The first comment waits for the fade.
	opacity := browser.Value[string](p, `new Promise((done) => {
		danmaku.push({ id: 'a', text: 'a' });
		const look = () => danmaku.stats().active ? done(document.querySelector('.dm-code') ? getComputedStyle(document.querySelector('.dm-code')).opacity : '0') : requestAnimationFrame(look);
		look();
	})`)
	var left float64
	fmt.Sscan(opacity, &left)
	if left > 0.1 {
		t.Errorf("the comment came while the code was at opacity %s", opacity)
	}
	p.Wait(there) // it returns once the comment has left and a second has passed
	if n := statsOf(p).Active; n != 0 {
		t.Errorf("the code came back while %d comments flew", n)
	}
	p.Eval(`danmaku.config({ qr: 0 })`)
	p.Wait(`!document.querySelector('.dm-code')`)
}

func TestOverlayCodeShowsTheCurrentTitle(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := browser.Open(t, r.URL+"/overlay/live?key=secret&qr=1&debug=1")
	const title = `document.querySelector('.dm-code-title')?.textContent`
	p.Wait(title + ` === '周五游戏夜'`)
	conn := r.accept(t, frame{"room": frame{"id": "live", "title": "<i>renamed</i>", "state": "open"}})
	p.Wait(title + ` === '<i>renamed</i>'`)
	sendTo(t, conn, events("e:11", event("room", 11, frame{"slow_ms": 2000})))
	sendTo(t, conn, events("e:12", event("room", 12, frame{"title": "again"})))
	p.Wait(title + ` === 'again'`)
	p.Eval(`danmaku.config({ lang: 'ja' })`)
	if got := browser.Value[string](p, `document.querySelector('.dm-code-label').textContent`); got != "スキャンしてコメント" {
		t.Errorf("in Japanese it says %q", got)
	}
	p.Wait(`document.querySelector('.dm-debug-counts').textContent.startsWith('server open')`)
	conn.Close()
	p.Wait(`!document.querySelector('.dm-debug-counts').textContent.startsWith('server open')`)
	// It has the same share of any picture, and the same size on small ones with room for it.
	for _, c := range []struct {
		width, height int64
		want          float64
	}{{1920, 1080, 168}, {3840, 2160, 336}, {800, 600, 168}, {320, 200, 84}} {
		p.Size(c.width, c.height, 1)
		p.Wait(fmt.Sprintf(`innerHeight === %d`, c.height))
		b := browser.Value[map[string]float64](p, `(({ left, top, right, bottom }, code) => ({ left, top, right, bottom, code }))(document.querySelector('.dm-code').getBoundingClientRect(), document.querySelector('.dm-code-image').getBoundingClientRect().width)`)
		if math.Abs(b["code"]-c.want) > 0.5 || b["left"] < 0 || b["top"] < 0 || b["right"] > float64(c.width) || b["bottom"] > float64(c.height) {
			t.Errorf("at %d by %d: %v, want a code of %v", c.width, c.height, b, c.want)
		}
	}
}

func TestOverlayWithoutACodeShowsNothing(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := browser.New(t)
	p.Ignore("qr.svg")
	p.Goto(r.URL + "/overlay/missing?bench=1&qr=1")
	p.Eval("danmaku.ready")
	p.Wait(`performance.getEntriesByType('resource').some((e) => e.name.includes('qr.svg'))`)
	if n := visiblePixels(t, p.Screenshot()); n != 0 {
		t.Errorf("%d pixels are drawn without a code", n)
	}
}

func TestOverlayDemoNeedsNoServer(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := r.overlay(t, "demo=1&debug=1&merge=1&names=1")
	p.Wait(`danmaku.stats().placed > 12`)
	if found := browser.Value[*string](p, overlapping); found != nil {
		t.Error(*found)
	}
	picture(t, p, "debug.png")
	p.Eval(`danmaku.config({ demo: false, debug: false })`)
	p.Wait(`!document.querySelector('.dm-debug')`)
	received := statsOf(p).Received
	p.Eval(`new Promise((done) => setTimeout(done, 900))`)
	if now := statsOf(p).Received; now != received {
		t.Errorf("the feed goes on: %d after %d", now, received)
	}
	select {
	case <-r.sockets:
		t.Error("the demo connected to the server")
	default:
	}
}

// scene is the scene of the design's picture: every kind at once.
var scene = []frame{
	{"text": "这一段配乐太好听了", "color": "#ffc24a"}, {"text": "first time here, hello from Lyon", "color": "#66e0ff"}, {"text": "“quotes” can’t look wide"}, {"text": "초견입니다 잘 부탁드려요"},
	{"text": "哈哈哈哈哈哈", "color": "#fff16b"}, {"text": "左边有宝箱，别漏了", "color": "#ff9bd2"}, {"text": "is this the hard route?", "color": "#b6f25c"}, {"text": "that dodge was clean"},
	{"text": "ここの音楽ほんと好き", "color": "#9db2ff"}, {"text": "phase two has HOW much health"}, {"text": "加油！！！", "size": "big", "color": "#fff16b"}, {"text": "666"},
	{"text": "初見です、よろしくお願いします"}, {"text": "مرحبا من المغرب"}, {"text": "夜猫子到此一游 👋🏽"}, {"text": "clip that 🎬"},
	{"text": "小声说一句：桥下有近路", "size": "small"}, {"text": "前方高能，非战斗人员撤离", "color": "#ff6b5e"}, {"text": "please keep it friendly", "badge": "moderator"}, {"text": "from the left", "mode": "reverse"},
	{"text": "打完这个休息五分钟，大家先喝水", "mode": "top", "badge": "owner"}, {"text": "次の攻撃は右によけて", "mode": "bottom", "color": "#66e0ff"}, {"text": "black holds too", "color": "#000000"}, {"text": "👨‍👩‍👧‍👦 here 🇯🇵"},
	{"text": "blue too", "color": "#0000ff"}, {"text": "刚才那个闪避是怎么按出来的"}, {"text": "主播稳住，我们能赢", "color": "#ff9bd2"}, {"text": "สู้ ๆ นะ", "color": "#b6f25c"},
}

// TestOverlayPictures makes the pictures of docs/pictures, in the folder
// PICTURES. Without it, the first scenes must still appear without a fault.
func TestOverlayPictures(t *testing.T) {
	for _, c := range []struct {
		name          string
		width, height int64
		dots          float64
		query         string
	}{
		{"overlay-720p.png", 1280, 720, 1, ""}, {"overlay-1080p.png", 1920, 1080, 1, ""}, {"overlay-4k.png", 3840, 2160, 1, "size=72&stroke=4"},
		{"overlay-4k-scaled.png", 1920, 1080, 2, ""}, {"overlay-shadows.png", 1920, 1080, 1, "shadows"},
		{"overlay-pin.png", 1920, 1080, 1, "names=1"},
		{"theme-quiet.png", 1280, 720, 1, "theme=quiet"}, {"theme-plate.png", 1280, 720, 1, "theme=plate"},
		{"theme-hall.png", 1600, 900, 1, "theme=hall"}, {"theme-paper.png", 1280, 720, 1, "theme=paper"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if os.Getenv("PICTURES") == "" && c.query != "" {
				t.Skip("only makes pictures; set PICTURES to a folder")
			}
			t.Parallel()
			r := newRoom(t)
			p := browser.New(t)
			p.Size(c.width, c.height, c.dots)
			p.Goto(r.URL + "/overlay/live?bench=1&merge=1&" + c.query)
			p.Eval("danmaku.ready")
			if c.query == "shadows" {
				p.Eval(`void (document.documentElement.dataset.outline = 'shadow')`)
			}
			p.Eval(`document.body.style.background = 'url(/game.svg) 0 0 / 100% 100%'; (() => { const i = new Image(); i.src = '/game.svg'; return i.decode(); })()`)
			if c.name == "overlay-pin.png" {
				p.Eval(`danmaku.pin({ text: '今晚十点抽奖，关注后在评论里写“到”就算报名 · Draw at ten: write “here” to take part', name: '月半', color: '#fff16b', badge: 'owner' })`)
			}
			for i, f := range scene {
				if i%4 == 0 && i > 0 {
					p.Eval(`new Promise((done) => setTimeout(done, 900))`)
				}
				pushComments(p, f)
				if i == 16 {
					p.Eval(`danmaku.push(Array.from({ length: 13 }, () => ({ text: '666' })))`)
				}
			}
			if c.width > 1600 { // on a smaller stage more comments wait than it can show
				p.Wait(`danmaku.stats().queued === 0`)
			}
			p.Eval(`new Promise((done) => setTimeout(done, 700))`)
			if found := browser.Value[*string](p, overlapping); found != nil {
				t.Error(*found)
			}
			p.Eval(`danmaku.pause()`)
			picture(t, p, c.name)
		})
	}
}
