package e2e_test

import (
	"fmt"
	"math"
	"testing"

	"danmaku/e2e/browser"

	"github.com/gorilla/websocket"
)

// shown is an expression: the visible texts, in document order.
const shown = `[...document.querySelectorAll('.dm-slot:not(.dm-probe)')].filter((s) => getComputedStyle(s).display !== 'none' && getComputedStyle(s).visibility === 'visible').map((s) => s.querySelector('.dm-text').textContent)`

func event(kind string, seq int, fields frame) frame {
	f := frame{"type": kind, "seq": seq}
	for k, v := range fields {
		f[k] = v
	}
	return f
}

func events(position string, list ...frame) frame {
	return frame{"type": "events", "position": position, "events": list}
}

// flown is JavaScript for the ms that a comment has flown by its position, at the default speed.
func flown(id string) string {
	return fmt.Sprintf(`((innerWidth - (danmaku.rects().find((r) => r.id === %q)?.x ?? 1e9)) * 9000 / innerWidth)`, id)
}

func TestOverlayFollowsItsRoom(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := browser.Open(t, r.URL+"/overlay/live?key=secret")
	const now = 1_700_000_100_000
	conn := r.accept(t, frame{"time": now, "recent": []frame{
		{"id": "old", "at": now - 9500, "text": "too old"}, {"id": "young", "at": now - 3000, "text": "young"},
	}})
	p.Wait(shown + `.join() === 'young'`)
	// It is 3 s old: it continues where it would be, a third of the way over.
	if way := browser.Value[float64](p, flown("young")); way < 2980 { // it is drawn up to two pixels late
		t.Errorf("a comment of 3 s has flown for %v ms", way)
	}
	sendTo(t, conn, events("e:12",
		event("comment", 11, frame{"id": "a", "at": now, "text": "<b>a</b>", "user": "u1"}),
		event("comment", 12, frame{"id": "b", "at": now, "text": "b", "user": "u2"})))
	p.Wait(shown + `.join() === 'young,<b>a</b>,b'`)

	sendTo(t, conn, events("e:13", event("remove", 13, frame{"ids": []string{"a", "gone"}})))
	p.Wait(shown + `.join() === 'young,b'`)
	sendTo(t, conn, events("e:14", event("remove", 14, frame{"user": "u2"})))
	p.Wait(shown + `.join() === 'young'`)
	sendTo(t, conn, events("e:15", event("clear", 15, nil)))
	p.Wait(shown + `.length === 0`)
	sendTo(t, conn, events("e:16", event("comment", 16, frame{"id": "c", "at": now - 60_000, "text": "held long, shown now"})))
	p.Wait(shown + `.length === 1`)
}

func TestOverlayAccountsForTheDelay(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := browser.Open(t, r.URL+"/overlay/live?key=secret")
	const now = 1_700_000_100_000
	r.accept(t, frame{
		"time": now, "room": frame{"id": "live", "title": "", "state": "open", "delay_ms": 30_000},
		"recent": []frame{{"id": "gone", "at": now - 40_000, "text": "has crossed"}, {"id": "due", "at": now - 33_000, "text": "came out 3 s ago"}},
	})
	p.Wait(shown + `.join() === 'came out 3 s ago'`)
}

func TestOverlayReconnectsWithoutGapOrDuplicate(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := browser.Open(t, r.URL+"/overlay/live?key=secret")
	const now = 1_700_000_100_000
	conn := r.accept(t, nil)
	sendTo(t, conn, events("e:11", event("comment", 11, frame{"id": "a", "at": now, "text": "before"})))
	p.Wait(shown + `.join() === 'before'`)
	conn.Close() // the server dies
	back := r.accept(t, frame{"resumed": true, "position": "e:11", "time": now + 30_000})
	sendTo(t, back, events("e:13",
		event("comment", 12, frame{"id": "late", "at": now + 1000, "text": "late"}),
		event("comment", 13, frame{"id": "fresh", "at": now + 29_000, "text": "fresh"})))
	p.Wait(shown + `.join() === 'before,fresh'`)
	if way := browser.Value[float64](p, flown("fresh")); way < 980 {
		t.Errorf("a missed comment of 1 s has flown for %v ms", way)
	}
	sendTo(t, back, events("e:14", event("comment", 14, frame{"id": "z", "at": now, "text": "approved late"})))
	p.Wait(shown + `.join() === 'before,fresh,approved late'`)
	back.Close()
	last := r.accept(t, frame{"resumed": false, "position": "f:1", "time": now + 40_000, "recent": []frame{{"id": "new", "at": now + 39_000, "text": "afresh"}}})
	p.Wait(shown + `.join() === 'afresh'`)
	// A refused key is silent: nothing on the screen, nothing on the console.
	last.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4001, ""), farAway())
	p.Wait(shown + `.join() === 'afresh'`)
}

