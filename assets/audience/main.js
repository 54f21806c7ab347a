// The audience page: wires the socket, the outbox, the feed and the composer.

import { byId } from '../shared/dom.js';
import { AUDIENCE_LANGUAGES, Words } from '../shared/i18n.js';
import { ConnectionStatus } from '../shared/connection-status.js';
import { setMachine } from '../shared/machine.js';
import { wireMenus } from '../shared/menu.js';
import { ServerClock } from '../shared/server-clock.js';
import { RoomSocket } from '../shared/socket.js';
import { paintBrowser } from '../shared/theme.js';
import { keepTyped } from '../shared/typed.js';
import { Composer } from './composer.js';
import { Phrases, applyBranding } from './branding.js';
import { Feed } from './feed.js';
import { Extras } from './extras.js';
import { earlyEnv } from './early-socket.js';
import { drawHeader, drawMenus, wireHeader } from './header.js';
import { Outbox } from './outbox.js';
import { Memory } from './memory.js';
import { ShowPanel } from './show-panel.js';
import { outcomeWords } from './outcome.js';
import { Screen } from './screen.js';
import { TakeBack } from './take-back.js';
import { Unsent } from './unsent.js';
import { followViewport } from './viewport.js';

const root = document.documentElement;
const roomId = root.dataset.room ?? '';
const words = new Words('audience', AUDIENCE_LANGUAGES);
const memory = new Memory(roomId);
const screen = new Screen();
const feed = new Feed(byId('feed'), byId('fresh'), words, screen, (word) => composer.strip.announce(words.t(word)));
const composer = new Composer(byId('composer'), words, write);
const phrases = new Phrases();

/** @type {any} */ let room = { id: roomId, title: '', state: root.dataset.state ?? 'open', message: '' };
let people = 0, sentLate = 0;
let lost = ''; // why the socket stopped for good
let mutedUntil = 0; // by the server's clock
/** @type {import('./warnings.js').Warning[]} */ let warnings = []; // that the person has yet to read
const clock = new ServerClock();
const takeBack = new TakeBack({ roomId, words, feed, strip: composer.strip, clock });
const unsent = new Unsent({ feed, composer, memory, outbox: () => outbox });
const makeRef = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(36).padStart(2, '0')).join('');
const show = /** @type {ShowPanel} */ (new ShowPanel({ words, clock, makeRef, roomId, composer, kept: () => outbox.kept, send: (frame) => socket.send(frame) }));
const extras = new Extras({ words, roomId, send: (frame) => socket.send(frame) });
const rowsOf = (/** @type {import('./outbox.js').Item} */ item) => (item.item ? show.list : feed); // the list that has the row of an own text
const line = new ConnectionStatus({ changed: () => describe() });

const outbox = new Outbox({
  send: (frame) => socket.send(frame),
  changed: (item) => rowsOf(item)?.resolve(item.ref, item.state),
  settled: onAck, caughtUp,
  returned(item, ack) {
    if (ack.code === 'slow_down') composer.wait(ack.wait_ms ?? 1000);
    returnText(item, ack);
  },
  keep: (items) => memory.keepOutbox(items),
  setTimeout: (fn, ms) => setTimeout(fn, ms), clearTimeout: (id) => clearTimeout(id),
  makeRef,
}, memory.outbox());

const socket = new RoomSocket({
  room: roomId, role: 'audience', key: new URLSearchParams(location.search).get('key') ?? '', env: earlyEnv(),
  handlers: {
    machine: setMachine,
    hello(hello) {
      room = hello.room;
      people = /** @type {any} */ (hello).people ?? people;
      clock.reset(hello.time);
      ({ muted_until: mutedUntil = 0, warnings = [] } = hello.user ?? {});
      takeBack.token = hello.user?.token ?? '';
      screen.set(hello.on_air);
      if (!hello.resumed) feed.reset(hello.recent, hello.user?.id ?? '');
      root.dataset.greeted = '';
      show.greeted(hello);
      applySettings();
      if (hello.user?.wait_ms) composer.wait(hello.user.wait_ms);
      describe();
      outbox.online();
      extras.ahead(hello.addresses);
    },
    comment: (comment) => (comment.item ? show.list : feed)?.add(comment),
    remove: (event) => [feed, show.list, show.photos].forEach((rows) => rows?.remove(event)),
    clear: () => feed.clear(),
    room(fields) {
      // A shorter slow mode applies at once; the server reports any other wait.
      if ((fields.slow_ms ?? Infinity) < (room.slow_ms ?? 0)) composer.wait(0);
      room = { ...room, ...fields };
      applySettings();
      describe();
    },
    on_air: (air) => screen.set(air),
    ...show.handlers,
    ack: (ack) => { if (!show.answered(ack)) outbox.answered(ack); },
    user(user) {
      ({ muted_until: mutedUntil = mutedUntil, warnings = warnings } = user);
      describe();
    },
    beat(beat) {
      clock.sync(Number(beat.time));
      people = beat.people ?? people;
      describe();
    },
    bye({ code }) {
      if (['revoked', 'not_allowed', 'banned'].includes(code)) lost = code;
      if (code === 'closed') room = { ...room, state: 'closed' };
    },
    state: connection,
  },
});

