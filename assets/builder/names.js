// The names that docs/css.md promises, for the editor's list; a test compares.

/** @typedef {{name: string, insert: string, key: string}} CssName the text to insert, and the key of its description */

/** @type {readonly CssName[]} */
export const NAMES = Object.freeze([
  { name: '--danmaku-font', insert: '--danmaku-font: "Arial";', key: 'css_font' },
  { name: '--danmaku-size', insert: '--danmaku-size: 44px;', key: 'css_size' },
  { name: '--danmaku-weight', insert: '--danmaku-weight: 800;', key: 'css_weight' },
  { name: '--danmaku-stroke-color', insert: '--danmaku-stroke-color: #0B0E10B3;', key: 'css_stroke_color' },
  { name: '--danmaku-stroke-width', insert: '--danmaku-stroke-width: 3px;', key: 'css_stroke_width' },
  { name: '--danmaku-opacity', insert: '--danmaku-opacity: .8;', key: 'css_opacity' },
  { name: '.dm-stage', insert: '.dm-stage', key: 'css_stage' },
  { name: '.dm', insert: '.dm', key: 'css_dm' },
  { name: '.dm-text', insert: '.dm-text', key: 'css_text' },
  { name: '.dm-name', insert: '.dm-name', key: 'css_name' },
  { name: '.dm-source', insert: '.dm-source', key: 'css_platform' },
  { name: '.dm-emote', insert: '.dm-emote', key: 'css_emote' },
  { name: '.dm-emoji', insert: '.dm-emoji', key: 'css_emoji' },
  { name: '.dm-badge', insert: '.dm-badge', key: 'css_badge' },
  { name: '.dm-count', insert: '.dm-count', key: 'css_count' },
  { name: '.dm-pin', insert: '.dm-pin', key: 'css_pin' },
  { name: '.dm-code', insert: '.dm-code', key: 'css_code' },
  { name: '.dm-code-image', insert: '.dm-code-image', key: 'css_code_image' },
  { name: '.dm-code-title', insert: '.dm-code-title', key: 'css_code_title' },
  { name: '.dm-code-label', insert: '.dm-code-label', key: 'css_code_label' },
  { name: '.dm-show', insert: '.dm-show', key: 'css_show' },
  { name: '.dm-poll', insert: '.dm-poll', key: 'css_poll' },
  { name: '.dm-poll-option', insert: '.dm-poll-option', key: 'css_poll_option' },
  { name: '.dm-poll-bar', insert: '.dm-poll-bar', key: 'css_poll_bar' },
  { name: '.dm-card', insert: '.dm-card', key: 'css_card' },
  { name: '.dm-card-text', insert: '.dm-card-text', key: 'css_card_text' },
  { name: '.dm-draw', insert: '.dm-draw', key: 'css_draw' },
  { name: '.dm-draw-winner', insert: '.dm-draw-winner', key: 'css_draw_winner' },
  { name: '.dm-reactions', insert: '.dm-reactions', key: 'css_reactions' },
  { name: '.dm-reaction', insert: '.dm-reaction', key: 'css_reaction' },
  { name: '.dm-reaction-count', insert: '.dm-reaction-count', key: 'css_reaction_count' },
  { name: '.dm-countdown', insert: '.dm-countdown', key: 'css_countdown' },
  { name: '.dm-countdown-clock', insert: '.dm-countdown-clock', key: 'css_countdown_clock' },
  { name: '.dm-ticker', insert: '.dm-ticker', key: 'css_ticker' },
  { name: '.dm-ticker-text', insert: '.dm-ticker-text', key: 'css_ticker_text' },
  { name: '.dm-questions', insert: '.dm-questions', key: 'css_questions' },
  { name: '.dm-question', insert: '.dm-question', key: 'css_question' },
  { name: '.dm-question-votes', insert: '.dm-question-votes', key: 'css_question_votes' },
  { name: '.dm-box', insert: '.dm-box', key: 'css_box' },
  { name: '.dm-list', insert: '.dm-list', key: 'css_list' },
  { name: '.dm-line', insert: '.dm-line', key: 'css_line' },
  { name: '.dm-mark', insert: '.dm-mark', key: 'css_mark' },
  { name: '.dm-avatar', insert: '.dm-avatar', key: 'css_avatar' },
  { name: '.dm-paid', insert: '.dm-paid', key: 'css_amount' },
  { name: 'data-mode', insert: '[data-mode="top"]', key: 'css_mode' },
  { name: 'data-size', insert: '[data-size="big"]', key: 'css_data_size' },
  { name: 'data-paid', insert: '[data-paid="5"]', key: 'css_paid' },
  { name: 'data-source', insert: '[data-source="twitch"]', key: 'css_source' },
  { name: 'data-user', insert: '[data-user="…"]', key: 'css_user' },
  { name: 'data-badge', insert: '[data-badge="owner"]', key: 'css_data_badge' },
  { name: 'data-standing', insert: '[data-standing="member"]', key: 'css_data_standing' },
  { name: 'data-script', insert: '[data-script="cjk"]', key: 'css_script' },
  { name: 'data-emoji', insert: '[data-emoji="only"]', key: 'css_data_emoji' },
  { name: 'data-lines', insert: '[data-lines="many"]', key: 'css_lines' },
  { name: 'data-outline', insert: '[data-outline="light"]', key: 'css_outline' },
]);

/** The text before the caret that may be the beginning of a name. @param {string} before */
export const beginning = (before) => /(?:--|\.|\[|\b)[a-z][\w-]*$|--$|\.$|\[$/i.exec(before)?.[0] ?? '';

/**
 * Names with this beginning, as texts to insert. A single letter matches nothing.
 * @param {string} begun @returns {CssName[]}
 */
export function completions(begun) {
  const text = begun.replace(/^\[/, '').toLowerCase();
  if (text.length < 2) return [];
  return NAMES.filter(({ name }) => name.startsWith(text) || name.replace(/^(--danmaku-|\.dm-)/, '').startsWith(text) && text.length > 2);
}
