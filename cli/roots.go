package cli

// A container made from nothing has neither certificates nor time zones; the chats of
// platforms need both. Those of the system come first.
import (
	_ "time/tzdata"

	_ "golang.org/x/crypto/x509roots/fallback"
)