func TestOverlayShowsMarkupAsText(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&names=1&duration=60")
	evil := `<img src=x onerror="document.title='evil'"><script>document.title='evil'</script>`
	pushComments(p, frame{"id": "x", "text": evil, "name": evil, "user": `"><b>`, "badge": "owner", "source": "<i>"})
	p.Wait(shown + `.length === 1`)
	got := browser.Value[[]any](p, `[document.querySelector('.dm-slot:not(.dm-probe) .dm-text').textContent, document.querySelector('.dm-name').textContent, document.querySelectorAll('.dm img, .dm script, .dm b, .dm i').length, document.title]`)
	if got[0] != evil || got[1] != evil || got[2] != 0.0 || got[3] == "evil" {
		t.Errorf("markup was not plain text: %v", got)
	}
}

// overlapping is an expression: the first two rectangles that overlap by more
// than a tenth of a pixel inside the stage, or null. Brute force over the
// browser's rectangles, without the engine's own records.
const overlapping = `(() => {
	const stage = document.querySelector('.dm-stage').getBoundingClientRect();
	const list = [...document.querySelectorAll('.dm-slot:not(.dm-probe), .dm-pin')].filter((s) => s.className === 'dm-pin' || (s.style.display !== 'none' && s.style.visibility === 'visible'))
		.map((s) => ({ text: s.textContent, front: s.classList.contains('dm-front'), pin: s.className === 'dm-pin', box: s.querySelector('.dm').getBoundingClientRect() }));
	for (const [i, a] of list.entries()) for (const b of list.slice(i + 1)) {
		// Flying comments pass behind standing ones.
		if (a.front !== b.front && !a.pin && !b.pin) continue;
		const left = Math.max(a.box.left, b.box.left, stage.left), right = Math.min(a.box.right, b.box.right, stage.right);
		const top = Math.max(a.box.top, b.box.top), bottom = Math.min(a.box.bottom, b.box.bottom);
		if (right - left > 0.1 && bottom - top > 0.1) return JSON.stringify([a, b]);
	}
	return null;
})()`

// mix is a script that pushes n comments of all kinds; k varies them.
const mix = `((n, k) => { const c = []; for (let i = 0; i < n; i++) { const r = (i * 7919 + k * 104729) % 97; c.push({
	id: 'm' + k + '-' + i, user: 'u' + (r % 5), text: ['666', '前方高能，非战斗人员撤离', 'that dodge was clean', 'مرحبا', '👨‍👩‍👧‍👦🇯🇵', 'x'.repeat(r)][r % 6] + (r % 3 ? '' : i),
	mode: r < 6 ? 'top' : r < 12 ? 'bottom' : r < 18 ? 'reverse' : 'scroll', size: r % 11 === 0 ? 'big' : r % 7 === 0 ? 'small' : 'medium', badge: r === 50 ? 'owner' : '' }); }
	danmaku.push(c); })`

// findOverlap runs a script every 250 ms for some steps and looks for overlap in
// every second frame meanwhile; it returns the first overlap.
func findOverlap(p *browser.Page, steps int, script string) string {
	return browser.Value[string](p, fmt.Sprintf(`new Promise((done) => {
		let step = 0, frames = 0, next = 0;
		const look = (now) => {
			if (now >= next) { next = now + 250; if (step === %d) return done(''); (%s)(step++); }
			else if (++frames %% 2 === 0) { const found = %s; if (found) return done('step ' + step + ': ' + found); }
			requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	})`, steps, script, overlapping))
}

