// The chat box with our own class names: a line is a .dm as when it flies, so that the same
// CSS styles both.

import { amountText } from '../shared/paid.js';
import { avatar, hasMark, mark, standingOf } from './box-parts.js';
import { makeView, writeView } from './view.js';

/** @type {WeakMap<Element, import('./view.js').View>} */
const views = new WeakMap();

/** @type {import('./box-view.js').Form} */
export const list = {
  newestFirst: true,
  frame() {
    const root = document.createElement('div');
    root.className = 'dm-list';
    return { root, lines: root };
  },
  write({ parts }, style, node) {
    const view = (node && views.get(node)) || makeView('dm-line');
    views.set(view.slot, view);
    const { dm } = view;
    const [c] = parts;
    // A list does not enlarge text, and nothing in it flies or stands.
    writeView(view, { ...c, mode: 'scroll', size: 'medium' }, parts.length, { ...style, wrap: 0, sources: style.sources && !hasMark(c.source) });
    for (const old of dm.querySelectorAll('.dm-mark, .dm-avatar, .dm-paid, .dm-standing')) old.remove();
    if (c.paid) {
      const amount = document.createElement('bdi');
      amount.className = 'dm-paid';
      amount.textContent = amountText(c.paid, style.lang);
      view.text.before(amount);
    }
    const standing = c.badge ? '' : standingOf(c, style.labels);
    if (standing) {
      const pill = document.createElement('bdi');
      pill.className = 'dm-standing';
      pill.textContent = standing;
      dm.prepend(pill);
    }
    const sign = style.sources ? mark(c.source) : null;
    if (sign) dm.prepend(sign);
    if (style.avatars) dm.prepend(avatar(c, style.labels));
    return view.slot;
  },
};
