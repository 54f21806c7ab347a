// The console: wires the socket (room-events.js) to the model, the queue and the
// views.

import { byId, el, icon, said } from '../shared/dom.js';
import { Words } from '../shared/i18n.js';
import { ConnectionStatus } from '../shared/connection-status.js';
import { close, wireMenus } from '../shared/menu.js';
import { RoomSocket } from '../shared/socket.js';
import { paintBrowser, theme, toggleTheme } from '../shared/theme.js';
import { wireTips } from '../shared/tips.js';
import { keepTyped } from '../shared/typed.js';
import { Acts } from './acts.js';
import { highlights, wireAlerts } from './alerts.js';
import { Banner } from './banner.js';
import { Compose } from './compose.js';
import { Store } from './store.js';
import { FeedView } from './feed.js';
import { wireFilters } from './filters.js';
import { Header } from './header.js';
import { refillQueue } from './held.js';
import { History } from './history.js';
import { keyMap } from './key-map.js';
import { wireKeys } from './keys.js';
import { bannerState } from './banner-state.js';
import { wireMenusOfRows } from './menus.js';
import { FeedModel } from './model.js';
import { Numbers } from './numbers.js';
import { Queue } from './queue.js';
import { RaidWatch } from './raid.js';
import { ReviewView } from './review.js';
import { RoomEvents } from './room-events.js';
import { RowActs } from './row-acts.js';
import { Sections } from './sections.js';
import { wireShowNow } from './show-now.js';
import { Switches } from './switches.js';
import { wireTabCount } from './tab-count.js';

