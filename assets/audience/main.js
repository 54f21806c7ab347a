// The audience page: wires the socket, the outbox, the feed and the composer.

import { ApiError, call, roomPath } from '../shared/api.js';
import { byId, el, icon } from '../shared/dom.js';
import { Words } from '../shared/i18n.js';
import { Lifeline } from '../shared/lifeline.js';
import { wireMenus } from '../shared/menu.js';
import { RoomSocket } from '../shared/socket.js';
import { paintBrowser, theme, toggleTheme } from '../shared/theme.js';
import { Composer } from './composer.js';
import { Phrases, wear } from './dress.js';
import { Feed } from './feed.js';
import { Outbox } from './outbox.js';
import { Memory } from './memory.js';
import { bannerWords, outcomeWords } from './outcome.js';
import { followViewport } from './viewport.js';

const root = document.documentElement;
const roomId = root.dataset.room ?? '';
const words = new Words('audience');
const memory = new Memory(roomId);
const feed = new Feed(byId('feed'), byId('fresh'), words);
const composer = new Composer(byId('composer'), words, write);
const phrases = new Phrases();

/** @type {any} */ let room = { id: roomId, title: '', state: root.dataset.state ?? 'open', message: '' };
let people = 0;
let lost = ''; // why the socket stopped for good
let mutedUntil = 0;
let sentLate = 0;
let token = ''; // who this is, where cookies are blocked
let ahead = 0; // ms by which this device's clock is ahead of the server's
const line = new Lifeline({ changed: () => describe() });

const outbox = new Outbox({
  send: (frame) => socket.send(frame),
  changed: (item) => feed.settle(item.ref, item.state),
  settled, returned, caughtUp,
  keep: (items) => memory.keepOutbox(items),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (id) => clearTimeout(id),
  makeRef: () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(36).padStart(2, '0')).join(''),
}, memory.outbox());

const socket = new RoomSocket({
  room: roomId, role: 'audience', key: new URLSearchParams(location.search).get('key') ?? '',
  handlers: {
    hello(hello) {
      room = hello.room;
      people = /** @type {any} */ (hello).people ?? people;
      ahead = Date.now() - (hello.time ?? Date.now());
      mutedUntil = here(hello.user?.muted_until ?? 0);
      token = hello.user?.token ?? '';
      if (!hello.resumed) feed.reset(hello.recent, hello.user?.id ?? '');
      root.dataset.greeted = '';
      dress();
      if (hello.user?.wait_ms) composer.wait(hello.user.wait_ms);
      describe();
      outbox.online();
    },
    comment: (comment) => feed.add(comment),
    remove: (event) => feed.remove(event),
    clear: () => feed.clear(),
    room(fields) {
      // A shorter slow mode holds at once; what else there is to wait for the server says.
      if ((fields.slow_ms ?? Infinity) < (room.slow_ms ?? 0)) composer.wait(0);
      room = { ...room, ...fields };
      dress();
      describe();
    },
    ack: (ack) => outbox.answered(ack),
    user(user) {
      if (user.muted_until !== undefined) mutedUntil = here(user.muted_until);
      describe();
    },
    beat(beat) {
      people = beat.people ?? people;
      describe();
    },
    bye(bye) {
      if (['revoked', 'not_allowed', 'banned'].includes(bye.code)) lost = bye.code;
      if (bye.code === 'closed') room = { ...room, state: 'closed' };
    },
    state: connection,
  },
});

/** A time of the server's by this device's clock, which is the one that a person sees. @param {number} at ms, 0 none */
function here(at) { return at > 0 ? at + ahead : 0; }

/** @param {import('./outbox.js').Draft} draft */
function write(draft) {
  memory.keepStyle(draft);
  memory.keepText('');
  const item = outbox.add(draft);
  feed.addOwn(item, item.state);
}

/** @param {import('./outbox.js').Item} item @param {any} ack */
function settled(item, ack) {
  if (ack.wait_ms) composer.wait(ack.wait_ms);
  if (ack.outcome !== 'refused') {
    feed.settle(item.ref, ack.outcome, ack);
    composer.announce(words.t(ack.outcome));
    if (ack.outcome === 'shown') offerTakeBack(item, ack.id, TAKE_BACK - Math.max(0, Date.now() - here(ack.comment?.at ?? 0)));
    return;
  }
  giveBack(item, ack);
}

/** ms for which the server lets an author take a comment back, less the way there */
const TAKE_BACK = 9_500;

/** @param {import('./outbox.js').Item} item @param {string} id @param {number} left ms */
function offerTakeBack(item, id, left) {
  if (left <= 0) return; // told late, of what happened while away
  let over = false;
  setTimeout(() => {
    over = true;
    feed.offer(item.ref, null);
  }, left);
  const act = async () => {
    feed.offer(item.ref, null);
    try {
      await call('DELETE', roomPath(roomId, 'comments', id), undefined, withToken);
      feed.takeBack(item.ref);
      composer.say('good', 'undo', words.t('withdrawn'));
    } catch (fault) {
      const away = fault instanceof ApiError && fault.code === 'offline';
      if (away && !over) feed.offer(item.ref, { key: 'take_back', act });
      composer.say(away ? 'calm' : 'stop', away ? 'offline' : 'refuse', words.t(away ? 'take_back_offline' : 'take_back_failed'), '', false);
    }
  };
  feed.offer(item.ref, { key: 'take_back', act });
}

