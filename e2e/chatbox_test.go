package e2e_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// listed is an expression: the texts of the chat box in visual order,
// from above, without those that are fading.
const listed = `[...document.querySelectorAll('.dm-line .dm-text, #message')].filter((e) => !e.closest('[data-leaving]')).map((e) => [e.getBoundingClientRect().top, e.textContent]).sort((a, b) => a[0] - b[0]).map(([, text]) => text)`

// boxModes holds the queries of both forms.
var boxModes = map[string]string{"list": "", "youtube": "&box=youtube"}

func TestChatBoxFollowsItsRoom(t *testing.T) {
	for mode, q := range boxModes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t)
			p := browser.Open(t, r.URL+"/chat/live?key=secret"+q)
			const now = 1_700_000_100_000
			conn := r.accept(t, frame{"time": now, "recent": []frame{{"id": "r", "at": now - 20_000, "text": "recent"}}})
			p.Wait(listed + `.join() === 'recent'`)
			sendTo(t, conn, events("e:14",
				event("comment", 11, frame{"id": "a", "at": now, "text": "<b>a</b>", "user": "u1"}),
				event("comment", 12, frame{"id": "b", "at": now, "text": "b", "user": "u2", "mode": "top"}),
				event("comment", 13, frame{"id": "c", "at": now, "text": "c", "user": "u2", "size": "big"}),
				event("comment", 14, frame{"id": "d", "at": now, "text": "d", "user": "u3"})))
			p.Wait(listed + `.join() === 'recent,<b>a</b>,b,c,d'`)
			sendTo(t, conn, events("e:15", event("remove", 15, frame{"ids": []string{"a", "gone"}})))
			p.Wait(listed + `.join() === 'recent,b,c,d'`)
			p.Wait(`!document.documentElement.outerHTML.includes('b>a')`) // it fades and leaves the page
			sendTo(t, conn, events("e:16", event("remove", 16, frame{"user": "u2"})))
			p.Wait(listed + `.join() === 'recent,d'`)
			sendTo(t, conn, events("e:17", event("pin", 17, frame{"id": "d", "comment": frame{"id": "d", "at": now, "text": "d", "user": "u3"}})))
			p.Wait(pinned + ` === 'd'`)

			conn.Close() // the server dies
			conn = r.accept(t, frame{"resumed": true, "position": "e:17", "time": now + 90_000, "pin": frame{"id": "d", "at": now, "text": "d", "user": "u3"}})
			sendTo(t, conn, events("e:19",
				event("comment", 18, frame{"id": "m", "at": now + 1000, "text": "missed"}),
				event("remove", 19, frame{"ids": []string{"d"}})))
			p.Wait(listed + `.join() === 'recent,missed'`)
			sendTo(t, conn, events("e:20", event("clear", 20, nil)))
			p.Wait(listed + `.length === 0`)
			conn.Close()
			r.accept(t, frame{"resumed": false, "position": "f:1", "time": now + 99_000, "recent": []frame{{"id": "new", "at": now + 98_000, "text": "afresh"}}})
			p.Wait(listed + `.join() === 'afresh'`)
			p.Wait(pinned + ` === ''`)
		})
	}
}

func TestChatBoxFadesAfterItsTime(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := browser.Open(t, r.URL+"/chat/live?key=secret&stay=3")
	const now = 1_700_000_100_000
	conn := r.accept(t, frame{"time": now, "recent": []frame{{"id": "old", "at": now - 3500, "text": "old"}, {"id": "young", "at": now - 100, "text": "young"}}})
	p.Wait(listed + `.join() === 'young'`)
	p.Eval(`void (window.fades = new Promise((done) => new MutationObserver((all) => { if (all.some((m) => m.attributeName === 'data-leaving')) done(all[0].target.getAnimations().length); }).observe(document.body, { subtree: true, attributes: true })))`)
	sendTo(t, conn, events("e:11", event("comment", 11, frame{"id": "b", "at": now, "text": "b"})))
	p.Wait(listed + `.join() === ''`)
	if n := browser.Value[float64](p, `fades`); n != 1 {
		t.Errorf("a leaving comment has %v fades", n)
	}
	p.Wait(`document.querySelectorAll('.dm-line').length === 0`)
}

