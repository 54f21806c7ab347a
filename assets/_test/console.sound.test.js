// The sounds of the console. A page inside OBS, whose docks may be audible on the
// stream, makes no sound and shows no notification.
import assert from 'node:assert/strict';
import test from 'node:test';
import { keep } from '../console/kept.js';
import { readLocale } from './fakes.js';

/** @typedef {import('node:test').TestContext} TestContext */

const CHROMIUM = 'Mozilla/5.0 Chrome/127.0.0.0 Safari/537.36';

/**
 * A browser that counts tones and notifications, and the alerts of a
 * newly opened page.
 * @param {TestContext} t @param {string} name of the page @param {Record<string, unknown>} [own] of its window @param {string} [agent]
 */
async function page(t, name, own = {}, agent = CHROMIUM) {
  /** @type {{contexts: number, resumed: number, tones: {hz: number, heard: boolean, from: number, to: number}[], shown: any[]}} */
  const made = { contexts: 0, resumed: 0, tones: [], shown: [] };
  class Part {
    /** @type {Part|undefined} */ to;
    /** @param {Part} part */
    connect(part) { return this.to = part; }
  }
  class AudioContext {
    currentTime = 5;
    destination = new Part();
    constructor() { made.contexts++; }
    resume() { made.resumed++; return Promise.resolve(); }
    createGain() {
      return Object.assign(new Part(), { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} } });
    }
    createOscillator() {
      let from = 0;
      const tone = Object.assign(new Part(), {
        frequency: { value: 0 },
        start: (/** @type {number} */ at) => { from = at; },
        stop: (/** @type {number} */ at) => made.tones.push({ hz: tone.frequency.value, heard: tone.to?.to === this.destination, from, to: at }),
      });
      return tone;
    }
  }
  class Notification {
    static permission = 'granted';
    /** @param {string} title @param {any} options */
    constructor(title, options) { made.shown.push({ title, body: options.body }); }
  }
  const stubs = { window: { Notification, ...own }, navigator: { userAgent: agent }, document: { hasFocus: () => false }, AudioContext, Notification };
  for (const [key, value] of Object.entries(stubs)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, key);
    Object.defineProperty(globalThis, key, { configurable: true, writable: true, value });
    t.after(() => { if (before) Object.defineProperty(globalThis, key, before); else Reflect.deleteProperty(globalThis, key); });
  }
  t.mock.timers.enable({ apis: ['setInterval'] });
  // Each page has its own: a module keeps the sound context that it opened.
  const alerts = /** @type {typeof import('../console/alerts.js')} */ (await import(`../console/alerts.js?${name}`));
  /** @type {Map<string, (x?: any) => void>} */ const heard = new Map();
  const store = /** @type {any} */ ({ room: { id: 'live', title: 'My show' }, roomId: 'live', me: 'Mika', words: readLocale('console', 'en'), on: (/** @type {string} */ what, /** @type {any} */ fn) => heard.set(what, fn) });
  const queue = { total: 0 };
  alerts.wireAlerts(store, /** @type {any} */ (queue), /** @type {any} */ ({ raid: null }));
  heard.get('queue')?.(); // the page opens
  /** A comment is held and waits. */
  const waits = () => { queue.total++; heard.get('queue')?.(); };
  return { made, alerts, waits };
}

test('held comments make a sound and a notification without the audience\'s words', async (t) => {
  keep('alerts', { waiting: 'both' });
  const { made, waits } = await page(t, 'browser');
  assert.deepEqual(made, { contexts: 0, resumed: 0, tones: [], shown: [] }, 'nothing waits yet');
  waits();
  assert.deepEqual(made.tones.map(({ hz, heard }) => [hz, heard]), [[660, true], [880, true]]);
  for (const { from, to } of made.tones) assert.ok(from >= 5 && to > from, `a tone from ${from} to ${to}`);
  assert.ok(made.tones[1].from > made.tones[0].from, 'one after the other');
  assert.deepEqual(made.shown, [{ title: 'My show', body: readLocale('console', 'en').t('told_waiting') }]);
});

test('sound is opened once, and a rule for sound alone notifies nobody', async (t) => {
  keep('alerts', { waiting: 'sound' });
  const { made, waits, alerts } = await page(t, 'once');
  waits();
  alerts.sound();
  assert.deepEqual([made.contexts, made.resumed, made.tones.length, made.shown.length], [1, 2, 4, 0]);
});

test('inside OBS there is neither sound nor notification', async (t) => {
  keep('alerts', { waiting: 'both' });
  for (const [name, own, agent] of /** @type {[string, Record<string, unknown>, string][]} */ ([
    ['a browser source or dock', { obsstudio: {} }, CHROMIUM],
    ['a page that has only the name of OBS', {}, `${CHROMIUM} OBS/30.2.3`],
  ])) {
    await t.test(name, async (inner) => {
      const { made, waits, alerts } = await page(/** @type {TestContext} */ (inner), encodeURIComponent(name), own, agent);
      waits();
      alerts.sound(); // like its button on the page of alerts
      assert.equal(alerts.inOBS(), true);
      assert.deepEqual(made, { contexts: 0, resumed: 0, tones: [], shown: [] });
    });
  }
});

test('a console on a machine without sound keeps working', async (t) => {
  keep('alerts', { waiting: 'both' });
  const { made, waits } = await page(t, 'mute');
  Reflect.deleteProperty(globalThis, 'AudioContext');
  waits();
  assert.deepEqual([made.tones.length, made.shown.length], [0, 1]);
});
