// The poster needs one act: print it.

import { byId } from '../shared/dom.js';
import { countLetters } from '../shared/letters.js';

countLetters(byId('address'));
byId('print').addEventListener('click', () => print());