// A source hidden by OBS or by moderators draws nothing, and still obeys.
func TestChatBoxHidden(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := browser.Open(t, r.URL+"/chat/live?key=secret&limit=3")
	conn := r.accept(t, nil)
	say := func(seq int, text string) {
		sendTo(t, conn, events(fmt.Sprintf("e:%d", seq), event("comment", seq, frame{"id": text, "at": 1_700_000_100_000, "text": text})))
	}
	say(11, "a")
	p.Wait(listed + `.join() === 'a'`)
	sendTo(t, conn, events("e:12", event("room", 12, frame{"overlay_hidden": true})))
	p.Wait(`getComputedStyle(document.querySelector('.dm-text')).visibility === 'hidden'`)
	for i, text := range []string{"b", "c", "d"} {
		say(13+i, text)
	}
	sendTo(t, conn, events("e:16", event("remove", 16, frame{"ids": []string{"c"}})))
	p.Wait(`danmaku.stats().removed === 1`)
	if browser.Value[bool](p, `document.body.textContent.includes('b')`) {
		t.Error("it draws while hidden")
	}
	sendTo(t, conn, events("e:17", event("room", 17, frame{"overlay_hidden": false})))
	p.Wait(listed + `.join() === 'b,d'`) // d has pushed a out
	show := p.Hide()
	say(18, "e")
	p.Wait(`danmaku.stats().received === 5`)
	show()
	p.Wait(listed + `.join() === 'b,d,e'`)
}

func TestChatBoxShowsMarkupAsText(t *testing.T) {
	for mode, q := range boxModes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p := newRoom(t).chat(t, "bench=1&avatars=1"+q)
			evil := `<img src=x onerror="document.title='evil'"><script>document.title='evil'</script>`
			pushComments(p, frame{"id": "x", "text": evil, "name": evil, "user": `"><b>`, "badge": "<i>", "source": "<i>"},
				frame{"id": "y", "text": evil, "name": evil, "paid": frame{"amount": 1, "currency": "<u>", "level": 99}, "emotes": []frame{{"from": 0, "to": 4, "name": evil, "picture": "https://evil.example/x.png"}}})
			p.Wait(`danmaku.stats().active === 2`)
			got := browser.Value[[]any](p, `[document.body.textContent.split(`+strconv.Quote(evil)+`).length - 1, document.querySelectorAll('body img, body script, body b, body i, body u').length, document.title]`)
			if got[0] != 4.0 || got[1] != 0.0 || got[2] == "evil" {
				t.Errorf("markup was not plain text: %v", got)
			}
		})
	}
}

// avatars is an expression: the letters in place of the authors' pictures.
const avatars = `[...document.querySelectorAll('.dm-avatar')].map((e) => e.textContent)`

func TestChatBoxHasAnAvatarForHostsWithoutAName(t *testing.T) {
	for mode, q := range boxModes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p := newRoom(t).chat(t, "bench=1&avatars=1&lang=en"+q)
			pushComments(p, frame{"text": "one", "badge": "owner"}, frame{"text": "two", "badge": "moderator"}, frame{"text": "three", "name": "ann", "badge": "owner"}, frame{"text": "four"})
			p.Wait(`danmaku.stats().active === 4`)
			want := browser.Value[string](p, `import('/a/test/overlay/text.js').then(({ words }) => [words('en').owner[0], words('en').moderator[0], 'A', '•'].sort().join())`)
			if got := browser.Value[string](p, avatars+`.sort().join()`); got != want {
				t.Errorf("the avatars are %q, not %q", got, want)
			}
			if gaps := browser.Value[string](p, `[...document.querySelectorAll("yt-live-chat-text-message-renderer #content")].map((content) => [content, content.querySelector("#chat-badges #image")])
				.filter(([content, image]) => image && !content.querySelector("#author-name").textContent && Math.abs(image.getBoundingClientRect().left - content.getBoundingClientRect().left) > 1).map(([content]) => content.textContent).join()`); gaps != "" {
				t.Errorf("a gap is before the mark of a host without a name: %s", gaps)
			}
		})
	}
}

