// The overlay page: reads its address, sets the stage, listens to the room.
// Nothing but comments is ever drawn: every fault is silent.

import { RoomSocket } from '../shared/socket.js';
import { withDefaults } from '../shared/protocol.js';
import { StageClock } from './clock.js';
import { readOptions } from './options.js';
import { applyOptions, outlineKind } from './page.js';
import { DomRenderer } from './renderer.js';
import { Stage } from './stage.js';
import { words } from './text.js';

const root = document.documentElement;
const query = new URLSearchParams(location.search);
let options = readOptions(query);

const sheet = document.createElement('style');
document.head.append(sheet); // before OBS's Custom CSS, which it puts at the end
sheet.sheet?.insertRule(':root {}');
const rule = /** @type {CSSStyleRule} */ (sheet.sheet?.cssRules[0]);
root.dataset.outline = outlineKind(navigator.userAgent);

const clock = new StageClock(document.timeline);
const element = /** @type {HTMLElement} */ (document.getElementById('stage'));
const renderer = new DomRenderer(element, clock);
dress();
const stage = new Stage({
  renderer, clock, options,
  env: { setTimeout: (fn, ms) => setTimeout(fn, ms), clearTimeout: (id) => clearTimeout(id) },
});

function dress() {
  if (options.lang) root.lang = options.lang;
  root.dataset.theme = options.theme;
  applyOptions(options, rule.style);
  renderer.style = { names: options.names, motion: options.motion, labels: words(root.lang) };
}

/** @param {Record<string, unknown>} changes names and values as in the query */
function config(changes) {
  options = readOptions(Object.entries(changes), options);
  dress();
  stage.config(options);
}

// Late styles and fonts: the probe's size tells of most, the head of the rest.
const refresh = () => stage.refresh();
new ResizeObserver(refresh).observe(element);
new ResizeObserver(refresh).observe(renderer.probe);
new MutationObserver(refresh).observe(document.head, { childList: true, subtree: true, characterData: true });
document.fonts.addEventListener('loadingdone', refresh);

let obsHides = false;
const see = () => stage.setHidden(document.hidden || obsHides);
document.addEventListener('visibilitychange', see);
window.addEventListener('obsSourceVisibleChanged', (event) => {
  obsHides = /** @type {CustomEvent} */ (event).detail?.visible === false;
  see();
});
see();

let made = 0;
/** @param {any} comments one or many, as on the wire; an id is made where it lacks */
function push(comments) {
  stage.push([comments].flat().map((c) => withDefaults({ id: `local-${++made}`, ...c, text: String(c.text ?? '') })));
}

function listen() {
  const socket = new RoomSocket({
    room: root.dataset.room ?? '', role: 'overlay', key: query.get('key') ?? '',
    handlers: {
      hello(hello) {
        oldest = hello.time - options.duration * 1000;
        if (hello.resumed) return;
        stage.clear();
        stage.push(hello.recent.filter(young));
        oldest = 0;
      },
      comment: (c) => { if (young(c)) stage.push([c]); },
      events: () => { oldest = 0; }, // the first frame after a resume was what was missed
      remove: (what) => stage.remove(what),
      clear: () => stage.clear(),
    },
  });
  socket.connect();
}

/** While catching up: the server's time before which a comment would have crossed already. */
let oldest = 0;
/** @param {{at: number}} c */
const young = (c) => c.at >= oldest;

if (!options.bench && !options.demo) listen();

window.danmaku = {
  push, config,
  /** @param {string[]} ids */ remove: (ids) => stage.remove({ ids }),
  clear: () => stage.clear(),
  pause: () => stage.pause(),
  resume: () => stage.resume(),
  stats: () => stage.stats(),
  rects: () => stage.rects(),
  ready: document.fonts.ready.then(() => stage.refresh()),
};
