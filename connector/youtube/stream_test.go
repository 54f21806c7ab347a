package youtube_test

import (
	"net/http"
	"testing"
	"time"

	"danmaku/connector"
	"danmaku/connector/connectortest"
	"danmaku/connector/youtube"
	"danmaku/connector/youtube/youtubetest"
)

func TestHistoryIsSkippedAndTheStreamResumesFromItsToken(t *testing.T) {
	r := runSource(t, youtubetest.Video, func(s *youtubetest.Server) {
		s.SetHistory(youtubetest.Text("h1", before, "UCa", "a", "of before") + "," + youtubetest.Text("h2", after, "UCa", "a", "of now"))
	})
	st := r.awaitStream(t)
	if m := r.NextMessage(); m.ID != "h2" {
		t.Fatalf("got %+v", m)
	}
	st.Say(youtubetest.Text("m1", before, "UCa", "a", "late, but new"))
	if m := r.NextMessage(); m.ID != "m1" {
		t.Fatalf("got %+v", m)
	}
	r.Clock.Advance(time.Minute)
	st.End() // a proper end
	second := r.awaitStream(t)
	if second.Token != "token-2" {
		t.Errorf("the stream was opened again with %q", second.Token)
	}
	// Another run continues there, too.
	second.Say(youtubetest.Text("m2", after, "UCa", "a", "two"))
	if m := r.NextMessage(); m.ID != "m2" {
		t.Fatalf("got %+v", m)
	}
	second.Send(nil) // the connection breaks within the array
	if f := r.Fault(); f.Code != connector.FaultLost || f.Final {
		t.Fatalf("%v", f)
	}
	r.Again()
	if third := r.awaitStream(t); third.Token != "token-3" {
		t.Errorf("the next run asked with %q", third.Token)
	}
}

// A token that the server no longer accepts is dropped; history is recognized by its time.
func TestRefusedTokenIsGivenUp(t *testing.T) {
	r := runSource(t, youtubetest.Video, nil)
	st := r.awaitStream(t)
	st.Say(youtubetest.Text("m1", after, "UCa", "a", "one"))
	r.NextMessage()
	r.server.Refuse(func(path string) (int, string) {
		if path == "liveChat/messages/stream" {
			return 400, youtubetest.Error(400, "youtube.liveChat", "pageTokenInvalid")
		}
		return 0, ""
	})
	st.Send(nil)
	r.Fault()
	r.Again()
	if f := r.Fault(); f.Final {
		t.Fatalf("%v", f)
	}
	r.server.Refuse(nil)
	r.server.SetHistory(youtubetest.Text("h1", before, "UCa", "a", "of before") + "," + youtubetest.Text("m2", after, "UCa", "a", "two"))
	r.Again()
	if st := r.awaitStream(t); st.Token != "" {
		t.Errorf("asked with %q", st.Token)
	}
	if m := r.NextMessage(); m.ID != "m2" {
		t.Errorf("got %+v", m)
	}
}

// A ban from before the connection does not mute again, and one that history repeats mutes
// once, since moderators here may have lifted it.
func TestBansOfHistory(t *testing.T) {
	ban := func(id, at string) string {
		return youtubetest.Item(id, "userBannedEvent", at, "", "", `"userBannedDetails":{"bannedUserDetails":{"channelId":"UC`+id+`"},"banType":"permanent"}`)
	}
	r := runSource(t, youtubetest.Video, func(s *youtubetest.Server) {
		s.SetHistory(ban("b1", before) + "," + youtubetest.Item("d1", "messageDeletedEvent", before, "", "", `"messageDeletedDetails":{"deletedMessageId":"m1"}`))
	})
	st := r.awaitStream(t)
	if got := r.NextRemoval(); got.MessageID != "m1" {
		t.Errorf("got %+v", got)
	}
	st.Say(ban("b2", after))
	if got := r.NextRemoval(); got.UserID != "UCb2" || !got.Forever {
		t.Errorf("got %+v", got)
	}
	r.server.Refuse(func(path string) (int, string) {
		if path == "liveChat/messages/stream" {
			return 400, youtubetest.Error(400, "youtube.liveChat", "pageTokenInvalid")
		}
		return 0, ""
	})
	st.Send(nil)
	r.Fault()
	r.Again()
	r.Fault()
	r.server.Refuse(nil)
	r.server.SetHistory(ban("b1", before) + "," + ban("b2", after) + "," + ban("b3", after))
	r.Again()
	r.awaitStream(t)
	if got := r.NextRemoval(); got.UserID != "UCb3" {
		t.Errorf("got %+v", got)
	}
}

// A connection to a server that accepts the call but sends nothing is closed soon, not
// after the silence that a quiet chat may have.
func TestServerThatDoesNotAnswer(t *testing.T) {
	asked := make(chan struct{})
	r := runSource(t, youtubetest.Video, func(s *youtubetest.Server) {
		s.Refuse(func(path string) (int, string) {
			if path == "liveChat/messages/stream" {
				close(asked)
				<-t.Context().Done()
			}
			return 0, ""
		})
	})
	<-asked
	r.Clock.AwaitTimer(t, 15*time.Second)
	r.Clock.Advance(15 * time.Second)
	if f := r.Fault(); f.Code != connector.FaultSilent || f.Final {
		t.Errorf("%v", f)
	}
}

func TestStreamThatEndsAtOnceIsNotOpenedInALoop(t *testing.T) {
	r := runSource(t, youtubetest.Video, nil)
	r.awaitStream(t).End()
	if f := r.Fault(); f.Code != connector.FaultLost || f.Final {
		t.Errorf("%v", f)
	}
}

func TestSilentStreamIsOpenedAgain(t *testing.T) {
	r := runSource(t, youtubetest.Video, nil)
	first := r.awaitStream(t)
	r.Clock.AwaitTimer(t, 10*time.Minute)
	r.Clock.Advance(10 * time.Minute)
	r.awaitStream(t)
	<-first.Gone()
}

func TestQuotaParksUntilMidnightPacific(t *testing.T) {
	for at, want := range map[string]string{
		"2026-11-28T12:00:00Z": "2026-11-29T08:00:00Z", // winter
		"2026-07-01T12:00:00Z": "2026-07-02T07:00:00Z", // summer
		"2026-03-08T07:59:00Z": "2026-03-08T08:00:00Z", // the day that has 23 hours begins
		"2026-03-08T08:00:00Z": "2026-03-09T07:00:00Z",
		"2026-11-01T07:00:00Z": "2026-11-02T08:00:00Z", // the day that has 25 hours
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		server, err := youtubetest.Start()
		if err != nil {
			t.Fatal(err)
		}
		server.Refuse(func(string) (int, string) { return 403, youtubetest.Error(403, "youtube.quota", "quotaExceeded") })
		clock := connectortest.NewClock()
		clock.Advance(now.Sub(clock.Now()))
		source, err := youtube.Open(connector.Settings{Target: youtubetest.Video, Secret: map[string]string{"key": youtubetest.Key}}, connector.Env{
			HTTP: http.DefaultClient, Clock: clock, Base: server.URL(),
		})
		if err != nil {
			t.Fatal(err)
		}
		f := connector.Classify(source.Run(t.Context(), connectortest.NewSink(t)))
		if f.Code != connector.FaultQuota || f.Final || f.RetryAt.UTC().Format(time.RFC3339) != want {
			t.Errorf("at %s: %v, again at %v, want %s", at, f, f.RetryAt.UTC(), want)
		}
		if n := len(server.Calls()); n != 1 {
			t.Errorf("%d calls were made", n)
		}
		server.Close()
	}
}
