// The console: wires the socket to the model, the queue and what shows them.

import { byId, el, icon, said } from '../shared/dom.js';
import { Words } from '../shared/i18n.js';
import { Lifeline } from '../shared/lifeline.js';
import { close, wireMenus } from '../shared/menu.js';
import { RoomSocket } from '../shared/socket.js';
import { paintBrowser, theme, toggleTheme } from '../shared/theme.js';
import { Acts } from './acts.js';
import { Banner } from './banner.js';
import { Compose } from './compose.js';
import { Desk } from './desk.js';
import { FeedView } from './feed.js';
import { wireFilters } from './filters.js';
import { Header } from './header.js';
import { refillQueue } from './held.js';
import { History } from './history.js';
import { wireKeys } from './keys.js';
import { lasting } from './lasting.js';
import { FeedModel } from './model.js';
import { Numbers } from './numbers.js';
import { Queue } from './queue.js';
import { RaidWatch } from './raid.js';
import { ReviewView } from './review.js';
import { Sections } from './sections.js';
import { Switches } from './switches.js';

const root = document.documentElement;
const words = new Words('console');
const desk = new Desk({ roomId: root.dataset.room ?? '', role: root.dataset.role ?? '', me: root.dataset.me ?? '', view: document.body.dataset.view ?? '', words });
const model = new FeedModel();
const queue = new Queue();
const numbers = new Numbers(words, desk.path('stats'), () => desk.tell('stats'));
const raids = new RaidWatch();
const acts = new Acts(desk, model, queue, (entries) => view.changed(entries), numbers);
const history = new History(desk, model, () => view.refill());
const view = new FeedView(
  { list: byId('feed'), hold: byId('hold'), why: byId('hold-why'), fresh: byId('fresh'), empty: byId('empty') },
  model, words, { row: actOnRow, empty: sayEmpty, older: () => history.older(), waiting },
);
const counts = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.count')]);
const review = new ReviewView({
  list: byId('queue'), decided: byId('decided'), decidedBox: byId('decided-box'), empty: byId('review-empty'), next: byId('next'), bulk: byId('bulk'), several: byId('several'), counts,
}, desk, queue, acts, { ban: (entry) => void openBan('ban', entry), person: (entry) => void openPerson(entry) });
const switches = new Switches(/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-switch]')), desk, acts);
const sections = new Sections(desk, acts);
refillQueue(desk, queue, (row) => model.put(row, 'held').entry);
const line = new Lifeline({ changed: () => describe() });
const banner = new Banner(byId('banner'), desk, () => lasting({
  desk, acts, switches, raids, saving, anew, stopped: socket.state === 'stopped' ? stopped : '', away: line.offline, back: line.news === 'back', changed: describe,
}));
const compose = new Compose({ form: byId('compose'), field: byId('say'), button: byId('say-send'), strip: byId('compose-strip') }, desk);
const filters = wireFilters(desk, { filter(filter) {
  view.filter(filter);
  history.find(filter);
} });

let saving = true;
let stopped = '';
let anew = false;

/** @param {any} event @param {import('./model.js').Status} status */
function put(event, status) {
  const news = model.put(event, status);
  view.put(news);
  return news.entry;
}

/** A word of somebody on a comment: it leaves the queue, or changes its mind. @param {any} event @param {'shown'|'refused'} status */
function decided(event, status) {
  put(event, status);
  if (event.from !== 'held') return void (event.from && queue.forget(event.id));
  queue.leave(event.id);
  if (event.by) queue.remember({ id: event.id, text: event.text, status, by: event.by });
  desk.tell('queue');
}

