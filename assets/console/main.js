// The console: wires the socket, the feed and the numbers of one room.

import { call, roomPath } from '../shared/api.js';
import { byId, el, icon } from '../shared/dom.js';
import { Words } from '../shared/i18n.js';
import { Lifeline } from '../shared/lifeline.js';
import { wireMenus } from '../shared/menu.js';
import { RoomSocket } from '../shared/socket.js';
import { paintBrowser, theme, toggleTheme } from '../shared/theme.js';
import { FeedView } from './feed.js';
import { FeedModel } from './model.js';
import { Numbers } from './numbers.js';

const root = document.documentElement;
const roomId = root.dataset.room ?? '';
const audience = `${root.dataset.origin || location.origin}/r/${roomId}`;
const words = new Words('console');
const model = new FeedModel();
const numbers = new Numbers(words);
const view = new FeedView(
  { list: byId('feed'), hold: byId('hold'), why: byId('hold-why'), fresh: byId('fresh'), empty: byId('empty') },
  model, words, { takeDown, empty: sayEmpty },
);

/** @type {any} */ let room = {};
let saving = true;
let stopped = '';
let anew = false;
const line = new Lifeline({ changed: () => describe() });

/** @param {any} event @param {import('./model.js').Status} status */
function put(event, status) {
  const { entry, fresh, last } = model.put(event, status);
  view.put(entry, fresh, last);
}

const socket = new RoomSocket({
  room: roomId, role: 'console',
  handlers: {
    hello(hello) {
      room = hello.room;
      if (!hello.resumed) {
        model.reset(hello.recent);
        view.redraw();
        void history();
      }
      anew = !hello.resumed;
      describe();
    },
    comment: (comment) => put(comment, 'shown'),
    held: (comment) => put(comment, 'held'),
    refused: (comment) => put(comment, 'refused'),
    remove: (event) => view.changed(model.remove(event)),
    clear: () => view.changed(model.clear()),
    room(fields) {
      room = { ...room, ...fields };
      describe();
    },
    stats(stats) {
      saving = stats.log?.ready !== false;
      numbers.take(stats);
      const overlay = byId('overlay');
      overlay.hidden = false;
      const on = stats.clients?.overlay > 0;
      overlay.classList.toggle('off', !on);
      /** @type {HTMLElement} */ (overlay.querySelector('span')).textContent = words.t(on ? 'overlay_on' : 'overlay_off');
      describe();
    },
    bye(bye) { stopped = bye.code; },
    state(state) {
      line.state(state);
      describe();
    },
  },
});

/** The stopped ones of before, which `recent` leaves out. */
async function history() {
  try {
    const { comments = [] } = await call('GET', `${roomPath(roomId, 'comments')}?limit=200`);
    for (const row of comments) model.put(row, row.status);
    view.redraw();
  } catch { /* the live part works without; the next hello asks again */ }
}

/** @param {string} id */
async function takeDown(id) {
  const entry = model.get(id);
  if (!entry || entry.busy) return;
  Object.assign(entry, { busy: true, failed: false });
  view.changed([entry]);
  try {
    await call('POST', roomPath(roomId, 'comments', id, 'remove'));
    // The row changes when the log says so; that reaches every console alike.
    entry.busy = false;
  } catch {
    Object.assign(entry, { busy: false, failed: true });
    byId('alarm').textContent = words.t('take_down_failed');
  }
  view.changed([entry]);
}

/** @param {boolean} filtered @param {HTMLElement} box */
function sayEmpty(filtered, box) {
  const { t } = words;
  const act = filtered
    ? el('button', { type: 'button', class: 'button line', onclick: showAll }, t('show_all'))
    : el('button', { type: 'button', class: 'button line show-code', onclick: () => showNumbers(true) }, icon('qr'), t('show_code'));
  box.replaceChildren(el('p', {}, t(filtered ? 'empty_filter' : 'empty')), act);
}

function showAll() {
  /** @type {HTMLInputElement} */ (document.querySelector('#filter [value="all"]')).checked = true;
  /** @type {HTMLInputElement} */ (byId('search')).value = '';
  filter();
}

function filter() {
  const chosen = /** @type {HTMLInputElement|null} */ (document.querySelector('#filter :checked'));
  view.filter(/** @type {any} */ (chosen?.value ?? 'all'), /** @type {HTMLInputElement} */ (byId('search')).value);
}

