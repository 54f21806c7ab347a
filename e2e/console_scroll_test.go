package e2e

import (
	"testing"

	"danmaku/e2e/browser"
)

// Whatever a script of the page brings into view, the header stays.
func TestNothingScrollsTheConsolesHeaderAway(t *testing.T) {
	t.Parallel()
	p := startProduct(t, free...)
	console := openConsole(t, p.console)
	for _, size := range [][2]int64{{1280, 800}, {768, 1024}, {360, 900}} {
		console.Size(size[0], size[1], 1)
		for _, block := range []string{"start", "end"} {
			// An element below the page's edge, as a list that has just grown.
			top := browser.Value[float64](console, `(() => {
				const below = document.createElement('div');
				below.style.cssText = 'position: relative; top: 300px; height: 10px';
				document.querySelector('.console').after(below);
				below.scrollIntoView({ block: '`+block+`' });
				const { top } = document.querySelector('.top').getBoundingClientRect();
				below.remove();
				return top;
			})()`)
			if top != 0 {
				t.Errorf("at %v, %s: the header is at %v", size, block, top)
			}
		}
	}
}
