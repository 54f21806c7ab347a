package fold

// depicted are the ideographs of what emoji show, so that 约💣 is read as 约炮, and 🐔吧 sounds
// like 鸡巴. Only emoji that people write for these characters are here.
var depicted = map[rune]rune{
	'🐔': '鸡', '🐓': '鸡', '🐤': '鸡', '🐴': '马', '🐎': '马', '🐶': '狗', '🐕': '狗', '🐢': '龟', '🐷': '猪', '🐖': '猪', '🐮': '牛', '🐑': '羊', '🐍': '蛇',
	'🥚': '蛋', '🍳': '蛋', '💣': '炮', '🧨': '炮', '🎆': '炮', '💀': '死', '☠': '死', '🧠': '脑', '👄': '口', '👅': '舌', '🔪': '刀', '🔫': '枪', '🌿': '草', '🌱': '草', '🍃': '草',
	'🖊': '笔', '🖋': '笔', '✏': '笔', '✒': '笔', '⌚': '表', '👩': '妈', '👵': '婆', '👑': '王', '🦈': '鲨', '🎫': '票', '💊': '药', '📦': '盒', '🎲': '赌', '🎰': '赌',
}

// firstEmoji is the lowest character of these emoji.
const firstEmoji = 0x2300

// Depicted returns the ideograph that the emoji at i shows, if it is directly beside one; 0 for
// none.
func Depicted(runes []Rune, i int) rune {
	isHan := func(k int) bool { return k >= 0 && k < len(runes) && runes[k].Script == Han }
	if runes[i].R < firstEmoji || !isHan(i-1) && !isHan(i+1) {
		return 0
	}
	return depicted[runes[i].R]
}
