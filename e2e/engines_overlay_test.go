package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"danmaku/e2e/browser/engine"
)

// still is JavaScript that sets up a scene and stops it: every flight is halfway.
const still = `(async () => {
	await danmaku.ready;
	document.body.style.background = "#4a6a8a";
	danmaku.push([
		{ text: "The quick brown fox jumps" }, { text: "今晚的直播真好看", color: "#ff6b5e" }, { text: "すごい！これは最高", size: "big", color: "#66e0ff" },
		{ text: "small words here", size: "small", color: "#ffc24a" }, { text: "from the other side", mode: "reverse", color: "#b6f25c" },
		{ text: "stands at the top", mode: "top", color: "#fff16b" }, { text: "下面站着", mode: "bottom", size: "big" }, { text: "iiiiiiiiii WWWW llll", color: "#ff9bd2" },
	]);
})()`

const halfway = `(async () => {
	for (const flight of document.getAnimations()) {
		flight.pause();
		flight.currentTime = 15_000;
		flight.commitStyles(); // the compositor of 103 does not redraw paused elements that move
		flight.cancel();
	}
	await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
})()`

// pictureDifference returns the difference of two pictures, in steps of a channel's 255: the
// mean, and the most by which a square of 16 px differs. It compares the means of
// squares of 4 px, so that the same letter with another smoothing counts as equal.
func pictureDifference(a, b image.Image) (mean, worst float64) {
	const fine, coarse = 4, 4
	small := func(m image.Image) (v [][][3]float64) {
		for y := 0; y+fine <= m.Bounds().Dy(); y += fine {
			var row [][3]float64
			for x := 0; x+fine <= m.Bounds().Dx(); x += fine {
				var sum [3]float64
				for dy := range fine {
					for dx := range fine {
						r, g, b, _ := m.At(m.Bounds().Min.X+x+dx, m.Bounds().Min.Y+y+dy).RGBA()
						for i, c := range [3]uint32{r, g, b} {
							sum[i] += float64(c>>8) / fine / fine
						}
					}
				}
				row = append(row, sum)
			}
			v = append(v, row)
		}
		return v
	}
	p, q := small(a), small(b)
	if len(p) != len(q) || len(p[0]) != len(q[0]) {
		return math.Inf(1), math.Inf(1)
	}
	squares := map[image.Point]float64{}
	for y := range p {
		for x := range p[y] {
			var d float64
			for i := range 3 {
				d += math.Abs(p[y][x][i]-q[y][x][i]) / 3
			}
			mean += d / float64(len(p)*len(p[0]))
			squares[image.Pt(x/coarse, y/coarse)] += d / coarse / coarse
		}
	}
	for _, d := range squares {
		worst = max(worst, d)
	}
	return mean, worst
}

// The overlay of OBS 30 and that of OBS 31 look the same: comments are in the same
// places, and their letters look alike, though one makes the outline of shadows and
// the other of strokes. (Within one engine the same scene 2 px
// lower, thinner or without its outline differs more than that.)
func TestTheOverlayLooksTheSameInOldAndNewOBS(t *testing.T) {
	p := startProduct(t, free...)
	const unlikeMean, unlikeWorst = 0.5, 15.0

	draw := func(page *engine.Page, css string) (image.Image, [][4]float64) {
		t.Helper()
		page.Size(1280, 720)
		page.Goto(p.overlay + "&bench=1&duration=30&apart=1")
		page.Wait(`window.danmaku !== undefined`)
		if css != "" {
			page.Eval(fmt.Sprintf(`document.head.append(Object.assign(document.createElement("style"), { textContent: %q }))`, css))
		}
		page.Eval(still)
		page.Wait(`danmaku.stats().active === 8`)
		page.Eval(halfway)
		shot := page.Screenshot()
		if folder := os.Getenv("PICTURES"); folder != "" {
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("still-%s-%d.png", page.Engine, len(css))), shot, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		picture, err := png.Decode(bytes.NewReader(shot))
		if err != nil {
			t.Fatal(err)
		}
		return picture, engine.Value[[][4]float64](page, `danmaku.rects().map((r) => [r.x, r.y, r.w, r.h])`)
	}

	old, oldAt := draw(engine.New(t, engine.Chromium103), "")
	today := engine.New(t, engine.Chromium127)
	now, nowAt := draw(today, "")
	if len(oldAt) != 8 || len(nowAt) != 8 {
		t.Fatalf("%d and %d comments", len(oldAt), len(nowAt))
	}
	for i := range oldAt {
		for k := range 4 {
			if math.Abs(oldAt[i][k]-nowAt[i][k]) > 1.5 {
				t.Errorf("comment %d lies at %v in one and at %v in the other", i, oldAt[i], nowAt[i])
				break
			}
		}
	}
	mean, worst := pictureDifference(old, now)
	t.Logf("103 and 127 differ by %.2f, at worst %.1f", mean, worst)
	if mean > unlikeMean || worst > unlikeWorst {
		t.Errorf("the pictures differ by %.2f, at worst %.1f", mean, worst)
	}
	for what, css := range map[string]string{
		"without outlines": ":root { --danmaku-stroke-width: 0px }", "thinner": ":root { --danmaku-weight: 400 }", "larger": ":root { --danmaku-size: 38px }",
		"fainter": ":root { --danmaku-opacity: .7 }", "2 px lower": ".dm-stage { top: 2px }",
	} {
		other, _ := draw(today, css)
		mean, worst := pictureDifference(now, other)
		t.Logf("%s: %.2f, at worst %.1f", what, mean, worst)
		if mean <= unlikeMean && worst <= unlikeWorst {
			t.Errorf("%s counts as the same: %.2f, at worst %.1f", what, mean, worst)
		}
	}
}
