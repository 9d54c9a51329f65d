package console

import (
	_ "database/sql"
	_ "github.com/parley-voice/parley/sip"
)
