// A stage without a page: the test controls its time, its sizes and its drawing.

import { StageClock } from '../overlay/clock.js';
import { Stage } from '../overlay/stage.js';
import { DEFAULTS } from '../shared/options.js';

/** A stage whose time and sizes the test controls: 20 px a letter, 45 px a line. */
export function setUp(changes = {}, box = {}, { pin, fronts, on } = {}) {
  const timeline = { currentTime: 1000 };
  const clock = new StageClock(timeline);
  const timers = new Map();
  let ids = 0;
  const timer = {
    set(fn, ms) { this.clear(); timers.set(++ids, { fn, at: timeline.currentTime + ms }); },
    clear() { timers.clear(); },
  };
  const renderer = {
    size: { width: 1920, height: 1080, line: 45, count: 50, ...box },
    pooled: 0, measured: 0, undisplayed: '', wider: '', wide: 1, shown: new Map(), log: [],
    box() { return { ...this.size }; },
    measure(items) {
      for (const item of items) {
        this.measured++;
        const c = item.parts[0];
        const displayed = c.source !== this.undisplayed;
        item.w = displayed ? Math.ceil(c.text.length * 20 * this.wide) + (item.parts.length > 1 ? this.size.count : 0) : 1;
        if (c.source === this.wider) item.w += 200;
        item.h = displayed ? (c.size === 'big' ? 68 : 45) : 0;
      }
    },
    show(item) { this.shown.set(item, true); },
    hide(item) { this.shown.delete(item); },
    pace() {},
    rect: (item) => ({ x: 0, y: item.y, w: item.w, h: item.h }),
  };
  const stage = new Stage({ renderer, clock, options: { ...DEFAULTS, ...changes }, timer, on, pin, fronts });
  /** Advances the time, running every timer at its moment. */
  const pass = (ms) => {
    const end = timeline.currentTime + ms;
    for (;;) {
      const next = [...timers].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!next) break;
      timers.delete(next[0]);
      timeline.currentTime = Math.max(timeline.currentTime, next[1].at);
      next[1].fn();
    }
    timeline.currentTime = end;
  };
  return { stage, renderer, timeline, timers, pass, onScreen: () => [...renderer.shown.keys()].map((i) => i.parts[0].id) };
}
