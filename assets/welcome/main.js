// The welcome page: four steps to air, each ticked off when it has really happened.

import { ApiError, call, roomPath } from '../shared/api.js';
import { copyText } from '../shared/clipboard.js';
import { byId } from '../shared/dom.js';
import { Words } from '../shared/i18n.js';
import { wireMenus } from '../shared/menu.js';
import { RoomSocket } from '../shared/socket.js';
import { onAir } from '../shared/on-air.js';
import { addToObs } from '../shared/obs.js';
import { askKeep } from './keep.js';
import { askName } from './name.js';
import { MiniOverlay } from './small.js';
import { toggleTheme } from '../shared/theme.js';
import { wireTips } from '../shared/tips.js';
import { keepTyped } from '../shared/typed.js';

const room = document.documentElement.dataset.room ?? '';
const words = new Words('welcome');
const { t } = words;
const STEPS = ['step-name', 'step-obs', 'step-test', 'step-audience'];

/** Ticks a step, and marks the first open one. @param {string} id @param {boolean} done */
function tick(id, done) {
  byId(id).classList.toggle('done', done);
  const next = STEPS.find((step) => !byId(step).classList.contains('done'));
  for (const step of STEPS) byId(step).classList.toggle('next', step === next);
}

/** @param {string} id @param {string} text */
function write(id, text) {
  const box = byId(id).querySelector('span');
  if (box && box.textContent !== text) box.textContent = text;
}

/** ms for which "Saved" is shown; the tick stays. */
const SAVED_SHOWN = 4_000;
/** @type {Record<string, any>} by the id of what was said */ const timers = {};

/** @param {string} id @param {'good'|'bad'|''} tone @param {string} text */
function say(id, tone, text) {
  const box = byId(id);
  clearTimeout(timers[id]);
  if (tone === 'good' && (id === 'named' || id === 'keep-said')) timers[id] = setTimeout(() => { box.hidden = true; }, SAVED_SHOWN);
  box.hidden = false;
  box.className = `said ${tone}`;
  box.textContent = text;
}

/** Clears the report of a fault that is over. @param {string} id @param {string} [tone] */
function clearFault(id, tone = 'bad') {
  if (byId(id).classList.contains(tone)) byId(id).hidden = true;
}

const small = new MiniOverlay(byId('frame'), byId('small'));
const name = askName({ room, t, say, done: (done) => tick('step-name', done) });

/** The state of the overlays, and the ms of broadcast delay.
 * @type {{state: 'none'|'hidden'|'on', shown_ms?: number}} */
let air = { state: 'none' };
let delay = 0;
/** Whether the page has said that no overlay is connected. */
let unseen = false;

const socket = new RoomSocket({
  room, role: 'console',
  handlers: {
    hello(hello) {
      delay = hello.room?.delay_ms ?? 0;
      name.suggestTitle(hello.room?.title);
      for (const id of ['named', 'sent', 'keep-said']) clearFault(id); // the server answers again
    },
    room(change) {
      delay = change.delay_ms ?? delay;
      name.suggestTitle(change.title);
    },
    comment: (comment) => small.push(comment),
    remove: (gone) => small.remove(gone.ids ?? []),
    clear: () => small.clear(),
    state(state) {
      if (state !== 'waiting') return;
      tick('step-obs', false); // unknown now
      byId('overlay-check').classList.remove('warn');
      write('overlay-check', t('away'));
      write('phone-check', t('away'));
    },
    stats(stats) {
      const { clients = {} } = stats;
      const { state } = onAir(stats);
      air = { state: state === 'on' || state === 'none' ? state : 'hidden', shown_ms: stats.shown_ms };
      tick('step-obs', state === 'on');
      if (state === 'on') clearFault('added'); // OBS got it in another way
      if (state === 'on' && unseen) { unseen = false; byId('sent').hidden = true; }
      byId('overlay-check').classList.toggle('warn', state === 'hidden' || state === 'stuck');
      write('overlay-check', t({ none: 'obs_waits', on: 'obs_connected', hidden: 'obs_hidden', stuck: 'obs_stuck' }[state]));
      if (clients.audience > 0) tick('step-audience', true); // a phone may leave again
      write('phone-check', clients.audience > 0 ? t('phones', { n: clients.audience }) : t('phone_waits'));
    },
  },
});

async function copy() {
  write('copy', t(await copyText(/** @type {HTMLInputElement} */ (byId('overlay')).value) ? 'copied' : 'not_copied'));
  setTimeout(() => write('copy', t('obs_copy')), 2000);
}

/** Makes the server put the overlay into OBS. */
function add() {
  void addToObs(room, { form: byId('secret'), password: byId('password'), say: (tone, text) => say('added', tone, text), t });
}

/** @param {Event} event */
async function send(event) {
  event.preventDefault();
  const text = /** @type {HTMLInputElement} */ (byId('text')).value;
  try {
    const { outcome } = await call('POST', roomPath(room, 'comments'), { text });
    tick('step-test', outcome === 'shown');
    if (outcome === 'shown') sent();
    else say('sent', '', t('test_held'));
  } catch (fault) {
    say('sent', 'bad', t(fault instanceof ApiError && fault.status === 422 ? 'test_refused' : 'failed'));
  }
}

/** Shows the state of the test comment: sent, and after a while on the screen. */
function sent() {
  const now = { none: 'test_unseen', hidden: 'test_sent', on: 'test_sent' }[air.state];
  say('sent', 'good', t(now));
  unseen = air.state === 'none';
  if (air.state === 'on') setTimeout(() => { if (air.state === 'on') say('sent', 'good', t('test_shown')); }, delay + (air.shown_ms ?? 0));
}

/** The code and everything made from it lead to the chosen address. */
function choose() {
  const at = /** @type {HTMLInputElement|null} */ (document.querySelector('#ways :checked'))?.value;
  if (!at) return;
  const query = `?at=${encodeURIComponent(at)}`;
  byId('code').setAttribute('src', `${roomPath(room, 'qr.svg')}${query}`);
  byId('save').setAttribute('href', `${roomPath(room, 'qr.png')}${query}`);
  byId('poster').setAttribute('href', `/poster/${encodeURIComponent(room)}${query}`);
}

wireMenus(document);
wireTips(document);
byId('theme').addEventListener('click', () => toggleTheme());
document.getElementById('ways')?.addEventListener('change', choose);
document.documentElement.dataset.started = ''; // see shared/first.js
await words.use(document.documentElement.lang, new URLSearchParams(location.search).has('lang'));
byId('copy').addEventListener('click', () => void copy());
document.getElementById('add')?.addEventListener('click', add);
byId('secret').addEventListener('submit', (event) => { event.preventDefault(); add(); });
byId('test').addEventListener('submit', (event) => void send(event));
byId('text').addEventListener('input', () => clearFault('sent'));
byId('password').addEventListener('input', () => clearFault('added'));
tick('step-obs', false);
name.start();
small.start();
void askKeep({ t, say, done: (done) => byId('step-keep').classList.toggle('done', done) });
keepTyped(window);
socket.connect();