func TestChatBoxOptions(t *testing.T) {
	t.Parallel()
	p := newRoom(t).chat(t, "bench=1")
	pushComments(p, frame{"text": "one", "name": "Aoi", "user": "u1", "source": "twitch"}, frame{"text": "two", "name": "Yara", "source": "kick"}, frame{"text": "three", "paid": frame{"amount": 5, "currency": "USD", "level": 2}})
	p.Wait(listed + `.join() === 'one,two,three'`)
	for _, row := range []struct{ options, sees string }{
		{`{}`, `document.querySelectorAll('.dm-name').length === 2 && document.querySelector('.dm-mark use').getAttribute('href').endsWith('#twitch') && document.querySelector('.dm-source').textContent === 'Kick' && document.querySelector('.dm-paid').textContent.includes('5') && !document.querySelector('.dm-avatar')`},
		{`{ newest: 'top' }`, listed + `.join() === 'three,two,one'`},
		{`{ newest: 'top', box: 'youtube' }`, listed + `.join() === 'three,two,one' && document.querySelector('yt-live-chat-paid-message-renderer #purchase-amount').textContent.includes('5')`},
		{`{ newest: 'bottom' }`, listed + `.join() === 'one,two,three' && !document.querySelector('.dm-line')`},
		{`{ box: 'list', names: '0', sources: '0', avatars: '1' }`, listed + `.join() === 'one,two,three' && !document.querySelector('.dm-name, .dm-mark, .dm-source, yt-live-chat-app') && ` + avatars + `.join() === '•,Y,A'`},
		{`{ size: '44', theme: 'plate' }`, `getComputedStyle(document.querySelector('.dm')).fontSize === '44px' && getComputedStyle(document.querySelector('.dm')).backgroundColor === 'rgba(11, 14, 16, 0.78)'`},
	} {
		p.Eval(`danmaku.config(` + row.options + `)`)
		p.Wait(row.sees)
	}
	// Never more elements than the limit, whatever arrives.
	p.Eval(`danmaku.config({ limit: 10 }); for (let i = 0; i < 3000; i++) danmaku.push({ text: 'n' + i })`)
	p.Wait(`document.querySelectorAll('.dm-line').length === 10 && ` + listed + `.pop() === 'n2999'`)
	// A streamer's CSS wins.
	p.Eval(`{ const s = document.createElement('style'); s.textContent = '.dm-box { inset: 10px 20px 30px 40px } .dm { color: rgb(1, 2, 3) }'; document.head.append(s) }`)
	p.Wait(`getComputedStyle(document.querySelector('.dm')).color === 'rgb(1, 2, 3)' && document.querySelector('.dm-box').getBoundingClientRect().left === 40`)
}

// Each line is whole and within its field, in pictures of the formats and in a wide one.
func TestChatBoxFitsPortraitFormats(t *testing.T) {
	t.Parallel()
	p := newRoom(t).chat(t, "bench=1")
	for _, row := range []struct {
		place, size   string
		width, height int64
		field         [4]float64 // left, top, right and bottom as shares of the format
		ratio         float64
	}{
		{"9x16", "40", 1080, 1920, [4]float64{0.04, 0.39, 0.84, 0.76}, 9. / 16}, {"9x16", "26", 720, 1280, [4]float64{0.04, 0.39, 0.84, 0.76}, 9. / 16},
		{"9x16", "24", 1920, 1080, [4]float64{0.04, 0.39, 0.84, 0.76}, 9. / 16}, {"4x5", "34", 1080, 1350, [4]float64{0.04, 0.57, 0.96, 0.96}, 4. / 5},
		{"4x5", "30", 1920, 1080, [4]float64{0.04, 0.57, 0.96, 0.96}, 4. / 5},
	} {
		p.Size(row.width, row.height, 1)
		p.Eval(`danmaku.config({ place: '` + row.place + `', size: ` + row.size + ` }); danmaku.clear()`)
		p.Eval(`danmaku.push(Array.from({ length: 40 }, (_, i) => ({ name: 'ninth wave', text: ['短', 'x'.repeat(60), '前方高能，非战斗人员撤离 '.repeat(6), '👨‍👩‍👧‍👦🇯🇵'][i % 4] })))`)
		p.Wait(`danmaku.stats().active === 40 && !document.querySelector('[data-leaving]')`)
		w, h := float64(row.width), float64(row.height)
		fw, fh := min(w, h*row.ratio), min(h, w/row.ratio)
		left, top := (w-fw)/2, (h-fh)/2
		boxes := browser.Value[[][4]float64](p, `[...document.querySelectorAll('.dm-line')].map((e) => e.getBoundingClientRect()).filter((r) => r.left < document.querySelector('.dm-box').getBoundingClientRect().right - 1).map((r) => [r.left, r.top, r.right, r.bottom])`)
		if len(boxes) < 3 {
			t.Errorf("%+v: only %d lines are visible", row, len(boxes))
		}
		for _, b := range boxes {
			if b[0] < left+row.field[0]*fw || b[2] > left+row.field[2]*fw || b[1] < top+row.field[1]*fh-1 || b[3] > top+row.field[3]*fh {
				t.Errorf("%+v: a line is at %v", row, b)
			}
		}
	}
}

