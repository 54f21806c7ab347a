package export

// reportText has the words of a report in one language.
type reportText struct {
	start, nothing          string
	comments, people        string // %d
	notShown                string // %d refused, %d taken down
	peaks, offset, count    string
	topics                  string
	words, emoji, reactions string
	named                   string
	poll                    string // before the poll's question
	option, votes           string
	questions               string
	moderators, who         string
	decided, taken, barred  string
	shown, other            string
}

// reportTexts are keyed by the names of the pages' languages.
var reportTexts = map[string]reportText{
	"en": {
		start: "Start", nothing: "No comments were shown in this time.", comments: "Comments: %d", people: "People: %d", notShown: "Refused: %d, taken down: %d",
		peaks: "Busiest minutes", offset: "Recording", count: "Comments", topics: "What people wrote", words: "Words", emoji: "Emoji", reactions: "Reactions", named: "Who wrote most",
		poll: "Poll: ", option: "Option", votes: "Votes", questions: "Questions",
		moderators: "What moderators did", who: "Who", decided: "Decided", taken: "Took down", barred: "Muted or banned", shown: "Put on screen", other: "Other",
	},
	"zh-CN": {
		start: "开始", nothing: "这段时间没有上屏的弹幕。", comments: "%d 条弹幕", people: "%d 人发过弹幕", notShown: "拒绝 %d 条，撤下 %d 条",
		peaks: "最热闹的几分钟", offset: "录像时间", count: "弹幕数", topics: "大家在说", words: "热词", emoji: "表情", reactions: "互动表情", named: "发得最多的观众",
		poll: "投票：", option: "选项", votes: "票数", questions: "提问",
		moderators: "房管做了什么", who: "谁", decided: "审核", taken: "撤下", barred: "禁言或封禁", shown: "上前台", other: "其他",
	},
	"ja": {
		start: "開始", nothing: "この時間に表示されたコメントはありません。", comments: "コメント %d 件", people: "書いた人 %d 人", notShown: "却下 %d 件、取り下げ %d 件",
		peaks: "盛り上がった時間", offset: "録画の時刻", count: "コメント数", topics: "書かれたこと", words: "よく出た言葉", emoji: "絵文字", reactions: "リアクション", named: "よく書いた人",
		poll: "アンケート：", option: "選択肢", votes: "票数", questions: "質問",
		moderators: "モデレーターがしたこと", who: "誰が", decided: "判断", taken: "取り下げ", barred: "ミュート・BAN", shown: "画面に出した", other: "その他",
	},
}
