// Times of the show: "20:00" as a person types it, and as rows display it. Pure.

/** ms of a day. */
const DAY = 24 * 3600_000;

/** The next time a clock shows a time of day. @param {string} text "20:00" @param {number} now ms @returns {number} ms; 0 for nothing */
export function nextMoment(text, now) {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})/.exec(text) ?? [];
  if (hours === undefined) return 0;
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1); // not 24 hours later, because of daylight saving time
  return at.getTime();
}

/** A moment as the value of a field of type time. @param {number} ms */
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
 * The moment for a field of type time: the present one if unchanged, otherwise the next one.
 * @param {string} text @param {number} was ms; 0 for none @param {number} now ms
 */
export const momentOf = (text, was, now) => (was > now && fieldTime(was) === text ? was : nextMoment(text, now));
