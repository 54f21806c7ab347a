package moderation_test

import (
	"testing"

	"danmaku/comment"
)

const clauseWords = "口交\n刷单\n赌博\n约炮\n妈逼\n你妈逼\n弱智\n智障\n强奸\n色情\n卖淫\n死妈\n去死\n傻逼\n靠北\n开盒\n企鹅号\n代练\n"

// A match that the words of the sentence explain does not count, neither in writing nor by
// sound.
func TestMatchesExplainedByTheSentence(t *testing.T) {
	set := compile(t, clauseWords)
	for _, text := range []string{
		// an entry across the border of two words
		"出口交易会", "路口交警", "窗口交接", "今天刷单词了吗", "刷单机游戏", "靠北边走", "开盒饭吃",
		"打赌博主输了", "切开盒装牛奶", "口交代清楚", "我来代练习题", "色情绪",
		// a verb and the beginning of its object, of two words
		"刷单人副本", "一起刷单人副本吧",
		// a relative forces somebody
		"她妈逼她嫁人", "我妈逼着我早睡",
		// one that sounds so
		"大约跑了五圈", "他约跑步的朋友", "越跑越快", "我在读博士", "周末约泡温泉", "人口较少", "价格只涨不落", "如果若只看这个", "他会死吗", "人人都会死吗", "企鹅好可爱",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
	for text, want := range map[string]comment.Action{
		"口交":   comment.Refuse,
		"来口交吧": comment.Refuse, "网上刷单赚钱": comment.Refuse, "招刷单人员": comment.Refuse, "刷单日结": comment.Refuse, "刷单人员工资": comment.Refuse, "他赌博输了": comment.Refuse, "来开盒他": comment.Refuse, "靠北喔": comment.Refuse, "开盒挂人": comment.Refuse, "企鹅好": comment.Hold, "赌博网站": comment.Refuse, "反赌博": comment.Refuse, "你妈逼": comment.Refuse,
		"妈逼的": comment.Refuse, "你妈逼真恶心": comment.Refuse, "你个弱智东西": comment.Refuse, "强奸犯": comment.Refuse,
		"月炮": comment.Hold, "来月炮吧": comment.Hold, "主播是个煞笔": comment.Hold, "煞笔主播": comment.Hold, "志仗": comment.Hold, "真是个制杖": comment.Hold,
	} {
		if v := check(set, text); v.Action != want {
			t.Errorf("%q: %v for %s (%s), want %v", text, v.Action, v.Word, v.Detail, want)
		}
	}
}

// A few letters in brackets, or a stroke, between the characters of a word do not hide it.
func TestAsidesBetweenCharacters(t *testing.T) {
	set := compile(t, clauseWords+"死ね\nセックス\n")
	for _, text := range []string{"死（笑）ね", "傻(哈)逼", "傻丨逼", "セッ(笑)クス", "傻【哈哈】逼"} {
		if v := check(set, text); v.Action != comment.Hold {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
	for _, text := range []string{"傻（真的是这样）逼", "他说（笑）是的", "死（笑）", "(笑)ね"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

// One space between the two parts of a character does not hide it, whatever is around them.
func TestPartsWithASpace(t *testing.T) {
	set := compile(t, clauseWords+"婊子\n操你妈\n加微信\n")
	for text, word := range map[string]string{"女 表子": "婊子", "扌 喿你妈": "操你妈", "你个女 表子吧": "婊子", "贝 者博": "赌博", "力 口微信": "加微信", "死女 马": "死妈", "去歹 匕": "去死"} {
		if v := check(set, text); v.Action != comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q (%s), want it held for %s", text, v.Action, v.Word, v.Detail, word)
		}
	}
	for _, text := range []string{"女 表演得好", "好女 支持一下", "木 又来了", "努力 口才真好", "贝 者", "又 鸟叫了", "美女 干活去", "弓 虽然断了"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

// A character is read from its two parts, whichever of the common ones it is.
func TestCharactersInTwoParts(t *testing.T) {
	set := compile(t, "智障\n废物\n贱货\n垃圾\n屎\n婚外情\n贪污\n偷拍\n诅咒\n伪娘\n醉驾\n诱奸\n煞笔\n代开发票\n")
	for text, word := range map[string]string{
		"知日阝章": "智障", "废牛勿": "废物", "贱化贝": "贱货", "土立土及": "垃圾", "垃土 及": "垃圾", "女昏外情": "婚外情", "今贝污": "贪污", "亻俞扌白": "偷拍", "讠且咒": "诅咒", "亻为女良": "伪娘", "酉卒驾": "醉驾", "讠秀女干": "诱奸",
		"煞竹毛": "煞笔", "代开发覀示": "代开发票",
	} {
		if v := check(set, text); v.Action != comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q (%s), want it held for %s", text, v.Action, v.Word, v.Detail, word)
		}
	}
	for _, text := range []string{"知日派", "人口土地", "王求生", "加贝尔", "火因素", "化贝壳", "土立即", "口土话", "木交给我", "石更换", "目标明确"} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}

// An emoji directly beside ideographs is read as the one that it shows, also by its sound.
func TestEmojiForCharacters(t *testing.T) {
	set := compile(t, clauseWords+"鸡巴\n滚蛋\n婊子\n草泥马\n狗东西\n脑残\n王八蛋\n")
	for text, word := range map[string]string{
		"约💣": "约炮", "约💣吗": "约炮", "🐔巴": "鸡巴", "🐔吧": "鸡巴", "滚🥚": "滚蛋", "⌚️子": "婊子", "🌱泥🐴": "草泥马", "🐶东西": "狗东西", "🧠残": "脑残", "去💀": "去死", "王八🥚": "王八蛋", "煞🖊️": "傻逼", "🎰博网站": "赌博",
	} {
		if v := check(set, text); v.Action != comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q (%s), want it held for %s", text, v.Action, v.Word, v.Detail, word)
		}
	}
	for _, text := range []string{
		"吃🐔吧", "大吉大利今晚吃🐔", "🐔腿好吃", "🐔汤", "🐔翅包饭", "🥚炒饭", "茶叶🥚两块五", "鸡🥚饼", "🐶头保命", "🐶子真可爱", "遛🐶去", "🐴上来", "🐴到成功", "草原🐴", "🐢速", "慢🐢", "🧠洞大开", "动动🧠",
		"💀笑死我了", "笑💀", "💣来了", "炸💣", "👑者荣耀", "👩妈妈", "🌱草莓", "🎲大小", "🎫买到了", "💊吃药", "✏️作业", "笑死💀", "🐔你太美", "鸡你太美🐔",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}
