package e2e_test

import (
	"fmt"
	"math"
	"testing"

	"danmaku/e2e/browser"
)

// pinned is an expression: the pinned text on the overlay, "" for none.
const pinned = `(document.querySelector('.dm-pin .dm-text')?.textContent ?? '')`

func TestOverlayPinFollowsItsRoom(t *testing.T) {
	t.Parallel()
	r := newRoom(t)
	p := browser.Open(t, r.URL+"/overlay/live?key=secret")
	comment := func(id string) frame {
		return frame{"id": id, "at": 1_700_000_000_000, "text": "pin " + id, "user": "u-" + id}
	}
	seq := 10
	conn := r.accept(t, frame{"pin": comment("a")})
	p.Wait(pinned + ` === 'pin a'`)
	tell := func(kind string, fields frame) {
		t.Helper()
		seq++
		sendTo(t, conn, events(fmt.Sprintf("e:%d", seq), event(kind, seq, fields)))
	}
	pin := func(id string) {
		t.Helper()
		tell("pin", frame{"id": id, "comment": comment(id)})
		p.Wait(pinned + ` === 'pin ` + id + `'`)
	}
	pin("b")
	tell("remove", frame{"ids": []string{"a", "other"}})
	tell("remove", frame{"user": "u-a"})
	tell("comment", comment("flies"))
	p.Wait(shown + `.join() === 'pin flies'`)
	if got := browser.Value[string](p, pinned); got != "pin b" {
		t.Errorf("an unrelated event changed it to %q", got)
	}
	for _, away := range []struct {
		kind   string
		fields frame
	}{
		{"remove", frame{"ids": []string{"c"}}}, {"remove", frame{"user": "u-c"}}, {"clear", nil}, {"pin", frame{"id": ""}},
	} {
		pin("c")
		tell(away.kind, away.fields)
		p.Wait(pinned + ` === ''`)
		if browser.Value[bool](p, `document.documentElement.innerHTML.includes('pin c')`) {
			t.Errorf("after %s its text is still in the page", away.kind)
		}
	}

	// After an absence, hello has the current pin; missed events add nothing.
	pin("d")
	conn.Close()
	conn = r.accept(t, frame{"resumed": true, "position": fmt.Sprintf("e:%d", seq), "pin": comment("e")})
	p.Wait(pinned + ` === 'pin e'`)
	missed := seq
	var list []frame
	for _, e := range []struct {
		kind   string
		fields frame
	}{
		{"pin", frame{"id": "x"}}, {"remove", frame{"user": "u-e"}}, {"clear", nil}, {"pin", frame{"id": ""}}, {"pin", frame{"id": "e"}},
		{"comment", frame{"id": "young", "at": 1_700_000_100_000, "text": "young"}},
	} {
		missed++
		list = append(list, event(e.kind, missed, e.fields))
	}
	seq = missed
	sendTo(t, conn, events(fmt.Sprintf("e:%d", seq), list...))
	p.Wait(shown + `.join() === 'young'`)
	if got := browser.Value[string](p, pinned); got != "pin e" {
		t.Errorf("after a resume it is %q", got)
	}
	tell("pin", frame{"id": ""})
	p.Wait(pinned + ` === ''`)
	pin("f")
	conn.Close() // it was unpinned meanwhile
	conn = r.accept(t, frame{"resumed": true, "position": fmt.Sprintf("e:%d", seq)})
	p.Wait(pinned + ` === ''`)
	sendTo(t, conn, events(fmt.Sprintf("e:%d", seq)))
	pin("g")
	conn.Close()
	conn = r.accept(t, frame{"resumed": false, "position": "f:1", "pin": comment("h")})
	p.Wait(pinned + ` === 'pin h'`)
}

