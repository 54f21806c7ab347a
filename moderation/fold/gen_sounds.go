//go:build ignore

// Gen_sounds generates data/syllables.txt and data/words.flate, for comparing the sounds of
// Chinese words, from two modules that are not part of the program. Run it with `go generate`,
// after gen_tables.go.
package main

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	readings = "github.com/mozillazg/go-pinyin@v0.21.0"
	wordList = "github.com/yanyiwu/gojieba@v1.4.6"
)

// The least count of a word in the word list, by its number of characters. Idioms, which the
// list rarely counts, need 3.
var leastCount = map[int]int{1: 5, 2: 15, 3: 40, 4: 80}

// Our own words, which the list, being too old or too serious, lacks as common words.
const ownWords = "独播 嫁我 沙比利 见人 大骂 读研 读博 考研 考博 硕博 直博 点赞 刷屏 开播 停播 连麦 弹幕 " +
	"网红 网课 网购 快递 扫码 手游 页游 端游 秒杀 博主 博文 盒马 盲盒 单排 单杀 单挑 单曲 " +
	"单反 单机 单身狗 单品 片头 片尾 片酬 片场 " +
	"爱豆 女主 女团 女粉 彩蛋 彩笔 彩铃 练级 练车 练歌 练手 练琴 练枪 练习题 练习册 练习生 挂机 " +
	"挂科 肉包 肉装 杀怪 杀穿 杀疯 人设 蛋挞 蛋炒饭 蛋疼 蛋花 " +
	"兵线 兵长 槽点 槽位 槽钢 交稿 残血 残影 智齿 智能手机 开黑 开团 开大 开挂 开盲盒 打榜 " +
	"吃鸡 鸡排 鸡爪 比心 币圈 币安 码字 剑刃 剑仙 剑圣 圆角 原教旨 耳鼻喉 耳鼻喉科 " +
	"紫微星 奥斯维辛 古尔邦节 扣缴 带飞 香口胶 阿尔比 四氟乙烯 " +
	"盒装 罐装 瓶装 袋装 散装 口播 口红 口误 色号 色卡 色差 脑补 脑洞 智商税 弱网 废土 外设 外服 私聊 私信 私教 群聊 " +
	"泡温泉 泡汤 泡澡 泡面 泡茶 约饭 约课 约会 约稿 " +
	"连跪 上分 掉分 补刀 推塔 上单 中单 打野 团战 团灭 大招"

// Characters that are mostly verbs, whatever the list says.
const ownVerbs = "刷 敲 抄 练 搜 背 删 扫 抽 踢 逛 泡 养 骑 追 赶"

// A word of the list that was invented as a disguise for another.
const insult = "草泥马"

// Syllables that the dictionary has only for interjections and dialects.
var noSyllables = []string{"m", "n", "ng", "hm", "hng", "ei", "eng", "lo", "fiao", "rua", "chua"}

func main() {
	folds := map[rune]string{}
	lines("data/fold.txt", func(line string) {
		f := strings.Fields(line)
		var to strings.Builder
		for _, h := range f[1:] {
			if h != "-" {
				to.WriteRune(hex(h))
			}
		}
		folds[hex(f[0])] = to.String()
	})
	fold := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			if to, ok := folds[r]; ok {
				b.WriteString(to)
			} else {
				b.WriteRune(r)
			}
		}
		return b.String()
	}

	entry := regexp.MustCompile(`^\s*0x([0-9A-F]+): "([^,"]+)`)
	sounds := map[string]string{}
	lines(filepath.Join(module(readings), "pinyin_dict.go"), func(line string) {
		m := entry.FindStringSubmatch(line)
		if m == nil {
			return
		}
		r := hex(m[1])
		if s := plain(m[2]); ideographs(string(r)) && fold(string(r)) == string(r) && !slices.Contains(noSyllables, s) {
			sounds[s] += string(r)
		}
	})
	var out strings.Builder
	out.WriteString("# Made by gen_sounds.go; do not edit. The characters of each syllable; v is ü.\n")
	for _, s := range slices.Sorted(maps.Keys(sounds)) {
		fmt.Fprintln(&out, s, sounds[s])
	}
	write("data/syllables.txt", out.String())

	total := 0
	counts := map[string]int{}
	var verbs []string
	lines(filepath.Join(module(wordList), "deps/cppjieba/dict/jieba.dict.utf8"), func(line string) {
		f := strings.Fields(line)
		n, err := strconv.Atoi(f[1])
		if err != nil {
			log.Fatal(err)
		}
		total += n
		word := fold(f[0])
		least, known := leastCount[len([]rune(word))]
		if f[2] == "i" || f[2] == "l" { // idioms and set phrases
			least = 5
		}
		if !known || !ideographs(word) || word == insult || n < least {
			return
		}
		counts[word] += n
		if f[2] == "v" && len([]rune(word)) == 1 {
			verbs = append(verbs, word)
		}
	})
	verbs = append(verbs, strings.Fields(ownVerbs)...)
	for word := range strings.FieldsSeq(ownWords) {
		counts[word] = max(counts[word], 100)
	}
	// A line for each first character: the character, then the rest of words of one, two,
	// three and four characters, each with its cost as a letter.
	groups := map[rune]*[4]strings.Builder{}
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		rs := []rune(word)
		if groups[rs[0]] == nil {
			groups[rs[0]] = &[4]strings.Builder{}
		}
		cost := byte(math.Round(math.Log(float64(total) / float64(counts[word]))))
		letter := 'a' + cost
		if slices.Contains(verbs, word) {
			letter = 'A' + cost
		}
		fmt.Fprintf(&groups[rs[0]][len(rs)-1], "%s%c", string(rs[1:]), letter)
	}
	out.Reset()
	for _, r := range slices.Sorted(maps.Keys(groups)) {
		g := groups[r]
		fmt.Fprintf(&out, "%c %s %s %s %s\n", r, g[0].String(), g[1].String(), g[2].String(), g[3].String())
	}
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression)
	if _, err := w.Write([]byte(out.String())); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	write("data/words.flate", packed.String())
}

// The characters with readings here.
const first, last = 0x4E00, 0x9FFF

func ideographs(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < first || r > last }) < 0
}

// plain removes the tone of a syllable.
func plain(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ReplaceAll(norm.NFC.String(s), "ɡ", "g")) {
		switch {
		case r == 0x308:
			t := strings.TrimSuffix(b.String(), "u")
			b.Reset()
			b.WriteString(t + "v")
		case !unicode.Is(unicode.Mn, r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// module returns the folder of a module, and fetches it if it is missing.
func module(at string) string {
	out, err := exec.Command("go", "mod", "download", "-json", at).Output()
	if err != nil {
		log.Fatalf("%s: %v", at, err)
	}
	var m struct{ Dir string }
	if err := json.Unmarshal(out, &m); err != nil {
		log.Fatal(err)
	}
	return m.Dir
}

func lines(name string, each func(line string)) {
	f, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if line := strings.TrimSpace(s.Text()); line != "" && line[0] != '#' {
			each(line)
		}
	}
	if err := s.Err(); err != nil {
		log.Fatal(err)
	}
}

func hex(s string) rune {
	n, err := strconv.ParseInt(s, 16, 32)
	if err != nil {
		log.Fatal(err)
	}
	return rune(n)
}

func write(name, text string) {
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}
