package rules

import "danmaku/moderation/fold"

// shortKana is the most kana of an entry that an everyday word may contain by chance.
const shortKana = 3

// inKatakana is the most kana of an entry that means nothing in the middle of a katakana word:
// these are foreign words and names, of which no list is complete.
const inKatakana = 2

// isKatakana reports whether the character at i was written in katakana.
func (m *matcher) isKatakana(i int32) bool {
	c := m.accept.at(i)
	return c != nil && 'ァ' <= c.Written && c.Written <= 'ヺ'
}

// weighKana judges an entry of kana by the words around it: バカ is not meant in バカンス, nor マンコ
// by ロマンコメディ.
func (m *matcher) weighKana(e *entry, path []step) writing {
	if e.class != freeEntry || e.openStart || e.openEnd {
		return meant
	}
	from, to := path[0].from, path[len(path)-1].to
	n := len(m.fold.Runes)
	if len(path) <= inKatakana && m.isKatakana(from-1) && m.isKatakana(to) && m.isKatakana(from) && m.isKatakana(to-1) {
		return chance // オブスキュア
	}
	left, right := false, false
	for k := int32(fold.ShortestKana); k <= fold.LongestKana; k++ {
		for i := max(0, from-k+1); i < to && int(i+k) <= n; i++ {
			end := i + k
			before, behind := i < from && end > from, i < to && end > to
			if !before && !behind && !(i == from && end == to && to-from > int32(len(path))) {
				continue
			}
			if !m.isKana(i, k) || m.changesAt(from, to, i, end) {
				continue
			}
			if i <= from && end >= to {
				if len(path) <= shortKana {
					return chance
				}
				return unclear
			}
			left, right = left || before, right || behind
		}
	}
	switch {
	case left && right:
		return chance
	case left || right:
		return unclear
	}
	return meant
}

// kanaScript returns 'ひ' for a character that was written in hiragana, 'カ' for one in katakana,
// and 0 for any other.
func (m *matcher) kanaScript(i int32) rune {
	c := m.accept.at(i)
	switch {
	case c == nil:
	case 'ぁ' <= c.Written && c.Written <= 'ゟ':
		return 'ひ'
	case 'ァ' <= c.Written && c.Written <= 'ヺ', 'ｦ' <= c.Written && c.Written <= 'ﾝ' && c.Written != 'ｰ':
		return 'カ'
	}
	return 0
}

// changesAt reports whether the characters from i to end are not one word around a match, since
// the match is in katakana and all others are in hiragana: ノバカマ (野袴) is not in このバカまで.
func (m *matcher) changesAt(from, to, i, end int32) bool {
	for k := i; k < end; k++ {
		want := 'ひ'
		if k >= from && k < to {
			want = 'カ'
		}
		if m.kanaScript(k) != want {
			return false
		}
	}
	return true
}

// isKana reports whether k runes from i on are an everyday word in kana.
func (m *matcher) isKana(i, k int32) bool {
	if !m.budget.spend(1) {
		return false
	}
	var word [fold.LongestKana]rune
	for n := range k {
		word[n] = m.fold.Runes[i+n].R
	}
	return fold.IsKana(word[:k])
}
