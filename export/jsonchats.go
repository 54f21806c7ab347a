package export

import (
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// readYouTube reads one line of yt-dlp: the actions of one moment. It also applies those that
// remove a message, even one from long before.
func readYouTube(rd *reading, r jsonRecord) error {
	replay := r.sub("replayChatItemAction")
	actions := replay.subs("actions")
	if !r.has("replayChatItemAction") {
		actions = []jsonRecord{r}
	}
	offset := or(replay.str("videoOffsetTimeMsec"), r.str("videoOffsetTimeMsec"))
	for _, action := range actions {
		for _, gone := range []string{"markChatItemAsDeletedAction", "removeChatItemAction", "replaceChatItemAction"} {
			if id := action.sub(gone).str("targetItemId"); id != "" {
				rd.takeDown("", id)
			}
		}
		for _, gone := range []string{"markChatItemsByAuthorAsDeletedAction", "removeChatItemByAuthorAction"} {
			if author := action.sub(gone).str("externalChannelId"); author != "" {
				rd.takeDown(author, "")
			}
		}
		item := action.sub("addChatItemAction").sub("item")
		if action.has("replaceChatItemAction") {
			item = action.sub("replaceChatItemAction").sub("replacementItem")
		}
		for _, f := range item.fields {
			if err := readYouTubeItem(rd, f.name, splitJSON(f.value, r.folded), offset); err != nil {
				return err
			}
		}
	}
	return nil
}

func readYouTubeItem(rd *reading, name string, r jsonRecord, offset string) error {
	text := youTubeText(r.sub("message"))
	switch name {
	case "liveChatTextMessageRenderer", "liveChatPaidMessageRenderer":
	case "liveChatMembershipItemRenderer":
		if text == "" {
			rd.report.Guards++
			return nil
		}
	case "liveChatPaidStickerRenderer", "liveChatSponsorshipsGiftPurchaseAnnouncementRenderer", "liveChatSponsorshipsGiftRedemptionAnnouncementRenderer":
		rd.report.Gifts++
		return nil
	default: // notes of YouTube to the viewer
		return nil
	}
	paid := name == "liveChatPaidMessageRenderer"
	if paid && text == "" {
		rd.report.Gifts++
		return nil
	}
	item := Item{
		Text: text, Name: youTubeText(r.sub("authorName")), Sender: r.str("authorExternalChannelId"), ID: r.str("id"),
		Mode: comment.Scroll, Size: comment.Medium, Color: comment.White, SentAt: rd.sentAt(r.str("timestampUsec")),
	}
	at, ok := offsetOf(offset, time.Millisecond)
	if !ok {
		at, ok = clockOffset(youTubeText(r.sub("timestampText")))
	}
	if !ok && item.SentAt.IsZero() {
		rd.unread(*badTime(faultTime, offset))
		return nil
	}
	item.Offset = at
	if paid {
		rd.report.SuperChats++
		paidStyle(&item)
	}
	return rd.add(timed{item, ok})
}

// youTubeText joins the pieces of a text. A channel's emoji becomes its name between colons.
func youTubeText(r jsonRecord) string {
	if s := r.str("simpleText"); s != "" {
		return s
	}
	var out strings.Builder
	for _, run := range r.subs("runs") {
		if s := run.str("text"); s != "" {
			out.WriteString(s)
			continue
		}
		emoji := run.sub("emoji")
		id := emoji.str("emojiId")
		shortcuts := emoji.strs("shortcuts")
		switch {
		case id != "" && !strings.Contains(id, "/") && emoji.str("isCustomEmoji") != "true":
			out.WriteString(id)
		case len(shortcuts) > 0:
			out.WriteString(shortcuts[0])
		default:
			out.WriteString(emoji.sub("image").sub("accessibility").sub("accessibilityData").str("label"))
		}
	}
	return out.String()
}

// clockOffset parses a time as a player shows it, 1:02:03 or -0:05.
func clockOffset(s string) (time.Duration, bool) {
	rest, early := strings.CutPrefix(strings.TrimSpace(s), "-")
	parts := strings.Split(rest, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	seconds := int64(0)
	for _, part := range parts {
		n, ok := whole(part)
		if !ok || n < 0 || n > 1000 {
			return 0, false
		}
		seconds = seconds*60 + n
	}
	if early {
		return 0, true
	}
	return time.Duration(seconds) * time.Second, true
}

// readTwitch reads a comment that TwitchDownloader saved.
func readTwitch(rd *reading, r jsonRecord) error {
	at, ok := offsetOf(r.str("content_offset_seconds"), time.Second)
	if !ok {
		rd.unread(*badTime(faultTime, r.str("content_offset_seconds")))
		return nil
	}
	message, who := r.sub("message"), r.sub("commenter")
	text := message.str("body")
	if text == "" {
		for _, fragment := range message.subs("fragments") {
			text += fragment.str("text")
		}
	}
	if text == "" {
		switch notice := message.sub("user_notice_params").str("msg-id", "msg_id"); {
		case strings.Contains(notice, "gift"):
			rd.report.Gifts++
		case notice != "":
			rd.report.Guards++
		default:
			rd.unread(room.Fault{Code: faultNoText})
		}
		return nil
	}
	item := Item{
		Offset: at, Text: text, Name: who.str("display_name", "name"), Sender: who.str("_id", "name", "display_name"), ID: r.str("_id"),
		Mode: comment.Scroll, Size: comment.Medium, Color: comment.White, SentAt: rd.sentAt(r.str("created_at")),
	}
	if color := message.str("user_color"); color != "" {
		if c, ok := anyColor(color); ok {
			item.Color = c
		} else {
			rd.side(faultHexColor, color)
		}
	}
	return rd.add(timed{item, true})
}

// readChatDownloader reads a message that chat-downloader saved from YouTube, Twitch or another
// platform. Old versions have the author's name in place of the author. A live chat that was
// saved while it ran has dates alone.
func readChatDownloader(rd *reading, r jsonRecord) error {
	kind, author := r.str("message_type"), r.sub("author")
	sender := or(author.str("id"), r.str("author_id"))
	switch {
	case kind == "deleted_message":
		rd.takeDown("", r.str("target_message_id"))
		return nil
	case kind == "ban_user":
		rd.takeDown(sender, "")
		return nil
	case strings.HasPrefix(kind, "ticker_") || r.has("ticker_duration"): // it repeats a message
		return nil
	}
	paid := r.has("money") || r.has("amount")
	text := r.str("message")
	if text == "" {
		switch {
		case paid, strings.Contains(kind, "gift"):
			rd.report.Gifts++
		case strings.Contains(kind, "membership"), strings.Contains(kind, "subscri"), kind == "sub", kind == "resub":
			rd.report.Guards++
		default:
			rd.unread(room.Fault{Code: faultNoText})
		}
		return nil
	}
	item := Item{
		Text: text, Name: or(author.str("display_name", "name"), r.str("author")), Sender: sender, ID: r.str("message_id"),
		Mode: comment.Scroll, Size: comment.Medium, Color: comment.White, SentAt: rd.sentAt(r.str("timestamp")),
	}
	when := r.str("time_in_seconds", "time_text")
	at, ok := offsetOf(when, time.Second)
	if !ok && (when != "" || item.SentAt.IsZero()) {
		rd.unread(*badTime(faultTime, when))
		return nil
	}
	item.Offset = at
	if color := author.str("colour"); color != "" {
		if c, ok := anyColor(color); ok {
			item.Color = c
		} else {
			rd.side(faultHexColor, color)
		}
	}
	if paid {
		rd.report.SuperChats++
		paidStyle(&item)
	}
	return rd.add(timed{item, ok})
}