/** Tells who this is where no cookie does. @type {typeof fetch} */
function withToken(path, init) {
  const headers = new Headers(init?.headers);
  if (token) headers.set('X-Danmaku-Identity', token);
  return fetch(path, { ...init, headers });
}

/** @param {import('./outbox.js').Item} item @param {any} ack */
function returned(item, ack) {
  if (ack.code === 'slow_down') composer.wait(ack.wait_ms ?? 1000);
  giveBack(item, ack);
}

/** A text that was not sent goes back to where it can be edited. @param {import('./outbox.js').Item} item @param {any} ack */
function giveBack(item, ack) {
  const toField = composer.text.trim() === '' && !item.late;
  if (toField) edit(item);
  else {
    outbox.keepRefused(item);
    feed.settle(item.ref, 'refused');
    offerEdit(item);
  }
  if (ack.code === 'slow_down') return composer.sayWait();
  const said = outcomeWords(words, ack, { mutedUntil, message: room.message });
  composer.say(said.tone, said.icon, said.what, said.then, toField);
}

/** @param {import('./outbox.js').Item} item that was not sent */
function offerEdit(item) {
  feed.offer(item.ref, { key: 'edit', act: () => edit(item) });
}

/** Into the field with it; what stands there half-written changes places with it. @param {import('./outbox.js').Item} item */
function edit(item) {
  const half = composer.text;
  composer.restore(item);
  if (half.trim() === '') {
    outbox.forget(item);
    feed.takeBack(item.ref);
  } else {
    item.text = half;
    outbox.keepRefused(item);
    feed.rewrite(item.ref, half);
    offerEdit(item);
  }
  composer.quiet();
  memory.keepText(composer.text);
  byId('text').focus();
}

/** @param {number} count of late ones that went out */
function caughtUp(count) {
  sentLate = count;
  line.back();
  describe();
}

/** @param {'connecting'|'open'|'waiting'|'stopped'} state */
function connection(state) {
  if (state === 'open') lost = '';
  else {
    sentLate = 0;
    outbox.offline();
  }
  line.state(state);
  describe();
}

/** What the room allows and how it looks. */
function dress() {
  composer.allow(room);
  phrases.offer(room.phrases);
  wear(room.look);
}

/** Title, status, message, and the one banner that matters most. */
function describe() {
  const { t } = words;
  const title = room.title || roomId;
  if (room.title) {
    byId('title').firstElementChild?.replaceChildren(title);
    document.title = title;
  }
  const { offline } = line;
  const status = offline ? t('no_connection') : t(room.state === 'open' ? 'live' : room.state);
  byId('status').textContent = people > 0 && !offline ? `${status} · ${t('people', { n: people })}` : status;
  byId('dot').className = `live-dot${offline || room.state !== 'open' ? ' off' : ''}`;
  const message = byId('message');
  message.hidden = !room.message || room.state !== 'open';
  message.firstElementChild?.replaceChildren(room.message ?? '');
  const { tone, icon: glyph, text } = bannerWords(words, { lost, mutedUntil, room, line: line.news, sentLate });
  const banner = byId('banner');
  if (banner.textContent !== text) banner.replaceChildren(...(text ? [icon(glyph), el('span', {}, text)] : []));
  banner.className = `banner ${tone}`;
  banner.hidden = text === '';
  composer.close(tone === 'stop' || tone === 'warn' ? text : '');
}

function drawMenus() {
  const button = byId('theme');
  const other = theme() === 'dark' ? 'light' : 'dark';
  button.querySelector('svg')?.replaceWith(icon(other === 'light' ? 'sun' : 'moon'));
  /** @type {HTMLElement} */ (button.querySelector('span')).textContent = words.t(`theme_${other}`);
  for (const link of byId('languages').querySelectorAll('a')) {
    link.setAttribute('aria-current', String(link.lang === words.lang));
  }
}

byId('languages').addEventListener('click', (event) => {
  const link = /** @type {Element} */ (event.target).closest('a');
  if (!link) return;
  event.preventDefault();
  // In a tunnel the words stay as they are.
  words.use(link.lang, true).catch(() => { if (line.offline) composer.say('calm', 'offline', words.t('no_connection')); });
});
// A mute may have ended since the last beat.
byId('composer').addEventListener('submit', () => describe(), { capture: true });
byId('theme').addEventListener('click', () => { toggleTheme(); drawMenus(); });
byId('text').addEventListener('input', () => memory.keepText(composer.text));
byId('name').addEventListener('change', () => memory.keepStyle(composer.draft()));
byId('choices').addEventListener('change', () => memory.keepStyle(composer.draft()));
words.onChange(() => {
  feed.redraw();
  composer.redraw();
  drawMenus();
  describe();
});
wireMenus(document);
followViewport(window);
composer.restore({ ...memory.style(), ...(composer.text ? {} : { text: memory.text() }) });
paintBrowser();
for (const item of outbox.kept) {
  feed.addOwn(item, item.state);
  if (item.state === 'refused') offerEdit(item);
}
await words.start();
socket.connect();
