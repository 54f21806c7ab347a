package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"danmaku/e2e/browser"
)

// measureTakeDown clicks the button beside a comment in the console and returns the ms
// until the overlay has drawn a frame without it. Both pages read one machine's
// clock; network latency is not included.
func measureTakeDown(console, overlay *browser.Page, text string) float64 {
	overlay.Eval(`void (() => {
		window.gone = 0;
		const flies = () => [...document.querySelectorAll('.dm-slot:not(.dm-probe)')].some((s) => s.style.display !== 'none' && s.textContent.includes(` + strconv.Quote(text) + `));
		const look = new MutationObserver(() => {
			if (flies()) return;
			look.disconnect();
			// A task after the frame's own callbacks runs when the frame is drawn.
			requestAnimationFrame(() => setTimeout(() => { window.gone = performance.timeOrigin + performance.now(); }));
		});
		look.observe(document.querySelector('#stage'), { subtree: true, childList: true, attributes: true, characterData: true });
	})()`)
	clicked := browser.Value[float64](console, `(() => {
		const row = [...document.querySelectorAll('.feed .row')].find((e) => e.textContent.includes(`+strconv.Quote(text)+`));
		const at = performance.timeOrigin + performance.now();
		row.querySelector('button.danger').click();
		return at;
	})()`)
	overlay.Wait(`window.gone > 0`)
	return browser.Value[float64](overlay, `window.gone`) - clicked
}

// BenchmarkClickToGone measures a moderator's wait: from the console's
// click until the overlay, with 30 others in flight, has drawn a frame without
// the comment. Program, console and overlay are real, on one machine.
func BenchmarkClickToGone(b *testing.B) {
	const takes, others = 40, 30
	p := startProduct(b)
	overlay := browser.Open(b, p.overlay+"&duration=60")
	console := browser.New(b)
	console.Size(1280, 800, 1)
	console.Goto(p.console)
	console.Wait(`document.querySelector('.feed') !== null`)
	said := 0
	say := func() string {
		said++
		text := fmt.Sprintf("comment number %03d", said)
		console.Eval(`fetch('/api/rooms/live/comments', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'danmaku' }, body: JSON.stringify({ text: ` + strconv.Quote(text) + ` }) })
			.then((r) => { if (r.status !== 201) throw new Error('said: ' + r.status); })`)
		return text
	}
	for range others {
		say()
	}
	var ms []float64
	take := func() {
		text := say()
		overlay.Wait(containsJS(".dm-text", text))
		overlay.Wait(`danmaku.stats().queued === 0`)
		console.Wait(containsJS(".feed .row:not(.removed) .said", text))
		ms = append(ms, measureTakeDown(console, overlay, text))
	}
	for b.Loop() {
		take()
	}
	for len(ms) < takes {
		take()
	}
	slices.Sort(ms)
	b.ReportMetric(ms[len(ms)/2], "p50-ms")
	b.ReportMetric(ms[len(ms)*95/100], "p95-ms")
	b.ReportMetric(ms[len(ms)-1], "max-ms")
	b.ReportMetric(0, "ns/op") // hides the typing and waiting between takes
}
