package cli

// A container made from scratch has neither certificates nor time zones; the chats of
// platforms need both. The system's own ones take precedence.
import (
	_ "time/tzdata"

	_ "golang.org/x/crypto/x509roots/fallback"
)