// Nothing flies through the pin, whatever arrives, leaves or changes meanwhile.
func TestOverlayNeverOverlapsThePin(t *testing.T) {
	for _, q := range []string{"bench=1&duration=4", "bench=1&duration=3&region=bottom&area=0.5&size=24&merge=1&names=1", "bench=1&duration=4&theme=paper&lanes=4"} {
		t.Run(q, func(t *testing.T) {
			t.Parallel()
			p := newRoom(t).overlay(t, q)
			p.Eval(`{ const style = document.createElement('style'); document.head.append(style); window.restyle = (css) => { style.textContent = css; }; }`)
			found := findOverlap(p, 40, `(k) => { `+mix+`(6, k);
				if (k === 6) danmaku.pin({ text: '请大家文明发言', name: 'Aoi' });
				if (k === 12) danmaku.pin({ text: 'a longer one, with 中文 and emoji 👨‍👩‍👧‍👦, '.repeat(3), badge: 'owner' });
				if (k === 16) danmaku.config({ size: 44 });
				if (k === 20) restyle('.dm-pin { top: auto; bottom: 100px } .dm-pin .dm { padding: 20px }');
				if (k === 24) danmaku.clear();
				if (k === 26) danmaku.pin({ id: 'p', text: 'مرحبا' });
				if (k === 30) restyle('');
				if (k === 32) danmaku.pause();
				if (k === 33) danmaku.pin({ id: 'q', text: 'while it stands still' });
				if (k === 34) danmaku.resume();
				if (k === 37) danmaku.pin(null);
			}`)
			if found != "" {
				t.Error(found)
			}
			if s := statsOf(p); s.Placed < 15 {
				t.Errorf("only %d flew beside it: %+v", s.Placed, s)
			}
		})
	}
}

func TestOverlayPinKeepsToItsPlace(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1")
	const box = `(({ x, y, width, height }) => ({ x, y, w: width, h: height }))(document.querySelector('.dm-pin .dm').getBoundingClientRect())`
	p.Eval(`danmaku.pin({ id: 'a', text: '字'.repeat(100), size: 'big', name: 'Aoi' })`)
	long := browser.Value[rect](p, box)
	if long.W > 0.73*1920 || long.H > 4*45+10 || long.X < 100 || long.X+long.W/2 < 955 || long.X+long.W/2 > 965 {
		t.Errorf("a long one is at %+v", long)
	}
	if browser.Value[bool](p, `(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 2)(document.querySelector('.dm-pin .dm-text'))`) {
		t.Error("a hundred characters are cut")
	}
	// The badge beside several lines is a pill in the first line, not a column.
	const pill = `(() => { const badge = document.querySelector('.dm-pin .dm-badge').getBoundingClientRect(), text = document.querySelector('.dm-pin .dm-text').getBoundingClientRect(); return [badge.height, badge.top + badge.height / 2 - text.top, text.height]; })()`
	for _, theme := range []string{"", "classic", "paper", "hall"} {
		p.Eval(`danmaku.config({ theme: '` + theme + `' }); danmaku.pin({ id: 'o', text: 'a pin of several lines, '.repeat(8), badge: 'owner', name: 'Aoi' })`)
		line := browser.Value[float64](p, `parseFloat(getComputedStyle(document.querySelector('.dm-pin .dm')).fontSize) * 1.25`)
		if got := browser.Value[[]float64](p, pill); got[2] < 1.9*line || got[0] > 1.01*line || math.Abs(got[1]-line/2) > 0.1*line {
			t.Errorf("theme %q: the pill is %.0f px high with its middle at %.0f, of %.0f px in lines of %.0f", theme, got[0], got[1], got[2], line)
		}
	}
	p.Eval(`danmaku.config({ theme: '' }); danmaku.pin({ id: 'a', text: '字'.repeat(100), size: 'big', name: 'Aoi' })`)
	for _, size := range [][2]int64{{320, 200}, {1280, 720}, {3840, 2160}} {
		p.Size(size[0], size[1], 1)
		p.Wait(fmt.Sprintf(`danmaku.stats().lanes === %d`, int(math.Floor(float64(size[1])*0.9+0.5)/54)))
		if b := browser.Value[rect](p, box); b.X < 0 || b.X+b.W > float64(size[0]) || b.Y < 0 || b.Y+b.H > float64(size[1])*0.6 {
			t.Errorf("%v: it is at %+v", size, b)
		}
	}
	p.Eval(`danmaku.config({ emoji: false }); danmaku.pin({ id: 'b', text: '👋🏽' })`)
	if browser.Value[bool](p, `!!document.querySelector('.dm-pin')`) {
		t.Error("an empty pin is drawn")
	}
	p.Eval(`danmaku.config({ emoji: true })`)
	p.Wait(pinned + ` === '👋🏽'`)
	p.Eval(`danmaku.remove(['b'])`)
	if n := visiblePixels(t, p.Screenshot()); n != 0 {
		t.Errorf("%d pixels are still drawn", n)
	}
}
