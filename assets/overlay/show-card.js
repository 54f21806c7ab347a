// A card in front: a comment with its author, its source and its time; or an announcement,
// which has only its text.

import { graphemes } from '../shared/protocol.js';
import { line, write } from './show-node.js';
import { platformOf } from './text.js';

/** Lengths from which a text is smaller, and smaller still. */
const LONG = [90, 240];

/** @type {import('./show.js').Make} */
export function make(words) {
  const name = line('bdi', 'dm-card-name');
  const source = line('span', 'dm-card-source');
  const amount = line('span', 'dm-card-amount');
  const time = line('span', 'dm-card-time');
  const who = line('div', 'dm-card-who', name, source, amount, time);
  const text = line('bdi', 'dm-card-text');
  const node = line('div', 'dm-card', who, text);
  return {
    node,
    draw({ kind, spec }) {
      node.classList.toggle('dm-card-announcement', kind === 'announcement');
      write(name, spec.name ?? '');
      write(source, platformOf(spec.source ?? ''));
      write(amount, spec.amount ?? '');
      write(time, spec.at ? new Date(spec.at).toLocaleTimeString(words.lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }) : '');
      who.hidden = [name, source, amount, time].every((part) => part.hidden);
      write(text, spec.text);
      const letters = graphemes(spec.text).length;
      node.dataset.long = String(LONG.filter((from) => letters > from).length);
    },
  };
}