// Three skins written for YouTube's chat style the box like the original.
func TestChatBoxTakesSkinsOfYouTube(t *testing.T) {
	type look struct{ selector, property, want string }
	const text, paid = "yt-live-chat-text-message-renderer", "yt-live-chat-paid-message-renderer"
	plain, owner, moderator, member := text+`[author-type=""]`, text+`[author-type="owner"]`, text+`[author-type="moderator"]`, text+`[author-type="member"]`
	for skin, looks := range map[string][]look{
		"bubbles": {
			{"body", "backgroundColor", "rgba(0, 0, 0, 0)"}, {plain + " #message", "backgroundColor", "rgb(51, 51, 51)"}, {plain + " #message", "display", "block"},
			{plain + " #message", "fontSize", "18px"}, {plain, "padding", "4px 24px"}, {owner + " #message", "backgroundColor", "rgb(255, 214, 0)"}, {owner + " #message", "color", "rgb(0, 0, 0)"},
			{moderator + " #author-name", "color", "rgb(94, 132, 241)"}, {plain + " #author-name", "fontFamily", "Imprima, sans-serif"}, {plain + " #author-photo", "display", "none"}, {owner + " #message", "textShadow", "none"},
		},
		"generated": {
			{plain + " #message", "fontSize", "24px"}, {plain + " #message", "color", "rgb(255, 240, 200)"}, {plain + " #message", "textShadow", "rgb(0, 0, 0) -2px -2px 0px, rgb(0, 0, 0) 2px 2px 0px"},
			{plain + " #author-photo", "width", "48px"}, {plain + " #author-photo", "display", "block"}, {moderator + " #chat-badges", "display", "none"}, {plain + " #timestamp", "display", "inline"},
			{plain + " #author-name", "fontWeight", "700"}, {owner + " #author-name", "color", "rgb(255, 214, 0)"}, {owner + " #author-name", "backgroundColor", "rgba(0, 0, 0, 0)"},
			{paid + " #author-name", "color", "rgb(1, 2, 3)"}, {paid + " #purchase-amount", "fontSize", "30px"}, {paid + " #card", "borderRadius", "20px"}, {paid + " #header", "backgroundColor", "rgb(10, 20, 30)"},
		},
		"cards": {
			{plain, "animationName", "come"}, {plain, "borderLeftColor", "rgb(140, 200, 255)"}, {moderator, "borderLeftColor", "rgb(80, 120, 255)"}, {owner, "borderLeftColor", "rgb(255, 190, 0)"}, {member, "borderLeftColor", "rgb(40, 170, 60)"}, {member + ` yt-live-chat-author-badge-renderer[type="member"][aria-label="Member"]`, "display", "inline"},
			{plain, "marginBottom", "10px"}, {plain + " #message", "color", "rgb(20, 30, 40)"}, {plain + " #author-name", "color", "rgb(120, 60, 160)"}, {plain + " #message", "textShadow", "none"},
			{moderator + " yt-live-chat-author-badge-renderer", "backgroundColor", "rgb(80, 120, 255)"}, {plain + " .emoji", "width", "40px"}, {paid + " #content", "backgroundColor", "rgb(245, 124, 0)"},
		},
	} {
		t.Run(skin, func(t *testing.T) {
			t.Parallel()
			css, err := os.ReadFile("testdata/skins/" + skin + ".css")
			if err != nil {
				t.Fatal(err)
			}
			p := newRoom(t).chat(t, "bench=1&avatars=1&box=youtube&place=left&lang=en")
			if strings.Contains(string(css), "@import") {
				p.Ignore("fonts.googleapis.com") // blocked; the rest of the skin applies
			}
			p.Eval(`document.documentElement.style.background = 'url(/game.svg) center / cover'`)
			p.Eval(`{ const s = document.createElement('style'); s.textContent = ` + strconv.Quote(string(css)) + `; document.head.append(s) }`)
			pushComments(p, frame{"text": "first time here 🎉", "name": "Aoi", "user": "u1", "at": 1_700_000_000_000, "emotes": []frame{{"from": 0, "to": 5, "name": "first", "picture": "/emotes/" + strings.Repeat("ab", 16)}}},
				frame{"text": "Thank you all", "name": "Mika", "user": "u2", "badge": "owner"}, frame{"text": "请大家文明发言", "name": "Sam", "user": "u3", "badge": "moderator"},
				frame{"text": "here since the first show", "name": "Noor", "user": "u5", "source": "youtube", "standing": "member"},
				frame{"text": "take my money", "name": "Big Spender", "user": "u4", "source": "youtube", "paid": frame{"amount": 20, "currency": "USD", "level": 4}})
			p.Wait(`danmaku.stats().active === 5 && document.querySelector('.emoji').complete`)
			for _, l := range looks {
				if got := browser.Value[string](p, fmt.Sprintf(`getComputedStyle(document.querySelector(%q)).%s`, l.selector, l.property)); got != l.want {
					t.Errorf("%s: %s is %q, the skin says %q", l.selector, l.property, got, l.want)
				}
			}
			p.Wait(`!document.getAnimations().some((a) => a.playState === 'running')`)
			picture(t, p, "box-skin-"+skin+".png")
		})
	}
}

