package e2e_test

import (
	"fmt"
	"math"
	"testing"

	"danmaku/e2e/browser"

	"github.com/chromedp/cdproto/page"
)

func TestOverlayHiddenAndBack(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&duration=30")
	show := func(visible bool) {
		p.Eval(fmt.Sprintf(`void dispatchEvent(new CustomEvent('obsSourceVisibleChanged', { detail: { visible: %v } }))`, visible))
	}
	pushComments(p, frame{"id": "a", "text": "a"})
	p.Wait(`danmaku.stats().active === 1`)
	show(false)
	before := statsOf(p)
	p.Eval(`danmaku.push([{ id: "unseen", text: "unseen" }, { id: "taken down", text: "taken down" }]); danmaku.remove("taken down"); window.pushed = document.timeline.currentTime`)
	p.Eval(`for (let k = 0; k < 10; k++) ` + mix + `(10, k)`)
	p.Wait(`document.timeline.currentTime > pushed + 1000`)
	if s := statsOf(p); s.Placed != before.Placed || s.Ticks != before.Ticks {
		t.Errorf("worked while hidden: %+v, before %+v", s, before)
	}
	show(true)
	p.Wait(shown + `.includes("unseen")`)
	// It started when it arrived, not when the source became visible again.
	if late := browser.Value[float64](p, `(() => {
		const { x, w } = danmaku.rects().find((r) => r.id === "unseen");
		return document.timeline.currentTime - (innerWidth - x) * 30_000 / (innerWidth + w) - pushed;
	})()`); math.Abs(late) > 500 {
		t.Errorf("it started %v ms after it arrived", late)
	}
	if browser.Value[bool](p, `document.body.textContent.includes("taken down")`) {
		t.Error("a comment removed meanwhile is on the page")
	}
	if found := findOverlap(p, 8, `(k) => `+mix+`(6, 500 + k)`); found != "" {
		t.Error(found)
	}
}

// A page that the browser hides has no frames and slow timers. A frozen page
// does nothing at all and loses its socket. Meanwhile the room goes on.
func TestOverlayReallyHiddenAndBack(t *testing.T) {
	for _, frozen := range []bool{false, true} {
		t.Run(fmt.Sprintf("frozen %v", frozen), func(t *testing.T) {
			t.Parallel()
			r := newRoom(t)
			p := browser.Open(t, r.URL+"/overlay/live?key=secret&duration=5")
			p.Ignore("Page entered Back-Forward Cache") // so Chromium drops the socket of a frozen page
			const now = 1_700_000_100_000
			conn := r.accept(t, nil)
			seq := 10
			say := func(n int, size string) {
				t.Helper()
				var list []frame
				for range n {
					seq++
					list = append(list, event("comment", seq, frame{"id": fmt.Sprint(seq), "at": now, "text": fmt.Sprintf("comment %d, 前方高能", seq), "size": size}))
				}
				sendTo(t, conn, events(fmt.Sprintf("e:%d", seq), list...))
			}
			say(10, "medium")
			say(3, "big")
			p.Wait(`danmaku.stats().placed === 13`)
			before := statsOf(p)
			show := p.Hide()
			for range 20 {
				say(8, "medium")
			}
			p.Wait(`danmaku.stats().received === 173`) // it keeps its connection
			if s := statsOf(p); s.Placed != before.Placed || s.Ticks != before.Ticks {
				t.Errorf("it worked while hidden: %+v, before %+v", s, before)
			}
			sendTo(t, conn, events(fmt.Sprintf("e:%d", seq), event("remove", seq, frame{"ids": []string{"11"}})))
			p.Wait(`!danmaku.rects().some((r) => r.id === '11')`) // it obeys the removal
			if frozen {
				browser.Call(p, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateFrozen})
				browser.Call(p, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: page.SetWebLifecycleStateStateActive})
				position := fmt.Sprintf("e:%d", seq)
				conn = r.accept(t, frame{"resumed": true, "position": position, "time": now + 60_000})
				var missed []frame
				for range 160 { // too old by now
					seq++
					missed = append(missed, event("comment", seq, frame{"id": fmt.Sprint(seq), "at": now, "text": "late"}))
				}
				seq++
				missed = append(missed, event("comment", seq, frame{"id": "young", "at": now + 59_000, "text": "young"}))
				sendTo(t, conn, events(fmt.Sprintf("e:%d", seq), missed...))
				p.Wait(`danmaku.stats().received === 174`)
			}
			show()
			p.Wait(fmt.Sprintf(`danmaku.stats().placed > %d`, before.Placed)) // comments that came meanwhile and are not too old
			if browser.Value[bool](p, `danmaku.rects().some((r) => r.id === '11') || document.body.textContent.includes("late")`) {
				t.Error("a removed comment, or one of a minute ago, is there")
			}
			say(1, "medium")
			if found := findOverlap(p, 8, `(k) => `+mix+`(6, 500 + k)`); found != "" {
				t.Error(found)
			}
		})
	}
}

func TestOverlayPauses(t *testing.T) {
	t.Parallel()
	p := newRoom(t).overlay(t, "bench=1&duration=60") // so slow that a jump is longer than their flight meanwhile
	p.Eval(mix + `(12, 1)`)
	p.Wait(`danmaku.stats().active > 5`)
	p.Eval(`danmaku.pause()`)
	first := rectsOf(p)
	p.Eval(`new Promise((done) => setTimeout(done, 400))`)
	second := rectsOf(p)
	for i := range first {
		if first[i] != second[i] {
			t.Errorf("%+v went on to %+v", first[i], second[i])
		}
	}
	// The page reads them as soon as they move: this process may be late.
	third := browser.Value[[]rect](p, `new Promise((done) => { danmaku.resume(); requestAnimationFrame(() => requestAnimationFrame(() => done(danmaku.rects()))); })`)
	for i := range first {
		if math.Abs(first[i].X-third[i].X) > 60 {
			t.Errorf("%+v jumped to %+v", first[i], third[i])
		}
	}
	p.Wait(fmt.Sprintf(`danmaku.rects().find((r) => r.id === %q).x < %v`, first[0].ID, first[0].X-20))
}
