// The text of a refusal for the audience: what happened, then what to do. It never names the
// rule or word.

/** A longer mute (ms) is called permanent. */
const PERMANENT = 366 * 24 * 3600 * 1000;

/**
 * @param {{t: (key: string, params?: Record<string, string|number>) => string, lang: string}} words
 * @param {{code?: string}} ack
 * @param {{mutedUntil?: number, message?: string}} around
 * @param {number} [now] ms
 * @returns {{tone: 'stop'|'calm', icon: string, what: string, then: string}}
 */
export function outcomeWords({ t, lang }, { code }, { mutedUntil = 0, message = '' }, now = Date.now()) {
  switch (code) {
    case 'muted': {
      const soon = mutedUntil > now && mutedUntil - now < PERMANENT;
      return { tone: 'stop', icon: 'mute', what: soon ? t('muted', { time: clock(mutedUntil, now, lang) }) : t('muted_ever'), then: '' };
    }
    case 'banned': return { tone: 'stop', icon: 'ban', what: t('banned'), then: '' };
    case 'room_paused': return { tone: 'calm', icon: 'pause', what: t('room_paused', { message }), then: '' };
    case 'room_closed': return { tone: 'calm', icon: 'pause', what: t('room_closed', { message }), then: '' };
    case 'busy': return { tone: 'calm', icon: 'clock', what: t('busy'), then: '' };
    case 'empty': return { tone: 'stop', icon: 'refuse', what: t('refused'), then: t('empty') };
    case 'too_long': return { tone: 'stop', icon: 'refuse', what: t('refused'), then: t('too_long_do') };
    case 'duplicate': return { tone: 'stop', icon: 'refuse', what: t('refused'), then: t('duplicate_do') };
    case 'refused': return { tone: 'stop', icon: 'refuse', what: t('refused'), then: t('refused_do') };
  }
  return { tone: 'stop', icon: 'refuse', what: t('refused'), then: t('failed') };
}

/**
 * The most important banner: stop > warn > offline > back. An empty text means none; stop and
 * warn block sending.
 * @param {{t: (key: string, params?: Record<string, string|number>) => string, lang: string}} words
 * @param {{lost: string, mutedUntil: number, room: {state: string, message?: string}, line: string, sentLate: number}} state
 * @param {number} [now] ms
 * @returns {{tone: ''|'stop'|'warn'|'calm'|'good', icon: string, text: string}}
 */
export function bannerWords(words, { lost, mutedUntil, room, line, sentLate }, now = Date.now()) {
  const { t } = words;
  if (lost) return { tone: 'stop', icon: 'ban', text: t(lost === 'banned' ? 'banned' : 'key_bad') };
  if (mutedUntil > now) return { tone: 'stop', icon: 'mute', text: outcomeWords(words, { code: 'muted' }, { mutedUntil }, now).what };
  if (room.state !== 'open') return { tone: 'warn', icon: 'pause', text: t(`room_${room.state}`, { message: room.message ?? '' }) };
  if (line === 'offline') return { tone: 'calm', icon: 'offline', text: t('offline') };
  if (line === 'back') return { tone: 'good', icon: 'wifi', text: sentLate > 0 ? t('back_sent', { n: sentLate }) : t('back') };
  return { tone: '', icon: '', text: '' };
}

/** The local time, with the day if it is not today. @param {number} at @param {number} now @param {string} lang */
function clock(at, now, lang) {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  return new Date(at).toLocaleString(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(today ? {} : { month: 'short', day: 'numeric' }) });
}
