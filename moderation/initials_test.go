package moderation_test

import (
	"testing"

	"danmaku/comment"
)

// Bopomofo, initials beside ideographs, and digits by their sound are held.
func TestInitialsAndBopomofo(t *testing.T) {
	set := compile(t, "傻逼\n操你妈\n妈逼\n去死\n王八蛋\n法轮功\n鸡巴\n垃圾\n滚蛋\n小三\n赌博\n外挂\n骗子\n")
	for text, word := range map[string]string{
		"ㄕㄚㄅㄧ": "傻逼", "ㄕㄚˇ ㄅㄧ": "傻逼", "ㄘㄠ你ㄇㄚ": "操你妈", "操ㄋㄧˇㄇㄚ": "操你妈", "ㄌㄚㄐㄧ": "垃圾", "ㄍㄨㄣˇㄉㄢˋ": "滚蛋", "ㄕ逼": "傻逼", "ㄐㄅ": "鸡巴", "ㄑㄩˋㄙˇ": "去死", "ㄉㄨˇㄅㄛˊ": "赌博", "ㄨㄞˋㄍㄨㄚˋ": "外挂",
		"煞b": "傻逼", "傻b": "傻逼", "s逼": "傻逼", "你个s逼": "傻逼", "m逼": "妈逼", "草nm": "操你妈", "操nm": "操你妈", "操你m": "操你妈", "法l功": "法轮功", "滚d吧": "滚蛋",
		"王8蛋": "王八蛋", "去4": "去死", "去4吧": "去死", "小3": "小三",
		"贝者博": "赌博", "贝者 博": "赌博", "贝 者 博": "赌博", "夕卜扌圭": "外挂", "马扁子": "骗子",
	} {
		if v := check(set, text); v.Action != comment.Hold || v.Word != word {
			t.Errorf("%q: %v for %q (%s), want it held for %s", text, v.Action, v.Word, v.Detail, word)
		}
	}
	for _, text := range []string{
		"ㄏㄏ", "ㄅㄅ", "ㄋㄋ", "小S", "大S", "C位", "A股", "b站", "去s店", "去4楼", "去4S店", "第4名", "2逼1", "小3班", "3小时", "王8", "去b站看", "nm", "sb", "l功能", "外g国", "m逼近", "选b", "我b站叫这个", "傻傻的b站",
	} {
		if v := check(set, text); v.Action != comment.Pass {
			t.Errorf("%q: %v for %s (%s)", text, v.Action, v.Word, v.Detail)
		}
	}
}
