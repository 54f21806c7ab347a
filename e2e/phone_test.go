package e2e

import (
	"strings"
	"sync"
	"testing"

	"danmaku/e2e/browser"
)

// sendsAtOnce makes a phone write and send as soon as the page can, and keeps
// when that was and when the answer came, in ms since the visit began.
const sendsAtOnce = `
	addEventListener('DOMContentLoaded', () => {
		const look = () => {
			if (!document.querySelector('#send') || document.documentElement.dataset.greeted === undefined) return setTimeout(look, 10);
			window.ready = performance.now();
			const text = document.querySelector('#text');
			text.value = 'at once ' + Math.random();
			text.dispatchEvent(new Event('input', { bubbles: true }));
			document.querySelector('#send').click();
			const answered = () => (document.querySelector('.feed .own.shown') ? (window.answered = performance.now()) : setTimeout(answered, 10));
			answered();
		};
		look();
	});`

// 1. The first visit can send within three seconds on a bad line with a slow
// processor, the next within one and a half; nobody else's server is asked; and
// it all weighs at most 40 KB.
func TestPhoneIsThereAtOnce(t *testing.T) {
	p := startProduct(t)
	phone := browser.NewPhone(t)
	var mu sync.Mutex
	foreign, weight := []string{}, 0.0
	phone.Requests(func(url string) {
		mu.Lock()
		defer mu.Unlock()
		if host := strings.TrimPrefix(strings.TrimPrefix(url, "http://"), "ws://"); !strings.HasPrefix(host, p.host()) && !strings.HasPrefix(url, "data:") {
			foreign = append(foreign, url)
		}
	}, func(n float64) {
		mu.Lock()
		defer mu.Unlock()
		weight += n
	})
	phone.Before(sendsAtOnce)
	phone.Line(400, 400)
	phone.Slow(4)
	for _, visit := range []struct {
		name string
		most float64
	}{{"first", 3000}, {"again", 1500}} {
		phone.Goto(p.audience)
		phone.Wait(`window.answered`)
		ready, answered := browser.Value[float64](phone, `window.ready`), browser.Value[float64](phone, `window.answered`)
		t.Logf("%s visit: could send after %.0f ms, answered after %.0f ms", visit.name, ready, answered)
		if ready > visit.most {
			t.Errorf("%s visit: it could send after %.0f ms", visit.name, ready)
		}
		mu.Lock()
		t.Logf("%.0f bytes so far", weight)
		if weight > 40<<10 {
			t.Errorf("%.0f bytes over the wire", weight)
		}
		mu.Unlock()
	}
	if len(foreign) > 0 {
		t.Errorf("foreign hosts: %v", foreign)
	}
}
