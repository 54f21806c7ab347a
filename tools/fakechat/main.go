// Command fakechat runs a fake chat platform: a Twitch, a YouTube, a Bilibili, or a tool
// beside OBS, which speaks the real protocol and sends invented messages. It shows a flying
// chat without an account:
//
//	go run ./tools/fakechat twitch --rate 20
//
// It prints what to set and to enter, and runs until it is interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"danmaku/connector/bilibili/bilibilitest"
	"danmaku/connector/bridge/bridgetest"
	"danmaku/connector/twitch/twitchtest"
	"danmaku/connector/youtube/youtubetest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fakechat:", err)
		os.Exit(2)
	}
}

// platform is a running fake.
type platform struct {
	how    string // what to set and to enter
	say    func(n int, name, text string)
	remove func(n int) // removes the nth message
	close  func()
}

var platforms = map[string]func(address string) (platform, error){
	"twitch": twitch, "youtube": youtube, "bilibili": bilibili, "ssn": ssn, "onecomme": oneComme,
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || platforms[args[0]] == nil {
		return fmt.Errorf("name a platform: twitch, youtube, bilibili, ssn or onecomme")
	}
	flags := flag.NewFlagSet("fakechat "+args[0], flag.ContinueOnError)
	rate := flags.Float64("rate", 5, "messages per second")
	address := flags.String("listen", "127.0.0.1:0", "address to listen on")
	gone := flags.Int("remove", 20, "one message of so many is taken down two seconds later; 0: none")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if *rate <= 0 || *rate > 10_000 {
		return fmt.Errorf("--rate: more than 0 and at most 10000 messages per second")
	}
	p, err := platforms[args[0]](*address)
	if err != nil {
		return err
	}
	defer p.close()
	fmt.Fprintln(out, p.how)
	fmt.Fprintln(out, "Ctrl-C ends it.")
	tick := time.NewTicker(time.Duration(float64(time.Second) / *rate))
	defer tick.Stop()
	type due struct {
		n  int
		at time.Time
	}
	var later []due
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		p.say(n, names[rand.IntN(len(names))], lines[rand.IntN(len(lines))])
		if *gone > 0 && n%*gone == *gone-1 {
			later = append(later, due{n, time.Now().Add(2 * time.Second)})
		}
		for len(later) > 0 && time.Now().After(later[0].at) {
			p.remove(later[0].n)
			later = later[1:]
		}
	}
}

var names = []string{"Mika", "Noor", "小美", "雪ねこ", "Tomek", "Ana", "Kwame", "Linh", "Jo", "Sören", "민지", "Olga"}

var lines = []string{
	"hello from the chat", "what a save!", "哈哈哈哈", "晚上好", "かわいい", "すごい!!", "gg", "first time here", "the sound is great tonight",
	"which song is this?", "안녕하세요", "brb, tea", "前方高能", "88888888", "nice one 👏", "😂😂", "again, again!", "ありがとう", "greetings from Porto",
}

func twitch(address string) (platform, error) {
	s, err := twitchtest.StartAt(address)
	if err != nil {
		return platform{}, err
	}
	id := func(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
	return platform{
		how: "Start danmaku with DANMAKU_TWITCH_URL=" + s.URL() + "\nand add the chat: danmaku chats add --room live twitch.tv/mika_plays",
		say: func(n int, name, text string) {
			login := "viewer" + fmt.Sprint(strings.Index(strings.Join(names, " "), name))
			s.SayAll(func(channel string) string {
				return twitchtest.Message{ID: id(n), UserID: "7" + login[6:], Login: login, Name: name, Text: text}.Line(channel)
			})
		},
		remove: func(n int) {
			s.SayAll(func(channel string) string {
				return "@login=;room-id=;target-msg-id=" + id(n) + " :tmi.twitch.tv CLEARMSG " + channel + " :"
			})
		},
		close: s.Close,
	}, nil
}

func youtube(address string) (platform, error) {
	s, err := youtubetest.StartAt(address)
	if err != nil {
		return platform{}, err
	}
	now := func() string { return time.Now().UTC().Format(time.RFC3339Nano) }
	return platform{
		how: "Start danmaku with DANMAKU_YOUTUBE_URL=" + s.URL() + "\nand add the chat: danmaku chats add --room live --secret key=" + youtubetest.Key + " https://youtu.be/" + youtubetest.Video,
		say: func(n int, name, text string) {
			s.Say(youtubetest.Text(fmt.Sprint("LCC.", n), now(), "UC"+name, "@"+name, text))
		},
		remove: func(n int) {
			s.Say(youtubetest.Item(fmt.Sprint("del", n), "messageDeletedEvent", now(), "", "", fmt.Sprintf(`"messageDeletedDetails":{"deletedMessageId":"LCC.%d"}`, n)))
		},
		close: s.Close,
	}, nil
}

func bilibili(address string) (platform, error) {
	s, err := bilibilitest.StartAt(address)
	if err != nil {
		return platform{}, err
	}
	return platform{
		how: "Start danmaku with DANMAKU_BILIBILI_URL=" + s.URL() + "\nand add the chat: danmaku chats add --room live --secret access_key_id=" + bilibilitest.KeyID +
			" --secret access_key_secret=" + bilibilitest.Secret + " --secret app_id=" + bilibilitest.AppID + " --secret code=" + bilibilitest.Code + " https://live.bilibili.com/42",
		say: func(n int, name, text string) {
			s.Say(bilibilitest.Comment(fmt.Sprint("m-", n), "o_"+name, name, text))
		},
		remove: func(int) {}, // Open Live reports no removal of ordinary comments
		close:  s.Close,
	}, nil
}

func ssn(address string) (platform, error) {
	return tool("ssn", address, "danmaku chats add --room live --secret session="+bridgetest.Session,
		func(n int, name, text string) string {
			return fmt.Sprintf(`{"chatname":%q,"chatmessage":%q,"type":"kick","textonly":true,"userid":%q,"meta":{"messageId":"k%d"}}`, name, text, "u-"+name, n)
		},
		func(n int) string { return fmt.Sprintf(`{"delete":{"type":"kick","id":"k%d"}}`, n) })
}

func oneComme(address string) (platform, error) {
	return tool("onecomme", address, "danmaku chats add --room live",
		func(n int, name, text string) string {
			return fmt.Sprintf(`{"type":"comments","data":{"comments":[{"service":"youtube","data":{"id":"y%d","userId":%q,"name":%q,"comment":%q}}]}}`, n, "u-"+name, name, text)
		},
		func(n int) string { return fmt.Sprintf(`{"type":"deleted","data":[{"id":"y%d"}]}`, n) })
}

func tool(kind, address, add string, say func(n int, name, text string) string, remove func(n int) string) (platform, error) {
	s, err := bridgetest.StartAt(kind, address)
	if err != nil {
		return platform{}, err
	}
	return platform{
		how:    "Add the chat: " + add + " " + kind + ":" + s.URL(),
		say:    func(n int, name, text string) { s.Say(say(n, name, text)) },
		remove: func(n int) { s.Say(remove(n)) },
		close:  s.Close,
	}, nil
}