const socket = new RoomSocket({
  room: desk.roomId, role: 'console',
  handlers: {
    hello(/** @type {any} */ hello) {
      desk.setClock(hello.time);
      anew = !hello.resumed;
      // However short it was away: the list is another one, and that is said.
      if (anew && desk.room.id) line.back();
      desk.room = hello.room;
      if (anew) {
        model.reset(hello.recent);
        void history.start();
      }
      const held = (hello.held ?? []).map((/** @type {any} */ event) => model.put(event, 'held').entry);
      queue.reset(held, hello.held_total ?? held.length);
      if (anew) view.redraw();
      else view.refill();
      desk.pin = hello.pin ?? null;
      desk.replay = hello.replay ?? null;
      for (const topic of /** @type {const} */ (['room', 'queue', 'pin', 'bans', 'replay'])) desk.tell(topic);
    },
    comment: (comment) => decided(comment, 'shown'),
    held(comment) {
      queue.add(put(comment, 'held'));
      desk.tell('queue');
    },
    refused: (comment) => decided(comment, 'refused'),
    remove(event) {
      for (const id of event.ids ?? []) {
        const item = queue.get(id);
        queue.forget(id);
        if (!item) continue;
        queue.leave(id);
        if (event.by) queue.remember({ id, text: item.text, status: 'removed', by: event.by });
      }
      view.changed(model.remove(event));
      if (desk.pin && model.get(desk.pin.id)?.status === 'removed') desk.pin = null;
      desk.tell('queue');
      desk.tell('pin');
    },
    clear(event) {
      view.changed(model.clear(/** @type {any} */ (event)));
      desk.pin = null;
      desk.tell('pin');
    },
    pin(/** @type {any} */ event) {
      desk.pin = event.id ? event.comment ?? model.get(event.id) ?? null : null;
      desk.tell('pin');
    },
    ban: () => desk.tell('bans'),
    unban: () => desk.tell('bans'),
    room(fields) {
      const { type, seq, ...changed } = /** @type {any} */ (fields);
      desk.room = { ...desk.room, ...changed };
      desk.tell('room');
    },
    replay(/** @type {any} */ replay) {
      desk.replay = replay;
      desk.tell('replay');
    },
    stats(stats) {
      desk.stats = stats;
      raids.take(/** @type {any} */ (stats).raid, desk.room);
      saving = stats.log?.ready !== false;
      numbers.take(stats);
      desk.tell('stats');
      describe();
    },
    bye(bye) { stopped = bye.code; },
    state(state) {
      line.state(state);
      describe();
    },
  },
});

/** How long an entry waits in the delay line. @param {import('./model.js').Entry} entry */
function waiting(entry) {
  const of = desk.room.delay_ms ?? 0;
  return { left: of > 0 ? entry.at + of - desk.now : 0, of: Math.max(1, of) };
}

/** @param {string} act @param {string} id */
function actOnRow(act, id) {
  const entry = model.get(id);
  if (!entry) return;
  const live = entry.status === 'shown' || entry.status === 'cleared';
  if (act === 'takedown') { if (live || entry.status === 'held') void acts.takeDown(id); }
  else if (act === 'person') void openPerson(entry);
  else if (act === 'pin') { if (entry.status === 'shown') void (desk.pin?.id === id ? acts.unpin(id) : acts.pin(id)); }
  else if (!entry.badge) void openBan(/** @type {'mute'|'ban'} */ (act), entry);
}

/** @param {import('./model.js').Entry} entry */
async function openPerson(entry) {
  const { openPerson: open } = await import('./person.js');
  open(desk, acts, entry, { ban: openBan, only: filters.only });
}

/** @param {'mute'|'ban'} kind @param {import('./model.js').Entry} entry */
async function openBan(kind, entry) {
  const { openBan: open } = await import('./ban.js');
  open(desk, acts, kind, entry);
}

async function openHelp() {
  const { openHelp: open } = await import('./help.js');
  open(words);
}

/** @param {boolean} filtered @param {HTMLElement} box */
function sayEmpty(filtered, box) {
  const { t } = words;
  const key = `${filtered}${words.lang}`;
  if (box.dataset.said === key && box.childElementCount > 0) return;
  box.dataset.said = key;
  const act = filtered
    ? el('button', { type: 'button', class: 'button line', onclick: () => filters.all() }, t('show_all'))
    : el('button', { type: 'button', class: 'button line show-code', onclick: () => header.showNumbers(true) }, icon('qr'), t('show_code'));
  box.replaceChildren(el('p', {}, t(filtered ? 'empty_filter' : 'empty')), act);
}