const root = document.documentElement;
const words = new Words('console');
const { view: kind = '', formats = '[]' } = document.body.dataset;
const store = new Store({ roomId: root.dataset.room ?? '', role: root.dataset.role ?? '', me: root.dataset.me ?? '', view: kind, formats: JSON.parse(formats), words });
const model = new FeedModel();
const queue = new Queue();
const numbers = new Numbers(words, store.path('stats'), () => store.notify('stats'));
const raids = new RaidWatch();
const acts = new Acts(store, model, queue, (entries) => view.changed(entries), numbers);
const history = new History(store, model, () => view.refill());
const view = new FeedView(
  { list: byId('feed'), hold: byId('hold'), why: byId('hold-why'), fresh: byId('fresh'), empty: byId('empty') },
  model, words, { row: (act, id, ids) => rowActs.act(act, id, ids), empty: sayEmpty, older: () => history.older(), waiting, found },
);
const rowActs = new RowActs(store, acts, queue);
const counts = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.count')]);
const review = new ReviewView({
  list: byId('queue'), decided: byId('decided'), decidedBox: byId('decided-box'), empty: byId('review-empty'), next: byId('next'), bulk: byId('bulk'), several: byId('several'), byPerson: byId('by-person'), counts,
}, store, queue, acts, { ...rowActs.opens, put: (row) => model.put(row, 'held').entry });
const switches = new Switches(/** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-switch]')), store, acts, () => describe());
const sections = new Sections(store, acts);
wireShowNow(store, acts);
wireTabCount(store, queue);
wireAlerts(store, queue, raids);
refillQueue(store, queue, (row) => model.put(row, 'held').entry);
const line = new ConnectionStatus({ changed: () => describe() });
const banner = new Banner(byId('banner'), store, () => bannerState({
  store, acts, switches, raids, saving: events.saving, fullList: events.fullList, stopped: socket.state === 'stopped' ? events.stopped : '', away: line.offline, back: line.news === 'back', changed: describe,
}));
const compose = new Compose({ form: byId('compose'), field: byId('say'), button: byId('say-send'), strip: byId('compose-strip'), more: byId('say-more') }, store, acts, () => header.tab('feed'));
const filters = wireFilters(store, {
  sources: () => new Set(model.all.map(({ source }) => source)),
  filter(filter) {
    view.filter(filter);
    history.find(filter);
  },
});

const events = new RoomEvents({ store, model, queue, view, history, numbers, raids, line, changed: describe });

const socket = new RoomSocket({
  room: store.roomId, role: 'console',
  handlers: events.handlers,
});

/** How long an entry waits in the broadcast delay. @param {import('./model.js').Entry} entry */
function waiting(entry) {
  const of = store.room.delay_ms ?? 0;
  // If the server's clock was set back, nothing waits for longer than the delay.
  return { left: Math.min(of, entry.at + of - store.now), of: Math.max(1, of) };
}

/** How many comments a search found; it may find more further back. @param {number} n */
function found(n) {
  const out = byId('hits');
  out.hidden = n < 0;
  const text = n < 0 ? '' : words.t('hits', { n: `${n.toLocaleString(words.lang)}${history.more ? '+' : ''}` });
  if (out.textContent !== text) out.textContent = text;
}

const openMenu = wireMenusOfRows([byId('feed'), byId('queue'), byId('next')], (id) => acts.find(id), rowActs.begin({ view, compose, filters: { ...filters, only: showOnly }, menu: (id) => openMenu(id) }));

/** @param {string} user @param {string} name */
function showOnly(user, name) {
  header.tab('feed');
  filters.only(user, name);
}

async function openHelp() {
  const { openHelp: open } = await import('./help.js');
  open(words);
}

/** @param {boolean} filtered @param {HTMLElement} box */
function sayEmpty(filtered, box) {
  const { t } = words;
  // The words may be loaded after the room: then it is redrawn.
  const key = `${filtered}${words.lang}${words.has('empty')}`;
  if (box.dataset.said === key && box.childElementCount > 0) return;
  box.dataset.said = key;
  const act = filtered
    ? el('button', { type: 'button', class: 'button line', onclick: () => filters.all() }, t('show_all'))
    : el('button', { type: 'button', class: 'button line show-code', onclick: () => header.showNumbers(true) }, icon('qr'), t('show_code'));
  box.replaceChildren(el('p', {}, t(filtered ? 'empty_filter' : 'empty')), act);
}

const header = new Header(store, acts, () => ({ away: line.offline, stopped: socket.state === 'stopped' }));

function describe() {
  header.draw();
  banner.draw();
}

function drawPin() {
  byId('pinned').hidden = !store.pin;
  byId('pinned-text').replaceChildren(...(store.pin ? [said(store.pin.text)] : []));
}

let delay = 0;
store.on('room', () => {
  describe();
  if (delay !== store.room.delay_ms) view.redraw(); // bars appear or go
  delay = store.room.delay_ms;
});
store.on('pin', drawPin);
store.on('highlights', () => view.highlight(highlights()));
store.on('replay', () => banner.draw());
store.on('trouble', (text) => { byId('alarm').textContent = text; });
byId('unpin').addEventListener('click', () => { if (store.pin) void acts.unpin(store.pin.id); });
for (const button of document.querySelectorAll('.theme')) button.addEventListener('click', turn);
for (const id of ['help', 'help-narrow']) byId(id).addEventListener('click', () => void openHelp());

function turn() {
  toggleTheme();
  byId('theme').replaceChildren(icon(theme() === 'dark' ? 'sun' : 'moon'));
}

wireKeys(keyMap({ store, sections, queue, review, banner, acts, header, view, compose, switches, search: byId('search'), turn, openHelp: () => void openHelp(), openMenu }));
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
  store.notify('section');
});
wireMenus(document);
// After the menu has closed, which restores the focus.
document.addEventListener('click', (event) => { if (/** @type {Element} */ (event.target).closest?.('#compose-narrow')) compose.focus(); });
wireTips(document);
paintBrowser();
byId('theme').replaceChildren(icon(theme() === 'dark' ? 'sun' : 'moon'));
keepTyped(window, { keep: ['say', 'search'] });
root.dataset.started = ''; // see shared/first.js
await words.start();
view.highlight(highlights());
filters.begin();
sections.follow();
socket.connect();