func TestOverlayNeverOverlaps(t *testing.T) {
	for _, q := range []string{"bench=1&duration=4", "bench=1&duration=3&size=28&merge=1&names=1&region=bottom&area=0.6&lanes=9&motion=smooth"} {
		t.Run(q, func(t *testing.T) {
			t.Parallel()
			p := newRoom(t).overlay(t, q)
			if found := findOverlap(p, 40, `(k) => `+mix+`(6, k)`); found != "" {
				t.Error(found)
			}
			if s := statsOf(p); s.Placed < 60 {
				t.Errorf("only %d were placed: %+v", s.Placed, s)
			}
		})
	}
}

func TestOverlayNeverOverlapsWhileEverythingChanges(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&duration=4&merge=1")
	sheet := `const style = document.createElement('style'); document.head.append(style);`
	p.Eval(`{ ` + sheet + ` window.restyle = (css) => { style.textContent = css; }; }`)
	found := findOverlap(p, 48, `(k) => { `+mix+`(6, k);
		if (k === 6) restyle('.dm { --danmaku-size: 52px; letter-spacing: 2px }');
		if (k === 12) danmaku.config({ area: 0.5, region: 'bottom' });
		if (k === 18) restyle('.dm { padding: 6px 20px; background: #000 }');
		if (k === 20) danmaku.pause();
		if (k === 22) danmaku.resume();
		if (k === 24) danmaku.config({ duration: 3, size: 24, area: 1, names: true });
		if (k === 30) dispatchEvent(new CustomEvent('obsSourceVisibleChanged', { detail: { visible: false } }));
		if (k === 36) dispatchEvent(new CustomEvent('obsSourceVisibleChanged', { detail: { visible: true } }));
		if (k === 33) danmaku.config({ font: 'Late' });
		if (k === 37) { const late = new FontFace('Late', 'local("Noto Sans Mono CJK SC"), local("DejaVu Sans Mono")'); document.fonts.add(late); late.load(); }
		if (k === 40) danmaku.config({ motion: 'smooth', lanes: 5 });
		if (k === 44) restyle('.dm-stage { inset: 130px 200px 90px 40px }');
	}`)
	if found != "" {
		t.Error(found)
	}
}

// A font that loads late makes flying comments wider or narrower.
func TestOverlayMeasuresAgainWhenAFontComes(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&duration=60&font=Late")
	pushComments(p, frame{"id": "a", "text": "iiiiiiiiii iiiiiiiiii", "mode": "reverse"})
	p.Wait(`danmaku.stats().active === 1`)
	p.Eval(`danmaku.pause()`)
	head := rectsOf(p)[0]
	const drawn = `document.querySelector('.dm-slot:not(.dm-probe) .dm').offsetWidth`
	before := browser.Value[int](p, drawn)
	p.Eval(`{ window.font = new FontFace('Late', 'local("Noto Sans Mono CJK SC"), local("DejaVu Sans Mono")'); document.fonts.add(font); }`)
	p.Eval(`font.load().then(() => undefined)`)
	p.Wait(fmt.Sprintf(`%s > %d`, drawn, before+50))
	// It grows at its tail, and its head stays where it was.
	p.Wait(fmt.Sprintf(`(() => { const [r] = danmaku.rects(); return Math.abs(r.x + r.w - %v) < 3; })()`, head.X+head.W))
}

func TestOverlayResizes(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&duration=4")
	for i, size := range [][2]int64{{1920, 1080}, {1280, 720}, {3840, 2160}, {800, 600}, {320, 200}} {
		p.Size(size[0], size[1], 1)
		if found := findOverlap(p, 6, fmt.Sprintf(`(k) => %s(6, k + %d)`, mix, 100*i)); found != "" {
			t.Errorf("%v: %s", size, found)
		}
		want := int(math.Floor(float64(size[1])*0.9+0.5) / 54) // within the title-safe area
		if s := statsOf(p); s.Lanes != want {
			t.Errorf("%v: %d lanes, want %d", size, s.Lanes, want)
		}
		for _, b := range rectsOf(p) {
			if b.Y < 0 || b.Y+b.H > float64(size[1])+1 {
				t.Errorf("%v: %+v is outside", size, b)
			}
		}
	}
	if browser.Value[bool](p, `document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight`) {
		t.Error("the page can scroll")
	}
}

