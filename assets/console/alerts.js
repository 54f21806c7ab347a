// Alerts a moderator who looks elsewhere, by the rules of this browser: with a sound, or with
// a notification that contains no words of the audience. Alerts never appear in the overlay,
// and inside OBS, whose docks can be audible on the stream, there is no sound.

import { ApiError } from '../shared/api.js';
import { AlertRules } from './alert-rules.js';
import { kept } from './kept.js';

/** ms between two checks of the chats' connections */
const POLL_EVERY = 20_000;

/** Hz of the two tones of the sound */
const TONES = [660, 880];

/** Whether this page runs in OBS. */
export const inOBS = () => 'obsstudio' in window || / OBS\//.test(navigator.userAgent);

/** The highlighted words of this moderator. @returns {string[]} */
export const highlights = () => kept('highlights', /** @type {string[]} */ ([]));

/** @returns {import('./alert-rules.js').Rules} */
export const alertRules = () => kept('alerts', /** @type {Record<string, string>} */ ({}));

/** @type {AudioContext|undefined} */ let audio;

/** Two short tones. A browser plays them only after a click on the page. */
export function sound() {
  if (inOBS()) return;
  try {
    audio ??= new AudioContext();
    void audio.resume();
    TONES.forEach((hz, i) => {
      const at = /** @type {AudioContext} */ (audio).currentTime + i * 0.13;
      const tone = /** @type {AudioContext} */ (audio).createOscillator(), volume = /** @type {AudioContext} */ (audio).createGain();
      tone.frequency.value = hz;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.08, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.12);
      tone.connect(volume).connect(/** @type {AudioContext} */ (audio).destination);
      tone.start(at);
      tone.stop(at + 0.13);
    });
  } catch { /* a machine without sound */ }
}

/** @param {import('./store.js').Store} store @param {string} kind */
export function notification(store, kind) {
  if (inOBS() || !('Notification' in window) || Notification.permission !== 'granted') return;
  const { t } = store.words;
  try {
    const shown = new Notification(store.room.title || store.room.id || t('app'), { body: t(`told_${kind}`), tag: `danmaku-${store.roomId}-${kind}`, silent: true });
    shown.onclick = () => { window.focus(); shown.close(); };
  } catch { /* phones have them only for installed pages */ }
}

/** @param {import('./store.js').Store} store @param {string} kind @param {string} how */
function raiseAlert(store, kind, how) {
  if (how === 'sound' || how === 'both') sound();
  if (how === 'notice' || how === 'both') notification(store, kind);
}

/**
 * @param {import('./store.js').Store} store @param {import('./queue.js').Queue} queue @param {import('./raid.js').RaidWatch} raids
 */
export function wireAlerts(store, queue, raids) {
  const rules = new AlertRules();
  let begun = false; // comments that already wait when the page opens do not alert
  /** @param {import('./alert-rules.js').Kind|null} kind */
  const say = (kind) => {
    const how = kind && alertRules()[kind];
    if (how && how !== 'none' && begun && !document.hasFocus() && rules.due(kind)) raiseAlert(store, kind, how);
  };
  const onComment = (/** @type {{text: string, badge?: string}} */ comment) => say(rules.comment(comment, highlights(), [store.me]));
  store.on('queue', () => {
    say(rules.waiting(queue.total));
    if (store.room.id) begun = true;
  });
  store.on('shown', onComment);
  store.on('held', onComment);
  store.on('stats', () => say(rules.raid(raids.raid !== null)));
  setInterval(() => void look(), POLL_EVERY);

  async function look() {
    if (!alertRules().chat || alertRules().chat === 'none' || !begun) return;
    try {
      const { call } = await import('../shared/api.js');
      say(rules.chats((await call('GET', store.path('chats'))).chats ?? []));
    } catch (fault) { if (!(fault instanceof ApiError)) throw fault; }
  }
}