/** @param {import('./outbox.js').Draft} draft */
function write(draft) {
  const asked = show.list ? show.list.question(draft) : draft;
  if (!asked) return;
  memory.keepStyle(draft);
  memory.keepText('');
  const item = outbox.add(asked);
  rowsOf(item)?.addOwn(item, item.state);
}

/** @param {import('./outbox.js').Item} item @param {any} ack */
function onAck(item, ack) {
  if (ack.wait_ms) composer.wait(ack.wait_ms);
  if (ack.outcome === 'counted') { // the text was a vote, and does not fly
    feed.takeBack(item.ref);
    return composer.strip.say('good', 'check', words.t('vote_counted', { option: show.chosen(ack) }), '', false);
  }
  if (ack.outcome === 'refused') return returnText(item, ack);
  rowsOf(item)?.resolve(item.ref, ack.outcome, ack);
  if (item.item) return composer.strip.say('good', 'check', words.t(ack.outcome === 'shown' ? 'ask_asked' : ack.outcome), '', false);
  if (ack.outcome !== 'shown') composer.strip.announce(words.t(ack.outcome)); // the list reports the state of the others
  if (ack.outcome === 'shown') takeBack.offer(item, ack.id, ack.comment?.at ?? 0);
}

/** Returns a text and shows why. @param {import('./outbox.js').Item} item @param {any} ack */
function returnText(item, ack) {
  const toField = unsent.returnText(item);
  if (item.item) show.list?.[toField ? 'takeBack' : 'resolve'](item.ref, 'refused');
  if (ack.code === 'slow_down') return composer.sayWait(ack.reason);
  const said = outcomeWords(words, ack, { mutedUntil: clock.local(mutedUntil), message: room.message });
  composer.strip.say(said.tone, said.icon, said.what, said.then, toField);
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

/** Applies the room's permissions and its look. */
function applySettings() {
  composer.allow(room);
  screen.delay = room.delay_ms ?? 0;
  phrases.offer(room.phrases);
  applyBranding(room.look);
}

/** Draws the header, and disables the composer while sending is blocked. */
function describe() {
  composer.close(drawHeader(words, { room, people, token: takeBack.token, lost, mutedUntil: clock.local(mutedUntil), sentLate, line }));
  extras.follow({ room, warnings, online: socket.state === 'open', shut: room.state === 'closed' || mutedUntil > clock.now });
}

wireHeader(words, () => { if (line.offline) composer.strip.say('calm', 'offline', words.t('no_connection')); });
// A mute may have ended since the last heartbeat.
byId('composer').addEventListener('submit', () => describe(), { capture: true });
byId('text').addEventListener('input', () => memory.keepText(composer.text));
for (const id of ['name', 'choices']) byId(id).addEventListener('change', () => memory.keepStyle(composer.draft()));
words.onChange(() => {
  [feed, composer].forEach((part) => part.redraw());
  show.draw();
  drawMenus(words);
  describe();
});
wireMenus(document);
followViewport(window);
composer.restore({ ...memory.style(), ...(composer.text ? {} : { text: memory.text() }) });
paintBrowser();
for (const item of outbox.kept.filter((kept) => !kept.item)) {
  feed.addOwn(item, item.state);
  if (item.state === 'refused') unsent.offerEdit(item);
}
keepTyped(window, { restored: () => memory.keepText(composer.text) });
root.dataset.started = ''; // see shared/first.js
await words.start();
socket.connect();
