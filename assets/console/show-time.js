// Times of the show: "20:00" as a person types it, and as rows display it. Pure.

/** ms of a day. */
const DAY = 24 * 3600_000;

/**
 * A time of day as a person types it, in the form "20:18" or "20:18:35": also "2018", "8:18"
 * and with the colon of a Chinese or Japanese keyboard. "" for nothing, null for something
 * else. @param {string} text
 */
export function clockText(text) {
  const typed = text.normalize('NFKC').replaceAll(/\s/g, '');
  if (!typed) return '';
  const [whole, hours, minutes, seconds] = /^(\d{1,2})[:.]?(\d{2})(?:[:.]?(\d{2}))?$/.exec(typed) ?? [];
  if (!whole || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return null;
  return [hours.padStart(2, '0'), minutes, ...(seconds ? [seconds] : [])].join(':');
}

/** The next time a clock shows a time of day. @param {string} text "20:00" @param {number} now ms @returns {number} ms; 0 for nothing */
export function nextMoment(text, now) {
  const [hours, minutes] = (clockText(text) ?? '').split(':');
  if (!hours) return 0;
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1); // not 24 hours later, because of daylight saving time
  return at.getTime();
}

/** A moment as the value of a field for a time of day. @param {number} ms */
export function fieldTime(ms) {
  const at = new Date(ms);
  return ms ? `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}` : '';
}

/** A moment in words: the time, and the day if it is not within a day. @param {number} ms @param {number} now @param {string} lang */
export function momentText(ms, now, lang) {
  const day = ms - now >= DAY ? /** @type {const} */ ({ month: 'short', day: 'numeric' }) : {};
  return new Date(ms).toLocaleString(lang, { ...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/**
 * The moment for a field for a time of day: the present one if unchanged, otherwise the next one.
 * @param {string} text @param {number} was ms; 0 for none @param {number} now ms
 */
export const momentOf = (text, was, now) => (was > now && fieldTime(was) === clockText(text) ? was : nextMoment(text, now));
