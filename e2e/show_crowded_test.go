package e2e

import (
	"fmt"
	"strings"
	"testing"

	"danmaku/e2e/browser"
)

// crowd starts everything that may be in front at the same time.
func crowd(o *owner) {
	o.startItem("questions", map[string]any{"title": "Ask the guests"})
	o.startItem("poll", map[string]any{"question": "Which game shall we play next, and why do you think so?", "options": []string{"Mario Kart", "A very long answer of 40 signs, yes", "Neither"}})
	o.startItem("draw", map[string]any{"title": "A mug for one of you", "winners": 1, "button": true})
	o.startItem("ticker", map[string]any{"texts": []string{"Please keep the doors closed"}})
}

// A poll and a draw at the same time do not cover each other, on the overlay and on
// second screens of every shape.
func TestADrawDoesNotCoverThePoll(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)
	crowd(o)
	screen := browser.New(t)
	address := strings.Replace(p.overlay, "/overlay/", "/screen/", 1)
	const apart = `(() => {
		const page = document.getElementById("overlay")?.contentDocument ?? document;
		const box = (name) => page.querySelector(name)?.getBoundingClientRect();
		const draw = box(".dm-draw"), poll = box(".dm-poll");
		if (!draw || !poll) return "nothing is shown";
		if (page.getAnimations().some((a) => a.playState === "running" && a.effect.getComputedTiming().endTime !== Infinity)) return "it moves";
		return draw.bottom <= poll.top || draw.left >= poll.right || draw.right <= poll.left ? "" : JSON.stringify([draw, poll]);
	})()`
	for _, size := range [][2]int64{{1920, 1080}, {1280, 720}, {1024, 768}, {800, 600}, {1280, 1024}} {
		screen.Size(size[0], size[1], 1)
		for _, at := range []string{address + "&code=corner", address + "&code=large", p.overlay} {
			screen.Goto(at)
			screen.Wait(apart + ` === ""`)
		}
	}
}

// With everything at once on the smallest phone, the field, its button and some of the
// feed stay in the picture, as does the button that takes part in the draw; and the Tab key
// goes through the items in the order in which they stand.
func TestASmallPhoneKeepsItsFieldBesideTheWholeShow(t *testing.T) {
	p := startProduct(t)
	o := p.owner(t)
	o.changeSettings(map[string]any{"reactions": []string{"👍", "❤️", "😂", "🎉"}})
	crowd(o)
	o.startItem("countdown", map[string]any{"title": "We start again in", "seconds": 900})
	for i, size := range [][2]int64{{320, 568}, {320, 640}, {390, 844}} {
		phone := openPhone(t, p.audience+"?lang="+[]string{"ja", "es", "en"}[i])
		phone.Hand(size[0], size[1])
		phone.Wait(`document.querySelector("#show .show-option")?.checkVisibility() && document.querySelector(".draw .draw-key")`)
		name := fmt.Sprintf("%d × %d", size[0], size[1])
		phone.Wait(`(() => {
			const box = (e) => document.querySelector(e).getBoundingClientRect();
			return box(".composer").bottom <= innerHeight + 1 && box(".feed-box").height >= 40 && box("#send").bottom <= innerHeight
				&& ["#show", ".draw"].every((e) => box(e).height >= 40 && box(e).bottom <= box(".composer").top + 1);
		})()`)
		keepPhoneShot(t, phone, "phone-crowded-"+strings.ReplaceAll(name, " × ", "-")+".png")
		if !isTrue(phone, `(() => {
			const key = document.querySelector(".draw .draw-key"), { x, top, bottom, width } = key.getBoundingClientRect();
			return [top + 3, bottom - 3].every((y) => key.contains(document.elementFromPoint(x + width / 2, y)));
		})()`) {
			t.Errorf("%s: the button that takes part is not whole in the picture", name)
		}
		if order := browser.Value[string](phone, `(() => {
			const all = [...document.querySelector(".app").children].filter((e) => e.checkVisibility() && !e.matches(".sr, .banner")).map((e) => [e.getBoundingClientRect().top, e.className]);
			return all.every(([top], i) => i === 0 || top >= all[i - 1][0]) ? "" : all.map(([, name]) => name).join(", ");
		})()`); order != "" {
			t.Errorf("%s: the Tab key goes another way than the eye: %s", name, order)
		}
	}
}
