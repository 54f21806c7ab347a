// The chat box's page: the overlay's room as a list. It reads its address, follows the room as
// the overlay does, and draws only comments and the pin.

import { LIST, readOptions } from '../shared/options.js';
import { list } from './box-list.js';
import { BoxView } from './box-view.js';
import { youtube } from './box-youtube.js';
import { Box, MOST } from './box.js';
import { StageClock } from './clock.js';
import { Demo } from './demo.js';
import { Follower } from './follow.js';
import { FrameTimer } from './frames.js';
import { Latency } from './latency.js';
import { applyOptions, outlineKind, ownRule, whole } from './page.js';
import { Pin } from './pin.js';
import { words } from './text.js';

const root = document.documentElement;
const query = new URLSearchParams(location.search);
const ownLang = root.lang;
let options = readOptions(query, LIST);

const rule = ownRule();
root.dataset.outline = outlineKind(navigator.userAgent);

const element = /** @type {HTMLElement} */ (document.getElementById('box'));
const view = new BoxView(/** @type {HTMLElement} */ (document.getElementById('lines')));
const pin = new Pin(element, { style, changed: () => {} });
applyStyle();
const latency = new Latency();
const box = new Box({
  view, clock: new StageClock(document.timeline), options, timer: new FrameTimer(),
  on: { place: () => follower.placed(), show: ({ at }) => latency.shown(at) },
});
const demo = new Demo((comments) => box.push(comments));
const follower = new Follower({
  room: root.dataset.room ?? '', key: query.get('key') ?? '', stage: box, pin, latency,
  lasts: () => (options.stay > 0 ? options.stay * 1000 : Infinity),
  lines: () => Math.min(options.limit, MOST),
});

/** The options that lines need. */
function style() {
  const { names, sources, lift, avatars } = options;
  return { names, sources, lift, avatars, lang: root.lang, labels: words(root.lang) };
}

/** Applies the options of style. */
function applyStyle() {
  root.lang = options.lang || ownLang;
  root.dataset.theme = options.theme;
  root.dataset.newest = options.newest;
  root.dataset.place = options.place;
  applyOptions(options, rule.style);
  view.restyle(options.box === 'youtube' ? youtube : list, style());
  pin.redraw(options.emoji);
}

/** @param {Record<string, unknown>} changes names and values as in the query */
function config(changes) {
  options = readOptions(Object.entries(changes), options);
  applyStyle();
  box.config(options);
  box.rewrite();
  demo.set(options.demo);
}

/** A style that is not ours and names YouTube's elements. */
const seeSkin = () => root.toggleAttribute('data-skin', [...document.head.querySelectorAll('style')].some((node) => node.textContent?.includes('yt-live-chat')));
new MutationObserver(seeSkin).observe(document.head, { childList: true, subtree: true, characterData: true });
seeSkin();

demo.set(options.demo);
if (!options.bench && !options.demo) follower.connect();

root.dataset.started = ''; // see shared/recover.js
Object.assign(window, {
  danmaku: {
    config, clear: () => follower.clear(),
    /** @param {any} comments one or many */ push: (comments) => box.push([comments].flat().map(whole)),
    /** @param {string|string[]} ids */ remove: (ids) => follower.remove({ ids: [ids].flat() }),
    /** @param {any} comment */ pin: (comment) => pin.set(comment ? whole(comment) : null),
    pause: () => box.pause(),
    resume: () => box.resume(),
    stats: () => box.stats(),
    ready: document.fonts.ready,
  },
});