func TestOverlayTakesACommentOffWithinTwoFrames(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1")
	p.Eval(mix + `(40, 1)`)
	p.Wait(`danmaku.stats().active > 10 && danmaku.stats().queued === 0`) // none is left to take a free place
	frames := browser.Value[int](p, `new Promise((done) => requestAnimationFrame(() => {
		const ids = danmaku.rects().map((r) => r.id);
		danmaku.remove(ids);
		let frames = 0;
		const look = () => { frames++; `+shown+`.length === 0 ? done(frames) : requestAnimationFrame(look); };
		requestAnimationFrame(look);
	}))`)
	if frames > 2 {
		t.Errorf("gone after %d frames", frames)
	}
	p.Wait(`document.querySelector(".dm-gone") === null`) // a removed comment fades
	if n := visiblePixels(t, p.Screenshot()); n != 0 {
		t.Errorf("%d pixels are still drawn", n)
	}
	if s := statsOf(p); s.Active != 0 || s.Removed == 0 {
		t.Errorf("%+v", s)
	}
	if n := browser.Value[int](p, `document.getAnimations().length`); n != 0 {
		t.Errorf("%d animations still run", n)
	}
}

func TestOverlayMovesByWholePixelsOfTheScreen(t *testing.T) {
	t.Parallel()
	for _, dots := range []float64{1, 1.5, 2, 3} {
		r := newRoom(t)
		p := browser.New(t)
		p.Size(1280, 720, dots)
		p.Goto(r.URL + "/overlay/live?bench=1&duration=5")
		p.Eval("danmaku.ready")
		p.Eval(mix + `(20, 3)`)
		p.Wait(`danmaku.stats().active > 5`)
		for range 5 {
			for _, b := range rectsOf(p) {
				for _, at := range []float64{b.X * dots, b.Y * dots} {
					if math.Abs(at-math.Round(at)) > 0.02 {
						t.Errorf("at %v dots a pixel, %s is at %v, %v", dots, b.ID, b.X, b.Y)
					}
				}
			}
		}
	}
}

func TestOverlayIsIdleWhenEmpty(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&duration=2")
	pushComments(p, frame{"id": "a", "text": "a"})
	p.Wait(`danmaku.stats().placed === 1 && danmaku.stats().active === 0`) // it may have passed already
	before := statsOf(p).Ticks
	p.Eval(`new Promise((done) => setTimeout(done, 1200))`)
	if after := statsOf(p).Ticks; after != before {
		t.Errorf("%d ticks while empty", after-before)
	}
	if n := browser.Value[int](p, `document.getAnimations().length`); n != 0 {
		t.Errorf("%d animations while empty", n)
	}
}

// The hooks are for tools: they are exactly those in docs/overlay.md.
func TestOverlayHooksMatchTheDocumentation(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&duration=60&merge=1")
	p.Eval(`danmaku.push({ id: 'one', text: 'alone' }); danmaku.push([{ id: 'a', text: '666' }, { id: 'b', text: '666' }, { text: '' }, {}])`)
	p.Wait(`danmaku.stats().active === 2`)
	for _, c := range []struct{ js, want string }{
		{`Object.keys(danmaku).sort().join()`, "clear,config,items,pause,pin,push,react,ready,rects,remove,resume,stats"},
		{`Object.keys(danmaku.stats()).sort().join()`, "active,dropped,lanes,merged,placed,pool,queued,reactions,received,removed,ticks"},
		{`Object.keys(danmaku.stats().dropped).sort().join()`, "full,late"},
		{`Object.keys(danmaku.rects()[0]).join()`, "id,lane,x,y,w,h"},
		{`danmaku.rects().map((r) => r.id).join()`, "one,a"},
		{`(danmaku.remove('one'), danmaku.remove(['a']), danmaku.rects().map((r) => r.id).join())`, "b"},
		{`(danmaku.pin({ text: 'stands' }), ` + pinned + `)`, "stands"},
		{`(danmaku.clear(), danmaku.rects().length + ` + pinned + `)`, "0"},
		{`(danmaku.config({ size: 50, nonsense: 1, weight: 'heavy' }), getComputedStyle(document.querySelector('.dm')).fontSize)`, "50px"},
	} {
		if got := browser.Value[string](p, c.js); got != c.want {
			t.Errorf("%s is %q, want %q", c.js, got, c.want)
		}
	}
}