/** @param {boolean} open */
function showNumbers(open) {
  root.toggleAttribute('data-numbers', open);
  byId('code').setAttribute('aria-expanded', String(open));
}

/** Title, state, and the one banner that matters most. */
function describe() {
  const { t } = words;
  if (room.title) {
    byId('title').firstElementChild?.replaceChildren(room.title);
    document.title = `${room.title} · ${t('app')}`;
  }
  const away = line.offline;
  byId('state').textContent = t(socket.state === 'stopped' ? 'stopped' : away ? 'connecting' : room.state === 'paused' ? 'paused' : room.state === 'closed' ? 'closed' : 'live');
  byId('dot').className = `live-dot${away || (room.state && room.state !== 'open') ? ' off' : ''}`;
  const [tone, glyph, text] = banner();
  const box = byId('banner');
  if (box.textContent !== text) box.replaceChildren(...(text ? [icon(glyph), el('span', {}, text)] : []));
  box.className = `banner ${tone}`;
  box.hidden = text === '';
}

/** stop > warn > offline > back @returns {[string, string, string]} tone, icon, words */
function banner() {
  const { t } = words;
  if (socket.state === 'stopped' && stopped) return ['stop', 'lock', t(stopped === 'revoked' ? 'stopped_key' : 'stopped_not_allowed')];
  if (!saving) return ['warn', 'warn', t('behind')];
  if (line.offline) return ['calm', 'offline', t('offline')];
  if (line.news === 'back') return ['good', 'wifi', t(anew ? 'back_anew' : 'back')];
  return ['', '', ''];
}

function drawMenus() {
  byId('theme').replaceChildren(icon(theme() === 'dark' ? 'sun' : 'moon'));
  for (const link of byId('languages').querySelectorAll('a')) link.setAttribute('aria-current', String(link.lang === words.lang));
}

async function listRooms() {
  try {
    const { rooms = [] } = await call('GET', '/api/rooms');
    const here = document.body.dataset.view === 'dock' ? 'dock' : 'console';
    byId('rooms').replaceChildren(...rooms.map((/** @type {any} */ r) => el('a', { href: `/${here}/${encodeURIComponent(r.id)}`, 'aria-current': String(r.id === roomId) },
      el('bdi', { dir: 'auto' }, r.title || r.id), icon('check'))));
    for (const svg of byId('rooms').querySelectorAll('svg')) svg.classList.add('tick');
  } catch { /* the switcher stays as it was; the room works without */ }
}

async function copyLink() {
  const label = /** @type {HTMLElement} */ (byId('copy').querySelector('span'));
  try {
    await navigator.clipboard.writeText(audience);
  } catch {
    // Without https there is no clipboard: select the address instead.
    getSelection()?.selectAllChildren(byId('address'));
    return;
  }
  label.textContent = words.t('copied');
  setTimeout(() => { label.textContent = words.t('copy'); }, 2000);
}

// The address may break before the port and the path, not inside a word.
byId('address').append(...audience.replace(/^https?:\/\//, '').split(/(?=:\d+\/|\/r\/)/).flatMap((part) => [part, document.createElement('wbr')]));
byId('copy').addEventListener('click', copyLink);
byId('code').addEventListener('click', () => showNumbers(!root.hasAttribute('data-numbers')));
for (const button of document.querySelectorAll('.theme')) button.addEventListener('click', () => { toggleTheme(); drawMenus(); });
byId('filter').addEventListener('change', filter);
byId('search').addEventListener('input', filter);
byId('rooms-menu').addEventListener('toggle', (event) => { if (/** @type {HTMLDetailsElement} */ (event.target).open) void listRooms(); });
byId('languages').addEventListener('click', (event) => {
  const link = /** @type {Element} */ (event.target).closest('a');
  if (!link) return;
  event.preventDefault();
  void words.use(link.lang, true);
});
document.addEventListener('keydown', (event) => {
  const typing = /** @type {Element} */ (event.target).matches?.('input, textarea');
  if (event.key === '/' && !typing) { event.preventDefault(); byId('search').focus(); }
  if (event.key === 'Escape' && root.hasAttribute('data-numbers')) showNumbers(false);
});
words.onChange(() => {
  view.redraw();
  numbers.draw();
  drawMenus();
  describe();
});
wireMenus(document);
paintBrowser();
await words.start();
socket.connect();
