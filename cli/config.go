package cli

import (
	"context"
	"fmt"

	"danmaku/config"
)

// configCommand is `danmaku config`.
func configCommand() command {
	return command{
		name: "config", summary: "print all options as a table",
		about: "Prints all options of the server as a Markdown table.",
		run: func(_ context.Context, env Env, _ input) error {
			_, err := fmt.Fprint(env.Out, config.Table())
			return err
		},
	}
}
