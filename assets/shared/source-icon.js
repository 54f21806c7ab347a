// Icons of the sources of comments.

/** @type {Record<string, string>} */
const ICONS = { api: 'code', replay: 'undo', twitch: 'twitch', youtube: 'youtube', bilibili: 'bilibili' };

/** The icon of a source. @param {string} source */
export const sourceIcon = (source) => ICONS[source] ?? 'chat';
