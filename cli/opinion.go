package cli

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"danmaku/config"
	"danmaku/live"
	"danmaku/live/access"
	"danmaku/moderation"
	"danmaku/opinion"
	"danmaku/signature"
)

// checkKeyFile is the file in the data folder with the key that signs requests for a second
// opinion. The service verifies them with it.
const checkKeyFile = "check.key"

var _ live.SecondOpinion = (*opinion.Asker)(nil)

// newOpinion creates the client of the service at check-url, nil without one, and stores its
// key.
func newOpinion(cfg config.Config, within time.Duration, keys access.Keys, log *slog.Logger) (live.SecondOpinion, func(), error) {
	if cfg.CheckURL == nil {
		return nil, func() {}, nil
	}
	key := signature.Key(keys.CheckKey())
	if err := noteCheckKey(filepath.Join(cfg.Data, checkKeyFile), key.String()); err != nil {
		return nil, nil, err
	}
	a := opinion.New(opinion.Options{
		URL: cfg.CheckURL, Key: key, Hold: cfg.CheckFail == config.CheckFailHold, Language: moderation.Language, Within: within, Log: log, Now: time.Now,
	})
	log.Info("every comment is sent to the second opinion service", "host", cfg.CheckURL.Host, "fail", string(cfg.CheckFail), "key", checkKeyFile)
	return a, a.Close, nil
}

// noteCheckKey writes a key for the service to read, completely or not at all.
func noteCheckKey(path, key string) error {
	if old, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(old)) == key {
		return nil
	}
	part := path + ".part"
	_ = os.Remove(part) // left by an interrupted start; its permissions may differ
	if err := os.WriteFile(part, []byte(key+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the key of the second opinion: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("write the key of the second opinion: %w", err)
	}
	return nil
}
