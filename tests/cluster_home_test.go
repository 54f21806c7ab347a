//go:build !nocluster

package tests

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"danmaku/connector/twitch/twitchtest"
)

// The deciding machine reads chats and sends webhooks, and the next one does when it is
// stopped: nothing is lost, and nothing sent twice. A command on any machine reaches it.
func TestChatsAndWebhooksMoveWithTheHome(t *testing.T) {
	twitch, err := twitchtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer twitch.Close()
	machines := startCluster(t, func(t testing.TB, data string, args ...string) *program {
		return startIn(t, environment{environ: []string{"DANMAKU_TWITCH_URL=" + twitch.URL()}}, data, args...)
	}, "--room-rate", "0", "--user-rate", "0")
	home := homeOf("n1", "n2", "n3")
	rest := slices.Delete(slices.Clone(machines), home, home+1)
	boss := ownerAt(rest[0])
	rest[1].addChat("twitch.tv/mika_plays")
	if !receivesInTime(twitch.Joined()) {
		t.Fatal("nobody joined")
	}
	to := newHookReceiver(t)
	to.hook(boss, map[string]any{"label": "bot"})
	for _, p := range rest {
		boss.at(p).awaitAnswer(func(body string) bool { return strings.Contains(body, `"webhooks":true`) }, liveRoom, "the room does not say that comments are sent out")
		if h := hooks(boss.at(p)).Webhooks; len(h) != 1 || h[0].State.Phase == "off" {
			t.Errorf("a machine that is not the home says of the webhook %+v", h)
		}
	}
	say := func(id string) {
		t.Helper()
		twitch.SayAll(func(channel string) string {
			return twitchtest.Message{ID: id, UserID: "1", Login: "noor", Name: "Noor", Text: "said in chat " + id}.Line(channel)
		})
		to.wantEvents("comment said in chat " + id)
	}
	phone := rest[1].phone().open("audience", "")
	say("m1")
	for i := range 5 {
		phone.say(fmt.Sprint("before ", i))
		to.wantEvents(fmt.Sprint("comment before ", i))
	}
	waitUntil(t, "the answer to every request", func() bool { // what was not answered before the home's end is sent again
		h := hooks(boss).Webhooks
		return len(h) == 1 && h[0].State.Delivered == 6
	})
	if code := machines[home].stop(); code != exitDone {
		t.Fatalf("the home ends with %d: %s", code, machines[home].logs)
	}
	if a := phone.sendUntilTaken("after", "after it"); a.Outcome != "shown" {
		t.Fatalf("%+v", a)
	}
	to.wantEvents("comment after it")
	if !receivesInTime(twitch.Joined()) {
		t.Fatal("the next home has not joined the chat")
	}
	say("m2")
	if status, body := boss.at(rest[1]).do("GET", "/readyz", nil, nil); status != http.StatusOK {
		t.Errorf("/readyz of two machines of three answers %d: %s", status, body)
	}
	if n := len(twitch.Joined()); n != 0 {
		rest[0].stop()
		rest[1].stop()
		t.Errorf("%d more have joined the chat; the machines that were left say\n%s\n%s", n, rest[0].logs, rest[1].logs)
	}
}
