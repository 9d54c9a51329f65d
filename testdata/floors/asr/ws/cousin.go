package ws

import _ "github.com/parley-voice/parley/asr/openai"
