package asr

import _ "github.com/parley-voice/parley/tts"
