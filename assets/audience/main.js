// The audience page: wires the socket, the outbox, the feed and the composer.

import { call, roomPath } from '../shared/api.js';
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
      mutedUntil = hello.user?.muted_until ?? 0;
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
      mutedUntil = user.muted_until ?? mutedUntil;
      describe();
    },
    beat(beat) {
      people = beat.people ?? people;
      describe();
    },
    bye(bye) { if (['revoked', 'not_allowed', 'banned'].includes(bye.code)) lost = bye.code; },
    state: connection,
  },
});

/** @param {import('./outbox.js').Draft} draft */
function write(draft) {
  memory.keepStyle(draft);
  memory.keepText('');
  const item = outbox.add(draft);
  feed.addOwn(item, item.state);
}

/** @param {import('./outbox.js').Item} item @param {any} ack */
function settled(item, ack) {
  if (ack.wait_ms && ack.outcome !== 'refused') composer.wait(ack.wait_ms);
  if (ack.outcome !== 'refused') {
    feed.settle(item.ref, ack.outcome, ack);
    composer.announce(words.t(ack.outcome));
    if (ack.outcome === 'shown') offerTakeBack(item, ack.id);
    return;
  }
  giveBack(item, ack);
}

/** ms for which the server lets an author take a comment back, less the way there */
const TAKE_BACK = 9_500;

/** @param {import('./outbox.js').Item} item @param {string} id */
function offerTakeBack(item, id) {
  const end = setTimeout(() => feed.offer(item.ref, null), TAKE_BACK);
  const act = async () => {
    clearTimeout(end);
    feed.offer(item.ref, null);
    try {
      await call('DELETE', roomPath(roomId, 'comments', id), undefined, withToken);
      feed.takeBack(item.ref);
      composer.say('good', 'undo', words.t('withdrawn'));
    } catch {
      composer.say('stop', 'refuse', words.t('take_back_failed'));
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
  const edit = () => {
    feed.takeBack(item.ref);
    composer.restore(item);
    memory.keepText(composer.text);
    byId('text').focus();
  };
  if (composer.text.trim() === '' && !item.late) edit();
  else {
    feed.settle(item.ref, 'refused');
    feed.offer(item.ref, { key: 'edit', act: edit });
  }
  if (ack.code === 'slow_down') return composer.sayWait();
  const said = outcomeWords(words, ack, { mutedUntil, message: room.message });
  composer.say(said.tone, said.icon, said.what, said.then);
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
  void words.use(link.lang, true);
});
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
await words.start();
for (const item of outbox.items) feed.addOwn(item, item.state);
socket.connect();
