// The overlay page: reads its address, creates the stage, follows the room. It draws only
// comments (and the room's QR code, if requested): every fault is silent.

import { readOptions } from '../shared/options.js';
import { StageClock } from './clock.js';
import { RoomCode } from './code.js';
import { Debug } from './debug.js';
import { Demo, demoQuestions } from './demo.js';
import { Follower } from './follow.js';
import { FrameTimer } from './frames.js';
import { placesOf } from './front.js';
import { Latency } from './latency.js';
import { applyOptions, outlineKind, ownRule, whole } from './page.js';
import { Pin } from './pin.js';
import { MIN_LEFT } from './placement.js';
import { Reactions } from './reactions.js';
import { DomRenderer } from './renderer.js';
import { ShowLayer, loadAhead } from './show.js';
import { Stage } from './stage.js';
import { words } from './text.js';

const root = document.documentElement;
const room = root.dataset.room ?? '';
const query = new URLSearchParams(location.search);
const key = query.get('key') ?? '';
const ownLang = root.lang;
let options = readOptions(query);

const rule = ownRule();
root.dataset.outline = outlineKind(navigator.userAgent);

const clock = new StageClock(document.timeline);
const element = /** @type {HTMLElement} */ (document.getElementById('stage'));
const renderer = new DomRenderer(element, clock);
const show = new ShowLayer(document.body, () => stage.refresh());
const reactions = new Reactions(document.body);
const pin = new Pin(element, { style: () => renderer.style, changed: () => stage.refresh() });
applyStyle();
const latency = new Latency();
const stage = /** @type {Stage} */ (new Stage({
  renderer, clock, options, pin, timer: new FrameTimer(),
  fronts: () => placesOf([...show.nodes, ...document.querySelectorAll('.dm-code-shown')].filter((node) => node instanceof HTMLElement), element.getBoundingClientRect()),
  on: { tick: () => debug.draw(), push: () => code.busy(), place: () => follower.placed(), show: ({ at }) => latency.shown(at) },
}));
const code = new RoomCode(document.body, {
  src: `/api/rooms/${encodeURIComponent(room)}/qr.svg${key && `?key=${encodeURIComponent(key)}`}`,
  title: root.dataset.title ?? '', label: words(root.lang).scan,
  changed: () => stage.refresh(), quiet: () => stage.stats().active + stage.stats().queued === 0,
});
const debug = new Debug(element, stage, () => follower.state);
const demo = new Demo((comments) => stage.push(comments));

let secret = false;

/** The QR code of a secret room contains its key. @param {boolean} now */
function hide(now) {
  if (now === secret) return;
  secret = now;
  code.renew();
}

/** Applies the options of style. */
function applyStyle() {
  root.lang = options.lang || ownLang;
  root.dataset.theme = options.theme;
  if (options.fade) root.dataset.fade = '';
  else delete root.dataset.fade;
  applyOptions(options, rule.style);
  renderer.style = { names: options.names, sources: options.sources, lift: options.lift, wrap: options.wrap, motion: options.motion, labels: words(root.lang) };
  pin.redraw(options.emoji);
  show.word(root.lang);
  reactions.set(options.reactions);
}

/** Applies the options beyond style. */
function applyBehavior() {
  code.word(words(root.lang).scan);
  code.set(options.qr, options.idle);
  debug.set(options.debug);
  demo.set(options.demo);
  show.questions(options.questions, options.demo ? demoQuestions : undefined);
}

/** @param {Record<string, unknown>} changes names and values as in the query */
function config(changes) {
  options = readOptions(Object.entries(changes), options);
  applyStyle();
  stage.config(options);
  applyBehavior();
}

// Late styles and fonts: the probe's size shows most of them, the head the rest.
const refresh = () => {
  stage.refresh();
  reactions.refresh();
};
const sizes = new ResizeObserver(refresh);
sizes.observe(element);
sizes.observe(renderer.probe);
new MutationObserver(refresh).observe(document.head, { childList: true, subtree: true, characterData: true });
document.fonts.addEventListener('loadingdone', refresh);

const follower = new Follower({
  room, key, stage, pin, latency, lasts: (c) => stage.crossing(c) - MIN_LEFT,
  on: {
    hello(hello) {
      code.rename(hello.room?.title);
      hide(Boolean(hello.room?.secret));
      show.greeted(hello);
      if (hello.addresses) void loadAhead();
    },
    room(change) {
      code.rename(change.title);
      if (change.secret !== undefined) hide(change.secret);
    },
    state: () => debug.draw(),
    beat: (time) => show.beat(time),
    hidden: (now) => reactions.see(!now),
    removed: (what) => show.drop((id) => !what || Boolean(what.ids?.includes(id))),
    ...show.handlers, ...reactions.handlers,
  },
});
applyBehavior();
root.dataset.started = ''; // see shared/recover.js
if (!options.bench && !options.demo) follower.connect();

Object.assign(window, {
  danmaku: {
    config, clear: () => follower.clear(),
    /** @param {any} comments one or many */ push: (comments) => stage.push([comments].flat().map(whole)),
    /** @param {string|string[]} ids */ remove: (ids) => follower.remove({ ids: [ids].flat() }),
    /** @param {any[]} items as in hello @param {number} time ms, the moment at which they are so */ items: (items, time) => show.greeted({ items, time }),
    /** @param {any} comment */ pin: (comment) => pin.set(comment ? whole(comment) : null),
    /** @param {Record<string, number>} sums by emoji */ react: (sums) => reactions.rise(sums),
    pause: () => stage.pause(),
    resume: () => stage.resume(),
    stats: () => ({ ...stage.stats(), reactions: reactions.size }),
    rects: () => stage.rects(),
    ready: document.fonts.ready.then(refresh),
  },
});
