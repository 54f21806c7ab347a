// The poster needs one act: print it.

import { byId } from '../shared/dom.js';

byId('print').addEventListener('click', () => print());