// At a side the list keeps to its third; the badges are in the page's language.
func TestChatBoxAtTheSide(t *testing.T) {
	for lang, words := range map[string][2]string{"en": {"Host", "Member"}, "zh-CN": {"主播", "会员"}, "ja": {"配信者", "メンバー"}} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := newRoom(t).chat(t, "bench=1&place=left&lang="+lang)
			p.Size(1280, 720, 1)
			p.Eval(`document.documentElement.style.background = 'url(/game.svg) center / cover'`)
			pushComments(p, frame{"text": "这一段配乐太好听了", "name": "月半", "user": "u1"},
				frame{"text": "that dodge was clean", "name": "Aoi", "user": "u2", "source": "twitch", "color": "#66e0ff", "standing": "member"},
				frame{"text": "a long one that goes on until it has to break into several lines, as people do write", "name": "ninth wave", "user": "u3", "source": "youtube"},
				frame{"text": "Thank you all", "name": "Mika", "user": "u4", "badge": "owner"},
				frame{"text": "take my money", "name": "Sam", "user": "u6", "source": "youtube", "paid": frame{"amount": 20, "currency": "USD", "level": 4}},
				frame{"text": "次の攻撃は右によけて", "name": "サム", "user": "u7", "source": "bilibili", "color": "#ffc24a"}, frame{"text": "🎉🎉", "name": "Tom", "user": "u8"})
			p.Wait(`danmaku.stats().active === 7`)
			if got := browser.Value[[]any](p, `[Math.max(...[...document.querySelectorAll('.dm')].map((e) => e.getBoundingClientRect().right)), document.querySelector('.dm-badge').textContent, [...document.querySelectorAll('.dm-standing')].map((e) => e.textContent).join()]`); got[0].(float64) > 0.341*1280 || got[1] != words[0] || got[2] != words[1] {
				t.Errorf("it reaches to %v, with the badge %v and the member %v", got[0], got[1], got[2])
			}
			picture(t, p, "chat-box-"+lang+".png")
		})
	}
}
