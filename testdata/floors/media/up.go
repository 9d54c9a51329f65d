package media

import _ "github.com/parley-voice/parley/dialog"
