// The overlay page: reads its address, sets the stage, listens to the room.
// Nothing but comments (and the room's code, where asked for) is ever drawn:
// every fault is silent.

import { readOptions } from '../shared/options.js';
import { withDefaults } from '../shared/protocol.js';
import { RoomSocket } from '../shared/socket.js';
import { CatchUp } from './catch-up.js';
import { StageClock } from './clock.js';
import { RoomCode } from './code.js';
import { Debug } from './debug.js';
import { Demo } from './demo.js';
import { Drawing } from './drawing.js';
import { FrameTimer } from './frames.js';
import { Latency } from './latency.js';
import { Obs } from './obs.js';
import { applyOptions, outlineKind, pass } from './page.js';
import { Pin } from './pin.js';
import { WORTH } from './placement.js';
import { Reactions } from './reactions.js';
import { DomRenderer } from './renderer.js';
import { Seen } from './seen.js';
import { ShowLayer } from './show.js';
import { Stage } from './stage.js';
import { words } from './text.js';

const root = document.documentElement;
const room = root.dataset.room ?? '';
const query = new URLSearchParams(location.search);
const key = query.get('key') ?? '';
const ownLang = root.lang;
let options = readOptions(query);

const sheet = document.createElement('style');
document.head.append(sheet); // before OBS's Custom CSS, which it puts at the end
sheet.sheet?.insertRule(':root {}');
const rule = /** @type {CSSStyleRule} */ (sheet.sheet?.cssRules[0]);
root.dataset.outline = outlineKind(navigator.userAgent);

const clock = new StageClock(document.timeline);
const element = /** @type {HTMLElement} */ (document.getElementById('stage'));
const renderer = new DomRenderer(element, clock);
const show = new ShowLayer(document.body);
const reactions = new Reactions(document.body);
const pin = new Pin(element, { style: () => renderer.style, changed: () => stage.refresh() });
dress();
const latency = new Latency();
const drawing = new Drawing(() => { socket.send({ type: 'beat', ...drawing.report() }); });
const stage = /** @type {Stage} */ (new Stage({
  renderer, clock, options, pin, timer: new FrameTimer(),
  on: { tick: () => debug.draw(), push: () => code.busy(), place: () => drawing.placed(), show: ({ at }) => latency.shown(at) },
}));
const code = new RoomCode(document.body, {
  src: `/api/rooms/${encodeURIComponent(room)}/qr.svg${key && `?key=${encodeURIComponent(key)}`}`,
  title: root.dataset.title ?? '', label: words(root.lang).scan,
  quiet: () => stage.stats().active + stage.stats().queued === 0,
});
const debug = new Debug(element, stage, () => socket.state);
const demo = new Demo((comments) => stage.push(comments));

let secret = false;

/** The code of a secret room has its key. @param {boolean} now */
function hide(now) {
  if (now === secret) return;
  secret = now;
  code.renew();
}

/** Options that are style. */
function dress() {
  root.lang = options.lang || ownLang;
  root.dataset.theme = options.theme;
  if (options.fade) root.dataset.fade = '';
  else delete root.dataset.fade;
  applyOptions(options, rule.style);
  renderer.style = { names: options.names, sources: options.sources, lift: options.lift, wrap: options.wrap, motion: options.motion, labels: words(root.lang) };
  pin.dress(options.emoji);
  show.word(root.lang);
  reactions.set(options.reactions);
}

/** Options that are more than style. */
function equip() {
  code.word(words(root.lang).scan);
  code.set(options.qr, options.idle);
  debug.set(options.debug);
  demo.set(options.demo);
}

/** @param {Record<string, unknown>} changes names and values as in the query */
function config(changes) {
  options = readOptions(Object.entries(changes), options);
  dress();
  stage.config(options);
  equip();
}

// Late styles and fonts: the probe's size shows most of them, the head the rest.
const refresh = () => stage.refresh();
const sizes = new ResizeObserver(refresh);
sizes.observe(element);
sizes.observe(renderer.probe);
new MutationObserver(refresh).observe(document.head, { childList: true, subtree: true, characterData: true });
document.fonts.addEventListener('loadingdone', refresh);

const missed = new CatchUp();
const age = (/** @type {{at: number}} */ c) => missed.age(c);
const young = (/** @type {import('../shared/protocol.js').Comment} */ c) => missed.young(c, stage.crossing(c) - WORTH);

/** What was missed says nothing new of the pin: hello has what holds after it. */
let catching = false;

/** @param {{ids?: string[], user?: string}} what */
function remove(what) {
  stage.remove(what);
  pass('remove', what);
  if (!catching) pin.remove(what);
}

function clear() {
  stage.clear();
  pass('clear', null);
  if (!catching) pin.set(null);
}

const socket = new RoomSocket({
  room, role: 'overlay', key, answer: () => ({ ...latency.tell(), ...drawing.answer() }),
  handlers: {
    hello(hello) {
      missed.begin(hello.time, hello.room?.delay_ms ?? 0);
      code.rename(hello.room?.title);
      hide(Boolean(hello.room?.secret)); seen.away(Boolean(hello.room?.overlay_hidden));
      latency.greeted(hello.time, hello.room?.delay_ms ?? 0);
      obs.flush();
      show.greeted(hello);
      pass('room', hello.room ?? {});
      drawing.greeted();
      catching = hello.resumed;
      pin.set(hello.pin ? withDefaults(hello.pin) : null);
      if (hello.resumed) return;
      stage.clear();
      pass('begin', { comments: hello.recent, now: hello.time });
      stage.push(hello.recent.filter(young), age);
      missed.end();
    },
    comment(c) { pass('comment', c); if (young(c)) stage.push([c], age); },
    events: () => { missed.end(); catching = false; }, // the first frame after a resume was what was missed
    room(change) {
      pass('room', change);
      code.rename(change.title);
      if (change.secret !== undefined) hide(change.secret);
      seen.away(change.overlay_hidden);
      if (change.delay_ms !== undefined) latency.delayed(change.delay_ms);
    },
    state: () => debug.draw(),
    remove, clear, ...show.handlers, ...reactions.handlers,
    beat(beat) {
      latency.beat(Number(beat.time));
      show.beat(Number(beat.time));
    },
    pin(event) {
      if (catching) return;
      if (event.comment) pin.set(withDefaults(event.comment));
      else if (!event.id) pin.set(null);
    },
  },
});
const obs = new Obs(window, {
  send: (frame) => socket.send(frame),
  visible: (shown) => seen.obs(shown),
});
const seen = new Seen(stage, drawing);
equip();
if (!options.bench && !options.demo) socket.connect();

let made = 0;
/** @param {any} c as on the wire; an id is made where it lacks */
const whole = (c) => withDefaults({ id: `local-${++made}`, ...c, text: String(c.text ?? '') });

Object.assign(window, {
  danmaku: {
    config, clear,
    /** @param {any} comments one or many */ push: (comments) => stage.push([comments].flat().map(whole)),
    /** @param {string|string[]} ids */ remove: (ids) => remove({ ids: [ids].flat() }),
    /** @param {any[]} items as in hello @param {number} time ms, the moment at which they are so */ items: (items, time) => show.greeted({ items, time }),
    /** @param {any} comment */ pin: (comment) => pin.set(comment ? whole(comment) : null),
    /** @param {Record<string, number>} sums by emoji */ react: (sums) => reactions.rise(sums),
    pause: () => stage.pause(),
    resume: () => stage.resume(),
    stats: () => stage.stats(),
    rects: () => stage.rects(),
    ready: document.fonts.ready.then(refresh),
  },
});