const header = new Header(desk, acts, () => ({ away: line.offline, stopped: socket.state === 'stopped' }));

function describe() {
  header.draw();
  banner.draw();
}

function drawPin() {
  byId('pinned').hidden = !desk.pin;
  byId('pinned-text').replaceChildren(...(desk.pin ? [said(desk.pin.text)] : []));
}

let delay = 0;
desk.on('room', () => {
  describe();
  if (delay !== desk.room.delay_ms) view.redraw(); // bars appear or go
  delay = desk.room.delay_ms;
});
desk.on('pin', drawPin);
desk.on('replay', () => banner.draw());
desk.on('trouble', (text) => { byId('alarm').textContent = text; });
byId('unpin').addEventListener('click', () => { if (desk.pin) void acts.unpin(desk.pin.id); });
for (const button of document.querySelectorAll('.theme')) button.addEventListener('click', turn);
for (const id of ['help', 'help-narrow']) byId(id).addEventListener('click', () => void openHelp());

function turn() {
  toggleTheme();
  byId('theme').replaceChildren(icon(theme() === 'dark' ? 'sun' : 'moon'));
}

/** @param {'approve'|'refuse'|'ban'|'person'} act */
const onReview = (act) => {
  if (sections.now !== 'live' || queue.items.length === 0) return false;
  // A key that was meant for the item before must not decide about this one; those that were selected are meant.
  if (!queue.slid || ((act === 'approve' || act === 'refuse') && review.choosing && queue.chosen.length > 0)) review.act(act);
};
const move = (/** @type {number} */ step) => sections.now === 'live' && (queue.move(step) ? review.draw() : undefined);
const live = (/** @type {() => void} */ act) => () => sections.now === 'live' && act();
wireKeys({
  a: () => onReview('approve'), r: () => onReview('refuse'), b: () => onReview('ban'), i: () => onReview('person'),
  ArrowDown: () => move(1), ArrowUp: () => move(-1),
  x: live(() => {
    const { current } = queue;
    if (!current) return;
    if (!review.choosing) review.choose(true);
    queue.choose(current.id);
    review.draw();
  }),
  'Shift+X': live(() => {
    review.choose(true);
    queue.chooseAll(queue.chosen.length < queue.items.length);
    review.draw();
  }),
  z: () => {
    const own = queue.decided.find((d) => d.by === desk.me && d.status !== 'removed');
    if (!banner.undo() && own) void acts.undo(own);
  },
  f: live(() => { header.tab('feed'); view.enter(); }),
  c: live(() => compose.focus()),
  '/': live(() => byId('search').focus()),
  '?': () => void openHelp(),
  t: turn,
  Escape: () => (review.choosing ? review.choose(false) : header.showNumbers(false)),
  'Shift+P': () => switches.press('pause'), 'Shift+C': () => switches.press('clear'), 'Shift+L': () => switches.press('links'),
  'Shift+N': () => switches.press('newcomers'), 'Shift+S': () => switches.press('slow'), 'Shift+D': () => switches.press('lock'),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [String(n), () => sections.go(n)])),
});
byId('languages').addEventListener('click', (event) => {
  const link = /** @type {Element} */ (event.target).closest('a');
  if (!link) return;
  event.preventDefault();
  close(/** @type {HTMLDetailsElement} */ (byId('more-menu')));
  void words.use(link.lang, true);
});
words.onChange(() => {
  for (const link of byId('languages').querySelectorAll('a')) link.setAttribute('aria-current', String(link.lang === words.lang));
  view.redraw();
  numbers.draw();
  filters.draw();
  review.draw();
  describe();
  desk.tell('section');
});
wireMenus(document);
paintBrowser();
byId('theme').replaceChildren(icon(theme() === 'dark' ? 'sun' : 'moon'));
await words.start();
sections.follow();
socket.connect();
